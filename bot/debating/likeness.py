"""Whether somebody means a motion: by its wording, nearly so, or a part of it. Never its opposite."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from bot.knowledge.quotes import NEGATION_REACH
from bot.knowledge.wording import Token, negates, wording
from bot.plain import one_line

PART = 4
"""A part of a motion takes so many words; with fewer it could be of many."""

_FILLERS = frozenset({"a", "an", "the", "that"})
_WHOLE = ("this", "house")


def same(typed: str, motion: str) -> bool:
    """Whether it is the wording, but for case, punctuation and white space."""
    return [word.form for word in wording(one_line(typed))] == [word.form for word in wording(motion)]


def near(typed: str, motion: str) -> bool:
    """Whether it is the wording but for slips of the pen, or a part of it that says no less.

    Every word must stand there in its place, misspelt at most; only articles may be missing or too many. So
    no “not”, no number and no other word tells the motion from what was typed. What begins with “This house”
    is a whole motion; anything else may be a part of four words or more, but never one that leaves off a
    negation just before it.
    """
    asked, stands = _words(typed), _words(motion)
    if tuple(word.form for word in asked[:2]) == _WHOLE:
        return _alike(typed, asked, motion, stands)
    return len(asked) >= PART and any(
        _alike(typed, asked, motion, stands[at : at + len(asked)]) and not _clipped(motion, stands, at, asked)
        for at in range(len(stands) - len(asked) + 1)
    )


def _words(text: str) -> list[Token]:
    return [word for word in wording(text) if word.form not in _FILLERS]


def _alike(typed: str, asked: Sequence[Token], motion: str, stands: Sequence[Token]) -> bool:
    return (
        len(asked) == len(stands)
        and all(_slip(one.form, other.form) for one, other in zip(asked, stands, strict=True))
        and all(
            negates(typed, [one]) == negates(motion, [other])
            for one, other in zip(asked, stands, strict=True)
        )
    )


def _slip(typed: str, word: str) -> bool:
    """Whether a word is the other, or that one misspelt: one slip from four letters on, two from eight.

    The first letter must be right, and a word with a digit in it: “unlikely” is no slip of “likely”.
    """
    if typed == word:
        return True
    if typed[:1] != word[:1] or any(letter.isdigit() for letter in typed + word):
        return False
    most = 2 if len(word) >= 8 else 1 if len(word) >= 4 else 0
    return OSA.distance(typed, word, score_cutoff=most) <= most


def _clipped(motion: str, stands: Sequence[Token], at: int, asked: Sequence[Token]) -> bool:
    part = stands[at : at + len(asked)]
    before = stands[max(0, at - NEGATION_REACH) : at]
    return negates(motion, before) and not any(negates(motion, [word]) for word in part)
