"""How answers are written down: tokens, pieces of text, chunks of a stream, whole completions, usage."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.connection import Answer, Framing, Part

CREATED = 1_780_000_000
_PIECE = re.compile(r"\s*\S+|\s+")


def tokens_of(text: str) -> int:
    """About four characters to a token; a token at least where there is text."""
    return math.ceil(len(text) / 4)


def text_of(content: Any) -> str:
    """The text of a message's content, which may be a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def prompt_tokens(messages: Sequence[Mapping[str, Any]]) -> int:
    """The tokens of all messages together."""
    return sum(tokens_of(text_of(message.get("content"))) for message in messages)


def pieces(text: str) -> list[str]:
    """The text in the pieces that a stream carries: a word each, with the space before it."""
    return _PIECE.findall(text)


def usage_of(prompt: int, text: str) -> dict[str, Any]:
    """What a call took."""
    answer = tokens_of(text)
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def chunk(
    model: str, delta: Mapping[str, Any] | None, finish: str | None = None, **more: Any
) -> dict[str, Any]:
    """A chunk of a stream with one choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_envelope(model, "chat.completion.chunk"), "choices": [choice], **more}


def bare_chunk(model: str, **more: Any) -> dict[str, Any]:
    """A chunk of a stream without any choice."""
    return {**_envelope(model, "chat.completion.chunk"), "choices": [], **more}


def completion(model: str, text: str, finish: str, usage: Mapping[str, Any]) -> dict[str, Any]:
    """A whole answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {**_envelope(model, "chat.completion"), "choices": [choice], "usage": dict(usage)}


def _envelope(model: str, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-7f3a", "object": kind, "created": CREATED, "model": model}


def compact(value: Any) -> str:
    """JSON as servers send it: without spaces, letters of all scripts as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def event(payload: Any) -> bytes:
    """One server-sent event; a string goes as it is, anything else as JSON."""
    return f"data: {payload if isinstance(payload, str) else compact(payload)}\n\n".encode()


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer that is JSON."""
    named = {"content-type": "application/json", **(headers or {})}
    return Answer(status=status, headers=named, parts=(compact(value).encode(),))


def text_answer(text: str, *, status: int = 200, kind: str = "text/plain; charset=utf-8") -> Answer:
    """An answer that is text, HTML for one."""
    return Answer(status=status, headers={"content-type": kind}, parts=(text.encode(),))


def stream_answer(parts: Sequence[Part]) -> Answer:
    """An answer that is a stream of events, each part a write of its own."""
    headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
    return Answer(headers=headers, parts=tuple(parts), framing=Framing.CHUNKED)
