"""How a verdict looks: the word first, then the quotations for and against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat.prose import escape
from bot.chat.reply import Block, Progress, Prose, Quote, Reply, Source, Sources, reply
from bot.errors import LimitReached, RostrumError
from bot.features.check.evidence import Evidence, Verdict
from bot.knowledge.article import Article
from bot.knowledge.ranking import Chosen
from bot.model import Model

_SAYS = {
    Verdict.SUPPORTED: "**Supported** by the articles here.",
    Verdict.CONTRADICTED: "**Contradicted** by the articles here.",
    Verdict.MIXED: "**Mixed**: the articles here say both.",
    Verdict.NOT_COVERED: "**Not covered**: the articles here do not speak of it.",
}


def reading(passages: int) -> Reply:
    """Says that a model has begun to read."""
    return reply(Progress(f"Comparing it with {passages} passage{'s' if passages != 1 else ''}"))


def judged(
    claim: str,
    verdict: Verdict,
    found: Sequence[Evidence],
    articles: Mapping[int, Article],
    by: Model | None,
) -> Reply:
    """A verdict with its quotations; `by` is the model that looked for them, where one did."""
    ordered = [one for one in found if one.supports] + [one for one in found if not one.supports]
    blocks: list[Block] = [_claim(claim), Prose(_SAYS[verdict])]
    n = 0
    for title, supports in (("For it:", True), ("Against it:", False)):
        side = [one for one in ordered if one.supports is supports]
        if side:
            blocks.append(Prose(f"**{title}**"))
        for one in side:
            n += 1
            blocks.append(Quote(one.text, n))
    sources = [
        _source(n, one.article, articles.get(one.article), one.text) for n, one in enumerate(ordered, 1)
    ]
    blocks += [Sources(tuple(sources))] if sources else []
    blocks.append(Prose(_foot(verdict, by)))
    data = {
        "mode": "quote" if by is None else "model",
        "claim": claim,
        "verdict": verdict.value,
        "evidence": [{**_source_data(n, one), "supports": one.supports} for n, one in enumerate(ordered, 1)],
    }
    return Reply(tuple(blocks), data=data | ({"model": by.name} if by else {}))


def related(
    claim: str,
    sentences: Sequence[Chosen],
    articles: Mapping[int, Article],
    because: RostrumError | None,
) -> Reply:
    """The sentences nearest to a claim, left for people to judge; `because` a model failed to."""
    numbered = list(enumerate(sentences, 1))
    sources = [
        _source(n, one.passage.article, articles.get(one.passage.article), one.text) for n, one in numbered
    ]
    data = {
        "mode": "quote",
        "claim": claim,
        "verdict": None,
        "related": [
            {
                "n": n,
                "article": one.passage.article,
                "revision": one.passage.revision,
                "start": one.start,
                "end": one.end,
                "quote": one.text,
            }
            for n, one in numbered
        ],
        **({"notice": because.as_data()} if because else {}),
    }
    return reply(
        _claim(claim),
        *([Prose(_why(because))] if because else []),
        Prose("**Related passages.** Without a model I give no verdict; these come nearest:"),
        *(Quote(one.text, n) for n, one in numbered),
        Sources(tuple(sources)),
        data=data,
    )


def _why(because: RostrumError) -> str:
    if isinstance(because, LimitReached):
        return f"**{escape(because.message)}**"
    return f"**No model could answer: {escape(str(because))}** ({because.code})"


def _claim(claim: str) -> Prose:
    return Prose(f"Claim: _{escape(' '.join(claim.split()))}_")


def _foot(verdict: Verdict, by: Model | None) -> str:
    if by is None:
        return "_No passage here comes near it; no model was asked._"
    looked = f"{escape(by.name)}, a machine {escape(by.where)}, looked"
    if verdict is Verdict.NOT_COVERED:
        return f"_{looked} through the nearest passages._"
    return f"_{looked} for these; each stands in its article word for word. Read them before you rely on it._"


def _source(n: int, number: int, article: Article | None, quote: str) -> Source:
    said = article.particulars if article else None
    return Source(
        n=n,
        article=number,
        title=said.title if said else "an article that was removed",
        quote=quote,
        author=said.author if said else None,
        date=said.date.isoformat() if said and said.date else None,
        url=said.url if said else None,
    )


def _source_data(n: int, one: Evidence) -> dict[str, Any]:
    return {
        "n": n,
        "article": one.article,
        "revision": one.revision,
        "start": one.start,
        "end": one.end,
        "quote": one.text,
    }
