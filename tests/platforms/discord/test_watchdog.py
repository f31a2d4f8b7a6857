"""When a connection that is open but deaf is given a new session, and when all is left to a restart."""

from __future__ import annotations

import pytest

from bot.platforms.discord.watchdog import Deaf, Watchdog


class Line:
    """A connection whose shards can be made deaf."""

    def __init__(self, *, heals: bool) -> None:
        self.silent: set[int] = set()
        self.begun_anew: list[int] = []
        self._heals = heals

    async def deaf(self) -> set[int]:
        return set(self.silent)

    async def begin_anew(self, shard: int) -> None:
        self.begun_anew.append(shard)
        if self._heals:
            self.silent.discard(shard)


def watching(line: Line) -> Watchdog:
    return Watchdog(line.deaf, line.begin_anew, 0)


async def test_who_hears_is_left_alone() -> None:
    line = Line(heals=True)
    watchdog = watching(line)
    for _ in range(10):
        await watchdog.look()
    assert line.begun_anew == []


async def test_the_second_failure_in_a_row_brings_a_new_session_for_that_shard_alone() -> None:
    line = Line(heals=True)
    watchdog = watching(line)
    line.silent = {1}
    await watchdog.look()
    assert line.begun_anew == []
    await watchdog.look()
    assert line.begun_anew == [1]
    for _ in range(10):
        await watchdog.look()
    assert line.begun_anew == [1]


async def test_failures_that_are_not_in_a_row_do_nothing() -> None:
    line = Line(heals=True)
    watchdog = watching(line)
    for _ in range(5):
        line.silent = {0}
        await watchdog.look()
        line.silent = set()
        await watchdog.look()
    assert line.begun_anew == []


async def test_the_fourth_failure_in_a_row_ends_it_for_a_restart() -> None:
    line = Line(heals=False)
    line.silent = {0}
    with pytest.raises(Deaf) as caught:
        await watching(line).run()
    assert line.begun_anew == [0]
    assert caught.value.exit_code == 75
