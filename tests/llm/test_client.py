"""What the client makes of wrong settings: keys, names, addresses; and what it finds out by itself."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm.errors import AuthFailed, BadRequest, ConnectFailed, RateLimited
from bot.settings.addresses import address
from tests.fakes.connection import Act, Answer
from tests.fakes.kinds import KINDS
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.fakes.writing import json_answer
from tests.llm.asking import MODEL, asked, client_of, hear, soon

KEY = "quite-secret-4711"
ELSEWHERE = (
    "HTTP/1.1 {0}\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<!doctype html><title>{0}</title>"
)


@asynccontextmanager
async def web_server(status: str) -> AsyncIterator[str]:
    """Something that listens and answers everything with a page."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        await reader.readexactly(length)
        writer.write(ELSEWHERE.format(status).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# The key.


@pytest.mark.parametrize("model", [None, MODEL])
async def test_a_wrong_key_is_told_with_the_setting_to_correct(model: str | None) -> None:
    async with (
        FakeModelServer(api_key="right") as server,
        client_of(server, api_key=KEY, model=model) as client,
    ):
        heard = await hear(client, asked())
    assert type(heard.error) is AuthFailed
    assert "does not accept the key" in heard.error.message
    assert "Correct LLM_API_KEY in .env" in heard.error.hint
    assert len(server.calls) <= 1


async def test_a_missing_key_is_told_as_missing() -> None:
    async with FakeModelServer(api_key="right") as server, client_of(server, name="big") as client:
        heard = await hear(client, asked())
    assert type(heard.error) is AuthFailed
    assert "wants a key" in heard.error.message
    assert "Set LLM_BIG_API_KEY" in heard.error.hint


ECHOES = [
    openai_error(401, f"Incorrect API key provided: {KEY}."),
    openai_error(403, f"The key {KEY} may not do that."),
    openai_error(400, f"Bearer {KEY} is malformed."),
    openai_error(429, f"{KEY}: You exceeded your current quota.", code="insufficient_quota"),
    openai_error(500, f"Cannot look up {KEY}."),
    json_answer({"error": f"Header 'authorization: Bearer {KEY}' is refused."}),
    Answer(status=418, parts=(f"I am a teapot, not {KEY}".encode(),)),
]


@pytest.mark.parametrize("answer", ECHOES, ids=lambda answer: str(answer.status))
async def test_the_key_is_in_no_error_and_no_log(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeModelServer(script=[answer] * 3) as server, client_of(server, api_key=KEY) as client:
        heard = await hear(client, asked())
        assert server.calls[0].headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(client.endpoint)
        assert KEY not in repr(client)
    assert heard.error is not None
    assert KEY not in f"{heard.error} {heard.error!r} {heard.error.as_data()}"
    assert KEY not in caplog.text


async def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else() -> None:
    async with FakeModelServer() as other:
        leads: dict[str, Any] = {"redirect_to": f"{other.base_url}/chat/completions"}
        async with (
            FakeModelServer(quirks=["redirects-to-another-host"], **leads) as server,
            client_of(server, api_key=KEY) as client,
        ):
            heard = await hear(client, asked())
    assert type(heard.error) is BadRequest
    assert other.base_url in heard.error.message
    assert "LLM_BASE_URL" in heard.error.hint
    assert other.requests == []


# The address.


@pytest.mark.parametrize("model", [None, MODEL])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_address_without_its_v1_is_found_to_lack_it(kind: str, model: str | None) -> None:
    async with FakeModelServer(kind=kind) as server, client_of(server.url, model=model) as client:
        first = await hear(client, asked())
        before = len(server.requests)
        second = await hear(client, asked())
        again = server.requests[before:]
    assert first.error is None
    assert first.text == second.text != ""
    assert [call.path for call in again if call.method == "POST"] == ["/v1/chat/completions"]


@pytest.mark.parametrize("typed", ["/v1/chat/completions", "/v1/", "/v1/models", "/v1"])
async def test_an_address_with_more_than_its_base_works_as_the_settings_read_it(typed: str) -> None:
    async with FakeModelServer() as server, client_of(address(f"{server.url}{typed}").base_url) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert [call.path for call in server.calls] == ["/v1/chat/completions"]


@pytest.mark.parametrize("model", [None, MODEL])
@pytest.mark.parametrize("path", ["", "/v1"])
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
async def test_a_web_server_is_told_to_be_no_such_api(status: str, path: str, model: str | None) -> None:
    async with web_server(status) as url, client_of(f"{url}{path}", model=model) as client:
        heard = await hear(client, asked())
    assert type(heard.error) is BadRequest
    assert heard.error.message == f"There is no OpenAI-compatible API at {url}{path}."
    assert "Correct LLM_BASE_URL; it mostly ends in /v1." in heard.error.hint


async def test_an_address_that_did_not_help_is_not_kept() -> None:
    """Before the server was started, something else may have listened there."""
    async with FakeModelServer() as server, client_of(server.url) as client:
        server.base_path = "/v2"
        assert type((await hear(client, asked())).error) is BadRequest
        server.base_path = ""
        assert (await hear(client, asked())).error is None


@pytest.mark.parametrize("kind", ["openai", "ollama"])
async def test_of_many_who_find_it_out_at_once_all_are_answered(kind: str) -> None:
    async with FakeModelServer(kind=kind) as server, client_of(server.url) as client:
        heard = await asyncio.gather(*(hear(client, asked()) for _ in range(6)))
        assert [each.error for each in heard] == [None] * 6
        made = await asyncio.gather(*(client.embed([f"Text {n}."], soon()) for n in range(6)))
        assert len(made) == 6


async def test_a_call_that_fails_takes_back_nothing_that_another_has_found_out() -> None:
    """Both begin at the wrong address; the one that is held there comes back later, and fails."""
    late = replace(openai_error(404, "Not Found"), delay=Act.HOLD)
    refusal = openai_error(401, "Incorrect API key provided.")
    async with (
        FakeModelServer(script=[late, "fine", refusal]) as server,
        client_of(server.url) as client,
    ):
        server.base_path = ""
        failing = asyncio.create_task(hear(client, asked()))
        await server.until(lambda: len(server.calls) == 1)
        server.base_path = "/v1"
        assert (await hear(client, asked())).error is None
        server.go_on()
        assert type((await failing).error) is AuthFailed
        before = len(server.calls)
        assert (await hear(client, asked())).error is None
        assert [call.path for call in server.calls[before:]] == ["/v1/chat/completions"]


@pytest.mark.parametrize("model", [None, MODEL])
async def test_where_nobody_listens_it_is_said_so(model: str | None) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    async with client_of(url, model=model) as client:
        heard = await hear(client, asked())
    assert type(heard.error) is ConnectFailed
    assert f"Nobody answers at {url}/" in heard.error.message
    assert "Is the server running" in heard.error.hint


async def test_a_host_that_does_not_exist_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with client_of("http://modles.invalid/v1") as client:
        heard = await hear(client, asked())
    assert type(heard.error) is ConnectFailed
    assert "Nobody answers at http://modles.invalid/v1/" in heard.error.message


async def test_an_address_that_is_none_is_told() -> None:
    async with client_of("htp://127.0.0.1:1/v1") as client:
        heard = await hear(client, asked())
    assert type(heard.error) is BadRequest
    assert "LLM_BASE_URL" in heard.error.hint


# What errors carry.


def test_what_an_endpoint_keeps_secret_is_not_shown() -> None:
    endpoint = Endpoint(
        name="e", base_url="https://x.example/v1", api_key=KEY, query=f"key={KEY}", extra={"k": KEY}
    )
    assert KEY not in repr(endpoint)


async def test_an_error_carries_what_a_support_line_asks_for() -> None:
    answer = openai_error(429, "Slow.", headers={"retry-after": "60", "x-request-id": "req-7"})
    async with FakeModelServer(script=[answer]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert isinstance(heard.error, ModelError)
    assert type(heard.error) is RateLimited
    assert (heard.error.status, heard.error.retry_after_s, heard.error.request_id) == (429, 60, "req-7")
