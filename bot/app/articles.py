"""The articles that ship with the bot, put into communities."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.knowledge.article import Scope
from bot.ports import Importer, Library
from bot.shipped import shipped

COMMUNITY = "terminal"
"""The community of whoever runs the bot."""


class ShippedArticles:
    """Puts the articles that ship with the bot into communities, each community looked at once."""

    def __init__(self, library: Library, importer: Importer, *, wanted: bool) -> None:
        self._library = library
        self._importer = importer
        self._wanted = wanted
        self._loading: dict[str, asyncio.Lock] = {}
        self._ready: set[str] = set()

    async def ready_for(self, community: str) -> None:
        """See to it that the articles are there; who asks meanwhile waits for the same load."""
        if not self._wanted or community in self._ready:
            return
        async with self._loading.setdefault(community, asyncio.Lock()):
            if community not in self._ready:
                await load_shipped(self._library, self._importer, community)
                self._ready.add(community)
        self._loading.pop(community, None)


async def load_shipped(library: Library, importer: Importer, community: str = COMMUNITY) -> None:
    """Put in the articles that ship with the bot, each once: what somebody removed does not come back."""
    supplied = await library.supplied(community)
    files = {f"shipped:{file.name}": file async for file in importer.files(shipped("articles"))}
    for source in sorted(files.keys() - supplied):
        draft = await importer.read(files[source])
        await library.add(Scope(community=community), replace(draft, source=source, added_by="Rostrum"))
        await library.note_supplied(community, [source])
