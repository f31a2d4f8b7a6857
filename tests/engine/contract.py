"""What `ports.Jobs` promises, as tests for whatever keeps it: inherit them and say how to make one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from bot.ports import Clock, Job, Jobs, JobState

Handlers = Mapping[str, Callable[[Mapping[str, str | int]], Awaitable[None]]]
Make = Callable[[Handlers, Clock], Jobs]

HOUR = timedelta(hours=1)

_cycles = count()


class SetClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant."""
        return self.time


class Desk:
    """Does jobs: notes them, and does as their values say."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.begun: list[str] = []
        self.stopped: list[str] = []
        self.fails: set[str] = set()
        self.gate = asyncio.Event()

    async def note(self, values: Mapping[str, str | int]) -> None:
        """A job that is over at once."""
        what = str(values["what"])
        if what in self.fails:
            raise RuntimeError(f"{what} went wrong")
        self.done.append(what)

    async def wait(self, values: Mapping[str, str | int]) -> None:
        """A job that goes on until the gate is open."""
        what = str(values["what"])
        self.begun.append(what)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            # What is stopped may take a while to tidy up.
            await asyncio.sleep(0)
            self.stopped.append(what)
            raise
        self.done.append(what)

    @property
    def handlers(self) -> Handlers:
        """By the kinds of the jobs."""
        return {"note": self.note, "wait": self.wait}


def note(what: str) -> Job:
    return Job(kind="note", values={"what": what, "n": 1})


def wait(what: str) -> Job:
    return Job(kind="wait", values={"what": what})


async def until(true: Callable[[], Any]) -> None:
    """Go on when something has become true."""
    for _ in range(5000):
        if true():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never became true")


async def reaches(jobs: Jobs, name: str, state: JobState) -> None:
    """Go on when a job stands so."""
    found = None
    for _ in range(5000):
        if (found := await jobs.status(name)) is state:
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"{name} is {found}, never {state}")


@asynccontextmanager
async def running(jobs: Jobs) -> AsyncIterator[asyncio.Task[None]]:
    """Jobs being run, until the block ends."""
    task = asyncio.create_task(jobs.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class JobsContract:
    """Inherit as `Test…`, with a fixture `make` that gives what makes the jobs of handlers and a clock."""

    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    async def desk(self) -> Desk:
        return Desk()

    @pytest.fixture
    def jobs(self, make: Make, desk: Desk, clock: SetClock) -> Jobs:
        return make(desk.handlers, clock)

    async def cycles(self, jobs: Jobs) -> None:
        """Go on when all that is due has been looked at."""
        name = f"cycle {next(_cycles)}"
        await jobs.enqueue(name, note("cycle"))
        await reaches(jobs, name, JobState.DONE)

    async def test_a_job_is_done_with_its_values(self, make: Make, clock: SetClock) -> None:
        seen: list[Mapping[str, str | int]] = []

        async def see(values: Mapping[str, str | int]) -> None:
            seen.append(values)

        jobs = make({"see": see}, clock)
        await jobs.enqueue("a", Job(kind="see", values={"number": 3, "due": "speak"}))
        async with running(jobs):
            await reaches(jobs, "a", JobState.DONE)
        assert [dict(values) for values in seen] == [{"number": 3, "due": "speak"}]

    async def test_a_job_enqueued_while_running_is_done(self, jobs: Jobs, desk: Desk) -> None:
        async with running(jobs):
            await self.cycles(jobs)
            await jobs.enqueue("a", note("a"))
            await reaches(jobs, "a", JobState.DONE)
        assert "a" in desk.done

    async def test_nothing_is_done_before_somebody_runs(self, jobs: Jobs, desk: Desk) -> None:
        await jobs.enqueue("a", note("a"))
        await asyncio.sleep(0)
        assert await jobs.status("a") is JobState.WAITING
        assert desk.done == []

    async def test_a_name_that_nobody_enqueued_is_unknown(self, jobs: Jobs) -> None:
        assert await jobs.status("a") is None
        await jobs.cancel("a")
        assert await jobs.status("a") is None

    async def test_a_job_of_a_kind_that_nobody_does_is_refused(self, jobs: Jobs) -> None:
        with pytest.raises(ValueError, match="'dance'"):
            await jobs.enqueue("a", Job(kind="dance", values={}))
        assert await jobs.status("a") is None

    async def test_a_job_waits_for_its_instant(self, jobs: Jobs, desk: Desk, clock: SetClock) -> None:
        await jobs.enqueue("late", note("late"), after=clock.time + HOUR)
        async with running(jobs):
            await self.cycles(jobs)
            clock.time += HOUR - timedelta(microseconds=1)
            await self.cycles(jobs)
            assert await jobs.status("late") is JobState.WAITING
            clock.time += timedelta(microseconds=1)
            await reaches(jobs, "late", JobState.DONE)
        assert desk.done[-1] == "late"

    async def test_a_clock_that_is_moved_is_noticed(self, jobs: Jobs, clock: SetClock) -> None:
        await jobs.enqueue("late", note("late"), after=clock.time + 24 * HOUR)
        async with running(jobs):
            await self.cycles(jobs)
            clock.time += 24 * HOUR
            await reaches(jobs, "late", JobState.DONE)

    async def test_a_job_for_now_does_not_wait_for_a_clock_that_was_set_back(
        self, jobs: Jobs, clock: SetClock
    ) -> None:
        await jobs.enqueue("a", note("a"))
        clock.time -= HOUR
        async with running(jobs):
            await reaches(jobs, "a", JobState.DONE)

    async def test_a_job_whose_time_is_long_past_is_done(self, jobs: Jobs, clock: SetClock) -> None:
        await jobs.enqueue("a", note("a"), after=clock.time - 24 * HOUR)
        async with running(jobs):
            await reaches(jobs, "a", JobState.DONE)

    async def test_jobs_begin_in_the_order_in_which_they_fall_due(
        self, jobs: Jobs, desk: Desk, clock: SetClock
    ) -> None:
        for name, hours in (("c", 3), ("a", 1), ("b2", 2), ("b1", 2)):
            await jobs.enqueue(name, wait(name), after=clock.time + hours * HOUR)
        clock.time += 5 * HOUR
        async with running(jobs):
            await until(lambda: len(desk.begun) == 4)
        assert desk.begun == ["a", "b2", "b1", "c"]

    async def test_the_same_name_is_done_once(self, jobs: Jobs, desk: Desk, clock: SetClock) -> None:
        for after in (None, clock.time + HOUR, None):
            await jobs.enqueue("a", note("a"), after=after)
        async with running(jobs):
            await reaches(jobs, "a", JobState.DONE)
            await jobs.enqueue("a", note("a"))
            assert await jobs.status("a") is JobState.DONE
            clock.time += 2 * HOUR
            await self.cycles(jobs)
        assert desk.done.count("a") == 1

    async def test_a_running_job_is_not_begun_again(self, jobs: Jobs, desk: Desk) -> None:
        await jobs.enqueue("a", wait("a"))
        async with running(jobs):
            await reaches(jobs, "a", JobState.RUNNING)
            await jobs.enqueue("a", wait("a"))
            desk.gate.set()
            await reaches(jobs, "a", JobState.DONE)
            await self.cycles(jobs)
        assert (desk.begun, desk.done.count("a")) == (["a"], 1)

    async def test_a_long_job_does_not_hold_up_the_others(self, jobs: Jobs, desk: Desk) -> None:
        await jobs.enqueue("long", wait("long"))
        await jobs.enqueue("short", note("short"))
        async with running(jobs):
            await reaches(jobs, "short", JobState.DONE)
            assert await jobs.status("long") is JobState.RUNNING

    async def test_a_job_that_fails_is_logged_and_may_be_tried_again(
        self, jobs: Jobs, desk: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        desk.fails.add("a")
        await jobs.enqueue("debate:1:7:speak", note("a"))
        with caplog.at_level(logging.ERROR):
            async with running(jobs):
                await reaches(jobs, "debate:1:7:speak", JobState.FAILED)
                desk.fails.clear()
                await self.cycles(jobs)
                assert await jobs.status("debate:1:7:speak") is JobState.FAILED
                await jobs.enqueue("debate:1:7:speak", note("a"))
                await reaches(jobs, "debate:1:7:speak", JobState.DONE)
        assert "debate:1:7:speak" in caplog.text
        assert "a went wrong" in caplog.text

    async def test_a_waiting_job_that_is_cancelled_is_not_done(
        self, jobs: Jobs, desk: Desk, clock: SetClock
    ) -> None:
        await jobs.enqueue("a", note("a"), after=clock.time + HOUR)
        await jobs.cancel("a")
        assert await jobs.status("a") is JobState.CANCELLED
        clock.time += HOUR
        async with running(jobs):
            await self.cycles(jobs)
        assert "a" not in desk.done

    async def test_a_cancelled_job_may_be_enqueued_again_and_is_done_once_at_its_new_time(
        self, jobs: Jobs, desk: Desk, clock: SetClock
    ) -> None:
        await jobs.enqueue("a", note("old"), after=clock.time + HOUR)
        await jobs.cancel("a")
        await jobs.enqueue("a", note("new"), after=clock.time + 2 * HOUR)
        async with running(jobs):
            clock.time += HOUR
            await self.cycles(jobs)
            assert await jobs.status("a") is JobState.WAITING
            clock.time += HOUR
            await reaches(jobs, "a", JobState.DONE)
            await self.cycles(jobs)
        assert [what for what in desk.done if what != "cycle"] == ["new"]

    async def test_a_running_job_that_is_cancelled_has_stopped_then(self, jobs: Jobs, desk: Desk) -> None:
        await jobs.enqueue("a", wait("a"))
        async with running(jobs):
            await until(lambda: desk.begun)
            await jobs.cancel("a")
            assert desk.stopped == ["a"]
            assert await jobs.status("a") is JobState.CANCELLED
            desk.gate.set()
            await jobs.enqueue("a", wait("a"))
            await reaches(jobs, "a", JobState.DONE)

    async def test_a_job_that_is_over_cannot_be_cancelled(self, jobs: Jobs, desk: Desk) -> None:
        desk.fails.add("b")
        async with running(jobs):
            for name, state in (("a", JobState.DONE), ("b", JobState.FAILED)):
                await jobs.enqueue(name, note(name))
                await reaches(jobs, name, state)
                await jobs.cancel(name)
                assert await jobs.status(name) is state

    async def test_a_job_may_enqueue_and_cancel_others_and_itself(self, make: Make, clock: SetClock) -> None:
        done: list[str] = []

        async def chain(values: Mapping[str, str | int]) -> None:
            name = str(values["name"])
            if name == "first":
                await jobs.enqueue("second", Job(kind="chain", values={"name": "second"}))
                await jobs.cancel("doomed")
            if name == "itself":
                await jobs.cancel("itself")
                await asyncio.sleep(0)
            done.append(name)

        jobs = make({"chain": chain}, clock)
        await jobs.enqueue("doomed", Job(kind="chain", values={"name": "doomed"}), after=clock.time + HOUR)
        for name in ("first", "itself"):
            await jobs.enqueue(name, Job(kind="chain", values={"name": name}))
        async with running(jobs):
            await reaches(jobs, "second", JobState.DONE)
            await reaches(jobs, "itself", JobState.CANCELLED)
            await reaches(jobs, "doomed", JobState.CANCELLED)
        assert done == ["first", "second"]

    async def test_when_nobody_runs_any_more_what_was_running_has_stopped_and_what_waits_still_does(
        self, jobs: Jobs, desk: Desk, clock: SetClock
    ) -> None:
        for name in ("a", "b"):
            await jobs.enqueue(name, wait(name))
        await jobs.enqueue("late", note("late"), after=clock.time + HOUR)
        async with running(jobs):
            await until(lambda: len(desk.begun) == 2)
        assert sorted(desk.stopped) == ["a", "b"]
        assert await jobs.status("late") is JobState.WAITING
        clock.time += HOUR
        desk.gate.set()
        for name in ("a", "b"):
            await jobs.enqueue(name, wait(name))
        async with running(jobs):
            for name in ("a", "b", "late"):
                await reaches(jobs, name, JobState.DONE)

    async def test_running_ends_by_being_cancelled(self, jobs: Jobs) -> None:
        async with running(jobs) as task:
            await self.cycles(jobs)
            assert not task.done()
        assert task.cancelled()

    async def test_a_thousand_jobs_are_each_done_once(self, jobs: Jobs, desk: Desk, clock: SetClock) -> None:
        for n in range(1000):
            await jobs.enqueue(str(n), note(str(n)), after=clock.time + timedelta(seconds=n % 7))
        async with running(jobs):
            for _ in range(7):
                await self.cycles(jobs)
                clock.time += timedelta(seconds=1)
            await until(lambda: len([what for what in desk.done if what != "cycle"]) == 1000)
        assert sorted(what for what in desk.done if what != "cycle") == sorted(map(str, range(1000)))
