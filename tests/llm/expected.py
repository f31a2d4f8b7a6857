"""What should come of a question when the server has a quirk: an `Expected` for each; whether it came so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ModelError
from bot.llm.client import Client
from bot.model import Meanwhile, Reason, Request
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import SCHEMA, Heard, asked, asked_at_length, hear, known_of

A = Meanwhile.ADAPTED
L = Meanwhile.LOADING
R = Meanwhile.RETRYING
T = Meanwhile.THINKING
C = Meanwhile.TRIMMED

JSON = '{"text": "blue"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How the client is set, what is asked, and what should come of it.

    `endpoint` and `server` are fields of theirs; `asks` fields of the request. `long` asks with more excerpts
    than fit into the server's window; `json` asks by a schema, of a server that knows what to answer to that.

    Without an `error` the whole text should come; with one, `partial` of it or none, and the error should say
    `says`. `requests` is how often the model is asked, `notices` what is told meanwhile. `learnt` are fields
    of the shape that requests have afterwards, and "window". `sent` are fields of the last request, `never`
    those of no request. `thinks` that there are thoughts, which are no part of the text.
    """

    error: type[ModelError] | None = None
    says: str = ""
    partial: bool = False
    requests: int = 1
    notices: tuple[Meanwhile, ...] = ()
    finish: Reason = Reason.STOP
    learnt: Mapping[str, Any] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    thinks: bool = False
    restarts: bool = False
    estimated: bool = False
    usage: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None
    notes: tuple[str, ...] = ()
    long: bool = False
    json: bool = False
    schema: Mapping[str, Any] = field(default_factory=lambda: SCHEMA)
    asks: Mapping[str, Any] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    server: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model that is asked."""
        return str(self.endpoint.get("model", "small-model"))

    @property
    def request(self) -> Request:
        """What is asked."""
        schema = {"schema": self.schema} if self.json else {}
        return (asked_at_length if self.long else asked)(**schema, **self.asks)

    def serving(self, quirk: str) -> FakeModelServer:
        """A server with the quirk."""
        more: dict[str, Any] = {"context_window": 1000} if self.long else {}
        if self.json:
            more["author"] = lambda messages, body: JSON
        return FakeModelServer(quirks=[quirk], models=[self.model], **{**more, **self.server})


async def check(expected: Expected, server: FakeModelServer, client: Client) -> None:
    """Ask, and compare all that can be seen."""
    heard = await hear(client, expected.request, meanwhile=_open_gates(server))
    if expected.error is None:
        _check_answer(expected, server, heard)
    else:
        _check_error(expected, server, heard)
    assert heard.notices == list(expected.notices)
    assert len(server.calls) == expected.requests
    _check_sent(expected, server)
    known = await known_of(client, expected.model)
    learnt = {name: getattr(known.shape, name) for name in expected.learnt if name != "window"}
    assert {**learnt, "window": known.window} == {"window": None, **expected.learnt}


def _open_gates(server: FakeModelServer) -> Any:
    """A server that waits for a word before it answers gets it once the client has told that it waits."""
    return lambda event: server.go_on() if getattr(event, "kind", None) is L and not server.loaded else None


def _check_answer(expected: Expected, server: FakeModelServer, heard: Heard) -> None:
    assert heard.error is None, heard.error
    last = server.calls[-1].body
    written = server.author(last["messages"], last)
    if expected.json:
        wanted = json.loads(written) if expected.value is None else expected.value
        assert json.loads(heard.text[heard.text.index("{") :]) == wanted
    else:
        assert heard.text == written
    assert heard.finish is not None
    assert heard.finish.reason is expected.finish
    assert bool(heard.reasoning) is expected.thinks
    assert len(heard.started) == 1 + expected.restarts
    assert heard.usage is not None
    assert heard.usage.estimated is expected.estimated
    assert heard.usage.prompt > 0
    assert heard.usage.answer > 0
    assert {name: getattr(heard.usage, name) for name in expected.usage} == expected.usage


def _check_error(expected: Expected, server: FakeModelServer, heard: Heard) -> None:
    assert expected.error is not None
    assert type(heard.error) is expected.error, repr(heard.error)
    assert expected.says in str(heard.error)
    assert heard.error.hint
    assert heard.finish is None
    if expected.partial:
        last = server.calls[-1].body
        whole = server.author(last["messages"], last)
        assert heard.text
        assert whole.startswith(heard.text)
        assert heard.text != whole
    assert heard.error.partial == heard.text


def _check_sent(expected: Expected, server: FakeModelServer) -> None:
    for call in server.calls:
        assert not call.unknown_fields
        assert not set(expected.never) & set(call.body)
        assert all(message.keys() == {"role", "content"} for message in call.body.get("messages", ()))
    if server.calls:
        last = server.calls[-1]
        assert {name: last.body.get(name) for name in expected.sent} == expected.sent
        assert set(expected.notes) <= set(last.notes)
