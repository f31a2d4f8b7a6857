"""Opening a data folder: a new one, an older one, and those that cannot be used."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.errors import StoreError
from bot.storage import open_storage
from bot.storage.engine import sync_engine, write_lock
from bot.storage.migrations import HEAD
from bot.storage.schema import prepare
from bot.storage.tables import metadata
from tests.storage.conftest import HERE, Clock, draft


def execute(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def compare(engine: Engine) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.begin() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_the_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    engine = sync_engine(prepare(tmp_path / "new" / "data"))
    try:
        assert compare(engine) == []
    finally:
        engine.dispose()


def test_the_newest_step_is_the_one_that_the_code_knows() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(sys.modules[prepare.__module__].__file__ or "").parent / "migrations"))
    assert scripts.get_heads() == [HEAD]
    assert [script.revision for script in scripts.walk_revisions()] == sorted(
        (script.revision for script in scripts.walk_revisions()), reverse=True
    )


async def test_what_was_kept_is_there_after_opening_again(tmp_path: Path) -> None:
    for _ in range(2):
        async with open_storage(tmp_path, Clock()) as storage:
            await storage.library.add(HERE, draft())
            assert len(await storage.library.articles(HERE)) == 1


def test_a_database_of_the_first_version_is_brought_up_to_date_with_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.schema.HEAD", "0001")
    file = prepare(tmp_path)
    execute(file, "INSERT INTO community VALUES ('here', 7)")
    monkeypatch.undo()
    engine = sync_engine(prepare(tmp_path))
    try:
        assert compare(engine) == []
        with engine.begin() as connection:
            kept = connection.exec_driver_sql("SELECT id, last_change FROM community").all()
        assert kept == [("here", 7)]
    finally:
        engine.dispose()


def test_a_start_on_a_current_database_needs_no_alembic(tmp_path: Path) -> None:
    prepare(tmp_path)
    code = (
        "import sys, pathlib, bot.storage.schema as s; s.prepare(pathlib.Path(sys.argv[1]));"
        "print([m for m in ('alembic', 'mako') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_start_on_a_current_database_waits_for_no_writer(tmp_path: Path) -> None:
    file = prepare(tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as foreign, write_lock(file):
        foreign.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        assert prepare(tmp_path) == file
        assert time.monotonic() - begun < 1
        foreign.execute("ROLLBACK")


def test_a_restored_backup_is_set_up_again(tmp_path: Path) -> None:
    file = prepare(tmp_path)
    execute(file, "PRAGMA journal_mode = DELETE")
    prepare(tmp_path)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = prepare(tmp_path)
    execute(file, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer version .*9999.* Install the newer version"):
        prepare(tmp_path)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    execute(tmp_path / "app.db", "CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(StoreError, match="belongs to another program"):
        prepare(tmp_path)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_is_named_and_never_deleted(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "app.db"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"app\.db is damaged.* Restore a backup, or move the file away"):
        prepare(tmp_path)
    assert file.read_bytes() == content


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.schema.HEAD", "9999")
    with pytest.raises(Exception, match=r"9999"):
        prepare(tmp_path)
    monkeypatch.undo()
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    prepare(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    for folder in (tmp_path / "data", tmp_path / "data" / "deeper"):
        with pytest.raises(StoreError, match=r"The data folder .* cannot be used"):
            prepare(folder)


def test_a_database_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.db").mkdir()
    with pytest.raises(StoreError, match=r"app\.db cannot be used"):
        prepare(tmp_path)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody may write to")
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    for folder in (Path("/proc/rostrum"), Path("/proc/self")):
        with pytest.raises(StoreError, match=r"The data folder /proc/\w+ cannot be used: .* Choose a folder"):
            prepare(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_or_file_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        prepare(tmp_path)
    tmp_path.chmod(0o700)
    prepare(tmp_path).chmod(0o400)
    with pytest.raises(StoreError, match="Permission denied"):
        prepare(tmp_path)
