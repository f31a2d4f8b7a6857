"""Replies on Discord: shown in place, to whom they are meant, and the last one whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.chat.reply import Field, Form, Mention, Progress, Prose, Reply, reply
from bot.dispatch import error_reply
from bot.errors import AlreadyHandled, InputError
from bot.platforms.discord import failures, outlets
from bot.platforms.discord.screen import DiscordScreen, MessageScreen
from tests.platforms.discord.corner import Corner, open_corner
from tests.platforms.discord.desk import DROPPED, in_hall, interaction
from tests.platforms.discord.made import BOT, message, person

COMMAND, PRESSED = 2, 3
ONE, TWO = reply(Prose("One.")), reply(Prose("Two."))
LONG = reply(*(Prose(f"{n} " + "word " * 500) for n in range(4)))
REFUSED = error_reply(InputError("That is not it."))
FORM = Form(command="search", fields=(Field(name="words", label="Words", required=True),))


@pytest.fixture
async def corner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Corner]:
    monkeypatch.setattr(failures, "PAUSES_S", (0.0, 0.0))
    async with open_corner(tmp_path) as opened:
        yield opened


def screen_of(corner: Corner, kind: int = COMMAND, **more: Any) -> DiscordScreen:
    asked = interaction(corner.guild, kind, {"id": "1", "name": "ask", "type": 1}, **more)
    return DiscordScreen(asked, corner.storage.seen, corner.forms)


def below(corner: Corner) -> MessageScreen:
    asked = message(in_hall(corner.guild), "<@1> Why?", mentions=[person(BOT, "rostrum")])
    return MessageScreen(asked, corner.storage.seen, corner.forms)


async def run(screen: DiscordScreen | MessageScreen, *replies: Reply, private: bool = False) -> None:
    await screen.acknowledge(private=private)
    for one in replies:
        await screen.show(one)
    await screen.finish()


# In place.


async def test_it_thinks_at_once_and_replies_take_that_place_one_after_the_other(corner: Corner) -> None:
    screen = screen_of(corner)
    await screen.acknowledge(private=False)
    [thinking] = corner.desk.shown
    assert thinking.thinking
    await screen.show(reply(Progress("Reading")))
    await screen.show(ONE)
    await screen.finish()
    [there] = corner.desk.shown
    assert (there.text, there.thinking, there.private) == ("One.", False, False)


async def test_a_private_reply_is_for_the_asker_alone_also_to_a_button(corner: Corner) -> None:
    for kind in (COMMAND, PRESSED):
        await run(screen_of(corner, kind), ONE, private=True)
    assert [(one.text, one.private) for one in corner.desk.shown] == [("One.", True)] * 2


async def test_what_is_refused_before_it_is_heard_is_told_in_private(corner: Corner) -> None:
    screen = screen_of(corner)
    await screen.show(REFUSED)
    await screen.finish()
    [told] = corner.desk.shown
    assert told.private
    assert "That is not it." in told.text


async def test_an_error_after_a_public_start_is_told_in_private_and_leaves_nothing(corner: Corner) -> None:
    await run(screen_of(corner), reply(Progress("Reading")), REFUSED)
    [told] = corner.desk.shown
    assert told.private
    assert "That is not it." in told.text


async def test_a_long_reply_goes_on_in_further_messages_and_a_short_one_takes_them_back(
    corner: Corner,
) -> None:
    screen = screen_of(corner)
    await screen.acknowledge(private=True)
    await screen.show(LONG)
    assert len(corner.desk.shown) > 1
    assert all(one.private for one in corner.desk.shown)
    await screen.show(ONE)
    assert corner.desk.texts == ["One."]


async def test_the_same_page_is_not_sent_again(corner: Corner) -> None:
    screen = screen_of(corner)
    await run(screen, ONE)
    before = list(corner.desk.requests)
    await screen.show(ONE)
    assert corner.desk.requests == before


async def test_a_form_opens_at_once_but_behind_a_button_once_it_was_heard(corner: Corner) -> None:
    screen = screen_of(corner)
    await screen.show(Reply((FORM,), private=True))
    await screen.finish()
    assert [form["title"] for form in corner.desk.forms] == ["/search"]
    await run(screen_of(corner), reply(FORM), private=True)
    [button] = corner.desk.shown[-1].buttons
    assert corner.forms.form(button) == FORM


async def test_only_who_is_mentioned_is_pinged(corner: Corner) -> None:
    await run(screen_of(corner), reply(Mention(member="7", name="Ann"), Prose("<@8> @everyone")))
    assert corner.desk.shown[0].body["allowed_mentions"] == {"parse": [], "users": [7]}


async def test_what_was_delivered_before_is_left_alone(corner: Corner) -> None:
    asked = interaction(corner.guild, COMMAND, {"id": "1", "name": "ask", "type": 1})
    await run(DiscordScreen(asked, corner.storage.seen, corner.forms), ONE)
    again = DiscordScreen(asked, corner.storage.seen, corner.forms)
    with pytest.raises(AlreadyHandled):
        await again.acknowledge(private=False)
    await again.finish()
    assert corner.desk.texts == ["One."]


# What goes wrong.


async def test_an_edit_that_fails_amid_others_is_skipped(corner: Corner) -> None:
    corner.desk.fails["PATCH", "@original"] = [(400, 50035)]
    await run(screen_of(corner), ONE, TWO)
    assert corner.desk.texts == ["Two."]


@pytest.mark.parametrize("failures_first", [1, 3])
async def test_the_last_reply_comes_also_over_a_line_that_breaks(corner: Corner, failures_first: int) -> None:
    corner.desk.fails["PATCH", "@original"] = [(DROPPED, 0)] * failures_first
    await run(screen_of(corner), ONE)
    assert corner.desk.texts == ["One."]


async def test_a_reply_that_discord_does_not_take_is_told_of_with_a_reference(
    corner: Corner, caplog: pytest.LogCaptureFixture
) -> None:
    corner.desk.fails["PATCH", "@original"] = [(400, 50035)] * 2
    await run(screen_of(corner), ONE)
    [told] = corner.desk.shown
    assert told.private
    assert "Something went wrong inside me" in told.text
    assert "fault reference=" in caplog.text


@pytest.mark.parametrize("refusal", [(404, 10062), (DROPPED, 0)])
async def test_what_could_not_be_acknowledged_is_posted_once_at_the_end(
    corner: Corner, refusal: tuple[int, int]
) -> None:
    corner.desk.fails["POST", "/callback"] = [refusal]
    await run(screen_of(corner), ONE, TWO)
    assert [(one.where, one.text) for one in corner.desk.shown] == [("300", "Two.")]


async def test_what_was_answered_already_goes_on_by_its_token(corner: Corner) -> None:
    screen = screen_of(corner)
    await screen.acknowledge(private=True)
    corner.desk.fails["POST", "/callback"] = [(400, 40060)]
    asked = screen._interaction
    other = DiscordScreen(asked, Forgetful(), corner.forms)
    asked.response._response_type = None  # as if word of the first answer had been lost
    await run(other, ONE, private=True)
    assert [(one.where, one.text) for one in corner.desk.shown] == [("answer", "One.")]


class Forgetful:
    """Takes everything for new."""

    async def first(self, platform: str, delivery: str) -> bool:
        return True


@pytest.mark.parametrize("code", [50027, 10015])
async def test_where_the_token_ends_public_replies_are_posted_in_the_channel(
    corner: Corner, code: int
) -> None:
    screen = screen_of(corner)
    await screen.acknowledge(private=False)
    corner.desk.fails["PATCH", "@original"] = [(401, code)]
    await screen.show(ONE)
    await screen.show(TWO)
    await screen.finish()
    assert [(one.where, one.text) for one in corner.desk.shown if one.text] == [("300", "Two.")]


@pytest.mark.parametrize(("private", "where"), [(False, "300"), (True, "500")])
async def test_after_fourteen_minutes_the_bot_posts_by_itself(
    corner: Corner, private: bool, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "LIFE_S", -1.0)
    await run(screen_of(corner), ONE, private=private)
    assert [(one.where, one.text) for one in corner.desk.shown if one.text] == [(where, "One.")]


async def test_what_is_posted_when_a_line_breaks_is_posted_once(corner: Corner) -> None:
    corner.desk.fails["POST", "/callback"] = [(404, 10062)]
    corner.desk.loses["POST", "/channels/300/messages"] = 1
    await run(screen_of(corner), ONE)
    assert corner.desk.texts == ["One."]
    assert corner.desk.requests.count("POST /channels/300/messages") == 2


async def test_a_private_reply_to_who_takes_no_direct_messages_is_one_line_of_log(
    corner: Corner, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "LIFE_S", -1.0)
    corner.desk.fails["POST", "/channels/500/messages"] = [(403, 50007)]
    with caplog.at_level(logging.WARNING, "bot.platforms.discord.screen"):
        await run(screen_of(corner), ONE, private=True)
    assert [record.getMessage().split(":")[-1] for record in caplog.records] == [
        " they take no direct messages"
    ]


async def test_who_asked_is_told_which_permission_is_missing(corner: Corner) -> None:
    corner.desk.fails["POST", "/callback"] = [(404, 10062)]
    corner.desk.fails["POST", "/channels/300/messages"] = [(403, 50013)]
    await run(screen_of(corner), ONE)
    [told] = corner.desk.shown
    assert told.where == "500"
    assert "I may not write in" in told.text
    assert "“Send Messages”" in told.text


# Below messages.


async def test_a_reply_to_a_message_is_edited_in_place(corner: Corner) -> None:
    await run(below(corner), reply(Progress("Reading")), ONE, LONG, TWO)
    assert [(one.where, one.text) for one in corner.desk.shown] == [("300", "Two.")]


async def test_a_message_is_replied_to_once_however_the_line_breaks(corner: Corner) -> None:
    corner.desk.loses["POST", "/channels/300/messages"] = 2
    await run(below(corner), ONE)
    assert corner.desk.texts == ["One."]


async def test_without_the_right_to_type_the_reply_still_comes(corner: Corner) -> None:
    corner.desk.fails["POST", "/typing"] = [(403, 50013)]
    await run(below(corner), ONE)
    assert corner.desk.texts == ["One."]


async def test_where_the_bot_may_not_write_it_tells_the_person_directly(corner: Corner) -> None:
    corner.desk.fails["POST", "/channels/300/messages"] = [(403, 50013)] * 2
    await run(below(corner), ONE)
    [told] = corner.desk.shown
    assert told.where == "500"
    assert "I may not write in #hall." in told.text


async def test_a_screen_that_is_stopped_amid_a_showing_can_say_a_last_word(corner: Corner) -> None:
    screen = below(corner)
    await screen.acknowledge(private=False)
    showing = asyncio.create_task(screen.show(ONE))
    await asyncio.sleep(0)
    showing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await showing
    await screen.show(TWO)
    assert corner.desk.texts == ["Two."]
