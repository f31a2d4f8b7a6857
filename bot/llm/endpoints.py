"""The clients of all endpoints: those that the operator set, else what is found on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.endpoint import DEFAULT, Endpoint
from bot.llm.client import Client
from bot.llm.memory import Memory
from bot.ports import Clock

LOOK_AGAIN_S = 30.0

Discover = Callable[[], Awaitable[list[Endpoint]]]


def _as_default(found: Endpoint) -> Endpoint:
    return replace(found, name=DEFAULT)


class Endpoints:
    """Makes a client for each endpoint, once. Where none is set, local servers are looked for when asked.

    What was found stays; after finding nothing it looks again half a minute later, as a server may have been
    started. The first server found stands for the default endpoint, as `adopted` has it.
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
        self._clock = clock
        self._discover = discover
        self._adopted = adopted
        self.memory = Memory(clock, memory)
        self._clients = [self.client(endpoint) for endpoint in endpoints]
        self._looked_at: float | None = None
        self._looking = asyncio.Lock()

    def client(self, endpoint: Endpoint) -> Client:
        """A client for one endpoint."""
        return Client(endpoint, self.memory, self._clock)

    async def all(self) -> Sequence[Client]:
        """The clients in the order of trying."""
        if self._clients or self._discover is None:
            return self._clients
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if not self._clients and (self._looked_at is None or now - self._looked_at > LOOK_AGAIN_S):
                self._looked_at = now
                found = await self._discover()
                self._clients = [self.client(one) for one in (*map(self._adopted, found[:1]), *found[1:])]
        return self._clients

    async def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients:
            await client.close()
