"""Turns findings into quotations: the sentences chosen, each checked against the revision it stands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.article import Revision
from bot.knowledge.findings import Findings
from bot.knowledge.quotes import Status, check
from bot.knowledge.ranking import Chosen, choose
from bot.knowledge.shorten import shorten
from bot.ports import Quoted

SOURCES = 3
"""An answer has at most so many."""
FLOOR = 0.6
"""What scores less than this share of the best sentence would only fill the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words of a revision, as they stand there, with what the check said of them."""

    article: int
    revision: int
    start: int
    end: int
    text: str
    status: Status

    @property
    def span(self) -> Quoted:
        """Where the words stand."""
        return Quoted(article=self.article, revision=self.revision, start=self.start, end=self.end)


def chosen(findings: Findings) -> list[Chosen]:
    """The sentences that answer best, best first: at most three, none far behind the best."""
    best = choose(findings, limit=SOURCES)
    return [sentence for sentence in best if sentence.score >= FLOOR * best[0].score]


def with_corrections(sentences: Sequence[Chosen], corrections: Sequence[Chosen]) -> list[Chosen]:
    """At most three sentences, the corrections last; the best one always stays."""
    room = max(1, SOURCES - len(corrections))
    return [*sentences[:room], *corrections][:SOURCES]


def verified(
    sentences: Sequence[Chosen], revisions: Mapping[int, Revision], asked: Collection[str]
) -> list[Quotation]:
    """Those sentences that stand in their revision word for word; nothing else is ever shown as a quotation.

    A sentence too long to quote is cut to the part that has most of the words `asked` for (as tokens).
    """
    found = (
        quotation(revisions[one.passage.revision], one.start, one.end, asked, one.passage.language)
        for one in sentences
    )
    return [one for one in found if one is not None]


def quotation(
    revision: Revision, start: int, end: int, asked: Collection[str], language: str | None
) -> Quotation | None:
    """The words of a revision from `start` to `end`, cut if they are too long to quote.

    `None` unless the quote rule finds them there, as it would for anybody else's quotation.
    """
    start, end = shorten(revision.text, start, end, keep=asked, language=language)
    words = revision.text[start:end]
    status = check(words, revision).status
    if status is not Status.VERIFIED:
        return None
    return Quotation(
        article=revision.article, revision=revision.id, start=start, end=end, text=words, status=status
    )
