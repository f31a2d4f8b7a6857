"""Opens the database of a data folder, with everything that is kept in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.passages import split
from bot.ports import Asks, Clock, Library, Outbox
from bot.storage.asks import StoredAsks
from bot.storage.engine import Database
from bot.storage.library import StoredLibrary
from bot.storage.outbox import StoredOutbox
from bot.storage.schema import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What is kept, behind the ports through which the inside sees it."""

    library: Library
    asks: Asks
    outbox: Outbox


@asynccontextmanager
async def open_storage(folder: Path, clock: Clock) -> AsyncIterator[Storage]:
    """The storage in a data folder, made and brought up to date first, for as long as it is used.

    Raises StoreError when folder or database cannot be used, Passing when another process holds it for long.
    """
    database = Database(await asyncio.to_thread(prepare, folder))
    try:
        yield Storage(
            library=StoredLibrary(database, clock, split),
            asks=StoredAsks(database, clock),
            outbox=StoredOutbox(database, clock),
        )
    finally:
        await database.close()
