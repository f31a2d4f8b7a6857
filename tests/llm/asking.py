"""Asks a model server through the real client, over a real socket; and notes what came."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm.attempt import Patience
from bot.llm.client import Client
from bot.llm.memory import Known, Memory
from bot.model import Event, Finish, Meanwhile, Notice, Prompt, Reasoning, Request, Started, Text, Turn, Usage
from tests.fakes.model_server import FakeModelServer

MODEL = "small-model"
ENOUGH_S = 20.0
"""Never waited for: what would run so long is a fault."""

QUICK = Patience(
    first_s=ENOUGH_S,
    progress_s=ENOUGH_S,
    grace_s=ENOUGH_S,
    load_s=ENOUGH_S,
    poll_s=0.002,
    late_s=ENOUGH_S,
    backoff_s=0.004,
)
"""Tries again at once, and waits long for what comes; what does not come has its own limit in its test."""

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
QUESTION = "Why is the sky blue in the day and red in the evening?"
ONE_EXCERPT = "The blue light of the sun is scattered more than the red light, as Rayleigh found in 1871. "
EXCERPTS = tuple(f"[{n}] {ONE_EXCERPT * 4}" for n in range(1, 13))
"""About 100 tokens each."""


class Now:
    """The time of the day."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def asked(**more: Any) -> Request:
    """A short question, or whatever else is said of it."""
    prompt = Prompt(system="You answer in one sentence.", closing=QUESTION)
    return Request(**{"prompt": prompt, "purpose": "answer", **more})


def asked_at_length(**more: Any) -> Request:
    """A question with more excerpts than fit into a window of 1,000 tokens, and some talk before it."""
    earlier = (Turn("user", "What is light?"), Turn("assistant", "A wave. Or is it? " * 20))
    prompt = Prompt(
        system="You answer in one sentence.", closing=QUESTION, excerpts=EXCERPTS, earlier=earlier
    )
    return asked(**{"prompt": prompt, **more})


@asynccontextmanager
async def client_of(
    server: FakeModelServer | str,
    *,
    patience: Patience = QUICK,
    memory: Path | None = None,
    **endpoint: Any,
) -> AsyncIterator[Client]:
    """A client of a server; its endpoint has a model and a window, unless something else is said."""
    url = server if isinstance(server, str) else server.base_url
    said = {"name": "default", "base_url": url, "model": MODEL, "window": 8192, **endpoint}
    client = Client(
        Endpoint(**said), Memory(Now(), memory), Now(), patience=patience, rng=random.Random(7)  # noqa: S311
    )  # fmt: skip
    try:
        yield client
    finally:
        await client.close()


def soon() -> float:
    """A time of the loop that is far enough away."""
    return asyncio.get_running_loop().time() + ENOUGH_S


async def known_of(client: Client, model: str = MODEL) -> Known:
    """What the client has learnt of a model."""
    return await client._memory.of(client.endpoint, model)


@dataclass(slots=True)
class Heard:
    """What came of a question: the answer as it stands at the end, and everything beside it."""

    text: str = ""
    reasoning: str = ""
    started: list[str] = field(default_factory=list)
    notices: list[Meanwhile] = field(default_factory=list)
    usage: Usage | None = None
    finish: Finish | None = None
    error: ModelError | None = None
    order: list[type[Event]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Put an event in."""
        self.order.append(type(event))
        match event:
            case Started(model):
                self.started.append(model.name)
                self.reasoning += self.text
                self.text = ""
            case Text(text):
                self.text += text
            case Reasoning(text):
                self.reasoning += text
            case Notice(kind):
                self.notices.append(kind)
            case Usage():
                self.usage = event
            case Finish():
                self.finish = event


async def hear(
    client: Client,
    request: Request,
    *,
    until: float | None = None,
    meanwhile: Callable[[Event], None] = lambda event: None,
) -> Heard:
    """Ask, and take everything in to the end; `meanwhile` is told each event as it comes."""
    heard, end = Heard(), soon() if until is None else until
    try:
        async with client.stream(await client.prepare(request, end), end) as events:
            async for event in events:
                heard.take(event)
                meanwhile(event)
    except ModelError as error:
        heard.error = error
    return heard
