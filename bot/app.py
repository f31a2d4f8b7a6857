"""The composition root: the one file that knows all parts and puts them together."""

from __future__ import annotations

import getpass
import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

import bot.features
from bot.chat.catalog import Catalog
from bot.chat.command import is_request
from bot.chat.invocation import Member, Place, Role
from bot.chat.reply import Prose, reply
from bot.dispatch import Dispatch, Suggester, UseCase
from bot.knowledge.article import Scope
from bot.ports import Asks, Clock, Collections, Importer, Library, Outbox, Outgoing, Search
from bot.retrieval.collection import MemoryCollections
from bot.retrieval.importer import FileImporter
from bot.retrieval.search import IndexSearch
from bot.settings import Settings
from bot.shipped import shipped
from bot.storage import open_storage

COMMUNITY = "terminal"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What platforms need to serve people; `home` is the terminal's own place, `operator` who sits there."""

    dispatch: Dispatch
    outbox: Outbox
    home: Place
    operator: Member


@asynccontextmanager
async def opened(settings: Settings, *, platform: str) -> AsyncIterator[App]:
    """The parts put together, for as long as they are used. Raises OperatorError where the data cannot be."""
    home = Place(platform=platform, community=COMMUNITY, channel="chat")
    clock = SystemClock()
    async with open_storage(settings.data, clock) as storage:

        async def on_rebuilt(community: str, reason: str) -> None:
            text = f"The search index was {reason}; I have rebuilt it from the database. Nothing was lost."
            key = f"rebuilt:{community}:{platform}:{clock.now().isoformat()}"
            await storage.outbox.put(Outgoing(key=key, place=home, reply=reply(Prose(text))))

        importer = FileImporter()
        parts: dict[type, Any] = {
            Library: storage.library,
            Asks: storage.asks,
            Outbox: storage.outbox,
            Clock: clock,
            Importer: importer,
            Collections: MemoryCollections(),
            Search: IndexSearch(settings.data / "index", storage.library, on_rebuilt),
        }
        await storage.asks.purge(clock.now() - timedelta(days=settings.asks_kept_days))
        if settings.library:
            await load_shipped(storage.library, importer)
        yield App(
            dispatch=wired(parts),
            outbox=storage.outbox,
            home=home,
            operator=Member(id="operator", name=_user(), role=Role.OPERATOR),
        )


async def load_shipped(library: Library, importer: Importer) -> None:
    """Put in the articles that ship with the bot, each once: what somebody removed does not come back."""
    supplied = await library.supplied(COMMUNITY)
    files = {f"shipped:{file.name}": file async for file in importer.files(shipped("articles"))}
    for source in sorted(files.keys() - supplied):
        draft = await importer.read(files[source])
        await library.add(Scope(community=COMMUNITY), replace(draft, source=source, added_by="Rostrum"))
        await library.note_supplied(COMMUNITY, [source])


def wired(parts: Mapping[type, Any]) -> Dispatch:
    """A dispatch over every use case and suggester in `bot.features`, each given the ports it asks for."""
    found = list(_classes())
    by_request = {request: cls for cls in found if (request := _runs(cls))}
    catalog = Catalog(by_request)
    parts = {**parts, Catalog: catalog}
    use_cases: dict[type, UseCase] = {request: _made(cls, parts) for request, cls in by_request.items()}
    suggesters: list[Suggester] = [_made(cls, parts) for cls in found if hasattr(cls, "source")]
    return Dispatch(catalog, use_cases, suggesters)


def _classes() -> Iterator[type]:
    for info in pkgutil.walk_packages(bot.features.__path__, "bot.features."):
        module = importlib.import_module(info.name)
        yield from (
            cls for _, cls in inspect.getmembers(module, inspect.isclass) if cls.__module__ == info.name
        )


def _runs(cls: type) -> type | None:
    """The request that a class is the use case of, if it is one."""
    if not inspect.isfunction(vars(cls).get("__call__")):
        return None
    taken = get_type_hints(vars(cls)["__call__"])
    return next((hint for hint in taken.values() if is_request(hint)), None)


def _made(cls: type, parts: Mapping[type, Any]) -> Any:
    hints = get_type_hints(vars(cls)["__init__"]) if "__init__" in vars(cls) else {}
    return cls(**{name: parts[hint] for name, hint in hints.items() if name != "return"})


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "you"
