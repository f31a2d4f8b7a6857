"""Says in words what the pictures show, for those who do not see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bot.debating.ballots import Result, Told, percent
from bot.debating.state import DebateState
from bot.debating.wording import counted
from bot.drawing.rows import Fate, Row

_STAYED = {"for": "stayed for", "against": "stayed against", "undecided": "stayed undecided"}


def said_of_swing(result: Result, motion: str) -> str:
    """All that the picture of a result tells."""
    said = [f"“{motion}”", result.sentence]
    if result.told is Told.TURNOUT:
        said += [f"{result.paired} of {result.quorum} needed, no verdict.", turnout(result)]
    if result.before and result.after:
        said += [f"Before: {_shares(result.before)}.", f"After: {_shares(result.after)}."]
    if result.flow:
        said.append(f"Moves: {'; '.join(_move(*cell) for cell in result.flow)}.")
    return " ".join([*said, *every_vote(result)])


def turnout(result: Result) -> str:
    """How many voted when."""
    return (
        f"{result.voted_before} voted before the debate, {result.voted_after} after, "
        f"{result.paired} both times."
    )


def every_vote(result: Result) -> list[str]:
    """The totals of all votes, where they are others than those of the paired and may be told."""
    totals = (("before", result.before_all, result.before), ("after", result.after_all, result.after))
    return [
        f"All votes {when}: {_shares(every)}." for when, every, paired in totals if every and every != paired
    ]


def _shares(counts: Mapping[str, int]) -> str:
    voters = sum(counts.values())
    return ", ".join(f"{n} {choice} ({share_of(n, voters)})" for choice, n in counts.items())


def share_of(part: int, whole: int) -> str:
    """A share in percent: "37.5%"."""
    return percent(Fraction(part, whole)) if whole else "0%"


def _move(before: str, after: str, voters: int) -> str:
    if before == "other":
        return f"{voters} in groups too small to tell"
    return f"{voters} {_STAYED[before] if before == after else f'from {before} to {after}'}"


def said_of_timeline(state: DebateState, turns: Sequence[Row]) -> str:
    """All that a timeline tells, turn by turn."""
    said = [f"{number}. {_turn(row)}" for number, row in enumerate(turns, 1)]
    return " ".join([f"“{state.motion.text}” {heading(state, turns)}.", *(said or ["Nobody spoke."])])


def heading(state: DebateState, turns: Sequence[Row]) -> str:
    """What is counted over all turns: "8 turns, 14 quotations, Quick"."""
    quotes = counted(sum(row.quotes for row in turns), "quotation")
    return f"{counted(len(turns), 'turn')}, {quotes}, {state.format.name}"


def _turn(row: Row) -> str:
    side = "" if row.side == "neither" else f", {row.side}"
    return f"{row.title}{side}, {row.who}: {what_became(row)}."


def what_became(row: Row) -> str:
    """What became of a turn: "132 of 150 words, 2 quotations", "skipped, nobody spoke"."""
    match row.fate:
        case Fate.SPOKEN:
            return f"{row.amount}, {counted(row.quotes, 'quotation')}"
        case Fate.OPEN:
            return "speaking now"
        case Fate.STRUCK:
            return "struck"
        case Fate.SKIPPED | Fate.FORFEITED:
            return f"{row.fate}, {row.reason}" if row.reason else str(row.fate)
