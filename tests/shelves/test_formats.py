"""The formats on the shelf: those that ship, the operator's own, and files that do not add up."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bot.debating.reading import FormatError
from bot.errors import InputError, NotFound
from bot.shelves.formats import FormatShelf
from tests.debating.formats import small, speech, written


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "formats"
    folder.mkdir()
    return folder


def put(own: Path, file_name: str, text: str | None = None, **more: object) -> Path:
    file = own / file_name
    file.write_text(written(small(**more)) if text is None else text, encoding="utf-8")
    return file


async def names(own: Path) -> list[str]:
    return [format.id for format in await FormatShelf(own).all()]


async def test_what_ships_is_there_without_a_folder_of_one_s_own(tmp_path: Path) -> None:
    found = await names(tmp_path / "nowhere")
    assert {"quick", "duel", "oxford", "lincoln-douglas"} <= set(found)


async def test_one_s_own_come_last(own: Path) -> None:
    put(own, "a.toml", id="aaa")
    assert (await names(own))[-1] == "aaa"


async def test_one_s_own_takes_the_place_of_one_that_ships(own: Path) -> None:
    put(own, "mine.toml", id="quick", name="Mine")
    shelf = FormatShelf(own)
    assert (await shelf.named("quick")).name == "Mine"
    assert (await names(own)).count("quick") == 1


async def test_a_file_that_changed_is_read_anew(own: Path) -> None:
    shelf = FormatShelf(own)
    put(own, "a.toml", id="mine", name="Before")
    assert (await shelf.named("mine")).name == "Before"
    put(own, "a.toml", id="mine", name="After")
    assert (await shelf.named("mine")).name == "After"
    (own / "a.toml").unlink()
    with pytest.raises(NotFound):
        await shelf.named("mine")


@pytest.mark.parametrize("name", ["oxford", "OXFORD", " oxford ", "oxford style (open to debate rules)"])
async def test_a_format_is_found_by_id_or_name(own: Path, name: str) -> None:
    assert (await FormatShelf(own).named(name)).id == "oxford"


async def test_a_misspelt_name_is_told_with_the_nearest(own: Path) -> None:
    with pytest.raises(NotFound) as missing:
        await FormatShelf(own).named("oxfrod")
    assert missing.value.message == "There is no format “oxfrod”."
    assert missing.value.hint == "Did you mean oxford?"


async def test_a_name_near_to_none_is_told_what_there_is(own: Path) -> None:
    with pytest.raises(NotFound) as missing:
        await FormatShelf(own).named("zzz")
    assert "quick" in missing.value.hint


async def test_a_broken_file_is_left_out_and_logged_once(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(own, "mine.toml", id="mine", turn=[speech("opening", "for.9")])
    shelf = FormatShelf(own)
    with caplog.at_level(logging.WARNING):
        assert "mine" not in [format.id for format in await shelf.all()]
        await shelf.all()
    (record,) = caplog.records
    assert "mine.toml" in record.getMessage()
    assert "there is no seat for.9" in record.getMessage()


async def test_a_broken_file_that_is_asked_for_tells_all_that_is_wrong(own: Path) -> None:
    file = put(own, "mine.toml", id="mine", name="", turn=[speech("opening", "for.9")])
    with pytest.raises(FormatError) as refused:
        await FormatShelf(own).named("Mine")
    assert len(refused.value.problems) == 2
    assert str(file) in refused.value.hint


async def test_a_broken_file_in_the_place_of_one_that_ships_does_not_bring_that_back(own: Path) -> None:
    put(own, "oxford.toml", "schema = ")
    assert "oxford" not in await names(own)
    with pytest.raises(FormatError):
        await FormatShelf(own).named("oxford")


async def test_of_two_files_with_one_id_the_second_is_refused(own: Path) -> None:
    put(own, "a.toml", id="mine", name="First")
    put(own, "b.toml", id="mine", name="Second")
    shelf = FormatShelf(own)
    assert (await shelf.named("mine")).name == "First"
    with pytest.raises(FormatError, match="Another file has the id mine"):
        await shelf.named("b")


async def test_other_files_are_passed_over(own: Path) -> None:
    put(own, ".hidden.toml", id="hidden")
    put(own, "notes.md", "# Notes")
    (own / "folder.toml").mkdir()
    assert not {"hidden", "notes", "folder"} & set(await names(own))


async def test_a_file_is_read_with_a_byte_order_mark(own: Path) -> None:
    file = put(own, "a.toml", "\ufeff" + written(small()))
    assert (await FormatShelf(own).read(file)).id == "small"


async def test_a_file_that_is_not_there_or_none_is_told_so(own: Path) -> None:
    shelf = FormatShelf(own)
    with pytest.raises(NotFound, match="There is no file"):
        await shelf.read(own / "nowhere.toml")
    with pytest.raises(NotFound, match="There is no file"):
        await shelf.read(Path("a\0b"))
    with pytest.raises(InputError, match="is not a file"):
        await shelf.read(own)


async def test_a_pipe_is_not_waited_for(own: Path) -> None:
    os.mkfifo(own / "pipe.toml")
    with pytest.raises(InputError, match="is not a file"):
        await FormatShelf(own).read(own / "pipe.toml")
    assert "quick" in await names(own)


async def test_a_file_that_is_not_text_is_refused(own: Path) -> None:
    (own / "a.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(FormatError, match="not text in UTF-8"):
        await FormatShelf(own).read(own / "a.toml")


async def test_a_huge_file_is_refused(own: Path) -> None:
    put(own, "a.toml", "# x\n" * 200_000)
    with pytest.raises(FormatError, match="longer than"):
        await FormatShelf(own).read(own / "a.toml")
