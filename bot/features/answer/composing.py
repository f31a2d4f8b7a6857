"""From a checked text to what is shown of it: a few sentences, at most three sources, numbered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.features.answer.quoting import SOURCES
from bot.knowledge.article import Passage, Revision
from bot.knowledge.grounding import Sentence, Support
from bot.writing import Quotation, Written, quotation

SENTENCES, WORDS = 5, 120
"""An answer has at most so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence of an answer; `cites` are its numbers among the sources, `why` what is wrong with it."""

    text: str
    support: Support
    cites: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """An answer to be shown: the sentences, and for each source the words that it is quoted with."""

    said: tuple[Said, ...]
    quoted: tuple[Quotation, ...]


def composed(written: Written, revisions: Mapping[int, Revision], asked: Sequence[str]) -> Composed:
    """The sentences that fit, in their order, each source with the words that bear out the first of them.

    `asked` are the tokens of the question: a long quotation is cut to what has most of them.
    """
    numbers: dict[int, int] = {}
    quoted: list[Quotation] = []
    said: list[Said] = []
    words = 0
    for sentence in written.grounded.sentences:
        size = len(sentence.text.split())
        new = [n for n in sentence.cites if n not in numbers]
        if said and (len(said) == SENTENCES or words + size > WORDS):
            break
        shown = _quotations(new, sentence, written.passages, revisions, asked)
        if len(quoted) + len(shown) > SOURCES:
            continue
        for n, one in shown.items():
            quoted.append(one)
            numbers[n] = len(quoted)
        cites = tuple(numbers[n] for n in sentence.cites if n in numbers)
        if sentence.support is Support.UNSUPPORTED or cites:
            said.append(Said(text=sentence.text, support=sentence.support, cites=cites, why=sentence.why))
            words += size
    return Composed(said=tuple(said), quoted=tuple(quoted))


def _quotations(
    new: Sequence[int],
    sentence: Sentence,
    passages: Sequence[Passage],
    revisions: Mapping[int, Revision],
    asked: Sequence[str],
) -> dict[int, Quotation]:
    """A verified quotation for each source that a sentence brings in, by its number among the passages."""
    found = {}
    for n in new:
        passage = passages[n - 1]
        span = sentence.span if n == sentence.cites[0] and sentence.span else (passage.start, passage.end)
        one = quotation(revisions[passage.revision], *span, asked, passage.language)
        if one is not None:
            found[n] = one
    return found
