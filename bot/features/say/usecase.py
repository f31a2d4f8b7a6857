"""Puts an operator's words into the outbox."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.chat.invocation import Invocation
from bot.chat.prose import escape
from bot.chat.reply import Prose, Reply, reply
from bot.features.say.command import Say
from bot.ports import Outbox, Outgoing


class SaysInChat:
    """Leaves a message for the chat in the terminal."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def __call__(self, request: Say, call: Invocation) -> AsyncIterator[Reply]:
        text = f"**{escape(call.member.name)}:** {escape(request.text)}"
        place = replace(call.place, platform="terminal", thread=None)
        key = f"say:{secrets.token_hex(8)}"
        await self._outbox.put(Outgoing(key=key, place=place, reply=reply(Prose(text))))
        yield reply(Prose("It will be said in the chat."), data={"key": key})
