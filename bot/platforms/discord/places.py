"""Where something happens on Discord, and what a message says in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.chat.invocation import Place
from bot.errors import InputError

PLATFORM = "discord"
_DIRECT = f"{PLATFORM}-dm:"
_TEXT_DISPLAY = 10


def place_of(channel: Any, guild_id: int | None, user_id: int) -> Place:
    """The place of a channel or a thread, in a server or, with `guild_id` None, among two."""
    if channel is None:
        raise InputError("I do not know this kind of channel.", "Use me in an ordinary one.")
    if guild_id is None:
        return Place(platform=PLATFORM, community=f"{_DIRECT}{user_id}", channel=str(channel.id))
    community = f"{PLATFORM}:{guild_id}"
    if isinstance(channel, discord.Thread):
        return Place(
            platform=PLATFORM, community=community, channel=str(channel.parent_id), thread=str(channel.id)
        )
    return Place(platform=PLATFORM, community=community, channel=str(channel.id))


def is_direct(place: Place) -> bool:
    """Whether it is a conversation with one person."""
    return place.community.startswith(_DIRECT)


def names_in(guild: discord.Guild | None) -> dict[str, str]:
    """What the roles and channels of a server are called, by their ids, as far as they are known."""
    known = (*guild.roles, *guild.channels) if guild else ()
    return {str(one.id): one.name for one in known}


def text_of(message: Mapping[str, Any]) -> str:
    """What a message says, as Discord sent it: its content, or the texts of its components."""
    content = str(message.get("content") or "").strip()
    return content or "\n".join(_texts(message.get("components") or ()))


def _texts(components: Any) -> Iterator[str]:
    for component in components:
        if component.get("type") == _TEXT_DISPLAY:
            yield str(component.get("content", ""))
        yield from _texts(component.get("components") or ())
