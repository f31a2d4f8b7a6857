"""What people are told of the motions there are, and of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import opened
from bot.chat.command import describe
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.settings import Settings
from tests.features.room import Room, facts, prose, room_in
from tests.screens import Silent

OWN = """
number = 16
theme = "Gardens"
text = "This house believes that wombats do the hills more good than harm."
as_of = 2026-01-01
[definitions]
"wombat" = "A marsupial that digs."
[for]
burden = "Show that wombats help."
words = "grass burrows"
[against]
burden = "Show that wombats harm."
words = "roots"
"""


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with room_in(tmp_path / "data", discover=False) as room:
        yield room


async def test_fifteen_motions_are_listed_by_number(room: Room) -> None:
    listed = await room.run("debate", "motions")
    assert list(facts(listed)) == [str(number) for number in range(1, 16)]
    assert len(listed.data) == 15


async def test_a_motion_tells_its_words_burdens_and_date(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data", discover=False), platform="shell") as app:
        call = Invocation(
            member=app.operator, place=app.home, arguments=("debate", "motions", "1"), asks_back=False
        )
        shown: Reply = await app.dispatch(call, Silent())
    told = facts(shown)
    assert told["Facts as of"] == "2025-11-25"
    assert "training data" in told["“training data”"] or told["“training data”"]
    assert told["For: to show"].startswith("Show that")
    assert shown.data["against"]


async def test_without_articles_a_motion_says_what_to_add(room: Room) -> None:
    shown = await room.run("debate", "motions", "1")
    assert "/articles add" in prose(shown)
    refused = await room.run("debate", "start", "1")
    assert refused.error is not None
    assert "0 of 3 passages" in refused.error.message
    assert "/articles add" in refused.error.hint


async def test_a_number_that_no_motion_has_is_not_found(room: Room) -> None:
    shown = await room.run("debate", "motions", "99")
    assert shown.error is not None
    assert shown.error.exit_code == 2


@pytest.mark.parametrize("words", ["Cats are good", "x" * 3000, "This house believes " + "very " * 600])
async def test_words_that_make_no_motion_are_refused_with_an_example(room: Room, words: str) -> None:
    refused = await room.run("debate", "start", words[:2000])
    assert refused.error is not None
    assert refused.error.exit_code == 2


async def test_numbers_and_wordings_complete_a_motion(room: Room) -> None:
    (command,) = (c for c in room.app.dispatch.catalog.commands if c.name == "debate start")
    call = Invocation(member=room.app.operator, place=room.place, text="")
    found = await room.app.dispatch.suggest(call, describe(command.request), "motion", "This house regrets")
    assert any("regrets" in one or one == "8" for one in found)
