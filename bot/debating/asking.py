"""What the audience may do: vote, and put questions to a side."""

from __future__ import annotations

from bot.debating.events import Actor, Asked, Event
from bot.debating.format import Kind, Prompts, Slot
from bot.debating.order import side_of
from bot.debating.seats import refuse_if_over, seats_of, sides_named
from bot.debating.state import Ballot, DebateState, Phase
from bot.errors import InputError, NotAllowed
from bot.plain import one_line

LONGEST = 300
"""Characters of a question."""


def ask(state: DebateState, actor: Actor, side: str, text: str) -> tuple[Event, ...]:
    """A member's question to a side, which waits until the format comes to questions.

    Raises InputError, NotFound, and NotAllowed for those who hold a seat.
    """
    refuse_if_over(state)
    if seats_of(state, actor):
        raise NotAllowed("Questions are for the audience, and you hold a seat.", "Answer in your turn.")
    line = one_line(text)
    if not 1 <= len(line) <= LONGEST:
        raise InputError(f"Ask in 1 to {LONGEST} characters.")
    to = sides_named(state.format, side)[0].id
    _refuse_unless_taken(state, to)
    if any(not one.taken and one.text.casefold() == line.casefold() for one in state.questions):
        raise InputError("That question is in the queue already.")
    return (Asked(number=len(state.questions) + 1, side=to, text=line, name=actor.name),)


def may_vote(state: DebateState, actor: Actor) -> Ballot:
    """The ballot that a member can vote in now.

    Raises InputError where none is open, and NotAllowed for those who hold or held a seat.
    """
    if actor.id in state.held:
        raise NotAllowed("Who holds a seat, or held one, has no vote.", "You can move those of others.")
    if ballot := state.ballot:
        return ballot
    voting = state.format.voting
    if state.pause and state.phase is not Phase.LIVE:
        raise InputError("The debate is paused, and the vote with it.", "Vote once it goes on.")
    if voting.post_s and state.phase is Phase.LIVE:
        raise InputError("Voting has not begun again yet: it opens after the last speech.")
    if voting.post_s and state.phase is Phase.LOBBY:
        raise InputError("Voting has not begun yet: it opens after the last speech.")
    raise InputError("Voting has closed.")


def _refuse_unless_taken(state: DebateState, side: str) -> None:
    """Raises InputError where no slot takes questions to a side, or the last that does is over."""
    taking = [slot.index for slot in state.slots if _takes(slot, side)]
    if not taking:
        raise InputError("This format takes no questions to that side.")
    if taking[-1] < state.next.slot or state.phase not in (Phase.LOBBY, Phase.LIVE):
        raise InputError("The time for questions to that side is over.")


def _takes(slot: Slot, side: str) -> bool:
    if slot.kind is Kind.QUESTIONS:
        return side in {side_of(seat) for seat in slot.seats}
    if slot.prompts is Prompts.PRESSURE:
        return side_of(slot.seat or "") == side
    return slot.prompts is Prompts.MODERATOR
