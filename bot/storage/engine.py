"""The database itself: connections, transactions, what errors mean. All that is SQLite's own is here."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Engine, ExceptionContext, Insert, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import Passing, RostrumError, StoreError

PATIENCE_S = 10.0
"""How long a write waits for its turn before the person is asked to try again."""

READERS = 4
"""How many reads run at the same time; each is a thread with a connection."""

LEAST_SPACE = 2**16
"""Bytes that must be free on the disk for anything to work."""

_MISFIT = re.compile("no such (table|column)|has no column")

_PRAGMAS = {
    "busy_timeout": int(PATIENCE_S * 1000),
    "foreign_keys": "ON",
    "synchronous": "FULL",
    "secure_delete": "ON",
    "journal_size_limit": 64 * 2**20,
    "mmap_size": 0,
}


class Database:
    """One database, open: any number of reads at a time, and one write at a time.

    A file lock is held around each write. `BEGIN IMMEDIATE` alone keeps two writers apart, but SQLite before
    3.51.3 can corrupt the file when one process checkpoints after its commit while another one writes.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = write_lock(file)
        self._reads = _async_engine(file, {"query_only": "ON"}, "BEGIN", pool_size=READERS)
        self._writes = _async_engine(file, {}, "BEGIN IMMEDIATE", pool_size=1)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A view of the database as it stands now, which takes no lock. Raises StoreError, Passing."""
        with translated(self._file):
            async with self._reads.connect() as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is kept when the block ends well, and only then. Raises StoreError, Passing.

        When the block is left, however it is, nothing of it goes on in SQLite.
        """
        with translated(self._file):
            async with self._writes.connect() as connection, self._turn(), _whole(connection):
                yield connection

    async def close(self) -> None:
        """Let go of every connection."""
        await self._reads.dispose()
        await self._writes.dispose()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not _taken(self._lock):
            if asyncio.get_running_loop().time() > deadline:
                raise _busy()
            await asyncio.sleep(0.005)
        try:
            yield
        finally:
            self._lock.release()


@asynccontextmanager
async def _whole(connection: AsyncConnection) -> AsyncIterator[None]:
    """A transaction whose beginning and end no cancellation cuts short: the lock must outlast them."""
    transaction = connection.begin()
    try:
        await _to_its_end(transaction.start())
        yield
        await _to_its_end(transaction.commit())
    except BaseException:
        await _to_its_end(connection.rollback())
        raise


async def _to_its_end(work: Coroutine[Any, Any, Any]) -> None:
    """Await something that goes on when this is cancelled; the cancellation takes effect afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled from task.exception()
    task.result()


async def insert_new(connection: AsyncConnection, insert: Insert) -> bool:
    """Insert a row unless one with the same key is there already, also from another process; say whether."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert)
    except IntegrityError:
        return False
    return True


async def insert_row(connection: AsyncConnection, insert: Insert) -> int:
    """Insert a row and return the number that it got."""
    key = (await connection.execute(insert)).inserted_primary_key
    assert key is not None
    return int(key[0])


def write_lock(file: Path) -> FileLock:
    """What a process holds while it writes to that database or changes its schema."""
    return FileLock(file.with_suffix(".lock"), thread_local=False, preserve_lock_file=True)


def sync_engine(file: Path) -> Engine:
    """The same database for use off the event loop; opens the file in write-ahead mode for good."""
    url = URL.create("sqlite", database=str(file))
    engine = create_engine(url, poolclass=NullPool)
    _set_up(engine, _PRAGMAS | {"journal_mode": "WAL"}, "BEGIN IMMEDIATE")
    return engine


def version_of(file: Path) -> str | None:
    """The schema of a database that is all set up; `None` where that takes a closer look. Locks nothing."""
    try:
        uri = f"{file.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            # A restored backup may not be in write-ahead mode.
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Turn what the database raises into what a person can act on. Our own mistakes pass unchanged."""
    try:
        yield
    except PoolTimeout as error:
        raise _busy() from error
    except DBAPIError as error:
        raise (explained(error.orig, file) or error) from error
    except sqlite3.Error as error:
        raise (explained(error, file) or error) from error


def explained(error: BaseException | None, file: Path) -> RostrumError | None:
    """What an error of the database means for people; `None` where it is a mistake of ours."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return _busy()
        case sqlite3.SQLITE_FULL:
            return _full()
        case sqlite3.SQLITE_IOERR if _no_space(file):
            return _full()
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            hint = "Restore a backup, or move the file away to start empty. I leave it as it is."
            return StoreError(f"The database {file} is damaged, or not a database.", hint)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PERM:
            return StoreError(
                f"The database {file} cannot be used: {error}.", "See to its disk and permissions."
            )
        case sqlite3.SQLITE_ERROR if _MISFIT.search(str(error)):
            hint = "Restore a backup, or move the file away to start empty. I leave it as it is."
            return StoreError(f"The database {file} lacks what this version keeps there: {error}.", hint)
    return None


def _full() -> StoreError:
    return StoreError("The disk is full: nothing new can be kept.", "Free some space, then try again.")


def _no_space(file: Path) -> bool:
    """Whether a full disk is behind an error that does not say so; even reading takes some space."""
    try:
        return shutil.disk_usage(file.parent).free < LEAST_SPACE
    except OSError:
        return False


def _busy() -> Passing:
    return Passing("The database is busy.", "Try again in a moment.")


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise StoreError(f"{lock.lock_file} cannot be written: {error.strerror}.") from error
    return True


def _async_engine(file: Path, more: dict[str, Any], begin: str, *, pool_size: int) -> AsyncEngine:
    url = URL.create("sqlite+aiosqlite", database=str(file))
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=PATIENCE_S)
    _set_up(engine.sync_engine, _PRAGMAS | more, begin)
    event.listen(engine.sync_engine, "handle_error", _keep_when_cancelled)
    return engine


def _keep_when_cancelled(context: ExceptionContext) -> None:
    # SQLAlchemy would close the connection, although the driver's thread works on. A cursor with rows left to
    # fetch then keeps SQLite's side of it open, and its transaction with the lock, until it is collected.
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


def _set_up(engine: Engine, pragmas: dict[str, Any], begin: str) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        # Python's driver would begin transactions itself: never for reads, and without the lock for writes.
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
