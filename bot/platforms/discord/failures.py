"""What goes wrong between here and Discord, and what is tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import discord

log = logging.getLogger(__name__)

FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What may go wrong when Discord is asked for something."""
PAUSES_S: tuple[float, ...] = (1.0, 4.0, 10.0)
"""How long is waited before something is tried again."""
TRY_S = 40.0
"""How long one attempt may take; discord.py itself tries again for 25 seconds."""

Result = TypeVar("Result")
_under_way: set[asyncio.Future[Any]] = set()


async def surely(work: Callable[[], Awaitable[None]]) -> None:
    """Do it, again and again for a while where what fails may pass. Raises what failed last."""
    for pause in PAUSES_S:
        try:
            async with asyncio.timeout(TRY_S):
                return await work()
        except FAILURES as error:
            if not may_pass(error):
                raise
            log.info("tried again in %.0f s: %s", pause, words(error))
            await asyncio.sleep(pause)
    async with asyncio.timeout(TRY_S):
        return await work()


def may_pass(error: BaseException) -> bool:
    """Whether the same may work in a moment."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == 429
    return not isinstance(error, discord.DiscordException) or isinstance(error, discord.RateLimited)


def words(error: BaseException) -> str:
    """What an error says, or its name where it says nothing."""
    return f"{error}".rstrip(".") or type(error).__name__


async def unbroken(work: Awaitable[Result]) -> Result:
    """Wait for a request that goes on even where nobody waits any more.

    discord.py takes a wait for the global limit that is broken off for one that never ends.
    """
    return await asyncio.shield(going_on(work))


def going_on(work: Awaitable[Result]) -> asyncio.Future[Result]:
    """A request under way, which goes on whatever becomes of who asked for it."""
    asked: asyncio.Future[Result] = asyncio.ensure_future(work)
    _under_way.add(asked)
    asked.add_done_callback(_forget)
    return asked


def _forget(asked: asyncio.Future[Any]) -> None:
    _under_way.discard(asked)
    if not asked.cancelled():
        asked.exception()  # told to whoever still waits
