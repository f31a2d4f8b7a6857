"""Finds the figures of a text: numbers, dates, percentages and amounts, also spelt out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.knowledge.amounts import COUNTING, numeral, other_word, spelt
from bot.knowledge.dates import MONTHS, date, eastern_date, numbered_date, year
from bot.knowledge.quantities import Figure, Kind, Piece, Read, pieces_of, same

__all__ = ["Figure", "Kind", "figures", "same"]

_Reader = Callable[[Sequence[Piece], int], Read | None]
_READERS: tuple[_Reader, ...] = (numbered_date, eastern_date, date, year, numeral)
_WORDS: tuple[_Reader, ...] = (spelt, other_word)


def figures(text: str, language: str | None = None) -> list[Figure]:
    """The figures of a text, in order; none overlaps another. Numbers in words are read in English only."""
    pieces = pieces_of(text)
    english = language in ("en", None)
    readers = _READERS + _WORDS if english else _READERS
    found: list[Figure] = []
    at = 0
    while at < len(pieces):
        form = pieces[at].form
        read = None
        if form[0].isdecimal() or form in MONTHS or (english and form in COUNTING):
            read = next(filter(None, (reader(pieces, at) for reader in readers)), None)
        found += read[0] if read else []
        at = read[1] if read else at + 1
    return found
