"""Vectors from an endpoint, in batches that it takes, counted like every other call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bot.llm.client import Client
from bot.llm.errors import TookTooLong
from bot.llm.prices import cost
from bot.llm.tokens import MARGIN, of_messages
from bot.model import Payer
from bot.ports import Ledger

BATCH, BATCH_LOCAL = 256, 32
"""Texts in one request."""
BATCH_TOKENS = 200_000
"""Tokens in one request, about; hosted endpoints take 300,000."""


class EndpointEmbedder:
    """`ports.Embedder` over one endpoint."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger

    async def name(self) -> str:
        """Endpoint and model, as vectors are kept under. Raises ModelError."""
        endpoint = self._client.endpoint
        until = asyncio.get_running_loop().time() + 5
        size = f" {endpoint.dimensions}" if endpoint.dimensions else ""
        return f"{endpoint.base_url} {await self._client.model_name(until)}{size}"

    async def embed(self, texts: Sequence[str], payer: Payer, *, within_s: float) -> list[list[float]]:
        """A vector for each text, all of one length. Raises ModelError, LimitReached."""
        until = asyncio.get_running_loop().time() + within_s
        size = BATCH_LOCAL if self._client.endpoint.is_local else BATCH
        made: list[list[float]] = []
        for batch in _batches(texts, size):
            made += await self._batch(batch, payer, until)
        return made

    async def _batch(self, texts: Sequence[str], payer: Payer, until: float) -> list[list[float]]:
        endpoint = self._client.endpoint
        model = await self._client.model_name(until)
        tokens = int(of_messages(list(texts)) * MARGIN)
        call = await self._ledger.reserve(
            payer, tokens, endpoint=endpoint.name, model=model, purpose="embedding"
        )
        try:
            async with asyncio.timeout_at(until):
                made, usage = await self._client.embed(texts, until)
        except TimeoutError:
            await self._ledger.give_back(call)
            raise TookTooLong(f"{endpoint.host} takes too long.", "Ask again.", kind="embedding") from None
        except BaseException:
            await asyncio.shield(self._ledger.give_back(call))
            raise
        await self._ledger.settle(call, usage, cost(usage, endpoint, model))
        return made


def _batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """The texts in turn, as many at once as an endpoint takes."""
    batch: list[str] = []
    tokens = 0
    for text in texts:
        size = of_messages([text])
        if batch and (len(batch) == most or tokens + size > BATCH_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += size
    if batch:
        yield batch
