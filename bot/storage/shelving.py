"""Putting articles on the shelf and taking them off, inside a transaction that somebody else opened."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.knowledge.article import Draft
from bot.knowledge.passages import Span
from bot.ports import Outcome
from bot.storage.engine import insert_new, insert_row
from bot.storage.rows import CURRENT, PARTICULARS, as_particulars, of_particulars, visible_in
from bot.storage.tables import article, change, community, passage, quotation, revision

_STAMP_BITS = 62


async def find(connection: AsyncConnection, where: str, draft: Draft) -> tuple[Outcome, int | None]:
    """What a draft would be in a community, and the article that it is or revises.

    It is the article from the same source; else one with the same words that is visible where the draft would
    be. Only an article of the very same channel is ever revised: a private channel's words must not show
    elsewhere.
    """
    found = await _candidates(connection, where, draft)
    own = [row for row in found if row.channel == draft.channel]
    for row in own:
        if row.source == draft.source:
            return (Outcome.SAME if _unchanged(row, draft) else Outcome.REVISED), row.id
    for row in found:
        if row.content_hash == content_hash(draft.text):
            return Outcome.SAME, row.id
    return Outcome.NEW, None


async def completed(connection: AsyncConnection, where: str, draft: Draft) -> Draft:
    """A draft with what was said before of the article from the same source, where it says nothing itself."""
    for row in await _candidates(connection, where, draft):
        if row.source == draft.source and row.channel == draft.channel:
            known, said = as_particulars(row), draft.particulars
            kept = replace(
                said,
                author=said.author or known.author,
                date=said.date or known.date,
                url=said.url or known.url,
                stance=said.stance or known.stance,
                corrects=said.corrects or known.corrects,
            )
            return replace(draft, particulars=kept)
    return draft


async def _candidates(connection: AsyncConnection, where: str, draft: Draft) -> Sequence[Row[Any]]:
    alike = or_(
        article.c.source == draft.source,
        revision.c.content_hash == content_hash(draft.text),
    )
    columns = (
        article.c.id,
        article.c.channel,
        article.c.source,
        revision.c.content_hash,
    )
    query: Select[Any] = (
        select(*columns, *PARTICULARS)
        .join_from(article, revision, CURRENT)
        .where(article.c.community == where, visible_in(draft.channel), alike)
        .order_by(article.c.id)
    )
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows


def _unchanged(row: Row[Any], draft: Draft) -> bool:
    # Language is detected, not said: a better detector makes no new revision.
    said = replace(as_particulars(row), language=draft.particulars.language)
    return row.content_hash == content_hash(draft.text) and of_particulars(said) == of_particulars(
        draft.particulars
    )


async def shelve(
    connection: AsyncConnection,
    where: str,
    draft: Draft,
    spans: Sequence[Span],
    now: datetime,
    number: int | None,
) -> int:
    """Make a draft a new article, or the next revision of article `number`; return the article's number."""
    if number is None:
        made = insert(article).values(
            community=where, channel=draft.channel, source=draft.source, revisions=1
        )
        number = await insert_row(connection, made)
    else:
        await _drop_passages(connection, number)
        counted = update(article).values(source=draft.source, revisions=article.c.revisions + 1)
        await connection.execute(counted.where(article.c.id == number))
    await _revise(connection, number, draft, spans, now)
    await note_change(connection, where, number)
    return number


async def _revise(
    connection: AsyncConnection, number: int, draft: Draft, spans: Sequence[Span], now: datetime
) -> None:
    made = insert(revision).values(
        article=number,
        number=select(article.c.revisions).where(article.c.id == number).scalar_subquery(),
        content_hash=content_hash(draft.text),
        words=len(draft.text.split()),
        added_by=draft.added_by,
        added_at=now,
        text=draft.text,
        **of_particulars(draft.particulars),
    )
    key = await insert_row(connection, made)
    rows = [
        {"revision": key, "ordinal": ordinal, "start": span.start, "end": span.end, "heading": span.heading}
        for ordinal, span in enumerate(spans)
    ]
    if rows:
        await connection.execute(insert(passage), rows)


async def take_away(connection: AsyncConnection, where: str, number: int, now: datetime) -> None:
    """Remove an article; what is left of it are the revisions that something quotes."""
    await _drop_passages(connection, number)
    await connection.execute(update(article).where(article.c.id == number).values(removed_at=now))
    await forget_unquoted(connection, article.c.id == number)
    await note_change(connection, where, number)


async def forget_unquoted(connection: AsyncConnection, *where: ColumnElement[bool]) -> None:
    """Delete revisions that neither count nor are quoted, and removed articles of which nothing is left."""
    counts = and_(CURRENT, *where)
    of_these = select(article.c.id).where(*where)
    await connection.execute(
        delete(revision).where(
            revision.c.article.in_(of_these),
            ~exists().where(counts).correlate(revision),
            ~exists().where(quotation.c.revision == revision.c.id),
        )
    )
    await connection.execute(
        delete(article).where(
            *where, article.c.removed_at.is_not(None), ~exists().where(revision.c.article == article.c.id)
        )
    )


async def begin_change(connection: AsyncConnection, where: str) -> None:
    """Wait until this transaction is the only one that changes a community's articles."""
    await insert_new(connection, insert(community).values(id=where, last_change=0))
    await connection.execute(select(community.c.id).where(community.c.id == where).with_for_update())


async def note_change(connection: AsyncConnection, where: str, number: int) -> None:
    """Give an article the next point of the change sequence."""
    counted = update(community).where(community.c.id == where).values(last_change=community.c.last_change + 1)
    await connection.execute(counted)
    earlier = and_(change.c.community == where, change.c.article == number)
    await connection.execute(update(change).where(earlier).values(article=None))
    point = select(community.c.last_change).where(community.c.id == where).scalar_subquery()
    stamp = secrets.randbits(_STAMP_BITS) + 1
    made = insert(change).values(community=where, article=number, point=point, stamp=stamp)
    await connection.execute(made)


def content_hash(text: str) -> str:
    """What two texts share when they are the same."""
    return hashlib.sha256(text.encode()).hexdigest()


async def _drop_passages(connection: AsyncConnection, number: int) -> None:
    revisions = select(revision.c.id).where(revision.c.article == number)
    await connection.execute(delete(passage).where(passage.c.revision.in_(revisions)))
