"""Communities that have taken the bot out: when, and how everything of theirs is forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Table, delete, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Clock
from bot.storage import tables
from bot.storage.engine import Database, insert_new
from bot.storage.tables import (
    article,
    ballot,
    choice,
    debate,
    debate_draft,
    debate_event,
    departure,
    revision,
)

_OF_DEBATES = (debate_event, ballot, debate_draft)
_LAST = (article, debate)
"""What others point to."""


class StoredDepartures:
    """`ports.Departures` on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, known_by: str, present: frozenset[str]) -> tuple[str, ...]:
        """Of the communities whose names begin like that: these are there. Returns those newly gone."""
        async with self._database.write() as connection:
            known = {one for one in await _known(connection) if one.startswith(known_by)}
            noted = set(await connection.scalars(select(departure.c.community)))
            back = delete(departure).where(departure.c.community.in_(present))
            await connection.execute(back)
            gone = sorted(known - present - noted)
            for community in gone:
                row = insert(departure).values(community=community, at=self._clock.now())
                await insert_new(connection, row)
        return tuple(gone)

    async def due(self, before: datetime) -> tuple[str, ...]:
        """The communities that were gone before an instant."""
        query = select(departure.c.community).where(departure.c.at < before)
        async with self._database.read() as connection:
            return tuple(await connection.scalars(query))

    async def forget(self, community: str) -> None:
        """Delete every row of a community's, and that it was ever here."""
        async with self._database.write() as connection:
            await _forget_debates(connection, community)
            for table in _of_communities():
                await connection.execute(delete(table).where(_community(table) == community))
            articles = select(article.c.id).where(article.c.community == community)
            await connection.execute(delete(revision).where(revision.c.article.in_(articles)))
            for table in _LAST:
                await connection.execute(delete(table).where(table.c.community == community))


async def _forget_debates(connection: AsyncConnection, community: str) -> None:
    debates = select(debate.c.id).where(debate.c.community == community)
    for table in _OF_DEBATES:
        await connection.execute(delete(table).where(table.c.debate.in_(debates)))


def _of_communities() -> list[Table]:
    """Every table with a community in its rows, but for those that others point to."""
    return [table for table in tables.metadata.sorted_tables if _has(table) and table not in _LAST]


def _has(table: Table) -> bool:
    return "community" in table.c or table is tables.community


def _community(table: Table) -> Column[str]:
    return table.c.id if table is tables.community else table.c.community


async def _known(connection: AsyncConnection) -> list[str]:
    """Every community that something is kept of."""
    query = union(
        select(tables.community.c.id),
        select(choice.c.community),
        select(debate.c.community),
        select(tables.ask.c.community),
    )
    return list(await connection.scalars(query))
