"""What is posted in a debate's thread for what has happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.chair import buttons
from bot.chair.calling import called, called_again
from bot.chair.showing import as_data, speech
from bot.chat.prose import escape
from bot.chat.reply import Actions, Block, Mention, Prose, Reply, reply
from bot.debating.events import (
    Called,
    Closed,
    Opened,
    Paused,
    Recorded,
    SeatLeft,
    SeatTaken,
    SpeechesOver,
    Spoken,
    Started,
    VoteClosed,
    Waited,
)
from bot.debating.happenings import happening
from bot.debating.speech import Person, Vacant
from bot.debating.state import Ballot, DebateState
from bot.debating.wording import by_when, counted


def after(
    number: int, recorded: Sequence[Recorded], before: DebateState, state: DebateState
) -> tuple[Reply, ...]:
    """What is posted for events that were kept together, between `before` and `state`.

    The announcement and the result have posts of their own.
    """
    said = ((one, tuple(_blocks(number, one, before, state))) for one in recorded)
    return tuple(reply(*blocks, data=_data(number, one, state)) for one, blocks in said if blocks)


def _blocks(number: int, one: Recorded, before: DebateState, state: DebateState) -> Iterator[Block]:
    match one.event:
        case Opened() | VoteClosed() | Closed():
            return
        case Called():
            yield from called(number, one.event, state, one.at)
        case Spoken():
            yield from speech(next(said for said in state.speeches if said.seq == one.seq), state)
        case Started():
            turns = sum(1 for slot in state.slots if slot.seat)
            yield Prose(
                f"**{escape(happening(one, state))}** {counted(turns, 'turn')} follow, one after the other."
            )
        case SeatTaken(holder=Vacant(), seat=seat) | SeatLeft(seat=seat):
            yield Prose(escape(happening(one, state)))
            yield Actions((buttons.take_seat(number, state.format.side(seat)),))
        case SeatTaken(seat=seat, holder=Person()) if state.turn and state.turn.seat == seat:
            yield Prose(escape(happening(one, state)))
            yield from called_again(number, state.turn, state, one.at)
        case Waited() if state.turn and isinstance(holder := state.seats.get(state.turn.seat or ""), Person):
            yield Mention(member=holder.id, name=holder.name)
            yield Prose(escape(happening(one, state)))
            yield Actions((buttons.speak(number),))
        case Paused(kind=kind):
            yield Prose(f"**{escape(happening(one, state))}**")
            turn = before.turn or state.turn
            failed = buttons.after_failure(number, turn.seat if turn else None)
            yield Actions(failed if kind == "model" else (buttons.resume(number),))
        case SpeechesOver(closes=closes):
            yield from _second_vote(number, one, state, until=by_when(closes, one.at) if closes else "")
        case _:
            yield Prose(escape(happening(one, state)))


def _second_vote(number: int, one: Recorded, state: DebateState, *, until: str) -> Iterator[Block]:
    over = f"**{escape(happening(one, state))}**"
    if not (until and state.format.voting.post_s):
        yield Prose(over)
        return
    yield Prose(f"{over} What do you think now? Vote again, even if nothing has changed, until {until}.")
    yield Actions(buttons.vote_buttons(number, Ballot.POST))


def _data(number: int, one: Recorded, state: DebateState) -> dict[str, Any]:
    """What happened, in plain values."""
    return {
        "event": type(one.event).__name__.lower(),
        "debate": number,
        "seq": one.seq,
        "at": one.at.isoformat(timespec="seconds"),
        **_details(one, state),
    }


def _details(one: Recorded, state: DebateState) -> Mapping[str, Any]:
    match one.event:
        case Spoken():
            numbered = enumerate(state.speeches, start=1)
            return next(as_data(place, said, state) for place, said in numbered if said.seq == one.seq)
        case Called(seat=seat, seconds=seconds, words=words, question=question):
            return {"seat": seat, "seconds": seconds, "words": words, "question": question}
    return {"text": happening(one, state)}
