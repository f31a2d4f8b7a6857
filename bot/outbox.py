"""The one path out, for what is said without being asked: claim a row, send it, settle it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.errors import Passing, RostrumError
from bot.ports import Claimed, Outbox, Poster

log = logging.getLogger(__name__)

STALE_AFTER_S = 60.0
"""After this long a sender that has not settled its row is taken for dead."""


class Deliveries:
    """Sends a platform's outgoing messages, each once, oldest first."""

    def __init__(self, outbox: Outbox, poster: Poster) -> None:
        self._outbox = outbox
        self._poster = poster

    async def deliver(self) -> int:
        """Send all that is ready and return how many went out; what fails is logged and stays for later."""
        count = 0
        try:
            while claimed := await self._outbox.claim(self._poster.platform, stale_after_s=STALE_AFTER_S):
                if not await self._send(claimed):
                    break
                count += 1
        except RostrumError as error:
            log.warning("outbox of %s: %s", self._poster.platform, error)
        return count

    @asynccontextmanager
    async def under_way(self, every_s: float) -> AsyncIterator[None]:
        """Deliver again and again while the block runs; what is being sent when it ends is sent first."""
        over = asyncio.Event()

        async def deliver() -> None:
            while not over.is_set():
                await self.deliver()
                with suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), every_s)

        delivering = asyncio.create_task(deliver())
        try:
            yield
        finally:
            over.set()
            await delivering

    async def _send(self, claimed: Claimed) -> bool:
        try:
            # One that somebody claimed before and never settled may be out there already.
            message = await self._poster.find(claimed.outgoing) if claimed.unsure else None
            message = message or await self._poster.send(claimed.outgoing)
        except Passing as error:
            log.warning("not sent key=%s attempt=%d: %s", claimed.outgoing.key, claimed.attempt, error)
            await self._outbox.give_back(claimed)
            return False
        await self._outbox.sent(claimed, message)
        return True
