"""A real library with vectors, all of it on SQLite, and an embedder that can be told what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.knowledge.article import Article, Scope
from bot.knowledge.findings import Findings
from bot.retrieval.embedding import PassageEmbedding
from bot.retrieval.hybrid import HybridSearch
from bot.retrieval.search import IndexSearch
from bot.retrieval.vectors import FEW
from bot.storage.opening import Storage, open_storage
from tests.retrieval.embedders import FakeEmbedder
from tests.storage.conftest import Clock, draft

HERE = Scope(community="here", channel="chat")


@dataclass
class World:
    """A data folder, opened, with its searches; `now` is what time searches take it for, in seconds."""

    folder: Path
    storage: Storage
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.embedding = self.another_embedding()
        self.lexical = IndexSearch(self.folder / "index", self.storage.library)
        self.search = self.another_search()

    def another_embedding(self) -> PassageEmbedding:
        """As of one more process."""
        return PassageEmbedding(self.storage.vectors, self.embedder, self.folder / "embedding.lock")

    def another_search(self, within_s: float = 5.0) -> HybridSearch:
        return HybridSearch(
            self.lexical,
            self.storage.vectors,
            self.embedder,
            self.storage.library,
            self.embedding.asking,
            within_s=within_s,
            now=lambda: self.now,
        )

    async def add(self, text: str, scope: Scope = HERE, *, private: bool = False) -> Article:
        """A short article, so that it is one passage."""
        channel = scope.channel if private else None
        said = draft(text, source=f"file:/{text}", title="Notes", channel=channel, language="en")
        return (await self.storage.library.add(scope, said)).article

    async def add_others(self, scope: Scope = HERE, count: int = FEW) -> None:
        """An article of so many passages that share no word with anything else."""
        await self.add("\n\n".join(f"# q{n}\n\nx{n}a x{n}b x{n}c x{n}d" for n in range(count)), scope)

    async def embed(self) -> None:
        """Embed everything."""
        async for _ in self.embedding.finish():
            pass

    async def find(self, query: str, scope: Scope = HERE, limit: int = 10) -> Findings:
        return await self.search.find(scope, query, limit=limit)

    async def lacks(self) -> int:
        """How many passages lack a vector by the present model."""
        progress = await self.storage.vectors.progress(await self.embedder.name())
        return progress.total - progress.done


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Open one."""
    async with open_storage(folder, Clock()) as storage:
        yield World(folder, storage)


def texts(findings: Findings) -> list[str]:
    """What was found, in its order."""
    return [hit.passage.text for hit in findings.hits]


def by_meaning(findings: Findings) -> bool:
    """Whether vectors had a part in it."""
    return findings.usual_cosine is not None
