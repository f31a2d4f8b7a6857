"""Takes a speech apart: its own words, and the quotations that stand on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.debating.speech import Cards, Citation, Speech

_CARD = re.compile(r">\s?“?(?P<words>.*?)”?\s*\[(?P<n>\d{1,3})\]\s*")


def pieces(speech: Speech) -> Iterator[str | Citation]:
    """The runs of a speaker's own lines, and between them the sources whose quotation is a line of its own.

    An evidence card's line is its source's. A line that a person or a model began with `>` is one only where
    it has the source's exact words; else it stays their own.
    """
    sources = {source.n: source for source in speech.sources}
    by_cards = isinstance(speech.by, Cards)
    own: list[str] = []
    for line in speech.text.splitlines():
        quoted = _quoted(line, sources, by_cards=by_cards)
        if quoted is None:
            own.append(line)
            continue
        yield from _run(own)
        own = []
        yield quoted
    yield from _run(own)


def _run(lines: list[str]) -> Iterator[str]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        yield text


def _quoted(line: str, sources: Mapping[int, Citation], *, by_cards: bool) -> Citation | None:
    card = _CARD.fullmatch(line)
    source = sources.get(int(card["n"])) if card else None
    if card and source and (by_cards or _joined(card["words"]) == _joined(source.quote)):
        return source
    return None


def _joined(text: str) -> str:
    return " ".join(text.split())


def is_within(part: str, text: str) -> bool:
    """Whether words stand in a text, however its lines are broken."""
    return bool(part.strip()) and _joined(part) in _joined(text)
