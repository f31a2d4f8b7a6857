"""What a reader sees, as SQL conditions, and rows made into the values of `knowledge`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from bot.knowledge.article import Article, Particulars, Passage, Revision, Scope, Stance
from bot.storage.tables import article, passage, revision

# Entries of `corrects` are titles or file names: single lines.
_BETWEEN = "\n"

PARTICULARS = (
    revision.c.title,
    revision.c.author,
    revision.c.date,
    revision.c.url,
    revision.c.language,
    revision.c.stance,
    revision.c.corrects,
)

CURRENT = and_(
    revision.c.article == article.c.id,
    revision.c.number == article.c.revisions,
    article.c.removed_at.is_(None),
)
"""Joins an article that is still there to the revision that counts."""


def visible(scope: Scope) -> ColumnElement[bool]:
    """The articles of a community that everybody there sees, and those of the reader's channel."""
    return and_(article.c.community == scope.community, visible_in(scope.channel))


def visible_in(channel: str | None) -> ColumnElement[bool]:
    """The articles that are no other channel's."""
    return or_(article.c.channel.is_(None), article.c.channel == channel)


def select_articles(*where: ColumnElement[bool]) -> Select[Any]:
    """What `as_article` needs of the articles that are still there."""
    of_article = (article.c.id, article.c.community, article.c.channel, article.c.source, article.c.revisions)
    of_revision = (revision.c.words, revision.c.added_by, revision.c.added_at, *PARTICULARS)
    return (
        select(*of_article, revision.c.id.label("revision"), *of_revision)
        .join_from(article, revision, CURRENT)
        .where(*where)
    )


def as_article(row: Row[Any]) -> Article:
    """An article as it stands now."""
    return Article(
        id=row.id,
        community=row.community,
        channel=row.channel,
        particulars=as_particulars(row),
        revision=row.revision,
        revisions=row.revisions,
        source=row.source,
        added_by=row.added_by,
        added_at=row.added_at,
        words=row.words,
    )


def as_particulars(row: Row[Any]) -> Particulars:
    """What somebody said about it."""
    return Particulars(
        title=row.title,
        author=row.author,
        date=row.date,
        url=row.url,
        language=row.language,
        stance=Stance(row.stance) if row.stance else None,
        corrects=tuple(filter(None, row.corrects.split(_BETWEEN))),
    )


def of_particulars(said: Particulars) -> dict[str, Any]:
    """The columns of a revision that hold what somebody said."""
    return {
        "title": said.title,
        "author": said.author,
        "date": said.date,
        "url": said.url,
        "language": said.language,
        "stance": said.stance.value if said.stance else None,
        "corrects": _BETWEEN.join(" ".join(entry.split()) for entry in said.corrects),
    }


def as_revision(row: Row[Any]) -> Revision:
    """The words of an article at one time."""
    return Revision(
        id=row.id,
        article=row.article,
        number=row.number,
        particulars=as_particulars(row),
        text=row.text,
        content_hash=row.content_hash,
        added_at=row.added_at,
    )


def select_passages(*where: ColumnElement[bool]) -> Select[Any]:
    """What `as_passage` needs, but for the words, of articles that are still there; in reading order."""
    of_passage = (passage.c.id, passage.c.revision, passage.c.start, passage.c.end, passage.c.heading)
    return (
        select(
            *of_passage,
            article.c.id.label("article"),
            article.c.channel,
            revision.c.title,
            revision.c.language,
        )
        .join_from(article, revision, CURRENT)
        .join(passage, passage.c.revision == revision.c.id)
        .where(*where)
        .order_by(passage.c.revision, passage.c.ordinal)
    )


def as_passage(row: Row[Any], text: str) -> Passage:
    """A passage; `text` is its own words."""
    return Passage(
        id=row.id,
        article=row.article,
        revision=row.revision,
        channel=row.channel,
        title=row.title,
        heading=row.heading,
        language=row.language,
        text=text,
        start=row.start,
        end=row.end,
    )
