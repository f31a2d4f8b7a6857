"""Whose turn it is, among all processes on a machine, to work on what only one may change at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import Passing

PATIENCE_S = 60.0
"""How long to wait for another process before the person is asked to try again."""

_STEP_S = 0.02


@asynccontextmanager
async def turn(file: Path, doing: str = "making the search index") -> AsyncIterator[None]:
    """Hold a file as a lock. Raises Passing when others hold it for long, OSError when nobody can.

    `doing` says to people what takes the others so long.
    """
    lock = FileLock(file, thread_local=False, preserve_lock_file=True)
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not _taken(lock):
        if asyncio.get_running_loop().time() > deadline:
            raise Passing(f"Another process is {doing}.", "Try again in a minute.")
        await asyncio.sleep(_STEP_S)
    try:
        yield
    finally:
        lock.release()


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
