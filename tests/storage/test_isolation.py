"""What belongs to one community or channel never shows in another, whatever is done in whatever order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.invocation import Place
from bot.errors import NotFound
from bot.knowledge.article import Scope
from bot.model import Payer, Usage
from bot.ports import Quoted
from tests.storage.conftest import Clock, Kept, draft, sqlite

SCOPES = [(community, channel) for community in "AB" for channel in (None, "x", "y")]
_runs = count()


@dataclass
class World:
    """Two communities of one run, and every number that was ever given in them."""

    kept: Kept
    run: int = field(default_factory=lambda: next(_runs))
    articles: list[int] = field(default_factory=list)
    revisions: list[int] = field(default_factory=list)
    quotable: list[tuple[Scope, int, int]] = field(default_factory=list)
    asks: list[int] = field(default_factory=list)
    spent: Counter[str] = field(default_factory=Counter)
    """Tokens of each community on the day that it is."""

    def scope(self, where: tuple[str, str | None]) -> Scope:
        return Scope(community=f"{where[0]}{self.run}", channel=where[1])

    def place(self, scope: Scope) -> Place:
        return Place(platform="chat", community=scope.community, channel=scope.channel or "lobby")

    def canary(self, community: str, channel: str | None) -> str:
        return f"canary-{community}-{channel}-"

    def foreign(self, scope: Scope) -> list[str]:
        """What must not show to readers there."""
        shown = {(scope.community, None), (scope.community, scope.channel)}
        every = [self.scope(where) for where in SCOPES]
        return [self.canary(s.community, s.channel) for s in every if (s.community, s.channel) not in shown]


async def add(world: World, scope: Scope, share: bool, choice: int) -> None:
    channel = None if share else scope.channel
    canary = world.canary(scope.community, channel)
    text = "The very same words." if choice % 3 == 0 else f"{canary} words {choice}"
    source, title = f"file:/notes/{choice % 2}.md", f"{canary} title {choice % 2}"
    said = draft(
        text, title=title, source=source, by=canary, channel=channel, author=canary, corrects=("0", "1")
    )
    added = (await world.kept.library.add(scope, said)).article
    world.articles.append(added.id)
    world.revisions.append(added.revision)
    world.quotable.append((scope, added.id, added.revision))
    await shows_nothing_foreign(scope, world, added)


async def remove(world: World, scope: Scope, share: bool, choice: int) -> None:
    if world.articles:
        with suppress(NotFound):
            number = world.articles[choice % len(world.articles)]
            await shows_nothing_foreign(scope, world, await world.kept.library.remove(scope, number))


async def ask(world: World, scope: Scope, share: bool, choice: int) -> None:
    _, article, revision = world.quotable[choice % len(world.quotable)] if world.quotable else (None, 0, 0)
    quoted = [Quoted(article=article, revision=revision, start=0, end=3)] if article and share else []
    place = world.place(scope)
    question = world.canary(scope.community, scope.channel)
    with suppress(NotFound):
        world.asks.append(await world.kept.asks.record(place, "ann", question, quoted, answered=True))


async def spend(world: World, scope: Scope, share: bool, choice: int) -> None:
    canary, payer = world.canary(scope.community, None), Payer(member="ann", community=scope.community)
    ledger = world.kept.ledger
    call = await ledger.reserve(payer, choice, endpoint=canary, model=canary, purpose=canary)
    if share:
        await ledger.settle(call, Usage(prompt=choice, answer=0), None)
    world.spent[scope.community] += choice
    used = [limit.used for limit in await ledger.limits(payer)][:2]
    assert used == [world.spent[scope.community]] * 2


async def purge(world: World, scope: Scope, share: bool, choice: int) -> None:
    clock: Any = world.kept.library._clock
    clock.pass_by(days=choice)
    await world.kept.asks.purge(clock.now())
    await world.kept.ledger.purge(clock.now())
    if choice:
        world.spent.clear()


async def shows_nothing_foreign(scope: Scope, world: World, *seen: object) -> None:
    for canary in world.foreign(scope):
        assert canary not in repr(seen)


async def everything(world: World, scope: Scope) -> Iterator[object]:
    """All that a reader there can get to see, refusals included."""
    library, asks, place = world.kept.library, world.kept.asks, world.place(scope)
    articles, revisions = list(set(world.articles)), list(set(world.revisions))
    passages = [one.id for article in articles for one in await library.passages(scope, article)]
    reads: list[Callable[[], Any]] = [
        lambda: library.articles(scope),
        lambda: library.articles(scope, "canary"),
        lambda: library.current(scope, articles),
        lambda: library.corrections(scope, articles),
        lambda: library.passages_by_id(scope, range(max([0, *passages]) + 50)),
        lambda: asks.recent(place, 50),
        lambda: world.kept.ledger.spent(scope.community, date.min),
        *(lambda name=name: library.article(scope, name) for name in ("canary", "canary-A title 0", "0")),
        *(lambda number=number: library.article(scope, str(number)) for number in articles),
        *(lambda number=number: library.passages(scope, number) for number in articles),
        *(lambda number=number: library.revision(scope, number) for number in revisions),
        *(lambda number=number: asks.asked(place, number) for number in world.asks),
    ]
    found: list[object] = []
    for read in reads:
        try:
            found.append(await read())
        except NotFound as error:
            found.append(str(error))
    return iter(found)


STEP = st.tuples(
    st.sampled_from([add, add, add, remove, ask, spend, purge]),
    st.sampled_from(SCOPES),
    st.booleans(),
    st.integers(0, 20),
)


@settings(max_examples=30)
@given(st.lists(STEP, max_size=14))
def test_no_canary_crosses(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    async def run() -> None:
        async with sqlite(tmp_path_factory.getbasetemp() / "isolation", Clock())() as kept:
            world = World(kept)
            for step, where, share, choice in steps:
                scope = world.scope(where)
                await step(world, scope, share or scope.channel is None, choice)
            for scope in map(world.scope, SCOPES):
                await shows_nothing_foreign(scope, world, *await everything(world, scope))
                changed = await kept.library.changes(scope.community, 0)
                other = "B" if scope.community.startswith("A") else "A"
                assert f"canary-{other}" not in repr(changed)

    asyncio.run(run())
