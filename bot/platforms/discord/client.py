"""The connection to Discord: as few intents as will do, counted log-ins, and ends that say what to do."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from bot.errors import OperatorError, RostrumError
from bot.platforms.discord.memory import Identifies

log = logging.getLogger(__name__)

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    attach_files=True,
)
"""The least that it takes; none of them manages anything or pings many."""
_LONGEST_PAUSE_S = 40.0
"""Below what discord.py waits for a connection to come about."""
_LONGEST_LIMIT_S = 60.0
_MOST_TRIES = 100
"""So often, some 10 minutes long, a gateway is tried that was never reached."""
_PORTAL = "https://discord.com/developers/applications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where Discord is, and how to get in. Without a `gateway`, Discord says where it is."""

    token: str = field(repr=False)
    api_base: str = "https://discord.com/api/v10"
    gateway: str | None = None
    message_content: bool = False
    dev_server: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things are waited for, in seconds."""

    identify_s: float = 5.0
    guilds_s: float = 0.5
    heartbeat_s: float = 60.0
    watch_s: float = 600.0
    answer_s: float = 30.0
    retry_s: float = 5.0
    longest_pause_s: float = _LONGEST_PAUSE_S
    longest_start_pause_s: float = 300.0
    deliver_s: float = 0.5
    finish_s: float = 5.0
    last_words_s: float = 4.0
    close_s: float = 4.0


class Lost(RostrumError):
    """The connection ended for a reason that nobody foresaw; a restart may help."""

    code = "E-LOST"
    exit_code = 75

    def __init__(self, message: str) -> None:
        super().__init__(message, "Start me again.")


class Listener(Protocol):
    """Who is told of what people do."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody used a command, pressed a button, submitted a form, or is typing an option."""

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something."""


Here = Callable[[frozenset[str]], Coroutine[Any, Any, None]]
"""Is told which communities there are, `discord:…`, whenever that may have changed."""


class RostrumClient(discord.AutoShardedClient):
    """Listens, and passes on what it hears while `listener` is set.

    What ends everything is put into `ended`.
    """

    def __init__(
        self,
        access: Access,
        identifies: Identifies,
        pace: Pace,
        ended: asyncio.Future[None],
        here: Here | None = None,
    ) -> None:
        use(access)
        super().__init__(
            intents=intents(access),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=_LONGEST_LIMIT_S,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            heartbeat_timeout=pace.heartbeat_s,
            guild_ready_timeout=pace.guilds_s,
            http_trace=self._trace(),
        )
        self.listener: Listener | None = None
        self.connected = asyncio.Event()
        self._gateway = yarl.URL(access.gateway) if access.gateway else None
        self._identifies = identifies
        self._pace = pace
        self._ended = ended
        self._here = here
        self._tries: Counter[int] = Counter()
        self._hearing: set[asyncio.Task[None]] = set()

    # What comes.

    async def on_ready(self) -> None:
        """The connection stands, and servers are known."""
        self.connected.set()
        await self._tell_where()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Pass it on."""
        if self.listener:
            await self._heard(self.listener.on_interaction(interaction))

    async def on_message(self, message: discord.Message) -> None:
        """Pass it on."""
        if self.listener:
            await self._heard(self.listener.on_message(message))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A server has removed the bot, or is gone."""
        log.info("Discord: no longer in server %d", guild.id)
        await self._tell_where()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server has taken the bot in, maybe again."""
        await self._tell_where()

    async def _tell_where(self) -> None:
        if self._here:
            await self._heard(self._here(frozenset(f"discord:{guild.id}" for guild in self.guilds)))

    async def _heard(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)
        await task

    async def hush(self) -> None:
        """Pass on nothing more, and let what is under way come to its end, or end it when that takes long."""
        self.listener = None
        if not self._hearing:
            return
        _, late = await asyncio.wait(set(self._hearing), timeout=self._pace.finish_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1.5)  # for them to say so

    async def close(self) -> None:
        """Close the connection; who no longer waits for that does not stop it halfway."""
        await asyncio.shield(super().close())

    # Logging in.

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect where the settings say, if they do. discord.py calls it again, deeper, when that fails."""
        self._tries[shard_id] += 1
        if self._tries[shard_id] > _MOST_TRIES:
            self._end(Lost("Discord's gateway cannot be reached."))
            await asyncio.Event().wait()
        there = DiscordWebSocket.DEFAULT_GATEWAY = self._gateway or gateway  # also for sessions begun anew
        await super().launch_shard(there, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait as Discord wants it, longer after many log-ins, and count. Past the limit there is no more."""
        pause = self._identifies.pause_s(self._pace.longest_pause_s)
        await asyncio.sleep(pause if initial else max(pause, self._pace.identify_s))
        try:
            await asyncio.to_thread(self._identifies.count)
        except RostrumError as error:
            self._end(error)
            await asyncio.Event().wait()  # discord.py would try again: whoever waits for `ended` stops it

    def _end(self, error: RostrumError) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)

    def _trace(self) -> aiohttp.TraceConfig:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._look_for_dead_token)
        return trace

    async def _look_for_dead_token(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, what: aiohttp.TraceRequestEndParams
    ) -> None:
        """A token that Discord took back while it was in use ends everything at once."""
        by_token = not any(part in what.url.path for part in ("/webhooks/", "/interactions/"))
        if what.response.status == 401 and by_token:
            self._end(bad_token())

    # Watching.

    async def deaf(self) -> set[int]:
        """The shards over which a member was asked for and no answer came; one without servers is passed."""
        guilds = {guild.shard_id: guild for guild in self.guilds if not guild.unavailable}
        heard = await asyncio.gather(*(self._hears(guild) for guild in guilds.values()))
        return {shard for shard, hears in zip(guilds, heard, strict=True) if not hears}

    async def _hears(self, guild: discord.Guild) -> bool:
        assert self.user  # set by the log-in, and before there are servers
        try:
            async with asyncio.timeout(self._pace.answer_s):
                await guild.query_members(user_ids=[self.user.id], cache=False)
        except (TimeoutError, aiohttp.ClientError, OSError, discord.ConnectionClosed):
            return False
        return True

    async def begin_anew(self, shard: int) -> None:
        """Give a shard a new session."""
        log.warning("Discord: shard %d logs in anew", shard)
        if found := self.get_shard(shard):
            await found.reconnect()


def use(access: Access) -> None:
    """Have discord.py speak to where the settings say; it knows one place for the whole process."""
    Route.BASE = access.api_base
    # At its lowest level discord.py logs tokens of interactions, and what people write.
    library = logging.getLogger("discord")
    library.setLevel(max(logging.getLogger().getEffectiveLevel(), logging.INFO))
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here


async def close_strays() -> None:
    """Close the connections that discord.py has forgotten: those cut off before they had a session."""
    loop = asyncio.get_running_loop()
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler) and thread.ws.loop is loop:
            thread.stop()
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await thread.ws.socket.close()


def intents(access: Access) -> discord.Intents:
    """What Discord is asked to tell: servers, and messages in them and to the bot."""
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, message_content=access.message_content
    )


def invite_link(application_id: int) -> str:
    """Where somebody invites the bot to a server."""
    return discord.utils.oauth_url(
        application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )


def bad_token() -> OperatorError:
    """Discord refuses the token."""
    return OperatorError(
        "The bot token is not valid.",
        f"Make a new one at {_PORTAL} → your application → Bot → Reset Token, and set it as DISCORD_TOKEN.",
    )


def no_intent() -> OperatorError:
    """Discord refuses what it is asked to tell."""
    return OperatorError(
        "Discord refuses the Message Content intent.",
        f"Switch it on at {_PORTAL} → your application → Bot → Privileged Gateway Intents → "
        "Message Content Intent, or set DISCORD_MESSAGE_CONTENT=off.",
    )


_CLOSED = {
    4010: ("Discord refuses the shard that I asked for.", "Start me again; if it stays, tell my developers."),
    4011: ("The bot is in too many servers for one connection.", "Start me again, and I open more."),
    4012: ("Discord no longer speaks the version of its gateway that I speak.", "Install a newer Rostrum."),
    4013: ("Discord does not know an intent that I asked for.", "Install a newer Rostrum."),
}


def fatal(error: Exception) -> OperatorError | None:
    """What an error of discord.py means for whoever runs the bot; `None` where trying again may help."""
    match error:
        case discord.LoginFailure():
            return bad_token()
        case discord.PrivilegedIntentsRequired():
            return no_intent()
        case discord.ConnectionClosed(code=4004):
            return bad_token()
        case discord.ConnectionClosed(code=code) if code in _CLOSED:
            return OperatorError(*_CLOSED[code])
        case discord.HTTPException(status=401):
            return bad_token()
    return None
