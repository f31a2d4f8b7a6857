"""When an endpoint that fails is left alone, and how it is tried out again."""

from __future__ import annotations

import asyncio

import pytest

from bot.llm import breaker
from bot.llm.errors import (
    BadRequest,
    CircuitOpen,
    Overloaded,
)
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.llm.asking import asked
from tests.llm.routing import client, hear, router_over


async def test_after_three_failures_an_endpoint_is_left_alone() -> None:
    async with (
        FakeModelServer(quirks=["server-error"]) as server,
        FakeModelServer() as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"]) as router,
    ):
        heard = [await hear(router, asked()) for _ in range(5)]
    assert [each.error for each in heard] == [None] * 5
    assert len(server.calls) == 3 * 3
    assert len(other.calls) == 5


async def test_what_is_left_alone_is_told_with_its_reason() -> None:
    async with FakeModelServer(quirks=["server-error"]) as server, router_over(client(server)) as router:
        for _ in range(3):
            await hear(router, asked())
        heard = await hear(router, asked())
    assert type(heard.error) is CircuitOpen
    assert "cannot answer now" in heard.error.message
    assert "rostrum doctor" in heard.error.hint


async def test_a_success_between_failures_starts_the_count_anew() -> None:
    async with FakeModelServer() as server, router_over(client(server)) as router:
        for _ in range(4):
            server.quirks = ["server-error"]
            await hear(router, asked())
            await hear(router, asked())
            server.quirks = []
            assert (await hear(router, asked())).error is None


async def test_refusals_are_a_sign_of_life() -> None:
    async with (
        FakeModelServer(quirks=["error-shape-openai"]) as server,
        router_over(client(server)) as router,
    ):
        for _ in range(5):
            assert type((await hear(router, asked())).error) is BadRequest
    assert len(server.calls) == 5


async def test_after_a_rest_one_call_alone_tries_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "REST_S", 0.01)
    async with (
        FakeModelServer(quirks=["server-error"]) as server,
        FakeModelServer() as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"]) as router,
    ):
        for _ in range(3):
            await hear(router, asked())
        await asyncio.sleep(0.02)
        server.quirks, server.hold_after = [], 1
        before = len(server.calls)
        probe = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: server.at_work == 1)
        meanwhile = [await hear(router, asked()) for _ in range(3)]
        assert len(server.calls) == before + 1
        assert len(other.calls) == 6
        server.hold_after = None
        server.go_on()
        assert (await probe).error is None
        await hear(router, asked())
        assert len(server.calls) == before + 2
    assert [each.error for each in meanwhile] == [None] * 3


async def test_a_try_out_that_fails_means_another_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "REST_S", 0.01)
    async with FakeModelServer(quirks=["server-error"]) as server, router_over(client(server)) as router:
        for _ in range(3):
            await hear(router, asked())
        await asyncio.sleep(0.02)
        monkeypatch.setattr(breaker, "REST_S", 1000.0)
        assert type((await hear(router, asked())).error) is Overloaded
        assert type((await hear(router, asked())).error) is CircuitOpen
    assert len(server.calls) == 4 * 3


async def test_a_try_out_that_nobody_waited_for_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "REST_S", 0.01)
    async with FakeModelServer(quirks=["server-error"]) as server, router_over(client(server)) as router:
        for _ in range(3):
            await hear(router, asked())
        await asyncio.sleep(0.02)
        server.quirks, server.hold_after = [], 1
        probe = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: server.at_work == 1)
        probe.cancel()
        await asyncio.wait([probe])
        server.hold_after = None
        assert (await hear(router, asked())).error is None


@pytest.mark.parametrize("quirk", ["unauthorised", "no-balance-openrouter", "billing-insufficient-quota"])
async def test_a_wrong_key_or_an_empty_account_rests_at_once(quirk: str) -> None:
    async with (
        FakeModelServer(quirks=[quirk]) as server,
        FakeModelServer() as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"]) as router,
    ):
        heard = [await hear(router, asked()) for _ in range(3)]
    assert [each.error for each in heard] == [None] * 3
    assert len(server.calls) == 1


async def test_a_rate_limit_rests_as_long_as_it_says() -> None:
    limited = openai_error(429, "Slow.", headers={"retry-after": "60"})
    async with (
        FakeModelServer(script=[limited]) as server,
        FakeModelServer() as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"]) as router,
    ):
        heard = [await hear(router, asked()) for _ in range(3)]
        alone = await hear(router, asked(), endpoint="default")
    assert [each.error for each in heard] == [None] * 3
    assert len(server.calls) == 1
    assert isinstance(alone.error, CircuitOpen)
    assert 50 < (alone.error.retry_after_s or 0) <= 60
