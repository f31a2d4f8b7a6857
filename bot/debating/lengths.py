"""How long a speech is, in words, and where it may be cut: behind sentences, quotations kept together."""

from __future__ import annotations

import re

from bot.knowledge.sentences import sentences
from bot.knowledge.written import CITATION, quotations

NOT_FOUND = "(not found in the articles)"
"""Stands in a sentence whose quotation does not stand so in any article."""

_SOLID = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_SOLID}]{{1,2}}|[^\s{_SOLID}]*[^\W_][^\s{_SOLID}]*")
_LISTED = re.compile(r"^[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
_LEADING = re.compile(rf"(?:\s*{CITATION.pattern})+", re.IGNORECASE)
_HALF_QUOTED = re.compile(r"“([^“”]*)$")


def count(text: str) -> int:
    """The words of a speech, without its numbers in brackets and what was put there about its quotations.

    Two characters count as a word in scripts that put no spaces between them.
    """
    own = CITATION.sub(" ", text.replace(NOT_FOUND, " "))
    return len(_WORD.findall(_LISTED.sub("", own)))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The spans of a speech's sentences, each with the numbers behind it; none ends inside a quotation."""
    quoted = [(one.start, one.end) for one in quotations(text)]
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and any(a < spans[-1][1] < b and a < start < b for a, b in quoted):
            spans[-1] = (spans[-1][0], end)
            continue
        behind = _LEADING.match(text, start, end) if spans else None
        if behind and "\n" not in text[spans[-1][1] : start]:
            spans[-1] = (spans[-1][0], behind.end())
            start = behind.end() + len(text[behind.end() : end]) - len(text[behind.end() : end].lstrip())
        if start < end:
            spans.append((start, end))
    return spans


def cut(text: str, most: int) -> str:
    """A speech of at most `most` words: up to the end of its last sentence within them.

    Where even the first sentence is longer, it ends in the middle of it, with a mark of omission.
    """
    if count(text) <= most:
        return text
    ends = [end for _, end in sentence_spans(text) if count(text[:end]) <= most]
    return text[: ends[-1]] if ends else _within_a_sentence(text, most)


def _within_a_sentence(text: str, most: int) -> str:
    breaks = [found.start() for found in re.finditer(rf"\s+|(?<=[{_SOLID}])(?=[{_SOLID}])", text)]
    fitting = [at for at in breaks if 0 < count(text[:at]) <= most]
    kept = text[: fitting[-1]] if fitting else ""
    kept = _HALF_QUOTED.sub(r"\1", kept).rstrip(" ,;:–—")
    return f"{kept} …" if kept else ""
