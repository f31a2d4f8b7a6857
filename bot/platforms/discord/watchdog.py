"""Notices a connection that is open but deaf."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection

from bot.errors import RostrumError

log = logging.getLogger(__name__)

_BEGIN_ANEW_AT = 2
_GIVE_UP_AT = 4


class Deaf(RostrumError):
    """Events do not come any more, not even over a new session; a restart may help."""

    code = "E-DEAF"
    exit_code = 75

    def __init__(self) -> None:
        super().__init__("Discord has stopped sending me events.", "I leave, so that I am started anew.")


class Watchdog:
    """Asks again and again for an event and looks whether it comes.

    `deaf` makes the round trip and returns the shards that nothing came back on; `begin_anew` gives one of
    those a new session. The second failure in a row leads to a new session, the fourth to the end.

    What it sees: a session over which no events come any more, though the socket is open and heartbeats are
    acknowledged. What it cannot see: a session over which one kind of event is missing and others come.
    """

    def __init__(
        self,
        deaf: Callable[[], Awaitable[Collection[int]]],
        begin_anew: Callable[[int], Awaitable[None]],
        every_s: float,
    ) -> None:
        self._deaf = deaf
        self._begin_anew = begin_anew
        self._every_s = every_s
        self._failures: Counter[int] = Counter()

    async def run(self) -> None:
        """Watch until cancelled. Raises Deaf."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """Make one round trip and do what follows from it. Raises Deaf."""
        deaf = await self._deaf()
        self._failures = Counter({shard: self._failures[shard] + 1 for shard in deaf})
        for shard, failures in self._failures.items():
            log.warning("Discord: no event came back shard=%d failures=%d", shard, failures)
            if failures >= _GIVE_UP_AT:
                raise Deaf
            if failures == _BEGIN_ANEW_AT:
                await self._begin_anew(shard)
