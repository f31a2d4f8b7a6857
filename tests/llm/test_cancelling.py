"""Readers who are cancelled, twice and at any moment, leave no connection and no task behind."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.endpoint import Endpoint
from bot.llm.client import Client
from bot.llm.http import CONNECTIONS
from bot.llm.memory import Memory
from bot.model import Finish, Meanwhile, Notice, Prompt, Request, Text
from tests.fakes.model_server import FakeModelServer, running_in_thread

WORDS = "one two three four five six seven eight nine ten eleven twelve"
REQUEST = Request(prompt=Prompt(system="Count.", closing="To twelve."), purpose="answer")
NEVER_S = 60.0


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    """In a thread of its own, so that every task of the test's loop is the client's."""
    with running_in_thread(FakeModelServer(author=lambda messages, body: WORDS, gap_s=0.001)) as server:
        yield server


def client_of(server: FakeModelServer) -> Client:
    endpoint = Endpoint(name="e", base_url=server.base_url, model="small-model", window=8192)
    return Client(endpoint, Memory(Now()), Now(), rng=random.Random(1))  # noqa: S311


def soon() -> float:
    return asyncio.get_running_loop().time() + NEVER_S


def sockets_to(server: FakeModelServer) -> int:
    """The sockets of processes that lead to the server; where nobody can see that, its own count."""
    if sys.platform != "linux":
        return server.open_sockets
    port = int(server.url.rsplit(":", 1)[1])
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[2].split(":")[1], 16) == port and row[9] != "0" for row in rows)


class Reader:
    """Somebody who reads a stream, and closes it once more by hand when cancelled, if so inclined."""

    def __init__(self, client: Client, *, closes: bool) -> None:
        self._client = client
        self._closes = closes
        self.events: list[object] = []

    async def read(self) -> None:
        call = await self._client.prepare(REQUEST, soon())
        async with self._client.stream(call, soon()) as events:
            try:
                async for event in events:
                    self.events.append(event)
            except asyncio.CancelledError:
                if self._closes:
                    await events.aclose()
                raise

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Text))

    @property
    def waits_to_retry(self) -> bool:
        return any(isinstance(event, Notice) and event.kind is Meanwhile.RETRYING for event in self.events)


# Moments: what the server plays, and what is waited for before the reader is cut off.

Moment = tuple[str, Callable[[Reader], bool]]


def moments(server: FakeModelServer, rng: random.Random) -> list[Moment]:
    calls, count, turns = len(server.calls), rng.randint(1, 18), iter(range(rng.randint(0, 40)))
    return [
        ("fine", lambda reader: next(turns, None) is None),  # anywhere, from connecting on
        ("fine", lambda reader: len(reader.events) >= count),
        ("all-in-one-burst", lambda reader: len(reader.events) >= count),
        ("never-answers", lambda reader: len(server.calls) > calls),
        ("headers-then-nothing", lambda reader: len(server.calls) > calls),
        ("some-text-then-nothing", lambda reader: bool(reader.text)),
        ("open-after-the-last-chunk", lambda reader: reader.text == WORDS),
        ("closes-without-a-word", lambda reader: reader.waits_to_retry),
        ("fine", lambda reader: any(isinstance(event, Finish) for event in reader.events)),
    ]


# Ways to be cancelled twice: each begins to read, and says how to cut that off.

Read = Callable[[], Coroutine[None, None, None]]
Cut = Callable[[], Awaitable[None]]


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def in_a_row(read: Read, rng: random.Random) -> tuple[asyncio.Task[None], Cut]:
    task = asyncio.create_task(read())

    async def cut() -> None:
        task.cancel()
        task.cancel()

    return task, cut


def a_few_turns_later(read: Read, rng: random.Random) -> tuple[asyncio.Task[None], Cut]:
    task = asyncio.create_task(read())

    async def cut() -> None:
        task.cancel()
        await turns(rng.randint(1, 8))
        task.cancel()

    return task, cut


def by_nested_time_limits(read: Read, rng: random.Random) -> tuple[asyncio.Task[None], Cut]:
    outer, inner = asyncio.timeout(NEVER_S), asyncio.timeout(NEVER_S)

    async def limited() -> None:
        async with outer, inner:
            await read()

    async def cut() -> None:
        await turns(1)  # before it has begun there are no limits yet
        with contextlib.suppress(RuntimeError):  # it was over in this very turn
            inner.reschedule(0)
            outer.reschedule(0)

    return asyncio.create_task(limited()), cut


def by_nested_waits(read: Read, rng: random.Random) -> tuple[asyncio.Task[None], Cut]:
    task = asyncio.create_task(asyncio.wait_for(asyncio.wait_for(read(), NEVER_S), NEVER_S))

    async def cut() -> None:
        task.cancel()
        await turns(rng.randint(0, 3))
        task.cancel()

    return task, cut


def by_a_sibling_and_from_above(read: Read, rng: random.Random) -> tuple[asyncio.Task[None], Cut]:
    failed = asyncio.Event()

    async def fail() -> None:
        await failed.wait()
        raise ZeroDivisionError

    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(read()).add_done_callback(lambda _: failed.set())
            tasks.create_task(fail())

    task = asyncio.create_task(group())

    async def cut() -> None:
        failed.set()
        await turns(rng.randint(1, 5))
        task.cancel()

    return task, cut


WAYS = (in_a_row, a_few_turns_later, by_nested_time_limits, by_nested_waits, by_a_sibling_and_from_above)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_hundred_streams_cancelled_twice_leave_nothing(server: FakeModelServer, seed: int) -> None:
    rng, client = random.Random(seed), client_of(server)  # noqa: S311
    for _ in range(100):
        play, moment = rng.choice(moments(server, rng))
        server.script = [play]
        reader = Reader(client, closes=rng.random() < 0.3)
        task, cut = rng.choice(WAYS)(reader.read, rng)
        while not task.done() and not moment(reader):  # noqa: ASYNC110  # moments tell nobody that they come
            await asyncio.sleep(0)
        await cut()
        await asyncio.gather(task, return_exceptions=True)
    await nothing_is_left(server)
    assert len(server.cancelled) > 30, "too few were cut off for this to prove anything"
    server.script = []
    kept = server.open_sockets
    assert (await client.complete(REQUEST, soon())).text == WORDS
    assert server.open_sockets == max(kept, 1), "the connection that was left is of no use"
    await every_connection_serves(server, client)
    await client.close()
    await nothing_is_left(server, sockets=0)


async def nothing_is_left(server: FakeModelServer, *, sockets: int = 1) -> None:
    """No task, no request at work, and at most so many sockets: those that may be used again."""
    await server.until(lambda: len(asyncio.all_tasks()) == 1)
    await server.until(lambda: server.at_work == 0)
    await server.until(lambda: server.open_sockets == sockets_to(server) <= sockets)


async def every_connection_serves(server: FakeModelServer, client: Client) -> None:
    """No slot was lost: as many streams as ever may run at once do so."""
    server.hold_after = 3
    readers = [Reader(client, closes=False) for _ in range(CONNECTIONS)]
    reading = [asyncio.create_task(reader.read()) for reader in readers]
    await server.until(lambda: server.at_work == CONNECTIONS)
    server.hold_after = None
    while not all(task.done() for task in reading):
        server.go_on()
        await asyncio.sleep(0.01)
    await asyncio.gather(*reading)
    assert {reader.text for reader in readers} == {WORDS}
