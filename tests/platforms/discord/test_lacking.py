"""A refusal of Discord's becomes the permission that is missing, and where to grant it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.platforms.discord.client import PERMISSIONS
from bot.platforms.discord.lacking import granted_to_bot, lacking, mute
from tests.platforms.discord.made import channel, direct, server, thread

ALL = discord.Permissions.all()


def refusal(code: int) -> discord.Forbidden:
    response: Any = SimpleNamespace(status=403, reason="Forbidden")
    return discord.Forbidden(response, {"code": code, "message": "Missing"})


async def test_the_permission_that_is_missing_is_named_with_the_place_to_grant_it() -> None:
    granted = discord.Permissions(view_channel=True, attach_files=True)
    told = lacking(refusal(50013), channel(server()), granted)
    assert told is not None
    assert told.code == "E-PERMISSION"
    assert told.message == "I may not write in #hall."
    assert told.hint == "Grant me “Send Messages” there: Edit Channel → Permissions."


async def test_all_that_is_missing_is_named_at_once() -> None:
    told = lacking(refusal(50001), channel(server()), discord.Permissions.none())
    assert told is not None
    assert "“View Channel” and “Send Messages” and “Attach Files”" in told.hint


async def test_a_thread_takes_a_permission_of_its_own() -> None:
    granted = discord.Permissions(view_channel=True, send_messages=True, attach_files=True)
    told = lacking(refusal(50013), thread(server()), granted)
    assert told is not None
    assert "“Send Messages in Threads”" in told.hint


@pytest.mark.parametrize(("code", "named"), [(50001, "“View Channel”"), (50013, "“Send Messages”")])
async def test_where_permissions_are_not_known_the_refusal_tells(code: int, named: str) -> None:
    told = lacking(refusal(code), None, None)
    assert told is not None
    assert named in told.hint
    assert told.message == "I may not write in that channel."


def test_other_errors_tell_of_no_permission() -> None:
    assert lacking(refusal(50007), None, ALL) is None
    assert lacking(OSError("gone"), None, ALL) is None


async def test_what_the_bot_may_do_is_known_where_the_server_is() -> None:
    guild = server()
    hall = channel(guild)
    assert granted_to_bot(hall) is not None
    assert granted_to_bot(thread(guild)) is not None
    assert granted_to_bot(thread(server())) is None
    assert granted_to_bot(channel(server(known=False))) is None
    assert granted_to_bot(direct()) is None


def test_a_debate_takes_every_permission_that_its_posts_do() -> None:
    may = discord.Permissions(PERMISSIONS.value)
    assert mute(channel(server()), may) is None
    may.create_public_threads = may.attach_files = False
    told = mute(channel(server()), may)
    assert told is not None
    assert told.code == "E-PERMISSION"
    assert "“Create Public Threads” and “Attach Files”" in told.hint


def test_a_debate_in_a_thread_opens_none() -> None:
    may = discord.Permissions(PERMISSIONS.value)
    may.create_public_threads = may.send_messages = False
    assert mute(thread(server()), may) is None
    may.send_messages_in_threads = False
    told = mute(thread(server()), may)
    assert told is not None
    assert "Send Messages in Threads" in told.hint
