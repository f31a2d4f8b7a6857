"""One endpoint over HTTP: where its API is, and the JSON that it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.endpoint import Endpoint
from bot.llm import wire
from bot.llm.attempt import ERROR_BODY
from bot.llm.complaint import Complaint, of, read
from bot.llm.errors import BadRequest, EndpointError, ProtocolError, TookTooLong
from bot.llm.judging import Refusal, judged, no_api

if TYPE_CHECKING:
    from bot.llm.http import Http
    from bot.ports import Clock

LIST_BODY, VECTORS_BODY = 4 * 2**20, 64 * 2**20
"""Bytes that are read of an answer."""
NO_API = (200, 404, 405)
"""What a server says to a request at a wrong address: 200 comes with a page, or with an error in words."""


class Api:
    """Speaks to one endpoint. Where its base URL lacks the `/v1`, that is found out and kept in `path`.

    Every method raises the errors of `bot.llm.errors`. `until` is always a time of the event loop's clock.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self.endpoint = endpoint
        self.path = ""
        self._clock = clock
        self._http: Http | None = None

    async def close(self) -> None:
        """Let go of every connection."""
        if self._http:
            await self._http.close()

    @property
    def http(self) -> Http:
        """The connections, made when they are first asked for."""
        if self._http is None:
            from bot.llm.http import Http  # many starts ask no endpoint, and httpx takes a while to load

            secure = self.endpoint.base_url.startswith("https")
            self._http = Http(secure=secure, proxied=not self.endpoint.is_local)
        return self._http

    @property
    def root(self) -> str:
        """The server's address, without the `/v1` of the API."""
        return self.endpoint.base_url.removesuffix("/v1")

    def url(self, path: str) -> str:
        """The address of a call, with what Azure wants behind it."""
        query = f"?{self.endpoint.query}" if self.endpoint.query else ""
        return f"{self.endpoint.base_url}{self.path}{path}{query}"

    def try_path(self) -> bool:
        """Take it that the base URL lacks its `/v1`; whether that is worth a try."""
        last = self.endpoint.base_url.rsplit("/", 1)[-1]
        if self.path or re.fullmatch(r"v\d+\w*|openai", last):
            return False
        self.path = "/v1"
        return True

    async def call(self, method: str, path: str, body: bytes | None, until: float, model: str = "") -> Any:
        """The JSON value that a call of the API comes to, also where the base URL lacks its `/v1`."""
        try:
            return await self._value(method, self.url(path), body, until, model)
        except BadRequest as error:
            if error.status not in NO_API or not self.try_path():
                raise
        try:
            return await self._value(method, self.url(path), body, until, model)
        except EndpointError:
            self.path = ""
            raise

    async def get(self, path: str, until: float) -> Any:
        """The JSON value at a path of the server, beside the API."""
        return await self._value("GET", f"{self.root}{path}", None, until)

    async def is_well(self, until: float) -> bool:
        """Whether the server says of itself that it is ready; one that does not know the question is."""
        try:
            await self._fetch("GET", f"{self.root}/health", None, until, "")
        except EndpointError as error:
            return error.status is not None and error.status < 500
        return True

    async def _value(self, method: str, url: str, body: bytes | None, until: float, model: str = "") -> Any:
        data = await self._fetch(method, url, body, until, model)
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            if read(data.decode("utf-8", "replace")).is_page:
                raise no_api(self.endpoint, 200) from None
            raise ProtocolError(f"{url} does not answer in JSON.", "Is that a model server?") from None
        if complaint := of(value):
            raise self._judged(wire.status_of(complaint), complaint, {}, model)
        return value

    async def _fetch(self, method: str, url: str, body: bytes | None, until: float, model: str) -> bytes:
        sent = wire.headers(self.endpoint) | ({"content-type": "application/json"} if body else {})
        try:
            async with self.http.send(method, url, sent, body) as answer:
                await answer.begun(until)
                data = await answer.all(until, VECTORS_BODY if body else LIST_BODY)
                if answer.status != 200:
                    said = read(data[:ERROR_BODY].decode("utf-8", "replace"))
                    raise self._judged(answer.status, said, answer.headers, model)
                return data
        except TimeoutError:
            hint = "Is the server busy?"
            raise TookTooLong(f"{url} did not answer in time.", hint, kind="lookup") from None

    def _judged(self, status: int, said: Complaint, headers: Mapping[str, str], model: str) -> EndpointError:
        refusal = Refusal(status=status, said=said, headers=headers, endpoint=self.endpoint, model=model)
        return judged(refusal, self._clock.now())
