"""A community's calls go to the endpoint that it has chosen, unless another one is named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.debating.events import Actor
from bot.errors import ModelError
from bot.llm.chosen import ChosenEndpoint
from bot.model import Payer
from bot.ports import Communities
from bot.storage import open_storage
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import ENOUGH_S, SCHEMA, asked
from tests.llm.routing import client, router_over
from tests.storage.conftest import Clock

CLUB, OTHERS = Payer(member="ada", community="club"), Payer(member="ada", community="others")
REQUEST, JSON = asked(), asked(schema=SCHEMA)


@dataclass
class Pair:
    """The usual endpoint and another one."""

    usual: FakeModelServer
    other: FakeModelServer
    model: ChosenEndpoint
    misled: ChosenEndpoint

    def asked(self) -> tuple[int, int]:
        return len(self.usual.calls), len(self.other.calls)


@asynccontextmanager
async def chosen(folder: Path, endpoint: str) -> AsyncIterator[Communities]:
    """What communities chose: the club that endpoint, nobody else any."""
    async with open_storage(folder, Clock()) as storage:
        await storage.communities.change("club", Actor("ada", "Ada"), {"endpoint": endpoint})
        yield storage.communities


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        right = await stack.enter_async_context(chosen(tmp_path / "right", "other"))
        wrong = await stack.enter_async_context(chosen(tmp_path / "wrong", "gone"))
        usual = await stack.enter_async_context(FakeModelServer())
        other = await stack.enter_async_context(FakeModelServer())
        router = await stack.enter_async_context(router_over(client(usual), client(other, "other")))
        yield Pair(usual, other, ChosenEndpoint(router, right), ChosenEndpoint(router, wrong))


async def test_a_community_that_chose_is_answered_from_there_and_others_as_usual(pair: Pair) -> None:
    await pair.model.complete(REQUEST, CLUB, within_s=ENOUGH_S)
    assert pair.asked() == (0, 1)
    await pair.model.complete(REQUEST, OTHERS, within_s=ENOUGH_S)
    assert pair.asked() == (1, 1)


async def test_what_is_streamed_and_what_is_json_goes_there_as_well(pair: Pair) -> None:
    async with pair.model.stream(REQUEST, CLUB, within_s=ENOUGH_S) as events:
        assert [event async for event in events]
    await pair.model.complete_json(JSON, CLUB, within_s=ENOUGH_S)
    assert pair.asked() == (0, 2)


async def test_an_endpoint_that_is_named_is_asked_whatever_was_chosen(pair: Pair) -> None:
    await pair.model.complete(REQUEST, CLUB, within_s=ENOUGH_S, endpoint="default")
    assert pair.asked() == (1, 0)


async def test_where_the_chosen_endpoint_is_gone_no_other_sees_the_question(pair: Pair) -> None:
    with pytest.raises(ModelError, match="no endpoint gone"):
        await pair.misled.complete(REQUEST, CLUB, within_s=ENOUGH_S)
    assert pair.asked() == (0, 0)


async def test_the_models_there_are_stay_the_same(pair: Pair) -> None:
    assert await pair.model.is_there()
    assert [one.endpoint for one in await pair.model.models()] == ["default"]
    assert [one.endpoint for one in await pair.model.models(every=True)] == ["default", "other"]
