"""What a moderator does to a debate: each an event with actor and reason."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chair.chair import Chair, Rule
from bot.chair.sitting import Sitting
from bot.chair.speaking import SpeaksByModel
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.debating import rules
from bot.features.debate import reply as replies
from bot.features.debate.powers import (
    Call,
    EndDebate,
    ExtendTurn,
    ModeratorCard,
    PauseDebate,
    ReplaceSeat,
    RestoreSpeech,
    ResumeDebate,
    SkipTurn,
    StrikeSpeech,
)
from bot.features.debate.seating import Seating, actor_of
from bot.ports import Ballots, Clock, LanguageModel

WAITS_FOR_MODEL = "model"
"""The kind of pause that ends once somebody else holds the seat."""


class _Moderates:
    """Applies a rule for a moderator."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def _act(self, call: Invocation, number: int | None, rule: Rule) -> Sitting:
        """Raises NotFound, and what the rule raises."""
        sitting = await self._chair.here(call.place, number)
        return await self._chair.act(sitting, actor_of(call), rule)

    async def _act_on_record(self, call: Invocation, number: int | None, rule: Rule) -> Sitting:
        """The same for what may also be done when it is over."""
        sitting = await self._chair.last(call.place, number)
        return await self._chair.act(sitting, actor_of(call), rule)


class ShowsCard:
    """Shows a moderator where the debate stands, and the buttons that fit."""

    def __init__(self, chair: Chair, ballots: Ballots, clock: Clock) -> None:
        self._chair = chair
        self._ballots = ballots
        self._clock = clock

    async def __call__(self, request: ModeratorCard, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.last(call.place, request.debate)
        ballot = sitting.state.ballot
        turnout = await self._ballots.turnout(sitting.number, ballot) if ballot else None
        yield replies.control(sitting, turnout, self._clock.now())


class Calls(_Moderates):
    """Moves on to what comes next."""

    async def __call__(self, request: Call, call: Invocation) -> AsyncIterator[Reply]:
        await self._act(call, request.debate, rules.call)
        yield replies.done("Moving on.")


class Pauses(_Moderates):
    """Stops the clocks."""

    async def __call__(self, request: PauseDebate, call: Invocation) -> AsyncIterator[Reply]:
        reason = request.reason or ""
        await self._act(call, request.debate, lambda state, now: rules.pause(state, reason, now))
        yield replies.paused()


class Resumes(_Moderates):
    """Lets the clocks go on."""

    async def __call__(self, request: ResumeDebate, call: Invocation) -> AsyncIterator[Reply]:
        await self._act(call, request.debate, rules.resume)
        yield replies.done("The debate goes on.")


class Extends(_Moderates):
    """Gives the open turn more time."""

    async def __call__(self, request: ExtendTurn, call: Invocation) -> AsyncIterator[Reply]:
        seconds = request.minutes * 60
        sitting = await self._act(call, request.debate, lambda state, now: rules.extend(state, seconds, now))
        yield replies.more_time(sitting)


class Skips(_Moderates):
    """Passes over the open turn."""

    async def __call__(self, request: SkipTurn, call: Invocation) -> AsyncIterator[Reply]:
        reason = request.reason or "skipped by a moderator"
        await self._act(call, request.debate, lambda state, now: rules.skip(state, reason, now))
        yield replies.done("Skipped.")


class Strikes(_Moderates):
    """Takes a speech out of the record."""

    async def __call__(self, request: StrikeSpeech, call: Invocation) -> AsyncIterator[Reply]:
        which, reason = request.speech, request.reason or ""
        sitting = await self._act_on_record(
            call, request.debate, lambda state, now: rules.strike(state, which, reason)
        )
        yield replies.struck(sitting, which)


class Restores(_Moderates):
    """Puts a speech back."""

    async def __call__(self, request: RestoreSpeech, call: Invocation) -> AsyncIterator[Reply]:
        which, reason = request.speech, request.reason or ""
        await self._act_on_record(
            call, request.debate, lambda state, now: rules.restore(state, which, reason)
        )
        yield replies.done(f"Speech {which} is back in the record.")


class Replaces(_Moderates):
    """Gives a seat to somebody else; a debate that waits for that seat's model goes on."""

    def __init__(self, chair: Chair, models: SpeaksByModel, model: LanguageModel) -> None:
        super().__init__(chair)
        self._seating = Seating(models, model)

    async def __call__(self, request: ReplaceSeat, call: Invocation) -> AsyncIterator[Reply]:
        holder = await self._seating.holder(request.by, call)
        reason = request.reason or ""
        sitting = await self._act(
            call,
            request.debate,
            lambda state, now: rules.replace(state, request.seat, holder, reason),
        )
        if sitting.state.pause and sitting.state.pause.kind == WAITS_FOR_MODEL:
            sitting = await self._chair.act(sitting, actor_of(call), rules.resume)
        yield replies.replaced(sitting, request.seat, holder)


class Ends(_Moderates):
    """Ends a debate, or what is left of it."""

    async def __call__(self, request: EndDebate, call: Invocation) -> AsyncIterator[Reply]:
        reason = request.reason or ""
        sitting = await self._act(call, request.debate, lambda state, now: rules.end(state, reason, now))
        yield replies.ended(sitting)
