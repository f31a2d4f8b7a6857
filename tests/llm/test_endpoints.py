"""Which endpoints there are: those that are set, or what is found here, looked for no more than needed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm import endpoints as module
from bot.llm.client import Client
from bot.llm.endpoints import Endpoints
from bot.settings import Settings
from bot.settings.declared import Said
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import MODEL, Now, asked, hear, known_of, soon

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


async def met(client: Client) -> None:
    """Ask it for its models, whatever comes of it."""
    with suppress(ModelError):
        await client.listed(soon())


@pytest.fixture
def at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN_S", -1.0)


@pytest.mark.usefixtures("at_any_time")
async def test_a_server_that_has_gone_is_looked_for_and_forgotten() -> None:
    async with FakeModelServer() as server:
        looking = Discovery(Endpoint(name="ollama", base_url=server.base_url, found=True))
    endpoints = Endpoints([], Now(), discover=looking)
    (client,) = await endpoints.all()
    await met(client)
    assert await endpoints.all() == [client]
    looking.there = []
    assert await names(endpoints) == []
    looking.there = FOUND
    assert await names(endpoints) == ["default", "lmstudio"]


async def test_a_server_that_has_gone_is_not_looked_for_at_every_question() -> None:
    async with FakeModelServer() as server:
        looking = Discovery(Endpoint(name="ollama", base_url=server.base_url, found=True))
    endpoints = Endpoints([], Now(), discover=looking)
    for _ in range(3):
        (client,) = await endpoints.all()
        await met(client)
    assert looking.looked == 1


@pytest.mark.usefixtures("at_any_time")
async def test_a_server_that_answers_is_not_looked_for_again() -> None:
    async with FakeModelServer(quirks=["models-missing"]) as server:
        looking = Discovery(Endpoint(name="ollama", base_url=server.base_url, found=True))
        endpoints = Endpoints([], Now(), discover=looking)
        for _ in range(3):
            (client,) = await endpoints.all()
            await met(client)
        await endpoints.close()
    assert looking.looked == 1


@pytest.mark.usefixtures("at_any_time")
async def test_what_is_forgotten_answers_to_the_end_and_leaves_no_connection() -> None:
    async with FakeModelServer(hold_after=2) as busy, FakeModelServer() as gone:
        one = Endpoint(name="ollama", base_url=gone.base_url, found=True)
        other = Endpoint(name="vllm", base_url=busy.base_url, model=MODEL, window=8192, found=True)
        looking = Discovery(one, other)
        endpoints = Endpoints([], Now(), discover=looking)
        first, second = await endpoints.all()
        await second.listed(soon())
        answering = asyncio.create_task(hear(second, asked()))
        await busy.until(lambda: len(busy.calls) == 1)
        await gone.__aexit__(None)
        await met(first)
        looking.there = []
        assert await names(endpoints) == []
        busy.go_on()
        heard = await answering
        assert heard.error is None
        assert heard.text
        await busy.until(lambda: busy.open_sockets == 0)


@pytest.mark.usefixtures("at_any_time")
async def test_who_is_still_there_keeps_their_client() -> None:
    async with FakeModelServer() as server:
        dead = Endpoint(name="ollama", base_url=server.base_url, found=True)
    looking = Discovery(FOUND[0], dead)
    endpoints = Endpoints([], Now(), discover=looking)
    first, second = await endpoints.all()
    await met(second)
    looking.there = [FOUND[0]]
    assert await endpoints.all() == [first]


# Endpoints that are set, on this machine.


@pytest.mark.parametrize(
    ("kind", "title"), [("ollama", "Ollama"), ("llamacpp", "llama.cpp"), ("vllm", "vLLM")]
)
async def test_a_server_of_this_machine_is_called_by_its_name(kind: str, title: str) -> None:
    async with FakeModelServer(kind=kind) as server:
        one = Endpoint(name="default", base_url=server.base_url, api_key="sesame", model=MODEL)
        endpoints = Endpoints([one], Now())
        (client,) = await endpoints.all()
        before = len(server.requests)
        await endpoints.all()
        assert len(server.requests) == before
        await endpoints.close()
    assert client.endpoint == replace(one, provider=kind, title=title)
    assert client.named(MODEL).where == f"on this machine ({title})"


async def test_what_the_operator_named_is_not_asked_what_it_is() -> None:
    async with FakeModelServer(kind="ollama") as server:
        one = Endpoint(name="default", base_url=server.base_url, provider="litellm")
        assert [client.endpoint for client in await Endpoints([one], Now()).all()] == [one]
    assert server.requests == []


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
