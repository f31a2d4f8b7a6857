"""What the bot asks of Discord, and what its refusals mean for whoever runs the bot."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.platforms.discord.client import PERMISSIONS, Access, fatal, intents, invite_link, use


def answer(status: int) -> Any:
    return SimpleNamespace(status=status, reason="refused")


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = SimpleNamespace(close_code=code)
    return discord.ConnectionClosed(socket, shard_id=0, code=code)


def test_only_servers_and_messages_are_asked_for() -> None:
    asked = {name for name, on in intents(Access(token="x")) if on}
    assert asked == {"guilds", "guild_messages", "dm_messages"}


def test_what_messages_say_is_asked_for_only_where_it_is_switched_on() -> None:
    asked = {name for name, on in intents(Access(token="x", message_content=True)) if on}
    assert asked == {"guilds", "guild_messages", "dm_messages", "message_content"}


def test_the_invite_link_asks_for_commands_and_the_least_permissions() -> None:
    parts = urlsplit(invite_link(1234))
    asked = parse_qs(parts.query)
    assert parts.netloc == "discord.com"
    assert asked["client_id"] == ["1234"]
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["permissions"] == [str(PERMISSIONS.value)]
    granted = {name for name, on in PERMISSIONS if on}
    assert granted == {
        "read_messages",
        "send_messages",
        "send_messages_in_threads",
        "create_public_threads",
        "read_message_history",
        "attach_files",
    }


@pytest.mark.parametrize(
    "error",
    [
        discord.LoginFailure("Improper token"),
        closed(4004),
        discord.HTTPException(answer(401), "Unauthorized"),
    ],
)
def test_a_token_that_is_refused_is_named_with_where_to_get_a_new_one(error: Exception) -> None:
    end = fatal(error)
    assert end is not None
    assert end.message == "The bot token is not valid."
    assert "Reset Token" in end.hint
    assert "DISCORD_TOKEN" in end.hint
    assert end.exit_code == 78


def test_an_intent_that_is_refused_is_named_with_where_to_switch_it_on() -> None:
    end = fatal(discord.PrivilegedIntentsRequired(0))
    assert end is not None
    assert "Message Content" in end.message
    assert "Bot → Privileged Gateway Intents" in end.hint
    assert "DISCORD_MESSAGE_CONTENT=off" in end.hint
    assert end.exit_code == 78


@pytest.mark.parametrize("code", [4010, 4011, 4012, 4013])
def test_other_closes_for_good_say_what_to_do(code: int) -> None:
    end = fatal(closed(code))
    assert end is not None
    assert end.hint
    assert end.exit_code == 78


@pytest.mark.parametrize(
    "error",
    [
        closed(4000),
        closed(4009),
        discord.HTTPException(answer(429), "slow down"),
        discord.DiscordServerError(answer(502), "bad gateway"),
        discord.GatewayNotFound(),
        OSError("unreachable"),
    ],
)
def test_what_may_pass_in_a_moment_is_not_fatal(error: Exception) -> None:
    assert fatal(error) is None


def test_a_token_never_shows_in_what_access_says_of_itself() -> None:
    assert "abc.def" not in repr(Access(token="abc.def"))


def test_discord_py_never_logs_at_the_level_at_which_it_logs_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    use(Access(token="x"))
    assert not logging.getLogger("discord.http").isEnabledFor(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    use(Access(token="x"))
    assert not logging.getLogger("discord.http").isEnabledFor(logging.INFO)
