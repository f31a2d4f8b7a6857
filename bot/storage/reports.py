"""What members have reported, in the database, with the notices of it in the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.invocation import Place
from bot.ports import Outgoing, Report
from bot.storage import outbox, tables
from bot.storage.engine import Database

_reports = tables.report


class StoredReports:
    """`ports.Reports` on a database: a report and its notices are kept in one transaction, or neither."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def file(self, place: Place, report: Report, *, notices: Sequence[Outgoing]) -> bool:
        """Keep a report with the notices of it; `False`, and nothing kept, where they reported it before."""
        async with self._database.write() as connection:
            if await connection.scalar(select(exists().where(_same(place, report)))):
                return False
            await _keep(connection, place, report)
            for notice in notices:
                await outbox.put(connection, notice)
        return True


def _same(place: Place, report: Report) -> ColumnElement[bool]:
    """The same message: that of the link, or where there is none, of the text."""
    theirs = and_(
        _reports.c.community == place.community,
        _reports.c.member == report.by.id,
        _reports.c.link == report.link,
    )
    return theirs if report.link else and_(theirs, _reports.c.text == report.text)


async def _keep(connection: AsyncConnection, place: Place, report: Report) -> None:
    row = insert(_reports).values(
        platform=place.platform,
        community=place.community,
        channel=place.channel,
        thread=place.thread,
        text=report.text,
        link=report.link,
        reason=report.reason,
        member=report.by.id,
        member_name=report.by.name,
        at=report.at,
    )
    await connection.execute(row)
