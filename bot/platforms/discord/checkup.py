"""Looks whether Discord lets the bot in, and what it lets it read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord

from bot.platforms.discord.client import Access, fatal, intents, invite_link, no_intent, use
from bot.ports import Point, State

_PATIENCE_S = 20.0


class DiscordCheckup:
    """`ports.Checkup` over the API alone: no session is begun, so a bot that runs is not disturbed."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def points(self) -> AsyncIterator[Point]:
        """The token; then the way into servers, and what may be read."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                application, name = await self._application()
        except (OSError, TimeoutError, aiohttp.ClientError, discord.DiscordException) as error:
            yield _refused(error)
            return
        yield _point("token", State.GOOD, f"Accepted; the bot is called {name}.")
        servers = application.approximate_guild_count
        state = State.GOOD if servers else State.DOUBTFUL
        link = f"Invite link: {invite_link(application.id)}"
        count = f"In {servers} server{'s' if servers != 1 else ''}."
        yield _point("servers", state, f"{count} {link}", "Open the link and choose a server.")
        yield self._message_content(application.flags)

    async def _application(self) -> tuple[discord.AppInfo, str]:
        use(self._access)
        async with discord.Client(intents=intents(self._access)) as client:
            await client.login(self._access.token)
            return await client.application_info(), str(client.user)

    def _message_content(self, flags: discord.ApplicationFlags) -> Point:
        if not self._access.message_content:
            return _point("message content", State.GOOD, "Off; I hear commands, buttons and mentions.")
        if flags.gateway_message_content or flags.gateway_message_content_limited:
            return _point("message content", State.GOOD, "On; I also hear further questions in my threads.")
        error = no_intent()
        return _point("message content", State.BAD, error.message, error.hint)


def _refused(error: Exception) -> Point:
    if end := fatal(error):
        return _point("token", State.BAD, f"{end.message} ({end.code})", end.hint)
    words = f"{error}".rstrip(".") or type(error).__name__
    return _point(
        "connection",
        State.BAD,
        f"Discord cannot be reached: {words}.",
        "Look at the network, then try again.",
    )


def _point(what: str, state: State, found: str, to_do: str = "") -> Point:
    return Point(part="Discord", what=what, state=state, found=found, to_do=to_do)
