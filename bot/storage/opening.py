"""Opens the database of a data folder, with everything that is kept in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.passages import split
from bot.ports import (
    Allowances,
    Asks,
    Ballots,
    Clock,
    Communities,
    Debates,
    Departures,
    Ledger,
    Library,
    Outbox,
    Reports,
    Seen,
    Vectors,
)
from bot.storage.asks import StoredAsks
from bot.storage.ballots import StoredBallots
from bot.storage.communities import StoredCommunities
from bot.storage.debates import StoredDebates
from bot.storage.departures import StoredDepartures
from bot.storage.engine import Database
from bot.storage.ledger import StoredLedger
from bot.storage.library import StoredLibrary
from bot.storage.outbox import StoredOutbox
from bot.storage.reports import StoredReports
from bot.storage.schema import prepare
from bot.storage.seen import StoredSeen
from bot.storage.vectors import StoredVectors

_USUAL = Allowances()


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What is kept, behind the ports through which the inside sees it."""

    library: Library
    asks: Asks
    outbox: Outbox
    ledger: Ledger
    vectors: Vectors
    debates: Debates
    ballots: Ballots
    communities: Communities
    reports: Reports
    seen: Seen
    departures: Departures


@asynccontextmanager
async def open_storage(folder: Path, clock: Clock, allowances: Allowances = _USUAL) -> AsyncIterator[Storage]:
    """The storage in a data folder, made and brought up to date first, for as long as it is used.

    The ledger in it holds everybody to the `allowances`.

    Raises StoreError when folder or database cannot be used, Passing when another process holds it for long.
    """
    database = Database(await asyncio.to_thread(prepare, folder))
    try:
        yield Storage(
            library=StoredLibrary(database, clock, split),
            asks=StoredAsks(database, clock),
            outbox=StoredOutbox(database, clock),
            ledger=StoredLedger(database, clock, allowances),
            vectors=StoredVectors(database),
            debates=StoredDebates(database),
            ballots=StoredBallots(database, clock),
            communities=StoredCommunities(database, clock),
            reports=StoredReports(database),
            seen=StoredSeen(database, clock),
            departures=StoredDepartures(database, clock),
        )
    finally:
        await database.close()
