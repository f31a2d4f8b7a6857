"""The parts put together: the first load of the library, and commands found in modules."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import bot.features
from bot.app import App, opened
from bot.app.articles import COMMUNITY, ShippedArticles, load_shipped
from bot.app.wiring import wired
from bot.chat.invocation import Invocation, Role
from bot.chat.reply import Prose, Reply, reply
from bot.endpoint import Endpoint
from bot.errors import StoreError, Wait
from bot.knowledge.article import Scope
from bot.retrieval.embedding import PassageEmbedding
from bot.retrieval.importer import FileImporter
from bot.settings import Settings
from bot.storage import open_storage
from tests.screens import Silent

HOME = Scope(community=COMMUNITY)
SHIPPED = 17


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Breaking:
    """A library whose disk is full when a certain article is to be added."""

    def __init__(self, library: Any, at: int) -> None:
        self._library = library
        self._left = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    async def add(self, *args: Any, **named: Any) -> Any:
        self._left -= 1
        if not self._left:
            raise StoreError("The disk is full.")
        return await self._library.add(*args, **named)


def call(app: App, *arguments: str, role: Role = Role.OPERATOR) -> Invocation:
    member = replace(app.operator, role=role)
    return Invocation(member=member, place=app.home, arguments=arguments, asks_back=False)


async def run(app: App, *arguments: str) -> Reply:
    return await app.dispatch(call(app, *arguments), Silent())


async def titles(app: App) -> list[str]:
    return sorted(article["title"] for article in (await run(app, "articles", "list")).data)


async def test_the_first_start_puts_the_shipped_articles_in_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    async with opened(settings, platform="shell") as app:
        first = await titles(app)
    async with opened(settings, platform="terminal") as app:
        assert await titles(app) == first
    assert len(first) == len(set(first)) == SHIPPED


async def test_a_bot_without_its_library_starts_empty(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as app:
        assert await titles(app) == []


@pytest.mark.parametrize("at", [1, 5, SHIPPED])
async def test_a_first_load_that_was_interrupted_is_completed_at_the_next_start(
    tmp_path: Path, at: int
) -> None:
    folder = tmp_path / "data"
    async with open_storage(folder, Clock()) as storage:
        with pytest.raises(StoreError):
            await load_shipped(Breaking(storage.library, at), FileImporter())
        assert len(await storage.library.articles(HOME)) == at - 1
    async with opened(Settings(data=folder), platform="shell") as app:
        assert len(await titles(app)) == SHIPPED


async def test_what_the_operator_removed_does_not_come_back(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    async with opened(settings, platform="shell") as app:
        gone = (await run(app, "articles", "remove", "1")).data
        assert gone["outcome"] == "removed"
    for _ in range(2):
        async with opened(settings, platform="shell") as app:
            left = await titles(app)
            assert gone["title"] not in left
            assert len(left) == SHIPPED - 1


async def test_what_was_removed_after_an_interrupted_load_does_not_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with open_storage(folder, Clock()) as storage:
        with pytest.raises(StoreError):
            await load_shipped(Breaking(storage.library, 5), FileImporter())
        removed = (await storage.library.articles(HOME))[0]
        await storage.library.remove(HOME, removed.id)
    async with opened(Settings(data=folder), platform="shell") as app:
        left = await titles(app)
        assert removed.particulars.title not in left
        assert len(left) == SHIPPED - 1


async def test_a_library_that_was_emptied_stays_empty(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    async with opened(settings, platform="shell") as app:
        for article in (await run(app, "articles", "list")).data:
            await run(app, "articles", "remove", str(article["article"]))
    async with opened(settings, platform="shell") as app:
        assert await titles(app) == []


async def test_questions_older_than_they_are_kept_are_forgotten_at_the_start(tmp_path: Path) -> None:
    class LongAgo:
        def now(self) -> datetime:
            return datetime(2020, 1, 1, tzinfo=UTC)

    settings = Settings(data=tmp_path / "data", library=False)
    async with opened(settings, platform="shell") as app:
        home = app.home
    async with open_storage(settings.data, LongAgo()) as storage:
        await storage.asks.record(home, "1", "Old?", [], answered=False)
    async with open_storage(settings.data, Clock()) as storage:
        await storage.asks.record(home, "1", "New?", [], answered=False)
        assert len(await storage.asks.recent(home, 5)) == 2
    async with opened(settings, platform="shell"), open_storage(settings.data, Clock()) as storage:
        assert [asked.question for asked in await storage.asks.recent(home, 5)] == ["New?"]


# Communities on a platform.

SERVER = "discord:1234"


async def articles_of(app: App, community: str) -> list[str]:
    asked = call(app, "articles", "list")
    there = replace(asked, place=replace(asked.place, community=community))
    return sorted(article["title"] for article in (await app.dispatch(there, Silent())).data)


async def test_a_community_gets_the_shipped_articles_once_before_its_first_command(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", discover=False)
    async with opened(settings, platform="discord") as app:
        first, *others = await asyncio.gather(*(articles_of(app, SERVER) for _ in range(5)))
        assert len(first) == SHIPPED
        assert others == [first] * 4
        gone = replace(call(app, "articles", "remove", "1"), place=replace(app.home, community=SERVER))
        removed = (await app.dispatch(gone, Silent())).data
        assert removed["outcome"] == "removed"
    async with opened(settings, platform="discord") as app:
        assert await articles_of(app, SERVER) == [title for title in first if title != removed["title"]]


async def test_without_the_library_a_community_starts_empty(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", discover=False, library=False)
    async with opened(settings, platform="discord") as app:
        assert await articles_of(app, SERVER) == []


async def test_a_community_that_was_never_heard_of_has_no_articles_and_takes_no_time_at_the_start(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path / "data", discover=False)
    async with opened(settings, platform="discord"):
        pass
    async with open_storage(settings.data, Clock()) as storage:
        assert await storage.library.articles(Scope(community=SERVER)) == ()
        assert await storage.library.articles(HOME) == ()


async def test_a_slow_load_delays_the_answer_but_not_the_acknowledgement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = asyncio.Event()

    async def slow(*args: Any) -> None:
        await going_on.wait()

    class Screen(Silent):
        async def acknowledge(self, *, private: bool) -> None:
            acknowledged.set()

    acknowledged = asyncio.Event()
    settings = Settings(data=tmp_path / "data", discover=False)
    async with opened(settings, platform="discord") as app:
        monkeypatch.setattr("bot.app.articles.load_shipped", slow)
        there = replace(call(app, "articles", "list"), place=replace(app.home, community=SERVER))
        answering = asyncio.create_task(app.dispatch(there, Screen()))
        await acknowledged.wait()
        assert not answering.done()
        going_on.set()
        assert (await answering).data == []


async def test_a_load_that_failed_for_a_community_is_tried_again(tmp_path: Path) -> None:
    async with open_storage(tmp_path / "data", Clock()) as storage:
        articles = ShippedArticles(Breaking(storage.library, 5), FileImporter(), wanted=True)
        with pytest.raises(StoreError):
            await articles.ready_for(SERVER)
        await articles.ready_for(SERVER)
        assert len(await storage.library.articles(Scope(community=SERVER))) == SHIPPED


@pytest.mark.parametrize(("platform", "told"), [("terminal", 1), ("discord", 0)])
async def test_that_an_index_was_rebuilt_is_said_to_the_operator_alone(
    tmp_path: Path, platform: str, told: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path / "data", discover=False, library=False)
    async with opened(settings, platform="shell") as app:
        await run(app, "articles", "add", str(note(tmp_path)))
        await run(app, "search", "harbour")
    for file in (tmp_path / "data" / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"broken")
    async with opened(settings, platform=platform) as app:
        await run(app, "search", "harbour")
        claimed = await app.outbox.claim(platform, stale_after_s=60)
    assert (claimed is not None) == bool(told)
    assert ("rebuilt it from the database" in caplog.text) == (not told)


def note(folder: Path) -> Path:
    file = folder / "harbour.md"
    file.write_text("# The harbour\n\nThe harbour was dug in 1880 and has been widened twice since.\n")
    return file


async def test_what_is_debated_in_a_server_that_took_the_bot_out_ends_there_and_is_forgotten_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start(app: App, community: str) -> None:
        place = replace(app.home, platform="discord", community=community, channel=f"of {community}")
        asked = Invocation(member=app.operator, place=place, text="/debate start 1")
        assert (await app.dispatch(asked, Silent())).error is None

    settings = Settings(data=tmp_path / "data", discover=False)
    async with opened(settings, platform="discord") as app:
        await start(app, SERVER)
        await start(app, "discord:99")
        assert {community for community, _ in await app.debates.live("discord")} == {SERVER, "discord:99"}
        await app.here(frozenset({SERVER, "discord:99"}))
        await app.here(frozenset({"discord:99"}))
        assert {community for community, _ in await app.debates.live("discord")} == {"discord:99"}
    monkeypatch.setattr("bot.app.opening.LEFT_KEPT", timedelta(days=-1))
    async with opened(settings, platform="discord") as app:
        assert await app.debates.recent(SERVER, 10) == ()
        assert len(await app.debates.recent("discord:99", 10)) == 1
    kept = {folder.name for folder in (tmp_path / "data" / "index").iterdir()}
    assert kept == {"discord%3A99"}


# Commands found in modules.

JUGGLING = '''
"""Juggles."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.reply import Prose, reply
from bot.ports import Clock, Library, scope_of


@command("juggle", example="clubs")
class Juggle:
    """Juggle with something."""

    things: Annotated[str, Option("Things", suggest="thing", rest=True)]


class Juggles:
    """Juggles as many as there are articles."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def __call__(self, request: Juggle, call):
        count = len(await self._library.articles(scope_of(call)))
        yield reply(Prose(f"{count} {request.things}"))


class Things:
    """Names what can be juggled with."""

    source = "thing"

    def __init__(self, clock: Clock) -> None:
        self._year = clock.now().year

    async def __call__(self, typed, call):
        return [one for one in ("balls", "clubs") if one.startswith(typed) and self._year > 2000]
'''


@pytest.fixture
def juggling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plain module dropped into the features, and nothing registered anywhere."""
    dropped = tmp_path / "features"
    dropped.mkdir()
    (dropped / "juggling.py").write_text(JUGGLING)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    bot.features.__path__.append(str(dropped))
    yield dropped
    bot.features.__path__.remove(str(dropped))
    sys.modules.pop("bot.features.juggling", None)
    vars(bot.features).pop("juggling", None)


async def test_a_fault_that_ends_the_work_in_the_background_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(embedding: PassageEmbedding) -> None:
        raise KeyError("nothing there")

    monkeypatch.setattr("bot.app.opening.keep_embedding", broken)
    vectors = Endpoint(name="embeddings", base_url="http://127.0.0.1:9/v1", model="vectors")
    async with opened(
        Settings(data=tmp_path / "data", library=False, discover=False, embeddings=vectors),
        platform="terminal",
    ) as app:
        assert (await run(app, "articles", "list")).data == []
    (record,) = [record for record in caplog.records if record.name == "bot.app.background"]
    assert record.getMessage() == "work in the background has ended"
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError


async def test_work_in_the_background_that_is_ended_at_the_end_is_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = Endpoint(name="embeddings", base_url="http://127.0.0.1:9/v1", model="vectors")
    async with opened(
        Settings(data=tmp_path / "data", library=False, discover=False, embeddings=vectors),
        platform="terminal",
    ) as app:
        await run(app, "articles", "list")
    assert [record for record in caplog.records if record.name == "bot.app.background"] == []


async def test_who_searches_too_often_waits_like_who_asks_too_often(tmp_path: Path) -> None:
    async with opened(
        Settings(data=tmp_path / "data", library=False, discover=False, member_asks=3), platform="terminal"
    ) as app:

        async def error_of(command: str, role: Role) -> Exception | None:
            return (await app.dispatch(call(app, command, "licence", role=role), Silent())).error

        found = [await error_of("search", Role.MEMBER) for _ in range(4)]
        assert found[:3] == [None] * 3
        assert isinstance(found[3], Wait)
        assert isinstance(await error_of("ask", Role.MEMBER), Wait)
        assert [await error_of("search", Role.OPERATOR) for _ in range(5)] == [None] * 5


async def test_a_command_in_a_module_of_its_own_is_found_and_given_what_it_asks_for(
    tmp_path: Path, juggling: Path
) -> None:
    async with opened(Settings(data=tmp_path / "data"), platform="shell") as app:
        juggle = app.dispatch.catalog.named("juggle")
        assert juggle in app.dispatch.catalog.shown()
        assert await run(app, "juggle", "clubs") == reply(Prose(f"{SHIPPED} clubs"))
        assert "juggle" in [entry["command"] for entry in (await run(app, "help")).data]
        assert (await run(app, "help", "juggle")).data["usage"] == "juggle THINGS"
        assert list(await app.dispatch.suggest(call(app), juggle, "things", "cl")) == ["clubs"]
        help_ = app.dispatch.catalog.named("help")
        assert list(await app.dispatch.suggest(call(app), help_, "command", "jug")) == ["juggle"]


async def test_without_that_module_there_is_no_such_command(tmp_path: Path) -> None:
    async with opened(Settings(data=tmp_path / "data", library=False), platform="shell") as app:
        assert app.dispatch.catalog.named("juggle") is None


def test_a_use_case_that_asks_for_what_nobody_provides_is_noticed_at_the_start() -> None:
    with pytest.raises(KeyError):
        wired({})
