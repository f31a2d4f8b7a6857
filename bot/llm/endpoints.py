"""The clients of all endpoints: those that the operator set, else what is found on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

from bot.endpoint import DEFAULT, Endpoint
from bot.llm.client import Client
from bot.llm.discover import recognised
from bot.llm.memory import Memory
from bot.ports import Clock

LOOK_AGAIN_S = 30.0

Discover = Callable[[], Awaitable[list[Endpoint]]]


def _as_default(found: Endpoint) -> Endpoint:
    return replace(found, name=DEFAULT)


class Endpoints:
    """Makes a client for each endpoint, once. Where none is set, local servers are looked for when asked.

    What was found stays until nobody answers there any more; after that, and after finding nothing, it looks
    again, at the earliest half a minute later, as a server may have been started. The first server found
    stands for the default endpoint, as `adopted` has it.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        clock: Clock,
        *,
        discover: Discover | None = None,
        adopted: Callable[[Endpoint], Endpoint] = _as_default,
        memory: Path | None = None,
    ) -> None:
        self._set = endpoints
        self._clock = clock
        self._discover = discover
        self._adopted = adopted
        self.memory = Memory(clock, memory)
        self._clients: Sequence[Client] = ()
        self._retired: WeakSet[Client] = WeakSet()
        self._looked_at: float | None = None
        self._looking = asyncio.Lock()

    def client(self, endpoint: Endpoint) -> Client:
        """A client for one endpoint."""
        return Client(endpoint, self.memory, self._clock)

    async def all(self) -> Sequence[Client]:
        """The clients in the order of trying."""
        async with self._looking:
            if self._set:
                if not self._clients:
                    self._clients = [*map(self.client, await asyncio.gather(*map(recognised, self._set)))]
            elif self._discover and self._is_due():
                await self._look(self._discover)
            return self._clients

    def _is_due(self) -> bool:
        """Whether something may be there that is not known of, and it was not looked for just now."""
        if self._clients and not any(client.is_dead for client in self._clients):
            return False
        now = asyncio.get_running_loop().time()
        return self._looked_at is None or now - self._looked_at > LOOK_AGAIN_S

    async def _look(self, discover: Discover) -> None:
        self._looked_at = asyncio.get_running_loop().time()
        found = await discover()
        before = self._clients
        known = {client.endpoint.base_url: client for client in before}
        self._clients = [
            client if (client := known.get(one.base_url)) and client.endpoint == one else self.client(one)
            for one in (*map(self._adopted, found[:1]), *found[1:])
        ]
        for client in before:
            if client not in self._clients:
                self._retired.add(client)
                await client.retire()

    async def close(self) -> None:
        """Let go of every connection."""
        for client in (*self._clients, *self._retired):
            await client.close()
