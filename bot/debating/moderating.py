"""What a moderator may do to a debate: move it on, stop it, give time, take out of the record, end it."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from bot.debating.applying import PAUSABLE, apply
from bot.debating.calling import call_next, speeches_over
from bot.debating.describing import holder_title, seat_title
from bot.debating.events import (
    BOT,
    Cancelled,
    Event,
    Extended,
    Paused,
    Recorded,
    Restored,
    Resumed,
    Skipped,
    Started,
    Struck,
    VoteClosed,
)
from bot.debating.order import clock, speaks_itself, through
from bot.debating.seats import refuse_if_over
from bot.debating.state import DebateState, Delivered, Open, Phase
from bot.errors import InputError, NotFound

MOST_S = 24 * 3600
"""So much time can be given at once."""


def call(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """Move on: begin, close what is open to the audience or the vote, or call the next turn at once.

    Raises InputError where somebody has the floor, or the debate is paused; NotFound once it is over.
    """
    refuse_if_over(state)
    if state.pause:
        raise InputError("The debate is paused.", "/moderate resume lets it go on.")
    match state.phase:
        case Phase.LOBBY:
            begun = Started(early=state.closes is not None and now < state.closes)
            return (begun, *call_next(_once(state, begun, now), now))
        case Phase.LIVE:
            return _next(state, now)
        case Phase.POST_VOTE:
            return (VoteClosed(early=state.closes is not None and now < state.closes),)
    raise InputError("The votes are being counted; the result comes by itself.")


def pause(state: DebateState, reason: str, now: datetime) -> tuple[Event, ...]:
    """All clocks stand still. Raises InputError where they do, or none runs; NotFound once it is over."""
    refuse_if_over(state)
    if state.pause:
        raise InputError("The debate is paused already.", "/moderate resume lets it go on.")
    if state.phase not in PAUSABLE:
        raise InputError("The votes are being counted; there is nothing to pause.")
    return (Paused(kind="moderator", reason=reason),)


def resume(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """The clocks go on, every deadline later by as long as they stood. Raises InputError, NotFound."""
    refuse_if_over(state)
    return (_resumed(state, now),)


def extend(state: DebateState, seconds: int, now: datetime) -> tuple[Event, ...]:
    """More time for the open turn, or an open window. Raises InputError where nobody needs it; NotFound."""
    turn = _open(state)
    if not 1 <= seconds <= MOST_S:
        raise InputError("Give 1 second to 24 hours.")
    if turn.deadline is None:
        raise InputError("Nobody is waited for just now, so there is no time to add.")
    until = max(turn.deadline, clock(state, now)) + timedelta(seconds=seconds)
    return (Extended(at=turn.at, seconds=seconds, deadline=until),)


def skip(state: DebateState, reason: str, now: datetime) -> tuple[Event, ...]:
    """Pass over the open turn, or end an open window. Raises InputError where none is open; NotFound."""
    turn = _open(state)
    return (Skipped(at=turn.at, reason=reason, through=through(state, turn.at)),)


def strike(state: DebateState, which: int, reason: str) -> tuple[Event, ...]:
    """Take the `which`-th speech out of the record, also after the end. Raises InputError, NotFound."""
    speech = _speech(state, which)
    if speech.struck is not None:
        raise InputError(f"Speech {which} is struck already.", f"/moderate restore {which} puts it back.")
    return (Struck(speech=speech.seq, reason=reason),)


def restore(state: DebateState, which: int, reason: str) -> tuple[Event, ...]:
    """Put the `which`-th speech back into the record. Raises InputError, NotFound."""
    speech = _speech(state, which)
    if speech.struck is None:
        raise InputError(f"Speech {which} is not struck.")
    return (Restored(speech=speech.seq, reason=reason),)


def end(state: DebateState, reason: str, now: datetime) -> tuple[Event, ...]:
    """End what is under way: the lobby, the speeches, or the vote. Raises InputError, NotFound."""
    refuse_if_over(state)
    goes_on = (_resumed(state, now),) if state.pause else ()
    match state.phase:
        case Phase.LOBBY:
            return (Cancelled(reason=reason),)
        case Phase.LIVE:
            return (*goes_on, speeches_over(state, now, early=True, reason=reason))
        case Phase.POST_VOTE:
            return (*goes_on, VoteClosed(early=True))
    raise InputError("The votes are being counted; the result comes by itself.")


def _next(state: DebateState, now: datetime) -> tuple[Event, ...]:
    turn = state.turn
    if turn is None:
        return call_next(state, now)
    if turn.seat is None:
        return (Skipped(at=turn.at, reason="closed by a moderator"),)
    where, holder = seat_title(state.format, turn.seat), state.seats[turn.seat]
    if speaks_itself(holder):
        raise InputError(
            f"{where} is about to speak: {holder_title(holder)}.", "/moderate skip passes it over."
        )
    raise InputError(
        f"{where} has the floor: {holder_title(holder)}.", "/moderate skip passes over that turn."
    )


def _once(state: DebateState, event: Event, now: datetime) -> DebateState:
    """How the debate will stand after an event."""
    return apply(state, Recorded(seq=state.seq + 1, at=now, actor=BOT, event=event))


def _open(state: DebateState) -> Open:
    refuse_if_over(state)
    if state.phase is Phase.LOBBY:
        raise InputError("The debate has not begun yet.", "/moderate call begins it.")
    if state.phase is not Phase.LIVE:
        raise InputError("The speeches are over.")
    if state.turn is None:
        raise InputError("No turn is open just now.", "/moderate call calls the next one at once.")
    return state.turn


def _resumed(state: DebateState, now: datetime) -> Resumed:
    if not state.pause:
        raise InputError("The debate is not paused.")
    return Resumed(seconds=max(0, ceil((now - state.pause.since).total_seconds())))


def _speech(state: DebateState, which: int) -> Delivered:
    if 1 <= which <= len(state.speeches):
        return state.speeches[which - 1]
    there = f"There are {len(state.speeches)}." if state.speeches else "Nothing has been said yet."
    raise NotFound(f"There is no speech {which}.", there)
