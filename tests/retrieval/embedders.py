"""An embedder that behaves: near vectors for like texts, and whatever can go wrong with a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.errors import LimitReached, ModelError
from bot.model import Payer
from tests.fakes.vectors import vector

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 2, tzinfo=UTC)


class FakeEmbedder:
    """`ports.Embedder`: texts with the same stems get the same vector.

    `fails` is raised by every call; `refused` words make a text that is refused; when it `is_limited`, the
    day is used up. While `open` is not set, calls hang; `entered` tells that one does. `means` says of a
    text that it has the vector of another one.
    """

    def __init__(self, *, dimensions: int = 256) -> None:
        self.model = "small"
        self.dimensions = dimensions
        self.fails: ModelError | None = None
        self.refused: set[str] = set()
        self.is_limited = False
        self.means: dict[str, str] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()
        self.batches: list[list[str]] = []
        self.payers: list[Payer] = []

    @property
    def texts(self) -> list[str]:
        """Every text that was asked about."""
        return [text for batch in self.batches for text in batch]

    async def name(self) -> str:
        return f"http://here/v1 {self.model}"

    async def embed(self, texts: Sequence[str], payer: Payer, *, within_s: float) -> list[list[float]]:
        self.batches.append(list(texts))
        self.payers.append(payer)
        self.entered.set()
        await self.open.wait()
        if self.is_limited:
            raise LimitReached(MIDNIGHT, NOON, "for everybody together")
        if self.fails:
            raise self.fails
        if any(word in text for word in self.refused for text in texts):
            raise ModelError("The endpoint refuses that text.", status=400)
        return [vector(self.means.get(text, text), self.dimensions) for text in texts]
