"""What happens to the floor: turns are called, open, longer, spoken, passed over; and whose time it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.debating.events import At, Called, Event, Extended, Failed, Prepared, Skipped, Spoken, Waited
from bot.debating.format import Kind
from bot.debating.order import (
    after,
    begins_question,
    clock,
    deadline_for,
    is_over,
    seat_at,
    side_of,
    speaks_itself,
)
from bot.debating.speech import Holder
from bot.debating.state import DebateState, Delivered, Open, Passed, Phase, Put, Question

RETRY_S = (5, 20)
"""How long a model whose endpoint failed waits for its second and its third try."""

_T = TypeVar("_T")


def must(possible: bool, event: Event) -> None:
    """Raises ValueError where an event cannot happen."""
    if not possible:
        raise ValueError(f"undefined state: {type(event).__name__} cannot happen now")


def swapped(row: Sequence[_T], place: int, new: _T) -> tuple[_T, ...]:
    """The same row with something new in one place."""
    return (*row[:place], new, *row[place + 1 :])


def called(state: DebateState, event: Called, at: datetime) -> DebateState:
    """A turn or a window is open; what its side is owed is paid."""
    must(state.phase is Phase.LIVE and not state.pause and not is_over(state), event)
    must(event.at == state.next and (state.turn is None or state.turn is state.window), event)
    must(event.number is not None or not begins_question(state, event.at), event)
    questions = _taken(state, event)
    asked = state.questions[event.number - 1].side if event.number else ""
    must(event.seat == seat_at(state, event.at, asked), event)
    turn = Open(
        at=event.at,
        seat=event.seat,
        since=at,
        deadline=event.deadline,
        seconds=event.seconds,
        words=event.words,
        question=event.question,
        asked_by=event.asked_by,
        number=event.number,
        set_at=at,
    )
    put = Put(slot=event.at.slot, question=event.question, asked_by=event.asked_by, number=event.number)
    is_window = event.seat is None and state.slots[event.at.slot].kind is Kind.QUESTIONS
    paid = _given(state, event.seat, event.seconds, owed=event.owed_s) if event.seat else state
    return replace(
        paid,
        turn=turn,
        window=turn if is_window else state.window,
        put=put if event.question else None,
        questions=questions,
        next=after(state, event.at),
        unread=False,
    )


def _taken(state: DebateState, event: Called) -> tuple[Question, ...]:
    if event.number is None:
        return state.questions
    must(0 < event.number <= len(state.questions), event)
    must(state.turn is None or not state.questions[event.number - 1].taken, event)
    return swapped(state.questions, event.number - 1, replace(state.questions[event.number - 1], taken=True))


def _given(state: DebateState, seat: str, seconds: int, *, owed: int = 0) -> DebateState:
    side = side_of(seat)
    given = {**state.given_s, side: state.given_s[side] + seconds}
    if not owed:
        return replace(state, given_s=given)
    return replace(state, given_s=given, owed_s={**state.owed_s, side: state.owed_s[side] - owed})


def waited(state: DebateState, event: Waited, at: datetime) -> DebateState:
    """The open turn has a new deadline, a rung further down the absence ladder."""
    turn = _turn_of(state, event)
    must(event.rung > turn.rung, event)
    return replace(state, turn=replace(turn, rung=event.rung, deadline=event.deadline, set_at=at))


def failed(state: DebateState, event: Failed, at: datetime) -> DebateState:
    """A model could not speak in the open turn; after a fault of its endpoint it waits a little."""
    turn = _turn_of(state, event)
    must(event.attempt == turn.attempt + 1, event)
    waits = event.kind == "endpoint" and state.attended and event.attempt <= len(RETRY_S)
    retry = at + timedelta(seconds=RETRY_S[event.attempt - 1]) if waits else None
    return replace(state, turn=replace(turn, attempt=event.attempt, retry_at=retry))


def spoken(state: DebateState, event: Spoken, at: datetime) -> DebateState:
    """A speech is in the record, and the floor is free."""
    turn = _turn_of(state, event)
    must(event.seat == turn.seat, event)
    delivered = Delivered(
        seq=state.seq,
        at=event.at,
        seat=event.seat,
        speech=event.speech,
        opened=turn.since,
        posted=at,
        question=turn.question,
        asked_by=turn.asked_by,
    )
    unread = speaks_itself(event.speech.by)
    return replace(_freed(state, at), speeches=(*state.speeches, delivered), unread=unread)


def skipped(state: DebateState, event: Skipped, at: datetime) -> DebateState:
    """The open turn or window ends, or the next turn passes uncalled; and those behind it, `through` one."""
    must(state.phase is Phase.LIVE, event)
    turn = state.turn
    if turn is None:
        must(not state.pause and not is_over(state) and event.at == state.next and event.at.part == 0, event)
        seat, first = state.slots[event.at.slot].seat, event.at.slot
        must(seat is not None, event)
    else:
        must(event.at == turn.at, event)
        seat, first = turn.seat, event.at.slot + 1
    if seat is None:
        return replace(_freed(state, at), turn=None, window=None, put=None, next=At(event.at.slot + 1))
    last = event.at.slot if event.through is None else event.through
    passed = Passed(
        at=event.at, seat=seat, reason=event.reason, forfeit=event.forfeit, when=at, through=event.through
    )
    state = _passed_over(state, first, last, event)
    return replace(_freed(state, at), passed=(*state.passed, passed))


def _passed_over(state: DebateState, first: int, last: int, event: Skipped) -> DebateState:
    """Slots that pass uncalled count as offered: whoever gives up time does not owe it."""
    must(last < len(state.slots) and first <= last + 1, event)
    for slot in state.slots[first : last + 1]:
        must(slot.seat is not None, event)
        state = _given(state, slot.seat or "", slot.seconds)
    return replace(state, next=At(last + 1)) if first <= last else state


def _freed(state: DebateState, at: datetime) -> DebateState:
    """Nobody has the floor; where the audience asks, the next question may be taken."""
    idle = state.window is not None and begins_question(state, state.next)
    return replace(state, turn=state.window if idle else None, since=clock(state, at), unread=False)


def extended(state: DebateState, event: Extended, at: datetime) -> DebateState:
    """The open turn or window is longer; the other sides are owed as much."""
    turn = _turn_of(state, event, windows=True)
    longer = replace(
        turn,
        seconds=turn.seconds + event.seconds,
        deadline=event.deadline,
        set_at=at,
        extended_by_holder=turn.extended_by_holder + event.held,
    )
    window = longer if turn is state.window else state.window
    if turn.seat is None:
        return replace(state, turn=longer, window=window)
    own = side_of(turn.seat)
    owed = {side: owed + (0 if side == own else event.seconds) for side, owed in state.owed_s.items()}
    return replace(_given(state, turn.seat, event.seconds), turn=longer, owed_s=owed)


def prepared(state: DebateState, event: Prepared, at: datetime) -> DebateState:
    """The open turn is longer, out of its side's pool."""
    turn = _turn_of(state, event)
    longer = replace(turn, seconds=turn.seconds + event.seconds, deadline=event.deadline, set_at=at)
    side = side_of(turn.seat or "")
    return replace(state, turn=longer, prep_s={**state.prep_s, side: state.prep_s[side] + event.seconds})


def _turn_of(
    state: DebateState, event: Waited | Failed | Spoken | Extended | Prepared, *, windows: bool = False
) -> Open:
    """The open turn, where it is the one that an event is about."""
    turn = state.turn
    if turn is None or event.at != turn.at or not (turn.seat or windows):
        raise ValueError(f"undefined state: {type(event).__name__}, but no such turn is open")
    must(not state.pause or isinstance(event, Extended | Prepared), event)
    return turn


def handed_over(state: DebateState, turn: Open, holder: Holder, at: datetime) -> Open:
    """The open turn with somebody else in its seat: a person has the time that is left, else all of it."""
    turn = replace(turn, attempt=0, repeated=turn.repeated + 1, retry_at=None)
    if turn.deadline and not speaks_itself(holder):
        return turn
    return replace(turn, deadline=deadline_for(state, turn.at, holder, turn.seconds, at), set_at=at)
