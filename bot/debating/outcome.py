"""The figures of a result in words: those that it has, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bot.debating.ballots import Choice, Told
from bot.debating.format import Decide, Format
from bot.debating.verdict import percent, points
from bot.debating.wording import counted

_BY = {
    Decide.SWING: "swing: which side won more voters over",
    Decide.FINAL: "second vote: which side has more voters at the end",
    Decide.JUDGE: "a judge; the vote stands beside it",
    Decide.NONE: "nobody: this format has no winner",
}


def figures(result: Mapping[str, Any], format: Format) -> list[tuple[str, str]]:
    """Label and value of every figure that a result (`ballots.Result.as_data()`) may tell."""
    if result["told"] == Told.NOTHING:
        return []
    voted = f"{result['voted_before']} before, {result['voted_after']} after, {result['paired']} both times"
    rows = [("Voted", voted)]
    if result["told"] == Told.TURNOUT:
        rows.append(("For a verdict", f"{counted(result['quorum'], 'voter')} needed"))
    else:
        rows += _totals(result)
        rows.append(("Decided by", _BY[format.voting.decide]))
    if result.get("late"):
        rows.append(("Joined later", f"{counted(result['late'], 'voter')}, not counted"))
    return rows


def _totals(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [(choice.capitalize(), count) for choice, count in _counts(result, "before", "after")]
    every = _counts(result, "before_all", "after_all")
    if every and every != _counts(result, "before", "after"):
        rows.append(("All votes", ", ".join(f"{choice} {count}" for choice, count in every)))
    if swing := result.get("swing"):
        moved = ", ".join(f"{side} {points(Fraction(share))}" for side, share in swing.items())
        rows.append(("Swing", f"{moved} points"))
    rows += [
        (f"Won {side}", _won(share, (result.get("from_undecided") or {}).get(side)))
        for side, share in (result.get("conversion") or {}).items()
        if share is not None
    ]
    if flow := result.get("flow"):
        rows.append(("Moved", "; ".join(f"{_moved(before, after)}: {n}" for before, after, n in flow)))
    return rows


def _counts(result: Mapping[str, Any], first: str, last: str) -> list[tuple[str, str]]:
    """How many voted what, before and after, as far as that may be told."""
    before, after = result.get(first), result.get(last)

    def count(choice: Choice) -> str:
        if before and after:
            return f"{before[choice]} → {after[choice]}"
        return f"{before[choice]} before" if before else f"{after[choice]} after" if after else ""

    return [(choice, count(choice)) for choice in Choice if before or after]


def _won(share: str, from_undecided: str | None) -> str:
    won = f"{percent(Fraction(share))} of those not on that side before"
    if from_undecided is None:
        return won
    return f"{won}; {percent(Fraction(from_undecided))} of these were undecided"


def _moved(before: str, after: str) -> str:
    return "all others" if before == after == "other" else f"{before} → {after}"
