"""What can be wrong with a quotation in a speech, and how it is told to whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.knowledge.quotes import Difference, Status

_LONGEST = 160
_MOST_DIFFERENCES = 4


class Wrong(StrEnum):
    """Why words may not stand in quotation marks."""

    ALTERED = "altered"
    NOT_FOUND = "not found"
    CLIPPED = "clipped"
    TOO_SHORT = "too short"
    INVENTED = "invented"
    UNATTRIBUTED = "unattributed"
    TOO_MANY = "too many"
    REPEATED = "repeated"


UNFOUND = frozenset({Wrong.ALTERED, Wrong.NOT_FOUND, Wrong.CLIPPED, Wrong.TOO_SHORT, Wrong.INVENTED})
"""Here nobody said the words so; with the others they are real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misquoted:
    """A quotation that loses its marks: its words, what is wrong, why, and what to do about it.

    `differences` come with ALTERED; `status` is what the comparison with the articles came to.
    """

    quote: str
    wrong: Wrong
    status: Status
    why: str
    to_do: str
    differences: tuple[Difference, ...] = ()

    @property
    def told(self) -> str:
        """All of it in one line."""
        return f"“{short(self.quote)}”: {self.why} {self.to_do}"


def short(words: str, most: int = _LONGEST) -> str:
    """Words on one line, their end left off where they are many."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def altered(quote: str, title: str, differences: Sequence[Difference]) -> Misquoted:
    """Nearly these words stand in an article."""
    told = "; ".join(map(_difference, differences[:_MOST_DIFFERENCES])) or "the order of words is another"
    return Misquoted(
        quote=quote,
        wrong=Wrong.ALTERED,
        status=Status.ALTERED,
        why=f"It is not word for word what “{title}” says: {told}.",
        to_do="Quote it word for word, or leave the quotation marks away.",
        differences=tuple(differences),
    )


def _difference(one: Difference) -> str:
    if not one.quoted:
        return f"“{short(one.stands)}” is left out"
    if not one.stands:
        return f"“{short(one.quoted)}” does not stand there"
    return f"there it says “{short(one.stands)}”, not “{short(one.quoted)}”"


def clipped(quote: str, title: str, sentence: str) -> Misquoted:
    """The words stand there beside a "not" that the quotation leaves out."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.CLIPPED,
        status=Status.CLIPPED_NEGATION,
        why=f"It leaves out a “not” that stands beside it in “{title}”: “{short(sentence, 300)}”",
        to_do="Quote it together with the “not”.",
    )


def not_found(quote: str) -> Misquoted:
    """The words stand nowhere."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.NOT_FOUND,
        status=Status.NOT_FOUND,
        why="This stands in none of the articles, and nobody said it in this debate.",
        to_do="Quote an article word for word, or leave the quotation marks away.",
    )


def too_short(quote: str) -> Misquoted:
    """So little is left beside what was omitted that nothing can be compared."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.TOO_SHORT,
        status=Status.TOO_SHORT,
        why="Beside what it omits there is too little to compare.",
        to_do="Quote five words or more, and three on each side of “…”.",
    )


def invented(quote: str, status: Status) -> Misquoted:
    """The other side is said to have said it, and has not."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.INVENTED,
        status=status,
        why="The other side did not say this.",
        to_do="Quote what it said word for word, or say it in your own words without quotation marks.",
    )


def unattributed(quote: str, who: str) -> Misquoted:
    """Somebody said it in this debate, and the sentence does not tell who."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.UNATTRIBUTED,
        status=Status.FROM_DEBATE,
        why=f"It was said in this debate ({who}), and your sentence does not say so.",
        to_do="Say whose words they are.",
    )


def too_many(quote: str, status: Status, most: int) -> Misquoted:
    """A speech may quote only so often."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.TOO_MANY,
        status=status,
        why=f"A speech may have {most} quotation{'' if most == 1 else 's'}, and this is one more.",
        to_do="Say it in your own words.",
    )


def repeated(quote: str, status: Status) -> Misquoted:
    """It stands in the speech already."""
    return Misquoted(
        quote=quote,
        wrong=Wrong.REPEATED,
        status=status,
        why="It is quoted twice in this speech.",
        to_do="Quote it once.",
    )
