"""Finds where in a passage the terms of a claim stand, and how well their neighbours agree."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from bot.knowledge.figures import Figure, Kind, same
from bot.knowledge.polarity import Cue
from bot.knowledge.reading import Claim, Source, same_name
from bot.knowledge.senses import word_set
from bot.knowledge.terms import REPORTING

_REACH = 8.0
"""Neighbours are looked at so many words away."""
_CLOSE, _WIDE = 1.5, 0.25
"""How fast a neighbour tells less with its distance: near a word, and over the whole sentence."""
_ASIDE = 0.1
_FAR = 1e9
_STOP_WEIGHT, _JOINT_WEIGHT, _REPORTING_WEIGHT = 0.3, 1.0, 1.5
_JOINTS = word_set("under by of from to with in on for at against about over into")
_BESIDE, _APART = 8, 4
"""The number of a name stands so many terms around it in the claim, and within so many behind it here."""

_Spot = tuple[float, int, int]
"""A place, the name that it is in, and the number of the term."""
_Neighbour = tuple[float, float, bool, list[_Spot]]
"""How near, how telling, whether before, and where it stands here."""


class Window:
    """Some neighbouring sentences of a passage, held against a claim. Terms go by their numbers."""

    def __init__(self, claim: Claim, source: Source, first: int, last: int) -> None:
        self.claim = claim
        self.source = source
        self.first, self.last = first, last
        self.low, self.high = source.text.firsts[first], source.text.firsts[last + 1]
        self._found: dict[int, list[int]] = {}
        self._fits: dict[tuple[int, int, bool], float] = {}
        self._spots: dict[int, list[_Spot]] = {}
        self._around: dict[tuple[int, bool], list[_Neighbour]] = {}

    @cached_property
    def cues(self) -> list[Cue]:
        """The negations of these sentences."""
        return [cue for cue in self.source.text.cues if self.low <= cue.at < self.high]

    @cached_property
    def units(self) -> list[tuple[int, ...]]:
        """The names of these sentences."""
        return [unit for unit in self.source.text.units if self.low <= unit[0] < self.high]

    @cached_property
    def years(self) -> frozenset[int | None]:
        """The years that the passage gives."""
        return frozenset(term.figure.year for term in self.source.text.terms if term.figure)

    def found(self, at: int) -> list[int]:
        """The terms here that a term of the claim may stand for, whether they affirm or deny it."""
        if at not in self._found:
            self._found[at] = self._find(at)
        return self._found[at]

    def best(self, at: int) -> int | None:
        """The likeliest of `found`: the one with the same neighbours."""
        found = self.found(at)
        if len(found) < 2:
            return found[0] if found else None
        return max(found, key=lambda j: self.fit(at, j))

    @cached_property
    def main(self) -> int:
        """The sentence, by its number in the passage, that has most of the claim."""
        firsts = self.source.text.firsts
        shares: Counter[int] = Counter()
        for at, weight in enumerate(self.claim.weights):
            there = self.best(at) if weight else None
            if there is not None:
                shares[bisect_right(firsts, there) - 1] += weight  # type: ignore[assignment]
        return max(shares, key=lambda n: (shares[n], -n), default=self.first)

    def slot(self, at: int) -> list[int]:
        """The terms here between the same two words as a term of the claim, or edges of clauses."""
        places = self.source.text.slots.get(self.claim.beside[at], [])
        return [j for j in places if self.low <= j < self.high]

    def is_main(self, there: int) -> bool:
        """Whether a term here is in the sentence that has most of the claim."""
        firsts = self.source.text.firsts
        return firsts[self.main] <= there < firsts[self.main + 1]

    @cached_property
    def taken(self) -> frozenset[int | None]:
        """The terms here that those of the claim most likely stand for."""
        return frozenset(self.best(at) for at in range(len(self.claim.text.terms)))

    def fit(self, at: int, there: int, *, wide: bool = False) -> float:
        """How well the neighbours of a term of the claim stand around one here, 0 to 1, whatever the two are.

        `wide` asks the whole sentence, not so much the nearest words.
        """
        if (at, there, wide) not in self._fits:
            self._fits[at, there, wide] = self._fit(at, there, wide)
        return self._fits[at, there, wide]

    def _find(self, at: int) -> list[int]:
        term = self.claim.text.terms[at]
        stated = self.source.text.terms
        here = range(self.low, self.high)
        if term.figure:
            return [j for j in here if stated[j].figure and self._is_figure(at, j)]
        keyed = sorted({j for key in term.keys for j in self._having(key)})
        if not term.is_name:
            return keyed
        named = [j for j in keyed if same_name(term, stated[j])]
        return (
            named or [j for j in here if stated[j].is_name and same_name(term, stated[j])] or self._parted(at)
        )

    def _having(self, key: str) -> list[int]:
        found = self.source.text.index.get(key, [])
        return found[bisect_left(found, self.low) : bisect_left(found, self.high)]

    def _is_figure(self, at: int, there: int) -> bool:
        term, stated = self.claim.text.terms[at], self.source.text.terms[there]
        if not (term.figure and stated.figure and self._is_figure_of(term.figure, stated.figure)):
            return False
        if not stated.is_label or term.is_label or stated.figure.kind is Kind.DATE:
            return True
        name = self.source.text.terms[there - 1].form
        around = self.claim.text.terms[max(0, at - _BESIDE) : at + _BESIDE]
        return any(other.form == name for other in around)

    def _is_figure_of(self, claimed: Figure, stated: Figure) -> bool:
        """A date may take its year from elsewhere in the passage."""
        if same(claimed, stated):
            return True
        if Kind.DATE is not claimed.kind or Kind.DATE is not stated.kind or stated.year or not stated.month:
            return False
        return claimed.year in self.years and (claimed.month, claimed.day) == (stated.month, stated.day)

    def _parted(self, at: int) -> list[int]:
        """A name whose number stands a little apart: Apache licence 2.0."""
        term = self.claim.text.terms[at]
        stated = self.source.text.terms
        if not term.label:
            return []
        return [
            j
            for key in term.keys
            for j in self._having(key)
            if stated[j].form == term.form
            and not stated[j].label
            and any(near.figure and near.form == term.label for near in stated[j + 1 : j + _APART])
        ]

    def _fit(self, at: int, there: int, wide: bool) -> float:
        source = self.source.text
        place, unit = source.terms[there].place, source.unit_of.get(there, -1)
        total = score = 0.0
        for near, weight, before, others in self._neighbours(at, wide):
            far = _FAR
            for other, its_unit, j in others:
                if j != there and (its_unit == -1 or its_unit != unit):
                    apart = other - place
                    # One on the other side than in the claim counts as a little farther.
                    distance = abs(apart) + (_ASIDE if (apart < 0) != before else 0.0)
                    far = min(far, distance)
            if far < _FAR:
                total += weight
                score += weight / (1 + max(0.0, far - near) / 2)
        return score / total if total else 0.0

    def _neighbours(self, at: int, wide: bool) -> list[_Neighbour]:
        """What stands around a term of the claim, and where each of it stands here."""
        if (at, wide) not in self._around:
            self._around[at, wide] = list(self._look_around(at, wide))
        return self._around[at, wide]

    def _look_around(self, at: int, wide: bool) -> Iterator[_Neighbour]:
        claim = self.claim.text
        own = claim.terms[at].place
        mine = claim.unit_of.get(at, -1)
        for k, term in enumerate(claim.terms):
            near = abs(term.place - own)
            if k == at or (near > _REACH and not wide) or (mine != -1 and claim.unit_of.get(k) == mine):
                continue
            if k not in self._spots:
                self._spots[k] = self._spots_of(k)
            places = self._spots[k]
            if places:
                weight = self._telling(k) / near ** (_WIDE if wide else _CLOSE)
                yield near, weight, term.place < own, places

    def _spots_of(self, at: int) -> list[_Spot]:
        """Where a term stands here as a neighbour; a word of saying only as it is, where it is here."""
        source = self.source.text
        found = self.found(at)
        term = self.claim.text.terms[at]
        if REPORTING in term.keys:
            found = [j for j in found if source.terms[j].stem == term.stem] or found
        return [(source.terms[j].place, source.unit_of.get(j, -1), j) for j in found]

    def _telling(self, at: int) -> float:
        """How much a neighbour says about a place."""
        term = self.claim.text.terms[at]
        if REPORTING in term.keys:
            return _REPORTING_WEIGHT
        return self.claim.weights[at] or (_JOINT_WEIGHT if term.form in _JOINTS else _STOP_WEIGHT)
