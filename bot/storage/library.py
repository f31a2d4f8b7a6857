"""The articles of each community, in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import insert, select

from bot.errors import NotAllowed, NotFound
from bot.knowledge.article import Article, Draft, Passage, Revision, Scope
from bot.knowledge.passages import Span
from bot.ports import Added, Changes, Clock, Outcome, Outgoing
from bot.storage import naming, reading, shelving, tables
from bot.storage.engine import Database, insert_new
from bot.storage.outbox import put
from bot.storage.rows import as_article, as_revision, select_articles, visible

Split = Callable[[str, str | None], Sequence[Span]]
"""Makes the passages of a text in a language."""


class StoredLibrary:
    """`ports.Library` on a database. `split` runs off the event loop."""

    def __init__(self, database: Database, clock: Clock, split: Split) -> None:
        self._database = database
        self._clock = clock
        self._split = split

    async def add(self, scope: Scope, draft: Draft, *, notices: Sequence[Outgoing] = ()) -> Added:
        """Store a draft as a new article or a new revision, or find that it is here already.

        Raises NotAllowed when the draft is for another channel than the one it is added in.
        """
        if draft.channel not in (None, scope.channel):
            raise NotAllowed(
                "An article can be kept to a channel only from there.", "Add it in that channel."
            )
        # What is here already, as a whole folder often is, must neither be split again nor wait for its turn.
        async with self._database.read() as connection:
            draft = await shelving.completed(connection, scope.community, draft)
        if added := await self._same(scope, draft):
            return added
        spans = await asyncio.to_thread(self._split, draft.text, draft.particulars.language)
        async with self._database.write() as connection:
            await shelving.begin_change(connection, scope.community)
            outcome, number = await shelving.find(connection, scope.community, draft)
            if number is None or outcome is not Outcome.SAME:
                now = self._clock.now()
                number = await shelving.shelve(connection, scope.community, draft, spans, now, number)
                for notice in notices:
                    await put(connection, notice)
            return Added(article=await reading.one(connection, scope, number), outcome=outcome)

    async def _same(self, scope: Scope, draft: Draft) -> Added | None:
        async with self._database.read() as connection:
            outcome, number = await shelving.find(connection, scope.community, draft)
            if number is None or outcome is not Outcome.SAME:
                return None
            return Added(article=await reading.one(connection, scope, number), outcome=outcome)

    async def articles(
        self, scope: Scope, words: str = "", *, limit: int | None = None
    ) -> tuple[Article, ...]:
        """The visible articles, newest first, or those whose title, author or source has all the `words`."""
        query = select_articles(visible(scope)).order_by(tables.revision.c.id.desc())
        wanted = words.casefold().split()
        async with self._database.read() as connection:
            rows = (await connection.execute(query if wanted else query.limit(limit))).all()
        # Filtered here, since databases fold the case of other letters than A to Z each in their own way.
        found = (one for one in map(as_article, rows) if naming.has(one, wanted))
        return tuple(found)[:limit]

    async def count(self, scope: Scope) -> int:
        """The number of visible articles."""
        async with self._database.read() as connection:
            return await reading.count(connection, scope)

    async def languages(self, scope: Scope) -> frozenset[str]:
        """The languages of the visible articles, as far as they are known."""
        async with self._database.read() as connection:
            return await reading.languages(connection, scope)

    async def article(self, scope: Scope, name: str) -> Article:
        """One article by its number or enough of its title. Raises NotFound, naming the nearest."""
        async with self._database.read() as connection:
            names = await reading.names(connection, scope)
            return await reading.one(connection, scope, naming.find(name, names))

    async def remove(self, scope: Scope, article: int) -> Article:
        """Take an article out of the library; revisions stay while something quotes them. Raises NotFound."""
        async with self._database.write() as connection:
            await shelving.begin_change(connection, scope.community)
            removed = await reading.one(connection, scope, article)
            await shelving.take_away(connection, scope.community, article, self._clock.now())
        return removed

    async def revision(self, scope: Scope, revision: int) -> Revision:
        """The words of one revision, also of a removed article that is still quoted. Raises NotFound."""
        async with self._database.read() as connection:
            row = (await connection.execute(reading.select_revision(scope, revision))).one_or_none()
        if row is None:
            raise NotFound("These words are not here any more.")
        return as_revision(row)

    async def passages(self, scope: Scope, article: int) -> tuple[Passage, ...]:
        """The passages of an article's current revision, in order. None of them when it is not visible."""
        async with self._database.read() as connection:
            return await reading.passages(connection, visible(scope), [article])

    async def passages_by_id(self, scope: Scope, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that still count and are visible, by id."""
        async with self._database.read() as connection:
            return await reading.passages_by_id(connection, scope, ids)

    async def current(self, scope: Scope, articles: Sequence[int]) -> dict[int, Article]:
        """Those of the articles that are still there and visible, by number."""
        async with self._database.read() as connection:
            return await reading.current(connection, scope, articles)

    async def corrections(self, scope: Scope, articles: Sequence[int]) -> dict[int, tuple[Article, ...]]:
        """For each of the articles that others say they correct: those others, the newest first."""
        query = select_articles(visible(scope), tables.revision.c.corrects != "").order_by(
            tables.revision.c.id.desc()
        )
        async with self._database.read() as connection:
            correcting = [as_article(row) for row in (await connection.execute(query)).all()]
            corrected = await reading.current(connection, scope, articles) if correcting else {}
        found = {id: tuple(naming.correcting(one, correcting)) for id, one in corrected.items()}
        return {id: others for id, others in found.items() if others}

    async def changes(self, community: str, after: int) -> Changes:
        """A batch of what changed after a point of the change sequence (0: from the beginning).

        Each article comes once, at its newest change; so rebuilding reads nothing twice.
        """
        async with self._database.read() as connection:
            points = await reading.batch(connection, community, after)
            passages = await reading.passages(
                connection, tables.article.c.community == community, list(points)
            )
            upto = max(points.values(), default=after)
            more = await reading.latest(connection, community) > upto
            stamp = await reading.stamp(connection, community, upto)
        return Changes(removed=tuple(points), passages=passages, upto=upto, stamp=stamp, more=more)

    async def latest_change(self, community: str) -> int:
        """The newest point of the change sequence; 0 when nothing ever happened."""
        async with self._database.read() as connection:
            return await reading.latest(connection, community)

    async def stamp(self, community: str, point: int) -> int:
        """What tells a point from one with the same number in another library; 0 for one never reached."""
        async with self._database.read() as connection:
            return await reading.stamp(connection, community, point)

    async def supplied(self, community: str) -> frozenset[str]:
        """The sources noted as supplied, also those of articles removed since."""
        query = select(tables.supplied.c.source).where(tables.supplied.c.community == community)
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(query))

    async def note_supplied(self, community: str, sources: Iterable[str]) -> None:
        """Note that articles from these sources were put here once and need not come again."""
        async with self._database.write() as connection:
            for source in sources:
                await insert_new(
                    connection, insert(tables.supplied).values(community=community, source=source)
                )
