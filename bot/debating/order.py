"""The order of speaking: who is at a place, for how long, what comes after it, and what is still to come."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.debating.events import At
from bot.debating.format import Format, Kind, Role, Slot
from bot.debating.speech import Cards, Holder, Machine
from bot.debating.state import DebateState, Question

SLOW_BALLOT_S = 24 * 3600
"""A debate of long windows keeps each ballot open for so long at least."""


def slot_at(state: DebateState, at: At) -> Slot:
    """The slot of a place. Raises IndexError behind the last."""
    return state.slots[at.slot]


def is_over(state: DebateState) -> bool:
    """Whether no place is left to call."""
    return state.next.slot >= len(state.slots)


def seat_at(state: DebateState, at: At, asked: str = "") -> str | None:
    """Whose turn it is at a place; nobody's where it is a window.

    Questions of the audience are answered by the side that is `asked` and then by the others, and the seats
    of a side take turns, a question each.
    """
    slot = slot_at(state, at)
    if slot.kind is not Kind.QUESTIONS or at.part == 0:
        return slot.seat
    sides = _answering(state.format, slot)
    question, nth = divmod(at.part - 1, len(sides))
    order = sorted(sides, key=lambda side: side != asked)
    own = [seat for seat in slot.seats if side_of(seat) == order[nth]]
    return own[question % len(own)]


def side_of(seat: str) -> str:
    """The id of the side that a seat is on."""
    return seat.rpartition(".")[0]


def seconds_at(state: DebateState, at: At) -> int:
    """The time of a place, at the debate's pace, without what is owed to its side."""
    slot = slot_at(state, at)
    return slot.answer_s if slot.kind is Kind.QUESTIONS and at.part else slot.seconds


def deadline_for(state: DebateState, at: At, holder: Holder, seconds: int, now: datetime) -> datetime | None:
    """Until when a holder may speak who was called just now; `None` where nobody is waited for.

    In a debate of long windows every turn has one, with what was given beyond the turn's own time on top.
    """
    if speaks_itself(holder) or not state.attended:
        return None
    extra = seconds - seconds_at(state, at)
    return now + timedelta(seconds=seconds if state.live else state.format.clock.async_window_s + extra)


def ballot_s(seconds: int, *, live: bool) -> int:
    """How long a ballot is open of which the format says so many seconds; 0 where there is none."""
    return seconds if live or not seconds else max(seconds, SLOW_BALLOT_S)


def speaks_itself(holder: Holder) -> bool:
    """Whether no person holds a seat, nor is awaited for it."""
    return isinstance(holder, Machine | Cards)


def clock(state: DebateState, now: datetime) -> datetime:
    """What the debate's clocks show: while paused they stand."""
    return state.pause.since if state.pause else now


def begins_question(state: DebateState, at: At) -> bool:
    """Whether a place within the audience's questions is for the first answer to the next one."""
    slot = slot_at(state, at)
    return (
        slot.kind is Kind.QUESTIONS
        and at.part > 0
        and (at.part - 1) % len(_answering(state.format, slot)) == 0
    )


def after(state: DebateState, at: At) -> At:
    """The place after one: the next answer within the audience's questions, else the next slot."""
    return At(at.slot, at.part + 1) if slot_at(state, at).kind is Kind.QUESTIONS else At(at.slot + 1)


def through(state: DebateState, at: At) -> int | None:
    """The last slot that passes along with a turn: the answer to a question never put. `None` for others."""
    slot = slot_at(state, at)
    is_question = slot.kind is Kind.CROSS and slot.role is Role.QUESTION
    return at.slot + 1 if is_question and at.slot < same_turn(state, at) else None


def same_turn(state: DebateState, at: At) -> int:
    """The index of the last slot that belongs to the same turn of the format as a place."""
    turn = slot_at(state, at).turn
    last = at.slot
    while last + 1 < len(state.slots) and state.slots[last + 1].turn == turn:
        last += 1
    return last


def outstanding(state: DebateState) -> dict[str, int]:
    """The seconds each side is still to be given: its places to come, and what it is owed.

    Together with `given_s` they stay as equal as the format made them, whatever happens.
    """
    to_come = dict(state.owed_s)
    for seat, seconds in _to_come(state):
        to_come[side_of(seat)] += seconds
    return to_come


def planned(state: DebateState) -> dict[str, int]:
    """The seconds that the slots give each side, questions of the audience aside."""
    times = dict.fromkeys((side.id for side in state.format.sides), 0)
    for slot in state.slots:
        if slot.seat:
            times[side_of(slot.seat)] += slot.seconds
    return times


def _to_come(state: DebateState) -> list[tuple[str, int]]:
    first = [] if is_over(state) else _rest_of_question(state)
    return first + [(slot.seat, slot.seconds) for slot in state.slots[state.next.slot :] if slot.seat]


def _rest_of_question(state: DebateState) -> list[tuple[str, int]]:
    """The answers that a question under way still gets."""
    at, pending = state.next, list[tuple[str, int]]()
    asked = asked_side(state)
    while at.part and not begins_question(state, at):
        pending.append((seat_at(state, at, asked) or "", seconds_at(state, at)))
        at = after(state, at)
    return pending


def waiting(state: DebateState, side: str = "") -> Question | None:
    """The audience's question that has waited longest, for one side or for any."""
    return next((one for one in state.questions if not one.taken and side in ("", one.side)), None)


def asked_side(state: DebateState) -> str:
    """The side that the audience's question under way was put to; empty without one."""
    number = state.put.number if state.put else None
    return state.questions[number - 1].side if number else ""


def _answering(format: Format, slot: Slot) -> list[str]:
    """The sides that answer the audience's questions, in the format's order."""
    able = {side_of(seat) for seat in slot.seats}
    return [side.id for side in format.sides if side.id in able]
