"""What becomes of connections: kept where they can serve again, closed in whatever state they were left."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from bot.llm.errors import Busy, ConnectFailed, EndpointError
from bot.llm.http import Answer, Http
from tests.fakes.model_server import FakeModelServer

WORDS = "one two three four five six"
SENT = {"content-type": "application/json"}
BODY = json.dumps(
    {"model": "small-model", "messages": [{"role": "user", "content": "Count."}], "stream": True}
).encode()
MOST = 2**20


@pytest.fixture
async def server() -> AsyncIterator[FakeModelServer]:
    """In the test's own loop: the turns of both sides interleave in the same way every time."""
    async with FakeModelServer(author=lambda messages, body: WORDS) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http(secure=False, proxied=False)
    yield http
    await http.close()


def soon() -> float:
    return asyncio.get_running_loop().time() + 30


def url(server: FakeModelServer, host: str = "127.0.0.1") -> str:
    return f"{server.base_url}/chat/completions".replace("127.0.0.1", host)


async def read(http: Http, server: FakeModelServer, host: str = "127.0.0.1") -> bytes:
    async with http.send("POST", url(server, host), SENT, BODY) as answer:
        await answer.begun(soon())
        return await answer.all(soon(), MOST)


async def until_done(http: Http, server: FakeModelServer, host: str = "127.0.0.1") -> bytes:
    """Read as a client does who knows the format: the end of the body is of no interest to it."""
    async with http.send("POST", url(server, host), SENT, BODY) as answer:
        await answer.begun(soon())
        data = b""
        while b"[DONE]" not in data:
            data += await answer.read(soon())
        return data


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  # what is waited for tells nobody
        await asyncio.sleep(0)


@pytest.mark.parametrize("play", ["fine", "all-in-one-burst", "chunks-of-one-byte"])
async def test_answers_that_are_read_to_the_end_share_one_connection(
    http: Http, server: FakeModelServer, play: str
) -> None:
    server.script = [play] * 6
    for number in range(6):
        assert b"[DONE]" in await (until_done(http, server) if number % 2 else read(http, server))
    assert {call.connection for call in server.calls} == {1}


async def test_connections_of_a_burst_are_closed_when_they_are_needed_no_more(
    http: Http, server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.gather(*(read(http, server) for _ in range(6)))
    assert server.open_sockets == 6
    await read(http, server)
    assert server.open_sockets == 6
    monkeypatch.setattr("bot.llm.http.KEPT_S", -1.0)
    await read(http, server)
    await server.until(lambda: server.open_sockets == 1)


async def test_who_is_retired_keeps_no_connection_and_ends_no_answer(
    http: Http, server: FakeModelServer
) -> None:
    await read(http, server)
    server.hold_after = 2
    reading = asyncio.create_task(read(http, server))
    await server.until(lambda: len(server.calls) == 2)
    await asyncio.gather(http.retire(), http.retire())
    server.go_on()
    assert b"[DONE]" in await reading
    server.hold_after = None
    assert b"[DONE]" in await read(http, server)
    await server.until(lambda: server.open_sockets == 0)


async def test_it_is_known_whether_anybody_is_there(http: Http, server: FakeModelServer) -> None:
    await read(http, server)
    assert not http.is_dead
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/v1/models"
    with pytest.raises(ConnectFailed):
        await begin(http, nobody)
    assert http.is_dead
    await read(http, server)
    assert not http.is_dead


async def test_a_body_of_many_small_pieces_is_read_without_adding_them_up_each_time() -> None:
    """Adding up the pieces at every read took a second for 10,000 of them."""
    reads = 3000
    touched = 0

    class Piece(bytes):
        def __len__(self) -> int:
            nonlocal touched
            touched += 1
            return super().__len__()

    answer = Answer()
    reading = asyncio.create_task(answer.all(soon(), MOST))
    for _ in range(reads):
        await answer.take(Piece(b"x"))
        await turns(1)
    answer.end()
    assert await reading == b"x" * reads
    assert touched < 10 * reads


async def test_the_end_of_a_body_that_never_comes_is_not_waited_for(
    http: Http, server: FakeModelServer
) -> None:
    server.script = ["open-after-the-last-chunk"]
    assert b"[DONE]" in await until_done(http, server)
    await server.until(lambda: server.open_sockets == 0)
    assert len(server.cancelled) == 1


@pytest.mark.parametrize("play", ["fine", "all-in-one-burst", "never-answers", "dies-with-a-close"])
@pytest.mark.parametrize("way", ["new", "new, by name", "kept"])
async def test_a_reader_cancelled_twice_leaves_nothing_at_any_turn_of_the_loop(
    server: FakeModelServer, play: str, way: str
) -> None:
    host = "localhost" if "name" in way else "127.0.0.1"
    for count in range(60):
        http = Http(secure=False, proxied=False)
        if way == "kept":
            await read(http, server, host)
        server.script = [play]
        reading = asyncio.create_task(until_done(http, server, host))
        await turns(count)
        reading.cancel()
        await turns(count % 3)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await server.until(lambda: server.at_work == 0 and server.open_sockets <= 1)
        server.script = []
        await read(http, server, host)
        assert server.open_sockets == 1, f"cut off after {count} turns, it was left open"
        await http.close()
        await server.until(lambda: server.open_sockets == 0)


async def test_a_handshake_that_is_broken_off_leaves_no_socket() -> None:
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            reading.cancel()
            reading.cancel()
        hung_up.set()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        host, port = silent.sockets[0].getsockname()
        http = Http(secure=True, proxied=False)
        reading = asyncio.create_task(begin(http, f"https://{host}:{port}/v1/models"))
        gc.disable()  # what only the garbage collector closes is left for long
        try:
            async with asyncio.timeout(5):
                await hung_up.wait()
        finally:
            gc.enable()
        await http.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue of connections is another matter")
async def test_a_connection_that_nobody_accepts_is_given_up(http: Http) -> None:
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        before = open_files()
        reading = asyncio.create_task(begin(http, f"http://127.0.0.1:{deaf.getsockname()[1]}/v1/models"))
        async with asyncio.timeout(5):
            await until(lambda: open_files() > before)
            reading.cancel()
            await turns(1)
            reading.cancel()
            await until(lambda: open_files() == before and reading.done())


async def begin(http: Http, url: str) -> None:
    async with http.send("GET", url, {}) as answer:
        await answer.begun(soon())


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


async def test_closing_ends_the_answers_that_are_under_way(http: Http, server: FakeModelServer) -> None:
    server.script = ["some-text-then-nothing", "headers-then-nothing", "never-answers"]
    reading = [asyncio.create_task(until_done(http, server)) for _ in range(3)]
    await server.until(lambda: len(server.calls) == 3)
    await http.close()
    ends = await asyncio.gather(*reading, return_exceptions=True)
    assert [type(end) for end in ends] == [EndpointError] * 3
    await server.until(lambda: server.open_sockets == 0)
    assert len(server.cancelled) == 3


async def test_readers_who_are_cancelled_while_all_is_closed_leave_nothing(
    http: Http, server: FakeModelServer
) -> None:
    await read(http, server)
    server.script = ["some-text-then-nothing", "never-answers"] * 4
    reading = [asyncio.create_task(until_done(http, server)) for _ in range(8)]
    await server.until(lambda: len(server.calls) == 9)
    closing = asyncio.create_task(http.close())
    for task in reading:
        task.cancel()
        await turns(1)
        task.cancel()
    await closing
    await asyncio.gather(*reading, return_exceptions=True)
    await server.until(lambda: server.open_sockets == 0)


async def test_whoever_finds_all_connections_in_use_is_told_so(
    server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.llm.http.CONNECTIONS", 1)
    monkeypatch.setattr("bot.llm.http.POOL_S", 0.0)
    http = Http(secure=False, proxied=False)
    server.script = ["never-answers"]
    reading = asyncio.create_task(read(http, server))
    await server.until(lambda: server.at_work == 1)
    with pytest.raises(Busy, match="in use"):
        await read(http, server)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert b"[DONE]" in await read(http, server)
    await http.close()


async def test_nothing_is_sent_after_closing(http: Http, server: FakeModelServer) -> None:
    await http.close()
    with pytest.raises(EndpointError, match="shut down"):
        await read(http, server)
    assert server.requests == []


async def test_a_call_that_is_closed_before_it_has_begun_ends(http: Http, server: FakeModelServer) -> None:
    reading = asyncio.create_task(read(http, server))
    await turns(1)
    await http.close()
    with pytest.raises(EndpointError, match="shut down"):
        await reading


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # they are closed unseen
async def test_httpx_alone_keeps_connections_whose_reader_was_cancelled_twice(
    server: FakeModelServer,
) -> None:
    """Why answers are read by a task of their own. Without this fault of httpx 0.28 that could go."""
    server.script = ["some-text-then-nothing"] * 8
    async with httpx.AsyncClient() as bare:

        async def read_directly() -> None:
            async with bare.stream("POST", url(server), headers=SENT, content=BODY) as response:
                async for _ in response.aiter_bytes():
                    begun.set()

        for _ in range(8):
            begun = asyncio.Event()
            reading = asyncio.create_task(read_directly())
            await begun.wait()
            reading.cancel()
            await turns(1)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await server.until(lambda: server.open_sockets == 0, within_s=0.5)
        left, noticed = server.open_sockets, len(server.cancelled)
    if not left:
        pytest.skip(f"httpx {httpx.__version__} closes them all: the pump task has become needless")
    gc.collect()
    assert noticed == 8 - left, "where nobody tells it, a server writes on"
