"""One request for an answer and the reading of it, within its time limits; no second try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.endpoint import Endpoint
from bot.llm import wire
from bot.llm.complaint import Complaint, read
from bot.llm.errors import (
    ContentFiltered,
    EmptyCompletion,
    EndpointError,
    ProtocolError,
    StreamInterrupted,
    TookTooLong,
)
from bot.llm.judging import Refusal, judged, no_api
from bot.model import Finish, Meanwhile, Notice, Reason, Reasoning, Text, Usage

if TYPE_CHECKING:
    from bot.llm.http import Answer, Http
    from bot.ports import Clock

ERROR_BODY = 64 * 2**10
"""Bytes of an error answer that are read."""

_STOPS = (
    "stop", "eos", "eos_token", "end_turn", "stop_sequence", "end", "complete", "completed", "done",
    "tool_calls",
)  # fmt: skip
_CUTS = ("length", "max_tokens", "model_length", "max_output_tokens")
_FAILS = ("error", "abort", "aborted", "cancelled", "insufficient_system_resource", "network_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds are waited for what. `progress_s` counts from the last word, no sign of life.

    After `late_s` without a head a local server is said to be loading. A try again waits up to `backoff_s`,
    then up to twice that, and so on. An answer may take `total_s` in all, or `thinking_s` where thoughts come
    first.
    """

    first_s: float = 60.0
    progress_s: float = 60.0
    grace_s: float = 2.0
    lookup_s: float = 5.0
    load_s: float = 300.0
    poll_s: float = 1.0
    late_s: float = 3.0
    backoff_s: float = 0.5
    total_s: float = 300.0
    thinking_s: float = 900.0

    @classmethod
    def with_endpoint(cls, endpoint: Endpoint) -> Patience:
        """A local server may have to read its model into memory first."""
        return cls(first_s=300.0 if endpoint.is_local else 60.0)


LONGEST_TOKEN = 8
"""Characters that a token has at most, on an average: text that is longer is more than was asked for."""
LEAST_THOUGHTS = 4096
"""Tokens of thoughts that are always taken in: not every endpoint counts them among those asked for."""


@dataclass(slots=True)
class Attempt:
    """Asks once. `usage` tells afterwards what it took; `restarted` meanwhile, as `Reader` does.

    An answer far beyond `most_tokens` is left, as if it had been cut there: not every server minds the limit.
    """

    http: Http
    endpoint: Endpoint
    model: str
    patience: Patience
    clock: Clock
    most_tokens: int
    usage: Usage | None = None
    restarted: bool = False
    _until: float = 0.0
    _text: int = 0
    _thoughts: int = 0
    _overlong: bool = False

    async def events(
        self, url: str, body: bytes, until: float
    ) -> AsyncGenerator[Text | Reasoning | Notice | Finish, None]:
        """Text and thoughts as they come, Finish last. Raises EndpointError; no text comes after it."""
        reader = wire.Reader()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        longest, self._until = (
            min(until, begun + self.patience.thinking_s),
            min(until, begun + self.patience.total_s),
        )
        first = min(self._until, begun + self.patience.first_s)
        sent = wire.headers(self.endpoint) | {"content-type": "application/json"}
        async with self.http.send("POST", url, sent, body) as answer:
            try:
                async for notice in self._wait(answer, first):
                    yield notice
                if answer.status != 200:
                    raise await self._refused(answer, until)
                limit = first
                while not reader.done:
                    data = await self._more(answer, reader, limit)
                    given = self._read(reader, data) if data else self._end(reader)
                    for event in given:
                        yield event
                    if self._overlong:
                        break
                    if reader.failure:
                        raise self._unreadable(reader.failure)
                    if not data:
                        break
                    if reader.thought:
                        self._until = longest
                    limit = self._limit(reader, given, limit, self._until)
            finally:
                self.usage = reader.usage
        yield self._finish(reader)

    async def _wait(self, answer: Answer, first: float) -> AsyncGenerator[Notice, None]:
        """Wait for the headers; a local server that sends none for long is loading its model."""
        loop = asyncio.get_running_loop()
        soon = min(first, loop.time() + self.patience.late_s) if self.endpoint.is_local else first
        try:
            try:
                await answer.begun(soon)
            except TimeoutError:
                if soon == first:
                    raise
                yield Notice(Meanwhile.LOADING, f"{self.model} is being loaded")
                await answer.begun(first)
        except TimeoutError:
            raise self._late("first token") from None

    async def _more(self, answer: Answer, reader: wire.Reader, limit: float) -> bytes:
        try:
            return await answer.read(limit)
        except TimeoutError:
            if reader.reason:  # it has said all, only not that it has
                return b""
            raise self._late(self._waited_for(reader, limit)) from None
        except StreamInterrupted:
            if reader.reason:
                return b""
            raise

    def _waited_for(self, reader: wire.Reader, limit: float) -> str:
        if limit >= self._until:
            return "total"
        return "progress" if reader.spoke or reader.thought else "first token"

    def _limit(self, reader: wire.Reader, given: list[Text | Reasoning], limit: float, until: float) -> float:
        """Until when the next bytes are waited for: signs of life without a word do not prolong it."""
        now = asyncio.get_running_loop().time()
        if reader.reason:
            return min(limit, now + self.patience.grace_s)
        return min(until, now + self.patience.progress_s) if given else limit

    def _read(self, reader: wire.Reader, data: bytes) -> list[Text | Reasoning]:
        try:
            given = reader.feed(data)
        except wire.UNREADABLE as error:
            raise self._unreadable(error) from error
        return self._bounded(reader, given)

    def _end(self, reader: wire.Reader) -> list[Text | Reasoning]:
        try:
            given = reader.end()
        except wire.UNREADABLE as error:
            raise self._unreadable(error) from error
        return self._bounded(reader, given)

    def _bounded(self, reader: wire.Reader, given: list[Text | Reasoning]) -> list[Text | Reasoning]:
        """What was given, as far as it is not too long."""
        if reader.restarted:
            self.restarted, reader.restarted = True, False
            self._text, self._thoughts = 0, self._thoughts + self._text
        for at, one in enumerate(given):
            if (excess := self._excess(one)) > 0:
                self._overlong = True
                return [*given[:at], replace(one, text=one.text[:-excess])]
        return given

    def _excess(self, one: Text | Reasoning) -> int:
        """Count a piece; the characters that are too many with it."""
        if type(one) is Text:
            self._text += len(one.text)
            return self._text - self.most_tokens * LONGEST_TOKEN
        self._thoughts += len(one.text)
        return self._thoughts - max(self.most_tokens, LEAST_THOUGHTS) * LONGEST_TOKEN

    def _unreadable(self, error: Exception) -> EndpointError:
        if isinstance(error, wire.Failed) and error.status:
            if error.complaint.is_page:
                return no_api(self.endpoint, 200)
            return self._judged(error.status, error.complaint, {})
        hint = "Is it an OpenAI-compatible server? Ask again; if it stays, look at the server's own log."
        return ProtocolError(f"{self.endpoint.host} sent something that I cannot read.", hint)

    async def _refused(self, answer: Answer, until: float) -> EndpointError:
        try:
            body = await answer.all(min(until, asyncio.get_running_loop().time() + 10), ERROR_BODY)
        except (TimeoutError, EndpointError):
            body = b""
        return self._judged(answer.status, read(body.decode("utf-8", "replace")), answer.headers)

    def _judged(self, status: int, said: Complaint, headers: Mapping[str, str]) -> EndpointError:
        refusal = Refusal(status=status, said=said, headers=headers, endpoint=self.endpoint, model=self.model)
        return judged(refusal, self.clock.now())

    def _late(self, kind: str) -> TookTooLong:
        if kind == "progress":
            return TookTooLong(f"{self.endpoint.host} stopped in mid-answer.", "Ask again.", kind=kind)
        if kind == "total":
            return TookTooLong(f"{self.endpoint.host} took too long to answer.", "Ask again.", kind=kind)
        hint = "Ask again; a smaller model answers faster." if self.endpoint.is_local else "Ask again."
        return TookTooLong(f"{self.endpoint.host} did not begin to answer in time.", hint, kind=kind)

    def _finish(self, reader: wire.Reader) -> Finish:
        """How it ended. Raises what an end without an answer means."""
        raw = "length" if self._overlong else reader.reason
        word = raw.casefold()
        if word in _FAILS:
            raise StreamInterrupted(f"{self.endpoint.host} gave up in mid-answer ({raw}).", "Ask again.")
        if word == "content_filter":
            raise ContentFiltered(
                f"{self.endpoint.host} stopped the answer by its content filter.",
                "Word the question differently.",
            )
        if not reader.spoke:
            raise self._empty(cut=word in _CUTS)
        if word in _CUTS:
            return Finish(Reason.LENGTH, raw)
        if not raw and not reader.done and reader.usage is None:
            raise StreamInterrupted(f"The answer of {self.endpoint.host} broke off.", "Ask again.")
        return Finish(Reason.STOP if word in _STOPS else Reason.UNKNOWN, raw)

    def _empty(self, *, cut: bool) -> EmptyCompletion:
        if cut:
            said = "spent all its tokens on thinking"
            hint = "Ask again, or choose a model that thinks less."
        else:
            said, hint = "answered nothing", "Ask again, or choose another model."
        return EmptyCompletion(f"{self.model} at {self.endpoint.host} {said}.", hint, cut=cut)
