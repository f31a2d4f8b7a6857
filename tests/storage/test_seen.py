"""The contract of `ports.Seen`: what is delivered twice is new once, over restarts, for a day."""

from __future__ import annotations

import asyncio

import pytest

from bot.storage.seen import PURGE_EVERY, StoredSeen
from tests.storage.conftest import Clock, Kept, Open


@pytest.fixture
def seen(kept: Kept, clock: Clock) -> StoredSeen:
    return StoredSeen(kept.database, clock)


async def count(kept: Kept) -> int:
    async with kept.database.read() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM seen")).scalar_one())


async def test_a_delivery_comes_for_the_first_time_once(seen: StoredSeen) -> None:
    assert [await seen.first("chat", "1") for _ in range(3)] == [True, False, False]
    assert await seen.first("chat", "2")


async def test_platforms_number_their_deliveries_for_themselves(seen: StoredSeen) -> None:
    assert await seen.first("chat", "1")
    assert await seen.first("other", "1")


async def test_a_restart_does_not_make_it_new(seen: StoredSeen, clock: Clock, open_again: Open) -> None:
    assert await seen.first("chat", "1")
    async with open_again() as restarted:
        assert not await StoredSeen(restarted.database, clock).first("chat", "1")


async def test_of_many_who_get_it_at_once_one_is_the_first(
    seen: StoredSeen, clock: Clock, open_again: Open
) -> None:
    async with open_again() as restarted:
        other = StoredSeen(restarted.database, clock)
        asked = [one.first("chat", "1") for one in (seen, other) for _ in range(10)]
        assert sum(await asyncio.gather(*asked)) == 1


async def test_what_is_older_than_a_day_is_forgotten_on_the_way_and_nothing_younger(
    kept: Kept, seen: StoredSeen, clock: Clock
) -> None:
    await seen.first("chat", "old")
    clock.pass_by(hours=20)
    await seen.first("chat", "young")
    clock.pass_by(hours=5)
    for number in range(PURGE_EVERY - 2):
        await seen.first("chat", f"again {number % 2}")
    assert await count(kept) == 4
    assert not await seen.first("chat", "young")
    assert await count(kept) == 3
    assert await seen.first("chat", "old")
