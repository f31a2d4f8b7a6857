"""Looks up what was used, as far as the person may know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Reply
from bot.features.usage import reply as replies
from bot.features.usage.command import ShowUsage
from bot.ports import Clock, Ledger, Whose, payer_of


class ShowsUsage:
    """Members see their limits and the community's; admins its models too; operators all there is."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def __call__(self, request: ShowUsage, call: Invocation) -> AsyncIterator[Reply]:
        limits = await self._ledger.limits(payer_of(call))
        now, resets_at = self._clock.now(), self._ledger.resets_at()
        if call.member.role < Role.ADMIN:
            yield replies.for_member([one for one in limits if one.whose is not Whose.ALL], now, resets_at)
            return
        everybody = call.member.role >= Role.OPERATOR
        since = now.date() - timedelta(days=request.days - 1)
        spent = await self._ledger.spent(None if everybody else call.place.community, since)
        yield replies.for_admin(limits, now, resets_at, spent, request.days, everybody=everybody)
