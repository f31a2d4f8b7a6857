"""Judges how far each stretch of a passage says what a sentence says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.knowledge.contraries import contrary_faults, slot_faults
from bot.knowledge.denials import denial_faults
from bot.knowledge.faults import Fault, Level, figure_faults
from bot.knowledge.names import is_around, name_faults
from bot.knowledge.placing import Window
from bot.knowledge.reading import Claim, Source
from bot.knowledge.roles import role_faults

WIDEST = 3
"""A sentence may rest on so many neighbouring sentences of a passage."""
_TRIED = 4
_WIDER = 0.04
"""What each further sentence has to add to the coverage."""
_LEAST = 0.3
# What a clause of two words, and of more, has to have here; so many words in a row must not be missing.
_PAIR_FROM, _CLAUSE_FROM, _LONGEST_ROW = 0.34, 0.5, 3
_TELLING = 3
"""A sentence has so many words that tell something; one less with a name or a figure."""
_CHECKS = (
    figure_faults,
    name_faults,
    contrary_faults,
    slot_faults,
    denial_faults,
    role_faults,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the neighbouring sentences `first` to `last` of a passage are worth for a claim.

    `coverage` is the share, 0 to 1, of the weight of its words that stand there, `ordinary` the same without
    names and figures. `fault` is the gravest departure, `None` without any.
    """

    first: int
    last: int
    coverage: float
    ordinary: float
    fault: Fault | None

    @property
    def worth(self) -> float:
        """The coverage, less something for every sentence after the first."""
        return self.coverage - _WIDER * (self.last - self.first)

    @property
    def level(self) -> int:
        """The level of the gravest fault; 0 without any."""
        return self.fault.level if self.fault else 0

    def holds(self, other: Judged) -> bool:
        """Whether these sentences include those of another."""
        return self.first <= other.first and other.last <= self.last


def judged(claim: Claim, source: Source) -> list[Judged]:
    """The likeliest stretches of a passage for a claim, each judged."""
    return [_judge(Window(claim, source, first, last)) for first, last in _likeliest(claim, source)]


def _likeliest(claim: Claim, source: Source) -> list[tuple[int, int]]:
    """By the words that they share, whatever is said with them."""
    parts = [
        (weight, frozenset(term.keys))
        for weight, term in zip(claim.weights, claim.text.terms, strict=True)
        if weight and term.keys
    ]
    keyed = sum(weight for weight, _ in parts)
    have = source.text.keys
    ranked = []
    for first in range(len(have)):
        keys: frozenset[str] = frozenset()
        for last in range(first, min(len(have), first + WIDEST)):
            keys |= have[last]
            shared = sum(weight for weight, own in parts if own & keys)
            ranked.append((shared - _WIDER * claim.total * (last - first), first, last))
    best = sorted(ranked, reverse=True)[:_TRIED]
    return [(first, last) for shared, first, last in best if shared >= _LEAST * keyed]


def _judge(window: Window) -> Judged:
    terms = window.claim.text.terms
    covered = {at for at, term in enumerate(terms) if term.content and _is_covered(window, at)}
    ordinary = [at for at, term in enumerate(terms) if term.content and not term.figure and not term.is_name]
    return Judged(
        first=window.first,
        last=window.last,
        coverage=_share(window, covered, range(len(terms))),
        ordinary=_share(window, covered, ordinary),
        fault=_gravest(window) or _unsaid(window, covered, ordinary) or _too_little(window, ordinary),
    )


def _unsaid(window: Window, covered: Collection[int], ordinary: Collection[int]) -> Fault | None:
    """A doubt where a clause of the claim, or some words in a row, are hardly here, whatever the rest is."""
    clauses: dict[int, list[int]] = {}
    row = 0
    for at in ordinary:
        clauses.setdefault(window.claim.text.terms[at].clause, []).append(at)
        row = 0 if at in covered else row + 1
        if row == _LONGEST_ROW:
            return Fault(Level.DOUBT)
    for ats in clauses.values():
        if len(ats) > 1 and _share(window, covered, ats) <= (_PAIR_FROM if len(ats) == 2 else _CLAUSE_FROM):
            return Fault(Level.DOUBT)
    return None


def _too_little(window: Window, ordinary: Collection[int]) -> Fault | None:
    """A doubt about a sentence that says next to nothing (it is open): much would seem to bear it out."""
    telling = sum(term.content for term in window.claim.text.terms)
    enough = _TELLING if len(ordinary) == telling else _TELLING - 1
    return Fault(Level.DOUBT) if telling < enough else None


def _gravest(window: Window) -> Fault | None:
    """The gravest fault; what contradicts ends the search."""
    gravest = None
    for fault in _faults(window):
        if fault.level is Level.CONTRARY:
            return fault
        if gravest is None or fault.level > gravest.level:
            gravest = fault
    return gravest


def _faults(window: Window) -> Iterator[Fault]:
    for check in _CHECKS:
        yield from check(window)


def _share(window: Window, covered: Collection[int], among: Collection[int]) -> float:
    weights = window.claim.weights
    total = sum(weights[at] for at in among)
    return sum(weights[at] for at in among if at in covered) / total if total else 1.0


def _is_covered(window: Window, at: int) -> bool:
    terms, stated = window.claim.text.terms, window.source.text.terms
    term, found = terms[at], window.found(at)
    if term.is_name and not found:
        return is_around(window, term)
    if not found or term.figure or term.is_name:
        return bool(found)
    keys = set(term.keys)
    # Different words of the claim that stand for the same need one each.
    alike = {other.stem for other in terms if other.content and keys & set(other.keys)}
    return len(found) >= len(alike) or any(stated[j].stem == term.stem for j in found)
