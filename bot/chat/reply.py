"""What the bot says: a document of blocks from a closed union, the same on every platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import RostrumError


@dataclass(frozen=True, slots=True)
class Heading:
    """A short title line."""

    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs in the small grammar of `chat.prose`; a `[n]` points to the n-th of the sources."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's exact words, shown as such and never parsed; `n` is the source they come from.

    `strong` marks the part (start, end) that was quoted, where words around it are shown as well.
    """

    text: str
    n: int | None = None
    strong: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a quotation comes from. `open` is the action that shows it in its place."""

    n: int
    article: int
    title: str
    quote: str = ""
    author: str | None = None
    date: str | None = None
    url: str | None = None
    note: str = ""
    open: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of an answer, in the order of their numbers."""

    entries: tuple[Source, ...]

    def by_article(self) -> list[list[Source]]:
        """The sources article by article, in the order of their first numbers."""
        shared: dict[int, list[Source]] = {}
        for source in self.entries:
            shared.setdefault(source.article, []).append(source)
        return list(shared.values())


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of facts. `state` marks it as "good", "doubtful" or "bad", where that is what it tells of."""

    label: str
    value: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of label and value."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture file, and the same said in words."""

    path: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """The only way to ping: one person, by id, who asked for it."""

    member: str
    name: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Work under way; `total` is `None` while nobody knows how much there is."""

    text: str
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin line."""


@dataclass(frozen=True, slots=True)
class Button:
    """A worded button; `action` is the command that comes back through dispatch when somebody presses it.

    Platforms carry labels of 80 characters and actions of 100. Raises ValueError for longer ones.
    """

    label: str
    action: str

    def __post_init__(self) -> None:
        if len(self.label) > 80 or len(self.action) > 100:
            raise ValueError(f"too long for a button: {self.label!r}, {self.action!r}")


@dataclass(frozen=True, slots=True)
class Actions:
    """Buttons in a row."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a form asks for; `default` is what stands there already.

    `pick` says what is picked from a list of the platform's: a "role", a "channel" or a "file".
    """

    name: str
    label: str
    default: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    long: bool = False
    pick: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Asks for the values that a command still needs, and runs it again with them and with `known`.

    Dispatch shows one for missing values before it acknowledges, as platforms open forms on no other answer;
    a form that a use case yields comes later, and they put it behind a button.
    """

    command: str
    fields: tuple[Field, ...]
    known: Mapping[str, str] = field(default_factory=dict)


Block = Heading | Prose | Quote | Sources | Facts | Picture | Mention | Progress | Divider | Actions | Form


@dataclass(frozen=True, slots=True)
class Reply:
    """One document. A newer one of the same turn replaces it.

    `data` is the plain value that `--json` prints; `error` is set when this reply tells of one.
    `private` overrides, where it is not `None`, whether only the person who asked sees it.
    `verbatim` is what a shell prints instead of the blocks, to the letter; `failed` makes it leave with 1.
    """

    blocks: tuple[Block, ...]
    data: Any = None
    private: bool | None = None
    error: RostrumError | None = None
    verbatim: str | None = None
    failed: bool = False


def reply(*blocks: Block, data: Any = None, private: bool | None = None) -> Reply:
    """A reply of these blocks."""
    return Reply(blocks, data=data, private=private)
