"""A library in memory that tells its changes as the real one does, and passages to put into it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import count

from bot.knowledge.article import Passage, Scope
from bot.ports import Changes

_ids = count(1)
_stamps = count(2**61)


def passage(
    text: str,
    *,
    article: int = 1,
    id: int | None = None,
    title: str = "",
    heading: str = "",
    channel: str | None = None,
    language: str | None = "en",
) -> Passage:
    """A passage that is the whole of its revision."""
    return Passage(
        id=next(_ids) if id is None else id, article=article, revision=article, channel=channel, title=title,
        heading=heading, language=language, text=text, start=0, end=len(text),
    )  # fmt: skip


class Shelf:
    """What IndexSearch asks of a library; `batch` articles come at a time."""

    def __init__(self, batch: int = 100) -> None:
        self._batch = batch
        self._articles: dict[int, list[Passage]] = {}
        self._points: dict[int, int] = {}
        self._latest = 0
        self._stamps = {0: 0}
        self.asked_after: list[int] = []

    def put(self, *passages: Passage) -> None:
        """Add or revise the articles of these passages, one change each."""
        for article in dict.fromkeys(one.article for one in passages):
            self._articles[article] = [one for one in passages if one.article == article]
            self._changed(article)

    def copy(self) -> Shelf:
        """A backup: the same until either goes on."""
        return deepcopy(self)

    def drop(self, article: int) -> None:
        """Take an article out."""
        self._articles[article] = []
        self._changed(article)

    def _changed(self, article: int) -> None:
        self._latest += 1
        self._points[article] = self._latest
        self._stamps[self._latest] = next(_stamps)

    async def latest_change(self, community: str) -> int:
        return self._latest

    async def stamp(self, community: str, point: int) -> int:
        return self._stamps.get(point, 0)

    async def changes(self, community: str, after: int) -> Changes:
        self.asked_after.append(after)
        ordered = sorted(self._points, key=self._points.__getitem__)
        due = [article for article in ordered if self._points[article] > after][: self._batch]
        upto = max((self._points[article] for article in due), default=after)
        return Changes(
            removed=tuple(due),
            passages=tuple(one for article in due for one in self._articles[article]),
            upto=upto,
            stamp=self._stamps[upto],
            more=upto < self._latest,
        )

    async def passages_by_id(self, scope: Scope, ids: Sequence[int]) -> dict[int, Passage]:
        visible = (one for held in self._articles.values() for one in held)
        return {one.id: one for one in visible if one.id in ids and one.channel in (None, scope.channel)}
