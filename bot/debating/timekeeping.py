"""What happens by the clock, or when a model is done; nothing, where it is not due any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.debating.deciding import Effect, is_due
from bot.debating.describing import holder_title, seat_title
from bot.debating.events import (
    Abandoned,
    At,
    Closed,
    Event,
    Failed,
    Paused,
    SeatTaken,
    Skipped,
    Spoken,
    Started,
    VoteClosed,
    Waited,
)
from bot.debating.format import Rung
from bot.debating.order import deadline_for, side_of, speaks_itself, through
from bot.debating.speech import Cards, Holder, Machine, Person, Speech, Vacant
from bot.debating.state import DebateState, Open

TRIES = 3
"""How often a model may try to speak in a turn."""
NO_JUDGE = "no judge yet"
NOBODY_CAME = "nobody spoke in time"


def started(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """The debate begins, once its first ballot is over."""
    return (Started(),) if is_due(state, Effect.START, now) else ()


def spoken(state: DebateState, at: At, speech: Speech) -> tuple[Event, ...]:
    """A model's speech, or evidence cards, where whoever made it still has the floor at that place."""
    turn = _speaking(state, at)
    if turn is None or state.seats[turn.seat or ""] != speech.by:
        return ()
    return (Spoken(at=at, seat=turn.seat or "", speech=speech),)


def failed(state: DebateState, at: At, kind: str, why: str, now: datetime) -> tuple[Event, ...]:
    """A model could not speak. After the third time the debate pauses, or without people cards are read."""
    turn = _speaking(state, at)
    if turn is None:
        return ()
    failure = Failed(at=at, attempt=turn.attempt + 1, kind=kind, why=why)
    return (failure, *(_given_up(state, turn, why) if failure.attempt >= TRIES else ()))


def expired(
    state: DebateState, draft: Speech | None, now: datetime, stand_in: Machine | None = None
) -> tuple[Event, ...]:
    """A person did not speak in time: their draft is taken, else the next rung of the absence ladder.

    `stand_in` is the model that can take the seat; without one, evidence cards are read.
    """
    turn = state.turn
    if turn is None or turn.seat is None or not is_due(state, Effect.EXPIRE, now):
        return ()
    holder = state.seats[turn.seat]
    if draft and draft.text.strip() and isinstance(holder, Person):
        return (Spoken(at=turn.at, seat=turn.seat, speech=replace(draft, by=holder, ended="time")),)
    if not state.attended:
        return (_stands_in(state, turn.seat, stand_in),)
    ladder = list(enumerate(state.format.absence))
    for number, rung in ladder[turn.rung + 1 :]:
        if tried := _tried(state, turn, number, rung, now, stand_in):
            return tried
    return (_passes(state, turn),)


def window_closed(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """The time for questions, or to prepare, is over."""
    if state.turn is None or not is_due(state, Effect.CLOSE_WINDOW, now):
        return ()
    return (Skipped(at=state.turn.at, reason="time is over" if state.attended else "nobody is waited for"),)


def vote_closed(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """The second ballot is over."""
    return (VoteClosed(),) if is_due(state, Effect.CLOSE_VOTE, now) else ()


def counted(state: DebateState, result: Mapping[str, Any], now: datetime) -> tuple[Event, ...]:
    """The votes are counted: `result` is `ballots.Result.as_data()`."""
    if not is_due(state, Effect.COUNT, now):
        return ()
    return (Closed(result=dict(result), judge=NO_JUDGE if state.format.judged else ""),)


def abandoned(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """It was paused for so long that nobody can mean to go on."""
    return (Abandoned(reason="it was paused for a week"),) if is_due(state, Effect.ABANDON, now) else ()


def _speaking(state: DebateState, at: At) -> Open | None:
    """The open turn at a place, where no person is awaited."""
    turn = state.turn
    if turn is None or turn.at != at or turn.seat is None or state.pause:
        return None
    return turn if speaks_itself(state.seats[turn.seat]) else None


def _given_up(state: DebateState, turn: Open, why: str) -> tuple[Event, ...]:
    seat = turn.seat or ""
    holder = state.seats[seat]
    said = (
        f"{holder_title(holder)} could not speak ({why})"
        if why
        else f"{holder_title(holder)} could not speak"
    )
    if state.attended:
        return (Paused(kind="model", reason=f"{seat_title(state.format, seat)}: {said}"),)
    if isinstance(holder, Cards):
        return (Skipped(at=turn.at, reason=said, through=through(state, turn.at)),)
    return (SeatTaken(seat=seat, holder=Cards(), reason=said),)


def _tried(
    state: DebateState, turn: Open, number: int, rung: Rung, now: datetime, stand_in: Machine | None
) -> tuple[Event, ...]:
    """What a rung of the absence ladder comes to; nothing where it does not help here."""
    seat = turn.seat or ""
    match rung.what:
        case "wait":
            return (Waited(at=turn.at, rung=number, deadline=now + timedelta(seconds=rung.seconds)),)
        case "teammate" if mate := _teammate(state, seat):
            until = deadline_for(state, turn.at, mate, turn.seconds, now)
            taken = SeatTaken(seat=seat, holder=mate, reason=NOBODY_CAME)
            return (Waited(at=turn.at, rung=number, deadline=until), taken)
        case "llm_stand_in":
            return (_stands_in(state, seat, stand_in),)
        case "skip" | "forfeit":
            return (_passes(state, turn, forfeit=rung.what == "forfeit"),)
    return ()


def _teammate(state: DebateState, seat: str) -> Person | None:
    """Another person of the side."""
    own: Holder = state.seats[seat]
    for other, holder in state.seats.items():
        if isinstance(holder, Person) and side_of(other) == side_of(seat) and holder != own:
            return holder
    return None


def _stands_in(state: DebateState, seat: str, stand_in: Machine | None) -> SeatTaken:
    reason = "the seat is open" if isinstance(state.seats[seat], Vacant) else NOBODY_CAME
    return SeatTaken(seat=seat, holder=stand_in or Cards(), reason=reason)


def _passes(state: DebateState, turn: Open, *, forfeit: bool = False) -> Skipped:
    return Skipped(at=turn.at, reason=NOBODY_CAME, forfeit=forfeit, through=through(state, turn.at))
