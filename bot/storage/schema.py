"""Brings a database to the schema that this version works with, and refuses one that it does not know."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from filelock import Timeout
from sqlalchemy import Connection, inspect, text

from bot.errors import Passing, StoreError
from bot.storage.engine import PATIENCE_S, sync_engine, translated, version_of, write_lock
from bot.storage.migrations import HEAD


def prepare(folder: Path) -> Path:
    """Make the data folder and the database in it ready for use, and return the database file.

    Blocks; call it off the event loop. Where nothing is to do it waits for nobody; else one of several
    processes does the work, and the others wait for it.
    Raises StoreError when folder or file cannot be used, Passing when another process takes too long.
    """
    file = folder / "app.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Waiting for the lock cannot tell another process from a folder that takes no files.
        file.with_suffix(".lock").touch()
        if not os.access(file, os.W_OK) or version_of(file) != HEAD:
            with write_lock(file).acquire(timeout=6 * PATIENCE_S), translated(file):
                _upgrade(file)
    except Timeout as error:
        raise Passing("Another process is changing the database.", "Try again in a minute.") from error
    except OSError as error:
        hint = "Choose a folder that I may write to, or mend its permissions."
        raise StoreError(f"The data folder {folder} cannot be used: {error.strerror}.", hint) from error
    return file


def _upgrade(file: Path) -> None:
    # SQLite opens a file that it may not write to as well, and fails at the first change only.
    if file.exists() and not os.access(file, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
    engine = sync_engine(file)
    try:
        with engine.begin() as connection:
            if _version(connection, file) != HEAD:
                _run_migrations(connection)
    finally:
        engine.dispose()


def _version(connection: Connection, file: Path) -> str | None:
    """The schema that the database has; `None` for an empty one. Raises StoreError if it is not ours."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(f"The database {file} belongs to another program.", "Choose another data folder.")
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version and version > HEAD:
        hint = "Install the newer version again, or restore a backup made with this one."
        raise StoreError(f"The database {file} was made by a newer version of me (schema {version}).", hint)
    return version


def _run_migrations(connection: Connection) -> None:
    # Alembic takes a third of a second to import, and is needed once in the life of a version.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
