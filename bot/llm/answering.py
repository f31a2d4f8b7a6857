"""One answer: attempts, each after what helps against the failure of the last, until one succeeds."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.llm import wire
from bot.llm.attempt import Attempt
from bot.llm.errors import EmptyCompletion, EndpointError, StreamInterrupted
from bot.llm.recovery import Recovery
from bot.llm.whole import json_in
from bot.model import Event, Finish, Meanwhile, Notice, Reason, Reasoning, Started, Text

if TYPE_CHECKING:
    from bot.llm.call import Call
    from bot.llm.client import Client
    from bot.ports import Clock


class Answering:
    """Gives the events of one call, until `until`."""

    def __init__(self, client: Client, call: Call, until: float, clock: Clock, rng: random.Random) -> None:
        self._client = client
        self._call = call
        self._until = until
        self._clock = clock
        self._recovery = Recovery(client, rng)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Started, text as it comes, Usage, Finish. Raises EndpointError where nothing helps."""
        call, model = self._call, self._call.model
        yield self._started()
        for notice in call.notices:
            yield notice
        while True:
            attempt = Attempt(
                self._client.api.http,
                self._client.endpoint,
                call.model,
                self._client.patience,
                self._clock,
                call.most_tokens,
            )
            try:
                async with aclosing(self._one(attempt)) as events:
                    async for event in events:
                        yield event
                return
            except EndpointError as error:
                if call.said:
                    raise _broken_off(error, "".join(call.said)) from error
                step = await self._recovery.step(error, call, self._until)
            if call.model != model:
                model = call.model
                yield self._started()
            if step.notice:
                yield step.notice
            await step.wait()

    async def _one(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        call, endpoint = self._call, self._client.endpoint
        body = wire.chat(
            endpoint, call.model, call.shape, call.request, call.fitted.messages, call.most_tokens
        )
        url = self._client.api.url(wire.CHAT, self._recovery.base)
        call.thought.clear()
        finish = Finish(Reason.UNKNOWN)
        try:
            async with aclosing(attempt.events(url, body, self._until)) as events:
                async for event in events:
                    if attempt.restarted:
                        yield self._restarted(attempt)
                    match event:
                        case Finish():
                            finish = event
                            continue
                        case Text(text):
                            call.said.append(text)
                        case Reasoning(text):
                            if not call.thought:
                                yield Notice(Meanwhile.THINKING, f"{call.model} is thinking")
                            call.thought.append(text)
                    yield event
        except EmptyCompletion:
            if attempt.restarted:
                yield self._restarted(attempt)
            if not (answer := _thought_answer(call)):
                raise
            call.said.append(answer)
            yield Text(answer)
        finally:
            call.count(attempt.usage)
        await self._learn(attempt)
        assert call.used is not None  # there was text
        yield call.used
        yield finish

    def _started(self) -> Started:
        return Started(self._client.named(self._call.model))

    def _restarted(self, attempt: Attempt) -> Started:
        """All so far was thought: the answer begins anew."""
        attempt.restarted = False
        self._call.thought += self._call.said
        self._call.said.clear()
        return self._started()

    async def _learn(self, attempt: Attempt) -> None:
        """Keep what a call that went well has taught."""
        call, usage = self._call, attempt.usage
        self._client.api.path = self._recovery.base
        if usage and usage.prompt:
            call.known.counted(int(call.fitted.tokens / call.known.ratio), usage.prompt)
        if call.thought and not call.shape.reasons:
            call.learn(replace(call.shape, reasons=True))
        if call.learnt:
            call.known.shape, call.known.is_new = call.shape, True
        await self._client.learnt(call)


def _thought_answer(call: Call) -> str:
    """The JSON that was asked for and given as a thought, which some endpoints do; "" where there is none."""
    if not call.request.schema:
        return ""
    try:
        return json.dumps(json_in("".join(call.thought), call.request.schema), ensure_ascii=False)
    except ValueError:
        return ""


def _broken_off(error: EndpointError, partial: str) -> EndpointError:
    """The error of an answer that had begun: the text is kept."""
    broken = StreamInterrupted(error.message, error.hint, status=error.status, partial=partial)
    broken.request_id = error.request_id
    broken.counts = error.counts
    return broken
