"""Who may take a seat, give it back, or be put into one."""

from __future__ import annotations

from collections.abc import Iterable

from bot.debating.describing import holder_title, seat_title
from bot.debating.events import Actor, Event, SeatLeft, SeatTaken
from bot.debating.format import Format, Side
from bot.debating.motion import Stance
from bot.debating.order import speaks_itself
from bot.debating.speech import Holder, Machine, Person, Vacant
from bot.debating.state import DebateState, Phase
from bot.errors import InputError, NotAllowed, NotFound

_STANCES = {"for": Stance.PRO, "pro": Stance.PRO, "against": Stance.CON, "con": Stance.CON}


def claim(state: DebateState, actor: Actor, wanted: str) -> tuple[Event, ...]:
    """A member takes the first free seat of a side, or the seat they name.

    Free is what waits for a person, and before the debate begins also what a model or cards hold. Raises
    InputError, NotFound.
    """
    refuse_unless_seated(state)
    if own := seats_of(state, actor):
        raise InputError(
            f"You already have a seat: {seat_title(state.format, own[0])}.", "/debate leave gives it back."
        )
    _refuse_same_name(state, Person(actor.id, actor.name))
    seats = named(state.format, wanted)
    free = [seat for seat in seats if _is_free(state, seat)]
    if not free:
        raise InputError(f"No seat is free there: {_taken(state, seats)}.", _others(state))
    return (SeatTaken(seat=free[0], holder=Person(actor.id, actor.name)),)


def release(state: DebateState, actor: Actor) -> tuple[Event, ...]:
    """A member gives their seat back. Raises InputError, NotFound, NotAllowed."""
    refuse_unless_seated(state)
    return tuple(SeatLeft(seat=seat) for seat in seats_of(state, actor) or _no_seat())


def replace(state: DebateState, seat: str, holder: Holder, reason: str) -> tuple[Event, ...]:
    """A moderator gives a seat, or the first of a side, to somebody else. Raises InputError, NotFound."""
    refuse_unless_seated(state)
    which = named(state.format, seat)[0]
    if state.seats[which] == holder:
        raise InputError(f"It is so already: {seat_title(state.format, which)}, {holder_title(holder)}.")
    if isinstance(holder, Person):
        if seats_of(state, Actor(holder.id, holder.name)):
            raise InputError(f"{holder.name} has a seat already.", "One seat a person.")
        _refuse_same_name(state, holder)
    return (SeatTaken(seat=which, holder=holder, reason=reason),)


def seats_of(state: DebateState, actor: Actor) -> list[str]:
    """The seats that a member holds: one, or those of absent teammates too."""
    return [
        seat for seat, holder in state.seats.items() if isinstance(holder, Person) and holder.id == actor.id
    ]


def named(format: Format, wanted: str) -> tuple[str, ...]:
    """The seats meant by a seat, a side's id or label, or "for" and "against". Raises NotFound."""
    word = wanted.strip().casefold()
    for seat in format.seats:
        if seat.casefold() == word:
            return (seat,)
    seats = tuple(seat for side in sides_named(format, wanted) for seat in _of(format, side))
    if not seats:
        raise NotFound(f"There is no seat at “{wanted.strip()}”.", _choice(format))
    return seats


def sides_named(format: Format, wanted: str) -> tuple[Side, ...]:
    """The sides of that id or label, else of that stance. Raises NotFound."""
    word = wanted.strip().casefold()
    found = [side for side in format.sides if word in (side.id.casefold(), side.label.casefold())]
    found = found or [side for side in format.sides if side.stance is _STANCES.get(word)]
    if not found:
        raise NotFound(f"There is no side “{wanted.strip()}” in this format.", _choice(format))
    return tuple(found)


def refuse_if_over(state: DebateState) -> None:
    """Raises NotFound once a debate is over."""
    if state.phase.is_over:
        raise NotFound("No debate is running here.", "/debate start opens one.")


def refuse_unless_seated(state: DebateState) -> None:
    """Raises InputError or NotFound once seats mean nothing any more."""
    refuse_if_over(state)
    if state.phase not in (Phase.LOBBY, Phase.LIVE):
        raise InputError("The speeches are over; seats change hands no more.")


def _no_seat() -> list[str]:
    raise NotAllowed("You hold no seat in this debate.")


def _is_free(state: DebateState, seat: str) -> bool:
    holder = state.seats[seat]
    return isinstance(holder, Vacant) or (state.phase is Phase.LOBBY and speaks_itself(holder))


def _refuse_same_name(state: DebateState, person: Person) -> None:
    """Nobody may speak under a name that somebody else speaks or spoke under. Raises InputError."""
    others: Iterable[Holder] = (*state.seats.values(), *(said.speech.by for said in state.speeches))
    for other in others:
        if isinstance(other, Person) and other.id == person.id:
            continue
        if person.name.strip().casefold() in _names(other):
            raise InputError("Speaker names must differ.", "Somebody speaks under your name here.")


def _names(holder: Holder) -> set[str]:
    match holder:
        case Person():
            return {holder.name.strip().casefold()}
        case Machine():
            return {holder.endpoint.casefold(), holder.model.casefold(), holder_title(holder).casefold()}
    return set()


def _taken(state: DebateState, seats: Iterable[str]) -> str:
    return "; ".join(
        f"{seat_title(state.format, seat)} is held by {holder_title(state.seats[seat])}" for seat in seats
    )


def _others(state: DebateState) -> str:
    free = [seat for seat in state.format.seats if _is_free(state, seat)]
    return f"Free: {', '.join(free)}." if free else "All seats are taken."


def _choice(format: Format) -> str:
    return f"There are: {', '.join(format.seats)}."


def _of(format: Format, side: Side) -> list[str]:
    return [seat for seat in format.seats if format.side(seat) is side]
