"""Ways to put messages out: as answers to an interaction while its token lives, or into a channel."""

from __future__ import annotations

import logging
import time
from base64 import b32encode
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from typing import Any, Protocol, TypeVar

import discord

from bot.platforms.discord.failures import unbroken
from bot.platforms.discord.render import Page

log = logging.getLogger(__name__)

ORIGINAL = 0
"""Stands for the id of the first answer to an interaction."""
LIFE_S = 14 * 60.0
"""For so long the token of an interaction is used; Discord takes it for 15 minutes."""
UNKNOWN_MESSAGE = 10008
_ALREADY_ANSWERED = 40060
_GONE = {10015: "unknown webhook", 10062: "unknown interaction", 50027: "token not valid"}

Result = TypeVar("Result")


class TokenGone(Exception):
    """Nothing can be said any more as an answer to this interaction."""


class Outlet(Protocol):
    """Where messages can be put."""

    async def send(self, page: Page) -> int:
        """Put a message there, and return its id."""

    async def edit(self, message: int, page: Page) -> None:
        """Put a page in the place of what a message says."""

    async def delete(self, message: int) -> None:
        """Take a message away."""


class Answers:
    """Messages that answer an interaction, to the person alone or to all.

    Everything raises TokenGone once Discord takes no more of them.
    """

    def __init__(self, interaction: discord.Interaction[Any], *, private: bool) -> None:
        self.private = private
        self.answered = False
        self._interaction = interaction
        self._since = time.monotonic()

    def to(self, *, private: bool) -> Answers:
        """More answers to the same interaction, for others to see or for fewer."""
        other = Answers(self._interaction, private=private)
        other.answered, other._since = self.answered, self._since
        return other

    async def acknowledge(self) -> None:
        """Say that it was heard: Discord shows that the bot is thinking."""
        await self._first(lambda: self._interaction.response.defer(ephemeral=self.private, thinking=True))

    async def ask(self, modal: discord.ui.Modal) -> None:
        """Open a form."""
        await self._first(lambda: self._interaction.response.send_modal(modal))

    async def send(self, page: Page) -> int:
        """Say it as the first answer, or as one that follows."""
        said: dict[str, Any] = {
            "view": page.view(),
            "files": page.files(),
            "ephemeral": self.private,
            "allowed_mentions": pinging(page),
            "suppress_embeds": True,
        }
        if not self.answered:
            await self._first(lambda: self._interaction.response.send_message(**said))
            return ORIGINAL
        sent = await self._by_token(lambda: self._interaction.followup.send(wait=True, **said))
        return int(sent.id)

    async def edit(self, message: int, page: Page) -> None:
        """Change one of the answers."""
        said: dict[str, Any] = {
            "view": page.view(),
            "attachments": page.files(),
            "allowed_mentions": pinging(page),
        }
        if message == ORIGINAL:
            await self._by_token(lambda: self._interaction.edit_original_response(**said))
        else:
            await self._by_token(lambda: self._interaction.followup.edit_message(message, **said))

    async def delete(self, message: int) -> None:
        """Take one of the answers away."""
        if message == ORIGINAL:
            await self._by_token(self._interaction.delete_original_response)
        else:
            await self._by_token(lambda: self._interaction.followup.delete_message(message))

    async def _first(self, answer: Callable[[], Awaitable[Any]]) -> None:
        try:
            await _unless_gone(answer)
        except discord.HTTPException as error:
            if error.code != _ALREADY_ANSWERED:
                raise
            # Another delivery of it was answered, or this answer was and word of that was lost.
            log.warning("interaction %d was answered already", self._interaction.id)
        self.answered = True

    async def _by_token(self, work: Callable[[], Awaitable[Result]]) -> Result:
        if time.monotonic() - self._since > LIFE_S:
            raise TokenGone("its time is over")
        return await _unless_gone(work)


async def _unless_gone(work: Callable[[], Awaitable[Result]]) -> Result:
    try:
        return await work()
    except discord.HTTPException as error:
        if error.code in _GONE:
            raise TokenGone(_GONE[error.code]) from error
        raise


class InChannel:
    """Messages of the bot in a channel, a thread or a direct conversation.

    The first may be a reply to a message. `key` tells Discord that what it gets twice is one message.
    """

    def __init__(
        self,
        channel: discord.abc.MessageableChannel,
        key: str,
        reply_to: discord.MessageReference | None = None,
    ) -> None:
        self._channel = channel
        self._key = key
        self._reply_to = reply_to
        self._sent = 0
        self._unsure: Page | None = None

    async def send(self, page: Page) -> int:
        """Post it. Sending again after a failure posts one message, also where that says something else."""
        said: dict[str, Any] = {
            "view": page.view(),
            "files": page.files(),
            "allowed_mentions": pinging(page),
            "suppress_embeds": True,
            "nonce": nonce(self._key, self._sent),
        }
        if self._reply_to and not self._sent:
            said["reference"] = self._reply_to
        before, self._unsure = self._unsure, page
        message = await unbroken(self._channel.send(**said))
        self._sent, self._unsure = self._sent + 1, None
        if before not in (None, page):  # that may be what Discord has, and gives back
            await self.edit(message.id, page)
        return int(message.id)

    async def edit(self, message: int, page: Page) -> None:
        """Change one of the messages."""
        partial = discord.PartialMessage(channel=self._channel, id=message)
        await unbroken(
            partial.edit(view=page.view(), attachments=page.files(), allowed_mentions=pinging(page))
        )

    async def delete(self, message: int) -> None:
        """Take one of the messages away."""
        await unbroken(discord.PartialMessage(channel=self._channel, id=message).delete())


class Shown:
    """The messages that a reply takes at an outlet: what changed is edited, what is too much goes.

    After a failure it goes on where it was, with the next reply or the same.
    """

    def __init__(self, outlet: Outlet, messages: Sequence[int] = ()) -> None:
        self._outlet = outlet
        self._there: list[tuple[int, Page | None]] = [(message, None) for message in messages]

    async def show(self, pages: Sequence[Page]) -> None:
        """Have the messages say these pages."""
        for number, page in enumerate(pages):
            if number < len(self._there):
                await self._change(number, page)
            else:
                self._there.append((await self._outlet.send(page), page))
        await self._keep(len(pages))

    async def clear(self) -> None:
        """Take all of them away."""
        await self._keep(0)

    async def _change(self, number: int, page: Page) -> None:
        message, before = self._there[number]
        if before == page:
            return
        try:
            await self._outlet.edit(message, page)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            message = await self._outlet.send(page)  # somebody has deleted it
        self._there[number] = (message, page)

    async def _keep(self, count: int) -> None:
        while len(self._there) > count:
            message, _ = self._there[-1]
            try:
                await self._outlet.delete(message)
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
            self._there.pop()


def pinging(page: Page) -> discord.AllowedMentions:
    """Lets nobody be pinged but those that a page mentions by id."""
    return discord.AllowedMentions(
        everyone=False,
        roles=False,
        replied_user=False,
        users=[discord.Object(member) for member in page.mentions],
    )


def nonce(key: str, part: int) -> str:
    """What Discord knows a message by that is sent twice: 24 characters."""
    return b32encode(blake2b(f"{key}:{part}".encode(), digest_size=15).digest()).decode().lower()
