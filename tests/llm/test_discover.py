"""Servers on this machine are found by what they answer, and whatever else listens there is passed over."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.endpoint import Endpoint
from bot.llm import discover as module
from bot.llm.discover import discover, recognised
from bot.llm.recognising import MODELS, QUESTIONS, by_answers, by_owner, is_model_list
from tests.fakes.model_server import FakeModelServer

Place = tuple[str, int]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

PATIENT_S = 5.0
"""For servers that answer: a slow machine shall not make a test fail."""


def a_list(*names: str, owner: str = "user") -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in names]}


def answering(paths: Mapping[str, Any]) -> Talk:
    """Talks HTTP: JSON or text at the paths, 404 elsewhere."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            said = paths.get(line.split()[1].decode())
            body = (said if isinstance(said, str) else json.dumps(said)).encode()
            status = b"404 Not Found" if said is None else b"200 OK"
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
            await writer.drain()

    return talk


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[Place]:
    tasks = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[:2]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def found(talk: Talk, *, timeout_s: float = PATIENT_S) -> list[Endpoint]:
    async with listening(talk) as place:
        return await discover(places=[place], timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("ollama", "Ollama"),
        ("lmstudio", "LM Studio"),
        ("llamacpp", "llama.cpp"),
        ("vllm", "vLLM"),
        ("sglang", "SGLang"),
        ("jan", "Jan"),
    ],
)
async def test_each_server_is_recognised_wherever_it_listens(kind: str, title: str) -> None:
    async with FakeModelServer(kind=kind) as server:
        port = int(server.url.rpartition(":")[2])
        (endpoint,) = await discover(places=[("127.0.0.1", port)], timeout_s=PATIENT_S)
    assert endpoint == Endpoint(name=kind, base_url=server.base_url, provider=kind, title=title, found=True)
    assert not endpoint.api_key
    assert endpoint.is_local


@pytest.mark.parametrize(
    ("provider", "title", "said"),
    [
        (
            "koboldcpp",
            "KoboldCpp",
            {
                "/v1/models": a_list("koboldcpp/mistral-7b", owner="koboldcpp"),
                "/api/extra/version": {"result": "KoboldCpp", "version": "1.102", "llm": True},
                "/api/version": {"version": "0.7.0"},
            },
        ),
        (
            "textgen",
            "text-generation-webui",
            {
                "/v1/models": a_list("mistral"),
                "/v1/internal/model/info": {"model_name": "m", "lora_names": []},
            },
        ),
        (
            "litellm",
            "LiteLLM",
            {"/v1/models": a_list("gpt-4o", owner="openai"), "/health/liveliness": '"I\'m alive!"'},
        ),
        (
            "dockermodelrunner",
            "Docker Model Runner",
            {"/v1/models": a_list("ai/smollm2:latest", owner="docker"), "/api/version": {"version": "0.1.0"}},
        ),
        (
            "jan",
            "Jan",
            {
                "/v1/models": a_list("qwen3"),
                "/": "<!DOCTYPE html><script>SwaggerUIBundle({url: '/openapi.json'})</script>",
                "/openapi.json": {"openapi": "3.0.0", "info": {"title": "Jan API Server Endpoints"}},
            },
        ),
        (
            "sglang",
            "SGLang",
            {
                "/v1/models": a_list("q", owner="me"),
                "/": "Ollama is running",
                "/get_model_info": {"model_path": "q", "is_generation": True},
            },
        ),
        (
            "lmstudio",
            "LM Studio",
            {"/v1/models": a_list("q"), "/api/v0/models": {"data": [{"id": "q", "state": "not-loaded"}]}},
        ),
        (
            "llamacpp",
            "llama.cpp",
            {
                "/v1/models": a_list("q"),
                "/props?autoload=false": {"default_generation_settings": {"n_ctx": 9}},
            },
        ),
        (
            "ollama",
            "Ollama",
            {"/v1/models": {"object": "list", "data": []}, "/api/version": {"version": "0.13.1"}},
        ),
    ],
)
async def test_servers_are_told_by_what_only_they_answer(
    provider: str, title: str, said: Mapping[str, Any]
) -> None:
    (endpoint,) = await found(answering(said))
    assert (endpoint.provider, endpoint.title) == (provider, title)
    assert endpoint.base_url.endswith("/v1")


async def test_a_docker_model_runner_of_old_is_found_where_it_has_its_models() -> None:
    (endpoint,) = await found(answering({"/engines/v1/models": a_list("ai/smollm2", owner="docker")}))
    assert endpoint.base_url.endswith("/engines/v1")
    assert endpoint.provider == "dockermodelrunner"


async def test_who_only_plays_koboldcpp_is_not_called_so() -> None:
    said = {"/v1/models": a_list("m", owner="tabbyAPI"), "/api/extra/version": {"result": "KoboldCpp"}}
    (endpoint,) = await found(answering(said))
    assert endpoint.title == "an OpenAI-compatible server"


async def test_a_server_that_nobody_knows_is_taken_if_its_list_has_the_shape() -> None:
    (endpoint,) = await found(answering({"/v1/models": a_list("m")}))
    assert (endpoint.name, endpoint.provider) == ("local", None)
    assert endpoint.title == "an OpenAI-compatible server"


async def test_two_servers_of_one_kind_get_two_names() -> None:
    async with AsyncExitStack() as stack:
        places = [
            await stack.enter_async_context(listening(answering({"/v1/models": a_list("m")}))) for _ in "ab"
        ]
        names = [endpoint.name for endpoint in await discover(places=places, timeout_s=PATIENT_S)]
    assert names == ["local", "local_2"]


async def test_a_server_with_a_model_for_chat_comes_before_one_without() -> None:
    empty, full = {"object": "list", "data": []}, a_list("llama3.2", owner="vllm")
    async with (
        listening(answering({"/v1/models": empty, "/": "Ollama is running"})) as first,
        listening(answering({"/v1/models": full})) as second,
    ):
        both = await discover(places=[first, second], timeout_s=PATIENT_S)
    assert [endpoint.provider for endpoint in both] == ["vllm", "ollama"]


async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def sends_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xffSSH-2.0-nothing\r\n" * 3)
    await reader.readline()


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()


async def never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"data": [')
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"[")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("talk", [says_nothing, sends_garbage, hangs_up, never_ends, drips])
async def test_who_does_not_answer_as_a_server_does_is_passed_over(talk: Talk) -> None:
    async with listening(talk) as first, listening(answering({"/v1/models": a_list("m")})) as second:
        assert await discover(places=[first], timeout_s=0.3) == []
        # It does not keep the others from being found, either.
        (endpoint,) = await discover(places=[first, second], timeout_s=1.0)
    assert endpoint.base_url == f"http://127.0.0.1:{second[1]}/v1"


class Everything(dict[str, Any]):
    """The same answer at every path."""

    def __init__(self, said: Any) -> None:
        super().__init__()
        self._said = said

    def get(self, key: str, default: Any = None) -> Any:
        return self._said


@pytest.mark.parametrize(
    "said",
    [
        "<!doctype html><title>A shop</title>",
        "",
        "[" * 100_000,
        {"data": "models"},
        {"data": [1, 2]},
        {"data": []},
        {"error": "Unexpected endpoint or method."},
        [],
        True,
        {"models": [{"name": "m"}]},
    ],
)
async def test_a_web_server_that_answers_the_same_to_everything_is_passed_over(said: Any) -> None:
    assert await found(answering(Everything(said))) == []


async def test_a_server_that_wants_a_key_is_passed_over() -> None:
    async with FakeModelServer(kind="vllm", api_key="sk-something") as server:
        port = int(server.url.rpartition(":")[2])
        assert await discover(places=[("127.0.0.1", port)], timeout_s=PATIENT_S) == []


async def test_a_proxy_of_the_environment_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())

    asked: list[bytes] = []
    async with listening(proxy) as (host, port), listening(answering({"/v1/models": a_list("m")})) as place:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{host}:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert len(await discover(places=[place], timeout_s=PATIENT_S)) == 1
    assert asked == []


# What an endpoint of this machine is.


@pytest.mark.parametrize("path", ["", "/v1"])
async def test_an_endpoint_is_recognised_with_or_without_its_v1(path: str) -> None:
    async with FakeModelServer(kind="lmstudio", api_key="sesame") as server:
        one = Endpoint(name="default", base_url=f"{server.url}{path}", api_key="sesame")
        assert await recognised(one, timeout_s=PATIENT_S) == replace(
            one, provider="lmstudio", title="LM Studio"
        )
        await server.until(lambda: server.open_sockets == 0)


async def test_an_endpoint_that_is_like_no_other_stays_as_it_is() -> None:
    async with FakeModelServer() as server:
        one = Endpoint(name="default", base_url=server.base_url)
        assert await recognised(one, timeout_s=PATIENT_S) == one


async def test_who_does_not_say_in_time_what_it_is_stays_as_it_is() -> None:
    async with FakeModelServer(kind="ollama", quirks=["never-answers"]) as server:
        one = Endpoint(name="default", base_url=server.base_url)
        assert await recognised(one, timeout_s=0.05) == one
        await server.until(lambda: server.open_sockets == 0)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/v1", "https://localhost:{}/v1", "http://models.invalid/v1"]
)
async def test_where_nobody_is_or_far_away_nothing_is_recognised(url: str) -> None:
    one = Endpoint(name="default", base_url=url.format(closed_port()))
    assert await recognised(one) == one


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_where_nobody_listens_nothing_is_found() -> None:
    assert await discover(places=[("127.0.0.1", closed_port()) for _ in range(3)]) == []
    assert await discover(places=[]) == []


def test_where_nobody_listens_no_http_client_is_loaded() -> None:
    program = (
        "import asyncio, sys\n"
        "from bot.llm.discover import discover\n"
        f"assert asyncio.run(discover(places=[('127.0.0.1', {closed_port()})])) == []\n"
        "assert 'httpx' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def test_in_tests_no_real_server_is_looked_for() -> None:
    assert module.PLACES == ()
    assert await discover() == []


def inside_a_container(monkeypatch: pytest.MonkeyPatch, port: int, *, here: str) -> None:
    """As if this were one, and localhost the machine around it; `here` is what the container calls itself."""
    monkeypatch.setattr(module, "_in_container", lambda: True)
    monkeypatch.setattr(module, "_AROUND", "localhost")
    monkeypatch.setattr(module, "PLACES", ((here, port),))


async def test_from_inside_a_container_the_machine_around_it_is_looked_at_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with listening(answering({"/v1/models": a_list("m")})) as (_, port):
        # No server listens at this other number of the container's own.
        inside_a_container(monkeypatch, port, here="::1")
        (endpoint,) = await discover(timeout_s=PATIENT_S)
    assert endpoint.base_url == f"http://localhost:{port}/v1"


async def test_a_server_that_is_seen_from_both_sides_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(answering({"/v1/models": a_list("m")})) as (_, port):
        inside_a_container(monkeypatch, port, here="127.0.0.1")
        (endpoint,) = await discover(timeout_s=PATIENT_S)
    assert endpoint.base_url == f"http://127.0.0.1:{port}/v1"


async def test_outside_a_container_only_this_machine_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(answering({"/v1/models": a_list("m")})) as (_, port):
        inside_a_container(monkeypatch, port, here="::1")
        monkeypatch.setattr(module, "_in_container", lambda: False)
        assert await discover(timeout_s=PATIENT_S) == []


async def test_a_look_up_that_never_ends_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(module, "_in_container", lambda: True)
    monkeypatch.setattr(module, "PLACES", (("127.0.0.1", closed_port()),))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked: answered.wait() and [])
    assert await discover() == []
    answered.set()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "object",
                    "data",
                    "models",
                    "key",
                    "owned_by",
                    "loaded_instances",
                    "result",
                    "info",
                    "title",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, st.dictionaries(st.sampled_from(QUESTIONS), json_values))
def test_no_answer_whatever_confuses_the_recognising(models: Any, said: dict[str, Any]) -> None:
    by_owner(models)
    assert by_answers({**said, MODELS: models}).title
    assert is_model_list(models) in (True, False)
