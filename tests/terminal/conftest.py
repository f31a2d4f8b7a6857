"""Runs the bot as people do: as a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Rostrum:
    """`rostrum …` in `folder`, with its data in `folder/data`."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {**kept, "PYTHONWARNINGS": "error", "LLM_DISCOVER": "off", **(extra or {})}

    def __call__(
        self, *arguments: str | Path, stdin: str | bytes = "", env: Mapping[str, str] | None = None
    ) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(env),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture(scope="session")
def _first_started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as it stands after the first start."""
    folder = tmp_path_factory.mktemp("first")
    ran = Rostrum(folder)("ask", "What is Grok 2?")
    assert ran.code == 0, ran.err
    return folder / "data"


@pytest.fixture
def rostrum(tmp_path: Path, _first_started: Path) -> Rostrum:
    """A bot that was started before, with the articles that ship with it."""
    shutil.copytree(_first_started, tmp_path / "data")
    return Rostrum(tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Rostrum:
    """A bot that was never started, in an empty folder."""
    return Rostrum(tmp_path)
