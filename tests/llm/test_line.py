"""Who waits before an endpoint is told the place, comes in turn, and may leave without harm to the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import pytest

from bot.llm.errors import Busy
from bot.llm.line import LONGEST, Line

HOST = "models.example.org"


async def settled() -> None:
    """Let everybody go on until all of them wait."""
    for _ in range(20):
        await asyncio.sleep(0)


class Waiter:
    """One who stands in a line; `places` are those that were told, `inside` says that it is the turn."""

    def __init__(self, line: Line, told: Callable[[int], Awaitable[None]] | None = None) -> None:
        self.line = line
        self.places: list[int] = []
        self.inside = False
        self.told = told
        self.task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        async with aclosing(self.line.places()) as places:
            async for place in places:
                self.places.append(place)
                if self.told:
                    await self.told(place)
        self.inside = True

    async def give_up(self) -> None:
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task

    def leave(self) -> None:
        assert self.inside
        self.inside = False
        self.line.leave()


async def standing(line: Line, count: int) -> list[Waiter]:
    waiters = [Waiter(line) for _ in range(count)]
    await settled()
    return waiters


def inside(waiters: list[Waiter]) -> list[bool]:
    return [waiter.inside for waiter in waiters]


async def test_as_many_as_may_come_in_at_once_without_waiting() -> None:
    waiters = await standing(Line(HOST, 2), 3)
    assert inside(waiters) == [True, True, False]
    assert [waiter.places for waiter in waiters] == [[], [], [1]]
    await waiters[2].give_up()


async def test_they_come_in_turn_and_are_told_each_place_once() -> None:
    waiters = await standing(Line(HOST, 1), 4)
    for at in range(4):
        assert inside(waiters) == [number == at for number in range(4)]
        waiters[at].leave()
        await settled()
    assert [waiter.places for waiter in waiters] == [[], [1], [2, 1], [3, 2, 1]]


async def test_the_places_of_those_behind_move_up_when_one_gives_up() -> None:
    waiters = await standing(Line(HOST, 1), 4)
    await waiters[2].give_up()
    await settled()
    assert [waiter.places for waiter in waiters] == [[], [1], [2], [3, 2]]
    waiters[0].leave()
    await settled()
    assert inside(waiters) == [False, True, False, False]
    waiters[1].leave()
    await settled()
    assert inside(waiters) == [False, False, False, True]


async def test_one_who_gives_up_just_when_called_passes_the_turn_on() -> None:
    first, called, behind = await standing(Line(HOST, 1), 3)
    first.leave()
    called.task.cancel()  # before it could go in
    await settled()
    assert called.task.cancelled()
    assert behind.inside


async def test_a_turn_that_nobody_takes_is_free_for_the_next_who_comes() -> None:
    line = Line(HOST, 1)
    first, called = await standing(line, 2)
    first.leave()
    called.task.cancel()
    await settled()
    [later] = await standing(line, 1)
    assert later.inside
    assert later.places == []


async def test_one_who_is_called_and_given_up_while_the_place_is_being_told_loses_no_turn() -> None:
    line, reading = Line(HOST, 1), asyncio.Event()

    async def read(place: int) -> None:
        await reading.wait()

    [first] = await standing(line, 1)
    slow = Waiter(line, read)
    await settled()
    [behind] = await standing(line, 1)
    first.leave()
    await settled()
    assert not slow.inside
    await slow.give_up()
    await settled()
    assert behind.inside


async def test_a_call_while_the_place_is_being_told_is_not_missed() -> None:
    line, reading = Line(HOST, 1), asyncio.Event()

    async def read(place: int) -> None:
        await reading.wait()

    [first] = await standing(line, 1)
    slow = Waiter(line, read)
    await settled()
    first.leave()
    await settled()
    reading.set()
    await settled()
    assert slow.inside
    assert slow.places == [1]


async def test_one_who_asks_no_further_steps_out() -> None:
    line = Line(HOST, 1)
    [first] = await standing(line, 1)
    places: AsyncGenerator[int, None] = line.places()
    assert await anext(places) == 1
    [behind] = await standing(line, 1)
    await places.aclose()
    await settled()
    assert behind.places == [2, 1]
    first.leave()
    await settled()
    assert behind.inside


async def test_when_too_many_wait_nobody_else_may() -> None:
    line = Line(HOST, 1)
    waiters = await standing(line, 1 + LONGEST)
    assert waiters[-1].places == [LONGEST]
    with pytest.raises(Busy, match=HOST) as refused:
        await anext(line.places())
    assert "again" in refused.value.hint
    await waiters[7].give_up()
    [one_more] = await standing(line, 1)
    assert one_more.places == [LONGEST]
    for waiter in [*waiters[:7], *waiters[8:], one_more]:
        await settled()
        waiter.leave()


async def test_nobody_is_ever_more_than_may_be_and_nobody_waits_while_there_is_room() -> None:
    """Everybody comes, waits, gives up and leaves in turns that a counter draws."""
    line, waiters, drawn = Line(HOST, 3), list[Waiter](), 12345
    for _ in range(400):
        drawn = drawn * 1103515245 % 2**31 + 12345
        there = [waiter for waiter in waiters if waiter.inside]
        waiting = [waiter for waiter in waiters if not waiter.inside and not waiter.task.done()]
        match drawn // 65536 % 4:
            case 0 if there:
                there[drawn % len(there)].leave()
            case 1 if waiting:
                waiting[drawn % len(waiting)].task.cancel()
            case _ if len(waiting) < LONGEST:
                waiters.append(Waiter(line))
        if drawn % 3:
            await settled()
            now_in = sum(waiter.inside for waiter in waiters)
            now_waiting = sum(not waiter.task.done() for waiter in waiters)
            assert now_in <= 3
            assert now_in == 3 or now_waiting == 0
    await ended(waiters)


async def ended(waiters: list[Waiter]) -> None:
    for waiter in waiters:
        waiter.task.cancel()
    await asyncio.gather(*(waiter.task for waiter in waiters), return_exceptions=True)
