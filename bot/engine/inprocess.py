"""Jobs in this process. It forgets them when it ends: what is due is a function of what is kept elsewhere."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from bot.ports import Clock, Job, JobState

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
"""At most so many seconds pass before a clock that somebody has moved is noticed."""

_AT_ONCE = datetime.min.replace(tzinfo=UTC)

Handler = Callable[[Mapping[str, str | int]], Awaitable[None]]


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """A job in its turn: what is due first comes first, and of those due together what was enqueued first."""

    due: datetime
    number: int
    name: str = field(compare=False)
    job: Job = field(compare=False)


class InProcessJobs:
    """`ports.Jobs` on the event loop: every job a task, any number at a time. `handlers` do them, by kind."""

    def __init__(
        self, handlers: Mapping[str, Handler], clock: Clock, *, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._handlers = handlers
        self._clock = clock
        self._look_every_s = look_every_s
        self._states: dict[str, JobState] = {}
        self._waiting: dict[str, _Entry] = {}
        self._queue: list[_Entry] = []
        self._running: dict[str, asyncio.Task[None]] = {}
        self._enqueued = 0
        self._changed = asyncio.Event()

    async def enqueue(self, name: str, job: Job, *, after: datetime | None = None) -> None:
        """Have a job run, not before an instant. A name that waits, runs or is done already is nothing new.

        Raises ValueError for a kind that nobody does.
        """
        if job.kind not in self._handlers:
            raise ValueError(f"nobody does jobs of the kind {job.kind!r}")
        if self._states.get(name) in (JobState.WAITING, JobState.RUNNING, JobState.DONE):
            return
        self._enqueued += 1
        entry = _Entry(after or _AT_ONCE, self._enqueued, name, job)
        heapq.heappush(self._queue, entry)
        self._waiting[name] = entry
        self._states[name] = JobState.WAITING
        self._changed.set()

    async def cancel(self, name: str) -> None:
        """Do not run a waiting job; stop a running one, and wait until it has. Nothing for any other."""
        if self._waiting.pop(name, None):
            self._states[name] = JobState.CANCELLED
        elif task := self._running.get(name):
            task.cancel()
            if task is not asyncio.current_task():
                await asyncio.wait([task])

    async def status(self, name: str) -> JobState | None:
        """Where a job stands; `None` for a name that was never enqueued."""
        return self._states.get(name)

    async def run(self) -> None:
        """Run what is due, as it falls due, until cancelled; then what is running is stopped."""
        try:
            while True:
                self._changed.clear()
                self._start_due()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_s()):
                        await self._changed.wait()
        finally:
            await self._stop()

    def _start_due(self) -> None:
        now = self._clock.now()
        while self._queue and self._queue[0].due <= now:
            entry = heapq.heappop(self._queue)
            # One that was cancelled is still queued, perhaps beside another of its name.
            if self._waiting.get(entry.name) is entry:
                del self._waiting[entry.name]
                self._start(entry.name, entry.job)

    def _start(self, name: str, job: Job) -> None:
        self._states[name] = JobState.RUNNING
        task = asyncio.create_task(self._do(job), name=name)
        self._running[name] = task
        task.add_done_callback(partial(self._ended, name))

    async def _do(self, job: Job) -> None:
        await self._handlers[job.kind](job.values)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._running[name]
        if task.cancelled():
            self._states[name] = JobState.CANCELLED
        elif error := task.exception():
            self._states[name] = JobState.FAILED
            log.error("job failed name=%s", name, exc_info=error)
        else:
            self._states[name] = JobState.DONE

    def _pause_s(self) -> float:
        if not self._queue:
            return self._look_every_s
        left_s = (self._queue[0].due - self._clock.now()).total_seconds()
        return min(max(left_s, 0), self._look_every_s)

    async def _stop(self) -> None:
        for task in self._running.values():
            task.cancel()
        if self._running:
            await asyncio.wait(self._running.values())
