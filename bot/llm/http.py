"""The one place that imports httpx: requests whose answers are read by a task of their own.

httpx 0.28 loses connections to cancellation: always when the task that reads is cancelled twice, as nested
time limits and shutdowns do, and at some moments (just connected, about to close) when it is cancelled once.
So a pump task owns each answer, ended by a cancel scope of anyio, on which httpx stands and whose shields it
minds; and each connection has a client of its own, closed as a whole unless its answer was read to the end.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import httpx

from bot.llm.errors import BadRequest, Busy, ConnectFailed, EndpointError, StreamInterrupted, TookTooLong

CONNECT_S, WRITE_S, POOL_S = 5.0, 30.0, 5.0
CONNECTIONS, KEPT, KEPT_S = 64, 16, 30.0
END_S = 0.05
"""How long the end of a body is waited for when all has been said: then the connection can be used again."""

AHEAD = 2**20
"""Bytes that the pump reads ahead of the reader."""


class Answer:
    """One HTTP answer as it comes in."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._chunks: deque[bytes] = deque()
        self._waiting = 0
        self._came = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = False
        self._failure: EndpointError | None = None

    async def begun(self, until: float) -> None:
        """Wait for status and headers. Raises TimeoutError at `until` (loop time), EndpointError."""
        while not self.status and not self._ended:
            self._came.clear()
            async with asyncio.timeout_at(until):
                await self._came.wait()
        if not self.status and self._failure:
            raise self._failure

    async def read(self, until: float) -> bytes:
        """All that has come and was not read yet, b"" at the end. Raises as `begun` does."""
        while not self._chunks and not self._ended:
            self._came.clear()
            async with asyncio.timeout_at(until):
                await self._came.wait()
        if self._chunks:
            data = b"".join(self._chunks) if len(self._chunks) > 1 else self._chunks[0]
            self._chunks.clear()
            self._waiting = 0
            self._room.set()
            return data
        if self._failure:
            raise self._failure
        return b""

    async def all(self, until: float, most: int) -> bytes:
        """The whole body, cut after `most` bytes. Raises as `begun` does."""
        body = bytearray()
        while len(body) < most and (data := await self.read(until)):
            body += data
        return bytes(body[:most])

    async def take(self, data: bytes) -> None:
        """Put in what the pump has read, and wait while the reader is far behind."""
        self._chunks.append(data)
        self._waiting += len(data)
        self._came.set()
        while self._waiting > AHEAD:
            self._room.clear()
            await self._room.wait()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Status and headers are there."""
        self.status, self.headers = status, headers
        self._came.set()

    def end(self, failure: EndpointError | None = None) -> None:
        """Nothing more comes. What is said of it first counts."""
        if not self._ended:
            self._ended, self._failure = True, failure
            self._came.set()


class _Connection:
    """One connection at most, which can be closed in any state."""

    def __init__(self, tls: ssl.SSLContext, *, proxied: bool) -> None:
        self._socket: Any = None
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=CONNECT_S, write=WRITE_S),
            limits=httpx.Limits(keepalive_expiry=KEPT_S),
            follow_redirects=False,  # a key must not follow to another host
            trust_env=proxied,
            verify=tls,
        )

    def stream(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """Send a request; one at a time."""
        return self._client.stream(
            method, url, headers=dict(headers), content=body, extensions={"trace": self._note}
        )

    async def _note(self, event: str, said: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._socket = said["return_value"]

    async def close(self) -> None:
        """Let go of the connection."""
        await self._client.aclose()
        if self._socket:  # of a TLS handshake that was broken off the client knows nothing
            await self._socket.aclose()


class Http:
    """Connections to one endpoint, shared by all calls to it."""

    def __init__(self, *, secure: bool, proxied: bool, keeps: bool = True) -> None:
        # Reading the certificates takes a while, and plain HTTP needs none.
        self._tls = httpx.create_ssl_context(verify=secure, trust_env=proxied)
        self._proxied = proxied
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[float, _Connection]] = []
        self._pumps: dict[asyncio.Task[None], anyio.CancelScope] = {}
        self._keeps = keeps
        self._closed = False
        self.is_dead = False
        """Whether nobody was there when something was last sent."""

    @asynccontextmanager
    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncIterator[Answer]:
        """The answer to a request, from the first moment on; left early, its connection is closed."""
        answer, scope = Answer(), anyio.CancelScope()
        pump = asyncio.create_task(self._pump(scope, answer, method, url, headers, body))
        self._pumps[pump] = scope
        pump.add_done_callback(lambda _: self._over(pump, answer))
        try:
            yield answer
            await asyncio.wait([pump], timeout=END_S)
        finally:
            scope.cancel()
            # Whoever is cancelled here once more stops waiting; the pump does not stop closing.
            await asyncio.wait([pump])

    async def close(self) -> None:
        """End what is under way and let go of every connection."""
        self._closed = True
        for scope in self._pumps.values():
            scope.cancel()
        if self._pumps:
            await asyncio.wait(list(self._pumps))
        await self.retire()

    async def retire(self) -> None:
        """Keep no connection from now on; what is under way goes on, and more may be sent."""
        self._keeps = False
        while self._idle:
            await self._idle.pop()[1].close()

    async def _pump(
        self,
        scope: anyio.CancelScope,
        answer: Answer,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        try:
            with scope:
                async with (
                    self._connection(url) as connection,
                    connection.stream(method, url, headers, body) as response,
                ):
                    answer.begin(response.status_code, response.headers)
                    self.is_dead = False
                    packed = response.headers.get("content-encoding", "identity") != "identity"
                    async for data in response.aiter_bytes() if packed else response.aiter_raw():
                        await answer.take(data)
                answer.end()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            failure = _explained(error, url, begun=bool(answer.status))
            self.is_dead = isinstance(failure, ConnectFailed)
            answer.end(failure)
        except EndpointError as error:
            answer.end(error)

    @asynccontextmanager
    async def _connection(self, url: str) -> AsyncIterator[_Connection]:
        """A connection for one request, kept for another one if the answer is read to its end."""
        if self._closed:
            raise _shut()
        try:
            async with asyncio.timeout(POOL_S):
                await self._places.acquire()
        except TimeoutError:
            raise Busy(
                f"All {CONNECTIONS} connections to {url} are in use.", "Try again in a moment."
            ) from None
        connection = self._idle.pop()[1] if self._idle else _Connection(self._tls, proxied=self._proxied)
        outworn = [connection]
        try:
            yield connection
            outworn = self._kept(connection)
        finally:
            self._places.release()
            if outworn:
                with anyio.CancelScope(shield=True):
                    for each in outworn:
                        await each.close()

    def _kept(self, connection: _Connection) -> list[_Connection]:
        """Keep a connection for another request; what is to be closed, maybe the same."""
        if self._closed or not self._keeps:
            return [connection]
        now = asyncio.get_running_loop().time()
        # Those of a burst would stay for ever: the one that was kept last is used first.
        outworn = [each for since, each in self._idle if now - since > KEPT_S]
        self._idle = [(since, each) for since, each in self._idle if now - since <= KEPT_S]
        if len(self._idle) >= KEPT:
            return [*outworn, connection]
        self._idle.append((now, connection))
        return outworn

    def _over(self, pump: asyncio.Task[None], answer: Answer) -> None:
        """Whatever happened to the pump, nobody waits for it any longer."""
        del self._pumps[pump]
        answer.end(_shut() if self._closed else StreamInterrupted("The answer broke off.", "Ask again."))


def _shut() -> EndpointError:
    """What calls meet after `close`; trying again is no use."""
    return EndpointError("I am being shut down.", "Ask again when I am back.")


def _explained(error: Exception, url: str, *, begun: bool) -> EndpointError:
    """What a failure of httpx means to people."""
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return ConnectFailed(
                f"Nobody answers at {url}{_certificate(error)}.", "Is the server running, and the URL right?"
            )
        case httpx.TimeoutException():
            return TookTooLong(f"{url} did not take the request in time.", "Try again.", kind="write")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | ValueError():
            return BadRequest(f"{url} is no address that I can ask.", "Correct LLM_BASE_URL.")
    if begun:
        return StreamInterrupted("The answer broke off.", "Ask again.")
    return ConnectFailed(f"{url} hung up without an answer.", "Is that a model server?")


def _certificate(error: Exception) -> str:
    return ": its certificate is not valid here" if "CERTIFICATE" in str(error).upper() else ""
