"""A client for one endpoint: `stream` is the one way to ask; everything else stands on it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.endpoint import Endpoint
from bot.llm import vectors, wire
from bot.llm.answering import Answering
from bot.llm.api import Api
from bot.llm.attempt import Patience
from bot.llm.call import Call
from bot.llm.errors import BadRequest, EndpointError, ProtocolError, TookTooLong
from bot.llm.fitting import SPARE, Fitted, fitted
from bot.llm.judging import key_name
from bot.llm.listing import Listed, choose, merged, read_models
from bot.llm.memory import Memory
from bot.llm.shape import known_window, server_of
from bot.llm.tokens import MARGIN, of_messages
from bot.llm.whole import gathered, with_one_repair
from bot.llm.windows import UNKNOWN, paths, window_of
from bot.model import Completion, Event, Meanwhile, Model, Notice, Prompt, Request, Usage

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
        self._refused: set[str] = set()
        self._choosing = asyncio.Lock()

    async def close(self) -> None:
        """Let go of every connection."""
        await self.api.close()

    async def retire(self) -> None:
        """Keep no connection from now on. Answers that are under way are given to their end."""
        await self.api.retire()

    @property
    def is_dead(self) -> bool:
        """Whether nobody was there when it was last asked."""
        return self.api.is_dead

    # What is there.

    def soon(self, until: float) -> float:
        """Until when a look-up may take, since an answer waits for it."""
        return min(until, asyncio.get_running_loop().time() + self.patience.lookup_s)

    async def listed(self, until: float) -> list[Listed]:
        """The models that the endpoint lists, with what else its server tells of them."""
        models = read_models(await self.api.call("GET", wire.MODELS, None, until))
        beside = [path for path in paths(server_of(self.endpoint)) if path != _OWN_LIST]
        until = self.soon(until)
        for body in await asyncio.gather(*(self._told(path, "", until) for path in beside)):
            models = merged(models, read_models(body))
        return models

    async def _told(self, path: str, model: str, until: float) -> Any:
        """What the server says at one of `paths`; `None` where it says nothing."""
        try:
            if path == _OWN_LIST:
                return await self.api.call("GET", wire.MODELS, None, until)
            return await self.api.get(path.format(model=quote(model, safe="")), until)
        except EndpointError:
            return None

    def forget_model(self) -> None:
        """Choose anew at the next call, as the server may have loaded another one."""
        self._model = None

    async def model_name(self, until: float) -> str:
        """The model that is asked: the operator's, else the one that is loaded, else the only one for chat.

        Raises ModelNotFound with the choice where it is not clear.
        """
        if self.endpoint.model:
            return self.endpoint.model
        until = self.soon(until)
        try:
            async with asyncio.timeout_at(until):
                await self._choosing.acquire()
        except TimeoutError:
            told = f"{self.endpoint.host} does not say in time which models it has."
            raise TookTooLong(told, "Is the server busy?", kind="lookup") from None
        try:
            if self._model is None:
                self._model = choose(await self.listed(until), None, self.endpoint)
            return self._model
        finally:
            self._choosing.release()

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

    async def window(self, model: str, until: float) -> int | None:
        """The tokens that fit, prompt and answer together; `None` where nobody can tell.

        What the operator says, else what the server has loaded; less, where complaints taught so.
        """
        known = await self._memory.of(self.endpoint, model)
        if self.endpoint.window is None and model not in self._served:
            self._served[model] = await self._loaded_window(model, until)
        told = [self.endpoint.window, self._served.get(model), known.window]
        return min((window for window in told if window), default=known_window(self.endpoint, model))

    async def _loaded_window(self, model: str, until: float) -> int | None:
        """What the server says of the model as it is loaded: all is asked at once, the best answer taken."""
        until = self.soon(until)
        async with asyncio.TaskGroup() as asking:
            told = {
                path: asking.create_task(self._told(path, model, until))
                for path in paths(server_of(self.endpoint))
            }
            for path, task in told.items():
                if found := window_of(path, await task, model):
                    for each in told.values():
                        each.cancel()
                    return found
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
        return aclosing(Answering(self, call, until, self._clock, self._rng).events())

    async def learnt(self, call: Call) -> None:
        """Keep what a call that went well has taught."""
        if call.known.is_new:
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
        value = await self._embedded(texts, await self.model_name(until), until)
        try:
            made, usage = vectors.vectors(value, len(texts), self.endpoint.dimensions)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            hint = f"See {key_name(self.endpoint, 'MODEL')} and {key_name(self.endpoint, 'DIMENSIONS')}."
            raise ProtocolError(f"{self.endpoint.host} sent no usable vectors: {error}.", hint) from error
        return made, usage or Usage(prompt=of_messages(list(texts)), answer=0, estimated=True)

    async def _embedded(self, texts: Sequence[str], model: str, until: float) -> Any:
        """The endpoint's answer; a field that it refuses is left out from now on."""
        while True:
            dropped = frozenset(self._refused)
            body = vectors.asked(self.endpoint, model, texts, dropped)
            try:
                return await self.api.call("POST", vectors.PATH, body, until, model)
            except BadRequest as error:
                field = vectors.refused(error.complaint) if error.complaint else ""
                if error.status not in (400, 422) or not field or field in dropped:
                    raise
                self._refused.add(field)


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
