"""Finds where in a stretch of a passage the terms of a sentence stand, and how well their neighbours agree."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from bot.knowledge.senses import word_set
from bot.knowledge.article import Passage
from bot.knowledge.figures import Figure, Kind, same
from bot.knowledge.polarity import Cue, cues
from bot.knowledge.sentences import marker, sentences
from bot.knowledge.terms import REPORTING, Term, Usage, terms, units

_SENTENCE = 6.0
_REACH = 8.0
_ASIDE = 0.1
_FAR = 1e9
_CLOSE, _WIDE = 1.5, 0.25
_STOP_WEIGHT, _REPORTING_WEIGHT, _FIGURE_WEIGHT = 0.3, 1.5, 2.0
_JOINT_WEIGHT = 1.0
_JOINTS = word_set("under by of from to with in on for at against about over into")
_SAID = 0.25
_SAME_PEOPLE = tuple(
    frozenset(names.split())
    for names in (
        "us usa america american states",
        "eu europe european union",
        "uk britain british kingdom",
        "swiss switzerland",
        "french france",
        "chinese china",
    )
)
_SAME_STEM = 5
_BESIDE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Some sentences, read: their spans, terms, negations, and the runs of terms that are one name.

    `firsts` are the numbers of the first term of each sentence, and of the one after the last.
    """

    spans: tuple[tuple[int, int], ...]
    terms: tuple[Term, ...]
    firsts: tuple[int, ...]
    cues: tuple[Cue, ...]
    units: tuple[tuple[int, ...], ...]
    unit_of: dict[int, int]
    index: dict[str, list[int]]
    keys: tuple[frozenset[str], ...]
    slots: dict[tuple[str, str], list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A passage, read; `around` are the names in its title and heading, `initials` those of its names."""

    passage: Passage
    text: Text
    around: tuple[Term, ...]
    initials: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence to be judged; `weights` say how much each of its terms tells, 0 for those that only join."""

    wording: str
    text: Text
    weights: tuple[float, ...]
    total: float
    beside: tuple[tuple[str, str], ...]


def read(text: str, seen: Usage, spans: Sequence[tuple[int, int]]) -> Text:
    """Reads the sentences of a text at the given spans."""
    made: list[Term] = []
    firsts = [0]
    negations: list[Cue] = []
    place, clause = 0.0, 0
    for start, end in spans:
        own = terms(text[start:end], seen, offset=start, place=place, clause=clause)
        negations += [cue.moved(len(made)) for cue in cues(own, seen.language)]
        made += own
        firsts.append(len(made))
        if own:
            place, clause = own[-1].place + _SENTENCE, own[-1].clause + 1
    named = units(made)
    index: dict[str, list[int]] = defaultdict(list)
    for at, term in enumerate(made):
        for key in term.keys:
            index[key].append(at)
    return Text(
        spans=tuple(spans),
        terms=tuple(made),
        firsts=tuple(firsts),
        cues=tuple(negations),
        units=tuple(named),
        unit_of={at: number for number, unit in enumerate(named) for at in unit},
        index=dict(index),
        keys=tuple(
            frozenset(key for term in made[first:last] for key in term.keys)
            for first, last in pairwise(firsts)
        ),
        slots=_slots(made, named),
    )


def _slots(made: Sequence[Term], named: Sequence[tuple[int, ...]]) -> dict[tuple[str, str], list[int]]:
    """The terms by the words before and behind them; a name of several is passed over as one."""
    ends = {at: (unit[0], unit[-1]) for unit in named for at in unit}
    slots: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in range(len(made)):
        first, last = ends.get(at, (at, at))
        slots[_beside(made, first, -1), _beside(made, last, 1)].append(at)
    return dict(slots)


def _beside(made: Sequence[Term], at: int, step: int) -> str:
    """The word before or behind; empty at the edge of the clause."""
    if not 0 <= at + step < len(made) or made[at + step].clause != made[at].clause:
        return ""
    return made[at + step].form


def read_source(passage: Passage, seen: Usage) -> Source:
    """Reads a passage."""
    spans = [
        (start + marker(passage.text[start:end]), end)
        for start, end in sentences(passage.text, passage.language)
    ]
    text = read(passage.text, seen, spans)
    # The stop keeps the first word from being taken for the beginning of a sentence.
    around = tuple(terms(f", {passage.title}, {passage.heading}", seen))
    names = [term for term in around if term.is_name]
    return Source(passage=passage, text=text, around=tuple(names), initials=_initials([*text.terms, *around]))


def read_claim(wording: str, seen: Usage, rarity: Rarity) -> Claim:
    """Reads a sentence to be judged."""
    text = read(wording, seen, [(0, len(wording))])
    weights = tuple(rarity.weight(term) for term in text.terms)
    beside = {at: words for words, places in text.slots.items() for at in places}
    return Claim(
        wording=wording,
        text=text,
        weights=weights,
        total=sum(weights),
        beside=tuple(beside[at] for at in range(len(weights))),
    )


class Rarity:
    """How much a word tells, from how few sentences of the passages have it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._seen: Counter[str] = Counter()
        self._sentences = 0
        for source in sources:
            text = source.text
            for at in range(len(text.spans)):
                own = text.terms[text.firsts[at] : text.firsts[at + 1]]
                self._seen.update({key for term in own for key in term.keys})
                self._sentences += 1

    def weight(self, term: Term) -> float:
        """The weight of a term; words that no passage has weigh as much as those that one sentence has."""
        if not term.content:
            return 0.0
        if term.figure:
            return _FIGURE_WEIGHT
        return max(self._of(key) for key in term.keys)

    def _of(self, key: str) -> float:
        if key == REPORTING:
            return _SAID
        seen = max(1, self._seen[key])
        return math.log(1 + (max(self._sentences, seen) - seen + 0.5) / (seen + 0.5))


def same_name(claimed: Term, stated: Term) -> bool:
    """Whether two terms are the same name; a number that belongs to the claimed one must be the same."""
    if claimed.label and claimed.label != stated.label:
        return False
    return _same_word(claimed.form, stated.form)


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter = min(len(one), len(other))
    plain = one.isalpha() and other.isalpha()
    if plain and shorter >= _SAME_STEM and one[: shorter - 1] == other[: shorter - 1] and abs(len(one) - len(other)) < 4:
        return True
    return any(one in people and other in people for people in _SAME_PEOPLE)


def _initials(made: Sequence[Term]) -> frozenset[str]:
    """The initials of runs of names (OSI); a short word in a run may count whole (OSAID)."""
    found: set[str] = set()
    run: list[str] = []
    for term in made:
        if term.is_name:
            run = [*run, term.form][-6:]
            for at in range(len(run) - 1):
                found.add("".join(word[0] for word in run[at:]))
                found.add("".join(word if len(word) < 3 else word[0] for word in run[at:]))
        elif term.form not in ("of", "the", "and", "for"):
            run = []
    return frozenset(found)


_Neighbour = tuple[float, float, bool, list[tuple[float, int, int]]]
"""How near, how telling, whether before, and for each place here: where, in which name, which term."""


class Window:
    """Some neighbouring sentences of a passage, held against a claim. Terms go by their numbers."""

    def __init__(self, claim: Claim, source: Source, first: int, last: int) -> None:
        self.claim = claim
        self.source = source
        self.first, self.last = first, last
        self.low, self.high = source.text.firsts[first], source.text.firsts[last + 1]
        self._found: dict[int, list[int]] = {}
        self._fits: dict[tuple[int, int, bool], float] = {}
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
        """The years that the passage, its title or its heading give."""
        given = (*self.source.text.terms, *self.source.around)
        return frozenset(term.figure.year for term in given if term.figure)

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
        return named or [j for j in here if stated[j].is_name and same_name(term, stated[j])] or self._parted(at)

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
            and any(near.figure and near.form == term.label for near in stated[j + 1 : min(j + 4, self.high)])
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
        claim, source = self.claim.text, self.source.text
        own = claim.terms[at].place
        mine = claim.unit_of.get(at, -1)
        for k, term in enumerate(claim.terms):
            near = abs(term.place - own)
            if k == at or (near > _REACH and not wide) or (mine != -1 and claim.unit_of.get(k) == mine):
                continue
            places = [(source.terms[j].place, source.unit_of.get(j, -1), j) for j in self._likest(k)]
            if places:
                weight = self._telling(k) / near ** (_WIDE if wide else _CLOSE)
                yield near, weight, term.place < own, places

    def _likest(self, at: int) -> Sequence[int]:
        """The terms here to look for beside another: of words of saying the same one, if it is here."""
        found = self.found(at)
        term = self.claim.text.terms[at]
        if REPORTING not in term.keys:
            return found
        return [j for j in found if self.source.text.terms[j].stem == term.stem] or found

    def _telling(self, at: int) -> float:
        """How much a neighbour says about a place."""
        term = self.claim.text.terms[at]
        if REPORTING in term.keys:
            return _REPORTING_WEIGHT
        return self.claim.weights[at] or (_JOINT_WEIGHT if term.form in _JOINTS else _STOP_WEIGHT)
