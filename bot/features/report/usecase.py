"""Keeps what members report, with a notice to moderators."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.debating.events import Actor
from bot.errors import InputError
from bot.features.report import reply as replies
from bot.features.report.command import FileReport
from bot.ports import Clock, Communities, Outgoing, Report, Reports

_MESSAGE = re.compile(
    r"https://(discord\.com/channels(/(@me|\d+)){2}/\d+|[\w-]+\.slack\.com/archives(/\w+){2})"
)
"""The addresses that platforms give to messages."""


class FilesReport:
    """Keeps a report once, and tells moderators in the channel that the community has chosen."""

    def __init__(self, reports: Reports, communities: Communities, clock: Clock) -> None:
        self._reports = reports
        self._communities = communities
        self._clock = clock

    async def __call__(self, request: FileReport, call: Invocation) -> AsyncIterator[Reply]:
        choices = await self._communities.choices(call.place.community)
        report = Report(
            text=request.text,
            link=_address(request.link),
            reason=request.reason or "",
            by=Actor(call.member.id, call.member.name),
            at=self._clock.now(),
        )
        notices = [_notice(report, call, choices.reports)] if choices.reports else []
        if not await self._reports.file(call.place, report, notices=notices):
            yield replies.known()
        elif notices:
            yield replies.told()
        else:
            yield replies.kept(choices.moderators, call.names)


def _address(link: str | None) -> str:
    """Raises InputError for all but a message's address: moderators press it, so it leads nowhere else."""
    if link and not _MESSAGE.fullmatch(link):
        raise InputError(
            "That is not the link of a message.", "Copy it from the message's menu, or leave it out."
        )
    return link or ""


def _notice(report: Report, call: Invocation, channel: str) -> Outgoing:
    place = replace(call.place, channel=str(channel), thread=None)
    return Outgoing(key=f"report:{secrets.token_hex(12)}", place=place, reply=replies.notice(report))
