"""Finds words in a sentence of which a passage says the contrary, and words put in the place of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.knowledge.faults import APART, EXACT, MARGIN, SOME, Fault, Level, is_doubled
from bot.knowledge.placing import Window
from bot.knowledge.polarity import Type
from bot.knowledge.reading import Text
from bot.knowledge.senses import word_set
from bot.knowledge.terms import REPORTING, Term

_TIE = 0.15
# Keys whose contrary denies something by itself: withheld, forbidden, excluded.
_DENYING = word_set("=release =allow =accept =include =pass =true =legal =show =encourage =public")
# Between a negation and what it denies: not made open, not yet open.
_LIGHT = word_set("made kept keep make called call become became get got fully yet completely")


def contrary_faults(window: Window) -> Iterator[Fault]:
    """Words of which the contrary stands here, and words that deny and stand for nothing here."""
    for at, term in enumerate(window.claim.text.terms):
        if not term.content or term.figure or term.is_name:
            continue
        if fault := _contrary_fault(window, at, term):
            yield fault
        elif term.sign < 0 and _DENYING & set(term.keys) and not window.found(at):
            yield Fault(Level.DOUBT)


def _contrary_fault(window: Window, at: int, term: Term) -> Fault | None:
    stated = window.source.text.terms
    found = window.found(at)
    if all(stated[j].sign == term.sign for j in found):
        return None
    denied = _is_denied(window.claim.text, at)
    agreeing = [
        j for j in found if stated[j].sign == term.sign or denied != _is_denied(window.source.text, j)
    ]
    best = max((window.fit(at, j) for j in agreeing), default=0.0)
    for j in found:
        if j in agreeing:
            continue
        fit = window.fit(at, j)
        if fit >= SOME and fit > best + (MARGIN if agreeing else 0):
            return Fault(Level.CONTRARY, f"the source says {stated[j].form}, not {term.form}")
        if agreeing and _is_doubtful(window, at, j, agreeing):
            return Fault(Level.DOUBT)
    return None if agreeing else Fault(Level.DOUBT)


def _is_doubtful(window: Window, at: int, contrary: int, agreeing: Sequence[int]) -> bool:
    """Whether the contrary may be meant: it fits about as well, or stands where most of the claim does."""
    best = max(window.fit(at, j) for j in agreeing)
    if best < EXACT and window.fit(at, contrary) > best - _TIE and not _is_settled(window, at, contrary):
        return True
    if contrary in window.taken:
        return False
    is_only = window.is_main(contrary) and not any(window.is_main(j) for j in agreeing)
    return is_only or is_doubled(window, at)


def _is_settled(window: Window, at: int, there: int) -> bool:
    """Whether another term of the claim clearly belongs there."""
    terms = window.claim.text.terms
    return any(
        k != at
        and term.content
        and window.best(k) == there
        and window.fit(k, there) > window.fit(at, there) + APART
        for k, term in enumerate(terms)
    )


def _is_denied(text: Text, at: int) -> bool:
    """Whether a word is what a negation denies: not open, not made open, none of them is open."""
    for cue in text.cues:
        behind = [j for j in cue.core if j > cue.at]
        if cue.type is Type.HEADED:
            behind = behind[1:]
        light = bool(behind) and text.terms[behind[0]].form in _LIGHT
        if cue.type is not Type.GOVERNING and at in behind[: 1 + light]:
            return True
    return False


def slot_faults(window: Window) -> Iterator[Fault]:
    """Words put in the place of another: the same words on both sides, and neither stands for the other."""
    for at, term in enumerate(window.claim.text.terms):
        if term.content and not term.figure and window.slot(at) and _is_put_in(window, at):
            yield Fault(Level.DOUBT)


def _is_put_in(window: Window, at: int) -> bool:
    terms, stated = window.claim.text.terms, window.source.text.terms
    found = window.found(at)
    if REPORTING in terms[at].keys or any(window.fit(at, j) >= SOME for j in found):
        return False
    beside = (*terms[max(0, at - 1) : at], *terms[at + 1 : at + 2])
    if found and not terms[at].is_name and not any(near.content for near in beside):
        return False
    return any(
        (stated[j].content or not found) and REPORTING not in stated[j].keys and j not in window.taken
        for j in window.slot(at)
    )
