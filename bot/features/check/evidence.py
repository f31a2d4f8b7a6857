"""What passages say of a claim, by a model's reading; only what stands in them word for word counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any

from bot.knowledge.article import Article, Passage, Revision
from bot.knowledge.grounding import Support, ground
from bot.knowledge.quotes import Status, check
from bot.knowledge.tokens import query_tokens
from bot.model import Model, Payer
from bot.plain import one_line
from bot.ports import LanguageModel
from bot.prompts import prompt
from bot.writing import Quotation, excerpts, fence, quotation, request_of

WITHIN_S = 300.0
MOST = 4
"""Quotations shown of a claim at most, of them at least one for each side."""
READ = 12
"""So many quotations of a model are looked at; no passages hold more that matter."""

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
    """Words that stand in an article, and whether they speak for a claim or against it."""

    quoted: Quotation
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
    items = said["evidence"][:READ]
    found = await asyncio.to_thread(lambda: list(_held(claim, items, passages, revisions)))
    return _both_sides(found), reader


def _held(
    claim: str,
    items: Sequence[Mapping[str, Any]],
    passages: Sequence[Passage],
    revisions: Mapping[int, Revision],
) -> Iterator[Evidence]:
    """What stands in the articles, each once, and is not the opposite of what the model reads in it."""
    asked = query_tokens(claim, passages[0].language)
    found: dict[Quotation, set[bool]] = {}
    for item in items:
        if quoted := _found(item, passages, revisions, asked):
            found.setdefault(quoted, set()).add(item["says"] == "supports")
    for quoted, sides in found.items():
        # What is said to do both does neither.
        if len(sides) == 1 and _is_so_worded(claim, quoted, supports=True in sides):
            yield Evidence(quoted=quoted, supports=True in sides)


def _found(
    item: Mapping[str, Any],
    passages: Sequence[Passage],
    revisions: Mapping[int, Revision],
    asked: Sequence[str],
) -> Quotation | None:
    """A quotation where it stands, also if the model gave another passage's number; `None` if nowhere."""
    number = int(item["n"])
    cited = passages[number - 1 : number] if number > 0 else []
    for passage in {one.revision: one for one in [*cited, *passages]}.values():
        revision = revisions[passage.revision]
        place = check(item["quote"], revision)
        if place.status is Status.VERIFIED:
            return quotation(revision, *place.sentence, asked, passage.language)
    return None


def _is_so_worded(claim: str, quoted: Quotation, *, supports: bool) -> bool:
    """Whether a quotation's own words allow a model's reading: where they say “not”, they support nothing."""
    alone = Passage(
        id=0,
        article=quoted.article,
        revision=quoted.revision,
        channel=None,
        title="",
        heading="",
        language=None,
        text=quoted.text,
        start=quoted.start,
        end=quoted.end,
    )
    compared = next(iter(ground(f"{claim.rstrip(' .?!')} [1].", [alone]).sentences), None)
    if compared is None:
        return True
    if supports:
        return not compared.why.startswith(("the source says", "the source has"))
    return compared.support is not Support.VERIFIED


def _both_sides(found: Sequence[Evidence]) -> list[Evidence]:
    """Not too many, and no side left out for the other."""
    sides = [[one for one in found if one.supports is supports] for supports in (True, False)]
    kept = sides[0][: MOST - min(1, len(sides[1]))]
    return [*kept, *islice(sides[1], MOST - len(kept))]
