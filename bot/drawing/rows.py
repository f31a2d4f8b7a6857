"""What a timeline shows, a row for each turn in order. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.debating.describing import slot_title
from bot.debating.events import At
from bot.debating.format import Slot
from bot.debating.motion import Stance
from bot.debating.speech import Cards, Holder, Machine, Person, Vacant
from bot.debating.state import DebateState, Delivered, Passed
from bot.plain import one_line

_SIDES = {Stance.PRO: "for", Stance.CON: "against", Stance.NONE: "neither"}


class Fate(StrEnum):
    """What became of a turn."""

    SPOKEN = "spoken"
    STRUCK = "struck"
    SKIPPED = "skipped"
    FORFEITED = "forfeited"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One turn. `share` is how much of its words, or of its time where words are not counted, was used.

    `side` is "for", "against" or "neither"; `amount` says the share in words, `reason` why a turn passed.
    """

    at: At
    fate: Fate
    side: str
    title: str
    who: str
    share: float = 0.0
    amount: str = ""
    quotes: int = 0
    reason: str = ""


def rows(state: DebateState) -> tuple[Row, ...]:
    """The turns of a debate so far, in the order of speaking."""
    found = [
        *(_spoken(state, delivered) for delivered in state.speeches),
        *(row for passed in state.passed for row in _passed(state, passed)),
        *_open(state),
    ]
    return tuple(sorted(found, key=lambda row: (row.at.slot, row.at.part)))


def _spoken(state: DebateState, delivered: Delivered) -> Row:
    row = _row(state, delivered.at, delivered.seat, Fate.SPOKEN, delivered.speech.by)
    if delivered.struck is not None:
        return replace(row, fate=Fate.STRUCK)
    share, amount = _used(state.slots[delivered.at.slot], delivered)
    return replace(row, share=share, amount=amount, quotes=len(delivered.speech.sources))


def _used(slot: Slot, delivered: Delivered) -> tuple[float, str]:
    words = delivered.speech.words
    if slot.words:
        return min(1.0, words / slot.words), f"{words} of {slot.words}"
    took, given = int((delivered.posted - delivered.opened).total_seconds()), slot.answer_s or slot.seconds
    return (min(1.0, took / given), f"{took} of {given} s") if given else (1.0, f"{words} words")


def _passed(state: DebateState, passed: Passed) -> Iterator[Row]:
    """A row for the turn, and one for each that was passed over with it."""
    fate = Fate.FORFEITED if passed.forfeit else Fate.SKIPPED
    last = passed.at.slot if passed.through is None else passed.through
    for slot in state.slots[passed.at.slot : last + 1]:
        at = passed.at if slot.index == passed.at.slot else At(slot.index)
        row = _row(state, at, slot.seat or passed.seat, fate)
        yield replace(row, reason=one_line(passed.reason))


def _open(state: DebateState) -> Iterator[Row]:
    if state.turn and state.turn.seat:
        yield _row(state, state.turn.at, state.turn.seat, Fate.OPEN)


def _row(state: DebateState, at: At, seat: str | None, fate: Fate, by: Holder | None = None) -> Row:
    holder = by or (state.seats.get(seat) if seat else None) or Vacant()
    side = _SIDES[state.format.side(seat).stance] if seat else "neither"
    return Row(at=at, fate=fate, side=side, title=one_line(slot_title(state, at)), who=_name(holder))


def _name(holder: Holder) -> str:
    """As short as a row has room for."""
    match holder:
        case Person():
            return one_line(holder.name)
        case Machine():
            return one_line(holder.model or holder.endpoint)
        case Cards():
            return "evidence cards"
        case Vacant():
            return "open seat"
