"""What SQLite is told, and what its errors become."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Coroutine, Generator
from contextlib import closing
from itertools import count
from pathlib import Path
from types import coroutine
from typing import Any

import pytest

from bot.errors import NotFound, Passing, StoreError
from bot.storage import engine
from tests.storage.conftest import HERE, Clock, Kept, draft, sqlite


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    async with sqlite(tmp_path, Clock())() as opened:
        yield opened


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("journal_size_limit", 67_108_864),
        ("mmap_size", 0),
        ("busy_timeout", 10_000),
    ],
)
async def test_every_connection_is_set_up(kept: Kept, pragma: str, value: object) -> None:
    for opened in (kept.database.read(), kept.database.write()):
        async with opened as connection:
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() in (value, None)


async def test_a_full_disk_is_told_and_reads_go_on(kept: Kept) -> None:
    article = (await kept.library.add(HERE, draft())).article
    async with kept.database.write() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="The disk is full"):
        await kept.library.add(HERE, draft("long " * 10_000, source="file:/long"))
    assert await kept.library.articles(HERE) == (article,)
    async with kept.database.write() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    await kept.library.add(HERE, draft("long " * 10_000, source="file:/long"))


async def test_a_writer_that_waits_too_long_is_asked_to_try_again(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PATIENCE_S", 0.05)
    with engine.write_lock(tmp_path / "app.db"), pytest.raises(Passing, match="busy"):
        await kept.library.add(HERE, draft())
    await kept.library.add(HERE, draft())


async def test_a_foreign_writer_does_not_stop_reads(kept: Kept, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db", isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        assert await asyncio.wait_for(kept.library.articles(HERE), 5) == ()
        assert await asyncio.wait_for(kept.outbox.claim("chat", stale_after_s=60), 5) is None
        foreign.execute("ROLLBACK")


async def test_a_write_shuts_out_foreign_writers_from_its_beginning_and_a_read_does_not(
    kept: Kept, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db", isolation_level=None, timeout=0)) as foreign:
        async with kept.database.write():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                foreign.execute("BEGIN IMMEDIATE")
        async with kept.database.read():
            foreign.execute("BEGIN IMMEDIATE")
            foreign.execute("ROLLBACK")


async def test_a_file_damaged_while_open_is_told(kept: Kept, tmp_path: Path) -> None:
    await kept.library.add(HERE, draft("word " * 50_000))
    await kept.database.close()
    file = tmp_path / "app.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"app\.db is damaged"):
        await kept.library.articles(HERE)


async def test_our_own_errors_pass_and_undo_the_transaction(kept: Kept) -> None:
    async def fail() -> None:
        async with kept.database.write() as connection:
            await connection.exec_driver_sql("INSERT INTO community VALUES ('here', 7)")
            raise NotFound("nothing")

    with pytest.raises(NotFound):
        await fail()
    assert await kept.library.latest_change("here") == 0


async def test_reads_cannot_write(kept: Kept) -> None:
    with pytest.raises(StoreError):
        async with kept.database.read() as connection:
            await connection.exec_driver_sql("DELETE FROM article")


async def test_removed_words_are_gone_from_the_file(kept: Kept, tmp_path: Path) -> None:
    article = (await kept.library.add(HERE, draft("unforgettable-canary " * 500))).article
    await kept.library.remove(HERE, article.id)
    async with kept.database.write() as connection:
        await connection.exec_driver_sql("SELECT 1")
    await kept.database.close()
    assert b"unforgettable-canary" not in (tmp_path / "app.db").read_bytes()


@coroutine
def cancelled_at(waits: Collection[int], work: Coroutine[Any, Any, object]) -> Generator[Any, None, int]:
    """Do some work, cancelled in those of its waits; how often it waited, where it ends well."""
    error: BaseException | None = None
    for wait in count(1):
        try:
            waited_for = work.throw(error) if error else work.send(None)
        except StopIteration:
            return wait - 1
        task = asyncio.current_task()
        if wait in waits and task:
            task.cancel()
        try:
            yield waited_for
        except BaseException as raised:  # noqa: BLE001  # it goes on to the work
            error = raised
        else:
            error = None
    raise AssertionError


@pytest.mark.parametrize("times", [1, 2, 9])
async def test_a_write_cancelled_at_any_moment_is_kept_whole_or_not_at_all_and_leaves_nothing_locked(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    for _ in range(2):
        await kept.library.add(HERE, draft("Any.", source="file:/a"))
    waits = await cancelled_at((), kept.library.add(HERE, draft("Some.", source="file:/b")))
    assert waits > 40
    # What is raised is held on to, as whoever logs it would: no cursor in it is collected.
    raised = []
    with closing(sqlite3.connect(tmp_path / "app.db", isolation_level=None, timeout=0)) as foreign:
        release = kept.database._lock.release

        def release_after_the_transaction() -> None:
            foreign.execute("BEGIN IMMEDIATE")
            foreign.execute("ROLLBACK")
            release()

        monkeypatch.setattr(kept.database._lock, "release", release_after_the_transaction)
        for wait in range(1, waits + 1):
            said = draft(f"Text {wait}.\n\nMore.", source=f"file:/{wait}")
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await cancelled_at(range(wait, wait + times), kept.library.add(HERE, said))
            raised.append(cancelled.value)
            added = await kept.library.add(HERE, said)
            assert len(await kept.library.passages(HERE, added.article.id)) == 2
    assert len(await kept.library.articles(HERE)) == waits + 2
