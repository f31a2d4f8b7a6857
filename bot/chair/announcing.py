"""The announcement of a debate: what is debated, by whom, how long, and the first vote."""

from __future__ import annotations

from bot.chair.buttons import join_buttons, moderate, start_now, vote_buttons
from bot.chat.prose import escape
from bot.chat.reply import Actions, Block, Fact, Facts, Heading, Prose, Reply, reply
from bot.debating.describing import seat_title
from bot.debating.format import Kind
from bot.debating.speech import Cards, Machine
from bot.debating.state import Ballot, DebateState
from bot.debating.wording import by_when, counted, credit, plainly

_WRITING_S = 30
"""About as long a model takes for a speech."""


def announcement(number: int, state: DebateState, *, calls: int = 0, tokens: int = 0) -> Reply:
    """What a debate is opened with; `calls` and `tokens` are what its models will take, about."""
    blocks: list[Block] = [
        Heading(state.motion.text),
        Prose(f"**Debate {number}** · {escape(state.format.name)}: {_length(state)}"),
        seats(state),
    ]
    if burdens := _burdens(state):
        blocks.append(Prose("\n\n".join(burdens)))
    if calls:
        blocks.append(Prose(f"About {counted(calls, 'call')} and {counted(tokens, 'token')}."))
    blocks += _first_vote(number, state)
    return reply(*blocks, data=_data(number, state, calls, tokens))


def seats(state: DebateState) -> Facts:
    """Who argues what."""
    return Facts(tuple(Fact(seat_title(state.format, seat), credit(by)) for seat, by in state.seats.items()))


def _length(state: DebateState) -> str:
    """ "8 turns, at most 150 words each, about 15 min"."""
    turns = [slot for slot in state.slots if slot.seat]
    said = [counted(len(turns), "turn")]
    if words := max((slot.words for slot in state.slots), default=0):
        said.append(f"at most {counted(words, 'word')} each")
    if any(slot.kind is Kind.QUESTIONS for slot in state.slots):
        said.append("with questions from the audience")
    if not state.live:
        said.append(f"{plainly(state.format.clock.async_window_s)} for each")
    elif state.attended:
        said.append(f"about {plainly(_seconds(state))}")
    return ", ".join(said)


def _seconds(state: DebateState) -> int:
    """About how long it takes until all have spoken: people take their time, others need not."""
    total = 0
    for slot in state.slots:
        match state.seats.get(slot.seat or ""):
            case Machine():
                total += min(slot.seconds, _WRITING_S) + state.breather_s
            case Cards():
                total += state.breather_s
            case _:
                total += slot.seconds
    return total


def _burdens(state: DebateState) -> list[str]:
    sides = ((side.label, state.motion.case(side.stance).burden) for side in state.format.sides)
    return [f"**{escape(label)}** has to show: {escape(burden)}" for label, burden in sides if burden]


def _first_vote(number: int, state: DebateState) -> list[Block]:
    if not state.attended:
        return []
    joins = join_buttons(number, state)
    if not state.format.voting.pre_s:
        return [Actions((*joins, start_now(number), moderate(number)))]
    until = f", until {by_when(state.closes, state.opened)}" if state.closes else ""
    return [
        Prose(f"**Vote first:** what do you think now? It is secret, and you can change it{until}."),
        Actions((*vote_buttons(number, Ballot.PRE), *joins, moderate(number))),
    ]


def _data(number: int, state: DebateState, calls: int, tokens: int) -> dict[str, object]:
    return {
        "event": "opened",
        "debate": number,
        "motion": state.motion.text,
        "format": state.format.id,
        "turns": sum(1 for slot in state.slots if slot.seat),
        "seats": {seat: credit(holder) for seat, holder in state.seats.items()},
        "calls": calls,
        "tokens": tokens,
    }
