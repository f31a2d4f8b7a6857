"""Finds what a text denies: its negations, and the words that each of them governs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from bot.knowledge.senses import word_set
from bot.knowledge.terms import Term
from bot.knowledge.tokens import token_of

CORE = 4
"""So many content words behind a negation stand under it, if their clause has as many."""
_PREFERENCE = 9
"""So many terms may lie between "rather" and its "than"."""


class Type(Enum):
    """How a negation works.

    On a verb (not), on a noun (no, without), with a noun in itself (nobody), or through a verb (refuses to).
    """

    VERBAL = "not"
    NOMINAL = "no"
    HEADED = "nobody"
    GOVERNING = "refuses to"


class Cue(NamedTuple):
    """A negation at one of some terms: those under it, nearest first, and those before it in its clause.

    What governs nothing behind it (such a release cannot) governs what is before it.
    """

    type: Type
    at: int
    core: tuple[int, ...]
    before: tuple[int, ...]
    chained: bool
    """Whether it only goes on with the negation before it (neither … nor)."""

    def moved(self, by: int) -> Cue:
        """The same where the terms are numbered on from another number."""
        core, before = (tuple(at + by for at in ats) for ats in (self.core, self.before))
        return self._replace(at=self.at + by, core=core, before=before)


_NOMINAL = word_set("no neither nor without")
_HEADED = word_set("none nobody nothing nowhere")
_NEGATIVE = word_set("impossible unable incapable unlikely unwilling")
NOT_ONLY = word_set("only merely just simply solely least exclusively")
_NO_MATTER = word_set("doubt matter wonder")
_BUT = word_set("but except")
_BEFORE_TO = word_set("refus fail declin neglect omit")
_BEFORE_DOING = word_set("forbid forbad forbidden ban bar prohibit prevent stop block deter hinder keep")
_BEFORE_THAT = word_set("deni doubt disput reject disagre")
_TWO_WORDS = frozenset((("instead", "of"),))
_PREFERENCES = word_set("rather sooner")
_ONE_WORD = word_set("unless")
_JOINING = word_set("and or")


def cues(terms: Sequence[Term], language: str | None) -> list[Cue]:
    """The negations among the terms of a sentence, in order.

    Where the language is not English, all words of the clause are under its negation, since their order says
    little.
    """
    english = language in ("en", None)
    kinds = {at: kind for at in range(len(terms)) if (kind := _type(terms, at, english))}
    made: list[Cue] = []
    for at, kind in kinds.items():
        core = _core(terms, at, kind, kinds) if english else _clause(terms, at)
        taken = {j for cue in made for j in cue.core}
        before = tuple(j for j in _before(terms, at, kinds) if j not in taken) if english else ()
        made.append(Cue(kind, at, core or before, before if core else (), _is_chained(terms, at, made)))
    return made


def _type(terms: Sequence[Term], at: int, english: bool) -> Type | None:
    term = terms[at]
    after = [follower.form for follower in terms[at + 1 : at + 5]]
    following = after[0] if after else ""
    if term.negates:
        if english and (
            following in NOT_ONLY or following in _NO_MATTER or (term.form == "nothing" and following in _BUT)
        ):
            return None
        return Type.NOMINAL if term.form in _NOMINAL else Type.HEADED if term.form in _HEADED else Type.VERBAL
    if not english:
        return None
    if term.form in _ONE_WORD or (term.form, following) in _TWO_WORDS or _prefers(terms, at):
        return Type.NOMINAL
    if term.form in _NEGATIVE:
        return Type.VERBAL
    stem = token_of(term.form, "en")
    if stem == "lack":
        return Type.NOMINAL
    governs = (
        (stem in _BEFORE_TO and following == "to")
        or (
            stem in _BEFORE_DOING
            and ("from" in after or (stem != "keep" and any(word.endswith("ing") for word in after[:2])))
        )
        or (stem in _BEFORE_THAT and "that" in after[:1])
    )
    return Type.GOVERNING if governs else None


def _prefers(terms: Sequence[Term], at: int) -> bool:
    """Whether "than" comes after rather: would rather see the one than the other."""
    before = (term.form for term in terms[max(0, at - _PREFERENCE) : at] if term.clause == terms[at].clause)
    return terms[at].form == "than" and any(form in _PREFERENCES for form in before)


def _core(terms: Sequence[Term], at: int, kind: Type, kinds: dict[int, Type]) -> tuple[int, ...]:
    core: list[int] = []
    clause = terms[at].clause
    for j in range(at + 1, len(terms)):
        if terms[j].clause != clause:
            if not (kind is Type.GOVERNING and terms[j].form == "that" and not core):
                break
            clause = terms[j].clause
        if j in kinds or len(core) == CORE or (kind is Type.VERBAL and terms[j].form == "and" and core):
            break
        if terms[j].content:
            core.append(j)
    return tuple(core)


def _before(terms: Sequence[Term], at: int, kinds: dict[int, Type]) -> tuple[int, ...]:
    before: list[int] = []
    for j in range(at - 1, -1, -1):
        if terms[j].clause != terms[at].clause or j in kinds:
            break
        if terms[j].content:
            before.append(j)
    return tuple(before)


def _clause(terms: Sequence[Term], at: int) -> tuple[int, ...]:
    return tuple(j for j, term in enumerate(terms) if term.clause == terms[at].clause and term.content)


def _is_chained(terms: Sequence[Term], at: int, made: Sequence[Cue]) -> bool:
    if not made or made[-1].type is not Type.NOMINAL or terms[at].form not in _NOMINAL:
        return False
    return terms[at].form == "nor" or terms[at - 1].form in _JOINING
