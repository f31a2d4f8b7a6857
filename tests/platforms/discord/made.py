"""Servers, members, channels and messages as discord.py makes them of what Discord sends, offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

GUILD, ANN, BOT, MODERATORS, CONTRIBUTORS = 100, 7, 1, 201, 202


def server(*, known: bool = True) -> discord.Guild:
    """A server as Discord tells of it; of one that is not known yet, nothing but its id."""
    client = discord.Client(intents=discord.Intents(guilds=True))
    client._connection.user = discord.ClientUser(state=client._connection, data=person(BOT, "rostrum"))
    state = client._connection
    roles: list[dict[str, Any]] = [role(GUILD, "@everyone"), role(MODERATORS, "mods")]
    data: Any = {"id": str(GUILD), "name": "Town", "roles": roles}
    unknown: Any = {"id": str(GUILD), "unavailable": True}
    guild = discord.Guild(data=data if known else unknown, state=state)
    guild._add_member(
        discord.Member._from_client_user(user=client._connection.user, guild=guild, state=state)
    )
    return guild


def role(number: int, name: str) -> dict[str, Any]:
    return {
        "id": str(number),
        "name": name,
        "position": 0,
        "permissions": "0",
        "flags": 0,
        "color": 0,
        "colors": {"primary_color": 0},
        "hoist": False,
        "managed": False,
        "mentionable": False,
    }


def ann(guild: discord.Guild, roles: Sequence[int] = (), **more: Any) -> discord.Member:
    data: Any = {"user": person(ANN, "ann"), **membership(roles), **more}
    return discord.Member(data=data, guild=guild, state=guild._state)


def membership(roles: Sequence[int] = ()) -> dict[str, Any]:
    return {
        "roles": [str(one) for one in roles],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "flags": 0,
        "deaf": False,
        "mute": False,
    }


def person(number: int, name: str) -> Any:
    return {
        "id": str(number),
        "username": name,
        "discriminator": "0",
        "global_name": name.title(),
        "avatar": None,
    }


def channel(guild: discord.Guild, **more: Any) -> discord.TextChannel:
    data: Any = {"id": "300", "type": 0, "name": "hall", "position": 0, **more}
    made = discord.TextChannel(state=guild._state, guild=guild, data=data)
    guild._add_channel(made)
    return made


def thread(guild: discord.Guild, number: int = 400) -> discord.Thread:
    meta = {
        "archived": False,
        "auto_archive_duration": 1440,
        "archive_timestamp": "2026-01-01T00:00:00+00:00",
    }
    data: Any = {
        "id": str(number),
        "type": 11,
        "name": "a thread",
        "parent_id": "300",
        "owner_id": str(BOT),
        "message_count": 1,
        "member_count": 1,
        "thread_metadata": {**meta, "locked": False},
    }
    return discord.Thread(guild=guild, state=guild._state, data=data)


def message(where: Any, content: str, **more: Any) -> discord.Message:
    data: Any = {
        "id": "900",
        "channel_id": str(where.id),
        "author": person(ANN, "ann"),
        "content": content,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "components": [],
        **({"guild_id": str(GUILD), "member": membership()} if where.guild else {}),
        **more,
    }
    return discord.Message(state=where._state, channel=where, data=data)


def direct() -> discord.DMChannel:
    state = server()._state
    data: Any = {"id": "500", "type": 1, "recipients": [person(ANN, "ann")]}
    assert isinstance(state.user, discord.ClientUser)
    return discord.DMChannel(me=state.user, state=state, data=data)
