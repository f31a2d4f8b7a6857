"""Chat Completions on the wire: how requests are written and answers read.

Beside it, `counts` reads what a call took, and `vectors` knows embeddings; nothing else knows the format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.endpoint import Endpoint
from bot.llm.complaint import Complaint, of, read
from bot.llm.counts import usage_of
from bot.llm.fitting import Message
from bot.llm.shape import Shape
from bot.llm.sse import DONE, LARGEST, EventStream, Overlong
from bot.llm.thoughts import Thoughts
from bot.model import Reasoning, Request, Text, Usage

CHAT, MODELS = "/chat/completions", "/models"
_THOUGHT_FIELDS = ("reasoning_content", "reasoning")
_SPACE = b" \t\r\n"
_STATUS = {
    "invalid_api_key": 401, "authentication_error": 401, "insufficient_quota": 429,
    "rate_limit_exceeded": 429, "rate_limit_error": 429, "overloaded_error": 529, "overloaded": 503,
    "server_error": 500, "internal_server_error": 500, "internal_error": 500, "api_error": 500,
    "timeout": 504, "model_not_found": 404, "invalid_request_error": 400,
}  # fmt: skip


def headers(endpoint: Endpoint) -> dict[str, str]:
    """What every request to an endpoint carries, its key included."""
    sent = {"accept-encoding": "identity", "user-agent": "rostrum"}
    if endpoint.api_key and endpoint.provider == "azure":
        sent["api-key"] = endpoint.api_key
    elif endpoint.api_key:
        sent["authorization"] = f"Bearer {endpoint.api_key}"
    return sent


def chat(
    endpoint: Endpoint,
    model: str,
    shape: Shape,
    request: Request,
    messages: Sequence[Message],
    most_tokens: int,
) -> bytes:
    """The body of a request. The operator's `extra` and `drop` have the last word."""
    body: dict[str, Any] = {
        "model": model,
        "messages": _merged(messages) if shape.merges_system else messages,
        shape.tokens_field: most_tokens,
        "stream": shape.streams,
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if shape.streams:
        body["stream_options"] = {"include_usage": True}
    if shape.effort:
        body["reasoning_effort"] = shape.effort
    if request.schema and (form := _response_format(shape, request.schema)):
        body["response_format"] = form
    kept = {name: value for name, value in body.items() if name not in shape.drop}
    sent = {name: value for name, value in {**kept, **endpoint.extra}.items() if name not in endpoint.drop}
    return json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace")


def _response_format(shape: Shape, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    if shape.json_mode == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    return {"type": "json_object"} if shape.json_mode == "json_object" else None


def _merged(messages: Sequence[Message]) -> list[Message]:
    """The system text at the head of the first question."""
    system = "\n\n".join(one["content"] for one in messages if one["role"] == "system")
    rest = [dict(one) for one in messages if one["role"] != "system"]
    if system:
        rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
    return rest


class Failed(Exception):
    """An answer with status 200 that tells of a failure; `status` is what it would have been."""

    def __init__(self, status: int, complaint: Complaint) -> None:
        super().__init__(complaint.text)
        self.status = status
        self.complaint = complaint


UNREADABLE = (Failed, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What reading an answer raises that is none, or not one of such an endpoint."""


class Reader:
    """Reads an answer as it comes in: an event stream, or one JSON value, whatever its type is said to be.

    `reason` is the endpoint's word for why it stopped; `done` once nothing more can come; `spoke` whether
    there was any text. `restarted` is set when all text so far turned out to be thought. `failure` is what
    came behind the text that was just given, one of UNREADABLE.
    """

    def __init__(self) -> None:
        self.reason = ""
        self.usage: Usage | None = None
        self.done = False
        self.spoke = False
        self.thought = False
        self.restarted = False
        self.failure: Exception | None = None
        self._thoughts = Thoughts()
        self._stream = EventStream()
        self._document: list[bytes] | None = None
        self._document_size = 0
        self._begun = False

    def feed(self, data: bytes) -> list[Text | Reasoning]:
        """What these bytes add. Raises one of UNREADABLE for what is no such answer."""
        if not self._begun:
            lead = data.lstrip(_SPACE).removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
            if not lead:
                return []
            self._begun = True
            if lead[:1] in (b"{", b"[", b"<"):
                self._document = []
        if self._document is not None:
            self._document.append(data)
            self._document_size += len(data)
            if self._document_size > LARGEST:
                raise Overlong(f"an answer of more than {LARGEST:,} bytes")
            return []
        return self._read(self._stream.feed(data))

    def end(self) -> list[Text | Reasoning]:
        """What was still waiting for its end. Raises as `feed` does."""
        given: list[Text | Reasoning] = []
        if self._document is not None:
            given = self._whole(b"".join(self._document).decode("utf-8", "replace"))
        elif self._begun:
            given = self._last()
        return given + self._told(self._thoughts.rest())

    def _last(self) -> list[Text | Reasoning]:
        try:
            return self._read(self._stream.end())
        except UNREADABLE:
            if self.reason:  # the answer was complete; what was cut is about usage
                return []
            raise

    def _whole(self, text: str) -> list[Text | Reasoning]:
        try:
            value = json.loads(text)
        except ValueError:
            events = self._stream.feed(text.encode()) + self._stream.end()
            if not any(name or data.startswith("{") for name, data in events):
                raise Failed(502 if read(text).is_page else 0, read(text)) from None
            return self._read(events)
        return self._value(value)

    def _read(self, events: list[tuple[str, str]]) -> list[Text | Reasoning]:
        given: list[Text | Reasoning] = []
        for name, data in events:
            if data.startswith(DONE):
                self.done = True
                break
            before = self.restarted
            try:
                new = self._event(name, data)
            except UNREADABLE as error:
                if not given:
                    raise
                self.failure = error
                break
            if self.restarted and not before:
                given = [Reasoning(one.text) for one in given]
            given += new
        return _joined(given) if len(given) > 1 else given

    def _event(self, name: str, data: str) -> list[Text | Reasoning]:
        try:
            value = json.loads(data)
        except ValueError:
            if name != "error":
                raise
            raise Failed(500, Complaint(text=data)) from None
        return self._value(value, is_error=name == "error")

    def _value(self, value: Any, *, is_error: bool = False) -> list[Text | Reasoning]:
        choices = value.get("choices") if isinstance(value, dict) else None
        if not choices:
            self._without_choices(value, is_error=is_error)
            return []
        choice = choices[0]
        delta = choice.get("delta") or choice.get("message") or {}
        if (value.get("usage") is not None) or value.get("x_groq"):
            self._count(value)
        reason = choice.get("finish_reason")
        if reason:
            self.reason = str(reason)
            if "error" in value or "error" in choice:
                complaint = of(value) or of(choice)
                if complaint and not self.spoke:
                    raise Failed(status_of(complaint), complaint)
        content = delta.get("content")
        if type(content) is str and len(delta) <= (2 if "role" in delta else 1):
            return self._told(self._thoughts.part(content)) if content else self._fields(delta)
        return self._fields(delta)

    def _fields(self, delta: Mapping[str, Any]) -> list[Text | Reasoning]:
        """The less usual fields of a delta: thoughts under their names, contents in parts."""
        given: list[Text | Reasoning] = []
        thought = next((delta[name] for name in _THOUGHT_FIELDS if delta.get(name)), None)
        if thought is None and isinstance(delta.get("reasoning_details"), list):
            thought = "".join(
                str(one.get("text") or "") for one in delta["reasoning_details"] if isinstance(one, dict)
            )
        if thought:
            given += self._told([(True, _flat(thought))])
        content = delta.get("content")
        if isinstance(content, list):
            for part in content:
                given += self._part(part)
        elif content:
            given += self._told(self._thoughts.part(str(content)))
        if isinstance(delta.get("refusal"), str) and delta["refusal"]:
            given += self._told(self._thoughts.part(delta["refusal"]))
        return given

    def _part(self, part: Any) -> list[Text | Reasoning]:
        if not isinstance(part, dict):
            return self._told(self._thoughts.part(str(part)))
        if part.get("type") in ("thinking", "reasoning"):
            return self._told(
                [(True, _flat(part.get("thinking") or part.get("reasoning") or part.get("text") or ""))]
            )
        return self._told(self._thoughts.part(_flat(part.get("text") or "")))

    def _told(self, parts: list[tuple[bool, str]]) -> list[Text | Reasoning]:
        if self._thoughts.restarted:
            self.restarted, self._thoughts.restarted, self.spoke = True, False, False
        given: list[Text | Reasoning] = []
        for is_thought, text in parts:
            if not text:
                continue
            if is_thought:
                self.thought = True
                given.append(Reasoning(text))
            else:
                self.spoke = True
                given.append(Text(text))
        return given

    def _without_choices(self, value: Any, *, is_error: bool) -> None:
        complaint = of(value)
        if complaint is not None and (is_error or complaint.text or complaint.code):
            raise Failed(status_of(complaint), complaint)
        if is_error:
            raise Failed(500, Complaint(text=json.dumps(value)))
        if isinstance(value, dict) and (value.get("usage") or value.get("x_groq")):
            self._count(value)

    def _count(self, value: Mapping[str, Any]) -> None:
        said = value.get("usage") or (value.get("x_groq") or {}).get("usage")
        if isinstance(said, dict) and (usage := usage_of(said)):
            self.usage = usage


def _joined(given: list[Text | Reasoning]) -> list[Text | Reasoning]:
    """The same with neighbours of one kind put together: what came at once is told at once."""
    joined: list[Text | Reasoning] = []
    run: list[str] = []
    kind: type[Text | Reasoning] = type(given[0])
    for one in given:
        if type(one) is not kind:
            joined.append(kind("".join(run)))
            run, kind = [], type(one)
        run.append(one.text)
    return [*joined, kind("".join(run))]


def _flat(value: Any) -> str:
    """Text that may come in a list of parts."""
    if isinstance(value, list):
        return "".join(_flat(one.get("text") or "") if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def status_of(said: Complaint) -> int:
    """The HTTP status that an error inside an answer stands for; 200 where it does not say."""
    if said.code.isdecimal() and 400 <= int(said.code) < 600:
        return int(said.code)
    words = (said.code.casefold(), said.type.casefold())
    return next((_STATUS[word] for word in words if word in _STATUS), 200)
