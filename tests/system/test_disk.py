"""What a full disk and one that cannot be written do; it takes root to have such disks."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.conftest import Rostrum

QUESTION = "What licence does gpt-oss have?"


@pytest.fixture
def small_disk(tmp_path: Path, _first_started: Path) -> Iterator[Rostrum]:
    """A bot whose folder is a disk of its own, of four megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=True)
    shutil.copytree(_first_started, disk / "data")
    try:
        yield Rostrum(disk)
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(disk: Path) -> Path:
    path = disk / "filling"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 1024)
    assert shutil.disk_usage(disk).free == 0
    return path


def test_a_full_disk_is_said_and_nothing_is_lost(small_disk: Rostrum) -> None:
    before = small_disk("articles", "list", "--json").json
    article = small_disk.file("w.md", "Wombats dig at night in the Kassel hills.\n")
    filling = fill(small_disk.folder)
    for arguments in (["ask", QUESTION], ["articles", "add", article]):
        ran = small_disk(*arguments, "--json")
        assert ran.code == 78
        assert ran.json["error"]["message"] == "The disk is full: nothing new can be kept."
        assert "Traceback" not in ran.err
    filling.unlink()
    assert small_disk("articles", "list", "--json").json == before
    assert small_disk("articles", "add", article, "--json").json["outcome"] == "new"
    assert small_disk("ask", QUESTION, "--json").json["answered"] is True


def test_a_data_folder_that_cannot_be_written_is_said(bare: Rostrum) -> None:
    disk = bare.folder / "data"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", disk], check=True)
    try:
        ran = bare("ask", QUESTION, "--json")
    finally:
        subprocess.run(["umount", disk], check=True)
    assert ran.code == 78
    assert ran.json["error"]["code"] == "E-STORE"
    assert ran.json["error"]["message"] == "The data folder data cannot be used: Read-only file system."
    assert "Traceback" not in ran.err
