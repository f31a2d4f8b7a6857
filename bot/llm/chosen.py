"""Asks the endpoint that a community has chosen, where nobody names one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bot.model import Completion, Event, Model, Payer, Request
from bot.ports import Communities, LanguageModel


class ChosenEndpoint:
    """`ports.LanguageModel` over another one: a community's calls go to the endpoint that it has chosen.

    Then that endpoint alone is asked, as it was chosen for who sees the questions.
    """

    def __init__(self, model: LanguageModel, communities: Communities) -> None:
        self._model = model
        self._communities = communities

    async def is_there(self) -> bool:
        """Whether an endpoint is set or was found; whether it works shows when it is asked."""
        return await self._model.is_there()

    async def models(self, *, every: bool = False) -> tuple[Model, ...]:
        """The models that are asked where a community has chosen none; with `every`, all."""
        return await self._model.models(every=every)

    def stream(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """The events of an answer as they come."""
        return self._stream(request, payer, within_s, endpoint)

    @asynccontextmanager
    async def _stream(
        self, request: Request, payer: Payer, within_s: float, endpoint: str | None
    ) -> AsyncGenerator[AsyncIterator[Event], None]:
        named = await self._named(payer, endpoint)
        async with self._model.stream(request, payer, within_s=within_s, endpoint=named) as events:
            yield events

    async def complete(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> Completion:
        """The whole answer at once."""
        named = await self._named(payer, endpoint)
        return await self._model.complete(request, payer, within_s=within_s, endpoint=named)

    async def complete_json(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> tuple[Any, Model]:
        """The answer as the JSON value that `request.schema` asks for, and who gave it."""
        named = await self._named(payer, endpoint)
        return await self._model.complete_json(request, payer, within_s=within_s, endpoint=named)

    async def _named(self, payer: Payer, endpoint: str | None) -> str | None:
        if endpoint is not None:
            return endpoint
        return (await self._communities.choices(payer.community)).endpoint
