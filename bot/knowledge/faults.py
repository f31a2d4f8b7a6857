"""What a fault is, and the first kind: figures that a passage does not give, or gives for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import combinations
from typing import NamedTuple

from bot.knowledge.figures import Figure, Kind
from bot.knowledge.placing import Window

# Differences of fits, 0 to 1: about even; one clearly better; two terms better in each other's places.
MARGIN, APART, CHANGED = 0.08, 0.25, 0.15
# Fits: exact but for a word; good; fair; hardly any.
EXACT, STRONG, SOME, LOOSE = 0.9, 0.5, 0.35, 0.25

ROUND = "the source has it the other way round"


class Level(IntEnum):
    """How much a fault says: it may be none, more of the passage may mend it, or the passage contradicts."""

    DOUBT = 1
    MISSING = 2
    CONTRARY = 3


class Fault(NamedTuple):
    """One departure, and the reason for people; there is none where it is only a doubt."""

    level: Level
    why: str = ""


class Placed(NamedTuple):
    """A term of the claim, and the terms of the window that it may stand for."""

    at: int
    places: Sequence[int]

    def fit(self, window: Window, *, wide: bool = False) -> float:
        """How well it fits in the best of its places."""
        return self.fit_as(window, self, wide=wide)

    def fit_as(self, window: Window, other: Placed, *, wide: bool = False) -> float:
        """How well it would fit in the best place of another."""
        return max((window.fit(self.at, j, wide=wide) for j in other.places), default=0.0)


def gain(window: Window, one: Placed, other: Placed) -> float:
    """How much better two terms would fit in each other's places; 0 where they share one."""
    if set(one.places) & set(other.places):
        return 0.0
    changed = one.fit_as(window, other) + other.fit_as(window, one)
    return changed - one.fit(window) - other.fit(window)


def is_doubled(window: Window, at: int) -> bool:
    """Whether another term of the claim most likely stands for the same one here."""
    terms = window.claim.text.terms
    mine = window.best(at)
    return any(k != at and terms[k].content and window.best(k) == mine for k in range(len(terms)))


def figure_faults(window: Window) -> Iterator[Fault]:
    """Figures that are not here, that belong elsewhere, or that have changed places."""
    placed = [
        Placed(at, window.found(at))
        for at, term in enumerate(window.claim.text.terms)
        if term.figure and not term.is_label
    ]
    for one in placed:
        figure = window.claim.text.terms[one.at].figure
        if figure and (fault := _figure_fault(window, one, figure)):
            yield fault
    for one, other in combinations([one for one in placed if one.places], 2):
        kinds = {figure.kind for at in (one.at, other.at) if (figure := window.claim.text.terms[at].figure)}
        if len(kinds) == 1 and gain(window, one, other) > CHANGED:
            yield Fault(Level.CONTRARY, ROUND)


def _figure_fault(window: Window, one: Placed, figure: Figure) -> Fault | None:
    term = window.claim.text.terms[one.at]
    shown = window.claim.wording[term.start : term.end]
    noun = "date" if figure.kind is Kind.DATE else "number"
    is_article = figure.kind is Kind.NUMBER and figure.value == 1 and shown.isalpha()
    if not one.places and not is_article:
        return Fault(Level.MISSING, f"the {noun} {shown} is not in the source")
    best = one.fit(window) if one.places else SOME
    for j in _rivals(window, figure, one.places):
        fit = window.fit(one.at, j)
        if fit > best + MARGIN and fit >= STRONG and not _is_taken(window, one, j, best):
            return Fault(Level.CONTRARY, f"the source gives another {noun} than {shown} there")
        if one.places and j not in window.taken and _is_doubtful(window, one, j, best):
            return Fault(Level.DOUBT)
    return None


_COUNTS = frozenset((Kind.NUMBER, Kind.MONEY))


def _rivals(window: Window, figure: Figure, agreeing: Sequence[int]) -> Iterator[int]:
    """The other figures here that could stand where this one does."""
    kinds = _COUNTS if figure.kind in _COUNTS or _is_year(figure) else {figure.kind}
    for j in range(window.low, window.high):
        stated = window.source.text.terms[j]
        if not stated.figure or j in agreeing or stated.is_label:
            continue
        if (
            stated.figure.kind in kinds
            or stated.figure.kind is figure.kind
            or (figure.kind in _COUNTS and _is_year(stated.figure))
        ):
            yield j


def _is_year(figure: Figure) -> bool:
    """Whether it may be a year or a number of that size."""
    return figure.kind is Kind.DATE and figure.month is None


def _is_doubtful(window: Window, one: Placed, rival: int, best: float) -> bool:
    """Whether a figure that the claim leaves out may belong where it has this one."""
    if window.is_main(rival) and not any(window.is_main(j) for j in one.places):
        return True
    fit = window.fit(one.at, rival)
    return (best < EXACT and fit > best) or (fit >= SOME and is_doubled(window, one.at))


def _is_taken(window: Window, one: Placed, there: int, best: float) -> bool:
    """Whether another term of the claim belongs there, and both would lose by changing places."""
    terms = window.claim.text.terms
    for k in range(len(terms)):
        if k != one.at and not terms[k].is_label and there in window.found(k):
            changed = max((window.fit(k, j) for j in one.places), default=0.0)
            if best + window.fit(k, there) + MARGIN >= window.fit(one.at, there) + changed:
                return True
    return False
