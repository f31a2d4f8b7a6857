"""Vectors from an endpoint, counted like every other call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.llm.charging import Charging, was_taken_up
from bot.llm.client import Client
from bot.llm.tokens import MARGIN, of_messages
from bot.model import Payer, Usage
from bot.ports import Ledger

NAME_S = 5.0
"""How long the name of the model is waited for."""


class EndpointEmbedder:
    """`ports.Embedder` over one endpoint. All texts go in one request, so callers bring few at a time."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._charging = Charging(ledger)

    async def close(self) -> None:
        """Wait until every call is settled."""
        await self._charging.close()

    async def name(self) -> str:
        """Endpoint and model, as vectors are kept under. Raises ModelError."""
        endpoint = self._client.endpoint
        until = asyncio.get_running_loop().time() + NAME_S
        size = f" {endpoint.dimensions}" if endpoint.dimensions else ""
        return f"{endpoint.base_url} {await self._client.model_name(until)}{size}"

    async def embed(self, texts: Sequence[str], payer: Payer, *, within_s: float) -> list[list[float]]:
        """A vector for each text, all of one length. Raises ModelError, LimitReached."""
        if not texts:
            return []
        until = asyncio.get_running_loop().time() + within_s
        model = await self._client.model_name(until)
        tokens = of_messages(list(texts))
        charged = self._charging.call(
            payer, int(tokens * MARGIN), endpoint=self._client.endpoint, model=model, purpose="embedding"
        )
        async with charged as charge:
            try:
                made, charge.usage = await self._client.embed(texts, until)
            except BaseException as error:  # cancelled or not, the endpoint may have taken it up
                if was_taken_up(error):
                    charge.usage = Usage(prompt=tokens, answer=0, estimated=True)
                raise
        return made
