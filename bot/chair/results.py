"""The result card of a debate, and what a voter alone is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.chair import buttons
from bot.chat.prose import escape
from bot.chat.reply import Actions, Block, Fact, Facts, Heading, Picture, Prose, Reply, reply
from bot.debating.ballots import Choice, own_change
from bot.debating.outcome import figures
from bot.debating.state import Ballot, DebateState

NO_JUDGE = "No judge yet: there is no verdict beside the vote."


def result_card(number: int, state: DebateState, pictures: Sequence[Picture]) -> Reply:
    """How a debate ended: in a sentence, in the figures that may be told, and in pictures.

    Raises ValueError where there is no result.
    """
    if state.result is None:
        raise ValueError(f"debate {number} has no result")
    blocks: list[Block] = [Heading(state.motion.text), Prose(f"**{escape(state.result['sentence'])}**")]
    if rows := figures(state.result, state.format):
        blocks.append(Facts(tuple(Fact(label, value) for label, value in rows)))
    if state.format.judged:
        blocks.append(Prose(NO_JUDGE))
    return reply(
        *blocks,
        *pictures,
        Actions(buttons.at_the_end(number)),
        data={
            "event": "result",
            "debate": number,
            "motion": state.motion.text,
            "result": state.result,
            "pictures": [picture.path for picture in pictures],
        },
    )


def own_vote(number: int, state: DebateState, own: Mapping[Ballot, Choice]) -> Reply:
    """A member's own votes, for them alone, with what they can still change."""
    said = {ballot: own[ballot].value if ballot in own else "no vote" for ballot in Ballot}
    rows = (Fact("Before", said[Ballot.PRE]), Fact("After", said[Ballot.POST]))
    blocks: list[Block] = [Heading(state.motion.text), Facts(rows)]
    if state.ballot:
        blocks += [
            Prose("You can change it until the vote closes; nobody else sees it."),
            Actions(buttons.vote_buttons(number, state.ballot)[:3]),
        ]
    elif state.result is not None:
        blocks.append(Prose(escape(own_change(own.get(Ballot.PRE), own.get(Ballot.POST)))))
    data = {"debate": number, **{ballot.value: own.get(ballot) for ballot in Ballot}}
    return reply(*blocks, data=data, private=True)
