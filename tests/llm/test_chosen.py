"""A community's calls go to the endpoint that it has chosen, unless another one is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from bot.chat.choices import Choices
from bot.debating.events import Actor
from bot.errors import ModelError
from bot.llm.chosen import ChosenEndpoint
from bot.model import Payer
from bot.ports import ChoiceMade
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import ENOUGH_S, SCHEMA, asked
from tests.llm.routing import client, router_over

CLUB, OTHERS = Payer(member="ada", community="club"), Payer(member="ada", community="others")
REQUEST, JSON = asked(), asked(schema=SCHEMA)


class ClubChose:
    """The club has chosen an endpoint, nobody else has."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    async def choices(self, community: str) -> Choices:
        return Choices(endpoint=self._endpoint) if community == "club" else Choices()

    async def change(self, community: str, by: Actor, changes: Mapping[str, str | None]) -> Choices:
        raise NotImplementedError

    async def history(self, community: str, limit: int) -> tuple[ChoiceMade, ...]:
        raise NotImplementedError


@dataclass
class Pair:
    """The usual endpoint and another one."""

    usual: FakeModelServer
    other: FakeModelServer
    model: ChosenEndpoint
    misled: ChosenEndpoint

    def asked(self) -> tuple[int, int]:
        return len(self.usual.calls), len(self.other.calls)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        usual = await stack.enter_async_context(FakeModelServer())
        other = await stack.enter_async_context(FakeModelServer())
        router = await stack.enter_async_context(router_over(client(usual), client(other, "other")))
        chosen = ChosenEndpoint(router, ClubChose("other"))
        yield Pair(usual, other, chosen, ChosenEndpoint(router, ClubChose("gone")))


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
