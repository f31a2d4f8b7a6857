"""Checks a claim: the passages that speak of it, what a model finds in them, what of that stands there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import LimitReached, ModelError, NotFound, Passing
from bot.features.check import reply as replies
from bot.features.check.command import Check
from bot.features.check.evidence import Evidence, evidence, verdict_of
from bot.knowledge.findings import Findings
from bot.knowledge.gate import enough
from bot.knowledge.language import detect
from bot.knowledge.ranking import choose
from bot.model import Model
from bot.ports import LanguageModel, Library, Search, payer_of, scope_of
from bot.writing import PASSAGES, Rewording, quotation

RELATED = 0.1
"""From this probability on passages count as related to a claim; a question takes more to be answered."""

SHOWN = 3
"""Without a model, so many of the nearest sentences are shown."""


class ChecksClaim:
    """Says whether the articles support a claim, contradict it, both, or do not speak of it."""

    def __init__(self, library: Library, search: Search, model: LanguageModel) -> None:
        self._library = library
        self._search = search
        self._model = model
        self._rewording = Rewording(model)

    async def __call__(self, request: Check, call: Invocation) -> AsyncIterator[Reply]:
        findings, only = await self._found(request.claim, call)
        if not await asyncio.to_thread(_is_related, findings):
            yield await self._shown(request.claim, call, [], None, only)
            return
        if not await self._model.is_there():
            yield await self._related(request.claim, call, findings)
            return
        yield replies.reading(min(PASSAGES, len(findings.hits)))
        try:
            yield await self._judged(request.claim, call, findings)
        except (ModelError, LimitReached) as error:
            yield await self._related(request.claim, call, findings, error)
        except NotFound as error:
            raise Passing("The library is changing under my hands.", "Check it again in a moment.") from error

    async def _found(self, claim: str, call: Invocation) -> tuple[Findings, Collection[str]]:
        """What search finds, and the only languages that can be searched in, where the claim is in none."""
        findings = await self._search.find(scope_of(call), claim)
        languages = await self._library.languages(scope_of(call))
        if not languages or detect(claim) in {None, *languages}:
            return findings, ()
        said = await self._rewording.translated(claim, languages, payer_of(call))
        if said is None:
            return findings, languages
        return await self._search.find(scope_of(call), said), ()

    async def _judged(self, claim: str, call: Invocation, findings: Findings) -> Reply:
        scope = scope_of(call)
        passages = [hit.passage for hit in findings.hits[:PASSAGES]]
        articles = await self._library.current(scope, [one.article for one in passages])
        revisions = {
            number: await self._library.revision(scope, number)
            for number in {one.revision for one in passages}
        }
        found, reader = await evidence(self._model, claim, passages, articles, revisions, payer_of(call))
        return await self._shown(claim, call, found, reader)

    async def _shown(
        self,
        claim: str,
        call: Invocation,
        found: Sequence[Evidence],
        by: Model | None,
        only: Collection[str] = (),
    ) -> Reply:
        articles = await self._library.current(scope_of(call), [one.quoted.article for one in found])
        return replies.judged(claim, verdict_of(found), found, articles, by, sorted(only))

    async def _related(
        self,
        claim: str,
        call: Invocation,
        findings: Findings,
        because: ModelError | LimitReached | None = None,
    ) -> Reply:
        """The sentences nearest to a claim, without a verdict."""
        scope = scope_of(call)
        sentences = await asyncio.to_thread(choose, findings, limit=SHOWN)
        quoted = [
            quotation(
                await self._library.revision(scope, one.passage.revision),
                one.start,
                one.end,
                findings.weights.keys(),
                one.passage.language,
            )
            for one in sentences
        ]
        there = [one for one in quoted if one is not None]
        articles = await self._library.current(scope, [one.article for one in there])
        return replies.related(claim, there, articles, because)


def _is_related(findings: Findings) -> bool:
    return enough(findings, next(iter(choose(findings, limit=1)), None)) >= RELATED
