"""Which endpoints there are: those that are set, or what is found here, looked for no more than needed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.endpoint import Endpoint
from bot.llm import endpoints as module
from bot.llm.endpoints import Endpoints
from bot.settings import Settings
from bot.settings.declared import Said
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import MODEL, Now, asked, hear, known_of

FOUND = [
    Endpoint(name="ollama", base_url="http://127.0.0.1:11434/v1", provider="ollama", found=True),
    Endpoint(name="lmstudio", base_url="http://127.0.0.1:1234/v1", provider="lmstudio", found=True),
]


class Discovery:
    """Finds what it is told is there, and counts how often it looked."""

    def __init__(self, *there: Endpoint) -> None:
        self.there = list(there)
        self.looked = 0

    async def __call__(self) -> list[Endpoint]:
        self.looked += 1
        await asyncio.sleep(0)
        return self.there


async def names(endpoints: Endpoints) -> list[str]:
    return [client.endpoint.name for client in await endpoints.all()]


async def test_what_is_set_is_taken_and_nothing_looked_for() -> None:
    looking = Discovery(*FOUND)
    set_ones = [
        Endpoint(name="default", base_url="https://api.x.ai/v1"),
        Endpoint(name="big", base_url="http://b/v1"),
    ]
    endpoints = Endpoints(set_ones, Now(), discover=looking)
    assert await names(endpoints) == ["default", "big"]
    assert looking.looked == 0


async def test_without_discovery_there_may_be_none() -> None:
    assert await names(Endpoints([], Now())) == []


async def test_what_was_found_stays_and_has_one_client_each() -> None:
    looking = Discovery(*FOUND)
    endpoints = Endpoints([], Now(), discover=looking)
    first = await endpoints.all()
    looking.there = []
    second = await endpoints.all()
    assert [*map(id, first)] == [*map(id, second)]
    assert looking.looked == 1


async def test_the_first_one_found_stands_for_the_default() -> None:
    endpoints = Endpoints([], Now(), discover=Discovery(*FOUND))
    assert await names(endpoints) == ["default", "lmstudio"]
    assert (await endpoints.all())[0].endpoint == replace(FOUND[0], name="default")


async def test_those_who_ask_at_once_wait_for_one_look() -> None:
    looking = Discovery(*FOUND)
    endpoints = Endpoints([], Now(), discover=looking)
    found = await asyncio.gather(*(endpoints.all() for _ in range(5)))
    assert looking.looked == 1
    assert len({tuple(map(id, each)) for each in found}) == 1


async def test_after_nothing_was_found_it_is_not_looked_for_again_at_once() -> None:
    looking = Discovery()
    endpoints = Endpoints([], Now(), discover=looking)
    for _ in range(3):
        assert await names(endpoints) == []
    assert looking.looked == 1


async def test_after_a_while_a_server_that_was_started_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Discovery()
    endpoints = Endpoints([], Now(), discover=looking)
    assert await names(endpoints) == []
    looking.there = FOUND
    assert await names(endpoints) == []
    monkeypatch.setattr(module, "LOOK_AGAIN_S", -1.0)
    assert await names(endpoints) == ["default", "lmstudio"]
    assert looking.looked == 2


async def test_the_model_that_is_wanted_is_taken_at_whichever_server_is_found() -> None:
    settings = Settings(said=Said(model="big-model", window=2048))
    endpoints = Endpoints([], Now(), discover=Discovery(*FOUND), adopted=settings.adopted)
    first, second = (client.endpoint for client in await endpoints.all())
    assert (first.name, first.model, first.window, first.found) == ("default", "big-model", 2048, True)
    assert (second.name, second.model) == ("lmstudio", None)
    assert settings.said.model == "big-model"


async def test_all_endpoints_share_one_memory(tmp_path: Path) -> None:
    memory = tmp_path / "endpoints.json"
    async with FakeModelServer(quirks=["max-tokens-unsupported"]) as server:
        endpoint = Endpoint(name="default", base_url=server.base_url, model=MODEL, window=8192)
        endpoints = Endpoints([endpoint], Now(), memory=memory)
        (client,) = await endpoints.all()
        assert (await hear(client, asked())).error is None
        again = endpoints.client(replace(endpoint, name="again"))
        assert (await known_of(again)).shape.tokens_field == "max_completion_tokens"
        await endpoints.close()
        await server.until(lambda: server.open_sockets == 0)
    assert memory.exists()
