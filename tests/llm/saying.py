"""What a model server is told to say: streams made by hand, and authors that say one thing after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.fakes.author import Author
from tests.fakes.connection import Answer, Framing, Part, Pause
from tests.fakes.writing import chunk, event
from tests.llm.asking import MODEL

END: list[Part] = [event(chunk(MODEL, {}, "stop")), event("[DONE]")]
PINGS: list[Part] = [b": ping\n\n", Pause(0.02)] * 500


def stream(parts: Iterable[Part]) -> Answer:
    """A stream of just these parts."""
    return Answer(headers={"content-type": "text/event-stream"}, parts=tuple(parts), framing=Framing.CHUNKED)


def words(*texts: str) -> list[Part]:
    """An event for each piece of text."""
    return [event(chunk(MODEL, {"content": text})) for text in texts]


def slowly(gap_s: float, parts: Iterable[Part]) -> list[Part]:
    """The parts with a pause behind each."""
    return [each for part in parts for each in (part, Pause(gap_s))]


def said_in_turn(*texts: str) -> Author:
    """An author that says one text after the other, then the last one for ever."""
    turns: Iterator[str] = iter(texts)
    return lambda messages, body: next(turns, texts[-1])
