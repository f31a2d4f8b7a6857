"""The vectors of questions, as long as an embeddings endpoint gives them in time."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from bot.errors import ModelError, RostrumError
from bot.model import Payer
from bot.ports import Embedder
from bot.retrieval.troubles import EVERYBODY, Troubles

T = TypeVar("T")

Asking = Callable[[], AbstractContextManager[None]]
"""Marks the time in which somebody waits for an answer, so that work in the background stands back."""

WITHIN_S = 2.0
"""How long a question waits for its vector before words alone must do."""

PAUSE_S = 30.0
"""How long an endpoint that failed is not asked again."""

REFUSED = (400, 413, 422)
"""Statuses that may be about the text alone, the endpoint being well."""

_REMEMBERED = 64
_GRACE = 1.25


class QuestionVectors:
    """Asks the endpoint, and remembers the latest vectors. What fails is logged once until it works again."""

    def __init__(
        self, embedder: Embedder, asking: Asking, *, within_s: float, now: Callable[[], float]
    ) -> None:
        self._embedder = embedder
        self._asking = asking
        self._within_s = within_s
        self._now = now
        self._silent_until = -math.inf
        self._troubles = Troubles("searching by words alone")
        self._known: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    async def model(self) -> str | None:
        """What tells the model's vectors from others; `None` when the endpoint does not say in time."""
        return await self._in_time(EVERYBODY, self._embedder.name)

    async def vector(
        self, model: str, question: str, community: str, *, dimensions: int
    ) -> list[float] | None:
        """A question's vector; `None` when it does not come in time, or everybody's day is used up.

        One that is remembered has so many `dimensions`; a new one may turn out to have others.
        """
        key = (model, question)
        if len(self._known.get(key, ())) != dimensions:
            payer = Payer(member=None, community=community)
            with self._asking():
                made = await self._in_time(
                    community, lambda: self._embedder.embed([question], payer, within_s=self._within_s)
                )
            if made is None:
                return None
            self._remember(key, made[0])
            self._troubles.over(community)
        return self._known[key]

    def _remember(self, key: tuple[str, str], vector: list[float]) -> None:
        self._known[key] = vector
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _in_time(self, community: str, call: Callable[[], Awaitable[T]]) -> T | None:
        if self._now() < self._silent_until:
            return None
        try:
            # An endpoint's own limit comes first, so that what the call cost is settled.
            async with asyncio.timeout(_GRACE * self._within_s):
                return await call()
        except TimeoutError:
            self._pause(TimeoutError(f"The embeddings endpoint took more than {self._within_s:g} s."))
        except ModelError as error:
            if error.status in REFUSED:
                self._troubles.say(community, error)
            else:
                self._pause(error)
        except RostrumError as error:
            self._troubles.say(community, error)
        return None

    def _pause(self, error: Exception) -> None:
        self._silent_until = self._now() + PAUSE_S
        self._troubles.say(EVERYBODY, error)
