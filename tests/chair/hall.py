"""A hall to debate in: some shipped articles in a real library and index, models behind real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.chair.quotes import ChecksQuotes
from bot.chair.speaking import Fault, SpeaksByModel
from bot.debating.events import At
from bot.debating.format import Pace
from bot.debating.motion import Motion
from bot.debating.motions import read_motion
from bot.debating.plan import slots
from bot.debating.speech import Citation, Holder, Machine, Speech
from bot.debating.state import DebateState, Delivered, Open, Phase
from bot.knowledge.article import Draft, Particulars, Revision, Scope
from bot.llm.router import Router
from bot.model import Payer
from bot.retrieval.importer import FileImporter
from bot.retrieval.search import IndexSearch
from bot.storage import Storage, open_storage
from tests.debating.scenes import NOON, quick
from tests.fakes.author import grounded
from tests.fakes.model_server import FakeModelServer
from tests.llm.ledger import MemoryLedger
from tests.llm.routing import client, router_over
from tests.storage.conftest import Clock

ROOT = Path(__file__).parents[2]
ARTICLES = (
    "training-data-and-transparency",
    "open-source-open-weights-closed",
    "research-without-releasing-weights",
    "why-weights-stay-closed",
    "open-weights-and-research",
)
SCOPE = Scope(community="terminal", channel="chat")
PAYER = Payer(member="ada", community="terminal")
PRO = Machine("default", "small-model", "on this machine", "open")
CON = Machine("other", "small-model", "on this machine", "closed")


def motion(name: str = "01-inspectable-training-data") -> Motion:
    """A motion that ships."""
    return read_motion((ROOT / "motions" / f"{name}.toml").read_text(encoding="utf-8"), name)


def opened(about: Motion | None = None, **seats: Holder) -> DebateState:
    """A live quick debate before its first speech; seats are `pro` and `con`."""
    format = quick()
    return DebateState(
        seq=10,
        phase=Phase.LIVE,
        motion=about or motion(),
        format=format,
        pace=Pace.CHAT,
        slots=slots(format, Pace.CHAT),
        live=True,
        attended=False,
        audience=None,
        breather_s=0,
        seats={"for.1": seats.get("pro", PRO), "against.1": seats.get("con", CON)},
        opened=NOON,
        since=NOON,
    )


def at(
    state: DebateState, slot: int, *, words: int | None = None, question: str | None = None
) -> DebateState:
    """The debate with the turn of that slot open."""
    one = state.slots[slot]
    assert one.seat is not None
    stance = state.format.side(one.seat).stance
    pressed = state.motion.case(stance).pressure if one.prompts else ""
    turn = Open(
        at=At(slot),
        seat=one.seat,
        since=NOON,
        deadline=NOON + timedelta(seconds=one.seconds),
        seconds=one.seconds,
        words=one.words if words is None else words,
        question=pressed if question is None else question,
    )
    return replace(state, turn=turn, next=At(slot))


def after(state: DebateState, speech: Speech | str, *, struck: str | None = None) -> DebateState:
    """The debate once the open turn's seat has spoken."""
    turn = state.turn
    assert turn is not None
    assert turn.seat is not None
    if isinstance(speech, str):
        speech = Speech(text=speech, words=len(speech.split()), by=state.seats[turn.seat])
    said = Delivered(
        seq=state.seq + 1,
        at=turn.at,
        seat=turn.seat,
        speech=speech,
        opened=NOON,
        posted=NOON,
        question=turn.question,
        struck=struck,
    )
    return replace(state, seq=state.seq + 1, speeches=(*state.speeches, said), turn=None)


@dataclass
class Hall:
    """Everything that speeches need; `servers` are the models' by the names of their endpoints."""

    storage: Storage
    search: IndexSearch
    router: Router
    servers: dict[str, FakeModelServer]
    ledger: MemoryLedger

    @property
    def quotes(self) -> ChecksQuotes:
        return ChecksQuotes(self.storage.library, self.search)

    @property
    def speaks(self) -> SpeaksByModel:
        return SpeaksByModel(self.storage.library, self.search, self.router, self.quotes)

    async def speech(self, state: DebateState) -> Speech | Fault:
        return await self.speaks.speech(SCOPE, PAYER, state)

    async def spoken(self, state: DebateState) -> Speech:
        said = await self.speech(state)
        assert isinstance(said, Speech), said
        return said

    async def add(self, title: str, text: str, **said: Any) -> None:
        particulars = Particulars(title=title, **{"language": "en", **said})
        added = Draft(particulars=particulars, text=text, source=f"file:/{title}.md", added_by="Ann")
        await self.storage.library.add(SCOPE, added)

    async def revision(self, source: Citation) -> Revision:
        return await self.storage.library.revision(SCOPE, source.revision)

    def told(self, server: str = "default", call: int = -1) -> str:
        """All that a model was told at one of its calls."""
        messages = self.servers[server].calls[call].body["messages"]
        return "\n".join(str(message["content"]) for message in messages)


@asynccontextmanager
async def hall(
    folder: Path, *, library: bool = True, most: int | None = None, **servers: Callable[..., str]
) -> AsyncIterator[Hall]:
    """A hall; `servers` are authors by the names of their endpoints, honest ones where none is named."""
    authors = {"default": grounded, "other": grounded, **servers}
    ledger = MemoryLedger(most)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(open_storage(folder / "data", Clock()))
        made = {
            name: await stack.enter_async_context(FakeModelServer(author=author))
            for name, author in authors.items()
        }
        clients = [client(server, name, window=16384) for name, server in made.items()]
        router = await stack.enter_async_context(router_over(*clients, ledger=ledger))
        if library:
            importer = FileImporter()
            for name in ARTICLES:
                await storage.library.add(SCOPE, await importer.read(ROOT / "articles" / f"{name}.md"))
        search = IndexSearch(folder / "index", storage.library)
        yield Hall(storage, search, router, made, ledger)
