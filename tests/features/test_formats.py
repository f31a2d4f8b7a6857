"""Looking at formats and checking their files, as typed commands do it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_that

from bot.chat.catalog import Catalog
from bot.chat.invocation import Invocation, Member, Place, Role
from bot.chat.reply import Fact, Facts, Heading, Prose, Reply
from bot.debating.format import Format, Kind, Pace, Prompts, Slot
from bot.debating.format import Role as SlotRole
from bot.debating.plan import side_time, slots
from bot.debating.reading import read_format
from bot.dispatch import Dispatch
from bot.errors import NotAllowed, NotFound
from bot.features.formats import reply as replies
from bot.features.formats.command import CheckFormat, ShowFormats
from bot.features.formats.usecase import ChecksFormat, FormatNames, ShowsFormats
from bot.shelves.formats import FormatShelf
from bot.shipped import shipped
from tests.debating.formats import FAIR, small, speech, written
from tests.screens import Silent

EXAMPLES = 500 if os.environ.get("ROSTRUM_TEST_ALL") else 40
"""`ROSTRUM_TEST_ALL=1` runs them all."""
_PLACE = Place(platform="shell", community="terminal", channel="chat")


class Room:
    """The commands about formats over a shelf, and somebody who types them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shelf = FormatShelf(folder / "formats")
        use_cases: dict[type, Any] = {ShowFormats: ShowsFormats(shelf), CheckFormat: ChecksFormat(shelf)}
        self.dispatch = Dispatch(Catalog(use_cases), use_cases, [FormatNames(shelf)])

    def call(self, *arguments: str, from_shell: bool = True) -> Invocation:
        role = Role.OPERATOR if from_shell else Role.MEMBER
        return Invocation(
            member=Member(id="1", name="Ann", role=role),
            place=_PLACE,
            arguments=arguments,
            asks_back=False,
            local=True,
            from_shell=from_shell,
        )

    async def run(self, *arguments: str, from_shell: bool = True) -> Reply:
        return await self.dispatch(self.call(*arguments, from_shell=from_shell), Silent())

    def file(self, **more: Any) -> str:
        path = self.folder / "mine.toml"
        path.write_text(written(small(**more)), encoding="utf-8")
        return str(path)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def section(reply: Reply, title: str) -> list[Fact]:
    """The rows below a heading."""
    place = reply.blocks.index(Heading(title))
    facts = reply.blocks[place + 1]
    assert isinstance(facts, Facts)
    return list(facts.rows)


def prose(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.blocks if isinstance(block, Prose))


def rows(reply: Reply, title: str) -> dict[str, str]:
    return {row.label: row.value for row in section(reply, title)}


# /debate formats.


async def test_the_list_tells_sides_turns_minutes_and_words(room: Room) -> None:
    reply = await room.run("debate", "formats", from_shell=False)
    facts = next(block for block in reply.blocks if isinstance(block, Facts))
    quick = next(row.value for row in facts.rows if row.label == "quick")
    assert quick.splitlines()[-1] == "for v against · 8 turns · 24 min · 1,200 words"
    assert {"quick", "duel", "oxford", "lincoln-douglas"} <= {one["format"] for one in reply.data}


async def test_one_format_is_shown_with_its_order(room: Room) -> None:
    reply = await room.run("debate", "formats", "Lincoln-Douglas", from_shell=False)
    order = rows(reply, "Order in a chat")
    assert list(order)[:3] == ["1 Vote before", "2 AC", "3 CX1"]
    assert order["2 AC"] == "aff.1 · 6 min · 300 words"
    assert order["3 CX1"] == "neg.1 asks aff.1 · 3 min · 150 words · 2 questions"
    assert order["7 NR"].endswith("nothing new")
    assert rows(reply, "Each side")["Decided by"] == "a judge"


async def test_the_panel_and_the_questions_take_a_row_each(room: Room) -> None:
    order = rows(await room.run("debate", "formats", "oxford"), "Order in a chat")
    panel = "for.1, against.1, for.2, against.2 answer · 18 min · 900 words · 3 rounds, 1 min 30 s each"
    assert order["6 Panel"] == panel
    assert order["7 Questions"] == "the audience asks · 15 min · answers of 1 min, 50 words"


async def test_a_format_that_there_is_not_is_told_with_the_nearest(room: Room) -> None:
    reply = await room.run("debate", "formats", "qick")
    assert isinstance(reply.error, NotFound)
    assert reply.error.hint == "Did you mean quick?"


async def test_ids_complete(room: Room) -> None:
    command = room.dispatch.catalog.named("debate formats")
    assert command is not None
    call = room.call("debate", "formats")
    assert await room.dispatch.suggest(call, command, "name", "OX") == ["oxford"]
    assert "quick" in await room.dispatch.suggest(call, command, "name", "")


# formats check.


async def test_a_file_that_adds_up_is_shown_at_both_paces(room: Room) -> None:
    reply = await room.run("formats", "check", room.file(turn=[speech("opening", minutes=9)]))
    assert reply.error is None
    assert rows(reply, "Order in a chat")["2 Opening"] == "for.1 · 7 min · 350 words"
    assert rows(reply, "Order by the book")["2 Opening"] == "for.1 · 9 min · 1,170 words"
    assert rows(reply, "Each side")["against by the book"] == "9 min · 1,170 words · 1 turn"
    assert "It adds up" in prose(reply)


async def test_a_file_that_does_not_add_up_is_bad_input_with_every_problem_on_a_line(room: Room) -> None:
    file = room.file(colour="red", turn=[{**speech("opening", "for.3", "against.1"), "kind": "speech"}])
    reply = await room.run("formats", "check", file)
    assert reply.error is not None
    assert reply.error.exit_code == 2
    assert reply.error.message.splitlines() == [
        "unknown key “colour”.",
        "turn opening: there is no seat for.3.",
    ]
    assert file in reply.error.hint
    assert "unknown key “colour”.\nturn opening" in prose(reply)


async def test_sides_that_differ_as_allowed_are_told_so(room: Room) -> None:
    turns = [speech("opening"), speech("more", "for.1")]
    reply = await room.run("formats", "check", room.file(turn=turns, vote={}, allow_unequal=True))
    assert "The sides are not given the same, as the file allows." in prose(reply)


async def test_what_no_debate_has_yet_is_told(room: Room) -> None:
    reply = await room.run("formats", "check", room.file(turn=[speech("opening", poi={"open": "1m"})]))
    assert "no points of information yet" in prose(reply)
    assert len(reply.data["notes"]) == 1


async def test_a_file_is_checked_in_a_shell_only(room: Room) -> None:
    reply = await room.run("formats", "check", room.file(), from_shell=False)
    assert isinstance(reply.error, NotAllowed)


async def test_a_file_that_is_not_there_is_told_so(room: Room) -> None:
    reply = await room.run("formats", "check", str(room.folder / "nowhere.toml"))
    assert isinstance(reply.error, NotFound)


# What is printed is what is held.


def printed_slots(order: list[dict[str, Any]]) -> tuple[Slot, ...]:
    """The slots that `--json` tells of."""
    return tuple(
        Slot(
            index=index,
            turn=one["turn"],
            title=one["title"],
            kind=Kind(one["kind"]),
            role=SlotRole(one["role"]) if one["role"] else None,
            seat=one["seat"],
            seats=tuple(one["seats"]),
            seconds=one["seconds"],
            words=one["words"],
            answer_s=one["answer_seconds"],
            new_arguments=one["new_arguments"],
            prompts=Prompts(one["prompts"]) if one["prompts"] else None,
            round=one["round"],
        )
        for index, one in enumerate(order)
    )


def total(values: list[str]) -> tuple[int, int]:
    """Seconds and words of rows that end in `… · 1 min 30 s · 75 words …`."""
    seconds = words = 0
    for value in values:
        found = re.search(r" · ([\dhmins ]+) · ([\d,]+) words?", f" · {value}")
        if found and "the audience asks" not in value:
            units = {"h": 3600, "min": 60, "s": 1}
            parts = re.findall(r"(\d+) (h|min|s)\b", found[1])
            seconds += sum(int(number) * units[unit] for number, unit in parts)
            words += int(found[2].replace(",", ""))
    return seconds, words


def check_printed(format: Format) -> None:
    reply = replies.checked(format)
    given = rows(reply, "Each side")
    for pace, title in ((Pace.CHAT, "in a chat"), (Pace.FULL, "by the book")):
        assert printed_slots(reply.data["paces"][pace.value]["order"]) == slots(format, pace)
        sides = [given[f"{side} {title}"] for side in side_time(format, pace)]
        order = [row.value for row in section(reply, f"Order {title}")]
        assert total(order) == total(sides)


@pytest.mark.parametrize("name", sorted(file.stem for file in shipped("formats").glob("*.toml")))
def test_the_printed_order_of_what_ships_is_what_is_held(name: str) -> None:
    check_printed(read_format((shipped("formats") / f"{name}.toml").read_text(encoding="utf-8")))


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given_that(FAIR)
def test_the_printed_order_of_any_format_is_what_is_held(said: dict[str, Any]) -> None:
    if sum(turn["kind"] == "discussion" for turn in said["turn"]) <= 2:  # else there may be too many answers
        check_printed(read_format(written(said)))
