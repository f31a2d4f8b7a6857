"""What a quirk or fault is: a row of the reference, what clients should make of it, where it steps in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tests.fakes.connection import Answer, Part, Received
from tests.fakes.writing import json_answer

if TYPE_CHECKING:
    from tests.fakes.model_server import FakeModelServer

Json = dict[str, Any]
DONE = "[DONE]"
"""What closes the chunks of a stream."""

Chunks = list[Json | str]


class Outcome(StrEnum):
    """What a right client makes of a play that goes on for as long as it asks."""

    SAME = "the same text as without it"
    ADAPTED = "the same text, after it sent the request anew without what was refused"
    TRIMMED = "an answer, after it shortened the prompt"
    WAITED = "the same text, after waiting"
    RETRIED = "worth another try; when it goes on, an error"
    REFUSED = "an error at once, no other try"
    CUT = "some text, then an error that carries it"
    EMPTY = "no text: worth another try, then an error"
    LIMITED = "whatever its own limits of time, size or host say"


@dataclass(slots=True, kw_only=True)
class Call:
    """One request under way, as plays see it. `route` is "chat", "embeddings", "models", or "other"."""

    server: FakeModelServer
    received: Received
    route: str
    plays: tuple[Play, ...] = ()

    @property
    def body(self) -> Json:
        """The JSON object that was sent; empty where there was none."""
        return self.received.body if isinstance(self.received.body, dict) else {}

    @property
    def streams(self) -> bool:
        """Whether a stream was asked for."""
        return self.route == "chat" and self.body.get("stream") is True

    def sends(self, name: str) -> bool:
        """Whether the request has a field, and it is not null."""
        return self.body.get(name) is not None


Instead = Callable[[Call], Answer | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A named way to answer otherwise than the plain server.

    `section` and `row` say which words of the reference it plays, `does` how. `asks` are the fields of a
    request at which it shows itself, `long` says that it takes a prompt longer than the window.

    Hooks, in the order they step in: `key_header` names where the key is looked for; `instead` answers in
    the server's place; `loosens_roles` lets system messages stand anywhere; `text` changes what the author
    wrote; `ignores` names fields that have no effect; `chunks` changes the chunks of a stream, `events` the
    bytes of its events; `whole` the JSON of an answer at once (also of /models and /embeddings); `answer`
    has the last word.
    """

    name: str
    section: str
    row: str
    does: str
    outcome: Outcome
    route: str = "chat"
    asks: Mapping[str, Any] = field(default_factory=dict)
    long: bool = False
    key_header: str = ""
    loosens_roles: bool = False
    ignores: tuple[str, ...] = ()
    instead: Instead | None = None
    text: Callable[[str, Call], str] | None = None
    chunks: Callable[[Chunks, Call], Chunks] | None = None
    events: Callable[[list[Part], Call], Sequence[Part]] | None = None
    whole: Callable[[Any, Call], Any] | None = None
    answer: Callable[[Answer, Call], Answer] | None = None

    def applies(self, call: Call) -> bool:
        """Whether it steps in at this call."""
        return self.route in (call.route, "any")


def table(*plays: Play) -> dict[str, Play]:
    """Plays by name. Raises ValueError where two have one name."""
    named = {play.name: play for play in plays}
    if len(named) != len(plays):
        names = [play.name for play in plays]
        raise ValueError(f"twice: {sorted({name for name in names if names.count(name) > 1})}")
    return named


def openai_error(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error in OpenAI's shape."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json_answer({"error": error}, status=status, headers=headers)
