"""Embedding the articles while somebody waits, with its progress."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.features.library import reply as replies
from bot.features.library.command import EmbedArticles
from bot.ports import Embedding


class EmbedsArticles:
    """Embeds every passage that is not, of all communities."""

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding

    async def __call__(self, request: EmbedArticles, call: Invocation) -> AsyncIterator[Reply]:
        before = None
        async for progress in self._embedding.finish():
            before = progress if before is None else before
            yield replies.embedding(progress)
        if before is not None:
            yield replies.embedded(progress, progress.done - before.done)
