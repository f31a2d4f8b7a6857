"""A server with answers made beforehand: it has nothing to do but to write, so that no client waits for it.

`python -m benchmarks.canned` listens on loopback and prints its port. The model that is asked names the
answer: `burst-1000` comes in one write, `paced-1000` each chunk in a write of its own.
"""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from itertools import cycle, islice

PAUSE_S = 0.002
_WORDS = (
    "the",
    "moon",
    "pulls",
    "at",
    "the",
    "water",
    ",",
    "so",
    "there",
    "is",
    "high",
    "tide",
    "twice",
    "a",
    "day",
    ".",
)
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
_NOTHING = b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


def words(count: int) -> list[str]:
    """The pieces of an answer of so many chunks."""
    said = [f" {word}" for word in islice(cycle(_WORDS), count)]
    return [said[0].lstrip(), *said[1:]]


@lru_cache
def events(count: int) -> list[bytes]:
    """The answer as it is written, an HTTP chunk for each event, in OpenAI's words."""
    said = [_chunk({"content": piece}, None) for piece in words(count)]
    usage = {"prompt_tokens": 20, "completion_tokens": count, "total_tokens": 20 + count}
    last = [_chunk({}, "stop"), {**_chunk({}, None), "choices": [], "usage": usage}]
    data = [json.dumps(each, separators=(",", ":")) for each in [*said, *last]]
    framed = [_framed(f"data: {each}\n\n".encode()) for each in [*data, "[DONE]"]]
    return [*framed[:-1], framed[-1] + _framed(b"")]


def _chunk(delta: dict[str, str], reason: str | None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {
        "id": "chatcmpl-CqxQk2mU0Xb7tVfW3yN9", "object": "chat.completion.chunk", "created": 1764000000,
        "model": "gpt-5-mini-2026-08-07", "service_tier": "default", "system_fingerprint": "fp_50cad350e4",
        "choices": [choice], "usage": None,
    }  # fmt: skip


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Conversation(asyncio.Protocol):
    """One connection, one request after the other."""

    def __init__(self) -> None:
        self._came = b""
        self._answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length:" in line),
            0,
        )
        if found and len(body) >= length:
            self._came = body[length:]
            self._answer(body[:length])

    def _answer(self, body: bytes) -> None:
        if not body:
            self._transport.write(_NOTHING)
            return
        pace, _, count = json.loads(body)["model"].partition("-")
        if pace == "burst":
            self._transport.write(b"".join([_HEAD, *events(int(count))]))
        else:
            writing = asyncio.create_task(self._pace(int(count)))
            self._answering.add(writing)
            writing.add_done_callback(self._answering.discard)

    async def _pace(self, count: int) -> None:
        self._transport.write(_HEAD)
        for event in events(count):
            self._transport.write(event)
            await asyncio.sleep(PAUSE_S)


async def serve() -> None:
    """Listen until killed."""
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
