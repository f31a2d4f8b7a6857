"""What models have made of passages, in the database."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Embedded, Lacking, Rows
from bot.storage import reading
from bot.storage.engine import Database
from bot.storage.rows import CURRENT
from bot.storage.tables import article, passage, revision, vector

_NUMBER = 4
"""Bytes of a float32."""
_PAGE = 1000
_FORGOTTEN_AT_ONCE = 2000


class StoredVectors:
    """`ports.Vectors` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lacking(self, model: str, *, limit: int) -> Lacking | None:
        """The next passages without a vector by a model, those of the newest article first; `None`: none."""
        lack = ~exists().where(vector.c.passage == passage.c.id, vector.c.model == model)
        newest = _passages(passage.c.id, article.c.community).order_by(
            revision.c.id.desc(), passage.c.ordinal
        )
        async with self._database.read() as connection:
            first = (await connection.execute(newest.where(lack).limit(1))).one_or_none()
            if first is None:
                return None
            theirs = newest.where(lack, article.c.community == first.community).limit(limit)
            ids = [row.id for row in await connection.execute(theirs)]
            found = await reading.current_passages(connection, ids)
        return Lacking(community=first.community, passages=tuple(found[id] for id in ids))

    async def put(self, model: str, vectors: Mapping[int, bytes]) -> None:
        """Keep a model's vectors, by passage, and forget those of another length."""
        async with self._database.write() as connection:
            there = set(await connection.scalars(select(passage.c.id).where(passage.c.id.in_(list(vectors)))))
            await _forget(connection, vector.c.model == model, vector.c.passage.in_(there))
            rows = [_row(model, id, data) for id, data in vectors.items() if id in there]
            if rows:
                await connection.execute(insert(vector), rows)
            for length in {len(data) for data in vectors.values() if data}:
                await _forget(connection, _of_another_length(model, length // _NUMBER))

    async def rows(self, model: str, community: str) -> Rows | None:
        """All vectors of a community by a model; `None` while one of its passages lacks any."""
        of_model = and_(vector.c.passage == passage.c.id, vector.c.model == model)
        here = article.c.community == community
        query = _passages(passage.c.id, article.c.id.label("article"), article.c.channel, vector.c.data)
        query = query.join(vector, of_model).where(here, vector.c.dimensions > 0)
        async with self._database.read() as connection:
            lack = _passages(passage.c.id).where(here, ~exists().where(of_model)).limit(1)
            if (await connection.execute(lack)).one_or_none() is not None:
                return None
            upto = await reading.latest(connection, community)
            return await _as_rows(connection, query, upto)

    async def progress(self, model: str) -> Embedded:
        """How far a model has come, in all communities."""
        # Each passage in the table counts, and each vector is of one of them.
        made = select(func.count()).select_from(vector).where(vector.c.model == model)
        async with self._database.read() as connection:
            done = await connection.scalar(made) or 0
            total = await connection.scalar(select(func.count()).select_from(passage)) or 0
        return Embedded(done=done, total=total)

    async def expect(self, model: str, dimensions: int) -> None:
        """Forget a model's vectors of another length, so that their passages lack one again."""
        await self._forget(_of_another_length(model, dimensions))

    async def keep_only(self, model: str) -> None:
        """Forget the vectors by all other models."""
        await self._forget(vector.c.model != model)

    async def _forget(self, where: ColumnElement[bool]) -> None:
        """Forget vectors a part at a time: other writes wait meanwhile."""
        some = select(vector.c.passage).where(where).limit(_FORGOTTEN_AT_ONCE)
        while await self._any(where):
            async with self._database.write() as connection:
                await _forget(connection, where, vector.c.passage.in_(some))

    async def _any(self, where: ColumnElement[bool]) -> bool:
        async with self._database.read() as connection:
            return bool(await connection.scalar(select(exists().where(where))))


def _passages(*columns: Any) -> Select[Any]:
    """Columns of passages with their revisions and articles."""
    joined = select(*columns).select_from(passage)
    joined = joined.join(revision, revision.c.id == passage.c.revision)
    return joined.join(article, CURRENT)


def _row(model: str, passage: int, data: bytes) -> dict[str, Any]:
    return {"passage": passage, "model": model, "dimensions": len(data) // _NUMBER, "data": data}


def _of_another_length(model: str, dimensions: int) -> ColumnElement[bool]:
    return and_(vector.c.model == model, vector.c.dimensions.not_in((0, dimensions)))


async def _forget(connection: AsyncConnection, *where: ColumnElement[bool]) -> None:
    await connection.execute(delete(vector).where(*where))


async def _as_rows(connection: AsyncConnection, query: Select[Any], upto: int) -> Rows:
    passages, articles, channels, data = array("q"), array("q"), list[str | None](), list[bytes]()
    # Page by page, as rows are made on the event loop.
    result = await connection.stream(query)
    async for page in result.partitions(_PAGE):
        passages.extend(row.id for row in page)
        articles.extend(row.article for row in page)
        channels.extend(row.channel for row in page)
        data.extend(row.data for row in page)
    return Rows(
        passages=passages,
        articles=articles,
        channels=channels,
        dimensions=len(data[0]) // _NUMBER if data else 0,
        data=await asyncio.to_thread(b"".join, data),
        upto=upto,
    )
