"""What was said in a debate, by whom, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Person:
    """A member holds the seat."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A model holds the seat: the one behind the endpoint of that name. The rest is what people are told.

    `weights` is "open", "closed" or "" where nobody said; `where` as in "on this machine (Ollama)".
    """

    endpoint: str
    model: str = ""
    where: str = ""
    weights: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Nobody holds the seat: evidence cards are read for it."""


@dataclass(frozen=True, slots=True)
class Vacant:
    """The seat waits for a person."""


Holder = Person | Machine | Cards | Vacant


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Words of an article that a speech quotes: `[n]` in its text. A span of the revision, in code points."""

    n: int
    article: int
    revision: int
    start: int
    end: int
    quote: str
    title: str
    author: str | None = None
    date: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One speech as it was posted.

    `text` is in the small grammar of `chat.prose`; `[n]` points to the n-th of `sources`, and in “quotation
    marks” are only words that stand so in an article or in an earlier speech. A line that begins with `> ` is
    an evidence card's quotation, followed by its ` [n]`. `words` counts without those marks. `notes` say to
    people what was done to it ("cut at 150 words"). `plan` is what a model meant to do; it is never posted.
    """

    text: str
    words: int
    by: Holder
    sources: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    plan: str = ""
    ended: Literal["", "time"] = ""
    """"time": it was submitted from the draft when time was up."""
