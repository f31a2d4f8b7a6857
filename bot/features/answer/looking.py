"""Search without an answer, a quotation in its place, and whether an answer helped."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import NotFound
from bot.features.answer import showing as replies
from bot.features.answer.command import Rate, ShowSource
from bot.features.answer.command import Search as SearchPassages
from bot.ports import Asked, Asks, Library, Search, scope_of


class FindsPassages:
    """Shows the passages that search finds, as they stand."""

    def __init__(self, library: Library, search: Search) -> None:
        self._library = library
        self._search = search

    async def __call__(self, request: SearchPassages, call: Invocation) -> AsyncIterator[Reply]:
        scope = scope_of(call)
        findings = await self._search.find(scope, request.words, limit=request.limit)
        articles = await self._library.current(scope, [hit.passage.article for hit in findings.hits])
        yield replies.passages(request.words, findings, articles)


class ShowsSource:
    """Shows a quotation with the words around it, also when the article has changed or gone since."""

    def __init__(self, library: Library, asks: Asks) -> None:
        self._library = library
        self._asks = asks

    async def __call__(self, request: ShowSource, call: Invocation) -> AsyncIterator[Reply]:
        asked = await self._asked(request, call)
        if not 1 <= request.number <= len(asked.quoted):
            there = f"It has {len(asked.quoted)}." if asked.quoted else "It quoted nothing."
            raise NotFound(f"That answer has no source {request.number}.", there)
        quoted = asked.quoted[request.number - 1]
        revision = await self._library.revision(scope_of(call), quoted.revision)
        current = await self._library.current(scope_of(call), [quoted.article])
        yield replies.in_place(request.number, quoted, revision, current.get(quoted.article))

    async def _asked(self, request: ShowSource, call: Invocation) -> Asked:
        if request.ask is not None:
            return await self._asks.asked(call.place, request.ask)
        recent = await self._asks.recent(call.place, 1)
        if not recent:
            raise NotFound("There is no answer yet whose sources I could show.", "Ask a question first.")
        return recent[0]


class KeepsRating:
    """Keeps whether an answer helped."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks

    async def __call__(self, request: Rate, call: Invocation) -> AsyncIterator[Reply]:
        await self._asks.rate(call.place, request.ask, call.member.id, helpful=request.helpful)
        yield replies.thanks(helpful=request.helpful)
