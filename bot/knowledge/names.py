"""Finds names in a sentence that a passage does not have, or of which it says something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from bot.knowledge.faults import APART, LOOSE, MARGIN, ROUND, STRONG, Fault, Level, Placed, gain
from bot.knowledge.placing import Window
from bot.knowledge.reading import Text, same_name
from bot.knowledge.roles import confirmed_doers
from bot.knowledge.senses import word_set
from bot.knowledge.terms import REPORTING, Term

# A name that fits so well needs no better one; one that another beats by so much, near and wide, is in doubt.
_CLEAR, _STRAY, _EXCHANGED = 0.7, 0.16, 0.25
_LONGEST = 7
"""The parts of one name stand at most so many terms apart."""
_ARTICLES = word_set("the a an its their")
_JOINTS = word_set(
    "under by of from to with in on for at than against about over into since after before like per through"
)
_PRONOUNS = word_set("it its they their them he his him she her")
_AND = word_set("and or nor und et y e")
_REPORTS = word_set(
    "dating blog card notice guide analysis review paper press statement release post report study account "
    "found finds showed shows"
)


def name_faults(window: Window) -> Iterator[Fault]:
    """Names that are not here, of which something else is said here, or that have changed places."""
    claim = window.claim.text
    parts = [[at for at in unit if claim.terms[at].is_name] for unit in claim.units]
    names = [Placed(unit[0], _named(window, own)) for unit, own in zip(claim.units, parts, strict=True)]
    placed = [one for one in names if one.places]
    for unit, own, one in zip(claim.units, parts, names, strict=True):
        if not _is_listed_alike(window, one, placed) and (fault := _name_fault(window, unit, own, one)):
            yield fault
    # In the other voice the names change places, and rightly so.
    turned = {at for at, is_turned in confirmed_doers(window).items() if is_turned}
    for one, other in combinations(placed, 2):
        both = {at for each in (one, other) for at in claim.units[claim.unit_of[each.at]]}
        changed = not turned & both and _have_changed_places(window, one, other)
        if changed or _have_changed_joints(window, one, other):
            yield Fault(Level.CONTRARY, ROUND)
        elif _has_left_its_list(window, placed, one, other):
            yield Fault(Level.DOUBT)


def is_around(window: Window, term: Term) -> bool:
    """Whether the title or heading has a name, or it is the initials of one here."""
    source = window.source
    return any(same_name(term, name) for name in source.around) or (
        not term.label and term.form in source.initials
    )


def _name_fault(window: Window, unit: Sequence[int], parts: Sequence[int], one: Placed) -> Fault | None:
    terms = window.claim.text.terms
    shown = window.claim.wording[terms[unit[0]].start : terms[unit[-1]].end]
    if not one.places:
        if not all(is_around(window, terms[at]) for at in parts):
            return Fault(Level.MISSING, f"the name {shown} is not in the source")
        rival = _rival(window, one, parts, LOOSE)
        return Fault(Level.MISSING, f"the source has {rival} there, not {shown}") if rival else None
    best = one.fit(window)
    if rival := _rival(window, one, parts, max(STRONG, best + APART)):
        return Fault(Level.CONTRARY, f"the source has {rival} there, not {shown}")
    if any(at in confirmed_doers(window) for at in unit):
        return None
    is_lost = (
        best < LOOSE
        or _is_stray(window, one, parts)
        or (best < _CLEAR and all(_is_anothers(window, j) for j in one.places))
    )
    if (is_lost and not _is_topic(window, parts, one)) or _is_said_otherwise(window, unit, one):
        return Fault(Level.DOUBT)
    return None


def _named(window: Window, parts: Sequence[int]) -> list[int]:
    """Where the whole name stands: the places of its first part."""
    rest = [window.found(at) for at in parts[1:]]
    return [
        j
        for j in window.found(parts[0])
        if all(any(abs(j - other) <= _LONGEST for other in places) for places in rest)
    ]


def _free(window: Window, parts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The names here that the claim does not have; a longer form of the claimed one is none."""
    terms, stated = window.claim.text.terms, window.source.text.terms
    for unit in window.units:
        is_longer = all(any(same_name(terms[at], stated[j]) for j in unit) for at in parts)
        if not is_longer and not any(j in window.taken for j in unit):
            yield unit


def _rival(window: Window, one: Placed, parts: Sequence[int], least: float) -> str | None:
    """A name that the claim does not have, fitting better than `least` in the place of one that it has."""
    stated = window.source.text.terms
    for unit in _free(window, parts):
        if window.fit(one.at, unit[0]) > least:
            return window.source.passage.text[stated[unit[0]].start : stated[unit[-1]].end]
    return None


def _is_stray(window: Window, one: Placed, parts: Sequence[int]) -> bool:
    """Whether a name that the claim does not have stands among the rest of what it says."""
    near, wide = one.fit(window), one.fit(window, wide=True)
    for unit in _free(window, parts):
        ahead = window.fit(one.at, unit[0], wide=True) - wide
        if ahead > APART or (ahead > 0 and ahead + window.fit(one.at, unit[0]) - near > _STRAY):
            return True
    return False


def _is_anothers(window: Window, there: int) -> bool:
    """Whether a name here belongs to what is said of others, which the claim does not have."""
    source = window.source.text
    clause, own = source.terms[there].clause, source.unit_of.get(there)
    near = [unit for unit in window.units if source.terms[unit[0]].clause == clause]
    if not any(unit[-1] < there for unit in near):
        return False
    return not any(
        source.terms[j].clause == clause
        and source.unit_of.get(j, -1) != own
        and (j in source.unit_of or source.terms[j].figure)
        for j in window.taken
        if j is not None
    )


def _is_topic(window: Window, parts: Sequence[int], one: Placed) -> bool:
    """Whether it, they or the model may mean this name: it is in the title or leads a sentence before.

    Not where the claim leaves out a name that fits better there.
    """
    source = window.source.text
    first, end = source.firsts[window.main], source.firsts[window.main + 1]
    leads = next((unit[0] for unit in window.units if first <= unit[0] < end), None) in one.places
    if leads and any(term.form in _PRONOUNS for term in source.terms[first:end]):
        return True
    best = one.fit(window)
    for unit in _free(window, parts):
        if window.is_main(unit[0]) and window.fit(one.at, unit[0]) > best + MARGIN:
            return False
    if all(is_around(window, window.claim.text.terms[at]) for at in parts):
        return True
    firsts = window.source.text.firsts
    leading = {
        next((unit[0] for unit in window.units if firsts[n] <= unit[0] < firsts[n + 1]), None)
        for n in range(window.first, window.main + 1)
    }
    return any(j in leading for j in one.places)


def _is_said_otherwise(window: Window, unit: Sequence[int], one: Placed) -> bool:
    """Whether a name reports here and does something in the claim, or the claim goes by one that does not."""
    terms, source = window.claim.text.terms, window.source.text
    main = [j for j in one.places if window.is_main(j)] or one.places
    reports = [
        _is_reporter(source.terms, source.units[source.unit_of[j]] if j in source.unit_of else (j,))
        for j in main
    ]
    if not _is_reporter(terms, unit):
        return all(reports)
    if not any(window.is_main(j) for j in main):
        free = _free(window, [at for at in unit if terms[at].is_name])
        if any(window.is_main(other[0]) and _is_reporter(source.terms, other) for other in free):
            return True
    before = [term.form for term in terms[max(0, unit[0] - 2) : unit[0]]]
    return before == ["according", "to"] and not any(reports)


def _is_reporter(terms: Sequence[Term], unit: Sequence[int]) -> bool:
    """Whether a name stands beside a word of saying (ZDNET reported) or what is said in (the xAI blog)."""
    first, last = unit[0], unit[-1]
    behind = [term for term in terms[last + 1 : last + 4] if term.clause == terms[last].clause]
    before = [term for term in terms[max(0, first - 5) : first] if term.clause == terms[first].clause]
    reports = any(term.form in _REPORTS for term in behind)
    joint = _joint(terms, first)
    if joint == "by":
        return reports or any(_says(term) or term.form in _REPORTS for term in (*behind, *before))
    if joint and not (joint == "to" and any(term.form == "according" for term in before[-3:])):
        return reports
    return reports or any(_says(term) for term in (*behind, *before[-3:]))


def _says(term: Term) -> bool:
    return REPORTING in term.keys


def _have_changed_places(window: Window, one: Placed, other: Placed) -> bool:
    """Whether two names would stand better in each other's place.

    Two that both report are told apart by little; one that reports, in the claim and here, cannot be confused
    with one that does not.
    """
    claim, source = window.claim.text, window.source.text
    roles = [_is_reporter(claim.terms, claim.units[claim.unit_of[each.at]]) for each in (one, other)]
    if roles[0] == roles[1]:
        return gain(window, one, other) > (0.0 if all(roles) else _EXCHANGED)
    kept = all(
        _is_reporter(source.terms, source.units[source.unit_of[j]]) == role
        for each, role in zip((one, other), roles, strict=True)
        for j in each.places
        if j in source.unit_of
    )
    return not kept and gain(window, one, other) > _EXCHANGED


def _have_changed_joints(window: Window, one: Placed, other: Placed) -> bool:
    """Whether the word before one name here (under Apache 2.0) stands before the other in the claim."""
    terms, stated = window.claim.text.terms, window.source.text.terms
    if set(one.places) & set(other.places):
        return False
    for mine, partner in ((one, other), (other, one)):
        joints = {_joint(stated, j) for j in mine.places}
        if _joint(terms, mine.at) not in joints and _joint(terms, partner.at) in joints - {""}:
            return True
    return False


def _joint(terms: Sequence[Term], at: int) -> str:
    """The preposition before a name, an article between them or not; empty without one."""
    before = at - 1
    while before >= 0 and terms[before].form in _ARTICLES:
        before -= 1
    return terms[before].form if before >= 0 and terms[before].form in _JOINTS else ""


def _has_left_its_list(window: Window, names: Sequence[Placed], one: Placed, other: Placed) -> bool:
    """Whether two are in one list in the claim, but here one of them with a third that is not in it."""
    claim, source = window.claim.text, window.source.text
    if not _are_listed(claim, one.at, other.at) or _stand_listed(source, one.places, other.places):
        return False
    thirds = [third for third in names if third not in (one, other)]
    free = [unit for unit in window.units if not any(j in window.taken for j in unit)]
    return any(_stand_listed(source, mine.places, unit[:1]) for mine in (one, other) for unit in free) or any(
        _stand_listed(source, mine.places, third.places)
        for mine in (one, other)
        for third in thirds
        if not _are_listed(claim, mine.at, third.at)
    )


def _is_listed_alike(window: Window, one: Placed, names: Sequence[Placed]) -> bool:
    """Whether a name stands in a list with the same name in the claim and here."""
    return any(
        other is not one
        and _are_listed(window.claim.text, one.at, other.at)
        and _stand_listed(window.source.text, one.places, other.places)
        for other in names
    )


def _stand_listed(text: Text, places: Sequence[int], others: Sequence[int]) -> bool:
    return any(_are_listed(text, here, there) for here in places for there in others)


def _are_listed(text: Text, one: int, other: int) -> bool:
    """Whether two names stand in one list, with nothing but names, commas and an "and" in it."""
    first, last = sorted((one, other))
    end = first
    while end < len(text.terms) and (end in text.unit_of or text.terms[end].form in _AND):
        end += 1
    return last < end and any(term.form in _AND for term in text.terms[first:end])
