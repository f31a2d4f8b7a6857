"""What happens in a debate beside the speeches, each in a sentence, in the thread as in the record."""

from __future__ import annotations

from datetime import datetime

from bot.debating.describing import seat_title, slot_title
from bot.debating.events import (
    BOT,
    Abandoned,
    Actor,
    Asked,
    At,
    Cancelled,
    Extended,
    Failed,
    Paused,
    Prepared,
    Recorded,
    Restored,
    Resumed,
    SeatLeft,
    SeatTaken,
    Skipped,
    SpeechesOver,
    Started,
    Struck,
    VoteClosed,
    Waited,
)
from bot.debating.speech import Vacant
from bot.debating.state import DebateState
from bot.debating.wording import by_when, credit, spell
from bot.plain import one_line

_FAILURES = {
    "endpoint": "the model's endpoint failed",
    "refused": "the model refused to argue",
    "blank": "the model wrote nothing",
    "side": "the model argued for the wrong side",
}
_WAITS = {
    "wait": "nobody has spoken yet; there is time",
    "teammate": "nobody has spoken; a teammate may, there is time",
    "substitute_list": "nobody has spoken; a substitute may, there is time",
}


def happening(one: Recorded, state: DebateState) -> str:  # noqa: C901  # one case an event is the point
    """One event as a plain sentence; empty for openings, calls, speeches and results, shown otherwise.

    `state` is how the debate stands at any time after it.
    """
    match one.event:
        case SeatTaken(seat=seat, holder=Vacant(), reason=reason):
            return _because(f"Seat open, {seat_title(state.format, seat)}", reason)
        case SeatTaken(seat=seat, holder=holder, reason=reason):
            return _because(f"Seat taken, {seat_title(state.format, seat)}: {credit(holder)}", reason)
        case SeatLeft(seat=seat):
            return f"Seat given back: {seat_title(state.format, seat)}."
        case Started(early=early):
            return f"The debate begins{' early' if early else ''}{_by(one.actor)}."
        case Waited():
            return _waited(one.event, state, one.at)
        case Failed(at=at, attempt=attempt, kind=kind, why=why):
            failed = _FAILURES.get(kind, "the model could not speak")
            return _because(f"{place(state, at)}: {failed} (attempt {attempt})", why)
        case Skipped():
            return _skipped(one.event, state, one.actor)
        case Extended(at=at, seconds=seconds, deadline=deadline, held=held):
            asked = ", as its speaker asked" if held else _by(one.actor)
            more = f"{spell(seconds)} more{asked}, until {by_when(deadline, one.at)}"
            return f"{place(state, at)}: {more}; the other side gets as much."
        case Prepared(at=at, seconds=seconds, deadline=deadline):
            until = by_when(deadline, one.at)
            return f"{place(state, at)}: {spell(seconds)} of the side's own time to prepare, until {until}."
        case Asked(number=number, side=side, text=text, name=name):
            return one_line(f"Question {number}, {name} to {_side(state, side)}: {text}")
        case Paused(kind="model", reason=reason):
            return _because("Paused, as a model could not speak", reason)
        case Paused(reason=reason):
            return _because(f"Paused{_by(one.actor)}; all clocks stand still", reason)
        case Resumed(seconds=seconds):
            return f"It goes on{_by(one.actor)}; all deadlines are {spell(seconds)} later."
        case Struck(speech=speech, reason=reason):
            return _because(f"Struck from the record{_by(one.actor)}: {_speech(state, speech)}", reason)
        case Restored(speech=speech, reason=reason):
            return _because(f"Back in the record{_by(one.actor)}: {_speech(state, speech)}", reason)
        case SpeechesOver(early=True, reason=reason):
            return _because(f"The speeches are over early{_by(one.actor)}", reason)
        case SpeechesOver():
            return "All have spoken."
        case VoteClosed(early=early):
            return f"The vote is closed{' early' if early else ''}{_by(one.actor)}."
        case Cancelled(reason=reason):
            return _because(f"The debate is called off{_by(one.actor)}", reason)
        case Abandoned(reason=reason):
            return _because("The debate ends here, without a verdict; the votes are kept", reason)
    return ""


def place(state: DebateState, at: At, seat: str | None = None) -> str:
    """A place in the order of speaking, with whose it is: "Opening · For the motion"."""
    seat = seat or state.slots[at.slot].seat
    title = slot_title(state, at)
    return f"{title} · {seat_title(state.format, seat)}" if seat else title


def _waited(event: Waited, state: DebateState, now: datetime) -> str:
    rungs = state.format.absence
    what = rungs[event.rung].what if 0 <= event.rung < len(rungs) else ""
    said = _WAITS.get(what, "nobody has spoken")
    until = f" until {by_when(event.deadline, now)}" if event.deadline else ""
    return f"{place(state, event.at)}: {said}{until}."


def _skipped(event: Skipped, state: DebateState, actor: Actor) -> str:
    where = place(state, event.at)
    slot = state.slots[event.at.slot]
    if slot.seat is None and event.at.part == 0:
        return _because(f"{where} closed{_by(actor)}", event.reason)
    if event.through is not None and event.through != event.at.slot:
        where = f"{where} to {place(state, At(event.through))}"
    passed = "given up by its side" if event.forfeit else f"passed over{_by(actor)}"
    return _because(f"{where}: {passed}", event.reason)


def _speech(state: DebateState, seq: int) -> str:
    for number, one in enumerate(state.speeches, start=1):
        if one.seq == seq:
            return f"speech {number}, {place(state, one.at, one.seat)}"
    return "a speech"


def _side(state: DebateState, side: str) -> str:
    return next((one.label for one in state.format.sides if one.id == side), side)


def _by(actor: Actor) -> str:
    """Who did it, where it was a person."""
    return "" if actor == BOT else f", by {one_line(actor.name)}"


def _because(said: str, reason: str) -> str:
    reason = one_line(reason)
    if not reason:
        return f"{said}."
    return f"{said}: {reason}" if reason[-1] in ".!?" else f"{said}: {reason}."
