"""One stay on Discord: logs in, registers the commands, listens, delivers, and leaves in good order."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from bot.outbox import Deliveries
from bot.platforms.discord.client import (
    Access,
    Here,
    Listener,
    Lost,
    Pace,
    RostrumClient,
    close_strays,
    fatal,
    invite_link,
)
from bot.platforms.discord.failures import words
from bot.platforms.discord.memory import MOST_IDENTIFIES, Identifies, Memory
from bot.platforms.discord.watchdog import Watchdog
from bot.ports import Clock, Outbox, Poster

log = logging.getLogger(__name__)

_LONGEST_RETRY_S = 300.0
_SLACK_S = 2.0
_UNREACHED = (OSError, TimeoutError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound)
"""What may have passed in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who works over a connection: who hears people, who posts, and who registers which commands."""

    listener: Callable[[RostrumClient], Listener]
    poster: Callable[[RostrumClient], Poster]
    commands: Sequence[Mapping[str, Any]]
    register: Callable[[RostrumClient, Sequence[Mapping[str, Any]], int | None], Awaitable[None]]
    here: Here | None = None


class Service:
    """The bot on Discord, from the log-in to the last message."""

    def __init__(
        self,
        access: Access,
        memory: Memory,
        outbox: Outbox,
        clock: Clock,
        crew: Crew,
        say: Callable[[str], None],
        *,
        pace: Pace | None = None,
        most_identifies: int = MOST_IDENTIFIES,
    ) -> None:
        self._access = access
        self._memory = memory
        self._outbox = outbox
        self._crew = crew
        self._say = say
        self._pace = pace or Pace()
        self._identifies = Identifies(memory, clock.now, most_identifies)
        self._client: RostrumClient | None = None
        self._holding: asyncio.Task[None] | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set. Raises OperatorError and others when that cannot go on."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(self._serve(ended, stopping))
        asked = asyncio.create_task(stopping.wait())
        ends: list[asyncio.Future[Any]] = [ended, serving, asked]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._leave(serving, asked)
        errors = [one.exception() for one in ends if one.done() and not one.cancelled()]
        for error in filter(None, errors):
            raise error

    async def _leave(self, serving: asyncio.Task[None], asked: asyncio.Task[Any]) -> None:
        """First nothing more is heard, then the last is said, then the connection is closed."""
        asked.cancel()
        if self._client:
            await self._client.hush()
        serving.cancel()
        await asyncio.wait([serving], timeout=self._pace.last_words_s + _SLACK_S)
        if self._client:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.close_s):
                    await self._client.close()
        if self._holding:
            self._holding.cancel()
            await asyncio.wait([self._holding], timeout=1)
            if self._holding.done() and not self._holding.cancelled():
                self._holding.exception()  # told already, or of no more concern
        await close_strays()

    async def _serve(self, ended: asyncio.Future[None], stopping: asyncio.Event) -> None:
        client = await self._logged_in(ended)
        client.listener = self._crew.listener(client)
        await self._register(client)
        await asyncio.sleep(self._identifies.pause_s(self._pace.longest_start_pause_s))
        await _first(self._connect(client), self._work(client, stopping))

    async def _logged_in(self, ended: asyncio.Future[None]) -> RostrumClient:
        wait = self._pace.retry_s
        while True:
            client = self._client = RostrumClient(
                self._access, self._identifies, self._pace, ended, self._crew.here
            )
            try:
                await client.login(self._access.token)
            except (*_UNREACHED, discord.LoginFailure) as error:
                await client.close()
                if end := fatal(error):
                    raise end from error
                log.warning("Discord cannot be reached, next try in %.0f s: %s", wait, words(error))
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_RETRY_S)
            else:
                return client

    async def _register(self, client: RostrumClient) -> None:
        """Register the commands where they differ from those registered last."""
        wanted = self._fingerprint(client)
        if self._memory.get("commands") == wanted:
            return
        try:
            await self._crew.register(client, self._crew.commands, self._access.dev_server)
        except _UNREACHED as error:
            log.error("Discord: the commands are not registered, next try at the next start: %s", error)
            return
        self._memory.keep("commands", wanted)

    def _fingerprint(self, client: RostrumClient) -> str:
        registered = [client.application_id, self._access.dev_server, self._crew.commands]
        return hashlib.sha256(json.dumps(registered, sort_keys=True).encode()).hexdigest()

    async def _connect(self, client: RostrumClient) -> None:
        wait = self._pace.retry_s
        while True:
            try:
                await self._held(client)
            except (*_UNREACHED, discord.DiscordException) as error:
                if end := fatal(error):
                    raise end from error
                if client.is_closed():
                    raise Lost(f"The connection to Discord ended: {words(error)}.") from error
                log.warning("Discord cannot be reached, next try in %.0f s: %s", wait, words(error))
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_RETRY_S)
            except Exception as fault:  # discord.py hands on whatever its reading of an event raises
                log.error("the connection to Discord ended", exc_info=fault)
                raise Lost(f"The connection to Discord ended: {words(fault)}.") from fault
            else:
                raise Lost("The connection to Discord ended.")

    async def _held(self, client: RostrumClient) -> None:
        """Hold the connection in a task of its own: discord.py may swallow that somebody cancels it."""
        self._holding = asyncio.create_task(client.connect())
        await asyncio.wait([self._holding])
        self._holding.result()

    async def _work(self, client: RostrumClient, stopping: asyncio.Event) -> None:
        await client.connected.wait()
        self._greet(client)
        deliveries = Deliveries(self._outbox, self._crew.poster(client))
        watchdog = Watchdog(client.deaf, client.begin_anew, self._pace.watch_s)
        try:
            async with deliveries.under_way(self._pace.deliver_s):
                await watchdog.run()
        finally:
            if stopping.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.last_words_s):
                        await deliveries.deliver()

    def _greet(self, client: RostrumClient) -> None:
        assert client.user is not None  # known since the log-in
        assert client.application_id is not None
        count = len(client.guilds)
        said = f"Connected to Discord as {client.user}, in {count} server{'s' if count != 1 else ''}."
        if not count or not self._memory.get("invited"):
            said += f" Invite link: {invite_link(client.application_id)}"
            self._memory.keep("invited", True)
        self._say(said)


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Do all at once until the first of them ends, and end as it does."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
