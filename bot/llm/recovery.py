"""What helps after a failed attempt: another shape, a shorter prompt, some patience; or nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.llm.api import NO_API
from bot.llm.errors import (
    BadRequest,
    ContextOverflow,
    EmptyCompletion,
    EndpointError,
    ModelLoading,
    ModelNotFound,
)
from bot.llm.fitting import SPARE
from bot.llm.listing import choose
from bot.llm.shape import edited
from bot.llm.tokens import MARGIN
from bot.llm.windows import UNKNOWN
from bot.model import Meanwhile, Notice

if TYPE_CHECKING:
    from bot.llm.call import Call
    from bot.llm.client import Client

RETRIES = 2
EDITS = 4
MOST_S = 8.0
LONGEST_WAIT_S = 20.0
"""A longer wait than this is not for somebody who looks at a screen."""
NEARLY_FULL = 0.8
MORE_THINKING = 4
LEAST_WINDOW = 512


async def _at_once() -> None:
    """No wait."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done before the next attempt: something may be said, and waited for."""

    notice: Notice | None = None
    wait: Callable[[], Awaitable[None]] = _at_once


class Recovery:
    """Decides over the failures of one call; each remedy is tried a limited number of times.

    `base` is what the API is asked below, as `Api.url` takes it: no lesson before an answer has come of it.
    """

    def __init__(self, client: Client, rng: random.Random) -> None:
        self._client = client
        self._rng = rng
        self.base = client.api.path
        self._elsewhere = False
        self._retries = 0
        self._edits = 0
        self._trimmed = False
        self._thinks_longer = False
        self._renamed = False
        self._load_until: float | None = None

    async def step(self, error: EndpointError, call: Call, until: float) -> Step:
        """What to do before the next attempt. Raises the error where nothing helps."""
        if isinstance(error, BadRequest) and self._put_otherwise(error, call):
            return Step(Notice(Meanwhile.ADAPTED, f"{self._client.endpoint.host} wants it put otherwise"))
        match error:
            case ModelNotFound():
                return await self._another_model(error, call, until)
            case ContextOverflow():
                return await self._trim(error, call, until)
            case ModelLoading():
                return self._wait_for_model(error, call, until)
            case EmptyCompletion(cut=True):
                return await self._think_longer(error, call, until)
            case EmptyCompletion() if await self._nearly_full(call, until):
                return await self._trim(error, call, until)
        return self._retry(error, until)

    def _put_otherwise(self, error: BadRequest, call: Call) -> bool:
        """Whether the request now looks as the endpoint wants it. An edit is no retry, and is remembered."""
        if self._edits >= EDITS:
            return False
        self._edits += 1
        if error.status in NO_API:
            return self._look_elsewhere()
        shape = edited(call.shape, error.complaint) if error.complaint else None
        if shape is None:
            return False
        call.learn(shape)
        return True

    def _look_elsewhere(self) -> bool:
        """Whether the API may be below another base; there are but two."""
        other = self._client.api.other(self.base)
        if self._elsewhere or other is None:
            return False
        self._elsewhere, self.base = True, other
        return True

    async def _another_model(self, error: ModelNotFound, call: Call, until: float) -> Step:
        """The nearest names, for whoever set the name; where nobody did, the model there is now."""
        if self._client.endpoint.model is None and not self._renamed:
            self._renamed = True
            self._client.forget_model()
            call.become(await self._client.prepare(call.request, until))
            return Step()
        try:
            choose(await self._client.listed(self._client.soon(until)), call.model, self._client.endpoint)
        except ModelNotFound as choice:
            error.hint = choice.hint
        except EndpointError:
            raise error from None
        raise error

    async def _trim(self, error: EndpointError, call: Call, until: float) -> Step:
        """Learn the window, and fit the prompt into it, once."""
        if self._trimmed:
            raise error
        self._trimmed = True
        window = await self._window(call, until)
        # Where it does not say how much it takes, it takes less than was sent.
        smaller = max(LEAST_WINDOW, min(window, call.fitted.tokens + call.most_tokens) * 3 // 4)
        if isinstance(error, ContextOverflow) and error.complaint and error.complaint.is_known:
            # A page says nothing of the model: whoever stands before it has a limit of another kind.
            smaller = max(LEAST_WINDOW, error.limit or smaller)
            self._learn(error, call, smaller)
        again = await self._client.prepare(call.request, until, within=smaller)
        call.fitted, call.most_tokens = again.fitted, again.most_tokens
        return Step(Notice(Meanwhile.TRIMMED, f"Not all of it fits into the window of {call.model}"))

    def _learn(self, error: ContextOverflow, call: Call, window: int) -> None:
        """The window, and how many tokens the prompt really has, where that was said."""
        if error.requested and error.limit:
            real = max(call.fitted.tokens, error.requested - call.most_tokens)
            call.known.counted(int(call.fitted.tokens / call.known.ratio), real)
        call.known.window, call.known.is_new = window, True

    async def _think_longer(self, error: EndpointError, call: Call, until: float) -> Step:
        room = await self._window(call, until) - call.fitted.tokens - SPARE
        most = min(call.most_tokens * MORE_THINKING, room)
        if self._thinks_longer or most <= call.most_tokens:
            raise error
        self._thinks_longer = True
        call.most_tokens = most
        return Step(Notice(Meanwhile.THINKING, f"{call.model} thinks longer than expected"))

    async def _nearly_full(self, call: Call, until: float) -> bool:
        asked_for = call.fitted.tokens * MARGIN + call.most_tokens
        return not self._trimmed and asked_for > NEARLY_FULL * await self._window(call, until)

    async def _window(self, call: Call, until: float) -> int:
        return await self._client.window(call.model, until) or UNKNOWN

    def _wait_for_model(self, error: EndpointError, call: Call, until: float) -> Step:
        told = self._load_until is not None
        if self._load_until is None:
            self._load_until = min(until, asyncio.get_running_loop().time() + self._client.patience.load_s)
        notice = Notice(Meanwhile.LOADING, f"{call.model} is being loaded")
        end = self._load_until
        return Step(None if told else notice, lambda: self._loaded(error, end))

    async def _loaded(self, error: EndpointError, end: float) -> None:
        """Wait for the model; raises the error when that takes too long."""
        poll_s = self._client.patience.poll_s
        loop = asyncio.get_running_loop()
        while loop.time() + poll_s < end:
            await asyncio.sleep(poll_s)
            if await self._client.api.is_well(end):
                return
        raise error

    def _retry(self, error: EndpointError, until: float) -> Step:
        most = 1 if isinstance(error, EmptyCompletion) else RETRIES
        if not error.retryable or self._retries >= most:
            raise error
        wait = self._rng.uniform(0, min(MOST_S, self._client.patience.backoff_s * 2**self._retries))
        if error.retry_after_s is not None:
            wait = error.retry_after_s
        if wait > LONGEST_WAIT_S or asyncio.get_running_loop().time() + wait >= until:
            raise error
        self._retries += 1
        text = f"{self._client.endpoint.host} did not answer; trying again"
        return Step(Notice(Meanwhile.RETRYING, text), lambda: asyncio.sleep(wait))
