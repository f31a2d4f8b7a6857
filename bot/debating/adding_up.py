"""Whether a format that reads well also adds up: votes in their place, everybody speaks, both sides alike."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.debating.format import Format, Kind, Pace
from bot.debating.plan import SideTime, side_time, slots

MOST_SLOTS = 200
"""A debate has at most so many speeches, questions and answers."""

_SPOKEN = (Kind.SPEECH, Kind.CROSS, Kind.DISCUSSION, Kind.QUESTIONS)
_PACES = {Pace.CHAT: "at the chat pace", Pace.FULL: "at the full pace"}


def disagreements(format: Format) -> list[str]:
    """What does not add up, each in a sentence."""
    return [*_votes(format), *_judging(format), *_speaking(format), *_size(format), *_equality(format)]


def _votes(format: Format) -> Iterator[str]:
    spoken = [place for place, turn in enumerate(format.turns) if turn.kind in _SPOKEN]
    ballots = [(place, turn) for place, turn in enumerate(format.turns) if turn.kind is Kind.VOTE]
    for place, turn in ballots:
        if sum(other.ballot == turn.ballot for _, other in ballots) > 1:
            yield f'turn {turn.id}: there are two votes with ballot = "{turn.ballot}".'
        if turn.ballot == "pre" and place > 0:
            yield f"turn {turn.id}: the vote before must be the first turn."
        if turn.ballot == "post" and spoken and place < spoken[-1]:
            yield f"turn {turn.id}: the vote after must come after the last speech."


def _judging(format: Format) -> Iterator[str]:
    judges = [turn for turn in format.turns if turn.kind is Kind.JUDGE]
    if judges and judges != [format.turns[-1]]:
        yield f"turn {judges[0].id}: the judge has one turn, the last."


def _speaking(format: Format) -> Iterator[str]:
    speakers = {slot.seat for slot in slots(format, Pace.CHAT)}
    for seat in format.seats:
        if seat not in speakers:
            yield f"seat {seat} never speaks."


def _size(format: Format) -> Iterator[str]:
    count = len(slots(format, Pace.FULL))
    if count > MOST_SLOTS:
        yield f"The turns come to {count} speeches, questions and answers; {MOST_SLOTS} are the most."


def _equality(format: Format) -> Iterator[str]:
    """A sentence a pace at which the sides are not given the same, unless the file allows it."""
    if format.allow_unequal:
        return
    for pace, at_pace in _PACES.items():
        times = side_time(format, pace)
        if len({(time.seconds, time.words) for time in times.values()}) > 1:
            given = " and ".join(f"{side} has {given_time(time)}" for side, time in times.items())
            yield f"The sides differ {at_pace}: {given}. If that is meant, say allow_unequal = true."


def given_time(time: SideTime) -> str:
    """`12 minutes (600 words)`."""
    return f"{amount(time.minutes)} minutes ({amount(time.words)} words)"


def amount(value: Fraction) -> str:
    """A number with two decimals at most, and none that say nothing."""
    text = f"{float(value):,.2f}"
    return text.rstrip("0").rstrip(".")
