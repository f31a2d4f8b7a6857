"""What must happen next in a debate, read off how it stands; so that nothing needs to remember it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.debating.events import At
from bot.debating.format import Kind
from bot.debating.order import slot_at, speaks_itself, waiting
from bot.debating.speech import Vacant
from bot.debating.state import DebateState, Open, Phase

PATIENCE = timedelta(days=7)
"""A debate that is paused for longer is given up."""


class Effect(StrEnum):
    """What sort of thing must happen."""

    START = "start"
    CALL = "call"
    SPEAK = "speak"
    WARN = "warn"
    EXPIRE = "expire"
    CLOSE_WINDOW = "close-window"
    CLOSE_VOTE = "close-vote"
    COUNT = "count"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that must happen, at an instant, or now (`None`), at a `place` in the order of speaking.

    `name` stays the same while nothing changes that matters for it, and is another one when it falls due at
    another time or has to be done again.
    """

    name: str
    effect: Effect
    at: datetime | None
    place: At | None = None


def decide(state: DebateState) -> tuple[Due, ...]:
    """All that must happen next. Nothing, once a debate is over."""
    if state.pause:
        return (_timed("abandon", Effect.ABANDON, state.pause.since + PATIENCE),)
    due: Iterator[Due] = iter(())
    match state.phase:
        case Phase.LOBBY:
            due = iter((_timed("start", Effect.START, _closes(state)),))
        case Phase.LIVE:
            due = _live(state)
        case Phase.POST_VOTE:
            due = iter((_timed("close-vote", Effect.CLOSE_VOTE, _closes(state)),))
        case Phase.JUDGING:
            due = iter((_timed("count", Effect.COUNT, None),))
    # A job that came while all clocks stood did nothing, and its name is spent.
    return tuple(replace(one, name=f"{one.name}~{state.pauses}") if state.pauses else one for one in due)


def is_due(state: DebateState, effect: Effect, now: datetime) -> bool:
    """Whether such a thing is due at this instant."""
    return any(one.effect is effect and (one.at is None or one.at <= now) for one in decide(state))


def all_voted(state: DebateState, turnout: int) -> bool:
    """Whether a ballot need not stay open: everybody who may vote has, and in the lobby no seat waits."""
    if state.audience is None:
        return False
    seats_wait = state.phase is Phase.LOBBY and any(isinstance(one, Vacant) for one in state.seats.values())
    return not seats_wait and turnout >= state.audience - len(state.held)


def _closes(state: DebateState) -> datetime | None:
    return None if all_voted(state, 0) else state.closes


def _live(state: DebateState) -> Iterator[Due]:
    turn = state.turn
    if turn is None:
        yield _call(state)
    elif turn.seat is None:
        yield from _window(state, turn)
    elif speaks_itself(state.seats[turn.seat]):
        again = f".{turn.repeated}" if turn.repeated else ""
        name = f"{_named(turn.at)}:speak:{turn.attempt}{again}"
        yield Due(name=name, effect=Effect.SPEAK, at=turn.retry_at, place=turn.at)
    else:
        yield from _awaited(state, turn)


def _call(state: DebateState) -> Due:
    rests = state.unread and state.attended and state.breather_s
    at = state.since + timedelta(seconds=state.breather_s) if rests else None
    return Due(name=f"{_named(state.next)}:call", effect=Effect.CALL, at=at, place=state.next)


def _window(state: DebateState, turn: Open) -> Iterator[Due]:
    """The audience's questions, or time to prepare: the next question, as long as there is time for it."""
    asks = slot_at(state, turn.at).kind is Kind.QUESTIONS and waiting(state) is not None
    if asks and (turn.deadline is None or state.since < turn.deadline):
        call = _call(state)
        yield replace(call, name=f"{call.name}{_epoch(turn.deadline)}")
    if turn.deadline or not asks:
        name = f"{_named(turn.at)}:close-window"
        yield _timed(name, Effect.CLOSE_WINDOW, turn.deadline, turn.at)


def _awaited(state: DebateState, turn: Open) -> Iterator[Due]:
    """A person may speak: they are warned before their time is over, and then it is over."""
    place, deadline = _named(turn.at), turn.deadline
    if deadline is None:
        yield _timed(f"{place}:expire", Effect.EXPIRE, None, turn.at)
        return
    for share in state.format.clock.warn_at:
        at = turn.since + (deadline - turn.since) * float(share)
        # Shares that lay in the past when the deadline moved were told then, or are not worth telling.
        if at > (turn.set_at or turn.since):
            yield _timed(f"{place}:warn:{float(share):g}", Effect.WARN, at, turn.at)
    yield _timed(f"{place}:expire", Effect.EXPIRE, deadline + grace(state), turn.at)


def grace(state: DebateState) -> timedelta:
    """How long after its deadline a turn stays open."""
    clock = state.format.clock
    return timedelta(seconds=clock.grace_s if state.live else clock.async_window_s // 10)


def _timed(name: str, effect: Effect, at: datetime | None, place: At | None = None) -> Due:
    return Due(name=f"{name}{_epoch(at)}", effect=effect, at=at, place=place)


def _epoch(at: datetime | None) -> str:
    return f":{int(at.timestamp())}" if at else ""


def _named(at: At) -> str:
    return f"{at.slot}.{at.part}"
