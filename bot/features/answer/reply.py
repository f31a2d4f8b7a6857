"""How answers look: quotations or a model's words, with their numbers, then where each comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat.prose import escape
from bot.chat.reply import (
    Actions,
    Block,
    Button,
    Progress,
    Prose,
    Quote,
    Reply,
    Sources,
    reply,
)
from bot.chat.typed import as_line
from bot.errors import RostrumError
from bot.features.answer.composing import Composed, Said
from bot.knowledge.article import Article
from bot.knowledge.grounding import Support
from bot.knowledge.language import name_of
from bot.model import Model
from bot.writing import Quotation, Written, source, source_data, unwritten

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
        *read_as(respelt),
        *unwritten(because),
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


def _sources(
    number: int,
    quoted: Sequence[Quotation],
    articles: Mapping[int, Article],
    corrected_by: Mapping[int, Article],
) -> Sources:
    numbered = list(enumerate(quoted, start=1))
    notes = {n: _corrected(n, one, numbered, corrected_by) for n, one in numbered}
    opens = {n: as_line("source", {"number": str(n), "ask": str(number)}) for n, _ in numbered}
    entries = (
        source(n, one, articles.get(one.article), note=notes[n], opens=opens[n]) for n, one in numbered
    )
    return Sources(tuple(entries))


def _rating(number: int) -> Actions:
    rate = {answer: as_line("rate", {"ask": str(number), "helpful": answer}) for answer in ("yes", "no")}
    return Actions(
        (Button("Helpful", rate["yes"]), Button("Not helpful", rate["no"]), Button("Ask more", "ask"))
    )


def _sources_data(quoted: Sequence[Quotation], articles: Mapping[int, Article]) -> list[dict[str, Any]]:
    return [source_data(n, one, articles.get(one.article)) for n, one in enumerate(quoted, start=1)]


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
) -> Reply:
    """An answer in a model's words, each sentence with its sources, and the words that bear it out."""
    return reply(
        *read_as(respelt),
        Prose(" ".join(map(_marked, composed.said))),
        *([Prose(f"**{escape(text.cut)}**")] if text.cut else []),
        *(Quote(one.text, n) for n, one in enumerate(composed.quoted, start=1)),
        _sources(number, composed.quoted, articles, corrected_by),
        Prose(_foot(composed, text)),
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


def _foot(composed: Composed, text: Written) -> str:
    model = text.model
    failed = f" ({escape(', '.join(text.instead_of))} did not answer)" if text.instead_of else ""
    by = f"Written by {escape(model.name)}, a machine, {escape(model.where)}{failed}."
    if text.foreign:
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


def read_as(respelt: Mapping[str, str]) -> list[Block]:
    """What was taken for misspelt words, where any was."""
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
    if text is not None and not text.grounded.refused:
        blocks = [Prose(f"**{NOT_COVERED}** What {escape(text.model.name)} wrote is not borne out by them.")]
    if titles:
        blocks.append(Prose("\n".join(["Nearest to it are:", "", *titles])))
    blocks.append(Prose("To have it answered, add an article about it: `/articles add`."))
    if only:
        names = " and ".join(map(name_of, only))
        blocks = [Prose(f"**I can only search in {names} here.** Please ask in that language.")]
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
