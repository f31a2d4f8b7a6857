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
    quotations = (_quotation(one, revisions[one.passage.revision], asked) for one in sentences)
    return [quotation for quotation in quotations if quotation.status is Status.VERIFIED]


def _quotation(sentence: Chosen, revision: Revision, asked: Collection[str]) -> Quotation:
    language = sentence.passage.language
    start, end = shorten(revision.text, sentence.start, sentence.end, keep=asked, language=language)
    words = revision.text[start:end]
    return Quotation(
        article=revision.article,
        revision=revision.id,
        start=start,
        end=end,
        text=words,
        status=check(words, revision).status,
    )
