"""How the chunks of a stream are changed: found, reshaped, added to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.fakes.connection import Part
from tests.fakes.play import DONE, Call, Chunks, Json, Outcome, Play
from tests.fakes.writing import bare_chunk, chunk, prompt_tokens, usage_of

MARKED = {"stream": True}
WITH_USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def delta_of(each: Json | str) -> Json:
    """The delta of a chunk; empty where it has none."""
    choices = each.get("choices") if isinstance(each, dict) else None
    return (choices[0].get("delta") or {}) if choices else {}


def model_of(call: Call) -> str:
    return str(call.body.get("model"))


def reshaped(change: Callable[[Json], Json | None]) -> Callable[[Chunks, Call], Chunks]:
    """Every delta that carries text, changed."""

    def apply(chunks: Chunks, call: Call) -> Chunks:
        return [
            {**each, "choices": [{**each["choices"][0], "delta": change(dict(delta_of(each)))}]}
            if isinstance(each, dict) and "content" in delta_of(each)
            else each
            for each in chunks
        ]

    return apply


def first_delta(delta: Json) -> Callable[[Chunks, Call], Chunks]:
    """A first chunk of its own for the role."""

    def apply(chunks: Chunks, call: Call) -> Chunks:
        rest = reshaped(lambda each: {name: value for name, value in each.items() if name != "role"})
        return [chunk(model_of(call), delta), *rest(chunks, call)]

    return apply


def inserted(at: Callable[[Chunks], int], *more: Callable[[Call], Json]) -> Callable[[Chunks, Call], Chunks]:
    def apply(chunks: Chunks, call: Call) -> Chunks:
        place = at(chunks)
        return [*chunks[:place], *(make(call) for make in more), *chunks[place:]]

    return apply


def at_start(chunks: Chunks) -> int:
    return 0


def at_middle(chunks: Chunks) -> int:
    """Behind about half of the text, at least one piece of it."""
    places = [index for index, each in enumerate(chunks) if delta_of(each).get("content")]
    return places[len(places) // 2 - (len(places) > 1)] + 1 if places else 0


def at_end(chunks: Chunks) -> int:
    return chunks.index(DONE) if DONE in chunks else len(chunks)


def choice(call: Call, **fields: Any) -> Json:
    """A chunk whose one choice has just these fields."""
    return {**bare_chunk(model_of(call)), "choices": [{"index": 0, **fields}]}


def reason_of(each: Json | str) -> str | None:
    choices = each.get("choices") if isinstance(each, dict) else None
    return choices[0].get("finish_reason") if choices else None


def usage_at_the_end(chunks: Chunks, call: Call) -> Chunks:
    usage = usage_said(chunks, call)
    without = [each for each in chunks if not (isinstance(each, dict) and each.get("usage"))]
    place = at_end(without)
    return [*without[:place], bare_chunk(model_of(call), usage=usage), *without[place:]]


def usage_said(chunks: Chunks, call: Call) -> Json:
    """What the stream says of usage, or what it would."""
    said = [each["usage"] for each in chunks if isinstance(each, dict) and each.get("usage")]
    text = "".join(str(delta_of(each).get("content") or "") for each in chunks)
    return said[-1] if said else usage_of(prompt_tokens(call.body["messages"]), text)


def stream_row(
    name: str,
    words: str,
    does: str,
    chunks: Callable[[Chunks, Call], Chunks],
    outcome: Outcome = Outcome.SAME,
    asks: Mapping[str, Any] = MARKED,
) -> Play:
    return Play(name=name, section="1b", row=words, does=does, outcome=outcome, asks=asks, chunks=chunks)


def without_reasons(chunks: Chunks, call: Call) -> Chunks:
    return [each for each in chunks if not reason_of(each)]


def without_done(chunks: Chunks, call: Call) -> Chunks:
    return [each for each in chunks if each != DONE]


def event_row(
    name: str,
    words: str,
    does: str,
    events: Callable[[list[Part], Call], Sequence[Part]],
    outcome: Outcome = Outcome.SAME,
) -> Play:
    return Play(name=name, section="1b", row=words, does=does, outcome=outcome, asks=MARKED, events=events)
