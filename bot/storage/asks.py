"""The questions that were asked, what they were answered with, and whether that helped; in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.invocation import Place
from bot.errors import NotFound
from bot.knowledge.article import Scope
from bot.ports import Asked, Clock, Quoted
from bot.storage.engine import Database, insert_new, insert_row
from bot.storage.rows import visible
from bot.storage.shelving import forget_unquoted
from bot.storage.tables import article, ask, quotation, rating, revision


class StoredAsks:
    """`ports.Asks` on a database. A number opens an ask anywhere in its channel, threads included."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self, place: Place, member: str, question: str, quoted: Sequence[Quoted], *, answered: bool
    ) -> int:
        """Keep a question with what it was answered with, and return its number.

        Raises NotFound when one of the quoted articles has been removed meanwhile; nothing is kept then.
        """
        async with self._database.write() as connection:
            await _still_there(connection, place, quoted)
            made = insert(ask).values(
                platform=place.platform,
                community=place.community,
                channel=place.channel,
                thread=place.thread,
                member=member,
                question=question,
                answered=answered,
                asked_at=self._clock.now(),
            )
            number = await insert_row(connection, made)
            if quoted:
                await connection.execute(insert(quotation), _rows(number, quoted))
        return number

    async def recent(self, place: Place, limit: int) -> tuple[Asked, ...]:
        """The newest questions asked there, newest first: in the thread, or in the channel outside any."""
        return await self._newest(
            and_(_in_channel(place), ask.c.thread.is_not_distinct_from(place.thread)), limit
        )

    async def asked(self, place: Place, ask: int) -> Asked:
        """One question by its number. Raises NotFound."""
        found = await self._newest(_numbered(place, ask), 1)
        if not found:
            raise _no_ask()
        return found[0]

    async def rate(self, place: Place, ask: int, member: str, *, helpful: bool) -> None:
        """Keep whether an answer helped a member; the latest word counts. Raises NotFound."""
        said = {"helpful": helpful, "rated_at": self._clock.now()}
        async with self._database.write() as connection:
            if not await connection.scalar(select(exists().where(_numbered(place, ask)))):
                raise _no_ask()
            if not await insert_new(connection, insert(rating).values(ask=ask, member=member, **said)):
                theirs = and_(rating.c.ask == ask, rating.c.member == member)
                await connection.execute(update(rating).where(theirs).values(**said))

    async def purge(self, before: datetime) -> int:
        """Forget the questions asked before an instant, and the old revisions that nothing quotes any more.

        Returns how many questions went. Call it at start, before anything is answered.
        """
        async with self._database.write() as connection:
            gone = await connection.execute(delete(ask).where(ask.c.asked_at < before))
            await forget_unquoted(connection)
        return gone.rowcount

    async def _newest(self, where: ColumnElement[bool], limit: int) -> tuple[Asked, ...]:
        query: Select[Any] = select(ask).where(where).order_by(ask.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            return tuple([_asked(row, await _quoted(connection, row.id)) for row in rows])


async def _still_there(connection: AsyncConnection, place: Place, quoted: Sequence[Quoted]) -> None:
    """Raise NotFound unless all that is quoted can be seen from a place."""
    scope = Scope(community=place.community, channel=place.channel)
    query = (
        select(revision.c.id, revision.c.article)
        .join(article, article.c.id == revision.c.article)
        .where(
            visible(scope),
            article.c.removed_at.is_(None),
            revision.c.id.in_({one.revision for one in quoted}),
        )
    )
    there = {(row.id, row.article) for row in await connection.execute(query)}
    if any((one.revision, one.article) not in there for one in quoted):
        raise NotFound("An article quoted here was removed or replaced just now.", "Ask again.")


def _rows(number: int, quoted: Sequence[Quoted]) -> list[dict[str, int]]:
    return [
        {"ask": number, "ordinal": ordinal, "revision": one.revision, "start": one.start, "end": one.end}
        for ordinal, one in enumerate(quoted)
    ]


async def _quoted(connection: AsyncConnection, number: int) -> tuple[Quoted, ...]:
    columns = (revision.c.article, quotation.c.revision, quotation.c.start, quotation.c.end)
    query = (
        select(*columns)
        .join_from(quotation, revision, revision.c.id == quotation.c.revision)
        .where(quotation.c.ask == number)
        .order_by(quotation.c.ordinal)
    )
    rows = (await connection.execute(query)).all()
    return tuple(
        Quoted(article=row.article, revision=row.revision, start=row.start, end=row.end) for row in rows
    )


def _asked(row: Row[Any], quoted: tuple[Quoted, ...]) -> Asked:
    return Asked(
        id=row.id,
        place=Place(platform=row.platform, community=row.community, channel=row.channel, thread=row.thread),
        member=row.member,
        question=row.question,
        answered=row.answered,
        quoted=quoted,
        asked_at=row.asked_at,
    )


def _numbered(place: Place, number: int) -> ColumnElement[bool]:
    return and_(_in_channel(place), ask.c.id == number)


def _in_channel(place: Place) -> ColumnElement[bool]:
    return and_(ask.c.community == place.community, ask.c.channel == place.channel)


def _no_ask() -> NotFound:
    return NotFound("There is no such question here.", "Old questions are forgotten after a while.")
