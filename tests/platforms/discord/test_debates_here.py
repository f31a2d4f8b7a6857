"""Whole debates in a server, to their end, with the same record as in the terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.chat.invocation import Invocation, Member, Role
from bot.features.debate import starting
from tests.features.test_debates import Hall, hall_in
from tests.platforms.discord.world import (
    ADA,
    ADMIN,
    CHANNEL,
    GUILD,
    MODERATOR,
    Person,
    World,
    bot_in,
    button,
    buttons,
    texts,
    until,
    world,
)
from tests.screens import Silent

VOTERS = tuple(Person(f"7777777777777777{n}", f"Voter {n}") for n in range(5))
SPEECHES = (
    "Data may hold what nobody has the right to publish.",
    "A name is a promise, and this one was made about code.",
    "So judge a model by what it lets you do.",
)
KEPT = ("turn", "side", "seat", "by", "text", "question", "words", "notes", "struck")


@pytest.fixture(autouse=True)
def no_breathers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "BREATHER_S", 0)


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[tuple[World, App]]:
    async with world() as here, bot_in(here, folder / "discord") as inside:
        yield here, inside


def record(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said, by whom, and on what it rests, without when and under which number."""
    told = [{key: line[key] for key in KEPT} for line in lines]
    quoted = [[source["quote"] for source in line["sources"]] for line in lines]
    return [{**line, "quotes": quotes} for line, quotes in zip(told, quoted, strict=True)]


async def here_said(inside: App) -> list[dict[str, Any]]:
    place = replace(inside.home, community=f"discord:{GUILD}", channel=CHANNEL)
    member = Member(id=ADA.id, name=ADA.name)
    call = Invocation(member=member, place=place, text="/debate transcript")
    return record((await inside.dispatch(call, Silent())).data)


async def typed_said(hall: Hall) -> list[dict[str, Any]]:
    return record((await hall.type("/debate transcript")).data)


async def all_vote(here: World, head: dict[str, Any], label: str) -> None:
    await until(lambda: any(one["label"] == label for one in buttons(head["components"])))
    for voter in VOTERS:
        vote = await here.press(voter, button(head, label), head)
        await until(lambda vote=vote: "Your vote: " in vote.text)
        assert vote.private


async def ended(here: World, head: dict[str, Any]) -> None:
    """Everybody votes again, and a moderator closes the vote."""
    await all_vote(here, head, "I am against")
    await here.press(MODERATOR, button(head, "Close the vote"), head)
    await until(lambda: head.get("files"))
    assert "Against" in " ".join(texts(head["components"]))
    assert len(here.messages[CHANNEL]) == 1


async def test_quick_is_the_same_as_in_the_terminal(tmp_path: Path) -> None:
    async with server(tmp_path) as (here, inside):
        await here.use(MODERATOR, "debate start", {"for": "evidence"}, motion="2", against="evidence")
        await until(lambda: here.titles)
        [head] = here.messages[CHANNEL]
        await all_vote(here, head, "I am for")
        await here.press(MODERATOR, button(head, "Start now"), head)
        await until(lambda: any("All have spoken" in text for text in here.texts(head["id"])))
        await ended(here, head)
        said = await here_said(inside)
    async with hall_in(tmp_path / "terminal") as hall:
        await hall.type("/debate start 2 for:evidence against:evidence")
        await hall.type("/moderate call")
        await hall.until(lambda posts: "All have spoken" in posts)
        assert said == await typed_said(hall)
    assert len(said) == 8


async def test_a_duel_is_the_same_as_in_the_terminal(tmp_path: Path) -> None:
    async with server(tmp_path) as (here, inside):
        refused = await here.use(ADA, "debate duel", motion="2")
        await until(lambda: "Only moderators start duels here." in refused.text)
        chosen = await here.use(ADMIN, "settings set", duels=CHANNEL)
        await until(lambda: chosen.messages)
        await here.use(ADA, "debate duel", motion="2")
        await until(lambda: here.titles)
        [head] = here.messages[CHANNEL]
        await all_vote(here, head, "I am for")
        await here.press(MODERATOR, button(head, "Start now"), head)
        thread = here.messages[head["id"]]
        for n, speech in enumerate(SPEECHES, start=1):
            await until(lambda n=n: len(_calls(thread)) == n)
            call = _calls(thread)[-1]
            speak = await here.press(ADA, button(call, "Speak"), call)
            await until(lambda speak=speak: speak.modal)
            given = await here.submit(speak, text=speech)
            await until(lambda given=given: "Posted" in given.text)
        await until(lambda: any("All have spoken" in text for text in here.texts(head["id"])))
        await ended(here, head)
        said = await here_said(inside)
    ada = Member(id=ADA.id, name=ADA.name, role=Role.MODERATOR)
    async with hall_in(tmp_path / "terminal") as hall:
        await hall.type("/debate duel 2", by=ada)
        await hall.type("/moderate call")
        for speech in SPEECHES:
            await until_taken(hall, speech, ada)
        await hall.until(lambda posts: "All have spoken" in posts)
        assert said == await typed_said(hall)
    assert [line["by"] for line in said[1::2]] == ["Ada"] * 3


async def until_taken(hall: Hall, speech: str, by: Member) -> None:
    """Give a speech as soon as it is the speaker's turn."""
    for _ in range(2000):
        given = await hall.type(f'/debate speak "{speech}"', by=by)
        if given.error is None:
            return
        assert "turn" in given.error.message, given.error
    raise AssertionError("their turn never came")


def _calls(thread: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in thread if f"<@{ADA.id}>" in " ".join(texts(one["components"]))]


async def test_oxford_is_the_same_as_in_the_terminal(tmp_path: Path) -> None:
    asked = "Who pays for the openness?"
    async with server(tmp_path) as (here, inside):
        seats = {"for": "evidence"}
        await here.use(MODERATOR, "debate start", seats, motion="1", format="oxford", against="evidence")
        await until(lambda: here.titles)
        [head] = here.messages[CHANNEL]
        await all_vote(here, head, "I am for")
        await here.press(MODERATOR, button(head, "Start now"), head)
        await until(lambda: any("Questions from the audience" in text for text in here.texts(head["id"])))
        question = await here.use(ADA, "debate question", side="for", text=asked)
        await until(lambda: "in the queue" in question.text)
        await until(lambda: sum("### Questions ·" in text for text in here.texts(head["id"])) == 2)
        onward = await here.use(MODERATOR, "moderate call")
        await until(lambda: onward.messages)
        await until(lambda: any("All have spoken" in text for text in here.texts(head["id"])))
        await ended(here, head)
        said = await here_said(inside)
    async with hall_in(tmp_path / "terminal") as hall:
        await hall.type("/debate start 1 format:oxford for:evidence against:evidence")
        await hall.type("/moderate call")
        await hall.until(lambda posts: "Questions from the audience" in posts)
        await hall.type(f'/debate question for "{asked}"', by=Member(id=ADA.id, name=ADA.name))
        await hall.until(lambda posts: posts.count("'Questions ·") == 2)
        await hall.type("/moderate call")
        await hall.until(lambda posts: "All have spoken" in posts)
        assert said == await typed_said(hall)
    assert any(line["question"] == asked for line in said)
