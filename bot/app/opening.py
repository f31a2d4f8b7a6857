"""Opens the bot: all parts put together, for as long as they are used."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.app import discord
from bot.app.articles import COMMUNITY, ShippedArticles
from bot.app.background import keep_going
from bot.app.debating import Debating, end_debates, keep_sweeping
from bot.app.models import Models
from bot.app.wiring import wired
from bot.chat.invocation import Member, Place, Role
from bot.chat.reply import Prose, reply
from bot.checkup import Checkups, SettingsCheckup
from bot.dispatch import Dispatch
from bot.llm.chosen import ChosenEndpoint
from bot.ports import (
    Allowances,
    Asks,
    Checkup,
    Clock,
    Collections,
    Communities,
    Debates,
    Embedding,
    Importer,
    LanguageModel,
    Ledger,
    Library,
    Outbox,
    Outgoing,
    Outside,
    Reports,
    Search,
    Seen,
    WordSearch,
)
from bot.prompts import check_all
from bot.retrieval.collection import MemoryCollections
from bot.retrieval.embedding import NoEmbedding, PassageEmbedding, keep_embedding
from bot.retrieval.hybrid import HybridSearch
from bot.retrieval.importer import FileImporter
from bot.retrieval.search import IndexSearch
from bot.settings import Settings
from bot.storage import Storage, open_storage

log = logging.getLogger(__name__)

LEFT_KEPT = timedelta(days=30)
"""So long what is kept of a community stays after the bot was taken out of it: it may be asked back."""
HOME = frozenset({"terminal", "shell"})
"""The platforms of whoever runs the bot: they are told there what is of no concern to communities."""
STAYING = frozenset({"terminal", "discord"})
"""The platforms of a bot that runs on: there, work is done in the background."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What platforms need to serve people; `home` is the terminal's own place, `operator` who sits there.

    `here` is told which communities of the platform there are; of those that are gone all is forgotten later.
    """

    dispatch: Dispatch
    outbox: Outbox
    asks: Asks
    debates: Debates
    seen: Seen
    communities: Communities
    clock: Clock
    home: Place
    operator: Member
    here: Callable[[frozenset[str]], Coroutine[Any, Any, None]]


@asynccontextmanager
async def opened(settings: Settings, *, platform: str) -> AsyncIterator[App]:
    """The parts put together, for as long as they are used. Raises OperatorError where the data cannot be,
    or where a prompt does not add up, if the bot is to stay.
    """
    home = Place(platform=platform, community=COMMUNITY, channel="chat")
    clock = SystemClock()
    if platform in STAYING:
        await asyncio.to_thread(check_all)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(open_storage(settings.data, clock, _allowances(settings)))
        models = Models(settings, storage.ledger, clock)
        stack.push_async_callback(models.close)
        rebuilt = _tells_of_rebuilding(storage.outbox, home, clock)
        lexical = IndexSearch(settings.data / "index", storage.library, rebuilt)
        search, embedding = _searching(settings, lexical, storage, models)
        debating = Debating(settings, storage, search, lexical, models.router, clock)
        if platform in STAYING:
            if isinstance(embedding, PassageEmbedding):
                keep_going(stack, keep_embedding(embedding))
            keep_going(stack, debating.jobs.run())
            keep_going(stack, keep_sweeping(debating.chair, platform))
        importer = FileImporter()
        parts: dict[type, Any] = {
            **debating.parts,
            **_kept(storage),
            Clock: clock,
            Importer: importer,
            Collections: MemoryCollections(),
            Embedding: embedding,
            Search: search,
            WordSearch: lexical,
            LanguageModel: ChosenEndpoint(models.router, storage.communities),
            Outside: models,
            Checkup: Checkups([SettingsCheckup(settings), *discord.checkups(settings), models.checkup]),
        }
        await _purge(settings, storage, lexical, clock)
        articles = ShippedArticles(storage.library, importer, wanted=settings.library)
        if platform in HOME:
            await articles.ready_for(COMMUNITY)
        yield App(
            dispatch=wired(parts, articles.ready_for),
            outbox=storage.outbox,
            asks=storage.asks,
            debates=storage.debates,
            seen=storage.seen,
            communities=storage.communities,
            clock=clock,
            home=home,
            operator=Member(id="operator", name=_user(), role=Role.OPERATOR),
            here=partial(end_debates, storage.departures, storage.debates, debating.chair, platform),
        )


def _kept(storage: Storage) -> dict[type, Any]:
    """What is kept, by port; that of debates is among their parts."""
    return {
        Library: storage.library,
        Asks: storage.asks,
        Outbox: storage.outbox,
        Seen: storage.seen,
        Ledger: storage.ledger,
        Communities: storage.communities,
        Reports: storage.reports,
    }


def _tells_of_rebuilding(outbox: Outbox, home: Place, clock: Clock) -> Callable[[str, str], Awaitable[None]]:
    """Says, to whoever runs the bot, that a search index was made anew and why."""

    async def tell(community: str, reason: str) -> None:
        text = f"The search index was {reason}; I have rebuilt it from the database. Nothing was lost."
        if home.platform not in HOME:
            log.warning("%s community=%s", text, community)
            return
        key = f"rebuilt:{community}:{home.platform}:{clock.now().isoformat()}"
        await outbox.put(Outgoing(key=key, place=home, reply=reply(Prose(text))))

    return tell


def _allowances(settings: Settings) -> Allowances:
    return Allowances(
        member_tokens=settings.member_tokens,
        community_tokens=settings.community_tokens,
        all_tokens=settings.total_tokens,
        member_asks=settings.member_asks,
        channel_asks=settings.channel_asks,
    )


def _searching(
    settings: Settings, lexical: IndexSearch, storage: Storage, models: Models
) -> tuple[Search, Embedding]:
    """Search by words alone, or by words and meaning where an embeddings endpoint is set."""
    if models.embedder is None:
        return lexical, NoEmbedding("Set LLM_EMBEDDINGS_MODEL in .env.")
    embedding = PassageEmbedding(storage.vectors, models.embedder, settings.data / "embedding.lock")
    search = HybridSearch(lexical, storage.vectors, models.embedder, storage.library, embedding.asking)
    return search, embedding


async def _purge(settings: Settings, storage: Storage, index: IndexSearch, clock: Clock) -> None:
    """Forget what has been kept for as long as was promised."""
    oldest = clock.now() - timedelta(days=settings.asks_kept_days)
    await storage.asks.purge(oldest)
    await storage.ledger.purge(oldest)
    for community in await storage.departures.due(clock.now() - LEFT_KEPT):
        await storage.departures.forget(community)
        await index.forget(community)
        log.warning("forgotten, as the bot was taken out of it: %s", community)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "you"
