"""Finds the passages for a model's turn: as many for as against, the same whoever's turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from bot.debating.motion import Case
from bot.debating.state import DebateState
from bot.errors import NotFound
from bot.knowledge.article import Article, Passage, Scope
from bot.knowledge.findings import Hit
from bot.plain import one_line
from bot.ports import Library, Search

LONGEST_QUERY = 600
_IN_FAVOUR = "argue in favour support because benefits"
_OPPOSED = "argue against oppose critics doubt risks"


class FindsPassages:
    """Searches for both sides, so that each also sees the best evidence against it."""

    def __init__(self, library: Library, search: Search) -> None:
        self._library = library
        self._search = search

    async def passages(self, scope: Scope, state: DebateState) -> tuple[Passage, ...]:
        """At most `evidence.passages` of the format: half found for the motion, half against, in turn.

        They depend on the motion and on the question that is open, never on the side that asks.
        """
        motion, most = state.motion, state.format.evidence.passages
        about = f"{motion.text} {state.turn.question if state.turn else ''}"
        pro = await self._found(scope, _query(about, motion.pro, _IN_FAVOUR), motion.pro, 2 * most)
        con = await self._found(scope, _query(about, motion.con, _OPPOSED), motion.con, 2 * most)
        return _half_each(pro, con, most)

    async def articles(self, scope: Scope, passages: Sequence[Passage]) -> dict[int, Article]:
        """The articles that passages are of, by number."""
        return await self._library.current(scope, [one.article for one in passages])

    async def _found(self, scope: Scope, query: str, case: Case, most: int) -> list[Passage]:
        if not case.articles:
            return [hit.passage for hit in (await self._search.find(scope, query, limit=most)).hits]
        hits: list[Hit] = []
        for name in case.articles:
            try:
                article = await self._library.article(scope, name)
            except NotFound:  # removed since the motion was chosen; the others are left
                continue
            hits += (await self._search.find(scope, query, limit=most, article=article.id)).hits
        return [hit.passage for hit in sorted(hits, key=lambda hit: -hit.score)[:most]]


def _query(about: str, case: Case, usual: str) -> str:
    """The motion, the open question, and what the side's evidence is known to say."""
    begins = " ".join(one.begins for one in case.listed)
    return one_line(f"{about} {case.words or usual} {begins}")[:LONGEST_QUERY]


def _half_each(pro: Sequence[Passage], con: Sequence[Passage], most: int) -> tuple[Passage, ...]:
    """By turns one of each, none twice; where one side has fewer, the other fills up."""
    found: dict[int, Passage] = {}
    halves = _apart(pro, con)
    for one in chain.from_iterable(zip_longest(*halves)):
        if one is not None and len(found) < most:
            found.setdefault(one.id, one)
    return tuple(found.values())


def _apart(pro: Sequence[Passage], con: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
    """What both queries found goes to the one that found it sooner."""
    ranks = [{one.id: at for at, one in enumerate(found)} for found in (pro, con)]
    own = [
        one for at, one in enumerate(pro) if at <= ranks[1].get(one.id, at)
    ]  # the same rank in both: it counts for the motion
    other = [one for at, one in enumerate(con) if at < ranks[0].get(one.id, at + 1)]
    return own, other
