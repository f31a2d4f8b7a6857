"""Checks a claim: the passages that speak of it, what a model finds in them, what of that stands there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Reply
from bot.errors import LimitReached, ModelError
from bot.features.check import reply as replies
from bot.features.check.command import Check
from bot.features.check.evidence import Evidence, evidence, verdict_of
from bot.knowledge.findings import Findings
from bot.knowledge.gate import enough
from bot.knowledge.ranking import choose
from bot.model import Model
from bot.ports import LanguageModel, Ledger, Library, Search, payer_of, scope_of
from bot.writing import PASSAGES

RELATED = 0.1
"""From this probability on passages count as related to a claim; a question takes more to be answered."""


class ChecksClaim:
    """Says whether the articles support a claim, contradict it, both, or do not speak of it."""

    def __init__(self, library: Library, search: Search, model: LanguageModel, ledger: Ledger) -> None:
        self._library = library
        self._search = search
        self._model = model
        self._ledger = ledger

    async def __call__(self, request: Check, call: Invocation) -> AsyncIterator[Reply]:
        if call.member.role < Role.OPERATOR:  # whoever runs the machine is nobody's burden
            await self._ledger.take_turn(call.place, call.member.id)
        findings = await self._search.find(scope_of(call), request.claim)
        if not await asyncio.to_thread(_is_related, findings):
            yield await self._shown(request.claim, call, [], None)
            return
        if not await self._model.is_there():
            yield await self._related(request.claim, call, findings)
            return
        yield replies.reading(min(PASSAGES, len(findings.hits)))
        try:
            yield await self._judged(request.claim, call, findings)
        except (ModelError, LimitReached) as error:
            yield await self._related(request.claim, call, findings, error)

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
        self, claim: str, call: Invocation, found: Sequence[Evidence], by: Model | None
    ) -> Reply:
        articles = await self._library.current(scope_of(call), [one.article for one in found])
        return replies.judged(claim, verdict_of(found), found, articles, by)

    async def _related(
        self,
        claim: str,
        call: Invocation,
        findings: Findings,
        because: ModelError | LimitReached | None = None,
    ) -> Reply:
        """The sentences nearest to a claim, without a verdict."""
        sentences = await asyncio.to_thread(choose, findings, limit=3)
        articles = await self._library.current(scope_of(call), [one.passage.article for one in sentences])
        return replies.related(claim, sentences, articles, because)


def _is_related(findings: Findings) -> bool:
    return enough(findings, next(iter(choose(findings, limit=1)), None)) >= RELATED
