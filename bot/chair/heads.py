"""The one message of a debate in its channel, as it is edited: open, under way, second vote, how it ended."""

from __future__ import annotations

from bot.chair import buttons
from bot.chair.announcing import announcement, seats
from bot.chat.prose import escape
from bot.chat.reply import Actions, Block, Heading, Prose, Reply, reply
from bot.debating.state import Ballot, DebateState, Phase
from bot.debating.wording import by_when
from bot.plain import one_line


def is_due(before: DebateState, state: DebateState) -> bool:
    """Whether the message says something else now: of its phase, of who has a seat, of when a vote closes."""
    return (before.phase, before.seats, before.closes) != (state.phase, state.seats, state.closes)


def head(number: int, state: DebateState, *, calls: int = 0, tokens: int = 0) -> Reply:
    """What the message says while no result is known; `calls` and `tokens` are what models will take."""
    if state.phase is Phase.LOBBY:
        return announcement(number, state, calls=calls, tokens=tokens)
    blocks: list[Block] = [
        Heading(state.motion.text),
        Prose(f"**Debate {number}** · {escape(state.format.name)}: {_stands(state)}"),
        seats(state),
        *_to_do(number, state),
    ]
    data = {"event": "head", "debate": number, "motion": state.motion.text, "phase": state.phase.value}
    return reply(*blocks, data=data)


def _stands(state: DebateState) -> str:
    because = f": {escape(one_line(state.ended_because).rstrip('.'))}" if state.ended_because else ""
    match state.phase:
        case Phase.LIVE:
            closed = "; the first vote is closed" if state.format.voting.pre_s else ""
            return f"under way in the thread{closed}."
        case Phase.POST_VOTE:
            return "all that was said is in the thread."
        case Phase.JUDGING:
            return "the votes are being counted."
        case Phase.CANCELLED:
            return f"called off{because}."
        case Phase.ABANDONED:
            return f"ended without a verdict{because}."
    return "over."


def _to_do(number: int, state: DebateState) -> list[Block]:
    onward = (buttons.catch_up(number), buttons.moderate(number))
    match state.phase:
        case Phase.LIVE:
            return [Actions((*buttons.join_buttons(number, state), *onward))]
        case Phase.POST_VOTE if state.format.voting.post_s:
            until = f", until {by_when(state.closes, state.since)}" if state.closes else ""
            asked = f"**What do you think now?** Vote again, even if nothing has changed{until}."
            return [Prose(asked), Actions((*buttons.vote_buttons(number, Ballot.POST), *onward))]
        case Phase.POST_VOTE:
            return [Actions(onward)]
    return [Actions((buttons.catch_up(number),))] if state.speeches else []
