"""Tries an endpoint out: is it there, does it take the key, has it the model, how does it answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.errors import LimitReached, ModelError
from bot.llm.client import Client
from bot.llm.embedder import EndpointEmbedder
from bot.llm.errors import AuthFailed, BadRequest, ConnectFailed, ModelNotFound, ProtocolError, TookTooLong
from bot.llm.judging import key_name
from bot.llm.router import Router
from bot.llm.windows import UNKNOWN
from bot.model import Payer, Prompt, Request, Text, Usage
from bot.ports import Point, State

LIST_S = 10.0
ANSWER_S = 120.0
SLOW = 8.0
"""Tokens a second below which an answer is no pleasure to wait for."""

_PAYER = Payer(member=None, community="doctor")
_TRY = Request(
    prompt=Prompt(
        system="You do exactly what is asked.",
        closing="Write the numbers from one to twenty in words, with commas between them, and nothing else.",
    ),
    purpose="doctor",
    most_tokens=120,
    temperature=0.0,
)
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["colour"],
    "properties": {"colour": {"type": "string"}},
}
_TRY_JSON = replace(
    _TRY,
    prompt=Prompt(
        system="You reply with JSON only.",
        closing='Which colour has grass? Reply like {"colour": "red"} and nothing else.',
    ),
    schema=_SCHEMA,
)


class EndpointsCheckup:
    """`ports.Checkup` over all endpoints, and that for embeddings where one is set."""

    def __init__(
        self,
        clients: Callable[[], Awaitable[Sequence[Client]]],
        router: Router,
        embedder: tuple[Client, EndpointEmbedder] | None,
    ) -> None:
        self._clients = clients
        self._router = router
        self._embedder = embedder

    async def points(self) -> AsyncIterator[Point]:
        """Each endpoint from the ground up; what stands on a bad point is not looked at any more."""
        clients = await self._clients()
        if not clients:
            yield Point(
                part="Models",
                what="endpoint",
                state=State.DOUBTFUL,
                found="None is set, and no local server was found. Answers are quotations.",
                to_do="Start Ollama, LM Studio or llama.cpp here, or set LLM_BASE_URL in .env.",
            )
        for client in clients:
            async for point in _Look(client, self._router).points():
                yield point
        if self._embedder:
            yield await _embeddings(*self._embedder)


@dataclass(slots=True)
class _Trial:
    """What came of a short question: when its pieces came, and what they took."""

    begun: float
    pieces: list[float] = field(default_factory=list)
    usage: Usage | None = None


class _Look:
    """One endpoint looked at."""

    def __init__(self, client: Client, router: Router) -> None:
        self._client = client
        self._router = router
        endpoint = client.endpoint
        title = endpoint.title
        self._part = f"Endpoint {endpoint.name}{f' ({title})' if title else ''}"

    def _point(self, what: str, state: State, found: str, to_do: str = "") -> Point:
        return Point(part=self._part, what=what, state=state, found=found, to_do=to_do)

    def _bad(self, what: str, error: ModelError | LimitReached) -> Point:
        return self._point(what, State.BAD, f"{error.message} ({error.code})", error.hint)

    async def points(self) -> AsyncIterator[Point]:
        unlisted: ModelError | None = None
        try:
            await self._client.listed(asyncio.get_running_loop().time() + LIST_S)
        except ModelError as error:
            unlisted = error
        if isinstance(unlisted, ConnectFailed | TookTooLong):
            yield self._bad("reachable", unlisted)
        elif isinstance(unlisted, AuthFailed):
            yield self._reachable()
            yield self._bad("key", unlisted)
        else:
            async for point in self._model(unlisted):
                yield point

    async def _model(self, unlisted: ModelError | None) -> AsyncIterator[Point]:
        """What an answer shows; nothing is called good that has not been seen."""
        try:
            model = await self._client.model_name(asyncio.get_running_loop().time() + LIST_S)
        except ModelError as error:
            for point in self._failed("model", error, unlisted):
                yield point
            return
        try:
            trial = await self._try()
        except (ModelError, LimitReached) as error:
            for point in self._failed("answer", error, unlisted):
                yield point
            return
        yield self._reachable()
        said = "accepted" if self._client.endpoint.api_key else "none is set, and none is asked for"
        yield self._point("key", State.GOOD, f"{said.capitalize()}.")
        yield self._point("model", State.GOOD, f"{model}.")
        yield self._streams(trial)
        yield self._speed(trial)
        yield await self._window(model)
        yield await self._json()

    def _reachable(self) -> Point:
        return self._point("reachable", State.GOOD, f"Answers at {self._client.endpoint.base_url}.")

    def _failed(
        self, what: str, error: ModelError | LimitReached, unlisted: ModelError | None
    ) -> Iterator[Point]:
        """What a failure shows: which point is bad, and that something answers there, unless it is no API."""
        no_api = BadRequest | ProtocolError
        if isinstance(error, ConnectFailed) or (isinstance(unlisted, no_api) and isinstance(error, no_api)):
            yield self._bad("reachable", error)
            return
        yield self._reachable()
        match error:
            case AuthFailed():
                what = "key"
            case ModelNotFound():
                what = "model"
        yield self._bad(what, error)

    async def _try(self) -> _Trial:
        """One short answer. Raises ModelError, LimitReached."""
        loop = asyncio.get_running_loop()
        trial = _Trial(begun=loop.time())
        name = self._client.endpoint.name
        async with self._router.stream(_TRY, _PAYER, within_s=ANSWER_S, endpoint=name) as events:
            async for event in events:
                match event:
                    case Text():
                        trial.pieces.append(loop.time())
                    case Usage():
                        trial.usage = event
        return trial

    def _streams(self, trial: _Trial) -> Point:
        first = trial.pieces[0] - trial.begun
        if len(trial.pieces) > 1:
            return self._point("streaming", State.GOOD, f"Yes; the first words after {first:.1f} s.")
        found = f"No: the whole answer came at once, after {first:.1f} s."
        return self._point("streaming", State.DOUBTFUL, found, "It works; answers are shown later.")

    def _speed(self, trial: _Trial) -> Point:
        pieces, usage = trial.pieces, trial.usage
        took = pieces[-1] - (pieces[0] if len(pieces) > 1 else trial.begun)
        tokens = usage.answer if usage else 0
        if took < 0.05 or not tokens:
            return self._point("speed", State.GOOD, f"{tokens} tokens at once.")
        speed = tokens / took
        slow = speed < SLOW
        counted = " (estimated)" if usage and usage.estimated else ""
        return self._point(
            "speed",
            State.DOUBTFUL if slow else State.GOOD,
            f"{speed:.0f} tokens a second{counted}.",
            "A smaller or more strongly quantised model is faster." if slow else "",
        )

    async def _window(self, model: str) -> Point:
        until = asyncio.get_running_loop().time() + LIST_S
        try:
            window = await self._client.window(model, until)
        except ModelError as error:
            return self._bad("window", error)
        if window is None:
            to_do = f"Set {key_name(self._client.endpoint, 'WINDOW')} to what the model is served with."
            return self._point("window", State.DOUBTFUL, f"Unknown; {UNKNOWN:,} tokens are assumed.", to_do)
        if window < UNKNOWN:
            to_do = "Serve the model with a larger window: 8,192 is comfortable."
            return self._point("window", State.DOUBTFUL, f"{window:,} tokens: few passages fit.", to_do)
        return self._point("window", State.GOOD, f"{window:,} tokens.")

    async def _json(self) -> Point:
        try:
            await self._router.complete_json(
                _TRY_JSON, _PAYER, within_s=ANSWER_S, endpoint=self._client.endpoint.name
            )
        except (ModelError, LimitReached) as error:
            to_do = "`/check` needs it: choose another model for that."
            return self._point("JSON", State.DOUBTFUL, f"{error.message} ({error.code})", to_do)
        return self._point("JSON", State.GOOD, "As asked for.")


async def _embeddings(client: Client, embedder: EndpointEmbedder) -> Point:
    part, what = "Embeddings", "vectors"
    try:
        name = await embedder.name()
        made = await embedder.embed(["An open model.", "A closed model."], _PAYER, within_s=60.0)
    except (ModelError, LimitReached) as error:
        found = f"{error.message} ({error.code})"
        return Point(part=part, what=what, state=State.BAD, found=found, to_do=error.hint)
    model = name.removeprefix(client.endpoint.base_url).strip()
    found = f"{model} at {client.endpoint.host}, {len(made[0]):,} dimensions."
    return Point(part=part, what=what, state=State.GOOD, found=found)
