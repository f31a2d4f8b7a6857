"""What the check-up says of Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.platforms.discord.checkup import DiscordCheckup
from bot.platforms.discord.client import Access
from bot.ports import Point, State
from tests.platforms.discord.gateway import Gateway, open_gateway

LIMITED, FULL = 1 << 19, 1 << 18


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with open_gateway() as opened:
        yield opened


async def points(gateway: Gateway, **access: Any) -> dict[str, Point]:
    checkup = DiscordCheckup(Access(token="x", api_base=gateway.api_base, **access))
    return {point.what: point async for point in checkup.points()}


async def test_a_token_that_works_is_shown_with_name_and_invite_link(gateway: Gateway) -> None:
    found = await points(gateway)
    assert found["token"].state is State.GOOD
    assert "rostrum" in found["token"].found
    assert found["servers"].state is State.GOOD
    assert (
        "In 1 server. Invite link: https://discord.com/oauth2/authorize?client_id=2222"
        in found["servers"].found
    )
    assert found["message content"].state is State.GOOD
    assert {point.part for point in found.values()} == {"Discord"}
    assert not gateway.identifies


async def test_a_bot_that_nobody_has_invited_is_doubtful(gateway: Gateway) -> None:
    gateway.servers = []
    assert (await points(gateway))["servers"].state is State.DOUBTFUL


async def test_a_bad_token_is_the_one_point(gateway: Gateway) -> None:
    gateway.token_is_good = False
    (point,) = (await points(gateway)).values()
    assert point.state is State.BAD
    assert "The bot token is not valid." in point.found
    assert "Reset Token" in point.to_do


@pytest.mark.parametrize(("flags", "state"), [(0, State.BAD), (LIMITED, State.GOOD), (FULL, State.GOOD)])
async def test_the_intent_must_be_on_at_discord_as_well(gateway: Gateway, flags: int, state: State) -> None:
    gateway.flags = flags
    point = (await points(gateway, message_content=True))["message content"]
    assert point.state is state
    assert ("Privileged Gateway Intents" in point.to_do) == (state is State.BAD)


async def test_a_discord_that_cannot_be_reached_is_a_bad_point(gateway: Gateway) -> None:
    checkup = DiscordCheckup(Access(token="x", api_base="http://127.0.0.1:9/api/v10"))
    (point,) = [point async for point in checkup.points()]
    assert point.state is State.BAD
    assert "cannot be reached" in point.found
