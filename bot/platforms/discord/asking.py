"""Which messages ask something: those that mention the bot, and what somebody goes on asking in a thread."""

from __future__ import annotations

import re

import discord

from bot.chat.invocation import Place
from bot.platforms.discord.places import is_direct
from bot.ports import Asks, Debates, Outbox, head_of

_MENTION = re.compile(r"<@!?(\d{1,20})>")
_LATEST_ASKS, _LATEST_DEBATES = 20, 50


class Asking:
    """Finds the question in a message.

    With `goes_on`, no mention is needed in a thread where the writer has asked before, unless a debate is
    held there or the message is to somebody else.
    """

    def __init__(self, asks: Asks, debates: Debates, outbox: Outbox, *, goes_on: bool) -> None:
        self._asks = asks
        self._debates = debates
        self._outbox = outbox
        self._goes_on = goes_on

    async def question(self, message: discord.Message, place: Place) -> str | None:
        """What a message asks the bot; empty where it only calls it, `None` where it is not meant."""
        me = own_id(message)
        mentioned = any(user.id == me for user in message.mentions)
        if is_direct(place) or mentioned or await self._is_further(message, place):
            return said(message, me)
        return None

    async def _is_further(self, message: discord.Message, place: Place) -> bool:
        to_somebody = message.mentions or message.role_mentions or message.mention_everyone
        if not self._goes_on or place.thread is None or to_somebody or message.reference:
            return False
        if not message.content.strip():
            return False
        recent = await self._asks.recent(place, _LATEST_ASKS)
        asked_before = any(asked.member == str(message.author.id) for asked in recent)
        return asked_before and not await self._is_debated_in(place)

    async def _is_debated_in(self, place: Place) -> bool:
        """Whether a debate is held in a thread: opened there, or in the thread of its first message."""
        for debate in await self._debates.recent(place.community, _LATEST_DEBATES):
            if debate.place.channel != place.channel:
                continue
            thread = debate.place.thread or await self._outbox.message(head_of(debate.id))
            if thread == place.thread:
                return True
        return False


def own_id(message: discord.Message) -> int | None:
    """The bot's id, as far as it is known where the message stands."""
    me = message.guild.me if message.guild else getattr(message.channel, "me", None)
    return me.id if me else None


def said(message: discord.Message, me: int | None) -> str:
    """The text without mentions of the bot, and with other people's names in the place of theirs."""
    names = {user.id: f"@{user.display_name}" for user in message.mentions}

    def named(match: re.Match[str]) -> str:
        member = int(match[1])
        return " " if member == me else names.get(member, match[0])

    return " ".join(_MENTION.sub(named, message.content).split())
