"""Who waits for whom where an endpoint takes one thing at a time."""

from __future__ import annotations

import asyncio

import pytest

from bot.llm import line
from bot.llm.errors import (
    Busy,
    TookTooLong,
)
from bot.llm.router import Router
from bot.model import Event, Meanwhile, Notice, Started, Text
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import asked
from tests.llm.ledger import MemoryLedger
from tests.llm.routing import PAYER, client, hear, router_over


async def test_a_local_server_is_asked_one_thing_at_a_time_and_places_are_told() -> None:
    places: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, Notice) and event.kind is Meanwhile.QUEUED:
            places.append(event.text)

    async with FakeModelServer(gap_s=0.002) as server, router_over(client(server, at_once=None)) as router:
        heard = await asyncio.gather(*(hear(router, asked(), meanwhile=note) for _ in range(4)))
    assert [each.error for each in heard] == [None] * 4
    assert server.most_at_work == 1
    assert sorted(places) == sorted(
        f"Number {place} in the queue for 127.0.0.1" for place in (1, 2, 3, 1, 2, 1)
    )


async def test_as_many_as_the_operator_allows_are_asked_at_once() -> None:
    async with FakeModelServer(gap_s=0.005) as server, router_over(client(server, at_once=3)) as router:
        await asyncio.gather(*(hear(router, asked()) for _ in range(9)))
    assert server.most_at_work == 3


async def test_one_who_leaves_the_line_is_not_asked_for_and_makes_room() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(hold_after=1) as server,
        router_over(client(server, at_once=1), ledger=ledger) as router,
    ):
        first = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: len(server.calls) == 1)
        second = asyncio.create_task(hear(router, asked()))
        third = asyncio.create_task(hear(router, asked()))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        server.hold_after = None
        server.go_on()
        assert [(await each).error for each in (first, third)] == [None, None]
    assert len(server.calls) == len(ledger.entries) == 2
    ledger.check()


async def test_one_who_leaves_in_mid_answer_makes_room() -> None:
    async with FakeModelServer(hold_after=3) as server, router_over(client(server, at_once=1)) as router:
        async with router.stream(asked(), PAYER, within_s=10) as events:
            async for event in events:
                if type(event) is Text:
                    break
        server.hold_after = None
        assert (await hear(router, asked())).error is None


async def test_a_full_line_sends_one_to_the_next_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST", 1)
    async with FakeModelServer(hold_after=1) as server, FakeModelServer() as other:
        clients = client(server, at_once=1), client(other, "spare")
        async with router_over(*clients, fallback=["spare"]) as router:
            first = asyncio.create_task(hear(router, asked()))
            await server.until(lambda: len(server.calls) == 1)
            second = asyncio.create_task(hear(router, asked()))
            await asyncio.sleep(0)
            third = await hear(router, asked())
            alone = await hear(router, asked(), endpoint="default")
            server.hold_after = None
            server.go_on()
            assert [(await each).error for each in (first, second)] == [None, None]
    assert third.error is None
    assert len(other.calls) == 1
    assert type(alone.error) is Busy


async def test_whoever_waits_in_line_waits_no_longer_than_they_said() -> None:
    async with FakeModelServer(hold_after=1) as server, router_over(client(server, at_once=1)) as router:
        first = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: len(server.calls) == 1)
        heard = await hear(router, asked(), within_s=0.05)
        server.go_on()
        await first
    assert isinstance(heard.error, TookTooLong)
    assert heard.error.kind == "queue"
    assert len(server.calls) == 1


async def test_the_end_of_the_wait_does_not_hit_whoever_is_told_the_place() -> None:
    """Telling people takes time; the time limit of the line is none of the one who does."""
    async with FakeModelServer(hold_after=1) as server, router_over(client(server, at_once=1)) as router:
        first = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: len(server.calls) == 1)
        told: list[Event] = []
        with pytest.raises(TookTooLong):
            await slowly(told, router)
        server.go_on()
        await first
    assert [getattr(event, "kind", None) for event in told] == [Meanwhile.QUEUED]


async def slowly(told: list[Event], router: Router) -> None:
    async with router.stream(asked(), PAYER, within_s=0.05) as events:
        async for event in events:
            await asyncio.sleep(0.1)
            told.append(event)


async def test_a_turn_that_comes_while_the_place_is_told_is_not_missed() -> None:
    async with FakeModelServer(hold_after=1) as server, router_over(client(server, at_once=1)) as router:
        first = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: len(server.calls) == 1)
        heard = []
        async with router.stream(asked(), PAYER, within_s=5) as events:
            async for event in events:
                heard.append(type(event))
                if isinstance(event, Notice):
                    server.hold_after = None
                    server.go_on()
                    await first
    assert heard[:2] == [Notice, Started]
