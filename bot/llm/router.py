"""Asks one endpoint after the other until one answers: in turn, within the limits, by one deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from typing import Any

from bot.endpoint import DEFAULT, Endpoint
from bot.errors import ModelError
from bot.llm.breaker import Breaker
from bot.llm.charging import Charging
from bot.llm.client import Client
from bot.llm.errors import ConnectFailed, EndpointError, TookTooLong
from bot.llm.line import Line
from bot.llm.whole import gathered, with_one_repair
from bot.model import Completion, Event, Meanwhile, Model, Notice, Payer, Request, Started, Text
from bot.ports import Ledger

log = logging.getLogger(__name__)

AT_ONCE, AT_ONCE_LOCAL = 8, 1
GREETING_S = 2.0
"""How long a name is waited for that is only to be shown."""


@dataclass(slots=True)
class _Desk:
    """An endpoint with what keeps order before it."""

    client: Client
    line: Line
    breaker: Breaker


class Router:
    """`ports.LanguageModel` over the clients of all endpoints.

    Where none is named, the default one is asked, then those of `fallback`, never one that nobody meant for
    it.
    """

    def __init__(
        self,
        clients: Callable[[], Awaitable[Sequence[Client]]],
        ledger: Ledger,
        *,
        fallback: Sequence[str] = (),
    ) -> None:
        self._clients = clients
        self._charging = Charging(ledger)
        self._fallback = fallback
        self._desks: dict[str, _Desk] = {}

    async def close(self) -> None:
        """Wait until every call is settled."""
        await self._charging.close()

    async def is_there(self) -> bool:
        """Whether an endpoint is set or was found; whether it works shows when it is asked."""
        return bool(await self._clients())

    async def models(self, *, every: bool = False) -> tuple[Model, ...]:
        """The models in the order of trying; one whose name nobody could tell in time is named "".

        With `every`, those follow that are asked only by name.
        """
        until = asyncio.get_running_loop().time() + GREETING_S
        clients = await self._chain()
        if every:
            clients += [client for client in await self._clients() if client not in clients]
        return tuple(await asyncio.gather(*(_named(client, until) for client in clients)))

    async def endpoints(self) -> list[Endpoint]:
        """The endpoints in the order of trying."""
        return [client.endpoint for client in await self._chain()]

    def stream(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> AbstractAsyncContextManager[AsyncGenerator[Event, None]]:
        """The events of an answer as they come; only from `endpoint`, where it is named."""
        until = asyncio.get_running_loop().time() + within_s
        return aclosing(self._events(request, payer, until, endpoint))

    async def complete(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> Completion:
        """The whole answer at once."""
        async with self.stream(request, payer, within_s=within_s, endpoint=endpoint) as events:
            return await gathered(events)

    async def complete_json(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> tuple[Any, Model]:
        """The answer as the JSON value that `request.schema` asks for, and who gave it."""
        until = asyncio.get_running_loop().time() + within_s

        async def complete(asked: Request) -> Completion:
            async with aclosing(self._events(asked, payer, until, endpoint)) as events:
                return await gathered(events)

        return await with_one_repair(request, complete)

    async def _events(
        self, request: Request, payer: Payer, until: float, endpoint: str | None
    ) -> AsyncGenerator[Event, None]:
        failures: dict[str, ModelError] = {}
        loop = asyncio.get_running_loop()
        for desk in await self._in_order(endpoint):
            if failures and loop.time() >= until:
                break
            if refusal := desk.breaker.refusal(loop.time()):
                failures[desk.client.endpoint.name] = refusal
                continue
            said, failed = False, tuple(failures)
            try:
                async with aclosing(self._at(desk, request, payer, until)) as events:
                    async for event in events:
                        said = type(event) is Text or (said and type(event) is not Started)
                        yield replace(event, instead_of=failed) if type(event) is Started else event
                desk.breaker.succeeded()
                return
            except EndpointError as error:
                desk.breaker.failed(error, loop.time())
                # Whoever asks is told. Its words stay out of the log: endpoints repeat what they were sent.
                log.info(
                    "endpoint failed name=%s code=%s status=%s request=%s",
                    desk.client.endpoint.name, error.code, error.status, error.request_id or None,
                )  # fmt: skip
                failures[desk.client.endpoint.name] = error
                if said:
                    raise
            except BaseException:  # whoever leaves, too, must not leave the breaker waiting for a probe
                desk.breaker.gave_up()
                raise
        raise _all_failed(list(failures.values()))

    async def _in_order(self, endpoint: str | None) -> list[_Desk]:
        if endpoint is None:
            return [self._desk(client) for client in await self._chain()]
        clients = await self._clients()
        named = [self._desk(client) for client in clients if client.endpoint.name == endpoint]
        if not named:
            names = ", ".join(client.endpoint.name for client in clients) or "none"
            raise ModelError(f"There is no endpoint {endpoint}.", f"There is: {names}.")
        return named

    async def _chain(self) -> list[Client]:
        """The default endpoint (the first, where none is called so), then those to fall back on."""
        clients = {client.endpoint.name: client for client in await self._clients()}
        names = dict.fromkeys([DEFAULT if DEFAULT in clients else next(iter(clients), ""), *self._fallback])
        return [clients[name] for name in names if name in clients]

    def _desk(self, client: Client) -> _Desk:
        desk = self._desks.get(client.endpoint.name)
        if desk is None or desk.client is not client:
            endpoint = client.endpoint
            at_once = endpoint.at_once or (AT_ONCE_LOCAL if endpoint.is_local else AT_ONCE)
            desk = _Desk(client, Line(endpoint.host, at_once), Breaker(endpoint.host))
            self._desks[endpoint.name] = desk
        return desk

    async def _at(
        self, desk: _Desk, request: Request, payer: Payer, until: float
    ) -> AsyncGenerator[Event, None]:
        """Ask one endpoint when it is one's turn."""
        host = desk.client.endpoint.host
        async with aclosing(desk.line.places()) as places:
            while place := await _next(places, host, until):
                yield Notice(Meanwhile.QUEUED, f"Number {place} in the queue for {host}")
        try:
            async with aclosing(self._counted(desk.client, request, payer, until)) as events:
                async for event in events:
                    yield event
        finally:
            desk.line.leave()

    async def _counted(
        self, client: Client, request: Request, payer: Payer, until: float
    ) -> AsyncGenerator[Event, None]:
        """Ask, with the tokens reserved before and settled after."""
        call = await client.prepare(request, until)
        charged = self._charging.call(
            payer, call.reserves, endpoint=client.endpoint, model=call.model, purpose=request.purpose
        )
        async with charged as charge:
            try:
                async with client.stream(call, until) as events:
                    async for event in events:
                        yield event
            finally:
                charge.usage = call.used


async def _next(places: AsyncGenerator[int, None], host: str, until: float) -> int | None:
    """One's next place in a queue; `None` when it is one's turn. Raises TookTooLong."""
    try:
        async with asyncio.timeout_at(until):
            return await anext(places, None)
    except TimeoutError:
        raise TookTooLong(f"The queue for {host} is too long.", "Ask again later.", kind="queue") from None


async def _named(client: Client, until: float) -> Model:
    try:
        return client.named(await client.model_name(until))
    except ModelError as error:
        return replace(client.named(""), problem=str(error))


def _all_failed(failures: Sequence[ModelError]) -> ModelError:
    """What to tell when no endpoint answered: the first failure that somebody can mend, else the first."""
    if not failures:
        return ConnectFailed("There is no model here.", "Start a local one, or set LLM_BASE_URL.")
    mendable = (error for error in failures if not isinstance(error, ConnectFailed | TookTooLong))
    return next(mendable, failures[0])
