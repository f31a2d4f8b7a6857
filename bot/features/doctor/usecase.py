"""Looks at every part of the bot, telling which one is under way."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import RostrumError
from bot.features.doctor import reply as replies
from bot.features.doctor.command import Doctor
from bot.knowledge.article import Scope
from bot.ports import Checkup, Library, Point, Search, State, scope_of


class Diagnoses:
    """Tells the state of each part."""

    def __init__(self, library: Library, search: Search, checkup: Checkup) -> None:
        self._library = library
        self._search = search
        self._checkup = checkup

    async def __call__(self, request: Doctor, call: Invocation) -> AsyncIterator[Reply]:
        points = [await self._database(scope_of(call)), await self._index(scope_of(call))]
        yield replies.looking(points)
        async for point in self._checkup.points():
            points.append(point)
            yield replies.looking(points)
        yield replies.table(points)

    async def _database(self, scope: Scope) -> Point:
        try:
            count = await self._library.count(scope)
        except RostrumError as error:
            return replies.bad("Data", "database", error)
        if not count:
            to_do = "Add one: rostrum articles add FILE"
            return Point(
                part="Data", what="articles", state=State.DOUBTFUL, found="There are none.", to_do=to_do
            )
        return Point(part="Data", what="database", state=State.GOOD, found=f"Works; {count:,} articles.")

    async def _index(self, scope: Scope) -> Point:
        try:
            await self._search.find(scope, "doctor", limit=1)
        except RostrumError as error:
            return replies.bad("Data", "search index", error)
        return Point(part="Data", what="search index", state=State.GOOD, found="Works and is up to date.")
