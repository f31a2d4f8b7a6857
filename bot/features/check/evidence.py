"""What passages say of a claim, by a model's reading; only what stands in them word for word counts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.knowledge.article import Article, Passage, Revision
from bot.knowledge.grounding import Support, ground
from bot.knowledge.quotes import Status, check
from bot.knowledge.shorten import shorten
from bot.model import Model, Payer
from bot.plain import one_line
from bot.ports import LanguageModel
from bot.prompts import prompt
from bot.writing import excerpts, fence, request_of

WITHIN_S = 120.0
MOST = 4
"""Quotations shown of a claim at most, of them at least one for each side."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["evidence"],
    "properties": {
        "evidence": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["n", "quote", "says"],
                "properties": {
                    "n": {"type": "integer"},
                    "quote": {"type": "string"},
                    "says": {"type": "string", "enum": ["supports", "contradicts"]},
                },
            },
        }
    },
}


class Verdict(StrEnum):
    """What the articles make of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    MIXED = "mixed"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words of a revision that speak for a claim, or against it: `revision.text[start:end]`."""

    article: int
    revision: int
    start: int
    end: int
    text: str
    supports: bool


def verdict_of(evidence: Sequence[Evidence]) -> Verdict:
    """The verdict that follows from the evidence, whatever a model thinks of it."""
    sides = {one.supports for one in evidence}
    if len(sides) == 2:
        return Verdict.MIXED
    if not sides:
        return Verdict.NOT_COVERED
    return Verdict.SUPPORTED if True in sides else Verdict.CONTRADICTED


async def evidence(
    model: LanguageModel,
    claim: str,
    passages: Sequence[Passage],
    articles: Mapping[int, Article],
    revisions: Mapping[int, Revision],
    payer: Payer,
) -> tuple[list[Evidence], Model]:
    """The verified quotations for and against a claim, both sides among the first, and who found them.

    Raises ModelError when no model reads them, LimitReached when it may not.
    """
    given = request_of(prompt("check"), excerpts(passages, articles), fence=fence(), claim=one_line(claim))
    said, reader = await model.complete_json(replace(given, schema=SCHEMA), payer, within_s=WITHIN_S)
    found = await asyncio.to_thread(_held, claim, said["evidence"], passages, revisions)
    return _both_sides(found), reader


def _held(
    claim: str,
    items: Sequence[Mapping[str, Any]],
    passages: Sequence[Passage],
    revisions: Mapping[int, Revision],
) -> list[Evidence]:
    """What stands in the articles, each once, and is not the opposite of what the model reads in it."""
    found = dict.fromkeys(one for item in items if (one := _verified(item, passages, revisions)))
    return [one for one in found if _is_so_worded(claim, one, passages)]


def _is_so_worded(claim: str, one: Evidence, passages: Sequence[Passage]) -> bool:
    """Whether a quotation's own words allow a model's reading: where they say “not”, they support nothing."""
    passage = next(passage for passage in passages if passage.revision == one.revision)
    alone = replace(passage, text=one.text, start=one.start, end=one.end)
    compared = ground(f"{claim.rstrip(' .?!')} [1].", [alone]).sentences
    if not compared:
        return True
    if one.supports:
        return not compared[0].why.startswith(("the source says", "the source has"))
    return compared[0].support is not Support.VERIFIED


def _verified(
    item: Mapping[str, Any], passages: Sequence[Passage], revisions: Mapping[int, Revision]
) -> Evidence | None:
    """A quotation where it stands, also if the model gave another passage's number; `None` if nowhere."""
    number = int(item["n"])
    cited = passages[number - 1 : number] if number > 0 else []
    for passage in [*cited, *passages]:
        revision = revisions[passage.revision]
        found = check(item["quote"], revision)
        if found.status is Status.VERIFIED:
            start, end = shorten(revision.text, *found.sentence, keep=(), language=passage.language)
            return Evidence(
                article=revision.article,
                revision=revision.id,
                start=start,
                end=end,
                text=revision.text[start:end],
                supports=item["says"] == "supports",
            )
    return None


def _both_sides(found: Sequence[Evidence]) -> list[Evidence]:
    """Not too many, and no side left out for the other."""
    sides = [[one for one in found if one.supports is supports] for supports in (True, False)]
    most = [MOST - min(1, len(sides[1])), MOST - min(1, len(sides[0]))]
    kept = sides[0][: most[0]]
    return kept + sides[1][: min(most[1], MOST - len(kept))]
