"""The databases that keep the contract: each test of the ports runs on every one of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.invocation import Place
from bot.chat.reply import Prose, reply
from bot.knowledge.article import Draft, Particulars, Scope
from bot.knowledge.passages import Span
from bot.ports import Allowances, Outgoing
from bot.storage.asks import StoredAsks
from bot.storage.ballots import StoredBallots
from bot.storage.debates import StoredDebates
from bot.storage.engine import Database
from bot.storage.ledger import StoredLedger
from bot.storage.library import StoredLibrary
from bot.storage.outbox import StoredOutbox
from bot.storage.schema import prepare

HERE = Scope(community="here", channel="general")
PLACE = Place(platform="chat", community="here", channel="general")


class Clock:
    """A clock that moves a second every time somebody looks, and on request."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant."""
        self.time += timedelta(seconds=1)
        return self.time

    def pass_by(self, **some: float) -> None:
        """Let time pass."""
        self.time += timedelta(**some)


def paragraphs(text: str, language: str | None) -> list[Span]:
    """Each line is a passage."""
    found = re.finditer(r"[^\n]+", text)
    return [Span(start=one.start(), end=one.end(), heading=f"Under {language}") for one in found]


@dataclass(frozen=True)
class Kept:
    """One process's view of what is kept."""

    database: Database
    library: StoredLibrary
    asks: StoredAsks
    outbox: StoredOutbox
    ledger: StoredLedger
    debates: StoredDebates
    ballots: StoredBallots


Open = Callable[[], AbstractAsyncContextManager[Kept]]


def sqlite(folder: Path, clock: Clock) -> Open:
    """Opens SQLite in a folder; every opening is like one more process."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Kept]:
        database = Database(prepare(folder))
        try:
            yield Kept(
                database=database,
                library=StoredLibrary(database, clock, paragraphs),
                asks=StoredAsks(database, clock),
                outbox=StoredOutbox(database, clock),
                ledger=StoredLedger(database, clock, Allowances()),
                debates=StoredDebates(database),
                ballots=StoredBallots(database, clock),
            )
        finally:
            await database.close()

    return opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Open:
    """Opens the same database once more. PostgreSQL joins as another parameter."""
    return {"sqlite": sqlite}[request.param](tmp_path / "data", clock)


@pytest.fixture
async def kept(open_again: Open) -> AsyncIterator[Kept]:
    async with open_again() as opened:
        yield opened


def draft(
    text: str = "One.\n\nTwo.",
    *,
    title: str = "A title",
    source: str = "file:/notes/a.md",
    by: str = "Ann",
    channel: str | None = None,
    **said: object,
) -> Draft:
    particulars = Particulars(title=title, **said)  # type: ignore[arg-type]
    return Draft(particulars=particulars, text=text, source=source, added_by=by, channel=channel)


def note(key: str = "k", *, platform: str = "chat", channel: str = "general") -> Outgoing:
    place = Place(platform=platform, community="here", channel=channel)
    return Outgoing(key=key, place=place, reply=reply(Prose(f"note {key}")))
