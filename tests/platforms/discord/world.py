"""A server with a channel and people in it: the real bot is in there, and people do what Discord allows."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
from aiohttp import web

from bot.app import App, opened
from bot.endpoint import Endpoint
from bot.platforms.discord.client import Access
from bot.platforms.discord.run import serve
from bot.settings import Settings
from tests import oracles
from tests.platforms.discord.channels import BOT, Channels, as_json, body_of, refusal
from tests.platforms.discord.gateway import APPLICATION, PERSON, SERVER, USER, Gateway, listening, until

GUILD = "44444444444444444"
CHANNEL = "55555555555555555"
EPHEMERAL = 1 << 6
MEMBER = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, read_message_history=True
)
BOT_MAY = discord.Permissions(
    MEMBER.value | discord.Permissions(attach_files=True, create_public_threads=True).value
)


@dataclass(frozen=True)
class Person:
    """Somebody in the server."""

    id: str
    name: str
    may: discord.Permissions = MEMBER
    roles: tuple[str, ...] = ()

    def as_user(self) -> dict[str, Any]:
        return {**PERSON, "id": self.id, "username": self.name.lower(), "global_name": self.name}

    def as_member(self) -> dict[str, Any]:
        return {
            "user": self.as_user(),
            "roles": list(self.roles),
            "permissions": str(self.may.value),
            "joined_at": "2026-01-01T00:00:00+00:00",
            "flags": 0,
            "deaf": False,
            "mute": False,
            "nick": None,
            "avatar": None,
            "pending": False,
        }


ADA = Person("66666666666666661", "Ada")
BO = Person("66666666666666662", "Bo")
CY = Person("66666666666666663", "Cy")
MODERATOR = Person(
    "66666666666666669",
    "Mo",
    discord.Permissions(MEMBER.value | discord.Permissions(manage_threads=True).value),
)
ADMIN = Person(
    "66666666666666668",
    "Al",
    discord.Permissions(MEMBER.value | discord.Permissions(manage_guild=True).value),
)


@dataclass
class Turn:
    """One interaction: what the bot answered to it, as whoever began it sees that."""

    by: Person
    token: str
    began: float = field(default_factory=time.monotonic)
    acknowledged_after: float | None = None
    private: bool = False
    deferred: bool = False
    modal: dict[str, Any] | None = None
    choices: list[str] | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    edits: list[tuple[float, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line for message in self.messages for line in texts(message["components"]))

    @property
    def is_answered(self) -> bool:
        return bool(self.messages or self.modal or self.choices is not None)

    def button(self, label: str) -> dict[str, Any]:
        """The newest button of that label. Raises LookupError."""
        for message in reversed(self.messages):
            for one in buttons(message["components"]):
                if one["label"] == label:
                    return one
        raise LookupError(f"no button “{label}” in:\n{self.text}")


class World(Gateway, Channels):
    """Gateway and REST of one server. Every message, either way, is held against what Discord publishes."""

    checked = 0
    """Messages that were held against it, in all servers of the process."""

    def __init__(self) -> None:
        Gateway.__init__(self)
        Channels.__init__(self)
        self.commands: list[dict[str, Any]] = []
        self.turns: dict[str, Turn] = {}
        self.violations: list[str] = []
        self.twice = False
        self.ended = False
        self.refusing: web.Response | None = None
        self.bot_may = BOT_MAY
        self.servers = [self._server()]
        # Ids of Discord's tell when a thing was made.
        self._interactions = discord.utils.time_snowflake(discord.utils.utcnow())
        self._ids = self._interactions + 100_000
        self._spec = oracles.module("discord_validator").DiscordSpec() if oracles.folder() else None

    def _server(self) -> dict[str, Any]:
        everyone = {"id": GUILD, "name": "@everyone", "permissions": str(BOT_MAY.value), "position": 0}
        more = {
            "color": 0,
            "colors": _COLOURS,
            "icon": None,
            "unicode_emoji": None,
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        channel = {"id": CHANNEL, "type": 0, "name": "debates", "position": 0, "permission_overwrites": []}
        mine = {"user": USER, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
        return {
            **SERVER,
            "id": GUILD,
            "roles": [{**everyone, **more}],
            "channels": [channel],
            "members": [{**mine, "deaf": False, "mute": False}],
        }

    async def event(self, name: str, data: Any) -> None:
        """Send an event, which must be as Discord would send it."""
        if self._spec:
            World.checked += 1
            if name == "MESSAGE_CREATE":
                found = self._spec.response("GET", "/channels/1/messages/2", 200, data)
            else:
                found = oracles.module("gateway_validator").dispatch(name, data) or []
            self.violations += [f"{name}: {one}" for one in found]
        await super().event(name, data)

    # What people do.

    async def use(self, by: Person, line: str, named: Mapping[str, Any] | None = None, **values: Any) -> Turn:
        """Use a command as Discord's client lets one: raises LookupError for what is not registered.

        `named` are options whose names are no names in Python.
        """
        values = {**values, **(named or {})}
        top, _, below = line.partition(" ")
        told = next(one for one in self.commands if one["name"] == top and one["type"] == 1)
        options = told["options"]
        if below:
            options = next(one for one in options if one["name"] == below)["options"]
        given = [self._given(options, name, value) for name, value in values.items()]
        if lacking := [one["name"] for one in options if one["required"] and one["name"] not in values]:
            raise LookupError(f"/{line} needs {lacking}")
        inner = [{"type": 1, "name": below, "options": given}] if below else given
        return await self._interact(by, 2, {"id": "1", "name": top, "type": 1, "options": inner})

    def _given(self, options: Sequence[Mapping[str, Any]], name: str, value: Any) -> dict[str, Any]:
        option = next((one for one in options if one["name"] == name), None)
        if option is None:
            raise LookupError(f"no option {name}")
        allowed = [choice["value"] for choice in option.get("choices", [])]
        if allowed and value not in allowed:
            raise LookupError(f"{name} is none of {allowed}")
        return {"type": option["type"], "name": name, "value": value}

    async def type(self, by: Person, line: str, option: str, typed: str) -> Turn:
        """Begin to type an option; what is offered are the turn's choices."""
        top, _, below = line.partition(" ")
        half = [{"type": 3, "name": option, "value": typed, "focused": True}]
        inner = [{"type": 1, "name": below, "options": half}] if below else half
        return await self._interact(by, 4, {"id": "1", "name": top, "type": 1, "options": inner})

    async def press(self, by: Person, button: Mapping[str, Any], message: Mapping[str, Any]) -> Turn:
        """Press a button of a message."""
        data = {"component_type": 2, "custom_id": button["custom_id"]}
        return await self._interact(by, 3, data, message=self._whole(message))

    async def choose_in_menu(self, by: Person, name: str, message: Mapping[str, Any]) -> Turn:
        """Choose an entry in a message's menu."""
        target = str(message["id"])
        data = {"id": "1", "name": name, "type": 3, "target_id": target}
        resolved = {"resolved": {"messages": {target: self._whole(message)}}}
        return await self._interact(by, 2, {**data, **resolved})

    async def submit(self, turn: Turn, **typed: str) -> Turn:
        """Fill in the form that was opened. Raises LookupError for a field it has not."""
        assert turn.modal is not None, turn.text
        fields = {one["component"]["custom_id"]: one["component"] for one in turn.modal["components"]}
        if unknown := typed.keys() - fields.keys():
            raise LookupError(f"no fields {unknown}")
        filled = [_filled(component, typed.get(name, "")) for name, component in fields.items()]
        data = {"custom_id": turn.modal["custom_id"], "components": filled}
        return await self._interact(turn.by, 5, data)

    async def say(self, by: Person, content: str, *, mentions: Sequence[dict[str, Any]] = ()) -> None:
        """Write a message in the channel."""
        self._ids += 1
        message = {"id": str(self._ids), "channel_id": CHANNEL, "author": by.as_user(), "content": content}
        more = {"guild_id": GUILD, "member": by.as_member(), "mentions": list(mentions)}
        await self.event("MESSAGE_CREATE", {**_BLANK, **message, **more})

    async def _interact(
        self, by: Person, kind: int, data: dict[str, Any], message: dict[str, Any] | None = None
    ) -> Turn:
        self._interactions += 1
        turn = Turn(by, token=f"token-{self._interactions}")
        self.turns[turn.token] = turn
        event = {
            "id": str(self._interactions),
            "application_id": APPLICATION["id"],
            "type": kind,
            "token": turn.token,
            "version": 1,
            "guild_id": GUILD,
            "guild": {"id": GUILD, "locale": "en-US", "features": []},
            "channel_id": CHANNEL,
            "channel": {"id": CHANNEL, "type": 0, "name": "debates", "permissions": str(by.may.value)},
            "member": by.as_member(),
            "app_permissions": str(self.bot_may.value),
            "locale": "en-US",
            "guild_locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "attachment_size_limit": 10_000_000,
            "context": 0,
            "data": data,
        }
        for _ in range(2 if self.twice else 1):
            await self.event("INTERACTION_CREATE", {**event, **({"message": message} if message else {})})
        return turn

    def _whole(self, message: Mapping[str, Any]) -> dict[str, Any]:
        whole = {**_BLANK, "channel_id": CHANNEL, **message}
        author = USER if whole.get("author", {}).get("id") in (None, BOT) else whole["author"]
        kept = {key: value for key, value in whole.items() if key in _KEPT}
        numbers = itertools.count(1)
        components = [_numbered(one, numbers) for one in whole["components"]]
        kept["attachments"] = [_attachment(one) for one in whole["attachments"]]
        return {**kept, "author": author, "content": whole["content"] or "", "components": components}

    # What the bot does.

    def rest_app(self) -> web.Application:
        """The API: channels as they are, interactions, and the rest as the gateway answers it."""
        app = web.Application(middlewares=[self._checking, self._faulty])
        app.router.add_post("/interactions/{id}/{token}/callback", self._callback)
        app.router.add_post("/webhooks/{app}/{token}", self._follow_up)
        app.router.add_patch("/webhooks/{app}/{token}/messages/{message}", self._edit_answer)
        app.router.add_delete("/webhooks/{app}/{token}/messages/{message}", self._delete_answer)
        app.router.add_put("/applications/{app}/commands", self._register)
        app.router.add_put("/applications/{app}/guilds/{guild}/commands", self._register)
        app.router.add_post("/users/@me/channels", self._direct)
        app.router.add_post("/channels/{channel}/typing", self._typing)
        app.router.add_post("/channels/{channel}/messages", self._post)
        app.router.add_get("/channels/{channel}/messages", self._history)
        app.router.add_patch("/channels/{channel}/messages/{message}", self._edit)
        app.router.add_post("/channels/{channel}/messages/{message}/threads", self._thread)
        app.router.add_patch("/channels/{channel}", self._change)
        app.router.add_route("*", "/{path:.*}", self.rest)
        return app

    @web.middleware
    async def _checking(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v10")
        if self._spec and request.method in ("POST", "PATCH", "PUT"):
            body, parts = None, None
            if request.content_type == "application/json" and (raw := await request.read()):
                body = json.loads(raw)
            elif request.content_type == "multipart/form-data":
                form = await request.post()
                parts = {key: value if isinstance(value, str) else b"" for key, value in form.items()}
            found = self._spec.request(request.method, path, body, multipart=parts, query=dict(request.query))
            World.checked += 1
            bad = [str(one) for one in found if one.level in ("error", "limit")]
            self.violations += [f"{request.method} {path}: {one}" for one in bad]
        answered: web.StreamResponse = await handler(request)
        if self._spec and isinstance(answered, web.Response):
            body = json.loads(answered.body) if answered.body else None
            found = self._spec.response(request.method, path, answered.status, body)
            World.checked += 1
            self.violations += [f"answer to {request.method} {path}: {one}" for one in found]
        return answered

    async def _register(self, request: web.Request) -> web.Response:
        self.commands = await request.json()
        self.registered.append((request.path, self.commands))
        return as_json([])

    async def _typing(self, request: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _post(self, request: web.Request) -> web.Response:
        return self._told_whole(await super()._post(request))

    async def _edit(self, request: web.Request) -> web.Response:
        return self._told_whole(await super()._edit(request))

    async def _history(self, request: web.Request) -> web.Response:
        answered = json.loads((await super()._history(request)).body)
        return as_json([self._whole(one) for one in answered])

    async def _thread(self, request: web.Request) -> web.Response:
        opened = await super()._thread(request)
        told = {"guild_id": GUILD, "parent_id": CHANNEL, "owner_id": USER["id"], "member_count": 1}
        times = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": _BLANK["timestamp"]}
        more = {"name": "", "message_count": 0, "thread_metadata": {**times, "locked": False}}
        whole = {**json.loads(opened.body), **told, **more, **_QUIET}
        return as_json(whole, status=201) if opened.status == 200 else opened

    def _told_whole(self, response: web.Response) -> web.Response:
        if response.status != 200:
            return response
        return as_json(self._whole(json.loads(response.body)))

    async def _callback(self, request: web.Request) -> web.Response:
        turn = self.turns[request.match_info["token"]]
        body, _ = await body_of(request)
        if self.refusing:
            return web.Response(body=self.refusing.body, status=self.refusing.status, headers=_JSON)
        if turn.acknowledged_after is not None:
            return refusal(400, 40060, "Interaction has already been acknowledged.")
        turn.acknowledged_after = time.monotonic() - turn.began
        kind, data = body["type"], body.get("data") or {}
        interaction = {"id": request.match_info["id"], "type": 2}
        if kind == 8:
            turn.choices = [choice["value"] for choice in data["choices"]]
        elif kind == 9:
            turn.modal = data
        else:
            turn.private = bool(data.get("flags", 0) & EPHEMERAL)
            turn.deferred = kind in (5, 6)
            if kind == 4:
                message = self._new(turn, data)
                interaction["response_message_id"] = message["id"]
                resource = {"type": kind, "message": self._whole(message)}
                return as_json({"interaction": interaction, "resource": resource})
        return as_json({"interaction": interaction})

    def _new(self, turn: Turn, data: Mapping[str, Any]) -> dict[str, Any]:
        self._ids += 1
        message = {"components": [], "flags": 0, **data, "id": str(self._ids)}
        if not turn.messages:
            message["flags"] |= EPHEMERAL * turn.private
        turn.messages.append(message)
        turn.edits.append((time.monotonic(), turn.text))
        return message

    async def _follow_up(self, request: web.Request) -> web.Response:
        turn = self.turns[request.match_info["token"]]
        body, _ = await body_of(request)
        return as_json(self._whole(self._new(turn, body)))

    async def _edit_answer(self, request: web.Request) -> web.Response:
        turn, which = self.turns[request.match_info["token"]], request.match_info["message"]
        if self.ended:
            return refusal(401, 50027, "Invalid Webhook Token")
        body, _ = await body_of(request)
        if which == "@original" and not turn.messages:
            return as_json(self._whole(self._new(turn, body)))
        for message in turn.messages[:1] if which == "@original" else turn.messages:
            if which in ("@original", message["id"]):
                message.update(body)
                turn.edits.append((time.monotonic(), turn.text))
                return as_json(self._whole(message))
        return refusal(404, 10008, "Unknown Message")

    async def _delete_answer(self, request: web.Request) -> web.Response:
        turn, which = self.turns[request.match_info["token"]], request.match_info["message"]
        gone = turn.messages[:1] if which == "@original" else turn.messages
        turn.messages = [
            one for one in turn.messages if one not in gone or which not in ("@original", one["id"])
        ]
        return web.Response(status=204)


_KEPT = frozenset(
    (
        *("id", "channel_id", "timestamp", "edited_timestamp", "tts", "mention_everyone", "mentions"),
        *("mention_roles", "attachments", "embeds", "pinned", "type", "flags", "nonce"),
    )
)
"""What Discord tells of a message that it keeps."""
_QUIET = {"flags": 0, "last_message_id": None, "rate_limit_per_user": 0, "total_message_sent": 0}
_JSON = {"Content-Type": "application/json"}
_COLOURS = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
_BLANK: Mapping[str, Any] = {
    "content": "",
    "timestamp": "2026-11-25T12:00:00+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "pinned": False,
    "type": 0,
    "flags": 0,
}


def _numbered(component: Mapping[str, Any], numbers: Iterator[int]) -> dict[str, Any]:
    """A component as Discord gives it back: with an id, and media with an address."""
    whole = {**component, "id": component.get("id") or next(numbers)}
    if "components" in whole:
        whole["components"] = [_numbered(one, numbers) for one in whole["components"]]
    if "items" in whole:
        whole["items"] = [{**one, "media": _media(one["media"])} for one in whole["items"]]
    return whole


def _attachment(told: Mapping[str, Any]) -> dict[str, Any]:
    address = f"https://cdn.discordapp.com/{told['filename']}"
    return {**told, "id": f"9{told['id']}", "size": 1, "url": address, "proxy_url": address}


def _media(told: Mapping[str, Any]) -> dict[str, Any]:
    address = f"https://cdn.discordapp.com/{told['url'].removeprefix('attachment://')}"
    return {"id": "1", "url": address, "proxy_url": address, "width": 1080, "height": 1350}


def texts(components: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every text in components."""
    for one in components:
        if one["type"] == 10:
            yield one["content"]
        yield from texts(one.get("components", []))


def buttons(components: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every button that can be pressed."""
    for one in components:
        if one["type"] == 2 and "custom_id" in one:
            yield dict(one)
        yield from buttons(one.get("components", []))


def button(message: Mapping[str, Any], label: str) -> dict[str, Any]:
    """The button of that label in a message. Raises LookupError."""
    for one in buttons(message["components"]):
        if one["label"] == label:
            return one
    raise LookupError(f"no button “{label}”")


def _filled(component: Mapping[str, Any], typed: str) -> dict[str, Any]:
    answer = {"type": component["type"], "custom_id": component["custom_id"], "id": 1}
    filled = {"value": typed} if component["type"] == 4 else {"values": [typed] if typed else []}
    return {"type": 18, "id": 1, "component": {**answer, **filled}}


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """A server on a port of its own. At the end, nothing that the bot sent may have been wrong."""
    here = World()
    app = web.Application()
    app.add_subapp("/api/v10", here.rest_app())
    app.router.add_get("/gateway", here.gateway)
    async with listening(app, here):
        yield here
    assert here.violations == [], "\n".join(dict.fromkeys(here.violations))


@asynccontextmanager
async def bot_in(here: World, folder: Path, *endpoints: Endpoint, **settled: Any) -> AsyncIterator[App]:
    """The bot as `run` brings it up, until the block ends; it has come in when the block begins."""
    settings = Settings(data=folder, discover=False, endpoints=endpoints, **settled)
    access = Access(token="token", api_base=here.api_base, gateway=here.url)
    stopping = asyncio.Event()
    said: list[str] = []
    async with opened(settings, platform="discord") as inside:
        running = asyncio.create_task(serve(access, inside, folder / "discord.json", said.append, stopping))
        try:
            await until(lambda: running.done() or (said and here.registered))
            yield inside
        finally:
            stopping.set()
            await running
