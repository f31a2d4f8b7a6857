"""Routers over model servers, and what is heard of them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm.attempt import Patience
from bot.llm.client import Client
from bot.llm.memory import Memory
from bot.llm.router import Router
from bot.model import Event, Payer, Request
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import ENOUGH_S, MODEL, QUICK, Heard, Now
from tests.llm.ledger import MemoryLedger

PAYER = Payer(member="ada", community="club")


def client(
    server: FakeModelServer | str, name: str = "default", *, patience: Patience = QUICK, **endpoint: Any
) -> Client:
    """A client of a server, by the name of its endpoint."""
    url = server if isinstance(server, str) else server.base_url
    said = {"name": name, "base_url": url, "model": MODEL, "window": 8192, "at_once": 8, **endpoint}
    spread = random.Random(7)  # noqa: S311
    return Client(Endpoint(**said), Memory(Now()), Now(), patience=patience, rng=spread)


@asynccontextmanager
async def router_over(
    *clients: Client, fallback: Sequence[str] = (), ledger: MemoryLedger | None = None
) -> AsyncIterator[Router]:
    """A router over clients; all is settled and let go of when it is left."""

    async def all_of_them() -> Sequence[Client]:
        return clients

    router = Router(all_of_them, ledger or MemoryLedger(), fallback=fallback)
    try:
        yield router
    finally:
        await router.close()
        for each in clients:
            await each.close()


async def hear(
    router: Router,
    request: Request,
    *,
    within_s: float = ENOUGH_S,
    endpoint: str | None = None,
    meanwhile: Callable[[Event], None] = lambda event: None,
) -> Heard:
    """Ask, and take everything in to the end."""
    heard = Heard()
    try:
        async with router.stream(request, PAYER, within_s=within_s, endpoint=endpoint) as events:
            async for event in events:
                heard.take(event)
                meanwhile(event)
    except ModelError as error:
        heard.error = error
    return heard
