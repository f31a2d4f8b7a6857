"""Asks Discord to do something for the outbox: patiently, and telling what failed from what may be done."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from bot.errors import Passing, Unclear
from bot.platforms.discord.client import bad_token
from bot.platforms.discord.failures import going_on, words

log = logging.getLogger(__name__)

TRIES = 3
"""How often something is asked for where Discord fails or does not answer."""
PATIENCE_S = 30.0
"""So long an answer is waited for, limits of pace included."""
PAUSE_S = 600.0
"""So long nothing is asked for after Discord's guard refused everything, or a channel again and again."""
REFUSALS = 3
"""After so many refusals in a row a channel is left alone for a while."""

_UNANSWERED = (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError)
_FIRST_RETRY_S = 1.0
"""The library waits so long before it asks again by itself."""

Answer = TypeVar("Answer")


class Requests:
    """Every request of the outbox goes through here; `again_s` is the first wait before another try."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
        again_s: float = 1.0,
    ) -> None:
        self._now = now
        self._patience_s = patience_s
        self._again_s = again_s
        self._shut_until = float("-inf")
        self._refusals: dict[str, int] = {}
        self._paused: dict[str, float] = {}

    async def done(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """What Discord answers to what may be asked again and again.

        Raises Passing where it gives no answer, or asks to wait, OperatorError where the token is not valid,
        and discord.HTTPException for what it refuses.
        """
        try:
            return await self._tried(ask, lasting=False)
        except Unclear as error:
            raise Passing(error.message) from error

    async def posted(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The same for what is to be done once; Discord knows for a few minutes that it was asked before.

        Raises Unclear, too, where nobody knows whether it was done. All else means that it was not.
        """
        return await self._tried(ask, lasting=True)

    async def _tried(self, ask: Callable[[], Awaitable[Answer]], *, lasting: bool) -> Answer:
        if self._now() < self._shut_until:
            raise Passing("Discord takes nothing from this address for now.")
        doubt, began = "", self._now()
        for tried in range(TRIES):
            await asyncio.sleep(self._again_s * tried)
            try:
                return await self._answer(ask)
            except _UNANSWERED as error:
                doubt = f"Discord gave no answer: {words(error)}."
            except (Passing, discord.HTTPException) as error:
                # What took that long may be a second try of the library's, after an error of the server.
                if lasting and (doubt or self._now() - began >= _FIRST_RETRY_S):
                    raise Unclear(f"{doubt} {words(error)}.".strip()) from error
                raise
        raise Unclear(doubt)

    async def _answer(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            return await self._waited(ask)
        except discord.RateLimited as error:
            raise Passing(f"Discord asks to wait {error.retry_after:.0f} s.") from error
        except aiohttp.ClientConnectorError as error:
            raise Passing("Discord cannot be reached.") from error
        except discord.DiscordServerError:
            raise
        except discord.HTTPException as error:
            if error.status == 401:
                raise bad_token() from error
            if error.status == 429:
                raise self._too_many(error) from error
            raise

    async def _waited(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer, while patience lasts. A request is never broken off.

        The library would take a broken off wait for the global limit for one that never ends.
        """
        asked = going_on(ask())
        done, _ = await asyncio.wait([asked], timeout=self._patience_s)
        if not done:
            raise Unclear(f"Discord has not answered for {self._patience_s:.0f} s.")
        return asked.result()

    def _too_many(self, error: discord.HTTPException) -> Passing:
        if error.response.headers.get("Via") and error.response.content_type == "application/json":
            return Passing("Discord's limit of pace is reached again and again.")
        self._shut_until = self._now() + PAUSE_S
        log.error("Discord's guard refuses everything from this address; nothing is sent for 10 minutes")
        return Passing("Discord takes nothing from this address for now.")

    def check(self, channel: str) -> None:
        """Raise Passing while a channel is left alone."""
        if self._now() < self._paused.get(channel, float("-inf")):
            raise Passing("Discord refused several messages to this channel; it is left alone for now.")

    def went_well(self, channel: str) -> None:
        """A channel took a message."""
        self._refusals.pop(channel, None)
        self._paused.pop(channel, None)

    def refused(self, channel: str, why: str, remedy: str) -> Passing:
        """A channel took no message; after some in a row it is left alone for a while, and that is logged."""
        count = self._refusals[channel] = self._refusals.get(channel, 0) + 1
        if count >= REFUSALS:
            self._paused[channel] = self._now() + PAUSE_S
        if count == REFUSALS:
            log.error("Discord refuses what I post in channel %s: %s %s", channel, why, remedy)
        return Passing(f"Discord refuses it: {why}", remedy)
