from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.terminal.conftest import Rostrum

ROOT = Path(__file__).parent.parent.parent


def test_a_wheel_installed_elsewhere_answers_from_the_articles_in_it(bare: Rostrum, tmp_path: Path) -> None:
    dist, target = tmp_path / "dist", tmp_path / "installed"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    ran = bare("ask", "What did xAI promise about Grok 2?", "--json", env={"PYTHONPATH": str(target)})
    assert ran.code == 0, ran.err
    assert len(ran.json["sources"]) >= 2
    listed = bare("articles", "list", "--json", env={"PYTHONPATH": str(target)}).json
    assert len(listed) == 17
    shown = bare("help", env={"PYTHONPATH": str(target)})
    assert "/ask" in shown.out
