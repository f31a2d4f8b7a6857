"""Cuts a long sentence to a contiguous quotation, at clause boundaries, without hiding a negation."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from bot.knowledge.tokens import tokens
from bot.knowledge.wording import negates, wording

MOST_WORDS = 40

_SOLID = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_SOLID}]{{1,2}}[^\w\s{_SOLID}]*|[^\s{_SOLID}]+")
_CLAUSE_END = re.compile(r"[,;:)\]—–，、；：）]['\"”’»]*$|^[—–-]$")
_LEFTOVER = " ,;:—–-，、；：("


def shorten(
    text: str,
    start: int,
    end: int,
    *,
    keep: Collection[str] = (),
    language: str | None = None,
    most: int = MOST_WORDS,
) -> tuple[int, int]:
    """The span (start, end) of at most `most` words of the sentence `text[start:end]` that says most of it.

    It begins and ends at clause boundaries where it can, has as many of the tokens in `keep` as possible, and
    never begins behind a negation of the same sentence. Two characters count as a word in Chinese, Japanese
    and Thai. A sentence that is short enough comes back whole.
    """
    words = [(start + word.start(), start + word.end()) for word in _WORD.finditer(text[start:end])]
    if len(words) <= most:
        return start, end
    edges = _edges(text, words, most)
    parts = [
        frozenset(keep) & set(tokens(text[words[a][0] : words[b - 1][1]], language))
        for a, b in pairwise(edges)
    ]
    windows = [
        (len(frozenset().union(*parts[a:b])), edges[a] == 0, edges[b] - edges[a], a, b)
        for a in range(len(parts))
        for b in range(a + 1, len(edges))
        if edges[b] - edges[a] <= most
    ]
    for *_, a, b in sorted(windows, reverse=True):
        begin = words[edges[a]][0]
        left_off = text[start:begin]
        if not negates(left_off, wording(left_off)):
            stop = words[edges[b] - 1][1]
            return begin, stop if stop == end else start + len(text[start:stop].rstrip(_LEFTOVER))
    return start, words[most - 1][1]


def _edges(text: str, words: Sequence[tuple[int, int]], most: int) -> list[int]:
    """Indices of the words that begin a clause, with the first and one past the last.

    A clause that is too long by itself is cut into equal lengths.
    """
    ends = [at + 1 for at, (begin, stop) in enumerate(words) if _CLAUSE_END.search(text[begin:stop])]
    clauses = sorted({0, *ends, len(words)})
    return sorted({cut for a, b in pairwise(clauses) for cut in (*range(a, b, most), b)})
