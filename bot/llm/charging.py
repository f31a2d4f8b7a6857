"""Counts calls: tokens are reserved before one, and settled or given back after it, whoever leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.endpoint import Endpoint
from bot.llm.errors import Busy, ConfigError, ConnectFailed, EndpointError, TookTooLong
from bot.llm.prices import cost
from bot.model import Payer, Usage

if TYPE_CHECKING:
    from bot.ports import Ledger  # loads much that the client does without

T = TypeVar("T")

_REFUSED = 400
_NOT_SENT = ("queue", "write")
"""What was waited for, where time was up before all of the request was sent."""


def was_taken_up(failure: BaseException | None) -> bool:
    """Whether a call that failed without a word of an answer may have been worked on, and so be billed.

    It was not where nobody was reached, where our own queue or limits were in its way, or where the endpoint
    refused it. What was cut off, broke off or came to nothing was, as far as anybody can tell.
    """
    match failure:
        case ConnectFailed() | Busy() | ConfigError():
            return False
        case TookTooLong(kind=kind):
            return kind not in _NOT_SENT
        case EndpointError(status=status):
            return status is None or status < _REFUSED
    return True


@dataclass(slots=True)
class Charge:
    """What a call came to, as far as it got; `None` where it cost nothing."""

    usage: Usage | None = None


class Charging:
    """Charges calls to a ledger. What was begun there is finished, also when whoever called is cancelled."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._unfinished: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Wait until everything is settled."""
        while self._unfinished:
            await asyncio.wait(self._unfinished)

    @asynccontextmanager
    async def call(
        self, payer: Payer, tokens: int, *, endpoint: Endpoint, model: str, purpose: str
    ) -> AsyncIterator[Charge]:
        """A call for which `tokens` are reserved; in the end the charge says what it took.

        Raises LimitReached before it.
        """
        number = await self._reserved(payer, tokens, endpoint=endpoint.name, model=model, purpose=purpose)
        charge = Charge()
        try:
            yield charge
        finally:
            await asyncio.shield(self._finished(self._settled(number, charge.usage, endpoint, model)))

    async def _reserved(self, payer: Payer, tokens: int, **of: str) -> int:
        reserving = self._finished(self._ledger.reserve(payer, tokens, **of))
        try:
            return await asyncio.shield(reserving)
        except asyncio.CancelledError:
            self._finished(self._undone(reserving))
            raise

    async def _undone(self, reserving: asyncio.Task[int]) -> None:
        """Give back what was reserved for somebody who has left."""
        await asyncio.wait([reserving])
        if not reserving.cancelled() and reserving.exception() is None:
            await self._ledger.give_back(reserving.result())

    async def _settled(self, number: int, usage: Usage | None, endpoint: Endpoint, model: str) -> None:
        if usage is None:
            await self._ledger.give_back(number)
        else:
            await self._ledger.settle(number, usage, cost(usage, endpoint, model))

    def _finished(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that is waited for in the end."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return task
