"""What a member may do here: from Discord's permissions and the roles that a community has chosen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import discord

from bot.chat.choices import Choices
from bot.chat.invocation import Member, Role
from bot.errors import NotAllowed, Passing, StoreError
from bot.plain import one_line
from bot.ports import Communities

_LONGEST_NAME = 80
_CANNOT_SEE = "I cannot see right now what you may do here.", "Try again in a moment."


def role_of(permissions: discord.Permissions, role_ids: Collection[int], choices: Choices) -> Role:
    """The highest role that permissions, or the community's roles, give."""
    if permissions.administrator or permissions.manage_guild:
        return Role.ADMIN
    if permissions.manage_threads or _has(role_ids, choices.moderators):
        return Role.MODERATOR
    if permissions.manage_messages or _has(role_ids, choices.contributors):
        return Role.CONTRIBUTOR
    return Role.MEMBER


def _has(role_ids: Collection[int], chosen: str | None) -> bool:
    return chosen is not None and any(str(role) == chosen for role in role_ids)


async def member_of(
    user: discord.User | discord.Member,
    permissions: discord.Permissions | None,
    community: str,
    communities: Communities,
) -> Member:
    """A person as they stand here, now; `permissions` are theirs in the channel, `None` in a direct one.

    Raises NotAllowed for those in time-out, and Passing where nobody can tell what they may do.
    """
    if permissions is None:
        return Member(id=str(user.id), name=name_of(user))
    if not isinstance(user, discord.Member):
        raise Passing(*_CANNOT_SEE)
    if user.is_timed_out():
        raise NotAllowed("You are timed out here.", "When that ends, I hear you again.")
    choices = await _choices(community, communities)
    role = role_of(permissions, role_ids(user), choices)
    return Member(id=str(user.id), name=name_of(user), role=role)


async def _choices(community: str, communities: Communities) -> Choices:
    try:
        return await communities.choices(community)
    except (Passing, StoreError) as error:
        raise Passing(*_CANNOT_SEE) from error


def role_ids(member: discord.Member) -> Collection[int]:
    """The ids of a member's roles, as Discord sent them, and that of everyone's.

    `Member.roles` leaves out those that it cannot find in a server that is not known yet.
    """
    return (member.guild.id, *member._roles)


def permissions_in(channel: Any, member: discord.User | discord.Member) -> discord.Permissions:
    """What a member may do in a channel of a server. Raises Passing where it cannot be worked out."""
    if not isinstance(member, discord.Member) or not isinstance(
        channel, discord.abc.GuildChannel | discord.Thread
    ):
        raise Passing(*_CANNOT_SEE)
    if channel.guild.get_role(channel.guild.id) is None:  # the role of everyone: the server is not known yet
        raise Passing(*_CANNOT_SEE)
    try:
        return channel.permissions_for(member)
    except discord.ClientException as error:
        raise Passing(*_CANNOT_SEE) from error


def name_of(user: discord.abc.User) -> str:
    """What a person is called here, on one line."""
    return one_line(user.display_name)[:_LONGEST_NAME].strip() or str(user.id)
