"""Turns findings into quotations: the sentences chosen, each checked against the revision it stands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.knowledge.article import Revision
from bot.knowledge.findings import Findings
from bot.knowledge.ranking import Chosen, choose
from bot.writing import Quotation, quotation

SOURCES = 3
"""An answer has at most so many."""
FLOOR = 0.6
"""What scores less than this share of the best sentence would only fill the answer."""


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
