"""What the library holds: articles, their revisions, and the passages that search finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.plain import one_line

TITLE_LENGTH = 300
"""A title has at most this many characters."""

AUTHOR_LENGTH = 200
"""An author, or several, have at most this many characters."""

NAME_LENGTH = 120
"""A file name is shown up to this many characters."""


class Stance(StrEnum):
    """Which side an article argues, where somebody said so; it is never guessed."""

    OPENNESS = "openness"
    CONTROL = "control"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a reader stands: a community, and the channel whose own articles are visible there."""

    community: str
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What somebody said about an article; `None` is "nobody said"."""

    title: str
    author: str | None = None
    date: date | None = None
    url: str | None = None
    language: str | None = None
    stance: Stance | None = None
    corrects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article about to be added: `text` is already normalised, and passages are spans of it.

    `source` tells where it came from, in full, and makes it the same article next time: a link, or a file
    with its path (`file:/notes/a.md`). `channel` keeps it to the channel where it is added.
    """

    particulars: Particulars
    text: str
    source: str
    added_by: str
    channel: str | None = None


def file_name(source: str) -> str | None:
    """The name of the file that a source points to, without folders, fit for showing; `None` for a link."""
    scheme, _, path = source.partition(":")
    if scheme in ("http", "https"):
        return None
    return one_line(path.rstrip("/").rpartition("/")[2])[:NAME_LENGTH] or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as it stands now; `channel` is `None` where the whole community sees it.

    `revision` is the current revision's id, `revisions` its number; `added_by` and `added_at` are the current
    revision's.
    """

    id: int
    community: str
    channel: str | None
    particulars: Particulars
    revision: int
    revisions: int
    source: str
    added_by: str
    added_at: datetime
    words: int

    @property
    def origin(self) -> str:
        """Where it came from, fit for showing: a link as it is, of a file only the name."""
        return file_name(self.source) or self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The words of an article as they stood at one time. Quotations are spans of `text`, in code points."""

    id: int
    article: int
    number: int
    particulars: Particulars
    text: str
    content_hash: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """About 120 words of a revision: what search finds. `text` is `revision.text[start:end]`, unchanged."""

    id: int
    article: int
    revision: int
    channel: str | None
    title: str
    heading: str
    language: str | None
    text: str
    start: int
    end: int
