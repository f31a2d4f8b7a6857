"""A client for one endpoint: `stream` is the one way to ask; everything else stands on it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.endpoint import Endpoint
from bot.llm import wire
from bot.llm.api import Api
from bot.llm.attempt import Attempt, Patience
from bot.llm.call import Call
from bot.llm.errors import (
    BadRequest,
    EmptyCompletion,
    EndpointError,
    ProtocolError,
    StreamInterrupted,
)
from bot.llm.fitting import SPARE, Fitted, fitted
from bot.llm.judging import key_name
from bot.llm.listing import Listed, choose, merged, read_models
from bot.llm.memory import Memory
from bot.llm.recovery import Recovery
from bot.llm.shape import known_window, server_of
from bot.llm.tokens import MARGIN, of_messages
from bot.llm.whole import gathered, json_in, with_one_repair
from bot.llm.windows import UNKNOWN, paths, window_of
from bot.model import (
    Completion,
    Event,
    Finish,
    Meanwhile,
    Model,
    Notice,
    Prompt,
    Reason,
    Reasoning,
    Request,
    Started,
    Text,
    Usage,
)

if TYPE_CHECKING:
    from bot.ports import Clock

THINKING_TOKENS = 2048
"""What a model that thinks first may use for that, on top of the answer."""
_OWN_LIST = "/v1/models"
"""Among the paths to ask at: the list of the API itself, wherever its base is."""


class Client:
    """Asks one endpoint. Safe to share among tasks; `close` it in the end.

    Every method raises the errors of `bot.llm.errors`. `until` is always a time of the event loop's clock.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        memory: Memory,
        clock: Clock,
        *,
        patience: Patience | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.api = Api(endpoint, clock)
        self.patience = patience or Patience.with_endpoint(endpoint)
        self._memory = memory
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311  # spreads retries, guards nothing
        self._model: str | None = None
        self._served: dict[str, int | None] = {}
        self._looked_again: set[str] = set()
        self._choosing = asyncio.Lock()

    async def close(self) -> None:
        """Let go of every connection."""
        await self.api.close()

    # What is there.

    async def listed(self, until: float) -> list[Listed]:
        """The models that the endpoint lists, with what else its server tells of them."""
        models = read_models(await self.api.call("GET", wire.MODELS, None, until))
        async for _, body in self._told(until):
            models = merged(models, read_models(body))
        return models

    async def _told(self, until: float, model: str = "") -> AsyncGenerator[tuple[str, Any], None]:
        """What the server says beside the API, by path: asked briefly, since the answer waits for it."""
        soon = min(until, asyncio.get_running_loop().time() + self.patience.lookup_s)
        for path in paths(server_of(self.endpoint)):
            if path == _OWN_LIST:
                continue
            with suppress(EndpointError):
                yield path, await self.api.get(path.format(model=quote(model, safe="")), soon)

    def forget_model(self) -> None:
        """Choose anew at the next call, as the server may have loaded another one."""
        self._model = None

    async def model_name(self, until: float) -> str:
        """The model that is asked: the operator's, else the one that is loaded, else the only one for chat.

        Raises ModelNotFound with the choice where it is not clear.
        """
        async with self._choosing:
            if self._model is None:
                self._model = self.endpoint.model or await self._chosen(until)
            return self._model

    def named(self, model: str) -> Model:
        """The model as people are told of it."""
        return Model(
            endpoint=self.endpoint.name,
            name=model,
            host=self.endpoint.host,
            server=self.endpoint.title,
            is_local=self.endpoint.is_local,
            weights=self.endpoint.weights,
        )

    async def _chosen(self, until: float) -> str:
        return choose(await self.listed(until), None, self.endpoint)

    async def window(self, model: str, until: float) -> int | None:
        """The tokens that fit, prompt and answer together; `None` where nobody can tell.

        The smallest of what the operator says, what the server has loaded, and what complaints taught.
        """
        known = await self._memory.of(self.endpoint, model)
        if model not in self._served:
            self._served[model] = await self._loaded_window(model, until)
        told = [self.endpoint.window, self._served[model], known.window]
        return min((window for window in told if window), default=known_window(self.endpoint, model))

    async def _loaded_window(self, model: str, until: float) -> int | None:
        """What the server says of the model as it is loaded."""
        async with aclosing(self._told(until, model)) as told:
            async for path, body in told:
                if found := window_of(path, body, model):
                    return found
        if _OWN_LIST not in paths(server_of(self.endpoint)):
            return None
        soon = min(until, asyncio.get_running_loop().time() + self.patience.lookup_s)
        try:
            return window_of(wire.MODELS, await self.api.call("GET", wire.MODELS, None, soon), model)
        except EndpointError:
            return None

    # Asking.

    async def prepare(self, request: Request, until: float, *, within: int | None = None) -> Call:
        """A request made ready for `stream`: model chosen, prompt fitted to its window, at most `within`."""
        model = await self.model_name(until)
        known = await self._memory.of(self.endpoint, model)
        window = await self.window(model, until)
        window = min(within, window or within) if within else window
        most = request.most_tokens + (THINKING_TOKENS if known.shape.reasons else 0)
        notices = []
        if window is None:
            window = UNKNOWN
            text = (
                f"Nobody says how much text {model} takes; I assume {UNKNOWN:,} tokens. "
                f"Set {key_name(self.endpoint, 'WINDOW')} if it is more."
            )
            notices.append(Notice(Meanwhile.WINDOW_UNKNOWN, text))
        fit = fit_into(request.prompt, window, most, known.ratio, model)
        if fit.cut:
            notices.append(Notice(Meanwhile.TRIMMED, f"Not all of it fits into the window of {model}"))
        most = max(64, min(most, window - fit.tokens - SPARE))
        return Call(
            request=request,
            fitted=fit,
            model=model,
            known=known,
            shape=known.shape,
            most_tokens=most,
            notices=tuple(notices),
        )

    def stream(self, call: Call, until: float) -> AbstractAsyncContextManager[AsyncGenerator[Event, None]]:
        """The events of an answer: Started, text as it comes, Usage, Finish. Started again: begin anew."""
        return aclosing(self._events(call, until))

    async def _events(self, call: Call, until: float) -> AsyncGenerator[Event, None]:
        recovery = Recovery(self, self._rng)
        path, model = self.api.path, call.model
        yield Started(self.named(model))
        for notice in call.notices:
            yield notice
        while True:
            attempt = Attempt(self.api.http, self.endpoint, call.model, self.patience, self._clock)
            try:
                async with aclosing(self._one(attempt, call, until)) as events:
                    async for event in events:
                        yield event
                return
            except EndpointError as error:
                if call.said:
                    raise broken_off(error, "".join(call.said)) from error
                try:
                    step = await recovery.step(error, call, until)
                except EndpointError:
                    self.api.path = path  # what did not help is no lesson
                    raise
            if call.model != model:
                model = call.model
                yield Started(self.named(model))
            if step.notice:
                yield step.notice
            await step.wait()

    async def _one(self, attempt: Attempt, call: Call, until: float) -> AsyncGenerator[Event, None]:
        body = wire.chat(
            self.endpoint, call.model, call.shape, call.request, call.fitted.messages, call.most_tokens
        )
        call.thought.clear()
        finish = Finish(Reason.UNKNOWN)
        try:
            async with aclosing(attempt.events(self.api.url(wire.CHAT), body, until)) as events:
                async for event in events:
                    if attempt.restarted:
                        yield self._restarted(attempt, call)
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
                yield self._restarted(attempt, call)
            if not (answer := thought_answer(call)):
                raise
            call.said.append(answer)
            yield Text(answer)
        finally:
            call.count(attempt.usage)
        await self._learn(attempt, call)
        assert call.used is not None  # there was text
        yield call.used
        yield finish

    def _restarted(self, attempt: Attempt, call: Call) -> Started:
        """All so far was thought: the answer begins anew."""
        attempt.restarted = False
        call.thought += call.said
        call.said.clear()
        return Started(self.named(call.model))

    async def _learn(self, attempt: Attempt, call: Call) -> None:
        """Keep what a call that went well has taught."""
        known, usage = call.known, attempt.usage
        if usage and usage.prompt:
            known.counted(int(call.fitted.tokens / known.ratio), usage.prompt)
        if call.thought and not call.shape.reasons:
            call.learn(replace(call.shape, reasons=True))
        if call.learnt:
            known.shape, known.is_new = call.shape, True
        if known.is_new:
            await self._memory.keep(self.endpoint, call.model)
        if self._served.get(call.model, 0) is None and call.model not in self._looked_again:
            # Now that it is loaded, the server may know its window.
            self._looked_again.add(call.model)
            del self._served[call.model]

    async def complete(self, request: Request, until: float) -> Completion:
        """The whole answer. Raises StreamInterrupted with `partial` where it broke off."""
        async with self.stream(await self.prepare(request, until), until) as events:
            return await gathered(events)

    async def complete_json(self, request: Request, until: float) -> Any:
        """The JSON value that `request.schema` describes; asked once more where it was none."""
        value, _ = await with_one_repair(request, lambda asked: self.complete(asked, until))
        return value

    async def embed(self, texts: Sequence[str], until: float) -> tuple[list[list[float]], Usage]:
        """A vector for each text, in their order, and what it took. Raises BadRequest for an empty text."""
        if not texts or not all(text.strip() for text in texts):
            raise BadRequest("There is a text without words among those to embed.", "Leave it out.")
        model = self.endpoint.model or await self.model_name(until)
        body = wire.embeddings(self.endpoint, model, texts)
        value = await self.api.call("POST", wire.EMBEDDINGS, body, until, model)
        try:
            made, usage = wire.vectors(value, len(texts), self.endpoint.dimensions)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            hint = f"See {key_name(self.endpoint, 'MODEL')} and {key_name(self.endpoint, 'DIMENSIONS')}."
            raise ProtocolError(f"{self.endpoint.host} sent no usable vectors: {error}.", hint) from error
        return made, usage or Usage(prompt=of_messages(list(texts)), answer=0, estimated=True)


def fit_into(prompt: Prompt, window: int, answer: int, ratio: float, model: str) -> Fitted:
    """The prompt, cut to what the window leaves beside the answer. Raises BadRequest where nothing fits."""
    # A small window is shared: the answer may not take more than half of it.
    room = window - min(answer, window // 2) - SPARE
    fit = fitted(prompt, int(room / MARGIN), ratio)
    if fit is None:
        raise BadRequest(
            f"The window of {model} ({window:,} tokens) is too small even for the question.",
            "Give the model a larger window where it is served.",
        )
    return fit


def thought_answer(call: Call) -> str:
    """The JSON that was asked for and given as a thought, which some endpoints do; "" where there is none."""
    if not call.request.schema:
        return ""
    try:
        return json.dumps(json_in("".join(call.thought), call.request.schema), ensure_ascii=False)
    except ValueError:
        return ""


def broken_off(error: EndpointError, partial: str) -> EndpointError:
    """The error of an answer that had begun: the text is kept."""
    broken = StreamInterrupted(error.message, error.hint, status=error.status, partial=partial)
    broken.request_id = error.request_id
    broken.counts = error.counts
    return broken
