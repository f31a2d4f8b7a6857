"""Holds a sentence against a passage in another language: by figures, and names that stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bot.knowledge.figures import Figure, Kind, same
from bot.knowledge.reading import Source, same_name
from bot.knowledge.terms import Term, terms, usage

_DIGITS = re.compile(r"\d+")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_LETTER = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f]")
_CODE = re.compile(r"[a-z][A-Z]|[A-Z]{2}|\d[A-Za-z]|[A-Za-z]\d")


class Abroad(NamedTuple):
    """What a passage in another language has of a sentence.

    The number of figures and names that it has, the first that it lacks, in words for people, and the number
    of the sentence with most of them.
    """

    hits: int
    missing: str
    sentence: int | None


def abroad(text: str, source: Source, language: str | None) -> Abroad:
    """Words cannot be compared; what has to stand in the passage are figures, and names in Latin letters.

    `language` is that of the text.
    """
    claimed = [term for term in terms(text, usage([], language)) if term.figure or _is_unchanging(text, term)]
    hits = [0] * len(source.text.spans)
    found = 0
    for term in claimed:
        places = [n for n in range(len(hits)) if _has(_sentence(source, n), term, text)]
        if not places and not any(same_name(term, name) for name in source.around):
            shown = text[term.start : term.end]
            noun = "name" if term.is_name else "date" if term.figure and term.figure.month else "number"
            return Abroad(0, f"the {noun} {shown} is not in the source", None)
        found += 1
        for n in places:
            hits[n] += 1
    best = max(range(len(hits)), key=lambda n: hits[n], default=None)
    return Abroad(found, "", best if best is not None and hits[best] else None)


def _is_unchanging(text: str, term: Term) -> bool:
    """Whether a word is a name that no translation changes: Latin letters in another script, xAI, GPT."""
    word = text[term.start : term.end]
    if not _LATIN.search(word) or term.is_label:
        return False
    return bool(_CODE.search(word)) or (term.is_name and bool(_OTHER_LETTER.search(text)))


def _sentence(source: Source, n: int) -> Iterable[Term]:
    return source.text.terms[source.text.firsts[n] : source.text.firsts[n + 1]]


def _has(stated: Iterable[Term], term: Term, text: str) -> bool:
    if term.figure is None:
        return any(same_name(term, other) for other in stated)
    return any(other.figure and _is_figure(term.figure, other.figure, text) for other in stated)


def _is_figure(claimed: Figure, stated: Figure, text: str) -> bool:
    """A month may be written in a language without a list of months; then the day or the year has to do."""
    if same(claimed, stated):
        return True
    if claimed.kind is Kind.DATE or stated.kind is not Kind.DATE:
        return False
    digits = _DIGITS.findall(text[claimed.start : claimed.end])
    return len(digits) == 1 and int(digits[0]) in (stated.day, stated.year)
