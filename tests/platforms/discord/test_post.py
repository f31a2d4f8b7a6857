"""What is said unasked arrives on Discord once, in order, where it belongs, whatever fails on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.chat.invocation import Place
from bot.chat.reply import Actions, Button, Mention, Picture, Prose, Reply, reply
from bot.errors import OperatorError
from bot.outbox import STALE_AFTER_S, Deliveries
from bot.platforms.discord.outlets import nonce
from bot.platforms.discord.post import DiscordPoster, mark
from bot.platforms.discord.requesting import PAUSE_S, TRIES, Requests
from bot.ports import Outbox, Outgoing
from bot.storage import open_storage
from tests.platforms.discord.channels import Channels, fails, guarded, limited, lost, right

HERE = Place(platform="discord", community="discord:100", channel="5")
LONG = "\n\n".join(f"Paragraph {number}. " + "So it goes on. " * 60 for number in range(8))


class Clock:
    """A clock that stands still until somebody lets time pass."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Desk:
    """An outbox that is delivered to Discord."""

    discord: Channels
    client: discord.Client
    outbox: Outbox
    clock: Clock
    deliveries: Deliveries

    async def put(self, key: str, text: str | Reply = "", *, place: Place = HERE, **more: Any) -> None:
        said = text if isinstance(text, Reply) else reply(Prose(text or f"This is {key}."))
        await self.outbox.put(Outgoing(key=key, place=place, reply=said, **more))

    async def deliver(self) -> int:
        return await self.deliveries.deliver()

    async def later(self) -> int:
        """Deliver once whoever was sending is taken for dead."""
        self.clock.pass_by(STALE_AFTER_S + 1)
        return await self.deliver()

    def restart(self) -> None:
        """Forget all that is not kept."""
        self.deliveries = Deliveries(self.outbox, poster(self.client, self.outbox, self.clock))


def poster(client: discord.Client, outbox: Outbox, clock: Clock) -> DiscordPoster:
    return DiscordPoster(client, outbox, Requests(now=clock.monotonic, patience_s=10, again_s=0))


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    channels, clock = Channels(), Clock()
    async with TestServer(channels.app()) as server, open_storage(tmp_path / "data", clock) as storage:
        monkeypatch.setattr(discord.http.Route, "BASE", str(server.make_url("")).rstrip("/"))
        client = discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30)
        async with client:
            await client.login("token")
            outbox = storage.outbox
            deliveries = Deliveries(outbox, poster(client, outbox, clock))
            yield Desk(channels, client, outbox, clock, deliveries)


async def test_messages_arrive_in_order_with_nonce_and_mark_and_ping_nobody(desk: Desk) -> None:
    await desk.put("a", "Hello @everyone")
    await desk.put("b")
    assert await desk.deliver() == 2
    first, second = desk.discord.messages["5"]
    assert first["nonce"] == nonce("a", 0)
    assert first["enforce_nonce"]
    assert first["components"][0]["id"] == mark("a", 0)
    assert first["flags"] == discord.MessageFlags(components_v2=True, suppress_embeds=True).value
    assert first["allowed_mentions"] == {"parse": [], "users": []}
    assert second["components"][0]["content"] == "This is b."
    assert await desk.outbox.message("b") == second["id"]


async def test_a_debate_has_a_thread_below_its_message_and_what_follows_stands_there(desk: Desk) -> None:
    await desk.put("head", thread_title="Debate 1: bread")
    await desk.put("speech", below="head")
    assert await desk.deliver() == 2
    head = await desk.outbox.message("head")
    assert head is not None
    assert desk.discord.titles == {head: "Debate 1: bread"}
    assert desk.discord.texts("5") == ["This is head."]
    assert desk.discord.texts(head) == ["This is speech."]


async def test_a_thread_that_is_open_already_is_used(desk: Desk) -> None:
    desk.discord.titles["1001"] = "Debate 1: bread"
    await desk.put("head", thread_title="Debate 1: bread")
    await desk.put("speech", below="head")
    assert await desk.deliver() == 2
    assert desk.discord.texts("1001") == ["This is speech."]


async def test_where_no_thread_may_be_opened_everything_goes_to_the_channel(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.discord.faults = [right, fails(403, 50013, "Missing Permissions")]
    await desk.put("head", thread_title="Debate 1: bread")
    await desk.put("speech", below="head")
    assert await desk.deliver() == 2
    assert desk.discord.texts("5") == ["This is head.", "This is speech."]
    assert "Create Public Threads" in caplog.text
    desk.restart()
    desk.discord.gone = {"1001"}
    await desk.put("another", below="head")
    assert await desk.deliver() == 1
    assert desk.discord.texts("5")[-1] == "This is another."


async def test_what_was_meant_for_a_channel_that_is_gone_is_left_out(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.discord.gone = {"5"}
    await desk.put("lost")
    await desk.deliver()
    assert "left out" in caplog.text
    tries = desk.discord.posts("5")
    await desk.later()
    assert desk.discord.posts("5") == tries
    assert desk.discord.texts("5") == []


async def test_what_takes_the_place_of_a_message_is_an_edit_of_it(desk: Desk) -> None:
    await desk.put("head", thread_title="Debate 1: bread")
    await desk.put("edit", "Under way.", replaces="head")
    assert await desk.deliver() == 2
    [message] = desk.discord.messages["5"]
    assert message["components"][0]["content"] == "Under way."
    assert message["allowed_mentions"]["parse"] == []
    assert await desk.outbox.message("edit") == message["id"]


async def test_pictures_are_sent_along_and_one_that_is_lost_is_said_in_words(
    desk: Desk, tmp_path: Path
) -> None:
    picture = tmp_path / "swing.png"
    picture.write_bytes(b"a picture")
    await desk.put("head")
    card = reply(Prose("Over."), Picture(path=str(picture), alt="Five *moved*."))
    await desk.put("edit", card, replaces="head")
    assert await desk.deliver() == 2
    assert desk.discord.messages["5"][0]["files"] == 1
    picture.unlink()
    await desk.put("again", card)
    assert await desk.deliver() == 1
    assert desk.discord.texts("5")[-1] == "Over. Five \\*moved\\*."


async def test_a_long_message_takes_several_and_is_known_by_the_first(desk: Desk) -> None:
    await desk.put("long", LONG)
    assert await desk.deliver() == 1
    parts = desk.discord.messages["5"]
    assert len(parts) > 1
    assert [part["components"][0]["id"] for part in parts] == [mark("long", n) for n in range(len(parts))]
    assert await desk.outbox.message("long") == parts[0]["id"]


async def test_a_long_message_that_broke_off_goes_on_at_the_missing_part_after_a_restart(desk: Desk) -> None:
    desk.discord.faults = [right, *[fails(503)] * TRIES]
    await desk.put("long", LONG)
    assert await desk.deliver() == 0
    desk.restart()
    desk.discord.forget_nonces()
    assert await desk.later() == 1
    parts = [part["components"][0]["id"] for part in desk.discord.messages["5"]]
    assert parts == [mark("long", n) for n in range(len(parts))]
    assert len(parts) > 1


async def test_a_long_message_that_is_refused_midway_is_not_begun_again(desk: Desk) -> None:
    desk.discord.faults = [right, fails(403, 50013, "Missing Permissions")]
    await desk.put("long", LONG)
    assert await desk.deliver() == 0
    assert await desk.deliver() == 0, "some of it is there: it is looked up first"
    desk.discord.forget_nonces()
    assert await desk.later() == 1
    texts = desk.discord.texts("5")
    assert len(texts) == len(set(texts))


# What goes wrong.


async def test_a_limit_of_a_route_is_waited_out_in_order_with_one_post_each(desk: Desk) -> None:
    desk.discord.faults = [limited(0.05)]
    for key in ("a", "b", "c"):
        await desk.put(key)
    assert await desk.deliver() == 3
    assert desk.discord.texts("5") == ["This is a.", "This is b.", "This is c."]


async def test_a_global_limit_is_waited_out(desk: Desk) -> None:
    desk.discord.faults = [limited(0.05, everywhere=True)]
    await desk.put("a")
    await desk.put("b")
    assert await desk.deliver() == 2
    assert desk.discord.texts("5") == ["This is a.", "This is b."]


async def test_a_shared_limit_is_waited_out_and_pauses_nothing(desk: Desk) -> None:
    desk.discord.faults = [limited(0.05, scope="shared")] * 3
    await desk.put("a")
    assert await desk.deliver() == 1
    assert desk.discord.texts("5") == ["This is a."]


async def test_a_limit_that_is_too_long_to_wait_holds_up_no_other_channel(desk: Desk) -> None:
    desk.discord.faults = [limited(600)]
    await desk.put("a")
    await desk.put("b", place=Place(platform="discord", community="discord:100", channel="6"))
    assert await desk.deliver() == 1
    assert desk.discord.texts("6") == ["This is b."]
    assert await desk.deliver() == 1
    assert desk.discord.texts("5") == ["This is a."]


async def test_when_discord_s_guard_refuses_with_a_web_page_nothing_is_sent_for_ten_minutes(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.discord.faults = [guarded]
    await desk.put("a")
    await desk.put("b", place=Place(platform="discord", community="discord:100", channel="6"))
    for _ in range(20):
        assert await desk.deliver() == 0
    assert len(desk.discord.asked) == 1, "no hammering"
    assert caplog.text.count("guard refuses everything") == 1
    desk.clock.pass_by(PAUSE_S)
    assert await desk.deliver() == 2


async def test_a_channel_without_permission_a_thousand_times_is_left_alone_after_three_and_logged_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.discord.faults = [fails(403, 50013, "Missing Permissions")] * 1000
    await desk.put("a")
    with caplog.at_level(logging.ERROR):
        for _ in range(50):
            assert await desk.deliver() == 0
        assert desk.discord.posts("5") == 3
        desk.clock.pass_by(PAUSE_S)
        for _ in range(50):
            assert await desk.deliver() == 0
    assert desk.discord.posts("5") == 4
    assert len(caplog.records) == 1
    assert "Send Messages" in caplog.text


async def test_other_channels_go_on_while_one_is_left_alone(desk: Desk) -> None:
    desk.discord.faults = [fails(403, 50013, "Missing Permissions")] * 3
    await desk.put("a")
    for _ in range(4):
        assert await desk.deliver() == 0
    await desk.put("b", place=Place(platform="discord", community="discord:100", channel="6"))
    assert await desk.deliver() == 1
    desk.clock.pass_by(PAUSE_S)
    assert await desk.deliver() == 1, "the permission is back"
    assert desk.discord.texts("5") == ["This is a."]


async def test_a_token_that_is_not_valid_ends_all_deliveries(desk: Desk) -> None:
    desk.discord.faults = [fails(401, 0, "401: Unauthorized")]
    await desk.put("a")
    with pytest.raises(OperatorError, match="token is not valid"):
        await desk.deliver()


@pytest.mark.parametrize("status", [500, 503])
async def test_an_error_of_the_server_after_it_took_the_message_leaves_one_message(
    desk: Desk, status: int
) -> None:
    desk.discord.faults = [lost(desk.discord, status=status)]
    await desk.put("a")
    assert await desk.deliver() == 1
    assert desk.discord.posts("5") == 2
    assert desk.discord.texts("5") == ["This is a."]


async def test_when_the_answer_is_lost_the_same_nonce_makes_it_one_message(desk: Desk) -> None:
    desk.discord.faults = [lost(desk.discord)]
    await desk.put("a")
    assert await desk.deliver() == 1
    assert desk.discord.posts("5") == 2
    assert desk.discord.texts("5") == ["This is a."]


async def test_what_stays_unclear_is_looked_up_in_the_history_and_not_posted_again(desk: Desk) -> None:
    desk.discord.faults = [lost(desk.discord)] + [fails(503)] * (TRIES - 1)
    await desk.put("head", thread_title="Debate 1: bread")
    assert await desk.deliver() == 0
    assert await desk.deliver() == 0
    desk.restart()
    desk.discord.forget_nonces()
    assert await desk.later() == 1
    assert desk.discord.texts("5") == ["This is head."]
    assert await desk.outbox.message("head") == "1001"
    assert desk.discord.titles == {"1001": "Debate 1: bread"}


@pytest.mark.parametrize(
    "then", [fails(403, 50013, "Missing Permissions"), limited(600), guarded], ids=["403", "429", "guard"]
)
async def test_what_may_be_posted_stays_in_doubt_when_the_next_try_is_refused(desk: Desk, then: Any) -> None:
    desk.discord.faults = [lost(desk.discord, status=503), then]
    await desk.put("a")
    assert await desk.deliver() == 0
    desk.restart()
    desk.discord.forget_nonces()
    assert await desk.later() == 1
    assert desk.discord.texts("5") == ["This is a."]


async def test_what_stays_unclear_and_is_not_in_the_history_is_posted(desk: Desk) -> None:
    desk.discord.faults = [fails(503)] * TRIES
    await desk.put("a")
    assert await desk.deliver() == 0
    assert await desk.later() == 1
    assert desk.discord.texts("5") == ["This is a."]


async def test_a_thread_that_is_archived_is_opened_again_first(desk: Desk) -> None:
    await desk.put("head", thread_title="Debate 1: bread")
    assert await desk.deliver() == 1
    desk.discord.archived = {"1001"}
    await desk.put("speech", below="head")
    assert await desk.deliver() == 1
    assert desk.discord.texts("1001") == ["This is speech."]


async def test_a_thread_that_is_locked_is_left_alone_with_a_word_on_what_to_do(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.put("head", thread_title="Debate 1: bread")
    assert await desk.deliver() == 1
    desk.discord.archived = {"1001"}
    desk.discord.faults = [right, fails(403, 50013, "Missing Permissions")] * 3
    await desk.put("speech", below="head")
    for _ in range(10):
        assert await desk.deliver() == 0
    assert desk.discord.posts("1001") == 3
    assert "Unlock the thread" in caplog.text
    desk.clock.pass_by(PAUSE_S)
    assert await desk.deliver() == 1


@pytest.mark.parametrize(
    "refused",
    [fails(400, 30046, "Maximum number of edits to messages older than 1 hour reached"), fails(404, 10008)],
    ids=["older than an hour", "deleted"],
)
async def test_a_message_that_cannot_be_edited_any_more_is_followed_by_a_new_one(
    desk: Desk, refused: Any
) -> None:
    await desk.put("head")
    assert await desk.deliver() == 1
    desk.discord.faults = [refused]
    await desk.put("edit", "Under way.", replaces="head")
    assert await desk.deliver() == 1
    assert desk.discord.texts("5") == ["This is head.", "Under way."]
    assert await desk.outbox.message("edit") == "1002"


async def test_an_edit_that_may_have_been_done_is_done_again(desk: Desk) -> None:
    await desk.put("head")
    assert await desk.deliver() == 1
    desk.discord.faults = [fails(503)] * TRIES
    await desk.put("edit", "Under way.", replaces="head")
    assert await desk.deliver() == 0
    assert await desk.deliver() == 1
    assert desk.discord.texts("5") == ["Under way."]


async def test_a_message_that_discord_does_not_understand_is_left_out_and_holds_up_nobody(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.discord.faults = [fails(400, 50035, "Invalid Form Body")]
    await desk.put("a")
    await desk.put("b")
    assert await desk.deliver() == 2
    assert desk.discord.texts("5") == ["This is b."]
    assert "key=a" in caplog.text


# To one person alone.

WARNING = reply(
    Mention(member="7", name="Ada"),
    Prose("1 min left."),
    Actions((Button("Speak", "debate speak debate:1"),)),
    private=True,
)


async def test_what_is_for_one_person_goes_to_them_with_a_link_to_where_its_buttons_work(desk: Desk) -> None:
    await desk.put("head", thread_title="Debate 1: bread")
    await desk.put("warning", WARNING, below="head")
    assert await desk.deliver() == 2
    [message] = desk.discord.messages["97"]
    assert "1 min left." in desk.discord.texts("97")[0]
    [button] = message["components"][-1]["components"]
    assert button["url"] == "https://discord.com/channels/100/1001"
    assert desk.discord.texts("1001") == []


async def test_who_takes_no_direct_messages_is_told_in_the_thread(desk: Desk) -> None:
    await desk.put("head", thread_title="Debate 1: bread")
    assert await desk.deliver() == 1
    desk.discord.faults = [right, fails(403, 50007, "Cannot send messages to this user")]
    await desk.put("warning", WARNING, below="head")
    assert await desk.deliver() == 1
    [message] = desk.discord.messages["1001"]
    assert message["allowed_mentions"]["users"] == [7]
    assert "<@7>" in desk.discord.texts("1001")[0]
    await desk.put("another", WARNING, below="head")
    assert await desk.deliver() == 1
    assert desk.discord.posts("97") == 1, "they are not asked for again"


async def test_a_debate_among_two_needs_no_thread(desk: Desk) -> None:
    direct = Place(platform="discord", community="discord-dm:7", channel="97")
    await desk.put("head", place=direct, thread_title="Debate 1: bread")
    await desk.put("speech", place=direct, below="head")
    assert await desk.deliver() == 2
    assert desk.discord.texts("97") == ["This is head.", "This is speech."]
    assert desk.discord.titles == {}


async def test_when_discord_cannot_be_reached_nothing_is_lost_and_nothing_looked_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = discord.http.Route.BASE
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:1")
    await desk.put("a")
    assert await desk.deliver() == 0
    monkeypatch.setattr(discord.http.Route, "BASE", reached)
    assert await desk.deliver() == 1
    assert desk.discord.asked == [("POST", "/channels/5/messages")]


async def test_an_answer_that_does_not_come_is_waited_for_only_so_long(desk: Desk) -> None:
    going_on = asyncio.Event()

    async def silent(request: web.Request) -> None:
        await going_on.wait()

    hasty = Requests(now=desk.clock.monotonic, patience_s=0.05, again_s=0)
    desk.deliveries = Deliveries(desk.outbox, DiscordPoster(desk.client, desk.outbox, hasty))
    desk.discord.faults = [silent]
    await desk.put("a")
    await desk.put("b", place=Place(platform="discord", community="discord:100", channel="6"))
    assert await desk.deliver() == 1
    going_on.set()
    desk.restart()
    assert await desk.later() == 1
    assert desk.discord.texts("5") == ["This is a."]
