"""How many moved from where to where, so that nobody can compute back where one or two of them went.

Whoever reads a result knows the totals before and after. A cell of the 3 x 3 table can then be computed if it
is the only unknown in its row or column, or in what is left of them. What is told is therefore one of a few
sets of cells, the first that is safe: every cell in it has at least 3 voters, and for every other cell there
is a different table with the same totals and the same told cells. That depends on nothing but what is told,
so not even one who knows this rule learns more; a test goes through all tables to see that it is so.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, permutations

SMALL = 3
"""A cell of fewer voters is not told."""

Table = tuple[int, ...]
"""Nine counts, row by row: from for, against, undecided, each to for, against, undecided."""

FOR_FOR, AGAINST_AGAINST, UNDECIDED_UNDECIDED = 0, 4, 8
_ALL = frozenset(range(9))
_STAYED = frozenset({FOR_FOR, AGAINST_AGAINST, UNDECIDED_UNDECIDED})
_TOLD = (
    frozenset({0, 3, 4, 5, 6}),  # all but where those went who were for or undecided and are not for now
    frozenset({0, 1, 2, 4, 7}),  # the same for against
    _STAYED,
    frozenset({FOR_FOR, AGAINST_AGAINST}),
)


def told_cells(table: Table) -> frozenset[int]:
    """The indices of the cells that may be told beside the totals: all of them, some or none."""
    if not any(0 < count < SMALL for count in table):
        return _ALL
    by_totals = _ALL - _open(table, _ALL)
    for told in _TOLD:
        hidden = _ALL - told
        if min(table[cell] for cell in told) >= SMALL and hidden - _open(table, hidden) <= by_totals:
            return told
    return frozenset()


def _open(table: Table, hidden: frozenset[int]) -> frozenset[int]:
    """The hidden cells that could have another count with the same totals.

    Two tables with the same totals differ by exchanges around closed loops of cells; such an exchange is
    possible where all cells that give a voter have one.
    """
    return frozenset(
        cell
        for gain, give in _EXCHANGES
        if gain | give <= hidden and all(table[cell] for cell in give)
        for cell in gain | give
    )


def _exchanges() -> Iterable[tuple[frozenset[int], frozenset[int]]]:
    """Every closed loop of four or six cells, both ways round: which cells gain a voter, which give one."""
    for (top, low), (left, right) in ((r, c) for r in _PAIRS for c in _PAIRS):
        gain, give = {3 * top + left, 3 * low + right}, {3 * top + right, 3 * low + left}
        yield frozenset(gain), frozenset(give)
        yield frozenset(give), frozenset(gain)
    for one, other in permutations(permutations(range(3)), 2):
        if all(a != b for a, b in zip(one, other, strict=True)):
            yield (
                frozenset(3 * r + c for r, c in enumerate(one)),
                frozenset(3 * r + c for r, c in enumerate(other)),
            )


_PAIRS = tuple(combinations(range(3), 2))
_EXCHANGES = tuple(_exchanges())
