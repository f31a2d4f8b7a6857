"""The buttons below what is said in a debate: each brings a command with the debate's number."""

from __future__ import annotations

from bot.chat.reply import Button
from bot.chat.typed import as_line
from bot.debating.applying import PAUSABLE
from bot.debating.ballots import Choice
from bot.debating.format import Side
from bot.debating.speech import Vacant
from bot.debating.state import Ballot, DebateState, Phase

LABEL = 80
"""Characters of a button's label."""


def vote_buttons(number: int, ballot: Ballot) -> tuple[Button, ...]:
    """The three votes, one's own votes, and what a moderator presses to close that ballot."""
    onward = {Ballot.PRE: "Start now", Ballot.POST: "Close the vote"}[ballot]
    return (
        _button("I am for", "debate vote", number, choice=Choice.FOR),
        _button("I am against", "debate vote", number, choice=Choice.AGAINST),
        _button("Undecided", "debate vote", number, choice=Choice.UNDECIDED),
        my_vote(number),
        _button(onward, "moderate call", number),
    )


def my_vote(number: int) -> Button:
    """Shows a member their own votes."""
    return _button("My vote", "debate vote", number)


def join_buttons(number: int, state: DebateState) -> tuple[Button, ...]:
    """A button for each side with an open seat."""
    return tuple(take_seat(number, side) for side in state.format.sides if _is_open(side, state))


def take_seat(number: int, side: Side) -> Button:
    """Takes an open seat of a side."""
    return _button(f"Take the seat: {side.label}", "debate join", number, side=side.id)


def _is_open(side: Side, state: DebateState) -> bool:
    seats = (f"{side.id}.{n}" for n in range(1, side.seats + 1))
    return any(isinstance(state.seats.get(seat), Vacant) for seat in seats)


def speak(number: int) -> Button:
    """Asks for the speech that is due."""
    return _button("Speak", "debate speak", number)


def question(number: int) -> Button:
    """Asks for a question to a side."""
    return _button("Ask a question", "debate question", number)


def start_now(number: int) -> Button:
    """Starts without waiting for the end of the first vote."""
    return _button("Start now", "moderate call", number)


def after_failure(number: int, seat: str | None) -> tuple[Button, ...]:
    """What a moderator can do where a model could not speak."""
    cards = (
        (_button("Read from cards", "moderate replace", number, seat=seat, by="evidence"),) if seat else ()
    )
    return resume(number, "Try again"), *cards, _button("Skip", "moderate skip", number)


def moderate(number: int) -> Button:
    """Brings the moderator's buttons."""
    return _button("Moderate", "moderate card", number)


def catch_up(number: int) -> Button:
    """Tells what has been said so far."""
    return _button("Catch up", "debate catchup", number)


def of_moderator(number: int, state: DebateState) -> tuple[Button, ...]:
    """What a moderator can do about a debate as it stands."""
    if state.phase not in PAUSABLE:
        return ()
    if state.pause:
        seat = state.turn.seat if state.turn else None
        failed = state.pause.kind == "model"
        return (*(after_failure(number, seat) if failed else (resume(number),)), _end(number, state))
    pause = _button("Pause", "moderate pause", number)
    if state.phase is Phase.POST_VOTE:
        return _button("Close the vote", "moderate call", number), pause
    onward = start_now(number) if state.phase is Phase.LOBBY else None
    return (*((onward,) if onward else _of_turn(number, state)), pause, _end(number, state))


def _of_turn(number: int, state: DebateState) -> tuple[Button, ...]:
    turn = state.turn
    if turn is None:
        return (_button("Next turn", "moderate call", number),)
    longer = _button("One more minute", "moderate extend", number, minutes="1")
    if turn.seat is None:
        return _button("Close this and go on", "moderate call", number), longer
    skip = _button("Skip this turn", "moderate skip", number)
    return (skip, longer) if turn.deadline else (skip,)


def _end(number: int, state: DebateState) -> Button:
    labels = {Phase.LOBBY: "Call it off", Phase.POST_VOTE: "Close the vote"}
    return _button(labels.get(state.phase, "End the speeches"), "moderate end", number)


def resume(number: int, label: str = "Go on") -> Button:
    """Lets the clocks go on."""
    return _button(label, "moderate resume", number)


def at_the_end(number: int) -> tuple[Button, ...]:
    """What can be done with a debate that is over."""
    return (
        _button("Transcript", "debate transcript", number),
        _button("Rematch", "debate rematch", number),
        my_vote(number),
    )


def _button(label: str, command: str, number: int, **values: str) -> Button:
    shown = label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
    return Button(shown, as_line(command, {**values, "debate": str(number)}))
