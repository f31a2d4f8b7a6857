"""What everybody may do: vote, ask, see where a debate stands and what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chair.chair import Chair
from bot.chair.files import Files
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.debating import rules
from bot.features.debate import reply as replies
from bot.features.debate.command import (
    AskSide,
    CatchUp,
    DebateStatus,
    ListDebates,
    Transcript,
    Vote,
)
from bot.features.debate.seating import actor_of
from bot.ports import Ballots, Clock, Debates

LOOKED_THROUGH = 1000
"""So many of a community's newest debates are looked through for those of a channel."""


class Votes:
    """Keeps a member's vote, or shows them their own."""

    def __init__(self, chair: Chair, ballots: Ballots) -> None:
        self._chair = chair
        self._ballots = ballots

    async def __call__(self, request: Vote, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.last(call.place, request.debate)
        if request.choice is None:
            own = await self._ballots.own(sitting.number, call.member.id)
            yield replies.own_votes(sitting, own)
            return
        ballot = rules.may_vote(sitting.state, actor_of(call))
        before = await self._ballots.cast(sitting.number, ballot, call.member.id, request.choice, late=False)
        yield replies.voted(request.choice, before, ballot, alone=sitting.state.audience == 1)
        await self._chair.move_on_if_all_voted(sitting)


class TakesQuestion:
    """Keeps a question for one side."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: AskSide, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        actor = actor_of(call)
        sitting = await self._chair.act(
            sitting, actor, lambda state, now: rules.ask(state, actor, request.side, request.text)
        )
        yield replies.asked(sitting)


class ListsDebates:
    """Lists a channel's debates."""

    def __init__(self, debates: Debates) -> None:
        self._debates = debates

    async def __call__(self, request: ListDebates, call: Invocation) -> AsyncIterator[Reply]:
        recent = await self._debates.recent(call.place.community, LOOKED_THROUGH)
        here = [one for one in recent if one.place.channel == call.place.channel]
        yield replies.listed(here[: request.limit])


class ShowsStatus:
    """Tells where a debate stands; of votes only how many were cast."""

    def __init__(self, chair: Chair, ballots: Ballots, clock: Clock) -> None:
        self._chair = chair
        self._ballots = ballots
        self._clock = clock

    async def __call__(self, request: DebateStatus, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.last(call.place, request.debate)
        ballot = sitting.state.ballot
        turnout = await self._ballots.turnout(sitting.number, ballot) if ballot else None
        yield replies.status(sitting, turnout, self._clock.now())


class CatchesUp:
    """Tells what was said so far."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: CatchUp, call: Invocation) -> AsyncIterator[Reply]:
        yield replies.catch_up(await self._chair.last(call.place, request.debate))


class ShowsTranscript:
    """Shows or writes the record."""

    def __init__(self, chair: Chair, files: Files) -> None:
        self._chair = chair
        self._files = files

    async def __call__(self, request: Transcript, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.last(call.place, request.debate)
        if request.out:
            await self._files.write(sitting, request.out)
            yield replies.written(request.out)
        else:
            yield replies.transcript(sitting)
