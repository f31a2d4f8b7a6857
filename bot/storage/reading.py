"""Reads of articles and passages, inside a transaction that somebody else opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.knowledge.article import Article, Passage, Scope
from bot.storage.naming import Name
from bot.storage.rows import (
    CURRENT,
    PARTICULARS,
    as_article,
    as_passage,
    select_articles,
    select_passages,
    visible,
)
from bot.storage.tables import article, change, community, passage, revision

_BATCH_ARTICLES = 200
_BATCH_PASSAGES = 4000


async def one(connection: AsyncConnection, scope: Scope, number: int) -> Article:
    """A visible article. Raises NotFound."""
    found = (await current(connection, scope, [number])).get(number)
    if found is None:
        raise NotFound(f"There is no article {number} here.")
    return found


async def current(connection: AsyncConnection, scope: Scope, numbers: Sequence[int]) -> dict[int, Article]:
    """Those of the articles that are still there and visible, by number."""
    query = select_articles(visible(scope), article.c.id.in_(numbers))
    return {row.id: as_article(row) for row in (await connection.execute(query)).all()}


async def names(connection: AsyncConnection, scope: Scope) -> list[Name]:
    """What each visible article is called."""
    columns = (article.c.id, revision.c.title, article.c.source)
    query = select(*columns).join_from(article, revision, CURRENT).where(visible(scope))
    rows = (await connection.execute(query)).all()
    return [Name(id=row.id, title=row.title, source=row.source) for row in rows]


def select_revision(scope: Scope, number: int) -> Select[Any]:
    """One revision of a visible article, also of a removed one."""
    columns = (
        revision.c.id,
        revision.c.article,
        revision.c.number,
        revision.c.content_hash,
        revision.c.added_at,
    )
    return (
        select(*columns, revision.c.text, *PARTICULARS)
        .join(article, article.c.id == revision.c.article)
        .where(visible(scope), revision.c.id == number)
    )


async def passages(
    connection: AsyncConnection, where: ColumnElement[bool], numbers: Sequence[int]
) -> tuple[Passage, ...]:
    """The passages of some articles as they stand now, article by article, in reading order."""
    rows = (await connection.execute(select_passages(where, article.c.id.in_(numbers)))).all()
    wanted = {row.revision for row in rows}
    query = select(revision.c.id, revision.c.text).where(revision.c.id.in_(wanted))
    texts: dict[int, str] = {row.id: row.text for row in await connection.execute(query)}
    return tuple(as_passage(row, texts[row.revision][row.start : row.end]) for row in rows)


async def passages_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, Passage]:
    """Those of the passages that still count and are visible, by id."""
    return await current_passages(connection, ids, visible(scope))


async def current_passages(
    connection: AsyncConnection, ids: Sequence[int], *where: ColumnElement[bool]
) -> dict[int, Passage]:
    """Those of the passages that still count, by id; of every community unless `where` says which."""
    words = func.substr(revision.c.text, passage.c.start + 1, passage.c.end - passage.c.start)
    query = select_passages(passage.c.id.in_(ids), *where).add_columns(words.label("words"))
    return {row.id: as_passage(row, row.words) for row in (await connection.execute(query)).all()}


async def batch(connection: AsyncConnection, where: str, after: int) -> dict[int, int]:
    """The next changed articles of a community, with the points of their changes: a bounded number."""
    query = (
        select(change.c.article, change.c.point, func.count(passage.c.id).label("passages"))
        .outerjoin(article, article.c.id == change.c.article)
        .outerjoin(revision, CURRENT)
        .outerjoin(passage, passage.c.revision == revision.c.id)
        .where(change.c.community == where, change.c.point > after, change.c.article.is_not(None))
        .group_by(change.c.article, change.c.point)
        .order_by(change.c.point)
        .limit(_BATCH_ARTICLES)
    )
    points: dict[int, int] = {}
    total = 0
    for row in (await connection.execute(query)).all():
        total += row.passages
        if points and total > _BATCH_PASSAGES:
            break
        points[row.article] = row.point
    return points


async def latest(connection: AsyncConnection, where: str) -> int:
    """The newest point of a community's change sequence; 0 when nothing ever happened."""
    return await connection.scalar(select(community.c.last_change).where(community.c.id == where)) or 0


async def stamp(connection: AsyncConnection, where: str, point: int) -> int:
    """What tells a point from one with the same number in another sequence; 0 for one never reached."""
    query = select(change.c.stamp).where(change.c.community == where, change.c.point == point)
    return await connection.scalar(query) or 0


async def languages(connection: AsyncConnection, scope: Scope) -> frozenset[str]:
    """The languages of the visible articles."""
    query = select(revision.c.language).distinct().join_from(article, revision, CURRENT).where(visible(scope))
    return frozenset(filter(None, await connection.scalars(query)))


async def count(connection: AsyncConnection, scope: Scope) -> int:
    """The number of visible articles."""
    query = select(func.count()).select_from(article).where(visible(scope), article.c.removed_at.is_(None))
    return await connection.scalar(query) or 0
