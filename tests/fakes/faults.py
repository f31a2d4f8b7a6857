"""What goes wrong below the words: silence, broken connections, odd bytes, slow and lumpy delivery."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.fakes.connection import Act, Answer, Framing, Part, Pause
from tests.fakes.play import DONE, Call, Instead, Outcome, Play, openai_error, table
from tests.fakes.writing import text_answer

_PAGE = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_MEGABYTE = 1 << 20
_DONE = f"data: {DONE}\n\n".encode()


def _row(name: str, words: str, does: str, outcome: Outcome, **more: Any) -> Play:
    return Play(name=name, section="fault", row=words, does=does, outcome=outcome, **more)


def _always(answer: Answer) -> Instead:
    return lambda call: answer


def _parts(change: Callable[[list[Part], Call], Sequence[Part]]) -> Callable[[Answer, Call], Answer]:
    """Any good answer with other parts; a whole one, which is a single part, in words of its bytes."""

    def apply(answer: Answer, call: Call) -> Answer:
        if answer.status != 200:
            return answer
        chunked = replace(answer, framing=Framing.CHUNKED)
        return replace(chunked, parts=tuple(change(list(chunked.parts), call)))

    return apply


def _half(parts: list[Part]) -> list[Part]:
    """The first half, ending within an event where there are several."""
    data = [part for part in parts if isinstance(part, bytes)]
    if len(data) < 2:
        return [data[0][: len(data[0]) // 2]] if data else []
    middle = max(2, len(data) // 2)
    return [*data[:middle], data[middle][: len(data[middle]) // 2]]


def _ends_clean(answer: Answer, call: Call) -> Answer:
    """Half of the events, whole ones, then an end that looks like one."""
    if not call.streams or answer.status != 200:
        return answer
    return replace(answer, parts=answer.parts[: max(2, len(answer.parts) // 2)], framing=Framing.CLOSE)


def _split_characters(parts: list[Part], call: Call) -> Sequence[Part]:
    """Writes that end within characters of several bytes."""
    return [piece for part in parts for piece in (_torn(part) if isinstance(part, bytes) else [part])]


def _torn(data: bytes) -> list[bytes]:
    cuts = [index + 1 for index, byte in enumerate(data[:-1]) if byte >= 0xC0]
    edges = [0, *cuts, len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges) if a < b]


def _long_line(parts: list[Part], call: Call) -> Sequence[Part]:
    return [b"data: " + b"x" * _MEGABYTE + b"\n\n", *parts]


def _no_utf8(parts: list[Part], call: Call) -> Sequence[Part]:
    """Bytes that are no UTF-8 within the second piece of text."""
    index = next(
        (i for i, part in enumerate(parts) if isinstance(part, bytes) and b'"content":" ' in part), 0
    )
    part = parts[index]
    broken = part.replace(b'"content":" ', b'"content":" \xff\xfe', 1) if isinstance(part, bytes) else part
    return [*parts[:index], broken, *parts[index + 1 :]]


def _burst(parts: list[Part], call: Call) -> Sequence[Part]:
    return [b"".join(part for part in parts if isinstance(part, bytes))]


def _redirect(call: Call) -> Answer:
    return Answer(status=307, headers={"location": call.server.redirect_to})


def _every_third(call: Call) -> Answer | None:
    if len(call.server.calls) % 3:
        return None
    return openai_error(500, "The server had an error.", kind="server_error", code="server_error")


def _streams_only(events: Callable[[list[Part], Call], Sequence[Part]], **more: Any) -> dict[str, Any]:
    return {"asks": {"stream": True}, "events": events, **more}


_SILENCE = (
    _row(
        "never-answers",
        "accepts and never answers",
        "takes the request and says nothing",
        Outcome.LIMITED,
        route="any",
        instead=_always(Answer(parts=(Act.HANG,), head=False)),
    ),
    _row(
        "headers-then-nothing",
        "headers then nothing",
        "a head that promises a stream, then silence",
        Outcome.LIMITED,
        instead=_always(
            Answer(headers={"content-type": "text/event-stream"}, parts=(Act.HANG,), framing=Framing.CHUNKED)
        ),
    ),
    _row(
        "some-text-then-nothing",
        "headers then nothing (after some text)",
        "half of the events, then silence",
        Outcome.LIMITED,
        **_streams_only(lambda parts, call: [*parts[: max(2, len(parts) // 2)], Act.HANG]),
    ),
    _row(
        "open-after-the-last-chunk",
        "hangs after the last chunk with the connection open",
        "everything and [DONE], but the body does not end",
        Outcome.SAME,
        **_streams_only(lambda parts, call: [*parts, Act.HANG]),
    ),
    _row(
        "slow-to-start",
        "headers then nothing (for a while)",
        "the head after wait_s",
        Outcome.SAME,
        answer=lambda answer, call: replace(answer, delay=Pause(call.server.wait_s)),
    ),
)

_BREAKS = (
    _row(
        "closes-without-a-word",
        "dies before it answers",
        "closes the connection on the request",
        Outcome.RETRIED,
        instead=_always(Answer(parts=(Act.CLOSE,), head=False)),
    ),
    _row(
        "resets-without-a-word",
        "dies before it answers (RST)",
        "resets the connection on the request",
        Outcome.RETRIED,
        instead=_always(Answer(parts=(Act.RESET,), head=False)),
    ),
    _row(
        "dies-with-a-reset",
        "dies in mid-sentence (RST)",
        "half of the answer, then a reset",
        Outcome.CUT,
        answer=_parts(lambda parts, call: [*_half(parts), Act.RESET]),
    ),
    _row(
        "dies-with-a-close",
        "dies in mid-sentence (EOF within the body)",
        "half of the answer, then a close",
        Outcome.CUT,
        answer=_parts(lambda parts, call: [*_half(parts), Act.CLOSE]),
    ),
    _row(
        "ends-early-and-clean",
        "dies in mid-sentence (clean EOF)",
        "half of the events in a body that ends with the connection",
        Outcome.CUT,
        asks={"stream": True},
        answer=_ends_clean,
    ),
    _row(
        "fails-every-third-call",
        "fails every third call",
        "500 for calls 3, 6, 9 …",
        Outcome.RETRIED,
        instead=_every_third,
    ),
    _row(
        "redirects-to-another-host",
        "redirects to another host",
        "307 to redirect_to",
        Outcome.REFUSED,
        route="any",
        instead=_redirect,
    ),
)

_ODD_BODIES = (
    _row(
        "html-with-200",
        "HTML answer with 200",
        "200 and a page",
        Outcome.RETRIED,
        instead=_always(text_answer(_PAGE.format("Sign in"), kind="text/html; charset=utf-8")),
    ),
    _row(
        "html-with-502",
        "HTML answer with 502",
        "502 and a page",
        Outcome.RETRIED,
        instead=_always(
            text_answer(_PAGE.format("Bad gateway"), status=502, kind="text/html; charset=utf-8")
        ),
    ),
    _row(
        "empty-body",
        "empty answer (empty body)",
        "200 and nothing",
        Outcome.EMPTY,
        instead=_always(Answer(headers={"content-type": "text/event-stream"})),
    ),
    _row(
        "no-events",
        "empty answer (no deltas)",
        "200 and [DONE] only, or no choices",
        Outcome.EMPTY,
        events=lambda parts, call: [_DONE],
        whole=lambda value, call: {**value, "choices": []},
    ),
    _row(
        "a-line-of-a-megabyte",
        "a 1 MB line",
        "an event of 1 MB that is no JSON, before the others",
        Outcome.LIMITED,
        **_streams_only(_long_line),
    ),
    _row(
        "text-that-is-no-utf-8",
        "text that is no UTF-8",
        "two such bytes amid the text",
        Outcome.SAME,
        **_streams_only(_no_utf8),
    ),
    _row(
        "json-cut-short",
        "empty answer (a JSON body that is cut)",
        "half of the JSON, in a body of that length",
        Outcome.RETRIED,
        asks={"stream": False},
        answer=lambda answer, call: (
            answer if call.streams else replace(answer, parts=(answer.body[: len(answer.body) // 2],))
        ),
    ),
)

_DELIVERY = (
    _row(
        "byte-by-byte",
        "drips one byte at a time",
        "head and body byte by byte",
        Outcome.SAME,
        answer=lambda answer, call: replace(answer, drip=True),
    ),
    _row(
        "chunks-of-one-byte",
        "drips one byte at a time (each an HTTP chunk)",
        "a chunk for each byte",
        Outcome.SAME,
        answer=_parts(
            lambda parts, call: [
                part[at : at + 1] for part in parts if isinstance(part, bytes) for at in range(len(part))
            ]
        ),
    ),
    _row(
        "all-in-one-burst",
        "everything in one burst",
        "all events in one write",
        Outcome.SAME,
        **_streams_only(_burst),
    ),
    _row(
        "characters-split-over-writes",
        "multi-byte characters split over writes",
        "writes end after the first byte of such characters",
        Outcome.SAME,
        answer=_parts(_split_characters),
    ),
    _row(
        "events-split-in-the-middle",
        "each chunk a write of its own (here: half a chunk)",
        "each event in two writes",
        Outcome.SAME,
        **_streams_only(
            lambda parts, call: [
                half
                for part in parts
                if isinstance(part, bytes)
                for half in (part[: len(part) // 2], part[len(part) // 2 :])
            ]
        ),
    ),
)

FAULTS = table(*_SILENCE, *_BREAKS, *_ODD_BODIES, *_DELIVERY)
"""What goes wrong on the way, by name."""
