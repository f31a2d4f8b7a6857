"""Whatever a file system holds is read under its own name; what cannot be is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import InputError
from bot.plain import one_line
from bot.retrieval.importer import FileImporter


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system changes names or refuses them")
async def test_any_real_file_name_is_taken_as_it_is(tmp_path: Path) -> None:
    names = ["cafe\u0301.md", os.fsdecode(b"odd\xff.md"), "two\nlines.md", "bidi\u202e.md", "a" * 252 + ".md"]
    for name in names:
        (tmp_path / name).write_text(f"Text of {name!r}.")
    found = [file async for file in FileImporter().files(tmp_path)]
    assert sorted(file.name for file in found) == sorted(names)
    drafts = [await FileImporter().read(file) for file in found]
    assert len({draft.source for draft in drafts}) == len(names)
    for draft in drafts:
        assert one_line(draft.particulars.title) == draft.particulars.title
        (draft.source + draft.particulars.title).encode()


async def test_a_folder_is_told_from_a_file_and_from_nothing(tmp_path: Path) -> None:
    importer = FileImporter()
    (tmp_path / "a.md").touch()
    assert await importer.is_folder(tmp_path)
    for path in (tmp_path / "a.md", tmp_path / "a.md" / "b", tmp_path / "missing", tmp_path / "nul\0"):
        assert not await importer.is_folder(path)
    with pytest.raises(InputError, match=r"I cannot read .*File name too long"):
        await importer.is_folder(tmp_path / ("x" * 5000))


def test_a_start_loads_no_parser() -> None:
    code = (
        "import sys, bot.retrieval.importer; print([m for m in"
        " ('yaml', 'markdown_it', 'charset_normalizer', 'bot.knowledge.language') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
