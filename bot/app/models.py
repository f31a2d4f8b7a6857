"""Everything that asks model endpoints, put together."""

from __future__ import annotations

from bot.llm.checkup import EndpointsCheckup
from bot.llm.discover import discover
from bot.llm.embedder import EndpointEmbedder
from bot.llm.endpoints import Endpoints
from bot.llm.router import Router
from bot.ports import Clock, Ledger
from bot.settings import Settings


class Models:
    """Everything that asks model endpoints, made from the settings."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock) -> None:
        memory = settings.data / "endpoints.json"
        self._endpoints = Endpoints(
            settings.endpoints,
            clock,
            discover=discover if settings.discover and not settings.endpoints else None,
            adopted=settings.adopted,
            memory=memory,
        )
        self.router = Router(self._endpoints.all, ledger, fallback=settings.fallback)
        self._embeddings = self._endpoints.client(settings.embeddings) if settings.embeddings else None
        self.embedder = EndpointEmbedder(self._embeddings, ledger) if self._embeddings else None
        embeddings = (self._embeddings, self.embedder) if self._embeddings and self.embedder else None
        self.checkup = EndpointsCheckup(self._endpoints.all, self.router, embeddings)

    async def sees(self) -> tuple[str, ...] | None:
        """The hosts that questions and passages are sent to; `None` where no model is asked anything."""
        asked = await self.router.endpoints()
        if self._embeddings:
            asked.append(self._embeddings.endpoint)
        if not asked:
            return None
        return tuple(dict.fromkeys(to for endpoint in asked if (to := endpoint.sends_to)))

    async def close(self) -> None:
        """Settle every call and let go of every connection."""
        await self.router.close()
        if self.embedder:
            await self.embedder.close()
        await self._endpoints.close()
        if self._embeddings:
            await self._embeddings.close()
