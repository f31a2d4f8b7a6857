"""The votes before and after: what may be told of them, and who moved whom. Exact: fractions, no floats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from bot.debating.flow import AGAINST_AGAINST, FOR_FOR, Table, told_cells
from bot.debating.format import Decide
from bot.debating.verdict import leader, own_change, percent, points, sentence
from bot.debating.votes import Cast, Choice, Result, Told

__all__ = ["Cast", "Choice", "Result", "Told", "own_change", "percent", "points", "result"]

QUORUM = 5
FLOW_FROM = 12
"""From so many paired ballots on, and not below the quorum, it is told who moved from where to where."""
_LABELS = {"for": "For", "against": "Against"}
_STAY = {"for": FOR_FOR, "against": AGAINST_AGAINST}
_FROM_UNDECIDED = {"for": 6, "against": 7}

Pair = tuple[Choice, Choice]


def result(
    casts: Iterable[Cast],
    *,
    quorum: int = QUORUM,
    decide: Decide = Decide.SWING,
    labels: dict[str, str] | None = None,
) -> Result:
    """What the votes came to. `quorum` and `decide` are the format's, `labels` what people call the sides."""
    voters = [cast for cast in casts if cast.before or cast.after]
    counted = [cast for cast in voters if not cast.late]
    before = [cast.before for cast in counted if cast.before]
    after = [cast.after for cast in counted if cast.after]
    pairs = [(cast.before, cast.after) for cast in counted if cast.before and cast.after]
    bare = Result(
        told=_told(len(counted), len(pairs), quorum),
        voted_before=len(before),
        voted_after=len(after),
        paired=len(pairs),
        quorum=quorum,
        late=len(voters) - len(counted),
        winner="",
        sentence="",
    )
    told = bare
    if bare.told in (Told.TOTALS, Told.FLOW):
        told = _decided(_totals(bare, before, after, pairs, decide), decide)
    return replace(told, sentence=sentence(told, decide, {**_LABELS, **(labels or {})}))


def _told(voters: int, paired: int, quorum: int) -> Told:
    if not voters:
        return Told.NOTHING
    if paired < max(quorum, 1):
        return Told.TURNOUT
    return Told.FLOW if paired >= max(quorum, FLOW_FROM) else Told.TOTALS


def _totals(
    bare: Result, before: Sequence[Choice], after: Sequence[Choice], pairs: Sequence[Pair], decide: Decide
) -> Result:
    """With the totals that may stand beside each other: no difference of two is the vote of a few."""
    before_apart = _may_stand_apart(len(before) - len(pairs), bare.quorum)
    after_apart = _may_stand_apart(len(after) - len(pairs), bare.quorum)
    if decide is Decide.FINAL and not after_apart:
        return replace(bare, told=Told.TOTALS, before_all=_count(before), after_all=_count(after))
    every = replace(
        bare,
        before_all=_count(before) if before_apart else None,
        after_all=_count(after) if after_apart else None,
    )
    return _paired(every, pairs)


def _may_stand_apart(single: int, quorum: int) -> bool:
    return single == 0 or single >= quorum


def _count(votes: Iterable[Choice]) -> dict[str, int]:
    count = Counter(votes)
    return {choice.value: count[choice] for choice in Choice}


def _paired(result: Result, pairs: Sequence[Pair]) -> Result:
    before, after = (_count(pair[n] for pair in pairs) for n in (0, 1))
    swing = {side: Fraction(after[side] - before[side], len(pairs)) for side in _STAY}
    totals = replace(result, before=before, after=after, swing=swing)
    return _with_flow(totals, pairs, before, after) if totals.told is Told.FLOW else totals


def _with_flow(
    result: Result, pairs: Sequence[Pair], before: dict[str, int], after: dict[str, int]
) -> Result:
    moved = Counter(pairs)
    table = tuple(moved[one, other] for one in Choice for other in Choice)
    told = told_cells(table)
    won = {side: after[side] - table[cell] for side, cell in _STAY.items() if cell in told}
    lured = {side: table[cell] for side, cell in _FROM_UNDECIDED.items() if side in won and cell in told}
    return replace(
        result,
        flow=_flow(table, told),
        conversion={side: _share(won.get(side), result.paired - before[side]) for side in _STAY},
        from_undecided={side: _share(lured.get(side), won.get(side, 0)) for side in _STAY},
    )


def _share(part: int | None, whole: int) -> Fraction | None:
    return Fraction(part, whole) if part is not None and whole else None


def _flow(table: Table, told: frozenset[int]) -> tuple[tuple[str, str, int], ...]:
    kept = [
        (one.value, other.value, table[3 * row + column])
        for row, one in enumerate(Choice)
        for column, other in enumerate(Choice)
        if 3 * row + column in told and table[3 * row + column]
    ]
    rest = sum(table) - sum(n for _, _, n in kept)
    return (*kept, ("other", "other", rest)) if rest else tuple(kept)


def _decided(result: Result, decide: Decide) -> Result:
    """With the winner; nobody wins by votes where a judge decides, or nothing does."""
    if decide is Decide.SWING and result.swing:
        return replace(result, winner=leader(result.swing))
    if decide is Decide.FINAL and result.after_all:
        return replace(result, winner=leader({side: Fraction(result.after_all[side]) for side in _STAY}))
    return result
