"""What people do with articles: list, show, remove, and see a revision's exact text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.features.library import reply as replies
from bot.features.library.command import ListArticles, RemoveArticle, RevisionText, ShowArticle
from bot.ports import Library, scope_of


class ListsArticles:
    """Lists the visible articles, newest first."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(self, request: ListArticles, call: Invocation) -> AsyncIterator[Reply]:
        found = await self._library.articles(scope_of(call), request.words or "")
        yield replies.listed(found, request.words or "", request.limit)


class ShowsArticle:
    """Shows an article and the passages that search finds."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(self, request: ShowArticle, call: Invocation) -> AsyncIterator[Reply]:
        article = await self._library.article(scope_of(call), request.article)
        passages = await self._library.passages(scope_of(call), article.id)
        corrections = await self._library.corrections(scope_of(call), [article.id])
        yield replies.article(article, passages, corrections.get(article.id, ()))


class RemovesArticle:
    """Takes an article out, after one more question."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(self, request: RemoveArticle, call: Invocation) -> AsyncIterator[Reply]:
        article = await self._library.article(scope_of(call), request.article)
        if call.asks_back and request.sure is None:
            yield replies.sure_to_remove(article)
        elif request.sure is False:
            yield replies.kept(article)
        else:
            yield replies.removed(await self._library.remove(scope_of(call), article.id))


class PrintsRevision:
    """Prints the words of a revision."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(self, request: RevisionText, call: Invocation) -> AsyncIterator[Reply]:
        revision = await self._library.revision(scope_of(call), request.revision)
        yield replies.exact_text(revision)


class ArticleTitles:
    """Completes the title of an article."""

    source = "article"

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        found = await self._library.articles(scope_of(call), typed, limit=25)
        return [article.particulars.title for article in found]
