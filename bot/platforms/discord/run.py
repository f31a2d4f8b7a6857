"""Puts the bot on Discord together, and runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.dispatch import Dispatch
from bot.platforms.discord.asking import Asking
from bot.platforms.discord.client import Access, Here, RostrumClient
from bot.platforms.discord.forms import Forms
from bot.platforms.discord.memory import Memory
from bot.platforms.discord.post import DiscordPoster
from bot.platforms.discord.receive import Receiver
from bot.platforms.discord.register import payloads, sync
from bot.platforms.discord.service import Crew, Service
from bot.ports import Asks, Clock, Communities, Debates, Outbox, Seen


class Inside(Protocol):
    """What of the inside works over a connection."""

    @property
    def dispatch(self) -> Dispatch:
        """Where what people do goes."""

    @property
    def outbox(self) -> Outbox:
        """What is to be said."""

    @property
    def asks(self) -> Asks:
        """What was asked."""

    @property
    def debates(self) -> Debates:
        """What is debated."""

    @property
    def seen(self) -> Seen:
        """What was heard already."""

    @property
    def communities(self) -> Communities:
        """What communities have chosen."""

    @property
    def clock(self) -> Clock:
        """What time it is."""

    @property
    def here(self) -> Here:
        """Is told which communities there are."""


async def serve(
    access: Access, inside: Inside, memory: Path, say: Callable[[str], None], stopping: asyncio.Event
) -> None:
    """Be the bot on Discord until `stopping` is set. Raises RostrumError when that cannot go on."""
    crew = _crew(access, inside)
    remembered = await asyncio.to_thread(Memory, memory)
    await Service(access, remembered, inside.outbox, inside.clock, crew, say).run(stopping)


def _crew(access: Access, inside: Inside) -> Crew:
    forms = Forms(inside.dispatch.catalog)
    asking = Asking(inside.asks, inside.debates, inside.outbox, goes_on=access.message_content)
    receiver = Receiver(inside.dispatch, inside.communities, inside.seen, forms, asking)
    return Crew(
        listener=lambda client: receiver,
        poster=lambda client: DiscordPoster(client, inside.outbox),
        commands=payloads(inside.dispatch.catalog),
        register=_register,
        here=inside.here,
    )


async def _register(client: RostrumClient, commands: Sequence[Mapping[str, Any]], server: int | None) -> None:
    assert client.application_id is not None  # known since the log-in
    await sync(client.http, client.application_id, commands, server)
