"""Measures in a thread, telling how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from threading import Event

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.features.evaluate import measure
from bot.features.evaluate import reply as replies
from bot.features.evaluate.command import MeasureGate, MeasureQuotes, MeasureRetrieval
from bot.features.evaluate.measure import Figures, Tell
from bot.ports import Collections

STEP_S = 0.5
"""How often progress is told."""


class MeasuresRetrieval:
    """Tells how well passages are found."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    async def __call__(self, request: MeasureRetrieval, call: Invocation) -> AsyncIterator[Reply]:
        work = partial(measure.retrieval, request.folder, self._collections)
        async for reply in _measured(request.folder, work):
            yield reply


class MeasuresQuotes:
    """Tells how often a quoted sentence holds the answer."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    async def __call__(self, request: MeasureQuotes, call: Invocation) -> AsyncIterator[Reply]:
        work = partial(measure.quotes, request.folder, self._collections)
        async for reply in _measured(request.folder, work):
            yield reply


class MeasuresGate:
    """Tells how well the gate knows what the articles do not say."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    async def __call__(self, request: MeasureGate, call: Invocation) -> AsyncIterator[Reply]:
        work = partial(measure.gate, request.folder, self._collections, request.away)
        async for reply in _measured(request.folder, work):
            yield reply


async def _measured(folder: Path, work: Callable[[Tell], Figures]) -> AsyncIterator[Reply]:
    """Progress while a thread works, then the figures; nobody waiting any more stops the thread."""
    name = folder.name or "collection"
    reached: tuple[int, int | None] = (0, None)
    unwanted = Event()

    def tell(done: int, total: int) -> None:
        nonlocal reached
        reached = (done, total)
        if unwanted.is_set():
            raise asyncio.CancelledError

    working = asyncio.ensure_future(asyncio.to_thread(work, tell))
    try:
        while not working.done():
            yield replies.progress(name, *reached)
            await asyncio.wait({working}, timeout=STEP_S)
        yield replies.figures(name, working.result())
    finally:
        unwanted.set()
