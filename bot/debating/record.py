"""The record of a debate: a line a speech, each bound to the one before it by a hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any

from bot.debating import transcript
from bot.debating.describing import holder_title
from bot.debating.events import Recorded
from bot.debating.pieces import is_within
from bot.debating.speech import Citation, Machine
from bot.debating.state import DebateState, Delivered

# They would look like ends of lines to some who read the file.
_BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One speech in the record, `seq` being its place there, from 1.

    `content` is the SHA-256 of what was said, as canonical JSON; `hash` that of `prev_hash` and `content`. A
    struck speech keeps its place and its `content`, so that the chain holds, and has no text, no sources and
    no notes; `struck` says why. `question_hash` holds the question even where it is withheld, as it was a
    speech that has been struck.
    """

    seq: int
    debate: int
    turn: str
    side: str
    seat: str
    by: str
    model: str
    weights: str
    text: str
    sources: tuple[Mapping[str, Any], ...]
    question: str
    question_hash: str
    asked_by: str
    words: int
    posted: str
    notes: tuple[str, ...]
    struck: str | None
    content: str
    prev_hash: str
    hash: str


_SAID = (
    "seq", "debate", "turn", "side", "seat", "by", "model", "weights", "text", "sources", "question_hash",
    "asked_by", "words", "posted", "notes",
)  # fmt: skip
"""What the hash of a line's content is taken of."""


def lines(number: int, state: DebateState) -> tuple[Line, ...]:
    """Every speech of a debate in order, as the record has it."""
    made: list[Line] = []
    previous = beginning(state)
    for seq, speech in enumerate(state.speeches, start=1):
        said = _said(number, seq, speech, state)
        content = _content(said)
        kept = {**said, "text": "", "sources": (), "notes": ()} if speech.struck is not None else said
        made.append(
            Line(
                **kept,
                question="" if _is_withheld(speech, state) else speech.question,
                struck=speech.struck,
                content=content,
                prev_hash=previous,
                hash=_hash(previous + content),
            )
        )
        previous = made[-1].hash
    return tuple(made)


def beginning(state: DebateState) -> str:
    """What the chain begins with: the hash of a debate's motion, format and first instant."""
    opened = state.opened.astimezone(UTC).isoformat()
    return _hash(_canonical({"motion": state.motion.text, "format": state.format.hash, "opened": opened}))


def head(number: int, state: DebateState) -> str:
    """The hash that the chain ends with, for now: whoever knows it notices any change to the record."""
    made = lines(number, state)
    return made[-1].hash if made else beginning(state)


def as_jsonl(record: Sequence[Line]) -> str:
    """The record as JSON Lines."""
    return "".join(f"{json.dumps(asdict(line), ensure_ascii=False).translate(_BREAKS)}\n" for line in record)


def as_markdown(number: int, state: DebateState, recorded: Sequence[Recorded]) -> str:
    """The record for people to read: who argued what, all that was said and happened, and the result.

    Each line that begins with `> ` has the exact words of an article, and the line after it says of which.
    """
    return transcript.markdown(number, state, recorded, chain=head(number, state))


def verify(jsonl: str, *, start: str = "", head: str = "") -> list[str]:
    """What is wrong with a record in JSON Lines, in sentences; nothing where it is intact.

    Found are changed words or sources, and lines that were added, moved or removed; those removed at the end
    only where `head` is given, the hash that the chain ended with. `start` is the one that it begins with.
    """
    problems: list[str] = []
    previous = start
    for place, row in enumerate(filter(None, jsonl.split("\n")), start=1):
        line = _read(row)
        if line is None:
            return [*problems, f"Line {place} is not a line of a record."]
        problems += _wrong(place, line, previous)
        previous = line["hash"]
    if head and previous != head:
        problems.append("The record does not end where it should: lines are missing at its end, or changed.")
    return problems


def _read(row: str) -> dict[str, Any] | None:
    try:
        line = json.loads(row)
    except ValueError:
        return None
    needed = {*_SAID, "question", "struck", "content", "prev_hash", "hash"}
    return line if isinstance(line, dict) and needed <= line.keys() else None


def _wrong(place: int, line: Mapping[str, Any], previous: str) -> Iterator[str]:
    if line["seq"] != place:
        yield f"Line {place} has the number {line['seq']}: lines were added, moved or removed."
    if previous and line["prev_hash"] != previous:
        before = "the line before it" if place > 1 else "the heading of its debate"
        yield f"Line {place} does not follow {before}: lines were added, moved or removed."
    if line["hash"] != _hash(f"{line['prev_hash']}{line['content']}"):
        yield f"Line {place} has a hash that is not its own."
    if line["struck"] is not None and (line["text"] or line["sources"] or line["notes"]):
        yield f"Line {place} is struck and still has words."
    if line["struck"] is None and line["content"] != _content(line):
        yield f"Line {place} does not say what was said: words, sources or speaker were changed."
    if line["question"] and line["question_hash"] != _hash(str(line["question"])):
        yield f"Line {place} does not have the question that was asked."


def _said(number: int, seq: int, delivered: Delivered, state: DebateState) -> dict[str, Any]:
    speech, by = delivered.speech, delivered.speech.by
    return {
        "seq": seq,
        "debate": number,
        "turn": state.slots[delivered.at.slot].turn,
        "side": state.format.side(delivered.seat).id,
        "seat": delivered.seat,
        "by": holder_title(by),
        "model": (by.model or by.endpoint) if isinstance(by, Machine) else "",
        "weights": by.weights if isinstance(by, Machine) else "",
        "text": speech.text,
        "sources": tuple(_source(source) for source in speech.sources),
        "question_hash": _hash(delivered.question) if delivered.question else "",
        "asked_by": delivered.asked_by,
        "words": speech.words,
        "posted": delivered.posted.astimezone(UTC).isoformat(timespec="seconds"),
        "notes": speech.notes,
    }


def _source(source: Citation) -> dict[str, Any]:
    """A source in plain values."""
    return asdict(source)


def _is_withheld(delivered: Delivered, state: DebateState) -> bool:
    """Whether a question is, in the words of another speech, what has been struck since."""
    struck = (one.speech.text for one in state.speeches if one.struck is not None)
    return any(is_within(text, delivered.question) for text in struck)


def _content(said: Mapping[str, Any]) -> str:
    return _hash(_canonical({name: said[name] for name in _SAID}))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()
