"""The one message of a debate in its channel, as it is edited while the debate goes; the moderator's card."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation, Member, Role
from bot.chat.reply import Actions, Picture, Reply
from bot.outbox import Deliveries
from bot.ports import Outgoing
from bot.settings import Settings
from tests.features.room import prose
from tests.screens import Silent

BO = Member(id="bo", name="Bo", role=Role.MEMBER)


class Keeping:
    """Keeps all that goes out, in order."""

    platform = "terminal"

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def send(self, outgoing: Outgoing) -> str:
        self.sent.append(outgoing)
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        return None


@dataclass
class Channel:
    """A channel in which a moderator types, and others do."""

    app: App
    keeping: Keeping

    async def type(self, line: str, *, by: Member | None = None) -> Reply:
        call = Invocation(member=by or self.app.operator, place=self.app.home, text=line)
        return await self.app.dispatch(call, Silent())

    async def until(self, true: Callable[[list[Outgoing]], bool]) -> list[Outgoing]:
        """All that went out, once it fits."""
        deliveries = Deliveries(self.app.outbox, self.keeping)
        async with asyncio.timeout(60):
            while True:
                await deliveries.deliver()
                if true(self.keeping.sent):
                    return self.keeping.sent
                await asyncio.sleep(0.02)

    async def edits(self, count: int) -> list[Outgoing]:
        """What the message in the channel was changed to, once it was changed so often."""
        sent = await self.until(lambda sent: sum(one.replaces is not None for one in sent) >= count)
        return [one for one in sent if one.replaces is not None]


@pytest.fixture
async def channel(tmp_path: Path) -> AsyncIterator[Channel]:
    async with opened(Settings(data=tmp_path / "data", discover=False), platform="terminal") as app:
        yield Channel(app, Keeping())


def offered(said: Reply) -> list[str]:
    return [button.label for block in said.blocks if isinstance(block, Actions) for button in block.buttons]


async def test_a_debate_is_one_message_in_the_channel_that_changes_and_a_thread(channel: Channel) -> None:
    await channel.type("/debate start 2 for:me")
    [head] = await channel.until(lambda sent: len(sent) == 1)
    assert head.thread_title.startswith("Debate 1: ")
    await channel.type("/moderate call")
    await channel.edits(1)
    await channel.type("/debate speak So say I.")
    await channel.until(lambda sent: any("So say I" in repr(one.reply.blocks) for one in sent))
    await channel.type("/moderate end Enough said")
    await channel.edits(2)
    await channel.type("/debate vote for", by=BO)
    await channel.type("/moderate end")
    edits = await channel.until(lambda sent: any(_is_result(one) for one in sent if one.replaces))
    heads = [one for one in edits if one.replaces]
    assert {one.replaces for one in heads} == {head.key}
    assert ["under way" in prose(one.reply) for one in heads][:2] == [True, False]
    assert offered(heads[1].reply)[:3] == ["I am for", "I am against", "Undecided"]
    assert any(isinstance(block, Picture) for block in heads[-1].reply.blocks)
    rest = [one for one in edits if one.replaces is None and one is not head]
    assert {one.below for one in rest} == {head.key}
    assert sum(_is_result(one) for one in rest) == 1


def _is_result(one: Outgoing) -> bool:
    return bool(one.reply.data and one.reply.data["event"] == "result")


async def test_the_message_in_the_channel_shows_who_takes_and_leaves_a_seat(channel: Channel) -> None:
    await channel.type("/debate start 2")
    await channel.type("/debate join for", by=BO)
    [taken] = await channel.edits(1)
    assert "Bo" in repr(taken.reply.blocks)
    await channel.type("/debate leave", by=BO)
    edits = await channel.edits(2)
    assert "open seat" in repr(edits[-1].reply.blocks)
    assert any(label.startswith("Take the seat") for label in offered(edits[-1].reply))


async def test_a_debate_that_is_called_off_says_so_in_its_message(channel: Channel) -> None:
    await channel.type("/debate start 2 for:me")
    await channel.type("/moderate end Nobody came")
    [edit] = await channel.edits(1)
    assert "called off: Nobody came." in prose(edit.reply)
    assert offered(edit.reply) == []


async def test_a_moderator_sees_alone_how_it_stands_and_what_they_can_do(channel: Channel) -> None:
    await channel.type("/debate start 2 for:me")
    card = await channel.type("/moderate card")
    assert card.private
    assert card.data["phase"] == "lobby"
    assert offered(card) == ["Start now", "Pause", "Call it off"]
    await channel.type("/moderate end")
    assert "nothing to moderate" in prose(await channel.type("/moderate card debate:1"))


async def test_the_moderator_s_card_is_for_moderators(channel: Channel) -> None:
    await channel.type("/debate start 2 for:me")
    refused = await channel.type("/moderate card", by=BO)
    assert refused.error is not None
    assert "moderators" in refused.error.message
