"""How answers look: quotations with their numbers, then where each comes from."""

from __future__ import annotations

import re
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
    Progress,
    Prose,
    Quote,
    Reply,
    Source,
    Sources,
    reply,
)
from bot.chat.typed import as_line
from bot.errors import LimitReached, RostrumError
from bot.features.answer.composing import Composed, Said
from bot.features.answer.quoting import Quotation
from bot.knowledge.article import Article, Revision
from bot.knowledge.findings import Findings
from bot.knowledge.grounding import Support
from bot.knowledge.language import name_of
from bot.model import Model
from bot.ports import Quoted
from bot.writing import Written

NOT_COVERED = "The articles here do not say."


def answer(
    number: int,
    quoted: Sequence[Quotation],
    articles: Mapping[int, Article],
    corrected_by: Mapping[int, Article],
    respelt: Mapping[str, str],
    because: RostrumError | None = None,
) -> Reply:
    """The quotations, best first, and their sources; `number` is the answer's, for its buttons.

    `because` is why no model wrote the answer, where one should have.
    """
    return reply(
        *_read_as(respelt),
        *_unwritten(because),
        *(Quote(one.text, n) for n, one in enumerate(quoted, start=1)),
        _sources(number, quoted, articles, corrected_by),
        Prose("_These are quotations; no model wrote this._ `/source 1` shows the first in its place."),
        _rating(number),
        data={
            "mode": "quote",
            "answered": True,
            "text": "\n".join(f"“{one.text}” [{n}]" for n, one in enumerate(quoted, start=1)),
            "sources": _sources_data(quoted, articles),
            **({"notice": because.as_data()} if because else {}),
        },
    )


def _unwritten(because: RostrumError | None) -> list[Block]:
    """Why these are quotations only."""
    if because is None:
        return []
    if isinstance(because, LimitReached):
        return [Prose(f"**{escape(because.message)}** Until then I answer in quotations.")]
    return [Prose(f"**No model could answer: {escape(str(because))}** ({because.code})\n\nSo I quote:")]


def _sources(
    number: int,
    quoted: Sequence[Quotation],
    articles: Mapping[int, Article],
    corrected_by: Mapping[int, Article],
) -> Sources:
    numbered = list(enumerate(quoted, start=1))
    notes = {n: _corrected(n, one, numbered, corrected_by) for n, one in numbered}
    return Sources(tuple(_source(n, one, articles.get(one.article), number, notes[n]) for n, one in numbered))


def _rating(number: int) -> Actions:
    rate = {answer: as_line("rate", {"ask": str(number), "helpful": answer}) for answer in ("yes", "no")}
    return Actions((Button("Helpful", rate["yes"]), Button("Not helpful", rate["no"])))


def _sources_data(quoted: Sequence[Quotation], articles: Mapping[int, Article]) -> list[dict[str, Any]]:
    return [_source_data(n, one, articles.get(one.article)) for n, one in enumerate(quoted, start=1)]


def reading(passages: int) -> Reply:
    """Says that a model has begun to read."""
    return reply(Progress(f"Reading {passages} passage{'s' if passages != 1 else ''}"))


def waiting(text: str) -> Reply:
    """Says what keeps the answer waiting."""
    return reply(Progress(text))


def draft(text: str, model: Model) -> Reply:
    """What a model has written so far, marked as what it is."""
    return reply(Prose(f"_Draft by {escape(model.name)}, not checked yet:_"), Prose(_with_numbers(text)))


def written(
    number: int,
    composed: Composed,
    text: Written,
    articles: Mapping[int, Article],
    corrected_by: Mapping[int, Article],
    respelt: Mapping[str, str],
    *,
    translated: bool,
) -> Reply:
    """An answer in a model's words, each sentence with its sources, and the words that bear it out."""
    return reply(
        *_read_as(respelt),
        Prose(" ".join(map(_marked, composed.said))),
        *([Prose(f"**{escape(text.cut)}**")] if text.cut else []),
        *(Quote(one.text, n) for n, one in enumerate(composed.quoted, start=1)),
        _sources(number, composed.quoted, articles, corrected_by),
        Prose(_foot(composed, text.model, translated=translated)),
        _rating(number),
        data={
            "mode": "model",
            "answered": True,
            "text": " ".join(one.text + "".join(f" [{n}]" for n in one.cites) for one in composed.said),
            "sentences": [
                {"text": one.text, "cites": list(one.cites), "support": one.support.value, "why": one.why}
                for one in composed.said
            ],
            "sources": _sources_data(composed.quoted, articles),
            "model": _model_data(text.model),
            **({"cut": text.cut} if text.cut else {}),
        },
    )


def _marked(said: Said) -> str:
    """A sentence with its numbers, and a mark where the sources do not bear it out."""
    cites = "".join(f" [{n}]" for n in said.cites)
    match said.support:
        case Support.UNSUPPORTED:
            why = f": {escape(said.why)}" if said.why else ""
            return f"{escape(said.text)}{cites} _(not confirmed{why})_"
        case Support.WEAK if said.why:
            return f"{escape(said.text)}{cites} _(not quite in these words)_"
    return f"{escape(said.text)}{cites}"


def _with_numbers(text: str) -> str:
    """Text from a model as plain letters, its `[n]` as they are."""
    return re.sub(r"\\\[(\d{1,2})\\\]", r"[\1]", escape(text))


def _foot(composed: Composed, model: Model, *, translated: bool) -> str:
    by = f"Written by {escape(model.name)}, a machine, {escape(model.where)}."
    if translated:
        checked = "Its numbers, dates and names were compared with the sources; its wording cannot be."
    elif all(one.support is Support.VERIFIED for one in composed.said):
        checked = "Each sentence was compared with its source: words, numbers, names, every “not”."
    else:
        checked = "What its source does not bear out is marked."
    return f"_{by} {checked}_ `/source 1` shows the first quotation in its place."


def _model_data(model: Model) -> dict[str, Any]:
    return {
        "endpoint": model.endpoint,
        "name": model.name,
        "host": model.host,
        "local": model.is_local,
        "weights": model.weights.value if model.weights else None,
    }


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


def not_covered(
    near: Sequence[Quotation],
    articles: Mapping[int, Article],
    only: Sequence[str],
    text: Written | None = None,
) -> Reply:
    """Says that the articles do not say, what comes nearest, and what would help.

    `only` lists the library's languages where the question was asked in another one, `text` is what a model
    wrote, where the sources do not bear it out.
    """
    nearest = list(dict.fromkeys(one.article for one in near))
    titles = [
        f"- {escape(articles[article].particulars.title)}" for article in nearest if article in articles
    ]
    blocks: list[Block] = [Prose(f"**{NOT_COVERED}**")]
    if only:
        names = " and ".join(map(name_of, only))
        blocks = [Prose(f"**{NOT_COVERED}** I can only search in {names} here.")]
    elif text is not None and not text.grounded.refused:
        blocks = [Prose(f"**{NOT_COVERED}** What {escape(text.model.name)} wrote is not borne out by them.")]
    if titles and not only:
        blocks.append(Prose("\n".join(["Nearest to it are:", "", *titles])))
    blocks.append(Prose("To have it answered, add an article about it: `/articles add`."))
    data = {
        "mode": "model" if text else "quote",
        "answered": False,
        "text": NOT_COVERED,
        "sources": [],
        "nearest": _sources_data(near, articles),
        **({"model": _model_data(text.model)} if text else {}),
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
