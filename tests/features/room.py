"""A bot over a small library, as people talk to it, with its storage beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App, opened
from bot.chat.invocation import Invocation, Member, Place
from bot.chat.reply import Fact, Facts, Prose, Reply, Sources
from bot.dispatch import Screen
from bot.knowledge.article import Article, Draft, Particulars, Scope
from bot.settings import Settings
from bot.storage import Storage, open_storage
from tests.screens import Silent

WOMBATS = (
    "Wombats dig long burrows at night in the Kassel hills. A wombat eats dry grass and tough roots. "
    "The burrow of a wombat may be thirty metres long."
)
LIGHTHOUSES = (
    "The lighthouse at Cuxhaven was built of red brick in 1805. Its lamp burned rapeseed oil until "
    "electricity came. The keeper climbed ninety steps every evening."
)
BREAD = (
    "Rye bread keeps for a week because its crumb is moist. Bakers in Westphalia bake pumpernickel for "
    "sixteen hours."
)
CLOCKS = (
    "A pendulum clock loses time when the room grows warm. Huygens built the first pendulum clock in 1656."
)
SHELF = {"Wombats": WOMBATS, "Lighthouses": LIGHTHOUSES, "Bread": BREAD, "Clocks": CLOCKS}


class Clock:
    """A clock that moves a second every time somebody looks."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


def draft(title: str, text: str, *, channel: str | None = None, **said: Any) -> Draft:
    particulars = Particulars(title=title, **{"language": "en", **said})
    return Draft(
        particulars=particulars, text=text, source=f"file:/{title}.md", added_by="Ann", channel=channel
    )


class NoModel:
    """No endpoint is set, and none was found."""

    async def is_there(self) -> bool:
        return False


@dataclass(frozen=True)
class Room:
    """A bot, its storage beside it, and the place where people talk."""

    app: App
    storage: Storage
    folder: Path
    place: Place

    @property
    def scope(self) -> Scope:
        return Scope(community=self.place.community, channel=self.place.channel)

    async def add(self, title: str, text: str, *, channel: str | None = None, **said: Any) -> Article:
        scope = replace(self.scope, channel=channel) if channel else self.scope
        return (await self.storage.library.add(scope, draft(title, text, channel=channel, **said))).article

    async def stock(self) -> dict[str, Article]:
        return {title: await self.add(title, text) for title, text in SHELF.items()}

    async def run(
        self,
        *arguments: str,
        place: Place | None = None,
        member: Member | None = None,
        screen: Screen | None = None,
    ) -> Reply:
        call = Invocation(
            member=member or self.app.operator,
            place=place or self.place,
            arguments=arguments,
            asks_back=False,
        )
        return await self.app.dispatch(call, screen or Silent())

    async def run_in_shell(self, *arguments: str, screen: Screen | None = None) -> Reply:
        call = Invocation(
            member=self.app.operator,
            place=self.place,
            arguments=arguments,
            asks_back=False,
            local=True,
            from_shell=True,
        )
        return await self.app.dispatch(call, screen or Silent())

    async def ask(self, question: str, *more: str, place: Place | None = None) -> dict[str, Any]:
        answer = await self.run("ask", question, *more, place=place)
        assert answer.error is None, answer.error
        data: dict[str, Any] = answer.data
        return data

    async def texts(self, question: str) -> str:
        return str((await self.ask(question))["text"])


@asynccontextmanager
async def room_in(folder: Path, **settled: Any) -> AsyncIterator[Room]:
    """A room whose data is in a folder; `settled` are further settings."""
    settings = Settings(data=folder, library=False, **settled)
    async with opened(settings, platform="shell") as app, open_storage(folder, Clock()) as storage:
        yield Room(app, storage, folder, replace(app.home, thread="t1"))


def prose(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.blocks if isinstance(block, Prose))


def sources(reply: Reply) -> Sources:
    return next(block for block in reply.blocks if isinstance(block, Sources))


def facts(reply: Reply) -> dict[str, str]:
    rows: list[Fact] = [row for block in reply.blocks if isinstance(block, Facts) for row in block.rows]
    return {row.label: row.value for row in rows}
