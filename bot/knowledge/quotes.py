"""The quote rule: whether quoted words really stand in an article's revision, and where.

Words are compared as sequences of tokens, never as substrings: case, typography, hyphens and punctuation may
differ, a number, a sign or a word may not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from bot.knowledge.sentences import sentences
from bot.knowledge.wording import Token, negates, wording

MIN_TOKENS = 5
MIN_SEGMENT = 3
MAX_GAP = 60
ALTERED_SHARE = 0.6
NEGATION_REACH = 4

_ELLIPSIS = re.compile(r"[\[(]\s*(?:\.{3,}|…|\. \. \.)\s*[\])]|…+|\.{3,}|\. \. \.")
_INSERTED = re.compile(r"\[[^\[\]]*\]")

_Segment = tuple[Token, ...]


class Status(StrEnum):
    """What the check of a quotation came to."""

    VERIFIED = "VERIFIED"
    VERIFIED_ELSEWHERE = "VERIFIED_ELSEWHERE"
    CLIPPED_NEGATION = "CLIPPED_NEGATION"
    ALTERED = "ALTERED"
    NOT_FOUND = "NOT_FOUND"
    TOO_SHORT = "TOO_SHORT"
    FROM_DEBATE = "FROM_DEBATE"
    EXTERNAL = "EXTERNAL"


class Worded(Protocol):
    """Anything with an id and words: an article's revision, a speech."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def text(self) -> str:
        """Its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where an altered quotation departs from the text; either side may be empty."""

    quoted: str
    stands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The status of a quotation and, where its words were found, the place.

    `source` is the id of the text they stand in; `start` and `end` span them all, `segments` the parts
    between omissions, `sentence` the whole sentences around them: all in code points of that text. `inserted`
    are the quoter's own words in brackets. `differences` come with ALTERED, which spans the likest words.
    """

    status: Status
    source: int | None = None
    start: int = 0
    end: int = 0
    segments: tuple[tuple[int, int], ...] = ()
    sentence: tuple[int, int] = (0, 0)
    inserted: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quotation taken apart: the readings to look for, one after the other, each in segments."""

    text: str
    readings: tuple[tuple[_Segment, ...], ...]
    inserted: tuple[str, ...]
    too_short: bool


def check(
    quote: str,
    cited: Worded | None = None,
    *,
    elsewhere: Iterable[Worded] = (),
    speeches: Iterable[Worded] = (),
    url: str | None = None,
) -> Checked:
    """What a quotation is worth: looked for in the text it cites, then `elsewhere`, then in the `speeches`.

    It takes five tokens. `[...]` or `…` parts it into segments of three tokens or more, which must occur in
    order within 60 tokens of each other; `[words]` in brackets are the quoter's and are not looked for. Where
    a negation stands within four tokens before, in the same sentence, and the quotation has none, it is
    CLIPPED_NEGATION. Words that are not found, but 60 % of their trigrams are, are ALTERED. What cites a
    `url` and no text of the library is EXTERNAL, whatever it says.
    """
    if cited is None and url is not None:
        return Checked(status=Status.EXTERNAL)
    taken = _take_apart(quote)
    others = [text for text in elsewhere if cited is None or text.id != cited.id]
    own = [cited] if cited else []
    found = (
        _first(taken, own, Status.VERIFIED)
        or _first(taken, others, Status.VERIFIED_ELSEWHERE)
        or _first(taken, speeches, Status.FROM_DEBATE)
    )
    if found:
        return found
    if taken.too_short:
        return Checked(status=Status.TOO_SHORT, inserted=taken.inserted)
    altered = (hit for text in (*own, *others) if (hit := _altered(taken, text)))
    return next(altered, Checked(status=Status.NOT_FOUND, inserted=taken.inserted))


def _take_apart(quote: str) -> _Quote:
    """Literal wording is one reading, so that brackets and dots of the article's own do no harm."""
    words = wording(quote)
    brackets = [found.span() for found in _INSERTED.finditer(quote) if not _ELLIPSIS.fullmatch(found.group())]
    own = [word for word in words if not any(start <= word.start < end for start, end in brackets)]
    edges = [0, *(found.start() for found in _ELLIPSIS.finditer(quote)), len(quote)]
    parts = (tuple(word for word in own if begin <= word.start < end) for begin, end in pairwise(edges))
    segments = tuple(part for part in parts if part)
    too_short = len(own) < MIN_TOKENS or any(len(part) < MIN_SEGMENT for part in segments)
    readings: list[tuple[_Segment, ...]] = [] if len(words) < MIN_TOKENS else [(tuple(words),)]
    if not too_short and segments not in readings:
        readings.append(segments)
    inserted = tuple(quote[start:end] for start, end in brackets)
    return _Quote(quote, tuple(readings), inserted, too_short)


def _first(quote: _Quote, sources: Iterable[Worded], status: Status) -> Checked | None:
    """The first place where the quotation stands unclipped, else the first where it stands at all."""
    clipped = None
    for source in sources:
        found = _find(quote, source, status)
        if found and found.status is not Status.CLIPPED_NEGATION:
            return found
        clipped = clipped or found
    return clipped


def _find(quote: _Quote, source: Worded, status: Status) -> Checked | None:
    stream = wording(source.text) if quote.readings else []
    clipped = None
    for segments in quote.readings:
        for starts in _places(stream, segments):
            runs = [stream[at : at + len(part)] for at, part in zip(starts, segments, strict=True)]
            hit = _hit(quote, source, runs, status)
            if not _is_clipped(source.text, stream, starts, runs):
                return hit
            clipped = clipped or replace(hit, status=Status.CLIPPED_NEGATION)
    return clipped


def _places(stream: Sequence[Token], segments: Sequence[_Segment]) -> list[tuple[int, ...]]:
    """Where the segments occur in order and near enough: the index of the first token of each."""
    forms = [token.form for token in stream]
    *earlier, last = segments
    places: list[tuple[int, ...]] = [(at,) for at in _occurrences(forms, last)]
    for segment in reversed(earlier):
        heads = [place[0] for place in places]
        joined = []
        for at in _occurrences(forms, segment):
            end = at + len(segment)
            following = bisect_left(heads, end)
            if following < len(heads) and heads[following] - end <= MAX_GAP:
                joined.append((at, *places[following]))
        places = joined
    return places


def _occurrences(forms: Sequence[str], segment: _Segment) -> list[int]:
    sought = [token.form for token in segment]
    size = len(sought)
    return [
        at
        for at in range(len(forms) - size + 1)
        if forms[at] == sought[0] and forms[at : at + size] == sought
    ]


def _hit(quote: _Quote, source: Worded, runs: Sequence[Sequence[Token]], status: Status) -> Checked:
    spans = [(run[0].start, run[-1].end) for run in runs]
    start, end = _with_punctuation(quote.text, source.text, spans[0][0], spans[-1][1])
    spans[0] = (start, spans[0][1])
    spans[-1] = (spans[-1][0], end)
    return Checked(
        status=status,
        source=source.id,
        start=start,
        end=end,
        segments=tuple(spans),
        sentence=_sentences_around(source.text, start, end),
        inserted=quote.inserted,
    )


def _with_punctuation(quote: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The span with those marks around it that the quotation has as well."""
    words = wording(quote)
    before, after = quote[: words[0].start], quote[words[-1].end :]
    while before and start and before[-1] == text[start - 1] and not before[-1].isspace():
        before, start = before[:-1], start - 1
    for mark in after:
        if mark.isspace() or text[end : end + 1] != mark:
            break
        end += 1
    return start, end


def _sentences_around(text: str, start: int, end: int) -> tuple[int, int]:
    spans = [span for span in sentences(text) if span[0] < end and start < span[1]]
    return (min(spans[0][0], start), max(spans[-1][1], end)) if spans else (start, end)


def _is_clipped(
    text: str, stream: Sequence[Token], starts: Sequence[int], runs: Sequence[Sequence[Token]]
) -> bool:
    """Whether a negation stands just before the quoted words, in their sentence, and none within them."""
    if any(negates(text, run) for run in runs):
        return False
    for at, run in zip(starts, runs, strict=True):
        before = stream[max(0, at - NEGATION_REACH) : at]
        if negates(text, before):
            begin = _sentences_around(text, run[0].start, run[0].end)[0]
            if negates(text, [token for token in before if token.start >= begin]):
                return True
    return False


def _altered(quote: _Quote, source: Worded) -> Checked | None:
    if not quote.readings:
        return None
    segments = quote.readings[-1]
    stream = wording(source.text)
    forms = [token.form for token in stream]
    places = {trigram: at for at, trigram in reversed(list(enumerate(_trigrams(forms))))}
    sought = [
        (trigram, at)
        for part in segments
        for at, trigram in enumerate(_trigrams([word.form for word in part]))
    ]
    shifts = [places[trigram] - at for trigram, at in sought if trigram in places]
    if len(shifts) < ALTERED_SHARE * len(sought):
        return None
    return _difference(quote, source, segments, stream, Counter(shifts).most_common(1)[0][0])


def _trigrams(forms: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(forms, forms[1:], forms[2:], strict=False))


def _difference(
    quote: _Quote, source: Worded, segments: Sequence[_Segment], stream: Sequence[Token], shift: int
) -> Checked:
    """Compares with the stretch of the text that most trigrams point to."""
    words = [word for part in segments for word in part]
    slack = len(words) // 2 + (MAX_GAP if len(segments) > 1 else 0)
    near = stream[max(0, shift - slack) : shift + len(words) + slack]
    steps = _steps([word.form for word in words], [word.form for word in near])
    start, end = near[steps[0][2]].start, near[steps[-1][3] - 1].end
    return Checked(
        status=Status.ALTERED,
        source=source.id,
        start=start,
        end=end,
        segments=((start, end),),
        sentence=_sentences_around(source.text, start, end),
        inserted=quote.inserted,
        differences=tuple(
            Difference(quoted=_said(quote.text, words[a:b]), stands=_said(source.text, near[c:d]))
            for a, b, c, d in steps
            if [word.form for word in words[a:b]] != [word.form for word in near[c:d]]
        ),
    )


def _steps(said: list[str], near: list[str]) -> list[tuple[int, int, int, int]]:
    """What of `said` (from, to) answers to what of `near` (from, to), without the surplus at both ends."""
    codes = SequenceMatcher(None, said, near, autojunk=False).get_opcodes()
    steps = [(a, b, c, d) for _, a, b, c, d in codes if b > a or 0 < a < len(said)]
    a, b, c, d = steps[0]
    steps[0] = (a, b, max(c, d - (b - a)), d)
    a, b, c, d = steps[-1]
    steps[-1] = (a, b, c, min(d, c + (b - a)))
    return steps


def _said(text: str, words: Sequence[Token]) -> str:
    return text[words[0].start : words[-1].end] if words else ""
