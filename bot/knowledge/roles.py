"""Who does what to whom: doers exchanged, comparisons turned round, all put for some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.knowledge.faults import ROUND, Fault, Level
from bot.knowledge.placing import Window
from bot.knowledge.reading import Text, same_name
from bot.knowledge.senses import word_set
from bot.knowledge.terms import REPORTING, Term

_BE = word_set("is are was were be been being get got gets")
_JOINS = word_set("the a an its their has have had also would will")
_PAST = word_set(
    "made built gave sold wrote won sued bought chose put took led said held kept lost left met paid ran "
    "sent set shut spent taught told written made chosen given taken beat brought came began"
)
_BETWEEN = 5
_ENDING = word_set("of in on to for with by under from at as than that which who while but is are was were")
_COMPARED = word_set("than before after")
_BREADTH = 7
_ALL = word_set("all every each always everyone everybody everything")
_MOST = word_set("most mostly usually")
_SOME = word_set("some several certain sometimes few many often")
_CLASSES = (_ALL, _MOST, _SOME)


def role_faults(window: Window) -> Iterator[Fault]:
    """What the claim turns round."""
    yield from _doer_faults(window)
    yield from _comparison_faults(window)
    yield from _quantity_faults(window)


def confirmed_doers(window: Window) -> dict[int, bool]:
    """The names of the claim that do the same here, and whether either of the two is in the passive."""
    terms, stated = window.claim.text.terms, window.source.text.terms
    return {
        doer: _is_by(terms, doer) != _is_by(stated, other)
        for doer, others in _compared_doers(window)
        for other in others
        if _is_same(window, doer, other)
    }


def _is_by(terms: Sequence[Term], at: int) -> bool:
    return at > 0 and terms[at - 1].form == "by"


def _doer_faults(window: Window) -> Iterator[Fault]:
    for doer, others in _compared_doers(window):
        if window.found(doer) and not any(_is_same(window, doer, other) for other in others):
            yield Fault(Level.CONTRARY, ROUND)


def _compared_doers(window: Window) -> Iterator[tuple[int, list[int]]]:
    """The names of the claim that do something, with those that do it here."""
    terms, stated = window.claim.text.terms, window.source.text.terms
    for verb, doer in _doers(terms, range(len(terms))):
        found = window.found(verb)
        others = [other for done, other in _doers(stated, range(window.low, window.high)) if done in found]
        if others:
            yield doer, others


def _is_same(window: Window, doer: int, other: int) -> bool:
    """Whether two names have a part in common: Musk, Elon Musk."""
    claim, source = window.claim.text, window.source.text
    return any(
        same_name(claim.terms[at], source.terms[j])
        for at in claim.units[claim.unit_of[doer]]
        for unit in _listed(source, other)
        for j in unit
    )


def _listed(text: Text, at: int) -> list[tuple[int, ...]]:
    """The name at a place and those listed with it: by EPFL, ETH Zurich and the computing centre CSCS."""
    number = text.unit_of[at]
    first = last = number
    while first and _goes_on(text.terms, text.units[first - 1][-1] + 1, text.units[first][0]):
        first -= 1
    while last + 1 < len(text.units) and _goes_on(
        text.terms, text.units[last][-1] + 1, text.units[last + 1][0]
    ):
        last += 1
    return list(text.units[first : last + 1])


def _goes_on(terms: Sequence[Term], start: int, end: int) -> bool:
    """Whether a list goes on over what stands between two names: an "and", words for the second."""
    between = terms[start:end]
    if len(between) > _BETWEEN or any(_ends_list(term) for term in between):
        return False
    joined = not between or any(term.form == "and" for term in between)
    return joined or terms[start - 1].clause == terms[end].clause


def _ends_list(term: Term) -> bool:
    return bool(term.figure) or term.form in _ENDING or REPORTING in term.keys or _is_past(term)


def _doers(terms: tuple[Term, ...], span: range) -> Iterator[tuple[int, int]]:
    """Pairs of a word that tells what is done and the name that does it: X released; was released by X."""
    for at in span:
        if not terms[at].is_name:
            continue
        after = at + 1 + (at + 1 in span and terms[at + 1].is_label)
        while (
            after in span and terms[after].form in _JOINS and terms[after].place - terms[after - 1].place == 1
        ):
            after += 1
        if after in span and terms[after].place - terms[after - 1].place == 1 and _is_past(terms[after]):
            yield after, at
        if at - 2 in span and _is_by(terms, at) and _is_past(terms[at - 2]):
            yield at - 2, at


def _is_past(term: Term) -> bool:
    return (
        term.content
        and not term.is_name
        and REPORTING not in term.keys
        and (term.form.endswith("ed") or term.form in _PAST)
    )


def _comparison_faults(window: Window) -> Iterator[Fault]:
    terms, stated = window.claim.text.terms, window.source.text.terms
    for at, term in enumerate(terms):
        if term.form not in _COMPARED:
            continue
        left, right = _sides(terms, at, range(len(terms)))
        for there in range(window.low, window.high):
            if stated[there].form != term.form:
                continue
            own, other = _sides(stated, there, range(window.low, window.high))
            straight = len(left & own) + len(right & other)
            crossed = len(left & other) + len(right & own)
            if crossed > straight and crossed >= 2 and right and other:
                yield Fault(Level.CONTRARY, ROUND)


def _sides(terms: tuple[Term, ...], at: int, span: range) -> tuple[frozenset[str], frozenset[str]]:
    before = [terms[j] for j in range(max(span.start, at - _BREADTH), at)]
    behind = [terms[j] for j in range(at + 1, min(span.stop, at + 1 + _BREADTH))]
    left, right = (
        frozenset(key for term in side if term.content for key in _keys(term)) for side in (before, behind)
    )
    return left - right, right - left


def _keys(term: Term) -> tuple[str, ...]:
    """What a term is compared by, apart from its contrary."""
    if term.figure:
        return (term.form,)
    return tuple(f"{key}{term.sign:+}" for key in term.keys)


def _quantity_faults(window: Window) -> Iterator[Fault]:
    terms, stated = window.claim.text.terms, window.source.text.terms
    for at, term in enumerate(terms):
        kind = _class(term)
        head = next(
            (j for j in range(at + 1, min(at + 4, len(terms))) if terms[j].content and not _class(terms[j])),
            None,
        )
        if kind is None or head is None or (at and terms[at - 1].form in ("at", "after", *_BE)):
            continue
        there = window.best(head)
        if there is None:
            continue
        near = [_class(stated[j]) for j in range(max(window.low, there - 4), there)]
        if kind is _ALL and any(stated[j].form == "any" for j in range(max(window.low, there - 4), there)):
            continue
        if kind not in near and any(near):
            yield Fault(Level.CONTRARY, f"the source does not say {term.form}")
        elif kind is _ALL and not any(near):
            yield Fault(Level.DOUBT)


def _class(term: Term) -> frozenset[str] | None:
    return next((words for words in _CLASSES if term.form in words), None)
