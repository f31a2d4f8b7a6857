"""Comments, line ends and silence between the events of a stream (section 1b)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.fakes.connection import Act, Answer, Framing, Part
from tests.fakes.play import DONE, Call, Outcome, Play
from tests.fakes.quirks.chunks import event_row


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[list[Part], Call], Sequence[Part]]:
    return lambda parts, call: [change(part) if isinstance(part, bytes) else part for part in parts]


def _comments(comment: bytes) -> Callable[[list[Part], Call], Sequence[Part]]:
    """A comment before the first event thrice, and between all others."""

    def apply(parts: list[Part], call: Call) -> Sequence[Part]:
        between = [piece for part in parts for piece in (part, comment)]
        return [comment, comment, comment, *between]

    return apply


def _pings(parts: list[Part], call: Call) -> Sequence[Part]:
    return [parts[0], *[b": keep-alive\n\n"] * 2000, Act.HANG]


def _open_for_ever(parts: list[Part], call: Call) -> Sequence[Part]:
    return [*(part for part in parts if part != f"data: {DONE}\n\n".encode()), Act.HANG]


def _blank_lines(answer: Answer, call: Call) -> Answer:
    """White space in front of a whole answer, while the queue is long."""
    if call.streams or answer.status != 200:
        return answer
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    return Answer(headers=headers, parts=(b"\n", b"\n", b"\n\n", *answer.parts), framing=Framing.CHUNKED)


PLAYS = (
    event_row(
        "open-for-ever-after-the-reason",
        "finish_reason but connection then stays open for ever with no `[DONE]`",
        "everything but [DONE], then silence",
        _open_for_ever,
    ),
    event_row(
        "openrouter-comments",
        "comments `: OPENROUTER PROCESSING`",
        "comments before and between events",
        _comments(b": OPENROUTER PROCESSING\n\n"),
    ),
    event_row(
        "keep-alive-comments",
        "comments `: keep-alive` (DeepSeek)",
        "comments before and between events",
        _comments(b": keep-alive\n\n"),
    ),
    Play(
        name="blank-lines-before-the-answer",
        section="1b",
        row="DeepSeek: blank lines in non-stream bodies",
        does="blank lines, then the JSON",
        outcome=Outcome.SAME,
        asks={"stream": False},
        answer=_blank_lines,
    ),
    event_row(
        "pings-without-progress",
        "pings reset the socket read timeout (up to 10 min queue)",
        "the first event, then comments, gap_s apart, and never another event",
        _pings,
        Outcome.LIMITED,
    ),
    event_row(
        "data-without-space",
        "`data:` without space",
        "`data:{…}`",
        _bytes(lambda part: part.replace(b"data: ", b"data:", 1)),
    ),
    event_row("crlf", "CRLF", "lines end with CRLF", _bytes(lambda part: part.replace(b"\n", b"\r\n"))),
)
