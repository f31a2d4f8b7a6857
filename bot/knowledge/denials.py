"""Holds the negations of a sentence against those of a passage: each must have its like on the other side."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from bot.knowledge.faults import APART, Fault, Level
from bot.knowledge.placing import Window
from bot.knowledge.polarity import NOT_ONLY, Cue, Type
from bot.knowledge.terms import Term

_PAIRED = 0.5
ADDED = "there is no such “not” in the source"
DROPPED = "the source says not"


def denial_faults(window: Window) -> Iterator[Fault]:
    """Negations that were added, and those that were left out over words that were taken."""
    yield from _only_faults(window)
    mine, theirs = window.claim.text.cues, window.cues
    if not mine and not theirs:
        return
    terms = window.claim.text.terms
    places = {at: window.best(at) for at, term in enumerate(terms) if term.content and not term.is_label}
    paired = _paired(window, places)
    denied = {theirs[b].at for b in paired.values()}
    for a, cue in enumerate(mine):
        if a not in paired and not _has_like(window, a, cue, paired, places):
            certain = any(places.get(at) is not None for at in cue.core)
            yield Fault(Level.CONTRARY if certain else Level.DOUBT, ADDED)
    for b, cue in enumerate(theirs):
        if cue.at not in denied and (fault := _dropped(window, b, cue, places, denied)):
            yield fault


def _only_faults(window: Window) -> Iterator[Fault]:
    """ "Not only" made "only", and the other way."""
    stated = window.source.text
    main = stated.terms[stated.firsts[window.main] : stated.firsts[window.main + 1]]
    only, not_only = _onlys(window.claim.text.terms)
    other, not_other = _onlys(main)
    if (only and not_other and not not_only) or (not_only and other and not not_other):
        yield Fault(Level.CONTRARY, DROPPED if not_other else ADDED)


def _onlys(terms: Sequence[Term]) -> tuple[bool, bool]:
    """Whether there is an "only", and whether there is a "not only"."""
    ats = [at for at, term in enumerate(terms) if term.form in NOT_ONLY]
    denied = [at for at in ats if at and terms[at - 1].negates]
    return len(ats) > len(denied), bool(denied)


def _paired(window: Window, places: dict[int, int | None]) -> dict[int, int]:
    """Which negation of the claim goes with which one here, one to one: the closest pairs first."""
    scores = {
        (a, b): score
        for a, cue in enumerate(window.claim.text.cues)
        for b, other in enumerate(window.cues)
        if (score := _likeness(window, cue, other, places)) >= _PAIRED
    }
    paired: dict[int, int] = {}
    for a, b in sorted(scores, key=lambda pair: -scores[pair]):
        if a not in paired and b not in paired.values():
            paired[a] = b
    return paired


def _likeness(window: Window, cue: Cue, other: Cue, places: dict[int, int | None]) -> float:
    """How many words both have under them; a word under one and before the other counts half."""
    if other.type is Type.GOVERNING and any(places.get(at) == other.at for at in cue.core):
        return 0.0
    shared = sum(places.get(at) in other.core for at in cue.core)
    half = sum(places.get(at) in other.core for at in cue.before)
    half += sum(places.get(at) in other.before for at in cue.core)
    score = 2.0 * shared + min(1.0, 0.5 * half)
    if Type.VERBAL not in (cue.type, other.type) and cue.before and other.before:
        score += places.get(cue.before[0]) == other.before[0]  # settle none, settle neither
    if not (cue.core or cue.before or other.core or other.before):
        return _PAIRED if _same_word(window, cue, other) else 0.0
    if score and _same_word(window, cue, other):
        score += 0.1 if cue.type is not Type.GOVERNING else 10.0
    return score


def _same_word(window: Window, cue: Cue, other: Cue) -> bool:
    if cue.type is Type.GOVERNING is other.type:
        return _says_same(window, cue.at, other.at)
    return window.claim.text.terms[cue.at].form == window.source.text.terms[other.at].form


def _has_like(
    window: Window, a: int, cue: Cue, paired: dict[int, int], places: dict[int, int | None]
) -> bool:
    """Whether a negation without a partner is none too many."""
    if _is_in_chain(window.claim.text.cues, a, paired):
        return True
    if cue.type is Type.GOVERNING and _says_same(window, cue.at, None):
        return True
    if _shares(window, cue, paired, places):
        return True
    return any(_is_contrary(window, at) for at in cue.core[:3])


def _is_in_chain(cues: Sequence[Cue], at: int, paired: Container[int]) -> bool:
    """Whether one of those that go on with each other has a partner: neither … nor."""
    first = last = at
    while first and cues[first].chained:
        first -= 1
    while last + 1 < len(cues) and cues[last + 1].chained:
        last += 1
    return any(n in paired for n in range(first, last + 1))


def _shares(window: Window, cue: Cue, paired: dict[int, int], places: dict[int, int | None]) -> bool:
    """Whether it goes with a negation here that another clause goes with too: neither gpt-oss nor Grok 2."""
    terms = window.claim.text.terms
    return cue.type is not Type.VERBAL and any(
        places.get(at) in window.cues[b].core
        for a, b in paired.items()
        if window.claim.text.cues[a].type is not Type.VERBAL
        and terms[window.claim.text.cues[a].at].clause != terms[cue.at].clause
        for at in cue.core[:2]
    )


def _dropped(
    window: Window, b: int, cue: Cue, places: dict[int, int | None], denied: set[int]
) -> Fault | None:
    """A negation here that the claim lacks, where the claim has words that stand under it."""
    if not cue.core:
        return Fault(Level.CONTRARY, DROPPED) if _is_closed_over(window, cue) else None
    taken = {there: at for at, there in places.items() if there in cue.core}
    governed = {at for own in window.claim.text.cues for at in own.core}
    pairs = [n for n, other in enumerate(window.cues) if other.at in denied]
    if governed & set(taken.values()) and _is_in_chain(window.cues, b, pairs):
        return None
    if not taken:
        return None
    terms, stated = window.claim.text.terms, window.source.text.terms
    if any(terms[taken[j]].sign != stated[j].sign for j in cue.core[:2] if j in taken):
        return None
    if cue.type is Type.GOVERNING and any(_says_same(window, at, cue.at) for at in range(len(terms))):
        return None
    certain = cue.core[0] in taken or len(taken) * 2 >= len(cue.core)
    return Fault(Level.CONTRARY if certain else Level.DOUBT, DROPPED)


def _is_closed_over(window: Window, cue: Cue) -> bool:
    """Whether the words on both sides of a negation that governs nothing are neighbours in the claim."""
    around = window.source.text.terms[cue.at - 1 : cue.at + 2 : 2]
    forms = [term.form for term in window.claim.text.terms]
    return [term.form for term in around] in [forms[at : at + 2] for at in range(len(forms))]


def _is_contrary(window: Window, at: int) -> bool:
    """Whether the contrary word stands here, and the word itself nowhere as likely: not open, closed."""
    stated = window.source.text.terms
    fits: dict[bool, float] = {}
    for j in window.found(at):
        same = stated[j].sign == window.claim.text.terms[at].sign
        fits[same] = max(fits.get(same, 0.0), window.fit(at, j))
    return False in fits and fits.get(True, -1.0) < fits[False] - APART


def _says_same(window: Window, at: int, there: int | None) -> bool:
    sign = window.claim.text.terms[at].sign
    found = window.found(at)
    return any(window.source.text.terms[j].sign == sign for j in found if there in (None, j))
