"""Names the permission that is missing where Discord does not let the bot write, and where to grant it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.errors import RostrumError
from bot.plain import one_line

_NO_ACCESS, _NO_PERMISSION = 50001, 50013
_LONGEST_NAME = 100
_TITLES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}


def lacking(error: BaseException, channel: Any, granted: discord.Permissions | None) -> RostrumError | None:
    """What to say of an error where it tells of a missing permission; `granted` are the bot's, if known."""
    if not isinstance(error, discord.HTTPException) or error.code not in (_NO_ACCESS, _NO_PERMISSION):
        return None
    return _refused(_missing(error.code, channel, granted), channel)


def mute(channel: Any, granted: discord.Permissions) -> RostrumError | None:
    """What to say where a debate cannot be held, since the bot lacks what that takes."""
    in_thread = isinstance(channel, discord.Thread)
    kept = ("send_messages", "create_public_threads") if in_thread else ()
    lacks = [name for name in _TITLES if name not in kept and not getattr(granted, name)]
    return _refused(lacks, channel) if lacks else None


def _refused(lacks: Sequence[str], channel: Any) -> RostrumError:
    wanted = " and ".join(f"“{_TITLES[name]}”" for name in lacks)
    name = one_line(getattr(channel, "name", None) or "")[:_LONGEST_NAME]
    where = f"in #{name}" if name else "in that channel"
    hint = f"Grant me {wanted} there: Edit Channel → Permissions."
    return RostrumError(f"I may not write {where}.", hint, code="E-PERMISSION")


def _missing(code: int, channel: Any, granted: discord.Permissions | None) -> list[str]:
    writing = "send_messages_in_threads" if isinstance(channel, discord.Thread) else "send_messages"
    needed = ["view_channel", writing, "attach_files"]
    lacks = [name for name in needed if granted is not None and not getattr(granted, name)]
    return lacks or ["view_channel" if code == _NO_ACCESS else writing]


def granted_to_bot(channel: Any) -> discord.Permissions | None:
    """What the bot may do in a channel, as far as that is known here."""
    guild = getattr(channel, "guild", None)
    if guild is None or guild.me is None or guild.get_role(guild.id) is None:
        return None
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return None
    permissions: discord.Permissions = channel.permissions_for(guild.me)
    return permissions
