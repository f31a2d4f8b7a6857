"""How a verdict looks: the word first, then the quotations for and against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.chat.prose import escape
from bot.chat.reply import Block, Progress, Prose, Quote, Reply, Sources, reply
from bot.errors import RostrumError
from bot.features.check.evidence import Evidence, Verdict
from bot.knowledge.article import Article
from bot.knowledge.language import name_of
from bot.model import Model
from bot.writing import Quotation, source, source_data, unwritten

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
    only: Sequence[str],
) -> Reply:
    """A verdict with its quotations; `by` is the model that looked for them, where one did.

    `only` lists the languages that could be searched in, where the claim is in none of them.
    """
    ordered = sorted(found, key=lambda one: not one.supports)
    blocks: list[Block] = [_claim(claim), Prose(_SAYS[verdict])]
    for n, one in enumerate(ordered, 1):
        if n == 1 or ordered[n - 2].supports is not one.supports:
            blocks.append(Prose("**Read as for it:**" if one.supports else "**Read as against it:**"))
        blocks.append(Quote(one.quoted.text, n))
    quoted = [one.quoted for one in ordered]
    blocks += [_sources(quoted, articles)] if quoted else []
    blocks.append(Prose(_foot(verdict, by, only)))
    data = {
        "mode": "quote" if by is None else "model",
        "claim": claim,
        "verdict": verdict.value,
        "evidence": [
            {**source_data(n, one.quoted, articles.get(one.quoted.article)), "supports": one.supports}
            for n, one in enumerate(ordered, 1)
        ],
    }
    return Reply(tuple(blocks), data=data | ({"model": by.name} if by else {}))


def related(
    claim: str,
    quoted: Sequence[Quotation],
    articles: Mapping[int, Article],
    because: RostrumError | None,
) -> Reply:
    """The sentences nearest to a claim, left for people to judge; `because` a model failed to."""
    data = {
        "mode": "quote",
        "claim": claim,
        "verdict": None,
        "related": [source_data(n, one, articles.get(one.article)) for n, one in enumerate(quoted, 1)],
        **({"notice": because.as_data()} if because else {}),
    }
    return reply(
        _claim(claim),
        *unwritten(because),
        Prose("**Related passages.** Without a model I give no verdict; these come nearest:"),
        *(Quote(one.text, n) for n, one in enumerate(quoted, 1)),
        _sources(quoted, articles),
        data=data,
    )


def _claim(claim: str) -> Prose:
    return Prose(f"Claim: _{escape(' '.join(claim.split()))}_")


def _sources(quoted: Sequence[Quotation], articles: Mapping[int, Article]) -> Sources:
    return Sources(tuple(source(n, one, articles.get(one.article)) for n, one in enumerate(quoted, 1)))


def _foot(verdict: Verdict, by: Model | None, only: Sequence[str]) -> str:
    if only:
        return f"I can only search in {' and '.join(map(name_of, only))} here."
    if by is None:
        return "_No passage here comes near it; no model was asked._"
    looked = f"{escape(by.name)}, a machine {escape(by.where)}, looked"
    if verdict is Verdict.NOT_COVERED:
        return f"_{looked} through the nearest passages and found nothing that bears it out or denies it._"
    return f"_{looked} for these; each stands in its article word for word. Read them before you rely on it._"
