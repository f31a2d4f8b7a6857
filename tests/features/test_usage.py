"""What `/usage` tells a member, an admin and an operator, of a ledger whose sums are known."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app import opened
from bot.chat.invocation import Invocation, Member, Place, Role
from bot.chat.reply import Fact, Facts, Heading, Prose, Reply
from bot.errors import InputError
from bot.features.usage.command import ShowUsage
from bot.features.usage.usecase import ShowsUsage
from bot.model import Payer, Usage
from bot.ports import Allowances, Ledger
from bot.settings import Settings
from bot.storage import open_storage
from tests.screens import Silent

PLACE = Place(platform="chat", community="here", channel="general")


class Clock:
    """A clock that moves on request only."""

    time = datetime(2026, 5, 1, 21, 0, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Room:
    clock: Clock
    ledger: Ledger

    async def called(
        self,
        prompt: int,
        answer: int = 0,
        cost: str | None = None,
        *,
        model: str = "gpt-5-mini",
        endpoint: str = "default",
        member: str = "ann",
        community: str = "here",
    ) -> None:
        """A model was asked, and it came to this."""
        call = await self.begun(member=member, community=community, model=model, endpoint=endpoint)
        usage = Usage(prompt=prompt, answer=answer)
        await self.ledger.settle(call, usage, None if cost is None else Decimal(cost))

    async def begun(
        self,
        *,
        tokens: int = 1,
        member: str = "ann",
        community: str = "here",
        model: str = "gpt-5-mini",
        endpoint: str = "default",
    ) -> int:
        payer = Payer(member=member, community=community)
        return await self.ledger.reserve(payer, tokens, endpoint=endpoint, model=model, purpose="answer")

    async def usage(self, role: Role, days: int = 7) -> Reply:
        call = Invocation(member=Member(id="ann", name="Ann", role=role), place=PLACE)
        [reply] = [one async for one in ShowsUsage(self.ledger, self.clock)(ShowUsage(days=days), call)]
        return reply


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = Clock()
    async with open_storage(tmp_path, clock) as storage:
        yield Room(clock, storage.ledger)


def facts(reply: Reply) -> dict[str, str]:
    rows: list[Fact] = [row for block in reply.blocks if isinstance(block, Facts) for row in block.rows]
    return {row.label: row.value for row in rows}


def headings(reply: Reply) -> list[str]:
    return [block.text for block in reply.blocks if isinstance(block, Heading)]


def prose(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.blocks if isinstance(block, Prose))


async def test_a_member_sees_their_own_limit_and_the_communitys_and_nothing_else(room: Room) -> None:
    await room.called(1000, 200, "1.5")
    await room.called(3000, member="bob")
    await room.called(70_000, community="there")
    reply = await room.usage(Role.MODERATOR)
    assert facts(reply) == {
        "You": "1,200 of 50,000 tokens",
        "This community": "4,200 of 500,000 tokens",
        "Starts anew": "00:00 UTC (in 3 h)",
    }
    assert headings(reply) == ["Today"]
    assert reply.data == {
        "resets_at": "2026-05-02T00:00:00+00:00",
        "limits": [
            {"whose": "member", "used": 1200, "most": 50_000},
            {"whose": "community", "used": 4200, "most": 500_000},
        ],
    }


async def test_what_is_reserved_for_a_call_under_way_is_shown_as_used(room: Room) -> None:
    await room.begun(tokens=900)
    assert facts(await room.usage(Role.MEMBER))["You"] == "900 of 50,000 tokens"


@pytest.mark.parametrize(("minutes", "says"), [(1, "in 1 min"), (59, "in 59 min"), (61, "in 2 h")])
async def test_the_last_hour_counts_in_minutes(room: Room, minutes: int, says: str) -> None:
    room.clock.time = datetime(2026, 5, 2, tzinfo=UTC) - timedelta(minutes=minutes)
    assert says in facts(await room.usage(Role.MEMBER))["Starts anew"]


async def test_where_there_is_no_limit_it_says_so(tmp_path: Path) -> None:
    clock = Clock()
    async with open_storage(tmp_path, clock, Allowances(member_tokens=0)) as storage:
        room = Room(clock, storage.ledger)
        await room.called(1000)
        reply = await room.usage(Role.MEMBER)
    assert facts(reply)["You"] == "1,000 tokens, no limit"
    assert reply.data["limits"][0]["most"] is None


async def test_an_admin_sees_what_each_model_of_their_community_was_used_for(room: Room) -> None:
    await room.called(1000, 200, "0.25")
    room.clock.time += timedelta(days=1)
    await room.called(500, 100, "1.0049")
    await room.called(30, 7, "0", model="qwen3:4b", endpoint="ollama", member="bob")
    await room.called(9, community="there", model="secret")
    reply = await room.usage(Role.ADMIN)
    assert headings(reply) == ["Today", "Used in the last 7 days in this community"]
    shown = facts(reply)
    assert shown["Everybody"] == "646 of 2,000,000 tokens"
    assert shown["gpt-5-mini (default)"] == "2 calls · 1,800 tokens · $1.25"
    assert shown["qwen3:4b (ollama)"] == "1 call · 37 tokens · free"
    assert shown["Together"] == "3 calls · 1,837 tokens · $1.25"
    assert "secret" not in repr(reply)


async def test_an_operator_sees_everybody(room: Room) -> None:
    await room.called(1000, 200, "0.25")
    await room.called(9, cost="0.25", community="there")
    reply = await room.usage(Role.OPERATOR)
    assert headings(reply)[1] == "Used in the last 7 days by everybody"
    assert facts(reply)["gpt-5-mini (default)"] == "2 calls · 1,209 tokens · $0.50"
    assert "Together" not in facts(reply)


@pytest.mark.parametrize(
    ("costs", "says"),
    [
        ([None], "cost unknown"),
        (["0", None], "free, and 1 call of unknown cost"),
        (["2", None, None], "$2.00, and 2 calls of unknown cost"),
        (["0.00123"], "$0.0012"),
        (["0.00001"], "under $0.0001"),
        (["1234.5"], "cost unknown"),
        (["999.5", "999.5"], "$1,999.00"),
    ],
)
async def test_a_cost_is_told_as_far_as_it_is_known(room: Room, costs: list[str | None], says: str) -> None:
    for cost in costs:
        await room.called(1, cost=cost)
    assert facts(await room.usage(Role.ADMIN))["gpt-5-mini (default)"].endswith(f" tokens · {says}")


async def test_calls_that_did_not_finish_are_told_apart(room: Room) -> None:
    await room.begun(tokens=500)
    reply = await room.usage(Role.ADMIN)
    assert facts(reply)["gpt-5-mini (default)"] == "0 calls · 0 tokens · no cost yet"
    assert prose(reply).startswith("Not finished: 1 call, under way now or cut off when I was stopped.")
    assert facts(reply)["You"] == "500 of 50,000 tokens"


async def test_the_days_count_back_from_today(room: Room) -> None:
    for _ in range(3):
        await room.called(100)
        room.clock.time += timedelta(days=1)
    await room.called(1)
    last_day = room.clock.time.date().isoformat()
    for days, tokens in ((1, 1), (2, 101), (3, 201), (90, 301)):
        reply = await room.usage(Role.ADMIN, days)
        assert facts(reply)["gpt-5-mini (default)"].startswith(f"{days if days < 90 else 4} call")
        assert f" {tokens} tokens " in facts(reply)["gpt-5-mini (default)"]
        assert reply.data["days"] == days
        assert reply.data["spent"][-1]["day"] == last_day
    assert headings(await room.usage(Role.ADMIN, 1))[1] == "Used today in this community"


async def test_the_data_hold_each_day_with_exact_costs_and_are_json(room: Room) -> None:
    await room.called(3, 4, "0.000000050")
    await room.called(3, 4)
    data = json.loads(json.dumps((await room.usage(Role.ADMIN)).data))
    assert data["spent"] == [
        {
            "day": "2026-05-01",
            "endpoint": "default",
            "model": "gpt-5-mini",
            "calls": 2,
            "prompt": 6,
            "answer": 8,
            "cost": "0.000000050000",
            "unpriced": 1,
            "unfinished": 0,
        }
    ]
    assert [limit["whose"] for limit in data["limits"]] == ["member", "community", "all"]


async def test_where_no_model_was_asked_it_says_so(room: Room) -> None:
    assert prose(await room.usage(Role.ADMIN)) == "No model was asked in the last 7 days."
    assert prose(await room.usage(Role.ADMIN, 1)) == "No model was asked today."


async def test_a_models_name_cannot_bring_lines_of_its_own(room: Room) -> None:
    await room.called(1, model="nice\nYou: 0 of 0 tokens\u202e")
    assert "nice You: 0 of 0 tokens (default)" in facts(await room.usage(Role.ADMIN))


async def test_it_is_typed_as_usage_and_answered_privately(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as app:

        async def typed(text: str, role: Role = Role.OPERATOR) -> Reply:
            call = Invocation(member=replace(app.operator, role=role), place=app.home, text=text)
            return await app.dispatch(call, Silent())

        command = app.dispatch.catalog.named("usage")
        assert command is not None
        assert (command.private, command.role) == (True, Role.MEMBER)
        assert (await typed("/usage 30")).data["days"] == 30
        assert "spent" not in (await typed("/usage", Role.MEMBER)).data
        for wrong in ("/usage 0", "/usage 91"):
            assert isinstance((await typed(wrong)).error, InputError)
