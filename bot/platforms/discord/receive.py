"""What people do on Discord as invocations: commands, menus, buttons, forms, half-typed options, messages."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import discord
from discord import app_commands

from bot.chat.command import Command
from bot.chat.invocation import Invocation, Member, Place, Role
from bot.chat.reply import Form, Reply
from bot.chat.typed import words as split
from bot.dispatch import Dispatch, Screen, error_reply
from bot.errors import InputError, NotFound, Passing, RostrumError, Unexpected
from bot.platforms.discord.asking import Asking
from bot.platforms.discord.failures import FAILURES, words
from bot.platforms.discord.forms import FORM, Forms, values
from bot.platforms.discord.lacking import mute
from bot.platforms.discord.places import is_direct, names_in, place_of, text_of
from bot.platforms.discord.register import IN_CHANNELS, focused, line_of, menu_command
from bot.platforms.discord.render import SHARE
from bot.platforms.discord.roles import member_of, permissions_in
from bot.platforms.discord.screen import DiscordScreen, MessageScreen
from bot.platforms.discord.sharing import share
from bot.ports import Communities, Seen

log = logging.getLogger(__name__)

REMEMBERED = 10_000
SUGGEST_WITHIN_S = 2.0
_MOST_CHOICES, _LONGEST_CHOICE = 25, 100
_LAST_WORD_S = 0.8
_MESSAGE_MENU = 3
_RESTARTING = "I am being restarted.", "Ask again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What an interaction asks for; `submitted` is the form that was filled in, with what was typed."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    submitted: Form | None = None


class Receiver:
    """Hears what happens on Discord and takes it through dispatch. Nothing gets out but a cancellation."""

    def __init__(
        self,
        dispatch: Dispatch,
        communities: Communities,
        seen: Seen,
        forms: Forms,
        asking: Asking,
    ) -> None:
        self._dispatch = dispatch
        self._communities = communities
        self._seen = seen
        self._forms = forms
        self._asking = asking
        self._lately = _Lately(REMEMBERED)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody used a command, pressed a button, submitted a form, or is typing an option."""
        if self._lately.first(interaction.id):
            await _logged(self._take(interaction), f"interaction={interaction.id}")

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something: a question, where the bot is mentioned or asked further."""
        if _is_persons(message) and self._lately.first(message.id):
            await _logged(self._read(message), f"message={message.id}")

    # Interactions.

    async def _take(self, interaction: discord.Interaction[Any]) -> None:
        match interaction.type:
            case discord.InteractionType.autocomplete:
                await self._complete(interaction)
            case discord.InteractionType.component if interaction.custom_id == SHARE:
                await share(interaction, self._seen)
            case (
                discord.InteractionType.application_command
                | discord.InteractionType.component
                | discord.InteractionType.modal_submit
            ):
                await self._answer(interaction)

    async def _answer(self, interaction: discord.Interaction[Any]) -> None:
        screen = DiscordScreen(interaction, self._seen, self._forms)
        async with _excused(screen):
            if form := self._asked_for(interaction):
                await _show(screen, Reply((form,), private=True))
                return
            said = self._said(interaction)
            call = await self._call(interaction, said)
            self._refuse_where_mute(interaction, said.text)
            screen.share, screen.submitted = self._may_share(said.text), said.submitted
            await self._dispatch(call, screen)

    def _asked_for(self, interaction: discord.Interaction[Any]) -> Form | None:
        """The form that a button opens, if it is such a button."""
        pressed = interaction.type is discord.InteractionType.component
        if not pressed or not (interaction.custom_id or "").startswith(FORM):
            return None
        return self._form(interaction.custom_id or "")

    def _form(self, custom_id: str) -> Form:
        form = self._forms.form(custom_id)
        if form is None:
            raise NotFound("I no longer know that form.", "Use the command again.")
        return form

    def _said(self, interaction: discord.Interaction[Any]) -> _Said:
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.component:
            return _Said(text=f"/{interaction.custom_id}")
        if interaction.type is discord.InteractionType.modal_submit:
            return self._submitted(interaction.custom_id or "", values(data))
        if data.get("type") == _MESSAGE_MENU:
            return self._from_menu(interaction)
        name, typed = line_of(data)
        return _Said(text=f"/{name}", values=typed)

    def _submitted(self, custom_id: str, typed: Mapping[str, str]) -> _Said:
        form = self._form(custom_id)
        fields = tuple(replace(one, default=typed.get(one.name, one.default)) for one in form.fields)
        return _Said(
            text=f"/{form.command}",
            values={**form.known, **typed},
            submitted=replace(form, fields=fields),
        )

    def _from_menu(self, interaction: discord.Interaction[Any]) -> _Said:
        data: Any = interaction.data
        command = menu_command(self._dispatch.catalog, data["name"])
        if command is None:
            raise NotFound("I no longer have that entry.", "/help lists what there is.")
        message = data["resolved"]["messages"][str(data["target_id"])]
        first = command.parameters[0]
        given = {first.name: text_of(message)[: first.option.most]}
        if command.parameter("link"):
            given["link"] = _link(interaction, message)
        return _Said(text=f"/{command.name}", values=given)

    async def _call(self, interaction: discord.Interaction[Any], said: _Said) -> Invocation:
        place = place_of(interaction.channel, interaction.guild_id, interaction.user.id)
        if is_direct(place) and said.text.removeprefix("/").partition(" ")[0] in IN_CHANNELS:
            raise InputError("Use this in a channel.")
        return Invocation(
            member=await self._member(interaction, place),
            place=place,
            text=said.text,
            values=dict(said.values),
            names=names_in(interaction.guild),
        )

    async def _member(self, interaction: discord.Interaction[Any], place: Place) -> Member:
        permissions = None if is_direct(place) else interaction.permissions
        return await member_of(interaction.user, permissions, place.community, self._communities)

    def _may_share(self, text: str) -> bool:
        """Whether what a command shows to one person alone may be of use to others."""
        command = self._command(text)
        return command is not None and command.private and command.role is Role.MEMBER and not command.hidden

    def _refuse_where_mute(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Raise where a debate would be opened that nobody could see: its posts take permissions."""
        command = self._command(text)
        if command is None or command.private or not command.name.startswith("debate "):
            return
        if refusal := mute(interaction.channel, interaction.app_permissions):
            raise refusal

    def _command(self, text: str) -> Command | None:
        try:
            return self._dispatch.catalog.match([word.text for word in split(text[1:])[:2]])[0]
        except NotFound:
            return None

    # Half-typed options.

    async def _complete(self, interaction: discord.Interaction[Any]) -> None:
        try:
            async with asyncio.timeout(SUGGEST_WITHIN_S):
                found = await self._suggested(interaction)
        except RostrumError as error:
            log.info("no completions interaction=%d: %s", interaction.id, error)
            found = []
        except Exception as error:  # no completions are better than none after a while
            log.warning("no completions interaction=%d: %s", interaction.id, words(error), exc_info=error)
            found = []
        await interaction.response.autocomplete(found)

    async def _suggested(self, interaction: discord.Interaction[Any]) -> list[app_commands.Choice[str]]:
        data: Any = interaction.data
        name, typed = line_of(data)
        option = focused(data)
        command = self._dispatch.catalog.named(name)
        if option is None or command is None:
            return []
        call = await self._call(interaction, _Said(text=f"/{name}", values=typed))
        others = {key: value for key, value in call.values.items() if key != option}
        found = await self._dispatch.suggest(
            replace(call, values=others), command, option, typed.get(option, "")
        )
        return _choices(found)

    # Messages.

    async def _read(self, message: discord.Message) -> None:
        guild_id = message.guild.id if message.guild else None
        place = place_of(message.channel, guild_id, message.author.id)
        question = await self._asking.question(message, place)
        if question is None:
            return
        screen = MessageScreen(message, self._seen, self._forms)
        async with _excused(screen):
            if not question:
                raise InputError("Ask me something.", "Mention me and write your question beside it.")
            permissions = None if is_direct(place) else permissions_in(message.channel, message.author)
            member = await member_of(message.author, permissions, place.community, self._communities)
            call = Invocation(member=member, place=place, text="/ask", values={"question": question})
            await self._dispatch(call, screen)


@asynccontextmanager
async def _excused(screen: Screen) -> AsyncIterator[None]:
    """Tells the person what keeps them from a reply, be it a fault of ours or a restart."""
    try:
        yield
    except RostrumError as error:
        await _show(screen, error_reply(error))
    except asyncio.CancelledError:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORD_S):
                await screen.show(error_reply(Passing(*_RESTARTING)))
        raise
    except Exception as fault:  # beside dispatch, the one place where a fault of ours becomes a reply
        told = Unexpected(secrets.token_hex(3))
        log.error("fault reference=%s", told.reference, exc_info=fault)
        await _show(screen, error_reply(told))


class _Lately:
    """The ids that came last, so that what is delivered twice in a row is taken once."""

    def __init__(self, most: int) -> None:
        self._order: deque[int] = deque()
        self._ids: set[int] = set()
        self._most = most

    def first(self, delivery: int) -> bool:
        """Whether it comes for the first time."""
        if delivery in self._ids:
            log.info("delivered twice, taken once id=%d", delivery)
            return False
        self._ids.add(delivery)
        self._order.append(delivery)
        if len(self._order) > self._most:
            self._ids.discard(self._order.popleft())
        return True


async def _logged(work: Awaitable[None], what: str) -> None:
    """Do it; what fails although it should not is in the log."""
    try:
        await work
    except FAILURES as error:
        log.warning("Discord did not take the answer %s: %s", what, words(error))
    except RostrumError as error:
        log.warning("not heard %s: %s", what, error)
    except Exception as fault:  # the last place where a fault of ours can be noted
        log.error("fault reference=%s %s", secrets.token_hex(3), what, exc_info=fault)


async def _show(screen: Screen, reply: Reply) -> None:
    await screen.show(reply)
    await screen.finish()


def _choices(found: Sequence[str]) -> list[app_commands.Choice[str]]:
    cut = dict.fromkeys(value[:_LONGEST_CHOICE] for value in found if value.strip())
    return [app_commands.Choice(name=value, value=value) for value in list(cut)[:_MOST_CHOICES]]


def _is_persons(message: discord.Message) -> bool:
    """Whether a person wrote it, rather than a bot, a webhook or Discord itself."""
    ordinary = message.type in (discord.MessageType.default, discord.MessageType.reply)
    return ordinary and not message.author.bot and message.webhook_id is None


def _link(interaction: discord.Interaction[Any], message: Mapping[str, Any]) -> str:
    where = interaction.guild_id or "@me"
    return f"https://discord.com/channels/{where}/{interaction.channel_id}/{message['id']}"
