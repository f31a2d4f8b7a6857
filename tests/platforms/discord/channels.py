"""Discord's channels over HTTP, on loopback: what is posted, edited, opened, and what fails on request."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

BOT = "1"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


class Channels:
    """Keeps messages by channel. A `faults` entry answers the next request in place of what is right."""

    def __init__(self) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.asked: list[tuple[str, str]] = []
        self.faults: list[Answer] = []
        self.gone: set[str] = set()
        self.archived: set[str] = set()
        self.titles: dict[str, str] = {}
        self._nonces: dict[str, dict[str, Any]] = {}
        self._ids = 1000

    def app(self) -> web.Application:
        """The server."""
        app = web.Application(middlewares=[self._faulty])
        app.router.add_get("/users/@me", self._me)
        app.router.add_get("/oauth2/applications/@me", self._application)
        app.router.add_post("/users/@me/channels", self._direct)
        app.router.add_post("/channels/{channel}/messages", self._post)
        app.router.add_get("/channels/{channel}/messages", self._history)
        app.router.add_patch("/channels/{channel}/messages/{message}", self._edit)
        app.router.add_post("/channels/{channel}/messages/{message}/threads", self._thread)
        app.router.add_patch("/channels/{channel}", self._change)
        return app

    def texts(self, channel: str) -> list[str]:
        """What stands in a channel, message by message."""
        return [" ".join(_texts(message["components"])) for message in self.messages[channel]]

    def posts(self, channel: str) -> int:
        """How often it was tried to post to a channel."""
        return self.asked.count(("POST", f"/channels/{channel}/messages"))

    @web.middleware
    async def _faulty(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v10")
        if path.startswith(("/channels", "/users/@me/channels")):
            self.asked.append((request.method, path))
            if self.faults and (answer := await self.faults.pop(0)(request)):
                return answer
        channel = request.match_info.get("channel")
        if channel in self.gone:
            return refusal(404, 10003, "Unknown Channel")
        answered: web.StreamResponse = await handler(request)
        return answered

    async def _me(self, request: web.Request) -> web.Response:
        return as_json(_person())

    async def _application(self, request: web.Request) -> web.Response:
        named = {"id": BOT, "name": "Rostrum", "description": "", "icon": None, "verify_key": "x"}
        more = {"bot_public": True, "bot_require_code_grant": False, "owner": _person()}
        return as_json({**named, **more})

    async def _direct(self, request: web.Request) -> web.Response:
        return as_json({"id": f"9{(await request.json())['recipient_id']}", "type": 1})

    async def _post(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        if channel in self.archived:
            return refusal(400, 50083, "Tried to perform an operation on an archived thread")
        body, files = await body_of(request)
        known = self._nonces.get(body["nonce"])
        if known is None:
            self._ids += 1
            message = {"id": str(self._ids), "author": _person(), "channel_id": channel, **body}
            known = self._nonces[body["nonce"]] = {**message, "files": files}
            self.messages[channel].append(known)
        return as_json(known)

    async def _history(self, request: web.Request) -> web.Response:
        newest = self.messages[request.match_info["channel"]][::-1]
        return as_json(newest[: int(request.query["limit"])])

    async def _edit(self, request: web.Request) -> web.Response:
        body, files = await body_of(request)
        for message in self.messages[request.match_info["channel"]]:
            if message["id"] == request.match_info["message"]:
                message.update(body, files=files)
                return as_json(message)
        return refusal(404, 10008, "Unknown Message")

    async def _thread(self, request: web.Request) -> web.Response:
        message = request.match_info["message"]
        if message in self.titles:
            return refusal(400, 160004, "A thread has already been created for this message")
        self.titles[message] = (await request.json())["name"]
        return as_json({"id": message, "type": 11})

    async def _change(self, request: web.Request) -> web.Response:
        assert await request.json() == {"archived": False}
        self.archived.discard(request.match_info["channel"])
        return as_json({"id": request.match_info["channel"], "type": 11})

    def forget_nonces(self) -> None:
        """Minutes pass: a nonce is not known any more."""
        self._nonces.clear()


def as_json(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """An answer as Discord gives it: the library reads no other type."""
    told = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=told)


def refusal(status: int, code: int, text: str) -> web.Response:
    """Discord says no."""
    return as_json({"code": code, "message": text}, status=status)


def fails(status: int, code: int = 0, text: str = "No", **headers: str) -> Answer:
    """The next request is refused, and nothing comes of it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        refused = refusal(status, code, text)
        refused.headers.update(headers)
        return refused

    return answer


def limited(seconds: float, *, everywhere: bool = False, scope: str = "user") -> Answer:
    """The next request comes too early."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body = {
            "message": "Slower.",
            "code": 0,
            "retry_after": seconds,
            "global": everywhere,
        }
        headers = {"Via": "1.1 google", "Retry-After": "1", "X-RateLimit-Scope": scope}
        return as_json(body, status=429, headers=headers)

    return answer


async def guarded(request: web.Request) -> web.StreamResponse:
    """Discord's guard refuses whoever asks too much, with a page for people."""
    return web.Response(status=429, text="<html>You are being rate limited</html>", content_type="text/html")


def lost(channels: Channels, *, status: int = 0) -> Answer:
    """The next request is done, but its answer does not arrive, or is an error of the server."""

    async def answer(request: web.Request) -> web.StreamResponse:
        await channels._post(request)
        if status:
            return refusal(status, 0, "Server error")
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    return answer


async def right(request: web.Request) -> None:
    """The next request goes well."""


async def body_of(request: web.Request) -> tuple[Any, int]:
    """What was sent, and how many files with it."""
    if request.content_type == "application/json":
        return await request.json(), 0
    form = await request.post()
    return json.loads(str(form["payload_json"])), len(form) - 1


def _texts(components: list[dict[str, Any]]) -> list[str]:
    return [one["content"] for one in components if one["type"] == 10]


def _person() -> dict[str, Any]:
    named = {"id": BOT, "username": "rostrum", "discriminator": "0", "global_name": None, "avatar": None}
    return {**named, "bot": True}
