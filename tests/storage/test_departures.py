"""Communities that took the bot out are noted, and after a while nothing of them is left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.chat.invocation import Place
from bot.chat.reply import Prose, reply
from bot.debating.events import Actor
from bot.knowledge.article import Draft, Particulars, Scope
from bot.model import Payer
from bot.ports import Outgoing, Quoted, Report
from bot.storage import Storage, open_storage
from bot.storage.engine import Database
from bot.storage.tables import metadata
from tests.storage.conftest import Clock

ONE, TWO = "discord:1", "discord:2"
ANN = Actor("7", "Ann")


async def fill(storage: Storage, community: str) -> None:
    """Something of a community's in as many tables as people can reach."""
    place = Place(platform="discord", community=community, channel="5")
    scope = Scope(community=community)
    draft = Draft(
        particulars=Particulars(title="Wombats", language="en"),
        text=f"Wombats of {community} dig long burrows at night.",
        source="file:/wombats.md",
        added_by="Ann",
        channel=None,
    )
    added = (await storage.library.add(scope, draft)).article
    await storage.library.note_supplied(community, ["shipped:wombats.md"])
    quoted = Quoted(article=added.id, revision=added.revision, start=0, end=7)
    ask = await storage.asks.record(place, "7", "Who digs?", [quoted], answered=True)
    await storage.asks.rate(place, ask, "7", helpful=True)
    await storage.outbox.put(Outgoing(key=f"a:{community}", place=place, reply=reply(Prose("Hello."))))
    payer = Payer(member="7", community=community)
    await storage.ledger.reserve(payer, 10, endpoint="default", model="small", purpose="answer")
    await storage.ledger.take_turn(place, "7")
    await storage.communities.change(community, ANN, {"words": "bad"})
    report = Report(text="Rude", link="", reason="", by=ANN, at=Clock().now())
    await storage.reports.file(place, report, notices=[])


async def rows(folder: Path) -> dict[str, str]:
    """Everything that is in the database, by table."""
    database = Database(folder / "app.db")
    try:
        async with database.read() as connection:
            return {
                table.name: repr((await connection.execute(select(table))).all())
                for table in metadata.sorted_tables
            }
    finally:
        await database.close()


async def test_of_a_community_that_is_forgotten_nothing_is_left_and_of_others_all(tmp_path: Path) -> None:
    async with open_storage(tmp_path, Clock()) as storage:
        await fill(storage, TWO)
        alone = await rows(tmp_path)
        await fill(storage, ONE)
        await storage.departures.forget(ONE)
    assert await rows(tmp_path) == alone
    assert TWO in repr(alone)


async def test_who_is_gone_is_told_once_and_who_comes_back_is_not_due(tmp_path: Path) -> None:
    clock = Clock()
    async with open_storage(tmp_path, clock) as storage:
        await fill(storage, ONE)
        await fill(storage, TWO)
        await fill(storage, "terminal")
        assert await storage.departures.note("discord:", frozenset({ONE, TWO})) == ()
        assert await storage.departures.note("discord:", frozenset({TWO})) == (ONE,)
        assert await storage.departures.note("discord:", frozenset({TWO})) == ()
        later = clock.now() + timedelta(days=1)
        assert await storage.departures.due(later) == (ONE,)
        assert await storage.departures.note("discord:", frozenset({ONE, TWO})) == ()
        assert await storage.departures.due(later) == ()
