"""What people do who argue: take a seat, prepare, draft, speak, yield."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chair.chair import Chair
from bot.chair.evidence import ReadsCards
from bot.chair.sitting import Sitting
from bot.chair.speaker import Speaker
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.debating import rules
from bot.debating.speech import Person
from bot.errors import InputError, NotAllowed
from bot.features.debate import reply as replies
from bot.features.debate.command import (
    Brief,
    DraftSpeech,
    JoinDebate,
    LeaveDebate,
    MoreTime,
    Prepare,
    Speak,
    SubmitDraft,
    YieldTurn,
)
from bot.features.debate.seating import actor_of
from bot.ports import Clock, Debates


class TakesSeat:
    """Gives a member a seat."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: JoinDebate, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        _refuse_unattended(sitting)
        actor = actor_of(call)
        sitting = await self._chair.act(
            sitting, actor, lambda state, now: rules.claim(state, actor, request.side)
        )
        yield replies.joined(sitting, actor)
        await self._chair.move_on_if_all_voted(sitting)


class GivesSeatBack:
    """Takes a member's seat from them."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: LeaveDebate, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        actor = actor_of(call)
        await self._chair.act(sitting, actor, lambda state, now: rules.release(state, actor))
        yield replies.left()


class Briefs:
    """Tells a seat holder what they need."""

    def __init__(self, chair: Chair, cards: ReadsCards) -> None:
        self._chair = chair
        self._cards = cards

    async def __call__(self, request: Brief, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        seat = seat_of(sitting, call)
        stance = sitting.state.format.side(seat).stance
        found = await self._cards.unread(sitting.scope, sitting.state, stance)
        yield replies.brief(sitting, seat, found)


class KeepsDraft:
    """Keeps a draft, and tells what the check of it came to."""

    def __init__(self, chair: Chair, speaker: Speaker, debates: Debates) -> None:
        self._chair = chair
        self._speaker = speaker
        self._debates = debates

    async def __call__(self, request: DraftSpeech, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        seat = seat_of(sitting, call)
        text = request.text or await self._debates.draft(sitting.number, call.member.id)
        if not text:
            raise no_draft()
        words = rules.words_next(sitting.state, seat)
        checked = await self._speaker.checked_for(sitting, text, sitting.state.seats[seat], words)
        if request.text:
            await self._debates.keep_draft(sitting.number, call.member.id, text)
        yield replies.draft(sitting, checked, words)


class _Speaks:
    """Takes a person's speech. One with quotations that are not in the articles is shown to them first."""

    def __init__(self, chair: Chair, speaker: Speaker, debates: Debates, clock: Clock) -> None:
        self._chair = chair
        self._speaker = speaker
        self._debates = debates
        self._clock = clock

    async def _speak(self, sitting: Sitting, call: Invocation, text: str, *, anyway: bool) -> Reply:
        actor = actor_of(call)
        rules.open_for(sitting.state, actor)
        checked = await self._speaker.checked(sitting, text)
        # What is refused for its length must not be sent back for its quotations first.
        rules.speak(sitting.state, actor, checked.speech, self._clock.now())
        if checked.faults and not anyway:
            await self._debates.keep_draft(sitting.number, call.member.id, text)
            return replies.doubtful(sitting, checked)
        await self._chair.act(
            sitting, actor, lambda state, now: rules.speak(state, actor, checked.speech, now)
        )
        return replies.spoken(checked)


class TakesSpeech(_Speaks):
    """Takes a speech as it is typed."""

    async def __call__(self, request: Speak, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        yield await self._speak(sitting, call, request.text, anyway=request.anyway)


class TakesDraft(_Speaks):
    """Takes the draft that was kept."""

    async def __call__(self, request: SubmitDraft, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        rules.open_for(sitting.state, actor_of(call))
        text = await self._debates.draft(sitting.number, call.member.id)
        if not text:
            raise no_draft()
        yield await self._speak(sitting, call, text, anyway=request.anyway)


class Yields:
    """Passes over a person's own turn."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: YieldTurn, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        actor = actor_of(call)
        await self._chair.act(sitting, actor, lambda state, now: rules.yields(state, actor, now))
        yield replies.done("You passed.")


class TakesTime:
    """Gives a side minutes of its own time to prepare."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: Prepare, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        actor = actor_of(call)
        sitting = await self._chair.act(
            sitting, actor, lambda state, now: rules.prepare(state, actor, request.minutes, now)
        )
        yield replies.more_time(sitting)


class GetsMoreTime:
    """Extends a person's own turn."""

    def __init__(self, chair: Chair) -> None:
        self._chair = chair

    async def __call__(self, request: MoreTime, call: Invocation) -> AsyncIterator[Reply]:
        sitting = await self._chair.here(call.place, request.debate)
        actor = actor_of(call)
        sitting = await self._chair.act(
            sitting, actor, lambda state, now: rules.extend_own(state, actor, now)
        )
        yield replies.more_time(sitting)


def no_draft() -> InputError:
    """There is nothing to speak from."""
    return InputError("There is no draft yet.", "/debate draft followed by your words keeps one.")


def seat_of(sitting: Sitting, call: Invocation) -> str:
    """The seat that a member holds. Raises NotAllowed."""
    for seat, holder in sitting.state.seats.items():
        if isinstance(holder, Person) and holder.id == call.member.id:
            return seat
    raise NotAllowed("You hold no seat in this debate.", "/debate join takes one, while one is open.")


def _refuse_unattended(sitting: Sitting) -> None:
    if not sitting.state.attended:
        raise NotAllowed("That debate waits for nobody, so no seat can be taken in it.")
