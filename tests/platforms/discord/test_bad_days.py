"""What a community sees when the model is slow, the network breaks, or two people press at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.invocation import Invocation, Member, Place
from bot.chat.reply import Quote
from bot.endpoint import Endpoint
from bot.platforms.discord.screen import PACE_S
from tests.fakes.model_server import FakeModelServer
from tests.platforms.discord.channels import limited, refusal
from tests.platforms.discord.world import (
    ADA,
    BO,
    CHANNEL,
    GUILD,
    MODERATOR,
    World,
    bot_in,
    button,
    texts,
    until,
    world,
)
from tests.screens import Silent

QUESTION = "What did xAI promise about Grok 2?"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[World]:
    async with world() as here, bot_in(here, tmp_path / "data"):
        yield here


async def test_an_answer_is_seen_to_grow_while_a_slow_model_writes(tmp_path: Path) -> None:
    async with FakeModelServer(hold_after=6) as model, world() as here:
        endpoint = Endpoint(name="default", base_url=model.base_url, model="small-model")
        async with bot_in(here, tmp_path / "data", endpoint):
            turn = await here.use(ADA, "ask", question=QUESTION)
            await until(lambda: turn.acknowledged_after is not None)
            await until(lambda: model.at_work == 1)
            await until(lambda: "draft" in turn.text.casefold())
            half = turn.text
            assert "### " not in half
            model.hold_after = None
            model.go_on()
            await until(lambda: "machine" in turn.text)
    whole = turn.text
    assert len(whole) > len(half)
    assert "Grok 2" in whole
    assert [text for _, text in turn.edits][-1] == whole
    # No more edits than the pace allows, and one for the end.
    lasted = turn.edits[-1][0] - turn.edits[0][0]
    assert len(turn.edits) <= lasted / PACE_S + 2


async def test_two_clicks_at_once_are_one_vote_and_both_are_answered(server: World) -> None:
    await server.use(MODERATOR, "debate start", motion="1")
    await until(lambda: server.titles)
    head = server.messages[CHANNEL][0]
    clicks = await asyncio.gather(
        *(server.press(ADA, button(head, label), head) for label in ("I am for", "I am against", "I am for"))
    )
    for click in clicks:
        await until(lambda click=click: "our vote" in click.text)
        assert click.private
    told = await server.use(BO, "debate status")
    await until(lambda: "so far" in told.text)
    assert "1 so far" in told.text


async def test_while_discord_lets_nothing_be_posted_a_moderator_is_still_heard(server: World) -> None:
    server.faults = [limited(2, everywhere=True)]
    await server.use(MODERATOR, "debate start", motion="1")
    await until(lambda: server.posts(CHANNEL))
    stop = await server.use(MODERATOR, "moderate end")
    await until(lambda: "called off" in stop.text)
    assert server.messages[CHANNEL] == []
    await until(lambda: server.messages[CHANNEL])
    await until(lambda: "called off" in server.texts(CHANNEL)[0])
    assert len(server.messages[CHANNEL]) == 1


async def test_an_answer_arrives_although_the_connection_is_cut_meanwhile(server: World) -> None:
    turn = await server.use(ADA, "ask", question=QUESTION)
    server.reset()
    await until(lambda: "> " in turn.text)
    await until(lambda: server.resumes)
    again = await server.use(ADA, "help")
    await until(lambda: again.messages)


async def test_what_is_acknowledged_too_late_is_answered_in_the_channel_once(server: World) -> None:
    server.refusing = refusal(404, 10062, "Unknown interaction")
    await server.use(ADA, "ask", question=QUESTION)
    await until(lambda: any("Grok 2" in text for text in server.texts(CHANNEL)))
    server.refusing = None
    later = await server.use(ADA, "help")
    await until(lambda: later.messages)
    assert len(server.messages[CHANNEL]) == 1


async def test_where_the_token_has_ended_the_answer_is_an_ordinary_message(server: World) -> None:
    server.ended = True
    turn = await server.use(ADA, "ask", question=QUESTION)
    await until(lambda: any("Grok 2" in text for text in server.texts(CHANNEL)))
    assert turn.messages == []
    assert len(server.messages[CHANNEL]) == 1


async def test_a_long_document_arrives_whole_in_several_messages(tmp_path: Path) -> None:
    asked = {"words": "open weights model licence", "limit": 40}
    async with world() as here, bot_in(here, tmp_path / "data") as inside:
        place = Place(platform="discord", community=f"discord:{GUILD}", channel=CHANNEL)
        member = Member(id=ADA.id, name=ADA.name)
        values = {name: str(value) for name, value in asked.items()}
        call = Invocation(member=member, place=place, text="/search", values=values)
        whole = await inside.dispatch(call, Silent())
        quotes = [block.text for block in whole.blocks if isinstance(block, Quote)]
        turn = await here.use(ADA, "search", asked)
        await until(lambda: plain(quotes[-1]) in plain(turn.text))
    pages = ["".join(texts(one["components"])) for one in turn.messages]
    assert len(pages) > 2
    assert all(len(page) <= 4000 for page in pages)
    assert sum(map(len, pages)) > 12_000
    assert len(quotes) == 40
    at = 0
    for number, quote in enumerate(quotes, start=1):
        at = turn.text.index(f"**{number}\\. ", at)
        assert plain(turn.text[at:]).find(plain(quote)) >= 0


def plain(text: str) -> str:
    """The letters alone, without Markdown and line breaks."""
    return "".join(letter for letter in text if letter.isalnum())
