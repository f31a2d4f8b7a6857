"""The connection on bad days: what is resumed, what begins anew, what ends it, and how it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.chat.invocation import Place
from bot.chat.reply import Prose, reply
from bot.errors import OperatorError, RostrumError
from bot.platforms.discord.client import Access, Lost, Pace
from bot.platforms.discord.memory import Memory
from bot.platforms.discord.service import Crew, Service
from bot.platforms.discord.watchdog import Deaf
from bot.ports import Outbox, Outgoing
from bot.storage import open_storage
from tests.platforms.discord.gateway import SERVER, Gateway, open_gateway, until

QUICK = Pace(
    identify_s=0.01,
    guilds_s=0.05,
    retry_s=0.01,
    longest_pause_s=0.02,
    longest_start_pause_s=0.02,
    answer_s=0.2,
    deliver_s=0.02,
    finish_s=0.2,
)
COMMANDS = [{"name": "ask", "type": 1}]


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Bot:
    """A bot that serves a gateway, and what came of that."""

    service: Service
    outbox: Outbox
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[str] = field(default_factory=list)
    registered: list[int | None] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    here: list[frozenset[str]] = field(default_factory=list)
    hearing: asyncio.Event = field(default_factory=asyncio.Event)
    patience: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: int = 0
    running: asyncio.Task[None] | None = None

    async def on_interaction(self, interaction: Any) -> None:
        self.hearing.set()
        try:
            await self.patience.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.heard.append(interaction)

    async def on_message(self, message: Any) -> None:
        self.heard.append(message.content)

    @property
    def platform(self) -> str:
        return "discord"

    async def send(self, outgoing: Outgoing) -> str:
        self.posted.append(outgoing.key)
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        return None

    async def connected(self) -> None:
        assert self.running is not None
        await until(lambda: self.said or self.running.done())  # type: ignore[union-attr]
        if self.running.done():
            await self.running

    async def stop(self) -> None:
        self.stopping.set()
        assert self.running is not None
        await self.running


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with open_gateway() as opened:
        yield opened


@asynccontextmanager
async def running(
    at: Gateway, folder: Path, *, pace: Pace = QUICK, most: int = 800, **access: Any
) -> AsyncIterator[Bot]:
    """A bot under way. It is stopped at the end, unless it has ended by itself."""
    async with open_storage(folder / "data", Clock()) as storage:

        async def register(client: Any, commands: Any, server: int | None) -> None:
            assert commands == COMMANDS
            bot.registered.append(server)

        async def here(communities: frozenset[str]) -> None:
            bot.here.append(communities)

        crew = Crew(
            listener=lambda client: bot,
            poster=lambda client: bot,
            commands=COMMANDS,
            register=register,
            here=here,
        )
        to = Access(**{"token": "x", "api_base": at.api_base, "gateway": at.url, **access})
        memory = Memory(folder / "discord.json")
        bot = Bot(
            Service(
                to,
                memory,
                storage.outbox,
                Clock(),
                crew,
                lambda line: bot.said.append(line),
                pace=pace,
                most_identifies=most,
            ),
            storage.outbox,
        )
        bot.running = asyncio.create_task(bot.service.run(bot.stopping))
        try:
            yield bot
        finally:
            bot.stopping.set()
            with suppress(RostrumError):
                await bot.running


async def end_of(bot: Bot) -> RostrumError:
    assert bot.running is not None
    with pytest.raises(RostrumError) as caught:
        await bot.running
    return caught.value


def message(content: str) -> dict[str, Any]:
    return {
        "id": "5",
        "channel_id": "44444444444444444",
        "author": {"id": "6", "username": "ada", "discriminator": "0", "avatar": None},
        "content": content,
        "timestamp": "2026-11-25T12:00:00+00:00",
        "edited_timestamp": None,
        "type": 0,
        **dict.fromkeys(("tts", "mention_everyone", "pinned"), False),
        **{key: [] for key in ("mentions", "mention_roles", "attachments", "embeds")},
    }


def interaction(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "application_id": "22222222222222222",
        "type": 2,
        "data": {"id": "7", "name": "help", "type": 1},
        "user": {"id": "6", "username": "ada", "discriminator": "0", "avatar": None},
        "channel": {"id": "44444444444444444", "type": 1, "recipients": []},
        "token": "t",
        "version": 1,
        "entitlements": [],
        "authorizing_integration_owners": {},
        "attachment_size_limit": 1,
        "locale": "en-US",
    }


# The start.


async def test_it_connects_says_so_and_leaves_when_asked(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await bot.stop()
    (said,) = bot.said
    assert said.startswith("Connected to Discord as rostrum, in 1 server. Invite link: https://discord.com/")
    assert len(gateway.identifies) == 1
    assert gateway.identifies[0]["intents"] == 1 << 0 | 1 << 9 | 1 << 12


async def test_a_second_start_registers_no_commands_and_shows_no_link_again(
    gateway: Gateway, tmp_path: Path
) -> None:
    for registered, linked in [([None], True), ([], False)]:
        async with running(gateway, tmp_path) as bot:
            await bot.connected()
        assert bot.registered == registered
        assert ("Invite link" in bot.said[0]) == linked


async def test_commands_are_registered_again_where_another_server_is_to_have_them(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
    async with running(gateway, tmp_path, dev_server=33333333333333333) as bot:
        await bot.connected()
        assert bot.registered == [33333333333333333]


async def test_the_invite_link_is_shown_as_long_as_nobody_has_invited_it(
    gateway: Gateway, tmp_path: Path
) -> None:
    gateway.servers = []
    for _ in range(2):
        async with running(gateway, tmp_path) as bot:
            await bot.connected()
            assert "in 0 servers. Invite link: " in bot.said[0]


async def test_a_discord_that_is_down_at_the_start_is_waited_for(gateway: Gateway, tmp_path: Path) -> None:
    gateway.unavailable = 3
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
    assert gateway.unavailable == 0


async def test_what_is_said_is_heard_and_what_is_to_be_said_is_posted(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.event("MESSAGE_CREATE", message("Hello?"))
        await until(lambda: bot.heard == ["Hello?"])
        place = Place(platform="discord", community="discord:1", channel="2")
        await bot.outbox.put(Outgoing(key="a", place=place, reply=reply(Prose("Hello."))))
        await until(lambda: bot.posted == ["a"])


# Bad days.


async def test_a_connection_that_is_cut_is_resumed(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        gateway.reset()
        await until(lambda: gateway.resumes)
        assert gateway.resumes[0]["session_id"] == "session-1"
        await gateway.event("MESSAGE_CREATE", message("Still there?"))
        await until(lambda: bot.heard == ["Still there?"])
    assert len(gateway.identifies) == 1


async def test_heartbeats_that_nobody_acknowledges_lead_to_a_new_connection(
    gateway: Gateway, tmp_path: Path
) -> None:
    gateway.heartbeat_ms = 50
    gateway.acknowledges = False
    async with running(gateway, tmp_path, pace=replace(QUICK, heartbeat_s=0.2)) as bot:
        await bot.connected()
        await until(lambda: gateway.resumes)
        gateway.acknowledges = True
    assert len(gateway.identifies) == 1


async def test_when_discord_asks_to_connect_again_the_session_is_resumed(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.send({"op": 7, "d": None})
        await until(lambda: gateway.resumes)
    assert len(gateway.identifies) == 1


async def test_a_session_that_is_gone_begins_anew_and_counts(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.send({"op": 9, "d": False})
        await until(lambda: len(gateway.identifies) == 2)
    assert not gateway.resumes
    assert len(Memory(tmp_path / "discord.json").get("identifies")) == 2


async def test_without_a_gateway_in_the_settings_discord_says_where_it_is(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with running(gateway, tmp_path, gateway=None) as bot:
        await bot.connected()
        await gateway.send({"op": 9, "d": False})
        await until(lambda: len(gateway.identifies) == 2)


async def test_sessions_that_are_refused_for_ever_stop_at_the_limit(gateway: Gateway, tmp_path: Path) -> None:
    async def refuse() -> None:
        await gateway.send({"op": 9, "d": False})

    gateway.on_identify = refuse
    async with running(gateway, tmp_path, most=4) as bot:
        end = await end_of(bot)
    assert isinstance(end, OperatorError)
    assert "logged in to Discord 4 times in 24 hours" in end.message
    assert len(gateway.identifies) == 4
    async with running(gateway, tmp_path, most=4) as bot:
        assert isinstance(await end_of(bot), OperatorError)
    assert len(gateway.identifies) == 4


@pytest.mark.parametrize(
    ("code", "words", "to_do"),
    [
        (4004, "The bot token is not valid.", "Reset Token"),
        (4014, "Message Content", "Privileged Gateway Intents"),
        (4013, "does not know an intent", "newer"),
        (4012, "version", "newer"),
        (4011, "too many servers", "Start me again"),
        (4010, "shard", "Start me again"),
    ],
)
async def test_a_close_for_good_ends_it_with_what_to_do_and_is_not_tried_again(
    gateway: Gateway, tmp_path: Path, code: int, words: str, to_do: str
) -> None:
    async def refuse() -> None:
        await gateway.close(code)

    gateway.on_identify = refuse
    async with running(gateway, tmp_path) as bot:
        end = await end_of(bot)
    assert words in end.message
    assert to_do in end.hint
    assert end.exit_code == 78
    assert len(gateway.identifies) == 1


async def test_a_bad_token_ends_it_at_the_log_in(gateway: Gateway, tmp_path: Path) -> None:
    gateway.token_is_good = False
    async with running(gateway, tmp_path) as bot:
        end = await end_of(bot)
    assert end.message == "The bot token is not valid."
    assert end.exit_code == 78
    assert not gateway.identifies


async def test_a_token_that_is_taken_back_while_it_runs_ends_it(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        gateway.token_is_good = False
        client = bot.service._client
        assert client is not None
        with suppress(Exception):
            await client.application_info()
        assert (await end_of(bot)).message == "The bot token is not valid."


async def test_a_fault_that_nobody_foresaw_ends_it_for_a_restart(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.event("READY", {"nothing": "that belongs there"})
        end = await end_of(bot)
    assert isinstance(end, Lost)
    assert end.exit_code == 75


# A connection that is open but deaf.

WATCHFUL = replace(QUICK, watch_s=0.05, answer_s=0.1)


async def test_while_events_come_back_nothing_is_done(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path, pace=WATCHFUL) as bot:
        await bot.connected()
        await until(lambda: gateway.looks >= 6)
    assert len(gateway.identifies) == 1
    assert not gateway.resumes


async def test_when_events_stop_coming_a_new_session_is_begun(gateway: Gateway, tmp_path: Path) -> None:
    async def heal() -> None:
        gateway.answers_looks = len(gateway.identifies) > 1
        await gateway.ready()

    gateway.on_identify = heal
    async with running(gateway, tmp_path, pace=WATCHFUL) as bot:
        await bot.connected()
        await until(lambda: len(gateway.identifies) == 2)
        looks = gateway.looks
        await until(lambda: gateway.looks >= looks + 6)
    assert len(gateway.identifies) == 2
    assert not gateway.resumes


async def test_where_a_new_session_does_not_help_it_leaves_for_a_restart(
    gateway: Gateway, tmp_path: Path
) -> None:
    gateway.answers_looks = False
    async with running(gateway, tmp_path, pace=WATCHFUL) as bot:
        end = await end_of(bot)
    assert isinstance(end, Deaf)
    assert end.exit_code == 75
    assert len(gateway.identifies) == 2


# Leaving.


async def test_what_is_under_way_is_finished_before_it_leaves(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path, pace=replace(QUICK, finish_s=30)) as bot:
        await bot.connected()
        await gateway.event("INTERACTION_CREATE", interaction(1))
        await bot.hearing.wait()
        bot.stopping.set()
        await until(lambda: bot.service._client is not None and bot.service._client.listener is None)
        await gateway.event("MESSAGE_CREATE", message("Too late."))
        bot.patience.set()
        await bot.stop()
    assert len(bot.heard) == 1
    assert not bot.cancelled


async def test_what_takes_too_long_is_ended_and_told(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.event("INTERACTION_CREATE", interaction(1))
        await bot.hearing.wait()
        await bot.stop()
    assert bot.cancelled == 1


async def test_what_waits_to_be_said_is_said_before_it_leaves(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path, pace=replace(QUICK, deliver_s=3600)) as bot:
        await bot.connected()
        place = Place(platform="discord", community="discord:1", channel="2")
        await bot.outbox.put(Outgoing(key="last", place=place, reply=reply(Prose("Bye."))))
        await bot.stop()
        assert bot.posted == ["last"]


async def test_it_leaves_also_while_it_cannot_get_in(gateway: Gateway, tmp_path: Path) -> None:
    gateway.unavailable = 1_000_000
    async with running(gateway, tmp_path) as bot:
        await until(lambda: gateway.unavailable < 1_000_000)
        await bot.stop()
    assert not gateway.identifies


async def test_it_is_told_of_a_server_that_has_removed_it(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.event("GUILD_DELETE", {"id": SERVER["id"]})
        await until(lambda: bot.here == [frozenset({f"discord:{SERVER['id']}"}), frozenset()])


async def test_a_server_that_is_down_for_a_while_has_not_removed_it(gateway: Gateway, tmp_path: Path) -> None:
    async with running(gateway, tmp_path) as bot:
        await bot.connected()
        await gateway.event("GUILD_DELETE", {"id": SERVER["id"], "unavailable": True})
        await gateway.event("MESSAGE_CREATE", message("Hello?"))
        await until(lambda: bot.heard)
    assert bot.here == [frozenset({f"discord:{SERVER['id']}"})]
