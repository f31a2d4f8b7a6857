"""Work that goes on beside everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

log = logging.getLogger(__name__)


def keep_going(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Have work done in the background for as long as the stack is open."""
    background = asyncio.create_task(work)
    background.add_done_callback(_tell_of_failure)
    stack.push_async_callback(_ended, background)


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    """Log why work in the background has ended, unless somebody ended it."""
    if not task.cancelled() and (error := task.exception()):
        log.error("work in the background has ended", exc_info=error)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
