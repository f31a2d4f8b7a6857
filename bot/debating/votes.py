"""What a vote is, and what the votes of a debate came to: values, exact (fractions, no floats)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Choice(StrEnum):
    """What a member can vote."""

    FOR = "for"
    AGAINST = "against"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One voter's two votes, without a name. `late`: joined after the announcement, and is shown apart."""

    before: Choice | None
    after: Choice | None
    late: bool = False


class Told(StrEnum):
    """How much may be told, by the number of paired ballots (both votes of one voter)."""

    NOTHING = "nothing"
    """Nobody voted."""
    TURNOUT = "turnout"
    """One up to less than the quorum: how many voted, and no verdict."""
    TOTALS = "totals"
    """From the quorum on: totals and swing."""
    FLOW = "flow"
    """From 12 on: also how many moved from where to where, small cells merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a debate's votes came to, with nothing in it that may not be told at that turnout.

    `voted_before`, `voted_after` and `paired` (both) count voters; the `late` ones are in none of them.
    `before_all` and `after_all` count every vote, `before` and `after` those of the `paired` voters; `None`
    below TOTALS. As one taken from the other is the vote of those who cast a single ballot, only one of the
    two is told where these are fewer than the quorum: the paired, or every vote where the final vote decides.
    `swing` is, for each of the two sides, the share of paired voters after less that before; as `before`.
    `conversion` is the share a side won of those who were not on it before, and `from_undecided` the share
    of those it won who were undecided; `None` where nobody was, or where it would tell what `flow` does not,
    and below FLOW. `flow` holds (before, after, voters), with each cell of fewer than 3 voters, and others
    that would give one of them away, merged into ("other", "other", n); cells without a voter are not listed.
    `winner` is "for", "against", "draw" or "" (no verdict), and `sentence` says to people which, why, and
    where swing and conversion disagree.
    """

    told: Told
    voted_before: int
    voted_after: int
    paired: int
    quorum: int
    late: int
    winner: str
    sentence: str
    before_all: dict[str, int] | None = None
    after_all: dict[str, int] | None = None
    before: dict[str, int] | None = None
    after: dict[str, int] | None = None
    swing: dict[str, Fraction] | None = None
    conversion: dict[str, Fraction | None] | None = None
    from_undecided: dict[str, Fraction | None] | None = None
    flow: tuple[tuple[str, str, int], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The same in plain values; fractions as "3/8"."""
        shares = {name: _written(getattr(self, name)) for name in _SHARES}
        return {**asdict(self), **shares, "told": str(self.told), "flow": [list(cell) for cell in self.flow]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Result:
        """The result again, from what `as_data` gave. Raises ValueError for anything else."""
        try:
            shares = {name: _read(data[name]) for name in _SHARES}
            flow = tuple((str(before), str(after), int(n)) for before, after, n in data["flow"])
            return cls(**{**data, **shares, "told": Told(data["told"]), "flow": flow})
        except (KeyError, TypeError, AttributeError, ZeroDivisionError) as wrong:
            raise ValueError("this is not a result that this version knows") from wrong


_SHARES = ("swing", "conversion", "from_undecided")


def _written(shares: dict[str, Fraction | None] | None) -> dict[str, str | None] | None:
    if shares is None:
        return None
    return {side: None if share is None else str(share) for side, share in shares.items()}


def _read(shares: dict[str, str | None] | None) -> dict[str, Fraction | None] | None:
    if shares is None:
        return None
    return {side: None if share is None else Fraction(share) for side, share in shares.items()}
