"""A small gateway on loopback that does to a connection what Discord's does on its bad days."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.platforms.discord.channels import as_json

PERSON: dict[str, Any] = {
    "discriminator": "0",
    "global_name": None,
    "avatar": None,
    "public_flags": 0,
    "flags": 0,
    "primary_guild": None,
}
USER: dict[str, Any] = {**PERSON, "id": "11111111111111111", "username": "rostrum", "bot": True}
APPLICATION = {
    "id": "22222222222222222",
    "name": "Rostrum",
    "icon": None,
    "description": "",
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "x",
    "flags": 0,
    "team": None,
    "owner": {**PERSON, "id": "1", "username": "owner"},
    "approximate_guild_count": 1,
    "type": None,
    "flags_new": "0",
    **{key: [] for key in ("redirect_uris", "eligible_oauth2_scopes")},
    **dict.fromkeys(("interactions_endpoint_url", "role_connections_verification_url")),
    **dict.fromkeys(
        ("approximate_user_install_count", "approximate_user_authorization_count", "explicit_content_filter"),
        0,
    ),
}
SERVER: dict[str, Any] = {
    "id": "33333333333333333",
    "name": "Server",
    "owner_id": "1",
    "unavailable": False,
    "member_count": 1,
    "preferred_locale": "en-US",
    **{key: [] for key in ("roles", "emojis", "features", "channels", "threads", "members", "stickers")},
    **dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter"), 0),
    **dict.fromkeys(("mfa_level", "premium_tier", "nsfw_level", "system_channel_flags"), 0),
    **{key: [] for key in ("voice_states", "presences", "stage_instances", "soundboard_sounds")},
    **{key: [] for key in ("guild_scheduled_events",)},
    **dict.fromkeys(
        ("afk_channel_id", "application_id", "banner", "description", "discovery_splash", "hub_type")
    ),
    **dict.fromkeys(("icon", "incidents_data", "public_updates_channel_id", "rules_channel_id", "splash")),
    **dict.fromkeys(("safety_alerts_channel_id", "system_channel_id", "vanity_url_code")),
    "afk_timeout": 60,
    "joined_at": "2026-01-01T00:00:00+00:00",
    "large": False,
    "premium_progress_bar_enabled": False,
    "region": "",
}


class Gateway:
    """What it does is set before or while a bot is connected; what came is in the lists."""

    def __init__(self) -> None:
        self.identifies: list[Any] = []
        self.resumes: list[Any] = []
        self.registered: list[tuple[str, Any]] = []
        self.looks = 0
        self.token_is_good = True
        self.unavailable = 0
        self.heartbeat_ms = 40_000
        self.acknowledges = True
        self.answers_looks = True
        self.on_identify: Callable[[], Any] | None = None
        self.servers = [SERVER]
        self.flags = 0
        self.port = 0
        self._socket: web.WebSocketResponse | None = None
        self._request: web.Request | None = None
        self._sequence = 0

    @property
    def api_base(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def event(self, name: str, data: Any) -> None:
        self._sequence += 1
        await self.send({"op": 0, "t": name, "s": self._sequence, "d": data})

    async def send(self, what: Any) -> None:
        assert self._socket is not None
        await self._socket.send_json(what)

    def reset(self) -> None:
        """Cut the connection without a word."""
        assert self._request is not None
        assert self._request.transport is not None
        self._request.transport.abort()

    async def close(self, code: int) -> None:
        assert self._socket is not None
        await self._socket.close(code=code)

    async def rest(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if self.unavailable:
            self.unavailable -= 1
            return as_json({"message": "no", "code": 0}, status=503)
        if not self.token_is_good:
            return as_json({"message": "401: Unauthorized", "code": 0}, status=401)
        if path == "users/@me":
            return as_json({**USER, "mfa_enabled": True, "locale": "en-US"})
        if path.endswith("applications/@me"):
            count = len(self.servers)
            return as_json({**APPLICATION, "flags": self.flags, "approximate_guild_count": count})
        if path == "gateway/bot":
            limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
            return as_json({"url": self.url, "shards": 1, "session_start_limit": limit})
        self.registered.append((path, await request.json()))
        return as_json([])

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._socket, self._request = socket, request
        await self.send({"op": 10, "d": {"heartbeat_interval": self.heartbeat_ms}})
        async for message in socket:
            await self._heard(json.loads(message.data))
        return socket

    async def _heard(self, said: Any) -> None:
        match said["op"]:
            case 1 if self.acknowledges:
                await self.send({"op": 11})
            case 2:
                self.identifies.append(said["d"])
                await (self.on_identify or self.ready)()
            case 6:
                self.resumes.append(said["d"])
                await self.event("RESUMED", {})
            case 8:
                self.looks += 1
                if self.answers_looks:
                    asked = said["d"]
                    chunk = {"guild_id": asked["guild_id"], "nonce": asked["nonce"], "members": []}
                    await self.event("GUILD_MEMBERS_CHUNK", {**chunk, "chunk_index": 0, "chunk_count": 1})

    async def ready(self) -> None:
        """Begin a session."""
        ready = {
            "v": 10,
            "user": USER,
            "guilds": [{"id": one["id"], "unavailable": True} for one in self.servers],
            "session_id": f"session-{len(self.identifies)}",
            "resume_gateway_url": self.url,
            "application": {"id": APPLICATION["id"], "flags": 0, "flags_new": "0"},
            "shard": [0, 1],
        }
        await self.event("READY", ready)
        for one in self.servers:
            await self.event("GUILD_CREATE", one)


@asynccontextmanager
async def open_gateway() -> AsyncIterator[Gateway]:
    """A gateway and the API beside it, on a port of its own."""
    gateway = Gateway()
    app = web.Application()
    app.router.add_route("*", "/api/v10/{path:.*}", gateway.rest)
    app.router.add_get("/gateway", gateway.gateway)
    async with listening(app, gateway):
        yield gateway


@asynccontextmanager
async def listening(app: web.Application, gateway: Gateway) -> AsyncIterator[None]:
    """The app on a port of its own, which the gateway is told."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gateway.port = runner.addresses[0][1]
    try:
        yield
    finally:
        await runner.cleanup()


async def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds; the test's own limit ends the wait."""
    while not holds():  # noqa: ASYNC110  # what is waited for knows of no event
        await asyncio.sleep(0.005)
