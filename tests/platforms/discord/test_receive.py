"""What people do on Discord becomes an invocation, once, and everybody gets an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Prose, Reply, reply
from tests.platforms.discord import desk as at
from tests.platforms.discord.corner import Corner, open_corner
from tests.platforms.discord.desk import in_hall, in_thread, interaction, raw_message
from tests.platforms.discord.made import BOT, message, person

COMMAND, PRESSED, TYPING, SUBMITTED = 2, 3, 4, 5


@pytest.fixture
async def corner(tmp_path: Path) -> AsyncIterator[Corner]:
    async with open_corner(tmp_path) as opened:
        yield opened


def used(name: str, **options: Any) -> dict[str, Any]:
    first, _, sub = name.partition(" ")
    given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
    inner = [{"name": sub, "type": 1, "options": given}] if sub else given
    return {"id": "1", "name": first, "type": 1, "options": inner}


def pressed(custom_id: str) -> dict[str, Any]:
    return {"custom_id": custom_id, "component_type": 2}


def submitted(custom_id: str, **typed: str) -> dict[str, Any]:
    fields = [
        {"type": 18, "component": {"type": 4, "custom_id": key, "value": value}}
        for key, value in typed.items()
    ]
    return {"custom_id": custom_id, "components": fields}


def menu(**said: Any) -> dict[str, Any]:
    target = raw_message("77", **said)
    return {
        "id": "1",
        "name": "Check this",
        "type": 3,
        "target_id": "77",
        "resolved": {"messages": {"77": target}},
    }


async def do(corner: Corner, kind: int, data: dict[str, Any], **more: Any) -> None:
    await corner.receiver.on_interaction(interaction(corner.guild, kind, data, **more))


def asked_values(corner: Corner) -> list[dict[str, str]]:
    return [call.values for call in corner.calls]


# Commands, menus, buttons, forms.


async def test_a_command_comes_with_its_options_place_and_member(corner: Corner) -> None:
    await do(corner, COMMAND, used("search", words="open weights", limit=3))
    [call] = corner.calls
    assert (call.text, call.values) == ("/search", {"words": "open weights", "limit": "3"})
    assert (call.place.community, call.place.channel, call.place.thread) == ("discord:100", "300", None)
    assert (call.member.id, call.member.name, call.member.role) == ("7", "Ann", Role.MEMBER)
    assert (call.asks_back, call.local, call.from_shell) == (True, False, False)
    assert corner.desk.texts == ["Search: words=open weights limit=3"]


async def test_the_role_of_a_member_is_what_discord_says_of_them_now(corner: Corner) -> None:
    await do(corner, COMMAND, used("articles remove"))
    assert corner.calls == []
    [refused] = corner.desk.shown
    assert refused.private
    assert "E-NOT-ALLOWED" in refused.text
    await do(corner, COMMAND, used("articles remove"), permissions=discord.Permissions(manage_messages=True))
    assert corner.calls[0].member.role is Role.CONTRIBUTOR


async def test_what_is_missing_is_asked_for_in_a_form_and_the_form_runs_the_command(corner: Corner) -> None:
    await do(corner, COMMAND, used("search", limit=3))
    [form] = corner.desk.forms
    await do(corner, SUBMITTED, submitted(form["custom_id"], words="open weights"))
    assert corner.desk.texts == ["Search: words=open weights limit=3"]


async def test_what_was_typed_into_a_form_comes_back_when_it_is_refused(corner: Corner) -> None:
    await do(corner, COMMAND, used("ask"))
    await do(corner, SUBMITTED, submitted(corner.desk.forms[0]["custom_id"], question="why " * 40))
    [refused] = corner.desk.shown
    assert "1 to 100 characters" in refused.text
    [button] = refused.buttons
    await do(corner, PRESSED, pressed(button))
    again = corner.desk.forms[1]
    assert again["components"][0]["component"]["value"] == "why " * 40


async def test_a_form_that_is_no_longer_known_says_what_to_do(corner: Corner) -> None:
    await do(corner, SUBMITTED, submitted("!form:=gone", question="Why?"))
    await do(corner, PRESSED, pressed("!form:=gone"))
    assert all("Use the command again" in text for text in corner.desk.texts)
    assert len(corner.desk.texts) == 2


async def test_a_button_brings_its_command_line(corner: Corner) -> None:
    await do(corner, PRESSED, pressed("search words:“open weights” limit:2"))
    assert corner.desk.texts == ["Search: words=open weights limit=2"]
    await do(corner, PRESSED, pressed("ask"))
    assert [form["title"] for form in corner.desk.forms] == ["/ask"]


async def test_the_menu_of_a_message_brings_its_text_cut_to_what_the_command_takes(corner: Corner) -> None:
    await do(corner, COMMAND, menu(content="The weights of Grok are open, they say."))
    assert asked_values(corner) == [{"claim": "The weights of Grok "}]


async def test_the_menu_of_a_message_of_components_brings_their_texts(corner: Corner) -> None:
    await do(
        corner, COMMAND, menu(components=[{"type": 17, "components": [{"type": 10, "content": "Grok."}]}])
    )
    assert asked_values(corner) == [{"claim": "Grok."}]


async def test_the_menu_of_a_message_without_words_asks_for_them(corner: Corner) -> None:
    await do(corner, COMMAND, menu(content=""))
    assert [form["title"] for form in corner.desk.forms] == ["/check"]


async def test_an_entry_that_is_gone_from_the_menu_is_refused(corner: Corner) -> None:
    await do(corner, COMMAND, {**menu(content="x"), "name": "Frame this"})
    assert "I no longer have that entry" in corner.desk.texts[0]


# Twice, elsewhere, not at all.


async def test_what_is_delivered_twice_is_done_once_over_a_restart_too(corner: Corner) -> None:
    own = discord.utils.time_snowflake(discord.utils.utcnow())
    once = interaction(corner.guild, COMMAND, used("ask", question="Why?"), number=own)
    await corner.receiver.on_interaction(once)
    await corner.receiver.on_interaction(once)
    again = interaction(corner.guild, COMMAND, used("ask", question="Why?"), number=own)
    await corner.restarted().on_interaction(again)
    assert len(corner.calls) == 1
    assert corner.desk.texts == ["Ask: question=Why?"]


async def test_what_needs_a_channel_is_refused_in_a_direct_conversation(corner: Corner) -> None:
    await do(corner, COMMAND, used("debate vote"), in_dm=True)
    assert "Use this in a channel." in corner.desk.texts[0]
    await do(corner, COMMAND, used("ask", question="Why?"), in_dm=True)
    assert corner.calls[0].place.community == "discord-dm:7"
    assert corner.calls[0].member.role is Role.MEMBER


async def test_a_fault_of_ours_is_told_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_corner(tmp_path) as corner:
        await do(corner, COMMAND, {"type": 1, "options": []})
        assert "Something went wrong inside me" in corner.desk.texts[0]
        assert any(record.exc_info for record in caplog.records if record.levelno == logging.ERROR)


async def test_who_waits_while_the_bot_is_stopped_hears_of_it(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def says(request: Any, call: Invocation) -> AsyncIterator[Reply]:
        begun.set()
        await asyncio.Event().wait()
        yield reply(Prose("never"))

    async with open_corner(tmp_path, says) as corner:
        asking = asyncio.create_task(do(corner, COMMAND, used("ask", question="Why?")))
        await begun.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        [told] = corner.desk.shown
        assert told.private
        assert "I am being restarted" in told.text


# Half-typed options.


def typing(words: str) -> dict[str, Any]:
    data = used("search", limit=3)
    data["options"].append({"name": "words", "type": 3, "value": words, "focused": True})
    return data


async def test_completions_come_with_the_other_options_and_within_limits(corner: Corner) -> None:
    corner.words.found = ["", "", *(f"{n}{'x' * 120}" for n in range(30))]
    await do(corner, TYPING, typing("ab"))
    assert corner.words.calls[0].values == {"limit": "3"}
    assert corner.desk.choices is not None
    assert len(corner.desk.choices) == 25
    assert corner.desk.choices[0] == {"name": "ab", "value": "ab"}
    assert all(len(one["name"]) <= 100 and len(one["value"]) <= 100 for one in corner.desk.choices)


async def test_where_completions_fail_there_are_none(corner: Corner) -> None:
    corner.words.fails = True
    await do(corner, TYPING, typing("ab"))
    assert corner.desk.choices == []


# Messages.


TO_BOT = {"mentions": [person(BOT, "rostrum")]}


async def test_a_mention_is_answered_below_it_without_a_ping(corner: Corner) -> None:
    await corner.receiver.on_message(message(in_hall(corner.guild), "<@1> Why?", **TO_BOT))
    [answer] = corner.desk.shown
    assert answer.text == "Ask: question=Why?"
    assert answer.body["message_reference"]["message_id"] == 900
    assert answer.body["allowed_mentions"]["parse"] == answer.body["allowed_mentions"]["users"] == []
    assert not answer.body["allowed_mentions"].get("replied_user")
    assert corner.desk.requests[-2:] == ["POST /channels/300/typing", "POST /channels/300/messages"]


async def test_a_mention_in_a_thread_is_answered_there(corner: Corner) -> None:
    await corner.receiver.on_message(message(in_thread(corner.guild), "<@1> Why?", **TO_BOT))
    assert [kept.where for kept in corner.desk.shown] == ["400"]
    assert corner.calls[0].place.thread == "400"


async def test_a_mention_without_a_question_gets_a_hint(corner: Corner) -> None:
    await corner.receiver.on_message(message(in_hall(corner.guild), "<@1>", **TO_BOT))
    assert "Ask me something" in corner.desk.texts[0]
    assert corner.calls == []


@pytest.mark.parametrize(
    "more",
    [
        {"author": {**person(8, "bob"), "bot": True}},
        {"webhook_id": "55"},
        {"type": 6},
        {"mentions": []},
    ],
)
async def test_bots_webhooks_notices_and_talk_among_others_are_left_alone(
    corner: Corner, more: dict[str, Any]
) -> None:
    await corner.receiver.on_message(message(in_hall(corner.guild), "<@1> Why?", **{**TO_BOT, **more}))
    assert corner.desk.requests == ["GET /users/@me"]


async def test_a_message_that_comes_twice_is_answered_once(corner: Corner) -> None:
    for receiver in (corner.receiver, corner.receiver, corner.restarted()):
        await receiver.on_message(message(in_hall(corner.guild), "<@1> Why?", **TO_BOT))
    assert corner.desk.texts == ["Ask: question=Why?"]


async def test_who_asked_in_a_thread_goes_on_where_messages_may_be_read(tmp_path: Path) -> None:
    async def says(request: Any, call: Invocation) -> AsyncIterator[Reply]:
        await here.storage.asks.record(call.place, call.member.id, request.question, (), answered=False)
        yield reply(Prose(request.question))

    async with open_corner(tmp_path, says, goes_on=True) as here:
        where = in_thread(here.guild)
        await here.receiver.on_message(message(where, "And why?", id="901"))
        await here.receiver.on_message(message(where, "<@1> Why?", id="902", **TO_BOT))
        await here.receiver.on_message(message(where, "And since when?", id="903"))
        assert here.desk.texts == ["Why?", "And since when?"]


async def test_a_private_reply_is_shared_once(corner: Corner) -> None:
    await do(corner, COMMAND, used("search", words="open weights"))
    [private] = corner.desk.shown
    assert private.private
    assert private.buttons == ["!share"]
    shown = raw_message("900", components=private.body["components"], flags=at.EPHEMERAL | 32768)
    corner.desk.messages["900"] = private
    for _ in range(2):
        await do(corner, PRESSED, pressed("!share"), message=shown)
    public = [kept for kept in corner.desk.shown if not kept.private]
    assert [kept.text for kept in public] == ["Search: words=open weights limit=5\n-# Shared by Ann"]
    assert public[0].buttons == []
    assert corner.desk.messages["900"].buttons == []


async def test_what_all_see_already_or_only_one_may_see_is_not_offered_to_be_shared(tmp_path: Path) -> None:
    async def says(request: Any, call: Invocation) -> AsyncIterator[Reply]:
        yield reply(Prose("Your vote"), private=True)

    async with open_corner(tmp_path, says) as corner:
        await do(corner, COMMAND, used("debate vote"))
        await do(corner, COMMAND, used("nothing"))
        assert [kept.buttons for kept in corner.desk.shown] == [[], []]
