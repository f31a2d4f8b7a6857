"""One HTTP/1.1 connection on asyncio streams: requests in, answers out part by part."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_LARGEST = 64 * 1024 * 1024
_BEFORE_A_RESET_S = 0.01


class Act(Enum):
    """Something other than bytes that an answer may do in its course."""

    HANG = "say nothing more and keep the connection open until the client leaves"
    HOLD = "wait until the test says to go on"
    RESET = "end the connection with a RST"
    CLOSE = "end the connection with a FIN, whatever is still owed"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for so many seconds."""

    seconds: float


Part = bytes | Act | Pause


class Framing(Enum):
    """How the end of a body is told."""

    LENGTH = "Content-Length"
    CHUNKED = "Transfer-Encoding: chunked, each part a chunk of its own"
    CLOSE = "the end of the connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: after a `delay` the head, then the parts in order.

    Without a `head` only the parts are played; `drip` writes single bytes, head included.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    framing: Framing = Framing.LENGTH
    head: bool = True
    delay: Act | Pause | None = None
    drip: bool = False

    @property
    def body(self) -> bytes:
        """All bytes of the body."""
        return b"".join(part for part in self.parts if isinstance(part, bytes))


@dataclass(slots=True, kw_only=True, eq=False)
class Received:
    """A request as it came, and what became of it.

    `body` is the parsed JSON (`None` where there was none, or it was no JSON), `at` the event loop's time,
    `connection` tells requests on one kept-alive connection. `unknown_fields` are those that OpenAI does not
    document; `notes` is what the server did with the request without telling the client ("ignored seed").
    `sent` counts the parts of the answer that were written, of its `parts`; `finished` that it went out
    whole, `gone` that the client left before.
    """

    number: int
    connection: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    at: float
    body: Any = None
    unknown_fields: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    sent: int = 0
    parts: int = 0
    finished: bool = False
    gone: bool = False


class Connection:
    """A client's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.number = number
        self._reader, self._writer = reader, writer
        self._inbox = asyncio.StreamReader(limit=_LARGEST)

    async def listen(self) -> None:
        """Take in what the client sends, until it closes the connection."""
        try:
            while data := await self._reader.read(65_536):
                self._inbox.feed_data(data)
        except OSError:
            pass  # a RST is a way of leaving, too
        finally:
            self._inbox.feed_eof()

    async def request(self, number: int) -> Received | None:
        """The next request; `None` when there will be none. Raises ValueError for what is no HTTP."""
        try:
            head = (await self._inbox.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *lines = head.rstrip("\r\n").split("\r\n")
            method, target, _ = line.split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)
            }
            raw = await self._body(headers)
        except asyncio.IncompleteReadError:
            return None
        url = urlsplit(target)
        return Received(
            number=number,
            connection=self.number,
            method=method,
            path=url.path,
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers=headers,
            raw=raw,
            at=asyncio.get_running_loop().time(),
            body=_parsed(raw),
        )

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("expect", "").lower() == "100-continue":
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self._inbox.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int((await self._inbox.readline()).split(b";")[0] or b"0", 16):
            body += (await self._inbox.readexactly(size + 2))[:-2]
        await self._inbox.readuntil(b"\r\n")
        return body

    async def send(self, answer: Answer, received: Received, *, gap_s: float, held: asyncio.Event) -> bool:
        """Play an answer; whether the connection may be used again. Ends early only by being cancelled."""
        received.parts = sum(isinstance(part, bytes) for part in answer.parts)
        keep = (
            answer.framing is not Framing.CLOSE and received.headers.get("connection", "").lower() != "close"
        )
        if answer.delay is not None:
            await self._act(answer.delay, held)
        if answer.head:
            await self._write(_head(answer, keep=keep), drip=answer.drip)
        silent = received.method == "HEAD"
        for index, part in enumerate(answer.parts):
            if isinstance(part, bytes):
                last = index == len(answer.parts) - 1
                data = b"" if silent or not part else _framed(part, answer.framing)
                end = b"0\r\n\r\n" if last and answer.framing is Framing.CHUNKED and answer.head else b""
                received.sent += 1
                received.finished = last and not answer.drip
                await self._write(data + end, drip=answer.drip)
                await asyncio.sleep(0 if last else gap_s)
            elif not await self._act(part, held):
                return False
        if not received.finished and answer.framing is Framing.CHUNKED and answer.head:
            await self._write(b"0\r\n\r\n", drip=False)
        received.finished = True
        return keep

    async def _act(self, act: Act | Pause, held: asyncio.Event) -> bool:
        """Whether the answer goes on after it."""
        match act:
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Act.HOLD:
                await held.wait()
            case Act.HANG:
                await asyncio.Event().wait()  # until the server cancels it, because the client left
            case Act.CLOSE | Act.RESET:
                await asyncio.sleep(_BEFORE_A_RESET_S)  # what was written shall be read first
                if act is Act.RESET:
                    self._reset()
                return False
        return True

    async def _write(self, data: bytes, *, drip: bool) -> None:
        pieces = [data[at : at + 1] for at in range(len(data))] if drip else [data]
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0)

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.drop()

    def drop(self) -> None:
        """Close at once, whatever was not sent yet."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close when everything written is out."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


def _framed(part: bytes, framing: Framing) -> bytes:
    return b"%x\r\n%b\r\n" % (len(part), part) if framing is Framing.CHUNKED else part


def _head(answer: Answer, *, keep: bool) -> bytes:
    reason = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else "Unknown"
    lines = [
        f"HTTP/1.1 {answer.status} {reason}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    if answer.framing is Framing.CHUNKED:
        lines.append("transfer-encoding: chunked")
    elif answer.framing is Framing.LENGTH:
        lines.append(f"content-length: {len(answer.body)}")
    lines.append("connection: " + ("keep-alive" if keep else "close"))
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
