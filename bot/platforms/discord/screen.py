"""Where replies are shown on Discord: as answers to an interaction, or as messages below one."""

from __future__ import annotations

import asyncio
import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.chat.reply import Form, Progress, Reply
from bot.dispatch import error_reply
from bot.errors import AlreadyHandled, InputError, RostrumError, Unexpected
from bot.platforms.discord.failures import FAILURES, TRY_S, surely, unbroken, words
from bot.platforms.discord.forms import Forms, modal
from bot.platforms.discord.lacking import granted_to_bot, lacking
from bot.platforms.discord.outlets import ORIGINAL, Answers, InChannel, Shown, TokenGone
from bot.platforms.discord.places import PLATFORM
from bot.platforms.discord.render import Page, rendered
from bot.ports import Seen

log = logging.getLogger(__name__)

PACE_S = 1.5
_AMID_S = 10.0
"""How long a showing may take that others will follow."""
_DM_CLOSED = 50007


class _PagedScreen(ABC):
    """Shows each reply as pages. One that fails amid others is skipped; the last is tried again."""

    pace_s = PACE_S

    def __init__(self) -> None:
        self._owed: Reply | None = None

    async def show(self, reply: Reply) -> None:
        """Show a reply in place of the one before, or skip it where that fails now."""
        self._owed = reply
        try:
            async with asyncio.timeout(_AMID_S):
                await self._put(reply)
        except (*FAILURES, TokenGone) as error:
            log.info("not shown at once %s: %s", self._name, words(error))
        else:
            self._owed = None

    async def finish(self) -> None:
        """Make sure that the last reply is there, or that the person hears why it is not."""
        reply, self._owed = self._owed, None
        if reply is None:
            return
        try:
            await surely(lambda: self._put_last(reply))
        except FAILURES as error:
            await self._excuse(error)

    async def _excuse(self, error: BaseException) -> None:
        if getattr(error, "code", None) == _DM_CLOSED:
            log.warning("not shown %s: they take no direct messages", self._name)
            return
        told = self._lacking(error)
        if told is None:
            told = Unexpected(secrets.token_hex(3))
            log.error("fault reference=%s not shown %s", told.reference, self._name, exc_info=error)
        try:
            async with asyncio.timeout(TRY_S):
                await self._apologise(told)
        except (*FAILURES, TokenGone) as again:
            log.warning("not shown %s: %s, nor this: %s", self._name, told, words(again))

    @property
    @abstractmethod
    def _name(self) -> str:
        """What the log calls that which is answered."""

    @abstractmethod
    async def _put(self, reply: Reply) -> None:
        """Show it where replies are shown."""

    async def _put_last(self, reply: Reply) -> None:
        """Show it there, or else where that is still possible."""
        await self._put(reply)

    @abstractmethod
    def _lacking(self, error: BaseException) -> RostrumError | None:
        """What to say of an error that tells of a missing permission."""

    @abstractmethod
    async def _apologise(self, told: RostrumError) -> None:
        """Tell the person why there is no reply."""


class DiscordScreen(_PagedScreen):
    """Answers an interaction. Where its token ends, the last reply comes as a message of the bot."""

    def __init__(self, interaction: discord.Interaction[Any], seen: Seen, forms: Forms) -> None:
        super().__init__()
        self.share = False
        """Whether a private reply may be shown to all, if who got it wants that."""
        self.submitted: Form | None = None
        """The form that was filled in, with what was typed: it is offered again where that is refused."""
        self._interaction = interaction
        self._seen = seen
        self._forms = forms
        self._private = True
        self._answers = Answers(interaction, private=True)
        self._shown = Shown(self._answers)
        self._elsewhere: Shown | None = None
        self._late = False

    async def acknowledge(self, *, private: bool) -> None:
        """Show that the bot is thinking. Raises AlreadyHandled for what was delivered before."""
        self._private = private
        self._answers = self._answers.to(private=private)
        self._shown = Shown(self._answers, [ORIGINAL])
        try:
            async with asyncio.timeout(_AMID_S):
                await self._answers.acknowledge()
        except (*FAILURES, TokenGone) as error:
            self._late = True
            log.warning("not acknowledged %s: %s", self._name, words(error))
        if not await self._seen.first(PLATFORM, str(self._interaction.id)):
            raise AlreadyHandled

    @property
    def _name(self) -> str:
        return f"interaction={self._interaction.id}"

    async def _put(self, reply: Reply) -> None:
        if self._late:
            raise TokenGone("it was not acknowledged, or its time is over")
        try:
            await self._answer(reply)
        except TokenGone:
            self._late = True
            raise

    async def _answer(self, reply: Reply) -> None:
        form = _form(reply)
        if form and not self._answers.answered and self._may_open:
            await self._answers.ask(modal(form, self._forms.keep(form)))
            return
        private = self._is_private(reply)
        if private != self._answers.private:
            await self._shown.clear()
            self._answers = self._answers.to(private=private)
            self._shown = Shown(self._answers)
        await self._shown.show(self._pages(reply))

    @property
    def _may_open(self) -> bool:
        """Whether Discord opens a form now: never right after another one."""
        return self._interaction.type is not discord.InteractionType.modal_submit

    def _is_private(self, reply: Reply) -> bool:
        return self._private if reply.private is None else reply.private

    def _pages(self, reply: Reply) -> Sequence[Page]:
        if self.submitted and isinstance(reply.error, InputError):
            reply = replace(reply, blocks=(*reply.blocks, self.submitted))
        share = self.share and reply.private is None and reply.error is None and not _is_passing(reply)
        return rendered(reply, keep=self._forms.keep, share=share)

    async def _put_last(self, reply: Reply) -> None:
        try:
            await self._put(reply)
        except TokenGone as error:
            log.info("shown elsewhere %s: %s", self._name, words(error))
            if self._elsewhere is None:
                self._elsewhere = Shown(InChannel(await self._outside(reply), self._name))
            await self._elsewhere.show(rendered(reply, keep=self._forms.keep))

    async def _outside(self, reply: Reply) -> discord.abc.MessageableChannel:
        if self._is_private(reply) or self._interaction.channel_id is None:
            return await self._interaction.user.create_dm()
        client: discord.Client = self._interaction.client
        return client.get_partial_messageable(
            self._interaction.channel_id, guild_id=self._interaction.guild_id
        )

    def _lacking(self, error: BaseException) -> RostrumError | None:
        return lacking(error, self._interaction.channel, self._interaction.app_permissions)

    async def _apologise(self, told: RostrumError) -> None:
        if self._late:
            await _tell_directly(self._interaction.user, told, self._name)
        else:
            await self._answer(error_reply(told))


class MessageScreen(_PagedScreen):
    """Replies to a message, in its channel. Nobody is pinged, not even who wrote it."""

    def __init__(self, message: discord.Message, seen: Seen, forms: Forms) -> None:
        super().__init__()
        self._message = message
        self._seen = seen
        self._forms = forms
        reference = message.to_reference(fail_if_not_exists=False)
        self._shown = Shown(InChannel(message.channel, self._name, reference))

    async def acknowledge(self, *, private: bool) -> None:
        """Show that the bot is typing. Raises AlreadyHandled for what was delivered before."""
        if not await self._seen.first(PLATFORM, str(self._message.id)):
            raise AlreadyHandled
        try:
            async with asyncio.timeout(_AMID_S):
                await unbroken(self._typing())
        except FAILURES as error:
            log.info("not seen typing %s: %s", self._name, words(error))

    async def _typing(self) -> None:
        await self._message.channel.typing()

    @property
    def _name(self) -> str:
        return f"message={self._message.id}"

    async def _put(self, reply: Reply) -> None:
        await self._shown.show(rendered(reply, keep=self._forms.keep))

    def _lacking(self, error: BaseException) -> RostrumError | None:
        return lacking(error, self._message.channel, granted_to_bot(self._message.channel))

    async def _apologise(self, told: RostrumError) -> None:
        if isinstance(told, Unexpected):
            await self._put(error_reply(told))
        else:
            await _tell_directly(self._message.author, told, self._name)


def _form(reply: Reply) -> Form | None:
    return next((block for block in reply.blocks if isinstance(block, Form)), None)


def _is_passing(reply: Reply) -> bool:
    """Whether a reply asks for more, or tells of work under way: nothing to show to others."""
    return any(isinstance(block, Form | Progress) for block in reply.blocks)


async def _tell_directly(user: discord.User | discord.Member, told: RostrumError, key: str) -> None:
    outlet = InChannel(await user.create_dm(), f"{key}/direct")
    await Shown(outlet).show(rendered(error_reply(told)))
