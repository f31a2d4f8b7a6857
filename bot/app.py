"""The composition root: the one file that knows all parts and puts them together."""

from __future__ import annotations

import asyncio
import getpass
import importlib
import inspect
import logging
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, get_type_hints

import bot.features
from bot.chair.chair import KIND, Chair
from bot.chair.evidence import ReadsCards
from bot.chair.files import Files
from bot.chair.quotes import ChecksQuotes
from bot.chair.speaker import Speaker
from bot.chair.speaking import SpeaksByModel
from bot.chair.words import Words
from bot.chat.catalog import Catalog
from bot.chat.command import is_request
from bot.chat.invocation import Member, Place, Role
from bot.chat.reply import Prose, reply
from bot.checkup import Checkups, SettingsCheckup
from bot.debating.events import BOT
from bot.debating.moderating import end
from bot.dispatch import Dispatch, ReadyFor, Suggester, UseCase, always_ready
from bot.drawing import MatplotlibPictures
from bot.engine.inprocess import Handler, InProcessJobs
from bot.errors import RostrumError
from bot.knowledge.article import Scope
from bot.llm.checkup import EndpointsCheckup
from bot.llm.chosen import ChosenEndpoint
from bot.llm.discover import discover
from bot.llm.embedder import EndpointEmbedder
from bot.llm.endpoints import Endpoints
from bot.llm.router import Router
from bot.ports import (
    Allowances,
    Asks,
    Ballots,
    Checkup,
    Clock,
    Collections,
    Communities,
    Debates,
    Embedding,
    Formats,
    Importer,
    Jobs,
    LanguageModel,
    Ledger,
    Library,
    Motions,
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
from bot.shelves.formats import FormatShelf
from bot.shelves.motions import MotionShelf
from bot.shipped import shipped
from bot.storage import Storage, open_storage

if TYPE_CHECKING:
    from bot.platforms.discord.client import Access

log = logging.getLogger(__name__)

COMMUNITY = "terminal"
HOME = frozenset({"terminal", "shell"})
"""The platforms of whoever runs the bot: they are told there what is of no concern to communities."""
STAYING = frozenset({"terminal", "discord"})
"""The platforms of a bot that runs on: there, work is done in the background."""
_TAKEN_OUT = "The bot was taken out of the server."
SWEEP_S = 30
"""How often it is looked for what debates need, should a job have been lost."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What platforms need to serve people; `home` is the terminal's own place, `operator` who sits there.

    `left` is told of a community that the bot has been taken out of.
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
    left: Callable[[str], Awaitable[None]]


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

        async def on_rebuilt(community: str, reason: str) -> None:
            text = f"The search index was {reason}; I have rebuilt it from the database. Nothing was lost."
            if platform not in HOME:
                log.warning("%s community=%s", text, community)
                return
            key = f"rebuilt:{community}:{platform}:{clock.now().isoformat()}"
            await storage.outbox.put(Outgoing(key=key, place=home, reply=reply(Prose(text))))

        models = Models(settings, storage.ledger, clock)
        stack.push_async_callback(models.close)
        importer = FileImporter()
        lexical = IndexSearch(settings.data / "index", storage.library, on_rebuilt)
        search, embedding = _searching(settings, lexical, storage, models)
        if isinstance(embedding, PassageEmbedding) and platform in STAYING:
            _keep_going(stack, keep_embedding(embedding))
        debating = Debating(settings, storage, search, lexical, models.router, clock)
        if platform in STAYING:
            _keep_going(stack, debating.jobs.run())
            _keep_going(stack, keep_sweeping(debating.chair, platform))
        parts: dict[type, Any] = {
            **debating.parts,
            Library: storage.library,
            Asks: storage.asks,
            Outbox: storage.outbox,
            Seen: storage.seen,
            Ledger: storage.ledger,
            Clock: clock,
            Importer: importer,
            Collections: MemoryCollections(),
            Embedding: embedding,
            Search: search,
            WordSearch: lexical,
            Communities: storage.communities,
            Reports: storage.reports,
            LanguageModel: ChosenEndpoint(models.router, storage.communities),
            Outside: models,
            Checkup: Checkups([SettingsCheckup(settings), *_discord(settings), models.checkup]),
        }
        await _purge(settings, storage, clock)
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
            left=partial(end_debates, storage.debates, debating.chair, platform),
        )


class Models:
    """Everything that asks model endpoints, made from the settings."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock) -> None:
        memory = settings.data / "endpoints.json"
        self._endpoints = Endpoints(
            settings.endpoints,
            clock,
            discover=discover if settings.discover and not settings.endpoints else None,
            adopted=settings.adopted,
            memory=memory,
        )
        self.router = Router(self._endpoints.all, ledger, fallback=settings.fallback)
        self._embeddings = self._endpoints.client(settings.embeddings) if settings.embeddings else None
        self.embedder = EndpointEmbedder(self._embeddings, ledger) if self._embeddings else None
        embeddings = (self._embeddings, self.embedder) if self._embeddings and self.embedder else None
        self.checkup = EndpointsCheckup(self._endpoints.all, self.router, embeddings)

    async def sees(self) -> tuple[str, ...] | None:
        """The hosts that questions and passages are sent to; `None` where no model is asked anything."""
        asked = await self.router.endpoints()
        if self._embeddings:
            asked.append(self._embeddings.endpoint)
        if not asked:
            return None
        return tuple(dict.fromkeys(to for endpoint in asked if (to := endpoint.sends_to)))

    async def close(self) -> None:
        """Settle every call and let go of every connection."""
        await self.router.close()
        if self.embedder:
            await self.embedder.close()
        await self._endpoints.close()
        if self._embeddings:
            await self._embeddings.close()


class Debating:
    """Everything that runs debates, put together."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        search: Search,
        lexical: WordSearch,
        model: LanguageModel,
        clock: Clock,
    ) -> None:
        cards = ReadsCards(storage.library, search)
        quotes = ChecksQuotes(storage.library, lexical)
        models = SpeaksByModel(storage.library, search, model, quotes)
        words = Words(storage.communities)
        speaker = Speaker(models, cards, quotes, model, words)
        files = Files(MatplotlibPictures(), settings.data / "debates")
        handlers: dict[str, Handler] = {}
        self.jobs = InProcessJobs(handlers, clock)
        self.chair = Chair(
            storage.debates, storage.ballots, self.jobs, storage.outbox, clock, speaker, files, words
        )
        handlers[KIND] = self.chair.perform
        self.parts: dict[type, Any] = {
            Debates: storage.debates,
            Ballots: storage.ballots,
            Formats: FormatShelf(settings.data / "formats"),
            Motions: MotionShelf(settings.data / "motions"),
            Jobs: self.jobs,
            Chair: self.chair,
            Files: files,
            Speaker: speaker,
            SpeaksByModel: models,
            ReadsCards: cards,
        }


async def end_debates(debates: Debates, chair: Chair, platform: str, community: str) -> None:
    """End what is under way in a community that the bot has been taken out of: nobody reads it any more."""
    for where, number in await debates.live(platform):
        if where == community:
            try:
                sitting = await chair.look(community, number)
                await chair.act(sitting, BOT, lambda state, now: end(state, _TAKEN_OUT, now))
            except RostrumError as error:
                log.warning("debate %d cannot be ended: %s", number, error)


async def keep_sweeping(chair: Chair, platform: str) -> None:
    """Hand over what debates under way need, at once and again and again, until cancelled."""
    while True:
        try:
            await chair.sweep(platform)
        except RostrumError as error:
            log.warning("sweep of debates: %s", error)
        await asyncio.sleep(SWEEP_S)


def _keep_going(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Have work done in the background for as long as the stack is open."""
    background = asyncio.create_task(work)
    background.add_done_callback(_tell_of_failure)
    stack.push_async_callback(_ended, background)


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


async def _purge(settings: Settings, storage: Storage, clock: Clock) -> None:
    """Forget what has been kept for as long as was promised."""
    oldest = clock.now() - timedelta(days=settings.asks_kept_days)
    await storage.asks.purge(oldest)
    await storage.ledger.purge(oldest)


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    """Log why work in the background has ended, unless somebody ended it."""
    if not task.cancelled() and (error := task.exception()):
        log.error("work in the background has ended", exc_info=error)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


class ShippedArticles:
    """Puts the articles that ship with the bot into communities, each community looked at once."""

    def __init__(self, library: Library, importer: Importer, *, wanted: bool) -> None:
        self._library = library
        self._importer = importer
        self._wanted = wanted
        self._loading: dict[str, asyncio.Lock] = {}
        self._ready: set[str] = set()

    async def ready_for(self, community: str) -> None:
        """See to it that the articles are there; who asks meanwhile waits for the same load."""
        if not self._wanted or community in self._ready:
            return
        async with self._loading.setdefault(community, asyncio.Lock()):
            if community not in self._ready:
                await load_shipped(self._library, self._importer, community)
                self._ready.add(community)
        self._loading.pop(community, None)


async def load_shipped(library: Library, importer: Importer, community: str = COMMUNITY) -> None:
    """Put in the articles that ship with the bot, each once: what somebody removed does not come back."""
    supplied = await library.supplied(community)
    files = {f"shipped:{file.name}": file async for file in importer.files(shipped("articles"))}
    for source in sorted(files.keys() - supplied):
        draft = await importer.read(files[source])
        await library.add(Scope(community=community), replace(draft, source=source, added_by="Rostrum"))
        await library.note_supplied(community, [source])


def access(settings: Settings) -> Access:
    """How the settings say to get into Discord."""
    from bot.platforms.discord.client import Access  # costs what the terminal need not pay

    return Access(
        token=settings.discord_token or "",
        api_base=settings.discord_api_base,
        gateway=settings.discord_gateway,
        message_content=settings.discord_message_content,
        dev_server=settings.discord_dev_server,
    )


def _discord(settings: Settings) -> list[Checkup]:
    """The check-up of Discord, where the bot is to be there."""
    if not settings.discord_token:
        return []
    from bot.platforms.discord.checkup import DiscordCheckup  # as above

    return [DiscordCheckup(access(settings))]


def wired(parts: Mapping[type, Any], ready_for: ReadyFor = always_ready) -> Dispatch:
    """A dispatch over every use case and suggester in `bot.features`, each given the ports it asks for."""
    found = list(_classes())
    by_request = {request: cls for cls in found if (request := _runs(cls))}
    catalog = Catalog(by_request)
    parts = {**parts, Catalog: catalog}
    use_cases: dict[type, UseCase] = {request: _made(cls, parts) for request, cls in by_request.items()}
    suggesters: list[Suggester] = [_made(cls, parts) for cls in found if hasattr(cls, "source")]
    ledger: Ledger = parts[Ledger]
    return Dispatch(
        catalog,
        use_cases,
        suggesters,
        take_turn=lambda call: ledger.take_turn(call.place, call.member.id),
        ready_for=ready_for,
    )


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
    made = inspect.getattr_static(cls, "__init__")
    hints = get_type_hints(made) if inspect.isfunction(made) else {}
    return cls(**{name: parts[hint] for name, hint in hints.items() if name != "return"})


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "you"
