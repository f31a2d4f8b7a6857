"""A desk that takes what the bot answers, over a real socket: messages, forms and choices, and failures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
from aiohttp import web
from discord.http import Route

from tests.platforms.discord.made import ANN, BOT, GUILD, channel, membership, person, server, thread

EPHEMERAL, DEFERRED, MESSAGE, UPDATE, CHOICES, FORM = 64, 5, 4, 7, 8, 9
APPLICATION = 1
DROPPED = 418
"""Stands for a connection that breaks before an answer comes."""


@dataclass
class Kept:
    """A message as it stands: where, what, who sees it."""

    where: str
    body: dict[str, Any] = field(default_factory=dict)
    private: bool = False
    thinking: bool = False

    @property
    def text(self) -> str:
        return "\n".join(_texts(self.body.get("components", [])))

    @property
    def buttons(self) -> list[str]:
        return _custom_ids(self.body.get("components", []))


class Desk:
    """What arrived. `fails` has, by method and part of the path, the refusals that come first;
    `loses`, how many answers are lost after the thing was done."""

    def __init__(self) -> None:
        self.messages: dict[str, Kept] = {}
        self.forms: list[dict[str, Any]] = []
        self.choices: list[dict[str, Any]] | None = None
        self.requests: list[str] = []
        self.fails: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self.loses: dict[tuple[str, str], int] = {}
        self._next = 5000
        self._original: dict[str, str] = {}
        self._answered: set[str] = set()
        self._nonces: dict[str, str] = {}

    @property
    def shown(self) -> list[Kept]:
        return list(self.messages.values())

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.shown]

    async def take(self, request: web.Request) -> web.Response:
        """Every request of the bot's."""
        body = await _body(request)
        self.requests.append(f"{request.method} {request.path}")
        for (method, part), refusals in self.fails.items():
            if request.method == method and part in request.path and refusals:
                status, code = refusals.pop(0)
                if status == DROPPED and request.transport:
                    request.transport.abort()
                return answer({"code": code, "message": "refused"}, status=status)
        done = self._done(request.method, request.path.strip("/").split("/"), body)
        for (method, part), left in self.loses.items():
            if left and request.method == method and part in request.path and request.transport:
                self.loses[method, part] -= 1
                request.transport.abort()
        return done

    def _done(self, how: str, path: list[str], body: dict[str, Any]) -> web.Response:
        match how, path:
            case "POST", ["interactions", _, token, "callback"]:
                return self._callback(token, body)
            case "POST", ["webhooks", _, token]:
                return answer(self._add("followup", body, private=bool(body.get("flags", 0) & 64)))
            case method, ["webhooks", _, token, "messages", message]:
                return self._touch(
                    method, self._original.get(token, "") if message == "@original" else message, body
                )
            case "POST", ["channels", where, "messages"]:
                return self._post(where, body)
            case "POST", ["channels", _, "typing"]:
                return web.Response(status=204)
            case method, ["channels", _, "messages", message]:
                return self._touch(method, message, body)
            case "POST", ["users", "@me", "channels"]:
                return answer({"id": "500", "type": 1, "recipients": [person(ANN, "ann")]})
            case "GET", ["users", "@me"]:
                return answer(person(BOT, "rostrum"))
        return answer({"code": 0, "message": "404: Not Found"}, status=404)

    def _callback(self, token: str, body: dict[str, Any]) -> web.Response:
        if token in self._answered:
            return answer({"code": 40060, "message": "already"}, status=400)
        self._answered.add(token)
        data = body.get("data") or {}
        match body["type"]:
            case 4 | 5:
                made = self._add("answer", data, private=bool(data.get("flags", 0) & EPHEMERAL))
                self.messages[made["id"]].thinking = body["type"] == DEFERRED
                self._original[token] = made["id"]
            case 7:
                self.messages["900"].body.update(data)
                self._original[token] = "900"
            case 8:
                self.choices = data["choices"]
            case 9:
                self.forms.append(data)
        return answer({"interaction": {"id": "1", "type": 2}})

    def _post(self, where: str, body: dict[str, Any]) -> web.Response:
        nonce = body.get("nonce")
        if nonce in self._nonces:
            return answer(self._as_message(self._nonces[nonce]))
        made = self._add(where, body)
        if nonce:
            self._nonces[nonce] = made["id"]
        return answer(made)

    def _add(self, where: str, body: dict[str, Any], *, private: bool = False) -> dict[str, Any]:
        self._next += 1
        self.messages[str(self._next)] = Kept(where, dict(body), private)
        return self._as_message(str(self._next))

    def _touch(self, method: str, message: str, body: dict[str, Any]) -> web.Response:
        if message not in self.messages:
            return answer({"code": 10008, "message": "Unknown Message"}, status=404)
        if method == "DELETE":
            del self.messages[message]
            return web.Response(status=204)
        self.messages[message].body.update(body)
        self.messages[message].thinking = False
        return answer(self._as_message(message))

    def _as_message(self, message: str) -> dict[str, Any]:
        kept = self.messages[message]
        return raw_message(message, components=kept.body.get("components", []))


@asynccontextmanager
async def staffed(desk: Desk) -> AsyncIterator[discord.Guild]:
    """A server whose bot speaks to the desk."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", desk.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    before, Route.BASE = Route.BASE, f"http://127.0.0.1:{runner.addresses[0][1]}"
    guild = server()
    client = guild._state._get_client()
    try:
        await client.http.static_login("token")
        yield guild
    finally:
        await client.http.close()
        Route.BASE = before
        await runner.cleanup()


def raw_message(number: str, **more: Any) -> dict[str, Any]:
    rest: dict[str, Any] = {key: [] for key in ("mentions", "mention_roles", "attachments", "embeds")}
    return {
        "id": number,
        "channel_id": "300",
        "author": {**person(BOT, "rostrum"), "bot": True},
        "content": "",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "pinned": False,
        "type": 0,
        "components": [],
        **rest,
        **more,
    }


_count = 0


def interaction(
    guild: discord.Guild,
    kind: int,
    data: Mapping[str, Any],
    *,
    permissions: discord.Permissions | None = None,
    number: int | None = None,
    in_dm: bool = False,
    **more: Any,
) -> discord.Interaction[Any]:
    """Something that Ann does in the hall, or in a direct conversation with the bot."""
    global _count
    _count += 1
    own = number or discord.utils.time_snowflake(discord.utils.utcnow()) + _count
    where: Any = (
        {"id": "500", "type": 1} if in_dm else {"id": "300", "type": 0, "name": "hall", "position": 0}
    )
    granted = str((permissions or discord.Permissions.none()).value)
    member = {"user": person(ANN, "ann"), **membership(), "permissions": granted}
    who: dict[str, Any] = (
        {"user": person(ANN, "ann")} if in_dm else {"guild_id": str(GUILD), "member": member}
    )
    payload: Any = {
        "id": str(own),
        "type": kind,
        "application_id": str(APPLICATION),
        "token": f"token-{own}",
        "version": 1,
        "data": dict(data),
        "channel": where,
        "attachment_size_limit": 10_000_000,
        "app_permissions": "0",
        "entitlements": [],
        **who,
        **more,
    }
    return discord.Interaction(data=payload, state=guild._state)


def in_hall(guild: discord.Guild) -> discord.TextChannel:
    """The channel where things happen."""
    return channel(guild)


def in_thread(guild: discord.Guild) -> discord.Thread:
    """A thread below it."""
    channel(guild)
    return thread(guild)


def answer(value: Any, status: int = 200) -> web.Response:
    """JSON as Discord labels it, with no more behind the type."""
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(value).encode(), status=status, headers=headers)


async def _body(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body:
        return {}
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    form = await request.post()
    parsed: dict[str, Any] = json.loads(str(form["payload_json"]))
    return parsed


def _texts(components: list[dict[str, Any]]) -> list[str]:
    return [t for one in components for t in (one.get("content"), *_texts(one.get("components", []))) if t]


def _custom_ids(components: list[dict[str, Any]]) -> list[str]:
    return [
        one_id
        for one in components
        for one_id in (one.get("custom_id"), *_custom_ids(one.get("components", [])))
        if one_id
    ]
