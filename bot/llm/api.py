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
    """Speaks to one endpoint. Where its base URL lacks the `/v1`, that is kept in `path` once it has helped.

    Every method raises the errors of `bot.llm.errors`. `until` is always a time of the event loop's clock.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self.endpoint = endpoint
        self.path = ""
        self._clock = clock
        self._http: Http | None = None
        self._retired = False

    async def close(self) -> None:
        """Let go of every connection."""
        if self._http:
            await self._http.close()

    async def retire(self) -> None:
        """Keep no connection open from now on, whoever still asks here."""
        self._retired = True
        if self._http:
            await self._http.retire()

    @property
    def is_dead(self) -> bool:
        """Whether nobody was there when it was last asked."""
        return self._http is not None and self._http.is_dead

    @property
    def http(self) -> Http:
        """The connections, made when they are first asked for."""
        if self._http is None:
            from bot.llm.http import Http  # many starts ask no endpoint, and httpx takes a while to load

            secure = self.endpoint.base_url.startswith("https")
            self._http = Http(secure=secure, proxied=not self.endpoint.is_local, keeps=not self._retired)
        return self._http

    @property
    def root(self) -> str:
        """The server's address, without the `/v1` of the API."""
        return self.endpoint.base_url.removesuffix("/v1")

    def url(self, path: str, base: str) -> str:
        """The address of a call below the base URL and `base`, with what Azure wants behind it."""
        query = f"?{self.endpoint.query}" if self.endpoint.query else ""
        return f"{self.endpoint.base_url}{base}{path}{query}"

    def other(self, base: str) -> str | None:
        """What is worth a try where the API is not below `base`, as the base URL may lack its `/v1`."""
        if base != self.path:  # another call has found it meanwhile
            return self.path
        last = self.endpoint.base_url.rsplit("/", 1)[-1]
        return None if base or re.fullmatch(r"v\d+\w*|openai", last) else "/v1"

    async def call(self, method: str, path: str, body: bytes | None, until: float, model: str = "") -> Any:
        """The JSON value that a call of the API comes to, also where the base URL lacks its `/v1`."""
        base = self.path
        try:
            return await self._value(method, self.url(path, base), body, until, model)
        except BadRequest as error:
            other = self.other(base)
            if error.status not in NO_API or other is None:
                raise
        value = await self._value(method, self.url(path, other), body, until, model)
        self.path = other
        return value

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
