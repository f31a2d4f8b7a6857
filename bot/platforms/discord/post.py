"""Says on Discord what nobody asked for: in a channel, in a thread below a message, or in its place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import discord
from discord.http import handle_message_parameters

from bot.chat.reply import Mention
from bot.errors import Passing, Unclear
from bot.platforms.discord.lacking import granted_to_bot, lacking
from bot.platforms.discord.outlets import nonce, pinging
from bot.platforms.discord.places import PLATFORM, is_direct
from bot.platforms.discord.prose import escape
from bot.platforms.discord.render import Gallery, Page, Piece, Press, Row, Text, rendered
from bot.platforms.discord.requesting import Requests
from bot.ports import Outbox, Outgoing

log = logging.getLogger(__name__)

LOOKED_THROUGH = 100
"""So many of a channel's newest messages are looked through for one that may have been posted."""
_A_WEEK: Final = 10080
"""Minutes without a message after which a thread is archived."""
_ALT = 300
"""Characters of what stands for a picture that is lost."""
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE, _THREAD_EXISTS = 10003, 10008, 160004
_NO_MORE_EDITS, _ARCHIVED, _LOCKED = 30046, 50083, 160005


class DiscordPoster:
    """`ports.Poster` on Discord. Each part of a message is posted once: Discord knows it by its nonce for a
    few minutes, and for ever by the number that its first component bears.
    """

    platform = PLATFORM

    def __init__(self, client: discord.Client, outbox: Outbox, requests: Requests | None = None) -> None:
        self._client = client
        self._http = client.http
        self._outbox = outbox
        self._requests = requests or Requests()
        self._there: dict[str, dict[int, str]] = {}
        self._no_thread: set[str] = set()
        self._private: dict[str, str] = {}

    async def send(self, outgoing: Outgoing) -> str:
        """Post it, or what is missing of it, and return the id of its first message.

        Raises Passing where nothing of it was posted, Unclear where some of it may be, OperatorError.
        """
        pages = rendered(outgoing.reply)
        there = self._there.setdefault(outgoing.key, {})
        try:
            first = await self._all(outgoing, pages, there)
        except Passing as error:
            if there:
                raise Unclear(f"{len(there)} of {len(pages)} parts are posted. {error}") from error
            del self._there[outgoing.key]
            raise
        del self._there[outgoing.key]
        return first

    async def find(self, outgoing: Outgoing) -> str | None:
        """The id of its first message, if all of it is among the newest messages where it belongs."""
        pages = rendered(outgoing.reply)
        there = self._there.setdefault(outgoing.key, {})
        channel, ids = await self._newest(outgoing, await self._room(outgoing))
        marks = {part: mark(outgoing.key, part) for part in range(len(pages))}
        there |= {part: ids[one] for part, one in marks.items() if one in ids}
        if len(there) < len(pages):
            return None
        await self._open_thread(channel, there[0], outgoing)
        del self._there[outgoing.key]
        return there[0]

    async def _newest(self, outgoing: Outgoing, channel: str) -> tuple[str, dict[int, str]]:
        """Where it belongs, and the ids of my newest messages there by what their first component bears."""
        self._requests.check(channel)
        try:
            found = await self._requests.done(lambda: self._http.logs_from(int(channel), LOOKED_THROUGH))
        except discord.HTTPException as error:
            elsewhere = await self._other_room(outgoing, channel, error)
            if elsewhere is None:
                raise self._refused(channel, error) from error
            return await self._newest(outgoing, elsewhere)
        own = self._client.user
        mine = [one for one in found if own is None or str(one["author"]["id"]) == str(own.id)]
        return channel, {_mark_of(one): str(one["id"]) for one in mine}

    async def _all(self, outgoing: Outgoing, pages: Sequence[Page], there: dict[int, str]) -> str:
        channel = await self._room(outgoing)
        for part, page in enumerate(pages):
            if part not in there:
                there[part], channel = await self._one(outgoing, part, page, channel)
        await self._open_thread(channel, there[0], outgoing)
        return there[0]

    async def _one(self, outgoing: Outgoing, part: int, page: Page, channel: str) -> tuple[str, str]:
        """Post or edit one part: its id, and the channel that took it."""
        self._requests.check(channel)
        page = await self._fitting(outgoing, page, channel)
        try:
            if part == 0 and outgoing.replaces is not None:
                message = await self._edited(outgoing, page, channel)
            else:
                message = await self._posted(outgoing.key, part, page, channel)
        except discord.HTTPException as error:
            elsewhere = await self._other_room(outgoing, channel, error)
            if elsewhere is None:
                return self._given_up(outgoing.key, channel, error), channel
            return await self._one(outgoing, part, page, elsewhere)
        self._requests.went_well(channel)
        return message, channel

    async def _fitting(self, outgoing: Outgoing, page: Page, channel: str) -> Page:
        """The page as it can be shown there: a picture that is lost in words, and for one alone no buttons.

        They bring commands, which work where the others are: so there is a link to that.
        """
        pieces: list[Piece] = []
        for piece in page.pieces:
            if isinstance(piece, Gallery) and not await asyncio.to_thread(Path(piece.path).is_file):
                pieces.append(Text(escape(piece.alt[:_ALT]) or "A picture is lost."))
            elif isinstance(piece, Row) and channel in self._private.values():
                guild = outgoing.place.community.rpartition(":")[2]
                link = f"https://discord.com/channels/{guild}/{await self._public_room(outgoing)}"
                pieces.append(Row((Press(label="Go there", url=link),)))
            else:
                pieces.append(piece)
        return Page(pieces=tuple(pieces), mentions=page.mentions)

    def _given_up(self, key: str, channel: str, error: discord.HTTPException) -> str:
        """Nobody's permission helps where Discord does not understand a message, or the channel is gone."""
        is_gone = error.code == _UNKNOWN_CHANNEL
        if not is_gone and (error.status in (403, 404) or error.code in (_ARCHIVED, _LOCKED)):
            raise self._refused(channel, error) from error
        log.error("Discord does not take a message, it is left out key=%s: %s", key, error)
        return ""

    def _refused(self, channel: str, error: discord.HTTPException) -> Passing:
        why = f"{error.text.strip()[:200].rstrip('.') or error.status}."
        room = self._client.get_channel(int(channel))
        lacks = lacking(error, room, granted_to_bot(room))
        locked = "Unlock the thread, or grant me “Manage Threads” there."
        remedy = lacks.hint if lacks else locked if error.code in (_ARCHIVED, _LOCKED) else ""
        return self._requests.refused(channel, why, remedy)

    async def _posted(self, key: str, part: int, page: Page, channel: str) -> str:
        async def post() -> Mapping[str, Any]:
            with handle_message_parameters(
                view=page.view(mark(key, part)),
                files=page.files(),
                allowed_mentions=pinging(page),
                flags=discord.MessageFlags(suppress_embeds=True),
                nonce=nonce(key, part),
            ) as params:
                return await self._http.send_message(int(channel), params=params)

        try:
            return str((await self._requests.posted(post))["id"])
        except discord.HTTPException as error:
            if error.code != _ARCHIVED:
                raise
            await self._unarchive(channel, error)
        return str((await self._requests.posted(post))["id"])

    async def _unarchive(self, channel: str, archived: discord.HTTPException) -> None:
        try:
            await self._requests.done(lambda: self._http.edit_channel(int(channel), archived=False))
        except discord.Forbidden:
            raise archived from None  # it is locked, too, which says better what to do

    async def _edited(self, outgoing: Outgoing, page: Page, channel: str) -> str:
        """Have an older message say this; where that cannot be edited any more, a new one."""
        message = await self._outbox.message(outgoing.replaces or "")
        if message is None:
            raise Passing("The message that it replaces is not out yet.")

        async def edit() -> Mapping[str, Any]:
            with handle_message_parameters(
                view=page.view(mark(outgoing.key, 0)),
                attachments=page.files(),
                allowed_mentions=pinging(page),
                flags=discord.MessageFlags(suppress_embeds=True),
            ) as params:
                return await self._http.edit_message(int(channel), int(message), params=params)

        if message:
            try:
                return str((await self._requests.done(edit))["id"])
            except discord.HTTPException as error:
                if error.code not in (_NO_MORE_EDITS, _UNKNOWN_MESSAGE):
                    raise
        return await self._posted(outgoing.key, 0, page, channel)

    async def _room(self, outgoing: Outgoing) -> str:
        """The channel, thread or direct conversation that it belongs in."""
        if outgoing.reply.private and (member := _meant(outgoing)):
            return await self._direct(member) or await self._public_room(outgoing)
        return await self._public_room(outgoing)

    async def _public_room(self, outgoing: Outgoing) -> str:
        place = outgoing.place
        if outgoing.below is None or is_direct(place):
            return place.thread or place.channel
        head = await self._outbox.message(outgoing.below)
        if head is None:
            raise Passing("The message that it belongs below is not out yet.")
        return head if head and head not in self._no_thread else place.channel

    async def _direct(self, member: str) -> str:
        """The direct conversation with a member, or nothing where there is none."""
        if member not in self._private:
            try:
                opened = await self._requests.done(lambda: self._http.start_private_message(int(member)))
            except discord.HTTPException as error:
                log.info("no direct conversation with a member: %s", error)
                self._private[member] = ""
            else:
                self._private[member] = str(opened["id"])
        return self._private[member]

    async def _other_room(self, outgoing: Outgoing, channel: str, error: discord.HTTPException) -> str | None:
        """Where else to say it: in public where a member takes nothing, in the channel where no thread is."""
        member = _meant(outgoing) if outgoing.reply.private else ""
        if member and self._private.get(member) == channel and error.status in (403, 404):
            self._private[member] = ""
            return await self._public_room(outgoing)
        in_thread = outgoing.below is not None and channel != outgoing.place.channel
        if in_thread and error.code == _UNKNOWN_CHANNEL:
            log.warning("there is no thread %s, I post in its channel", channel)
            self._no_thread.add(channel)
            return outgoing.place.channel
        return None

    async def _open_thread(self, channel: str, message: str, outgoing: Outgoing) -> None:
        """Open its thread, if it wants one; where it cannot, what belongs there goes to the channel."""
        title = outgoing.thread_title
        if not (title and message) or is_direct(outgoing.place):
            return
        try:
            await self._requests.done(
                lambda: self._http.start_thread_with_message(
                    int(channel), int(message), name=title, auto_archive_duration=_A_WEEK
                )
            )
        except discord.HTTPException as error:
            if error.code != _THREAD_EXISTS:
                log.error("no thread in channel %s (%s): grant me Create Public Threads", channel, error.text)
                self._no_thread.add(message)


def mark(key: str, part: int) -> int:
    """The number that the first component of a part bears, from 1 to 2^31 - 1."""
    digest = blake2b(f"{key}:{part}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (2**31 - 1) + 1


def _mark_of(message: Mapping[str, Any]) -> int:
    components = message.get("components") or [{}]
    return int(components[0].get("id") or 0)


def _meant(outgoing: Outgoing) -> str:
    """The member that it mentions first."""
    members = (block.member for block in outgoing.reply.blocks if isinstance(block, Mention))
    return next((member for member in members if member.isdecimal()), "")
