"""A burst of commands on Discord: `make bench-discord`, or `python -m benchmarks.discord COUNT SECONDS`.

By default 1,000 commands in 60 seconds from 50 servers, over real sockets; the API answers after 80 ms. The
real client and the stand-in for Discord share one process, so memory and delays are those of both together.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import discord
from aiohttp import web

from tests.platforms.discord.world import CHANNEL, GUILD, Person, Turn, World, bot_in, until, world

COUNT, SECONDS, SERVERS, PEOPLE = 1000, 60.0, 50, 500
_DELAY_S, _TICK_S, _PATIENCE_S = 0.08, 0.01, 60.0
_MIX: Sequence[tuple[str, dict[str, str]]] = (
    ("ask", {"question": "What did xAI promise about Grok 2?"}),
    ("search", {"words": "licence"}),
    ("help", {}),
    ("debate vote", {}),
)


def spread(here: World) -> None:
    """Make it many servers; what is sent is not held against the schemas."""
    here._spec = None
    here.servers = [_elsewhere(here.servers[0], number) for number in range(SERVERS)]
    one_server = here.event
    sent = 0

    async def event(name: str, data: Any) -> None:
        nonlocal sent
        sent += 1
        said = name == "INTERACTION_CREATE"
        await one_server(name, _elsewhere(data, sent % SERVERS) if said else data)

    here.event = event  # type: ignore[method-assign]


def _elsewhere(data: Any, number: int) -> Any:
    text = json.dumps(data)
    for known in (GUILD, CHANNEL):
        text = text.replace(known, str(int(known) + number * 1000))
    return json.loads(text)


async def burst(here: World, count: int, seconds: float) -> list[Turn]:
    """The commands, evenly over that time."""
    turns, began = [], time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * seconds / count - time.monotonic()))
        line, values = _MIX[number % len(_MIX)]
        # Ids tell when something was said, and the bot may look.
        here._interactions = max(here._interactions, discord.utils.time_snowflake(discord.utils.utcnow()))
        by = Person(str(66666666666700000 + number % PEOPLE), f"Member {number % PEOPLE}")
        turns.append(await here.use(by, line, **values))
    return turns


async def ticking(lags: list[float]) -> None:
    """How much later than asked the loop wakes."""
    while True:
        start = time.monotonic()
        await asyncio.sleep(_TICK_S)
        lags.append((time.monotonic() - start - _TICK_S) * 1000)


def rss_mb() -> float:
    """The memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def _figures(values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {cuts[49]:.0f} ms   p99 {cuts[98]:.0f} ms   max {max(values):.0f} ms"


async def main(count: int, seconds: float) -> int:
    """Run it, print the figures; 1 where a command was lost."""
    lags: list[float] = []
    # The stand-in takes its middlewares when it starts, hence in the class.
    checking = World._checking

    @web.middleware
    async def late(self: World, request: web.Request, handler: Any) -> web.StreamResponse:
        await asyncio.sleep(_DELAY_S)
        answered: web.StreamResponse = await checking(self, request, handler)
        return answered

    World._checking = late  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        async with world() as here:
            spread(here)
            async with bot_in(here, Path(folder)):
                before, tick = rss_mb(), asyncio.create_task(ticking(lags))
                turns = await burst(here, count, seconds)
                with suppress(TimeoutError):  # the count below tells
                    async with asyncio.timeout(_PATIENCE_S):
                        await until(lambda: all(turn.is_answered for turn in turns))
                tick.cancel()
                after = rss_mb()
    waits = [one.acknowledged_after * 1000 for one in turns if one.acknowledged_after is not None]
    answered = sum(one.is_answered for one in turns)
    print(f"{count:,} commands in {seconds:.0f} s, {SERVERS} servers; bot and stand-in in one process")
    print(f"acknowledged {len(waits):,}   {_figures(waits)}   (80 ms of that are the API's)")
    print(f"answered     {answered:,}   lost {count - answered}")
    print(f"loop lag     {_figures(lags)}")
    print(f"memory       {before:.0f} MB at the start, {after:.0f} MB at the end")
    return int(answered < count)


if __name__ == "__main__":
    given = sys.argv[1:]
    chosen = int(given[0]) if given else COUNT, float(given[1]) if len(given) > 1 else SECONDS
    sys.exit(asyncio.run(main(*chosen)))
