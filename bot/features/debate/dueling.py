"""Starts duels, in which any member argues against a model where the community lets them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chair.chair import Chair
from bot.chair.evidence import ReadsCards
from bot.chair.files import Files
from bot.chair.speaking import SpeaksByModel
from bot.chat.choices import named
from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Reply
from bot.errors import NotAllowed
from bot.features.debate.command import Duel, DuelSide, StartDebate
from bot.features.debate.seating import ME
from bot.features.debate.starting import StartsDebate
from bot.ports import Communities, Formats, LanguageModel, Motions

FORMAT = "duel"


class StartsDuel:
    """Opens a debate of one member against a model, in the channel that the community keeps for it."""

    def __init__(
        self,
        formats: Formats,
        motions: Motions,
        models: SpeaksByModel,
        model: LanguageModel,
        cards: ReadsCards,
        chair: Chair,
        files: Files,
        communities: Communities,
    ) -> None:
        self._starts = StartsDebate(formats, motions, models, model, cards, chair, files)
        self._communities = communities

    async def __call__(self, request: Duel, call: Invocation) -> AsyncIterator[Reply]:
        await self._refuse_elsewhere(call)
        start = StartDebate(
            motion=request.motion,
            format=FORMAT,
            for_=ME[0] if request.side is DuelSide.FOR else None,
            against=ME[0] if request.side is DuelSide.AGAINST else None,
        )
        async for reply in self._starts(start, call):
            yield reply

    async def _refuse_elsewhere(self, call: Invocation) -> None:
        """Raises NotAllowed for a member in another channel. Moderators may start debates anywhere."""
        if call.member.role >= Role.MODERATOR:
            return
        duels = (await self._communities.choices(call.place.community)).duels
        if duels is None:
            raise NotAllowed(
                "Only moderators start duels here.", "An admin can choose a channel for members' with /setup."
            )
        if call.place.channel != duels:
            raise NotAllowed(f"Duels are held in {named(duels, call.names)}.", "Start yours there.")
