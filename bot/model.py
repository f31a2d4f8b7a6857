"""The words of asking a model: what it is told, what comes back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from bot.endpoint import Weights


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said before, by the person or by the model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told. `excerpts` stand between `opening` and `closing`, best first.

    Where the window is too small the oldest of `earlier` goes first, then the last of the excerpts, then the
    excerpts are shortened; `system`, `opening` and `closing` never.
    """

    system: str
    closing: str
    opening: str = ""
    excerpts: tuple[str, ...] = ()
    earlier: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a model: at most `most_tokens` of answer, by a JSON `schema` where there is one.

    `purpose` is the word under which it is counted: "answer", "check", "rewrite".
    """

    prompt: Prompt
    purpose: str
    most_tokens: int = 400
    temperature: float | None = 0.1
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as people are told of it. `server` is what runs it, where that is known ("Ollama").

    Where its name could not be told, `name` is "" and `problem` says why, and what to do.
    """

    endpoint: str
    name: str
    host: str
    server: str = ""
    is_local: bool = False
    weights: Weights | None = None
    problem: str = ""
    passes_on: bool = False
    """Whether what runs here is known to send questions on to another host."""

    @property
    def where(self) -> str:
        """Where it runs, as people are told: "on this machine (Ollama)", "at api.openai.com"."""
        if not self.is_local:
            return f"at {self.host}"
        if self.passes_on:
            return f"through {self.server or self.host} on this machine, which passes questions on"
        return f"on this machine ({self.server})" if self.server else "on this machine"


@dataclass(frozen=True, slots=True)
class Started:
    """This model is about to write. Comes again when all begins anew: what came before it counts no more.

    `instead_of` names the endpoints that were to write before it, and failed.
    """

    model: Model
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of what the model thinks first; never part of the answer."""

    text: str


class Meanwhile(StrEnum):
    """What keeps an answer waiting."""

    QUEUED = "queued"
    LOADING = "loading"
    THINKING = "thinking"
    RETRYING = "retrying"
    ADAPTED = "adapted"
    TRIMMED = "trimmed"
    WINDOW_UNKNOWN = "window unknown"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth telling while it takes its time; `text` says it to people."""

    kind: Meanwhile
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call. `cost` is US dollars, where the endpoint says it.

    `estimated` are the tokens of an endpoint that does not say all of them.
    """

    prompt: int
    answer: int
    cached: int = 0
    reasoning: int = 0
    cost: Decimal | None = None
    estimated: bool = False

    @property
    def total(self) -> int:
        """All tokens that count."""
        return self.prompt + self.answer


class Reason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finish:
    """The end; `raw` is the endpoint's own word for the reason."""

    reason: Reason
    raw: str = ""


Event = Started | Text | Reasoning | Notice | Usage | Finish
"""What a stream gives: Started, then any of them, one Usage, and Finish last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A whole answer, and what it took."""

    text: str
    model: Model
    usage: Usage
    finish: Finish
    reasoning: str = ""
    notices: tuple[Notice, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Whom tokens are counted for; no member for what the bot does by itself, such as embedding articles.

    That counts towards the limit of all, and takes nothing from members and communities.
    """

    member: str | None
    community: str
