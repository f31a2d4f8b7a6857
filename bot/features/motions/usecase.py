"""Shows the motions, and completes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bot.chair.evidence import ReadsCards
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.features.motions import reply as replies
from bot.features.motions.command import DebateMotions
from bot.ports import Motions, scope_of

OFFERED = 25
"""So many completions are offered at most."""


class ShowsMotions:
    """Lists the motions, or shows one with what each side could read out here."""

    def __init__(self, motions: Motions, cards: ReadsCards) -> None:
        self._motions = motions
        self._cards = cards

    async def __call__(self, request: DebateMotions, call: Invocation) -> AsyncIterator[Reply]:
        if not request.which:
            yield replies.listed(await self._motions.all())
            return
        scope = scope_of(call)
        motion = await self._motions.matching(request.which)
        cards = {stance: await self._cards.cards(scope, motion, stance) for stance in replies.SIDES}
        yield replies.one(motion, cards, await self._cards.supply(scope, motion))


class MotionTexts:
    """Completes a motion whose number was begun, or that has all the words typed so far."""

    source = "motion"

    def __init__(self, motions: Motions) -> None:
        self._motions = motions

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        begun = typed.strip().removeprefix("#")
        words = typed.casefold().split()
        return [
            motion.text
            for motion in await self._motions.all()
            if (motion.number and begun.isdecimal() and str(motion.number).startswith(begun))
            or all(word in motion.text.casefold() for word in words)
        ][:OFFERED]
