"""What people call seats, those who hold them, and places in the order of speaking."""

from __future__ import annotations

from bot.debating.events import At
from bot.debating.format import Format
from bot.debating.speech import Cards, Holder, Machine, Person, Vacant
from bot.debating.state import DebateState

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def seat_title(format: Format, seat: str) -> str:
    """A seat in words: "For the motion, second speaker"; where its side has one alone, just "For the motion".

    Raises KeyError for a seat of no side.
    """
    side = format.side(seat)
    if side.seats == 1:
        return side.label
    n = int(seat.rpartition(".")[2])
    return f"{side.label}, {_ORDINALS[n - 1] if n <= len(_ORDINALS) else f'{n}th'} speaker"


def holder_title(holder: Holder) -> str:
    """Who holds a seat: "Ann", "evidence cards", "open seat", or of a model all that people are told of it:
    "gpt-oss:20b on this machine (Ollama), open weights".
    """
    match holder:
        case Person():
            return holder.name
        case Machine():
            named = " ".join(filter(None, (holder.model or holder.endpoint, holder.where)))
            return f"{named}, {holder.weights} weights" if holder.weights else named
        case Cards():
            return "evidence cards"
        case Vacant():
            return "open seat"


def slot_title(state: DebateState, at: At) -> str:
    """What people call a place in the order of speaking: "Opening"."""
    return state.slots[at.slot].title
