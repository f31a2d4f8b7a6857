"""Answers a question: search, gate, then a model's words checked, or else quotations; record, show."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import LimitReached, ModelError, NotFound, Passing
from bot.features.answer import reply as replies
from bot.features.answer.command import Ask
from bot.features.answer.composing import composed
from bot.features.answer.following import Following
from bot.features.answer.quoting import chosen, verified, with_corrections
from bot.knowledge.article import Article, Passage, Revision
from bot.knowledge.findings import Findings
from bot.knowledge.gate import is_enough
from bot.knowledge.language import detect
from bot.knowledge.ranking import Chosen
from bot.ports import Asks, LanguageModel, Library, Search, payer_of, scope_of
from bot.writing import PASSAGES, Drafted, Quotation, Rewording, Waiting, Written, write

log = logging.getLogger(__name__)

TRIES = 3
"""How often a search begins anew because an article vanished under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """A question on its way to its answer. `foreign`: the library has nothing in its `language`.

    Then `translated` says whether a model has put it into one that it has.
    """

    question: str
    earlier: Sequence[str]
    call: Invocation
    within: int | None
    findings: Findings
    sentences: Sequence[Chosen]
    language: str | None
    foreign: bool
    translated: bool
    languages: frozenset[str]


class AnswersQuestion:
    """Answers from the articles that are visible where it was asked, or says that they do not say."""

    def __init__(self, library: Library, search: Search, asks: Asks, model: LanguageModel) -> None:
        self._library = library
        self._search = search
        self._asks = asks
        self._model = model
        self._rewording = Rewording(model)
        self._following = Following(search, asks, self._rewording)

    async def __call__(self, request: Ask, call: Invocation) -> AsyncIterator[Reply]:
        within = None
        if request.article:
            within = (await self._library.article(scope_of(call), request.article)).id
        for _ in range(TRIES):
            try:
                async for reply in self._answer(request.question, call, within):
                    yield reply
                return
            except NotFound:
                continue
        raise Passing("The library is changing under my hands.", "Ask again in a moment.")

    async def _answer(self, question: str, call: Invocation, within: int | None) -> AsyncIterator[Reply]:
        asking = await self._found(question, call, within)
        if not is_enough(asking.findings, asking.sentences):
            yield await self._refuse(asking, asking.sentences)
            return
        if not await self._model.is_there():
            yield await self._quote(asking)
            return
        try:
            async with aclosing(self._write(asking)) as steps:
                async for reply in steps:
                    yield reply
        except (ModelError, LimitReached) as error:
            yield await self._quote(asking, error)

    async def _found(self, question: str, call: Invocation, within: int | None) -> _Asking:
        """What search finds; for a question in a language that the library lacks, translated by a model."""
        findings, earlier = await self._following.find(call, question, within)
        languages = await self._library.languages(scope_of(call))
        language = detect(question)
        foreign = language is not None and bool(languages) and language not in languages
        said = await self._rewording.translated(question, languages, payer_of(call)) if foreign else None
        if said is not None:
            findings = await self._search.find(scope_of(call), said, article=within)
        return _Asking(
            question=question,
            earlier=earlier,
            call=call,
            within=within,
            findings=findings,
            sentences=await asyncio.to_thread(chosen, findings),
            language=language,
            foreign=foreign,
            translated=said is not None,
            languages=languages,
        )

    async def _write(self, asking: _Asking) -> AsyncGenerator[Reply, None]:
        """An answer in a model's words. Raises ModelError and LimitReached before any of them is shown."""
        scope = scope_of(asking.call)
        passages, corrected_by = await self._to_read(asking)
        articles = await self._library.current(scope, [one.article for one in passages])
        yield replies.reading(len(passages))
        written: Written | None = None
        steps = write(
            self._model,
            asking.question,
            passages,
            articles,
            payer_of(asking.call),
            language=asking.language,
            earlier=asking.earlier,
        )
        async with aclosing(steps):
            async for step in steps:
                match step:
                    case Waiting(text):
                        yield replies.waiting(text)
                    case Drafted(text, model):
                        yield replies.draft(text, model)
                    case Written():
                        written = step
        assert written is not None
        if not written.is_borne_out:
            yield await self._refuse(asking, asking.sentences, written)
            return
        yield await self._composed(asking, written, articles, corrected_by)

    async def _composed(
        self,
        asking: _Asking,
        written: Written,
        articles: dict[int, Article],
        corrected_by: dict[int, Article],
    ) -> Reply:
        revisions = await self._revisions(asking, written.passages)
        asked = list(asking.findings.weights)
        answer = await asyncio.to_thread(composed, written, revisions, asked)
        if not answer.quoted:
            return await self._refuse(asking, asking.sentences, written)
        number = await self._record(asking, answer.quoted)
        articles |= await self._library.current(scope_of(asking.call), [one.article for one in answer.quoted])
        return replies.written(
            number,
            answer,
            written,
            articles,
            corrected_by,
            asking.findings.corrected,
        )

    async def _to_read(self, asking: _Asking) -> tuple[list[Passage], dict[int, Article]]:
        """The passages for a model, and beside an article that another one corrects the best of the other."""
        passages = [hit.passage for hit in asking.findings.hits[:PASSAGES]]
        corrected_by = await self._corrected(asking, [one.article for one in passages])
        read = {one.article for one in passages}
        missing = dict.fromkeys(other.id for other in corrected_by.values() if other.id not in read)
        scope, query = scope_of(asking.call), asking.findings.query
        found = [await self._search.find(scope, query, article=other, limit=1) for other in missing]
        corrections = [hit.passage for one in found for hit in one.hits[:1]][: PASSAGES - 1]
        return passages[: PASSAGES - len(corrections)] + corrections, corrected_by

    async def _corrected(self, asking: _Asking, articles: Sequence[int]) -> dict[int, Article]:
        cited = list(dict.fromkeys(articles))
        corrections = await self._library.corrections(scope_of(asking.call), cited)
        return {article: others[0] for article, others in corrections.items() if others}

    async def _quote(self, asking: _Asking, because: ModelError | LimitReached | None = None) -> Reply:
        """An answer in quotations; `because` a model could not write one, where one should have."""
        sentences, corrected_by = await self._with_corrections(asking)
        quoted = await self._verify(asking, sentences)
        if not quoted:
            return await self._refuse(asking, [])
        articles = await self._library.current(scope_of(asking.call), [one.article for one in quoted])
        number = await self._record(asking, quoted)
        return replies.answer(number, quoted, articles, corrected_by, asking.findings.corrected, because)

    async def _record(self, asking: _Asking, quoted: Sequence[Quotation]) -> int:
        call = asking.call
        spans = [one.span for one in quoted]
        return await self._asks.record(
            call.place, call.member.id, asking.question, spans, answered=bool(quoted)
        )

    async def _revisions(self, asking: _Asking, passages: Sequence[Passage]) -> dict[int, Revision]:
        numbers = {passage.revision for passage in passages}
        return {number: await self._library.revision(scope_of(asking.call), number) for number in numbers}

    async def _verify(self, asking: _Asking, sentences: Sequence[Chosen]) -> list[Quotation]:
        revisions = await self._revisions(asking, [sentence.passage for sentence in sentences])
        return await asyncio.to_thread(verified, sentences, revisions, asking.findings.weights.keys())

    async def _with_corrections(self, asking: _Asking) -> tuple[list[Chosen], dict[int, Article]]:
        """Beside an article that another one corrects stands the best sentence of the correction."""
        sentences = list(asking.sentences)
        cited = [sentence.passage.article for sentence in sentences]
        corrected_by = await self._corrected(asking, cited)
        missing = dict.fromkeys(other.id for other in corrected_by.values() if other.id not in cited)
        said = [best for other in missing for best in await self._best_of(asking, other)]
        return with_corrections(sentences, said), corrected_by

    async def _best_of(self, asking: _Asking, article: int) -> list[Chosen]:
        found = await self._search.find(scope_of(asking.call), asking.findings.query, article=article)
        return (await asyncio.to_thread(chosen, found))[:1]

    async def _refuse(
        self, asking: _Asking, nearest: Sequence[Chosen], written: Written | None = None
    ) -> Reply:
        await self._record(asking, [])
        scope = scope_of(asking.call)
        if not asking.findings.hits and not await self._library.count(scope):
            return replies.empty_library()
        near = await self._verify(asking, nearest)
        articles = await self._library.current(scope, [one.article for one in near])
        only = sorted(asking.languages) if asking.foreign and not asking.translated else []
        return replies.not_covered(near, articles, only, written)
