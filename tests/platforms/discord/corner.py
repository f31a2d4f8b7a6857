"""A corner of a server: a few commands, what they say, and a bot that hears and answers at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import discord

from bot.chat.catalog import Catalog
from bot.chat.command import Option, command
from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Prose, Reply, reply
from bot.dispatch import Dispatch
from bot.platforms.discord.asking import Asking
from bot.platforms.discord.forms import Forms
from bot.platforms.discord.receive import Receiver
from bot.storage import Storage, open_storage
from tests.platforms.discord.desk import Desk, staffed
from tests.storage.conftest import Clock


@command("ask", private=False)
class Ask:
    """Ask something."""

    question: Annotated[str, Option("Your question", least=1, most=100, rest=True)]


@command("search")
class Search:
    """Find something."""

    words: Annotated[str, Option("Words", most=1000, suggest="words", rest=True)]
    limit: Annotated[int, Option("How many", least=1, most=9)] = 5


@command("check", menu="Check this")
class Check:
    """Check something."""

    claim: Annotated[str, Option("The claim", most=20, rest=True)]


@command("debate vote")
class Vote:
    """Vote."""


@command("articles remove", role=Role.CONTRIBUTOR)
class Remove:
    """Remove something."""


Says = Callable[[Any, Invocation], AsyncIterator[Reply]]


async def echo(request: Any, call: Invocation) -> AsyncIterator[Reply]:
    """Say what was asked, by whom, where."""
    said = " ".join(f"{name}={getattr(request, name)}" for name in request.__slots__)
    yield reply(Prose(f"{type(request).__name__}: {said}"))


class Words:
    """Suggests what it is told to; it can fail, or give no answer."""

    source = "words"

    def __init__(self) -> None:
        self.found: list[str] = []
        self.calls: list[Invocation] = []
        self.fails = False

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        self.calls.append(call)
        if self.fails:
            raise RuntimeError("the library is gone")
        return [f"{typed}{one}" for one in self.found]


@dataclass
class Corner:
    """Everything that a test looks at."""

    desk: Desk
    guild: discord.Guild
    storage: Storage
    words: Words
    calls: list[Invocation]
    forms: Forms
    receiver: Receiver
    restarted: Callable[[], Receiver]


@asynccontextmanager
async def open_corner(folder: Path, says: Says = echo, *, goes_on: bool = False) -> AsyncIterator[Corner]:
    """A corner whose commands say what `says` yields."""
    calls: list[Invocation] = []

    async def noted(request: Any, call: Invocation) -> AsyncIterator[Reply]:
        calls.append(call)
        async for one in says(request, call):
            yield one

    words = Words()
    requests = [Ask, Search, Check, Vote, Remove]
    catalog = Catalog(requests)
    dispatch = Dispatch(catalog, dict.fromkeys(requests, noted), [words])
    desk = Desk()
    async with open_storage(folder / "data", Clock()) as storage, staffed(desk) as guild:
        forms = Forms(catalog)
        asking = Asking(storage.asks, storage.debates, storage.outbox, goes_on=goes_on)

        def receiver() -> Receiver:
            return Receiver(dispatch, storage.communities, storage.seen, forms, asking)

        yield Corner(desk, guild, storage, words, calls, forms, receiver(), receiver)
