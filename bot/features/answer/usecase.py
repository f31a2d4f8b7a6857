"""Answers a question in quotations: search, gate, choose, check, record, show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import NotFound, Passing
from bot.features.answer import reply as replies
from bot.features.answer.command import Ask
from bot.features.answer.following import Following
from bot.features.answer.quoting import Quotation, chosen, verified, with_corrections
from bot.knowledge.article import Article, Scope
from bot.knowledge.findings import Findings
from bot.knowledge.gate import is_enough
from bot.knowledge.language import detect
from bot.knowledge.ranking import Chosen
from bot.ports import Asks, Library, Search, scope_of

TRIES = 3
"""How often a search begins anew because an article vanished under it."""


class AnswersQuestion:
    """Answers from the articles that are visible where it was asked, or says that they do not say."""

    def __init__(self, library: Library, search: Search, asks: Asks) -> None:
        self._library = library
        self._search = search
        self._asks = asks
        self._following = Following(search, asks)

    async def __call__(self, request: Ask, call: Invocation) -> AsyncIterator[Reply]:
        scope = scope_of(call)
        within = (await self._library.article(scope, request.article)).id if request.article else None
        for _ in range(TRIES):
            try:
                yield await self._answer(request.question, call, scope, within)
                return
            except NotFound:
                continue
        raise Passing("The library is changing under my hands.", "Ask again in a moment.")

    async def _answer(self, question: str, call: Invocation, scope: Scope, within: int | None) -> Reply:
        findings = await self._following.find(call.place, scope, question, within)
        sentences = await asyncio.to_thread(chosen, findings)
        if not is_enough(findings, sentences):
            return await self._refuse(question, call, scope, findings, sentences)
        sentences, corrected_by = await self._with_corrections(scope, findings.query, sentences)
        quoted = await self._verify(scope, sentences, findings)
        if not quoted:
            return await self._refuse(question, call, scope, findings, [])
        articles = await self._library.current(scope, [one.article for one in quoted])
        spans = [one.span for one in quoted]
        number = await self._asks.record(call.place, call.member.id, question, spans, answered=True)
        return replies.answer(number, quoted, articles, corrected_by, findings.corrected)

    async def _verify(self, scope: Scope, sentences: Sequence[Chosen], findings: Findings) -> list[Quotation]:
        numbers = {sentence.passage.revision for sentence in sentences}
        revisions = {number: await self._library.revision(scope, number) for number in numbers}
        return await asyncio.to_thread(verified, sentences, revisions, findings.weights.keys())

    async def _with_corrections(
        self, scope: Scope, query: str, sentences: list[Chosen]
    ) -> tuple[list[Chosen], dict[int, Article]]:
        """Beside an article that another one corrects stands the best sentence of the correction."""
        cited = list(dict.fromkeys(sentence.passage.article for sentence in sentences))
        corrections = await self._library.corrections(scope, cited)
        corrected_by = {article: others[0] for article, others in corrections.items() if others}
        missing = dict.fromkeys(other.id for other in corrected_by.values() if other.id not in cited)
        said = [best for other in missing for best in await self._best_of(scope, query, other)]
        return with_corrections(sentences, said), corrected_by

    async def _best_of(self, scope: Scope, query: str, article: int) -> list[Chosen]:
        found = await self._search.find(scope, query, article=article)
        return (await asyncio.to_thread(chosen, found))[:1]

    async def _refuse(
        self, question: str, call: Invocation, scope: Scope, findings: Findings, nearest: Sequence[Chosen]
    ) -> Reply:
        await self._asks.record(call.place, call.member.id, question, [], answered=False)
        languages = await self._library.languages(scope)
        if not findings.hits and not await self._library.count(scope):
            return replies.empty_library()
        asked_in = detect(question)
        foreign = asked_in is not None and bool(languages) and asked_in not in languages
        near = await self._verify(scope, nearest, findings)
        articles = await self._library.current(scope, [one.article for one in near])
        return replies.not_covered(near, articles, sorted(languages) if foreign else [])
