"""Weighs a sentence against all passages of an answer: which bear it out, and what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.knowledge.abroad import Abroad, abroad
from bot.knowledge.article import Passage
from bot.knowledge.faults import Level
from bot.knowledge.language import detect
from bot.knowledge.reading import Claim, Rarity, read_claim, read_source
from bot.knowledge.support import Judged, judged
from bot.knowledge.terms import usage

VERIFIED_FROM, ORDINARY_FROM, WEAK_FROM = 0.7, 0.4, 0.35
"""Coverage that a verified sentence has, the same without its names and figures, and that a weak one has."""
CERTAIN_FROM = 0.5
"""From this coverage on, what the source says instead is worth telling."""
MOST_CITES = 3
LONGEST = 1_500
"""A sentence of more characters is not looked at."""
TOO_LONG = "too long to be checked"
PARTLY = "only partly in the source"
NOWHERE = "no source says this"

_ALIKE, _BETTER, _MUCH_BETTER = 0.02, 0.05, 0.1
_JOINT = re.compile(r"\s*(?:;|,?\s(?:and|while|but|whereas))\s")


class Support(StrEnum):
    """What a sentence is worth."""

    VERIFIED = "verified"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"


class Weighed(NamedTuple):
    """What became of a sentence: the passages it rests on, by number from 1, and where in the first of them.

    `span` is in code points of the passage's revision; `why` is for people, empty when nothing is wrong.
    """

    support: Support
    cites: tuple[int, ...]
    span: tuple[int, int] | None = None
    repointed: bool = False
    why: str = ""


class Evidence:
    """The passages of one answer, read once, for all its sentences."""

    def __init__(self, passages: Sequence[Passage], language: str | None = None) -> None:
        """`language` is that of the answer, where the passages may be in another."""
        self._tongues = [passage.language or detect(passage.text) for passage in passages]
        self._usages = {tongue: usage(self._texts(passages, tongue), tongue) for tongue in set(self._tongues)}
        self._sources = [
            read_source(passage, self._usages[tongue])
            for passage, tongue in zip(passages, self._tongues, strict=True)
        ]
        self._rarity = {
            tongue: Rarity(self._sources[n] for n, own in enumerate(self._tongues) if own == tongue)
            for tongue in self._usages
        }
        self._language = language
        self._foreign = [bool(language and tongue and tongue != language) for tongue in self._tongues]

    def _texts(self, passages: Sequence[Passage], tongue: str | None) -> list[str]:
        """The passages in one language, each with its title."""
        return [
            f"{passage.text}\n, {passage.title}"
            for passage, own in zip(passages, self._tongues, strict=True)
            if own == tongue
        ]

    def tongue_of(self, text: str) -> str | None:
        """The language of an answer: one of the passages', by its words, or else that of most of them."""
        found = self._language or detect(text)
        most = max(self._tongues, key=self._tongues.count, default=None)
        return found if found == self._language or found in self._tongues else most

    def weigh(self, text: str, cites: Sequence[int], quoted: Collection[int] = ()) -> Weighed:
        """What a sentence is worth that cites these passages; it has words of the `quoted` ones verbatim."""
        if len(text) > LONGEST:
            return Weighed(Support.UNSUPPORTED, tuple(cites[:MOST_CITES]), why=TOO_LONG)
        scales = self._scales(text)
        own = [n for n in cites if not quoted or n in quoted]
        return (
            self._borne_out(scales, own or sorted(quoted), asked=cites)
            or self._borne_out_in_parts(text, own)
            or self._borne_out_abroad(text, own or sorted(quoted), asked=cites)
            or self._doubtful(scales, cites)
        )

    def _scales(self, text: str) -> list[list[Judged]]:
        """The stretches of each passage, judged; none of a passage in another language."""
        claims: dict[str | None, Claim] = {
            tongue: read_claim(text, seen, self._rarity[tongue]) for tongue, seen in self._usages.items()
        }
        return [
            [] if foreign else judged(claims[tongue], source)
            for source, tongue, foreign in zip(self._sources, self._tongues, self._foreign, strict=True)
        ]

    def _borne_out(
        self, scales: Sequence[Sequence[Judged]], cites: Sequence[int], asked: Sequence[int]
    ) -> Weighed | None:
        """By the passages that are cited, or else by the best of the others."""
        found = [(n, best) for n in cites if (best := _bearing_out(scales, n, asked))]
        if not found and set(cites) == set(asked):
            others = [(n, best) for n in self._numbers if (best := _bearing_out(scales, n, asked))]
            found = sorted(others, key=lambda other: -other[1].worth)[:1]
        if not found:
            return None
        n, best = found[0]
        numbers = tuple(n for n, _ in found[:MOST_CITES])
        span = self._span(n, best.first, best.last)
        return Weighed(Support.VERIFIED, numbers, span, _is_new(numbers, asked))

    @property
    def _numbers(self) -> range:
        return range(1, len(self._sources) + 1)

    def _borne_out_in_parts(self, text: str, cites: Sequence[int]) -> Weighed | None:
        """A sentence that joins what two of its passages say: each part must have its own name or figure."""
        if len(cites) < 2:
            return None
        for joint in _JOINT.finditer(text):
            parts = [text[: joint.start()], text[joint.end() :]]
            if not all(self._is_clear(part) for part in parts):
                continue
            one, other = (self._borne_out(self._scales(part), cites, cites) for part in parts)
            if one and other and set(one.cites) | set(other.cites) <= set(cites):
                numbers = tuple(dict.fromkeys((*one.cites, *other.cites)))
                return Weighed(Support.VERIFIED, numbers[:MOST_CITES], one.span)
        return None

    def _is_clear(self, part: str) -> bool:
        """Whether part of a sentence says for itself what it is about."""
        claims = (read_claim(part, seen, self._rarity[tongue]) for tongue, seen in self._usages.items())
        return all(any(term.is_name or term.figure for term in claim.text.terms) for claim in claims)

    def _borne_out_abroad(self, text: str, cites: Sequence[int], asked: Sequence[int]) -> Weighed | None:
        """By passages in another language, as far as can be told: never more than weakly."""
        found = {
            n: abroad(text, self._sources[n - 1], self._language)
            for n in self._numbers
            if self._foreign[n - 1]
        }
        holding = [n for n in cites if n in found and not found[n].missing] or _likeliest_abroad(found)
        if holding:
            best = found[holding[0]].sentence
            span = None if best is None else self._span(holding[0], best, best)
            return Weighed(Support.WEAK, tuple(holding[:MOST_CITES]), span, _is_new(holding, asked))
        lacking = next((found[n].missing for n in cites if n in found), "")
        return Weighed(Support.UNSUPPORTED, tuple(asked[:MOST_CITES]), why=lacking) if lacking else None

    def _doubtful(self, scales: Sequence[Sequence[Judged]], cites: Sequence[int]) -> Weighed:
        """Not borne out: weakly supported, contradicted, or simply nowhere."""
        pool = cites or self._numbers
        near = [(n, one) for n in pool for one in scales[n - 1]]
        against = max(near, key=lambda pair: pair[1].worth, default=None)
        given = tuple(cites[:MOST_CITES])
        if against and against[1].level >= Level.MISSING and against[1].coverage >= CERTAIN_FROM:
            fault = against[1].fault
            return Weighed(Support.UNSUPPORTED, given, why=fault.why if fault else NOWHERE)
        least = WEAK_FROM if cites else VERIFIED_FROM
        weak = [pair for pair in near if pair[1].coverage >= least and pair[1].level is not Level.MISSING]
        if weak:
            n, best = max(weak, key=lambda pair: pair[1].worth)
            numbers = dict.fromkeys((n, *(other for other, _ in weak)))
            return Weighed(
                Support.WEAK, tuple(numbers)[:MOST_CITES], self._span(n, best.first, best.last), why=PARTLY
            )
        return Weighed(Support.UNSUPPORTED, given, why=NOWHERE)

    def _span(self, n: int, first: int, last: int) -> tuple[int, int]:
        """Where some sentences of a passage stand in its revision."""
        source = self._sources[n - 1]
        start, end = source.text.spans[first][0], source.text.spans[last][1]
        return source.passage.start + start, source.passage.start + end


def _is_new(cites: Sequence[int], asked: Sequence[int]) -> bool:
    """Whether a sentence that cites passages rests on others."""
    return bool(asked) and not set(cites) & set(asked)


def _likeliest_abroad(found: Mapping[int, Abroad]) -> list[int]:
    """The one passage that has all figures and names of a sentence, and more of them than any other."""
    hits = {n: one.hits for n, one in found.items() if not one.missing and one.hits}
    best = [n for n, count in hits.items() if count == max(hits.values())]
    return best if len(best) == 1 else []


def _bearing_out(scales: Sequence[Sequence[Judged]], n: int, cites: Collection[int]) -> Judged | None:
    """The stretch of a passage that says the sentence without a fault, unless another stretch objects."""
    sound = [one for one in scales[n - 1] if one.fault is None]
    best = max(sound, key=lambda one: one.worth, default=None)
    if best is None or best.coverage < VERIFIED_FROM or best.ordinary < ORDINARY_FROM:
        return None
    for m, others in enumerate(scales, start=1):
        for other in others:
            if other.fault and _objects(other, best, is_same=m == n, is_cited=m in cites):
                return None
    return best


def _objects(other: Judged, best: Judged, *, is_same: bool, is_cited: bool) -> bool:
    """Whether a stretch with a fault tells more about the sentence than the one without."""
    ahead = other.coverage - best.coverage
    contradicts = other.level is Level.CONTRARY
    width, least = best.last - best.first, other.last - other.first
    if is_same and other.first <= best.last and best.first <= other.last:
        return (
            (best.holds(other) and ahead >= -_ALIKE)
            or (other.holds(best) and ahead > _MUCH_BETTER)
            or (contradicts and ahead >= -_MUCH_BETTER and least <= width)
        )
    if ahead > _BETTER:
        return True
    return contradicts and is_cited and ahead >= -_BETTER and (not is_same or least < width)
