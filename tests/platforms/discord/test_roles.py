"""What a member may do: permissions, chosen roles, time-outs, and what cannot be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.choices import Choices
from bot.chat.command import RoleId
from bot.chat.invocation import Role
from bot.debating.events import Actor
from bot.errors import NotAllowed, Passing
from bot.platforms.discord.roles import member_of, name_of, permissions_in, role_of
from bot.ports import ChoiceMade
from tests.platforms.discord.made import ANN, CONTRIBUTORS, MODERATORS, ann, channel, person, server

CHOSEN = Choices(moderators=RoleId(str(MODERATORS)), contributors=RoleId(str(CONTRIBUTORS)))


class Chosen:
    """A community that has chosen its roles."""

    async def choices(self, community: str) -> Choices:
        return CHOSEN

    async def change(self, community: str, by: Actor, changes: Mapping[str, str | None]) -> Choices:
        raise AssertionError("roles are only read here")

    async def history(self, community: str, limit: int) -> tuple[ChoiceMade, ...]:
        return ()


class Unreadable(Chosen):
    async def choices(self, community: str) -> Choices:
        raise Passing("The database is busy.")


@pytest.mark.parametrize(
    ("permissions", "roles", "is_a"),
    [
        (discord.Permissions(administrator=True), [], Role.ADMIN),
        (discord.Permissions(manage_guild=True), [], Role.ADMIN),
        (discord.Permissions(manage_threads=True), [CONTRIBUTORS], Role.MODERATOR),
        (discord.Permissions.none(), [MODERATORS], Role.MODERATOR),
        (discord.Permissions(manage_messages=True), [], Role.CONTRIBUTOR),
        (discord.Permissions.none(), [CONTRIBUTORS], Role.CONTRIBUTOR),
        (discord.Permissions(manage_messages=True), [MODERATORS], Role.MODERATOR),
        (discord.Permissions(send_messages=True, mention_everyone=True), [203], Role.MEMBER),
    ],
)
def test_permissions_and_chosen_roles_make_a_role(
    permissions: discord.Permissions, roles: list[int], is_a: Role
) -> None:
    assert role_of(permissions, roles, CHOSEN) is is_a


@given(st.lists(st.integers(min_value=1, max_value=2**63)))
def test_where_nothing_was_chosen_no_role_of_the_server_gives_any(roles: list[int]) -> None:
    assert role_of(discord.Permissions.none(), roles, Choices()) is Role.MEMBER


async def test_a_member_is_who_they_are_here_with_the_role_they_have_here() -> None:
    member = await member_of(
        ann(server(), [MODERATORS], nick="  Ann\u202e of \nthe Town "),
        discord.Permissions.none(),
        "discord:100",
        Chosen(),
    )
    assert (member.id, member.name, member.role) == ("7", "Ann of the Town", Role.MODERATOR)


async def test_a_role_counts_in_a_server_that_is_not_known_yet() -> None:
    theirs = ann(server(known=False), [MODERATORS])
    member = await member_of(theirs, discord.Permissions.none(), "discord:100", Chosen())
    assert member.role is Role.MODERATOR


async def test_in_a_direct_conversation_everybody_is_a_member() -> None:
    member = await member_of(ann(server(), [MODERATORS]), None, "discord-dm:7", Unreadable())
    assert member.role is Role.MEMBER


async def test_who_is_timed_out_is_refused_and_heard_again_afterwards() -> None:
    def timed_out(until: datetime) -> discord.Member:
        return ann(server(), communication_disabled_until=until.isoformat())

    hour, everything = timedelta(hours=1), discord.Permissions.all()
    with pytest.raises(NotAllowed, match="You are timed out here"):
        await member_of(timed_out(datetime.now(UTC) + hour), everything, "discord:100", Chosen())
    after = await member_of(timed_out(datetime.now(UTC) - hour), everything, "discord:100", Chosen())
    assert after.role is Role.ADMIN


async def test_what_cannot_be_looked_up_is_refused_also_to_those_with_permissions() -> None:
    with pytest.raises(Passing, match=r"I cannot see right now what you may do here\. Try again"):
        await member_of(ann(server()), discord.Permissions.all(), "discord:100", Unreadable())


async def test_somebody_who_is_no_member_of_the_server_is_refused() -> None:
    guild = server()
    stranger = discord.User(state=guild._state, data=person(ANN, "ann"))
    with pytest.raises(Passing, match="I cannot see right now"):
        await member_of(stranger, discord.Permissions.all(), "discord:100", Chosen())


async def test_permissions_in_a_channel_of_a_server_that_is_not_known_are_refused() -> None:
    guild = server(known=False)
    with pytest.raises(Passing, match="I cannot see right now"):
        permissions_in(channel(guild), ann(guild))


async def test_permissions_in_a_channel_are_those_that_its_overwrites_leave() -> None:
    guild = server()
    granted = discord.Permissions(view_channel=True, manage_threads=True)
    grant = {"id": str(ANN), "type": 1, "allow": str(granted.value)}
    hall = channel(guild, permission_overwrites=[{**grant, "deny": "0"}])
    assert permissions_in(hall, ann(guild)).manage_threads


async def test_a_name_of_nothing_visible_becomes_the_id_and_a_long_one_is_cut() -> None:
    assert name_of(ann(server(), nick="\u200b\u202e")) == "7"
    assert len(name_of(ann(server(), nick="A" * 200))) == 80
