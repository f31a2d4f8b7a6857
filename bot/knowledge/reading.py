"""Reads passages, and the sentences to be held against them, into terms, negations and names."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.knowledge.article import Passage
from bot.knowledge.polarity import Cue, cues
from bot.knowledge.sentences import marker, sentences
from bot.knowledge.terms import REPORTING, Term, Usage, terms, units

_SENTENCE = 6.0
"""So many words more lie between the last word of a sentence and the first of the next."""
_FIGURE_WEIGHT, _SAID_WEIGHT = 2.0, 0.25
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
_LONGEST_RUN = 6


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
    """A sentence to be judged.

    `weights` say how much each of its terms tells, 0 for those that only join, `total` all of them; `beside`
    are the words before and behind each.
    """

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
    found = sentences(passage.text, passage.language)
    begun = ((start + marker(passage.text[start:end]), end) for start, end in found)
    text = read(passage.text, seen, [span for span in begun if span[0] < span[1]])
    # The comma keeps the first word from being taken for the beginning of a sentence.
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
            return _SAID_WEIGHT
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
    if (
        plain
        and shorter >= _SAME_STEM
        and one[: shorter - 1] == other[: shorter - 1]
        and abs(len(one) - len(other)) < 4
    ):
        return True
    return any(one in people and other in people for people in _SAME_PEOPLE)


def _initials(made: Sequence[Term]) -> frozenset[str]:
    """The initials of runs of names (OSI); a short word in a run may count whole (OSAID)."""
    found: set[str] = set()
    run: list[str] = []
    for term in made:
        if term.is_name:
            run = [*run, term.form][-_LONGEST_RUN:]
            for at in range(len(run) - 1):
                found.add("".join(word[0] for word in run[at:]))
                found.add("".join(word if len(word) < 3 else word[0] for word in run[at:]))
        elif term.form not in ("of", "the", "and", "for"):
            run = []
    return frozenset(found)
