"""How passages look, a quotation in its place, and thanks for a rating."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.prose import escape
from bot.chat.reply import Fact, Facts, Heading, Prose, Quote, Reply, reply
from bot.features.answer.reply import read_as
from bot.knowledge.article import Article, Revision
from bot.knowledge.findings import Findings
from bot.ports import Quoted


def passages(words: str, findings: Findings, articles: Mapping[int, Article]) -> Reply:
    """The passages that were found, best first."""
    hits = [hit for hit in findings.hits if hit.passage.article in articles]
    data = [
        {
            "article": hit.passage.article,
            "title": hit.passage.title,
            "score": round(hit.score, 4),
            "text": hit.passage.text,
            "start": hit.passage.start,
            "end": hit.passage.end,
        }
        for hit in hits
    ]
    if not hits:
        return reply(Prose(f"No passage here speaks of “{escape(words[:80])}”."), data=data)
    blocks = [*read_as(findings.corrected)]
    for n, hit in enumerate(hits, start=1):
        under = f" · {escape(hit.passage.heading)}" if hit.passage.heading else ""
        blocks += [Prose(f"**{n}. {escape(hit.passage.title)}**{under}"), Quote(hit.passage.text)]
    return reply(*blocks, data=data)


def in_place(number: int, quoted: Quoted, revision: Revision, article: Article | None) -> Reply:
    """The paragraph that a quotation stands in, with the quotation marked."""
    said = revision.particulars
    start, end = paragraph_around(revision.text, quoted.start, quoted.end)
    around = revision.text[start:end]
    rows = [
        ("Author", said.author),
        ("Date", said.date.isoformat() if said.date else None),
        ("Link", said.url),
        ("Revision", f"{revision.id}, characters {quoted.start:,} to {quoted.end:,}"),
        ("Now", _since(revision, article)),
    ]
    return reply(
        Heading(f"[{number}] {said.title}"),
        Quote(around, strong=(quoted.start - start, quoted.end - start)),
        Facts(tuple(Fact(label, value) for label, value in rows if value)),
        data={
            "number": number,
            "article": quoted.article,
            "title": said.title,
            "revision": revision.id,
            "start": quoted.start,
            "end": quoted.end,
            "quote": revision.text[quoted.start : quoted.end],
            "context": around,
        },
    )


def _since(revision: Revision, article: Article | None) -> str | None:
    if article is None:
        return "The article has been removed since."
    return None if article.revision == revision.id else "The article has changed since."


def paragraph_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the whole paragraphs that a span touches."""
    before = text.rfind("\n\n", 0, start)
    after = text.find("\n\n", end)
    return (before + 2 if before >= 0 else 0), (after if after >= 0 else len(text))


def thanks(*, helpful: bool) -> Reply:
    """Says that the rating was kept."""
    return reply(
        Prose("Noted, thank you." if helpful else "Noted: that did not help."), data={"helpful": helpful}
    )
