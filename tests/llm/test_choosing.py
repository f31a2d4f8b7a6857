"""Which model is asked, how much text that takes, and what it is sent: found out where nobody said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.llm.errors import ModelNotFound, TookTooLong
from bot.model import Meanwhile, Prompt, Turn
from tests.fakes.kinds import KINDS
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.fakes.writing import json_answer
from tests.llm.asking import ENOUGH_S, MODEL, asked, asked_at_length, client_of, hear, soon

# The name of the model.


async def test_a_wrong_name_is_told_with_the_nearest_ones() -> None:
    async with (
        FakeModelServer(models=["small-model", "other"]) as server,
        client_of(server, model="smal") as client,
    ):
        heard = await hear(client, asked())
    assert type(heard.error) is ModelNotFound
    assert "has no model smal" in heard.error.message
    assert "Set LLM_MODEL" in heard.error.hint
    assert "Did you mean small-model?" in heard.error.hint
    assert len(server.calls) == 1


async def test_a_name_like_no_other_is_told_with_what_there_is() -> None:
    async with (
        FakeModelServer(models=["alpha", "beta"]) as server,
        client_of(server, model="gpt-9") as client,
    ):
        heard = await hear(client, asked())
    assert type(heard.error) is ModelNotFound
    assert "Set LLM_MODEL to one of these: alpha, beta." in heard.error.hint


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_server_is_understood_when_it_lacks_the_model(kind: str) -> None:
    async with FakeModelServer(kind=kind) as server, client_of(server, model="smal-model") as client:
        heard = await hear(client, asked())
    assert type(heard.error) is ModelNotFound
    assert "Did you mean small-model?" in heard.error.hint


def lmstudio(*models: tuple[str, str, bool]) -> Any:
    """LM Studio with these models: name, type, whether it is loaded."""
    listed = [
        {
            "key": key,
            "type": kind,
            "loaded_instances": [{"config": {"context_length": 4096}}] if loaded else [],
        }
        for key, kind, loaded in models
    ]
    routes = {("GET", "/api/v1/models"): lambda server, received: json_answer({"models": listed})}
    return replace(KINDS["lmstudio"], routes=routes)


CHOICES = [
    pytest.param([("a", "llm", True), ("b", "llm", False)], "a", id="the loaded one of several"),
    pytest.param([("a", "llm", False)], "a", id="the only one"),
    pytest.param([("e", "embedding", True), ("a", "llm", False)], "a", id="the only one that writes text"),
]


@pytest.mark.parametrize(("models", "chosen"), CHOICES)
async def test_without_a_name_the_model_is_chosen(models: list[tuple[str, str, bool]], chosen: str) -> None:
    names = [name for name, _, _ in models]
    async with (
        FakeModelServer(models=names) as server,
        client_of(server, model=None, provider="lmstudio") as client,
    ):
        server.kind = lmstudio(*models)
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.started == [chosen]
    assert server.calls[0].body["model"] == chosen


UNCLEAR = [
    pytest.param([("a", "llm", False), ("b", "llm", False)], "several models", "LLM_MODEL", id="several"),
    pytest.param(
        [("a", "llm", True), ("b", "llm", True)], "several models", "LLM_MODEL", id="several loaded"
    ),
    pytest.param([("e", "embedding", True)], "no model that writes text", "Load one", id="only embeddings"),
]


@pytest.mark.parametrize(("models", "says", "hint"), UNCLEAR)
async def test_where_the_choice_is_not_clear_it_is_listed(
    models: list[tuple[str, str, bool]], says: str, hint: str
) -> None:
    names = [name for name, _, _ in models]
    async with (
        FakeModelServer(models=names) as server,
        client_of(server, model=None, provider="lmstudio") as client,
    ):
        server.kind = lmstudio(*models)
        heard = await hear(client, asked())
    assert type(heard.error) is ModelNotFound
    assert says in heard.error.message
    assert all(name in heard.error.message for name in names)
    assert hint in heard.error.hint
    assert server.calls == []


async def test_a_server_without_a_model_is_told() -> None:
    async with (
        FakeModelServer(quirks=["models-data-null"]) as server,
        client_of(server, model=None) as client,
    ):
        heard = await hear(client, asked())
    assert type(heard.error) is ModelNotFound
    assert "Load one there first." in heard.error.hint


async def test_a_model_that_was_exchanged_meanwhile_takes_over() -> None:
    async with FakeModelServer() as server, client_of(server, model=None) as client:
        assert (await hear(client, asked())).started == ["small-model"]
        server.models = ("new-model",)
        heard = await hear(client, asked())
        assert heard.error is None
        assert heard.started == ["small-model", "new-model"]
        assert (await hear(client, asked())).started == ["new-model"]


async def test_which_model_there_is_is_asked_only_for_a_short_while() -> None:
    async with (
        FakeModelServer(quirks=["never-answers"]) as server,
        client_of(server, model=None) as client,
    ):
        client.patience = replace(client.patience, lookup_s=0.05)
        with pytest.raises(TookTooLong) as raised:
            await client.model_name(float("inf"))
    assert raised.value.kind == "lookup"


async def test_who_waits_for_anothers_choice_waits_no_longer_than_they_want() -> None:
    loop = asyncio.get_running_loop()
    async with (
        FakeModelServer(quirks=["never-answers"]) as server,
        client_of(server, model=None) as client,
    ):
        client.patience = replace(client.patience, lookup_s=ENOUGH_S)
        patient = asyncio.create_task(client.model_name(soon()))
        await server.until(lambda: server.at_work == 1)
        with pytest.raises(TookTooLong):
            await client.model_name(loop.time() + 0.05)
        assert not patient.done()
        patient.cancel()
        await asyncio.wait([patient])
        server.quirks = []
        assert await client.model_name(soon()) == MODEL


async def test_the_nearest_names_are_asked_for_only_for_a_short_while() -> None:
    refusal = openai_error(404, "The model `smal` does not exist.", code="model_not_found")
    async with (
        FakeModelServer(quirks=["never-answers"], script=[refusal]) as server,
        client_of(server, model="smal") as client,
    ):
        client.patience = replace(client.patience, lookup_s=0.05)
        heard = await hear(client, asked())
        await server.until(lambda: len(server.cancelled) == 1)
    assert isinstance(heard.error, ModelNotFound)
    assert "has no model smal" in heard.error.message


# The window.


@pytest.mark.parametrize("kind", ["ollama", "lmstudio", "llamacpp", "vllm", "sglang"])
async def test_the_window_is_the_one_that_was_loaded(kind: str) -> None:
    async with FakeModelServer(kind=kind, context_window=2048) as server:
        if kind in ("ollama", "lmstudio", "llamacpp"):
            server.advertised_window = 131_072
        async with client_of(server, window=None, provider=kind) as client:
            assert await client.window(MODEL, soon()) == 2048


@pytest.mark.parametrize("window", [1024, 8192])
async def test_where_the_operator_says_the_window_nobody_is_asked_for_it(window: int) -> None:
    async with (
        FakeModelServer(kind="llamacpp", context_window=2048) as server,
        client_of(server, window=window, provider="llamacpp") as client,
    ):
        assert await client.window(MODEL, soon()) == window
    assert server.requests == []


async def test_a_complaint_makes_the_operators_window_smaller() -> None:
    async with FakeModelServer(kind="vllm", context_window=2048) as server, client_of(server) as client:
        await hear(client, asked_at_length(most_tokens=3000))
        assert await client.window(MODEL, soon()) == 2048


async def test_the_look_ups_for_a_window_share_one_short_time() -> None:
    """Five of them are asked at once, and a server that leaves all waiting is waited for but once."""
    async with (
        FakeModelServer(quirks=["never-answers"]) as server,
        client_of(server, window=None) as client,
    ):
        client.patience = replace(client.patience, lookup_s=0.2)
        looking = asyncio.create_task(client.window(MODEL, soon()))
        await server.until(lambda: len(server.requests) == 5 or looking.done())
        assert not looking.done()
        assert server.at_work == 5
        assert await looking is None


async def test_asking_for_the_window_loads_no_model() -> None:
    async with (
        FakeModelServer(kind="llamacpp", quirks=["llamacpp-router-loads-by-props"], loaded=False) as server,
        client_of(server, window=None, provider="llamacpp") as client,
    ):
        await client.window(MODEL, soon())
    assert "/props" in [call.path for call in server.requests]
    assert server.loaded is False


async def test_a_window_that_shows_when_the_model_is_loaded_is_taken_then() -> None:
    async with (
        FakeModelServer(kind="ollama", context_window=2048, loaded=False) as server,
        client_of(server, window=None, provider="ollama") as client,
    ):
        first = await hear(client, asked())
        server.loaded = True
        second = await hear(client, asked())
        assert await client.window(MODEL, soon()) == 2048
    assert Meanwhile.WINDOW_UNKNOWN in first.notices
    assert Meanwhile.WINDOW_UNKNOWN not in second.notices


async def test_a_window_that_nobody_tells_is_not_asked_for_again_and_again() -> None:
    async with FakeModelServer() as server, client_of(server, window=None) as client:
        for _ in range(2):
            assert Meanwhile.WINDOW_UNKNOWN in (await hear(client, asked())).notices
        before = len(server.requests)
        for _ in range(3):
            assert Meanwhile.WINDOW_UNKNOWN in (await hear(client, asked())).notices
    assert len(server.requests) == before + 3


@pytest.mark.parametrize("quirk", ["models-missing", "never-answers"])
async def test_a_lookup_that_fails_does_not_keep_from_asking(quirk: str) -> None:
    async with FakeModelServer(quirks=[quirk]) as server, client_of(server, window=None) as client:
        client.patience = replace(client.patience, lookup_s=0.05)
        assert await client.window(MODEL, soon()) is None
        server.quirks = []
        assert (await hear(client, asked())).error is None


# The request.


ODD_TALK = [
    pytest.param([], id="none"),
    pytest.param([Turn("assistant", "Hello!"), Turn("user", "Hi.")], id="the model began"),
    pytest.param([Turn("user", "One."), Turn("user", "Two.")], id="two questions"),
    pytest.param([Turn("user", "One."), Turn("assistant", "")], id="an empty answer"),
    pytest.param(
        [Turn("user", "One."), Turn("assistant", "Yes."), Turn("assistant", "No.")], id="two answers"
    ),
]


@pytest.mark.parametrize("system", ["You answer.", ""])
@pytest.mark.parametrize("earlier", ODD_TALK)
async def test_the_strictest_templates_take_the_messages(earlier: list[Turn], system: str) -> None:
    prompt = Prompt(system=system, earlier=tuple(earlier), closing="And now?")
    async with FakeModelServer() as server, client_of(server) as client:
        heard = await hear(client, asked(prompt=prompt))
    assert heard.error is None
    assert len(server.calls) == 1
    roles = [message["role"] for message in server.calls[0].body["messages"]]
    assert roles.count("system") == bool(system)


async def test_nothing_is_sent_that_nobody_asked_for() -> None:
    async with FakeModelServer() as server, client_of(server) as client:
        await hear(client, asked(temperature=None))
    assert server.calls[0].body.keys() == {"model", "messages", "max_tokens", "stream", "stream_options"}


async def test_the_operator_has_the_last_word_on_fields() -> None:
    more: dict[str, Any] = {"extra": {"top_p": 0.9, "temperature": 1.0}, "drop": ("stream_options",)}
    async with FakeModelServer() as server, client_of(server, **more) as client:
        await hear(client, asked())
    body = server.calls[0].body
    assert (body["top_p"], body["temperature"]) == (0.9, 1.0)
    assert "stream_options" not in body
