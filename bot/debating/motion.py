"""What is debated: a motion, what each side has to show, and what in the articles speaks for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import InputError
from bot.plain import one_line

LEAST, MOST = 15, 300
"""Characters of a motion."""
LEAST_WORDS = 4
"""A motion of fewer words says nothing that could be argued over."""
PASSAGES_A_SIDE = 3
"""With fewer passages to stand on a side is not debated."""


class Stance(StrEnum):
    """Where a side stands towards the motion."""

    PRO = "pro"
    CON = "con"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A sentence that speaks for one side: of the article whose file or source has that `article` name, the
    sentence that begins with `begins`. `claim` says in one line what it shows; `use` names the kind of speech
    it is best for ("opening", "rebuttal", "answer", "closing"), or is empty.
    """

    article: str
    begins: str
    claim: str
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one side has: its `burden`, the `words` to search with, the sentences `listed` for it.

    `pressure` is the question that is put to it; `articles` are those to search in, by number or title, where
    somebody named some.
    """

    burden: str = ""
    words: str = ""
    listed: tuple[Listed, ...] = ()
    pressure: str = ""
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A motion. `number` orders those that ship (0: somebody's own); `as_of` is the date its facts are of."""

    text: str
    id: str = ""
    number: int = 0
    theme: str = ""
    as_of: str = ""
    definitions: dict[str, str] = field(default_factory=dict)
    pro: Case = Case()
    con: Case = Case()

    def case(self, stance: Stance) -> Case:
        """What the side of that stance has; an empty case for one that takes none."""
        return {Stance.PRO: self.pro, Stance.CON: self.con}.get(stance, Case())

    @property
    def is_judged(self) -> bool:
        """Whether somebody said what speaks for which side."""
        return all(case.listed or case.words or case.articles for case in (self.pro, self.con))


def own_motion(text: str) -> Motion:
    """A motion in a member's own words, on one line. Raises InputError where it is too short or too long."""
    line = one_line(text)
    if len(line) > MOST or len(line) < LEAST or len(line.split()) < LEAST_WORDS:
        raise InputError(
            f"A motion takes {LEAST_WORDS} words to {MOST} characters.",
            "Example: This house believes that open weights have done more for research than closed ones.",
        )
    return Motion(text=line)
