"""From what happened to how a debate stands: one event after the other, no clock, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.debating import floor
from bot.debating.events import (
    Abandoned,
    Asked,
    Called,
    Cancelled,
    Closed,
    Event,
    Extended,
    Failed,
    Opened,
    Paused,
    Prepared,
    Recorded,
    Restored,
    Resumed,
    SeatLeft,
    SeatTaken,
    Skipped,
    SpeechesOver,
    Spoken,
    Started,
    Struck,
    VoteClosed,
    Waited,
)
from bot.debating.floor import must, swapped
from bot.debating.order import ballot_s, clock, is_over
from bot.debating.plan import slots
from bot.debating.reading import read_format
from bot.debating.speech import Holder, Person, Vacant
from bot.debating.state import DebateState, Open, Pause, Phase, Question

PAUSABLE = (Phase.LOBBY, Phase.LIVE, Phase.POST_VOTE)
"""A debate can be paused in these."""


def fold(recorded: Iterable[Recorded]) -> DebateState:
    """How a debate stands after all that happened, from its first event on. Raises ValueError."""
    state: DebateState | None = None
    for one in recorded:
        state = apply(state, one)
    if state is None:
        raise ValueError("undefined state: nothing happened")
    return state


def apply(state: DebateState | None, recorded: Recorded) -> DebateState:  # noqa: C901  # one case an event
    """How a debate stands after one more event. Raises ValueError for one that cannot happen then."""
    event, at = recorded.event, recorded.at
    if isinstance(event, Opened):
        must(state is None and recorded.seq == 1, event)
        return _opened(event, at)
    if state is None or recorded.seq != state.seq + 1:
        raise ValueError(f"undefined state: {type(event).__name__} is out of order")
    state = replace(state, seq=recorded.seq)
    match event:
        case SeatTaken():
            return _seat_taken(state, event, at)
        case SeatLeft():
            return _seat_left(state, event, at)
        case Started():
            return _moved(state, event, at, {Phase.LOBBY: Phase.LIVE})
        case Called():
            return floor.called(state, event, at)
        case Waited():
            return floor.waited(state, event, at)
        case Failed():
            return floor.failed(state, event, at)
        case Spoken():
            return floor.spoken(state, event, at)
        case Skipped():
            return floor.skipped(state, event, at)
        case Extended():
            return floor.extended(state, event, at)
        case Prepared():
            return floor.prepared(state, event, at)
        case Asked():
            return _asked(state, event, recorded.actor.id)
        case Paused():
            must(state.phase in PAUSABLE and not state.pause, event)
            return replace(state, pause=Pause(kind=event.kind, reason=event.reason, since=at))
        case Resumed():
            return _resumed(state, event, at)
        case Struck():
            return _struck(state, event, recorded.actor.name)
        case Restored():
            return _restored(state, event)
        case SpeechesOver():
            return _speeches_over(state, event, at)
        case VoteClosed():
            return _moved(state, event, at, {Phase.POST_VOTE: Phase.JUDGING})
        case Closed():
            closed = _moved(state, event, at, {Phase.JUDGING: Phase.CLOSED})
            return replace(closed, result=event.result)
        case Cancelled():
            cancelled = _moved(replace(state, pause=None), event, at, {Phase.LOBBY: Phase.CANCELLED})
            return replace(cancelled, ended_because=event.reason)
        case Abandoned():
            must(state.phase in PAUSABLE, event)
            ended = replace(state, phase=Phase.ABANDONED, pause=None, turn=None, window=None, closes=None)
            return replace(ended, since=at, ended_because=event.reason)
        case _:
            assert_never(event)


def _opened(event: Opened, at: datetime) -> DebateState:
    format = read_format(event.format)
    must(set(event.seats) == set(format.seats), event)
    sides = [side.id for side in format.sides]
    lasts = timedelta(seconds=ballot_s(format.voting.pre_s, live=event.live))
    return DebateState(
        seq=1,
        phase=Phase.LOBBY,
        motion=event.motion,
        format=format,
        pace=event.pace,
        slots=slots(format, event.pace),
        live=event.live,
        attended=event.attended,
        audience=event.audience,
        breather_s=event.breather_s,
        seats=event.seats,
        opened=at,
        since=at,
        closes=at + lasts if event.attended else None,
        held=frozenset(one.id for one in event.seats.values() if isinstance(one, Person)),
        given_s=dict.fromkeys(sides, 0),
        owed_s=dict.fromkeys(sides, 0),
        prep_s=dict.fromkeys(sides, 0),
        rematch_of=event.rematch_of,
    )


def _moved(state: DebateState, event: Event, at: datetime, phases: dict[Phase, Phase]) -> DebateState:
    """The next phase, where the debate is in the one before it."""
    must(state.phase in phases and not state.pause, event)
    return replace(state, phase=phases[state.phase], since=at, closes=None, unread=False)


# Seats


def _seat_taken(state: DebateState, event: SeatTaken, at: datetime) -> DebateState:
    must(state.phase in (Phase.LOBBY, Phase.LIVE) and event.seat in state.seats, event)
    held = state.held | {event.holder.id} if isinstance(event.holder, Person) else state.held
    return _with_holder(replace(state, held=held), event.seat, event.holder, at)


def _seat_left(state: DebateState, event: SeatLeft, at: datetime) -> DebateState:
    must(state.phase in (Phase.LOBBY, Phase.LIVE), event)
    must(isinstance(state.seats.get(event.seat), Person), event)
    return _with_holder(state, event.seat, Vacant(), at)


def _with_holder(state: DebateState, seat: str, holder: Holder, at: datetime) -> DebateState:
    turn = state.turn
    if turn and turn.seat == seat:
        turn = floor.handed_over(state, turn, holder, clock(state, at))
    return replace(state, seats={**state.seats, seat: holder}, turn=turn)


# Questions, pauses, strikes, the end


def _asked(state: DebateState, event: Asked, by: str) -> DebateState:
    must(state.phase in (Phase.LOBBY, Phase.LIVE) and event.number == len(state.questions) + 1, event)
    must(event.side in state.given_s, event)
    question = Question(number=event.number, side=event.side, text=event.text, by=by, name=event.name)
    return replace(state, questions=(*state.questions, question))


def _resumed(state: DebateState, event: Resumed, at: datetime) -> DebateState:
    must(state.pause is not None and event.seconds >= 0, event)
    by = timedelta(seconds=event.seconds)
    is_idle = state.turn is state.window
    window = _later(state.window, by, at)
    return replace(
        state,
        pause=None,
        pauses=state.pauses + 1,
        since=state.since + by,
        closes=state.closes + by if state.closes else None,
        turn=window if is_idle else _later(state.turn, by, at),
        window=window,
    )


def _later(turn: Open | None, by: timedelta, at: datetime) -> Open | None:
    if turn is None:
        return None
    deadline = turn.deadline + by if turn.deadline else None
    return replace(turn, since=turn.since + by, deadline=deadline, set_at=at, attempt=0, retry_at=None)


def _struck(state: DebateState, event: Struck, by: str) -> DebateState:
    place = _place_of(state, event)
    must(state.speeches[place].struck is None, event)
    struck = replace(state.speeches[place], struck=event.reason, struck_by=by)
    return replace(state, speeches=swapped(state.speeches, place, struck))


def _restored(state: DebateState, event: Restored) -> DebateState:
    place = _place_of(state, event)
    must(state.speeches[place].struck is not None, event)
    restored = replace(state.speeches[place], struck=None, struck_by="")
    return replace(state, speeches=swapped(state.speeches, place, restored))


def _place_of(state: DebateState, event: Struck | Restored) -> int:
    for place, speech in enumerate(state.speeches):
        if speech.seq == event.speech:
            return place
    raise ValueError(f"undefined state: event {event.speech} is no speech")


def _speeches_over(state: DebateState, event: SpeechesOver, at: datetime) -> DebateState:
    must(event.early or (is_over(state) and state.turn is None), event)
    over = _moved(state, event, at, {Phase.LIVE: Phase.POST_VOTE})
    return replace(over, closes=event.closes, turn=None, window=None, ended_because=event.reason)
