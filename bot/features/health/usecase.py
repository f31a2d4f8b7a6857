"""Reads the database and the index once; what fails there is an error with its exit code."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chat.invocation import Invocation
from bot.chat.reply import Prose, Reply, reply
from bot.features.health.command import Health
from bot.ports import Library, WordSearch, scope_of


class ChecksHealth:
    """Tells that all is well, or fails."""

    def __init__(self, library: Library, search: WordSearch) -> None:
        self._library = library
        self._search = search

    async def __call__(self, request: Health, call: Invocation) -> AsyncIterator[Reply]:
        articles = await self._library.count(scope_of(call))
        await self._search.find(scope_of(call), "health", limit=1)
        yield reply(
            Prose(f"All is well: {articles} articles."),
            data={"healthy": True, "articles": articles},
        )
