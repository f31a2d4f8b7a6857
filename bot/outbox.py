"""The one path out, for what is said without being asked: claim a row, send it, settle it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.errors import OperatorError, Passing, RostrumError, StoreError, Unclear
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
        """Send all that is ready and return how many went out; what fails is logged and stays for later.

        What a place refuses for now holds up nothing that goes elsewhere. Raises OperatorError where the
        platform takes nothing before somebody mends that.
        """
        refused: list[Claimed] = []
        count = 0
        try:
            try:
                while claimed := await self._outbox.claim(self._poster.platform, stale_after_s=STALE_AFTER_S):
                    count += await self._send(claimed, refused)
            finally:
                # Not before: each is tried once, however often it was tried already.
                for one in refused:
                    await self._outbox.give_back(one)
        except RostrumError as error:
            if isinstance(error, OperatorError) and not isinstance(error, StoreError):
                raise
            log.warning("outbox of %s: %s", self._poster.platform, error)
        return count

    @asynccontextmanager
    async def under_way(self, every_s: float) -> AsyncIterator[None]:
        """Deliver again and again while the block runs; what is being sent when it ends is sent first.

        Where nothing can be sent before somebody mends it, the block is cancelled and OperatorError raised.
        """
        over = asyncio.Event()

        async def deliver() -> None:
            while not over.is_set():
                await self.deliver()
                with suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), every_s)

        def stop(ended: asyncio.Task[None]) -> None:
            if not over.is_set() and not ended.cancelled() and block is not None:
                block.cancel()

        block = asyncio.current_task()
        delivering = asyncio.create_task(deliver())
        delivering.add_done_callback(stop)
        try:
            yield
        except asyncio.CancelledError:
            if delivering.done() and block is not None:
                block.uncancel()
            raise
        finally:
            over.set()
            await delivering

    async def _send(self, claimed: Claimed, refused: list[Claimed]) -> bool:
        """Whether it went out; what certainly did not is added to those `refused`."""
        outgoing = claimed.outgoing
        try:
            # One that somebody claimed before and never settled may be out there already.
            message = await self._poster.find(outgoing) if claimed.unsure else None
            message = message or await self._poster.send(outgoing)
        except Unclear as error:
            log.warning("may be sent, to be looked up key=%s: %s", outgoing.key, error)
            return False
        except (Passing, OperatorError) as error:
            refused.append(claimed)
            if isinstance(error, OperatorError):
                raise
            log.log(_level(claimed), "not sent key=%s attempt=%d: %s", outgoing.key, claimed.attempt, error)
            return False
        await self._outbox.sent(claimed, message)
        return True


def _level(claimed: Claimed) -> int:
    """A place that refuses for hours is not logged at every attempt, but at the 1st, 2nd, 4th, 8th …"""
    attempt = claimed.attempt
    return logging.WARNING if attempt & (attempt - 1) == 0 else logging.DEBUG
