"""Asks a server over a bare socket and tells exactly what came back, and how it ended."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_SILENCE_S = 0.15

SOURCES = (
    "<sources k7f>\n"
    "[1] Bridges - Ann Lee, 2 May 2001\n"
    "| The bridge at Orsted was opened in 1911 and closed to cars in 1987.\n"
    "| It was never used by trains.\n"
    "[2] Cafés\n"
    "| The Café Größe sells cakes.\n"
    "</sources k7f>\n"
)
QUESTION = (
    f"{SOURCES}\nQuestion: When was the bridge at Orsted opened?\n"
    "Answer in English with [n] after each sentence."
)
ANSWER = "The bridge at Orsted was opened in 1911 and closed to cars in 1987 [1]."
"""What the default author answers to it."""

ASKED: Mapping[str, Any] = {
    "model": "small-model",
    "messages": [
        {"role": "system", "content": "Answer from the sources."},
        {"role": "user", "content": QUESTION},
    ],
}
"""A request that the default author answers with a sentence of the first source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. `ending` is "whole", "closed" (too early), "reset", or "open" (silent, still open)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    chunks: tuple[bytes, ...]
    ending: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def data(self) -> list[Any]:
        """The data of the events: JSON values, and strings for what is none."""
        lines = [line[5:].lstrip() for line in re.split(r"\r\n|\n|\r", self.text) if line.startswith("data:")]
        return [json.loads(line) if line.startswith("{") else line for line in lines]

    @property
    def deltas(self) -> list[dict[str, Any]]:
        """The deltas of the chunks that have one."""
        choices = [
            choice for each in self.data if isinstance(each, dict) for choice in each.get("choices", ())
        ]
        return [choice["delta"] for choice in choices if choice.get("delta")]

    @property
    def said(self) -> str:
        """The content of all deltas together, texts within parts included."""
        return "".join(_plain(delta.get("content")) for delta in self.deltas)


def _plain(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


async def ask(
    base_url: str,
    body: Mapping[str, Any] | None = None,
    path: str = "/chat/completions",
    *,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request on a connection of its own and take in the reply."""
    url = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        writer.write(request(url.path + path, body, headers or {}))
        return await receive(reader)
    finally:
        writer.close()


def request(path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> bytes:
    """The bytes of a request: a POST with JSON, or a GET where there is no body."""
    data = json.dumps(body).encode() if body is not None else b""
    lines = [
        f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
        "host: here",
        *(f"{name}: {value}" for name, value in headers.items()),
        *([] if body is None else ["content-type: application/json", f"content-length: {len(data)}"]),
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + data


async def receive(reader: asyncio.StreamReader) -> Reply:
    """Take in one reply, until it is whole, broken off, or nothing comes any more."""
    raw, ending = b"", "whole"
    while not _is_whole(raw):
        try:
            async with asyncio.timeout(_SILENCE_S):
                data = await reader.read(1 << 20)
        except TimeoutError:
            ending = "open"
            break
        except ConnectionError:
            ending = "reset"
            break
        if not data:
            ending = (
                "whole" if b"\r\n\r\n" in raw and b"connection: close" in raw and _ends(raw) else "closed"
            )
            break
        raw += data
    return _reply(raw, ending)


def _split(raw: bytes) -> tuple[list[str], bytes]:
    head, _, rest = raw.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def _headers(lines: list[str]) -> dict[str, str]:
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}


def _ends(raw: bytes) -> bool:
    """Whether the end of the connection is the end of the body."""
    headers = _headers(_split(raw)[0])
    return "content-length" not in headers and "transfer-encoding" not in headers


def _is_whole(raw: bytes) -> bool:
    if b"\r\n\r\n" not in raw:
        return False
    lines, rest = _split(raw)
    headers = _headers(lines)
    if "transfer-encoding" in headers:
        return _chunks(rest)[1]
    return "content-length" in headers and len(rest) >= int(headers["content-length"])


def _chunks(rest: bytes) -> tuple[list[bytes], bool]:
    """The chunks of a body, and whether the last one has come; one cut off counts as far as it came."""
    found: list[bytes] = []
    while True:
        size, mark, after = rest.partition(b"\r\n")
        if not mark:
            return found, False
        length = int(size, 16)
        if length == 0:
            return found, True
        found.append(after[:length])
        if len(after) < length + 2:
            return found, False
        rest = after[length + 2 :]


def _reply(raw: bytes, ending: str) -> Reply:
    if b"\r\n\r\n" not in raw:
        return Reply(status=0, headers={}, body=raw, chunks=(), ending=ending)
    lines, rest = _split(raw)
    headers = _headers(lines)
    chunks = _chunks(rest)[0] if "transfer-encoding" in headers else [rest]
    status = int(lines[0].split(" ")[1])
    return Reply(status=status, headers=headers, body=b"".join(chunks), chunks=tuple(chunks), ending=ending)
