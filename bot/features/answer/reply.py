"""How answers look: quotations with their numbers, then where each comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat.prose import escape
from bot.chat.reply import (
    Actions,
    Block,
    Button,
    Fact,
    Facts,
    Heading,
    Prose,
    Quote,
    Reply,
    Source,
    Sources,
    reply,
)
from bot.chat.typed import as_line
from bot.features.answer.quoting import Quotation
from bot.knowledge.article import Article, Revision
from bot.knowledge.findings import Findings
from bot.ports import Quoted

NOT_COVERED = "The articles here do not say."
_LANGUAGES = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fr": "French",
    "hi": "Hindi",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip


def answer(
    number: int,
    quoted: Sequence[Quotation],
    articles: Mapping[int, Article],
    corrected_by: Mapping[int, Article],
    respelt: Mapping[str, str],
) -> Reply:
    """The quotations, best first, and their sources; `number` is the answer's, for its buttons."""
    numbered = list(enumerate(quoted, start=1))
    notes = {n: _corrected(n, one, numbered, corrected_by) for n, one in numbered}
    sources = tuple(_source(n, one, articles.get(one.article), number, notes[n]) for n, one in numbered)
    rate = {answer: as_line("rate", {"ask": str(number), "helpful": answer}) for answer in ("yes", "no")}
    return reply(
        *_read_as(respelt),
        *(Quote(one.text, n) for n, one in numbered),
        Sources(sources),
        Prose("_These are quotations; no model wrote this._ `/source 1` shows the first in its place."),
        Actions((Button("Helpful", rate["yes"]), Button("Not helpful", rate["no"]))),
        data={
            "mode": "quote",
            "answered": True,
            "text": "\n".join(f"“{one.text}” [{n}]" for n, one in numbered),
            "sources": [_source_data(n, one, articles.get(one.article)) for n, one in numbered],
        },
    )


def _read_as(respelt: Mapping[str, str]) -> list[Block]:
    if not respelt:
        return []
    pairs = ", ".join(f"“{escape(typed)}” as “{escape(taken)}”" for typed, taken in respelt.items())
    return [Prose(f"_I read {pairs}._")]


def _corrected(
    own: int, one: Quotation, numbered: Sequence[tuple[int, Quotation]], corrected_by: Mapping[int, Article]
) -> str:
    """The correction of a source's article, said at the first source from it."""
    correction = corrected_by.get(one.article)
    if correction is None or any(n < own and other.article == one.article for n, other in numbered):
        return ""
    beside = next((f"[{n}] " for n, other in numbered if other.article == correction.id), "")
    return f"Corrected by {beside}{correction.particulars.title}{_dated(correction)}"


def _dated(article: Article) -> str:
    return f", {article.particulars.date.isoformat()}" if article.particulars.date else ""


def _source(n: int, one: Quotation, article: Article | None, number: int, note: str) -> Source:
    said = article.particulars if article else None
    return Source(
        n=n,
        article=one.article,
        title=said.title if said else "an article that was removed",
        quote=one.text,
        author=said.author if said else None,
        date=said.date.isoformat() if said and said.date else None,
        url=said.url if said else None,
        note=note,
        open=as_line("source", {"number": str(n), "ask": str(number)}),
    )


def _source_data(n: int, one: Quotation, article: Article | None) -> dict[str, Any]:
    said = article.particulars if article else None
    return {
        "n": n,
        "article": one.article,
        "title": said.title if said else None,
        "url": said.url if said else None,
        "date": said.date.isoformat() if said and said.date else None,
        "quote": one.text,
        "status": one.status.value,
        "revision": one.revision,
        "start": one.start,
        "end": one.end,
    }


def not_covered(near: Sequence[Quotation], articles: Mapping[int, Article], only: Sequence[str]) -> Reply:
    """Says that the articles do not say, what comes nearest, and what would help.

    `only` lists the library's languages where the question was asked in another one.
    """
    nearest = list(dict.fromkeys(one.article for one in near))
    titles = [
        f"- {escape(articles[article].particulars.title)}" for article in nearest if article in articles
    ]
    blocks: list[Block] = [Prose(f"**{NOT_COVERED}**")]
    if only:
        names = " and ".join(_LANGUAGES.get(code, code) for code in only)
        blocks = [Prose(f"**{NOT_COVERED}** I can only search in {names} here.")]
    elif titles:
        blocks.append(Prose("\n".join(["Nearest to it are:", "", *titles])))
    blocks.append(Prose("To have it answered, add an article about it: `/articles add`."))
    data = {
        "mode": "quote",
        "answered": False,
        "text": NOT_COVERED,
        "sources": [],
        "nearest": [_source_data(n, one, articles.get(one.article)) for n, one in enumerate(near, start=1)],
    }
    return Reply(tuple(blocks), data=data)


def empty_library() -> Reply:
    """Says that there is nothing to answer from yet."""
    text = "Add an article first: `/articles add` and a file."
    return reply(Prose(text), data={"mode": "quote", "answered": False, "text": NOT_COVERED, "sources": []})


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
    blocks = [*_read_as(findings.corrected)]
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
