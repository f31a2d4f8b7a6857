"""The motions as files: those that ship, the operator's own, and which one is meant."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import pytest

from bot.debating.motion import Motion
from bot.debating.motions import MotionError
from bot.errors import InputError, NotFound
from bot.shelves.motions import MotionShelf

SIDE = """
[{side}]
burden = "Show it."
[[{side}.card]]
article = "a"
begins = "{side} one"
claim = "One"
[[{side}.card]]
article = "a"
begins = "{side} two"
claim = "Two"
[[{side}.card]]
article = "a"
begins = "{side} three"
claim = "Three"
"""
SIDES = SIDE.format(side="for") + SIDE.format(side="against")
FIRST = (
    "This house believes that a model should not be called open source unless its training data can be "
    "inspected."
)


def put(folder: Path, name: str, text: str, before: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.toml"
    file.write_text(f'{before}\ntext = "{text}"\n{SIDES}', encoding="utf-8")
    return file


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "motions"


async def test_the_shipped_motions_stand_in_order_of_their_numbers(own: Path) -> None:
    motions = await MotionShelf(own).all()
    assert [motion.number for motion in motions] == list(range(1, 16))
    assert motions[0].text == FIRST


async def test_the_operators_own_come_last(own: Path) -> None:
    put(own, "zebras", "This house would paint zebras.")
    put(own, "apes", "This house would teach apes.", "number = 40")
    motions = await MotionShelf(own).all()
    assert [(motion.number, motion.id) for motion in motions[15:]] == [(40, "apes"), (0, "zebras")]


async def test_an_own_file_takes_the_place_of_a_shipped_one_with_its_name(own: Path) -> None:
    put(own, "01-inspectable-training-data", "This house would paint zebras.", "number = 1")
    shelf = MotionShelf(own)
    assert len(await shelf.all()) == 15
    assert (await shelf.matching("1")).text == "This house would paint zebras."
    assert (await shelf.matching(FIRST)).id == ""


async def test_a_number_that_a_shipped_motion_has_stays_with_it(own: Path) -> None:
    put(own, "zebras", "This house would paint zebras.", "number = 1")
    shelf = MotionShelf(own)
    assert (await shelf.matching("1")).text == FIRST
    assert (await shelf.matching("zebras")).number == 0


@pytest.mark.parametrize(
    "typed", ["1", "#1", " 01 ", "01-inspectable-training-data", FIRST, FIRST.upper()[:-1]]
)
async def test_a_motion_is_found_by_number_id_and_wording(own: Path, typed: str) -> None:
    assert (await MotionShelf(own).matching(typed)).number == 1


async def test_a_motion_is_found_by_a_part_of_its_wording(own: Path) -> None:
    found = await MotionShelf(own).matching("should not be called open source unless its trainning data")
    assert found.number == 1


async def test_a_part_that_several_motions_share_is_none_of_them(own: Path) -> None:
    put(own, "a", "This house would paint wild zebras at night in red.")
    put(own, "b", "This house would paint wild zebras at night in blue.")
    found = await MotionShelf(own).matching("paint wild zebras at night")
    assert found == Motion(text="paint wild zebras at night")


async def test_other_words_make_an_own_motion(own: Path) -> None:
    text = "This house believes that a model should be called open source."
    assert await MotionShelf(own).matching(text) == Motion(text=text)


@pytest.mark.parametrize("typed", ["0", "16", "#99", "٣٣", "9" * 5000])
async def test_a_number_that_no_motion_has_is_not_found(own: Path, typed: str) -> None:
    with pytest.raises(NotFound, match=r"There is no motion"):
        await MotionShelf(own).matching(typed)


@pytest.mark.parametrize("typed", ["", "zebras", "x" * 301, "#"])
async def test_words_that_make_no_motion_are_refused(own: Path, typed: str) -> None:
    with pytest.raises(InputError, match=r"A motion takes 4 words to 300 characters\."):
        await MotionShelf(own).matching(typed)


async def test_a_broken_file_is_left_out_and_logged_once(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(own, "zebras", "Zebras!")
    shelf = MotionShelf(own)
    with caplog.at_level(logging.WARNING):
        assert len(await shelf.all()) == 15
        assert len(await shelf.all()) == 15
    assert [record.message.count("“zebras”") for record in caplog.records] == [1]


async def test_whoever_names_a_broken_file_is_told_what_is_wrong_with_it(own: Path) -> None:
    put(own, "zebras", "Zebras!")
    with pytest.raises(MotionError, match="4 words"):
        await MotionShelf(own).matching("Zebras")


async def test_a_file_that_is_no_text_is_broken(own: Path) -> None:
    put(own, "zebras", "This house would paint zebras.").write_bytes(b"\xff\xfe")
    put(own / "folder.toml", "x", "This house would paint zebras.")
    shelf = MotionShelf(own)
    assert len(await shelf.all()) == 15
    for name in ("zebras", "folder"):
        with pytest.raises(MotionError, match="cannot be read"):
            await shelf.matching(name)


async def test_a_changed_file_is_read_anew_and_a_removed_one_forgotten(own: Path) -> None:
    file = put(own, "zebras", "This house would paint zebras.")
    shelf = MotionShelf(own)
    assert (await shelf.matching("zebras")).text == "This house would paint zebras."
    put(own, "zebras", "This house would paint zebras in red.")
    os.utime(file, ns=(1, 1))
    assert (await shelf.matching("zebras")).text == "This house would paint zebras in red."
    file.unlink()
    assert len(await shelf.all()) == 15


async def test_many_may_look_at_once(own: Path) -> None:
    shelf = MotionShelf(own)
    found = await asyncio.gather(*(shelf.matching(str(1 + at % 15)) for at in range(60)))
    assert [motion.number for motion in found] == [1 + at % 15 for at in range(60)]
