"""What the person may do who has the floor: speak, pass, take time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.debating.deciding import grace
from bot.debating.describing import seat_title, slot_title
from bot.debating.events import Actor, Event, Extended, Prepared, Skipped, Spoken
from bot.debating.format import Kind, Role
from bot.debating.order import same_turn, side_of, slot_at
from bot.debating.seats import refuse_if_over, seats_of
from bot.debating.speech import Person, Speech
from bot.debating.state import DebateState, Open, Phase
from bot.errors import InputError, NotAllowed


def open_for(state: DebateState, actor: Actor) -> Open:
    """The open turn, where it is this member's. Raises NotAllowed, saying whose it is, and NotFound."""
    refuse_if_over(state)
    own = seats_of(state, actor)
    if not own:
        raise NotAllowed("You hold no seat in this debate.", "/debate join takes one, where one is free.")
    if state.pause:
        raise NotAllowed("The debate is paused.", "Your turn is as long as it was once it goes on.")
    if state.phase is not Phase.LIVE:
        begun = state.phase is not Phase.LOBBY
        raise NotAllowed("The speeches are over." if begun else "The debate has not begun yet.")
    turn = state.turn
    if turn is None:
        raise NotAllowed("No turn is open just now.", "The next one is called in a moment.")
    if turn.seat not in own:
        raise NotAllowed(f"It is not your turn: {_whose(state, turn)}.")
    return turn


def person_at_turn(state: DebateState) -> Person | None:
    """The person who has the floor, if one has."""
    holder = state.seats[state.turn.seat] if state.turn and state.turn.seat else None
    return holder if isinstance(holder, Person) else None


def words_next(state: DebateState, seat: str) -> int:
    """How many words a seat's turn has: the open one, else its next. Raises InputError where none is left."""
    if state.turn and state.turn.seat == seat:
        return state.turn.words
    for slot in state.slots[state.next.slot :]:
        if slot.seat == seat or seat in slot.seats:
            return slot.words
    raise InputError("That seat has no turn any more.")


def speak(state: DebateState, actor: Actor, speech: Speech, now: datetime) -> tuple[Event, ...]:
    """A member's speech in their own turn. Raises InputError where it is empty, too long or too late."""
    turn = open_for(state, actor)
    if not speech.text.strip() or not speech.words:
        raise InputError("There is nothing in that speech yet.", "Write it behind the command.")
    if speech.words * 10 > turn.words * 11:
        raise InputError(
            f"That is {speech.words} words; this turn has {turn.words}.",
            f"Up to {turn.words * 11 // 10} are taken.",
        )
    _refuse_late(state, turn, now)
    by = state.seats[turn.seat or ""]
    return (Spoken(at=turn.at, seat=turn.seat or "", speech=replace(speech, by=by)),)


def yields(state: DebateState, actor: Actor, now: datetime) -> tuple[Event, ...]:
    """A member gives up their open turn; whoever cross-examines gives up all questions left in it."""
    turn = open_for(state, actor)
    slot = slot_at(state, turn.at)
    if slot.kind is Kind.CROSS and slot.role is Role.QUESTION:
        return (Skipped(at=turn.at, reason="no more questions", through=same_turn(state, turn.at)),)
    return (Skipped(at=turn.at, reason="its speaker passed"),)


def prepare(state: DebateState, actor: Actor, minutes: int, now: datetime) -> tuple[Event, ...]:
    """A member takes minutes of their side's pool before they speak. Raises InputError, NotAllowed."""
    turn = open_for(state, actor)
    pool = state.format.clock.prep_pool_s
    left = pool - state.prep_s[side_of(turn.seat or "")]
    if not pool:
        raise InputError("This format has no time to prepare.", "/debate more asks for more time, once.")
    seconds = minutes * 60
    if minutes < 1 or seconds > left:
        raise InputError(
            f"Your side has {left // 60} min {left % 60} s left to prepare.", "Take whole minutes."
        )
    until = _later(state, turn, seconds, now)
    return (Prepared(at=turn.at, seconds=seconds, deadline=until),)


def extend_own(state: DebateState, actor: Actor, now: datetime) -> tuple[Event, ...]:
    """A member gets half of their turn's time once more, as often as the format allows. Raises InputError."""
    turn = open_for(state, actor)
    most = state.format.clock.extensions
    if turn.extended_by_holder >= most:
        times = "once" if most == 1 else f"{most} times"
        raise InputError(
            f"A turn can be extended {times}." if most else "This format has no extensions.",
            "A moderator can give more.",
        )
    whole = slot_at(state, turn.at).seconds if state.live else state.format.clock.async_window_s
    seconds = max(1, whole // 2)
    until = _later(state, turn, seconds, now)
    return (Extended(at=turn.at, seconds=seconds, deadline=until, held=True),)


def _later(state: DebateState, turn: Open, seconds: int, now: datetime) -> datetime:
    """The deadline so much later. Raises InputError where it has passed, or nobody is waited for."""
    if turn.deadline is None:
        raise InputError("Nobody is waited for here, so there is no time to add.")
    _refuse_late(state, turn, now)
    return max(turn.deadline, now) + timedelta(seconds=seconds)


def _refuse_late(state: DebateState, turn: Open, now: datetime) -> None:
    if state.live and turn.deadline and now > turn.deadline + grace(state):
        raise InputError("Time is up for this turn.")


def _whose(state: DebateState, turn: Open) -> str:
    where = slot_title(state, turn.at)
    if turn.seat is None:
        return (
            f"{where} is open to the audience" if slot_at(state, turn.at).seats else f"{where} is under way"
        )
    return f"{seat_title(state.format, turn.seat)} has the floor ({where})"
