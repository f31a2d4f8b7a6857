"""The fake model server itself: its checks, windows and kinds, its count of sockets and of leavers."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.connection import Answer
from tests.fakes.kinds import KINDS
from tests.fakes.model_server import Entry, FakeModelServer, running_in_thread
from tests.fakes.raw import ANSWER, ASKED, ask, receive, request
from tests.fakes.writing import prompt_tokens, tokens_of

ROOT = Path(__file__).parents[2]
STREAMED = {**ASKED, "stream": True}
TURN = {"role": "user", "content": "Hello."}


@contextlib.asynccontextmanager
async def connected(
    server: FakeModelServer,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    url = urlsplit(server.base_url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        yield reader, writer
    finally:
        writer.close()


def chat(body: Mapping[str, Any]) -> bytes:
    return request("/v1/chat/completions", body, {})


def _has_open(server: FakeModelServer, count: int) -> bool:
    return server.open_sockets == count


async def test_an_answer_at_once_has_text_and_usage() -> None:
    async with FakeModelServer() as server:
        reply = (await ask(server.base_url, ASKED)).json
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": ANSWER}
    prompt, answer = prompt_tokens(ASKED["messages"]), tokens_of(ANSWER)
    assert reply["usage"] == {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
    }


async def test_a_stream_says_usage_only_when_it_is_asked() -> None:
    async with FakeModelServer() as server:
        silent = await ask(server.base_url, STREAMED)
        telling = await ask(server.base_url, {**STREAMED, "stream_options": {"include_usage": True}})
    assert silent.said == telling.said == ANSWER
    assert "usage" not in silent.text
    assert telling.data[-2]["choices"] == []
    assert telling.data[-2]["usage"]["completion_tokens"] == tokens_of(ANSWER)
    assert telling.data[-1] == "[DONE]"


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_no_more_tokens_than_asked_for(field: str) -> None:
    async with FakeModelServer() as server:
        choice = (await ask(server.base_url, {**ASKED, field: 5})).json["choices"][0]
    assert choice["message"]["content"] == ANSWER[:20]
    assert choice["finish_reason"] == "length"


async def test_a_stop_ends_the_text_before_it() -> None:
    async with FakeModelServer() as server:
        choice = (await ask(server.base_url, {**ASKED, "stop": [" was "]})).json["choices"][0]
    assert choice["message"]["content"] == "The bridge at Orsted"
    assert choice["finish_reason"] == "stop"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"messages": None}, "messages"),
    ({"messages": []}, "messages"),
    ({"messages": ["Hello."]}, "messages[0].role"),
    ({"messages": [{"role": "bot", "content": "Hello."}]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": " "}]}, "messages[0].content"),
    ({"messages": [TURN, TURN]}, "messages"),
    ({"messages": [{"role": "system", "content": "Be brief."}]}, "messages"),
    ({"messages": [TURN, {"role": "system", "content": "Be brief."}]}, "messages"),
    ({"messages": [TURN, {"role": "assistant", "content": "Hello."}]}, "messages"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": "many"}, "max_tokens"),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "max_tokens"),
    ({"temperature": 3}, "temperature"),
    ({"top_p": 1.1}, "top_p"),
    ({"stream": "yes"}, "stream"),
    ({"stream_options": {"include_usage": True}}, "stream_options"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
    ({"response_format": {"type": "yaml"}}, "response_format"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ({"model": None}, "model"),
]


@pytest.mark.parametrize(("change", "param"), WRONG)
async def test_a_wrong_request_is_told_what_is_wrong(change: dict[str, Any], param: str) -> None:
    async with FakeModelServer() as server:
        reply = await ask(server.base_url, {**ASKED, **change})
    assert (reply.status, reply.json["error"]["param"]) == (400, param)


async def test_what_is_no_json_is_refused() -> None:
    async with FakeModelServer() as server, connected(server) as (reader, writer):
        writer.write(chat({}).replace(b"{}", b"{]"))
        assert (await receive(reader)).status == 400


async def test_unknown_fields_are_noted_and_do_no_harm() -> None:
    async with FakeModelServer() as server:
        assert (await ask(server.base_url, {**ASKED, "min_p": 0.1, "seed": 3})).status == 200
        assert server.requests[0].unknown_fields == ("min_p",)


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_an_unknown_model_is_a_404_of_its_kind(kind: str) -> None:
    async with FakeModelServer(kind=kind) as server:
        reply = await ask(server.base_url, {**ASKED, "model": "other"})
    assert reply.status == 404
    assert "other" in reply.text


async def test_a_key_is_checked_where_one_is_needed() -> None:
    async with FakeModelServer(api_key="sk-right") as server:
        missing = await ask(server.base_url, ASKED)
        wrong = await ask(server.base_url, ASKED, headers={"authorization": "Bearer sk-wrong"})
        right = await ask(server.base_url, ASKED, headers={"authorization": "Bearer sk-right"})
    assert [missing.status, wrong.status, right.status] == [401, 401, 200]
    assert wrong.json["error"]["code"] == "invalid_api_key"
    assert "sk-wrong" not in wrong.text


async def test_requests_are_kept_as_they_came() -> None:
    async with FakeModelServer() as server:
        await ask(server.base_url, ASKED, "/chat/completions?a=1", headers={"X-Trace": "t1"})
        await ask(server.base_url, path="/models")
    first, second = server.requests
    assert (first.method, first.path, first.query) == ("POST", "/v1/chat/completions", {"a": "1"})
    assert first.headers["x-trace"] == "t1"
    assert first.body == ASKED
    assert (second.number, second.method, second.body) == (2, "GET", None)
    assert first.at <= second.at
    assert server.calls == [first]


LONG = {"model": "small-model", "messages": [{"role": "user", "content": "word " * 400}], "max_tokens": 50}
NEARLY = {**LONG, "messages": [{"role": "user", "content": "word " * 220}]}
OVERFLOWS = {
    "openai": "maximum context length is 300 tokens. However, you requested 550 tokens (500",
    "vllm": "maximum context length is 300 tokens. However, your request has 500 input tokens",
    "sglang": "The input (500 tokens) is longer than the model's context length (300 tokens)",
    "llamacpp": "request (500 tokens) exceeds the available context size (300 tokens)",
    "jan": "request (500 tokens) exceeds the available context size (300 tokens)",
}


@pytest.mark.parametrize("kind", sorted(OVERFLOWS))
async def test_too_long_a_prompt_is_refused_in_the_words_of_the_kind(kind: str) -> None:
    async with FakeModelServer(kind=kind, context_window=300) as server:
        reply = await ask(server.base_url, LONG)
    assert reply.status == 400
    assert OVERFLOWS[kind] in reply.text


@pytest.mark.parametrize("kind", sorted(OVERFLOWS))
async def test_the_answer_must_fit_too_where_it_counts(kind: str) -> None:
    async with FakeModelServer(kind=kind, context_window=300) as server:
        reply = await ask(server.base_url, NEARLY)
    assert reply.status == (400 if KINDS[kind].counts_answer else 200)


async def test_ollama_cuts_the_start_off_and_says_nothing() -> None:
    seen: list[list[dict[str, Any]]] = []

    def author(messages: list[dict[str, Any]], body: dict[str, Any]) -> str:
        seen.append(messages)
        return "Yes."

    told = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "first " * 100}]
    told += [{"role": "assistant", "content": "Yes."}, {"role": "user", "content": "x" * 1200 + " the end"}]
    async with FakeModelServer(kind="ollama", context_window=200, author=author) as server:
        reply = await ask(server.base_url, {"model": "small-model", "messages": told})
        assert reply.status == 200
        assert server.requests[0].notes == ["truncated the prompt"]
    assert [message["role"] for message in seen[0]] == ["system", "user"]
    assert seen[0][1]["content"].endswith("the end")
    assert prompt_tokens(seen[0]) < 200


async def test_lm_studio_falls_silent_over_too_long_a_prompt() -> None:
    async with FakeModelServer(kind="lmstudio", context_window=300) as server:
        reply = await ask(server.base_url, {**LONG, "stream": True})
    assert (reply.status, reply.said) == (200, "")


async def test_the_window_ends_an_answer_where_the_prompt_alone_fits() -> None:
    def author(messages: object, body: object) -> str:
        return "word " * 200

    async with FakeModelServer(kind="llamacpp", context_window=120, author=author) as server:
        prompt = [{"role": "user", "content": "word " * 80}]
        choice = (await ask(server.base_url, {"model": "small-model", "messages": prompt})).json["choices"][0]
    assert choice["finish_reason"] == "length"
    assert tokens_of(choice["message"]["content"]) == 20


ROUTES: list[tuple[str, str, str]] = [
    ("ollama", "/", "Ollama is running"),
    ("ollama", "/api/version", '"version"'),
    ("ollama", "/api/ps", '"context_length":2048'),
    (
        "lmstudio",
        "/api/v1/models",
        '"loaded_instances":[{"id":"small-model","config":{"context_length":2048}}]',
    ),
    ("lmstudio", "/api/v0/models", '"state":"loaded","loaded_context_length":2048,"max_context_length":9000'),
    ("llamacpp", "/", "llama.cpp"),
    ("llamacpp", "/health", '{"status":"ok"}'),
    ("llamacpp", "/props", '"default_generation_settings":{"n_ctx":2048'),
    ("llamacpp", "/v1/models", '"meta":{"n_ctx_train":9000,"n_ctx":2048}'),
    ("llamacpp", "/models", '"n_ctx":2048'),
    ("vllm", "/version", '"version"'),
    ("vllm", "/health", ""),
    ("vllm", "/v1/models", '"max_model_len":9000'),
    ("sglang", "/get_model_info", '"model_path":"small-model"'),
    ("sglang", "/health", ""),
    ("jan", "/v1/models", '"id":"small-model"'),
    ("openai", "/v1/models", '"owned_by":"openai"'),
    ("openai", "/v1/models/small-model", '"id":"small-model"'),
]


@pytest.mark.parametrize(("kind", "path", "part"), ROUTES)
async def test_each_kind_answers_its_own_routes(kind: str, path: str, part: str) -> None:
    async with FakeModelServer(kind=kind, context_window=2048, advertised_window=9000) as server:
        reply = await ask(server.url, path=path)
    assert reply.status == 200
    assert part in reply.text


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_no_kind_answers_the_routes_of_another(kind: str) -> None:
    theirs = {path for other, path, _ in ROUTES if other != kind and not path.startswith("/v1")}
    mine = {path for _, path in KINDS[kind].routes}
    async with FakeModelServer(kind=kind) as server:
        replies = [await ask(server.url, path=path) for path in sorted(theirs - mine)]
    if kind == "lmstudio":  # it says 200 to everything
        assert {reply.status for reply in replies} == {200}
        assert all("Unexpected endpoint" in reply.json["error"] for reply in replies)
    else:
        assert {reply.status for reply in replies} == {404}


async def test_ollama_shows_what_a_model_was_trained_with() -> None:
    async with FakeModelServer(kind="ollama", context_window=4096, advertised_window=32768) as server:
        shown = (await ask(server.url, {"model": "small-model"}, "/api/show")).json
        assert (await ask(server.url, {"model": "other"}, "/api/show")).status == 404
    assert shown["model_info"]["llama.context_length"] == 32768


async def test_a_model_that_is_not_loaded_has_no_window() -> None:
    async with FakeModelServer(kind="lmstudio", loaded=False) as server:
        assert (await ask(server.url, path="/api/v1/models")).json["models"][0]["loaded_instances"] == []
    async with FakeModelServer(kind="ollama", loaded=False) as server:
        assert (await ask(server.url, path="/api/ps")).json == {"models": []}


async def test_one_connection_serves_many_requests() -> None:
    async with FakeModelServer() as server, connected(server) as (reader, writer):
        for _ in range(3):
            writer.write(chat(STREAMED))
            assert (await receive(reader)).said == ANSWER
        assert server.open_sockets == 1
        assert [each.connection for each in server.requests] == [1, 1, 1]
        assert all(each.finished and not each.gone for each in server.requests)


async def test_a_request_may_come_in_pieces() -> None:
    async with FakeModelServer() as server, connected(server) as (reader, writer):
        for byte in chat(ASKED):
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await receive(reader)).status == 200


async def test_open_sockets_are_counted_one_by_one() -> None:
    async with FakeModelServer() as server, contextlib.AsyncExitStack() as stack:
        for count in range(1, 51):
            await stack.enter_async_context(connected(server))
            await server.until(partial(_has_open, server, count))
        await stack.aclose()
        await server.until(lambda: server.open_sockets == 0)
        assert server.most_open_sockets == 50
        assert server.cancelled == []


LEFT = ["never-answers", "headers-then-nothing", "some-text-then-nothing", "pings-without-progress"]


@pytest.mark.parametrize("fault", LEFT)
async def test_a_client_that_leaves_a_silent_server_is_noticed(fault: str) -> None:
    async with FakeModelServer(quirks=[fault]) as server:
        async with connected(server) as (_, writer):
            writer.write(chat(STREAMED))
            await server.until(lambda: server.at_work == 1)
            assert server.open_sockets == 1
        await server.until(lambda: server.open_sockets == 0)
        assert server.cancelled == server.requests
        assert server.requests[0].gone
        assert server.at_work == 0


async def test_a_client_that_leaves_in_the_middle_stops_the_stream() -> None:
    async with FakeModelServer(gap_s=0.01) as server:
        async with connected(server) as (reader, writer):
            writer.write(chat(STREAMED))
            await reader.readuntil(b"bridge")
        await server.until(lambda: server.open_sockets == 0)
        sent = server.requests[0].sent
        await asyncio.sleep(0.05)
        assert server.requests[0].sent == sent < server.requests[0].parts
        assert server.cancelled == server.requests


async def test_a_client_that_resets_is_noticed_too() -> None:
    async with FakeModelServer(quirks=["some-text-then-nothing"]) as server:
        async with connected(server) as (_, writer):
            writer.write(chat(STREAMED))
            await server.until(lambda: server.at_work == 1)
            writer.transport.abort()
        await server.until(lambda: server.open_sockets == 0)
        assert len(server.cancelled) == 1


async def test_who_leaves_after_the_answer_has_cancelled_nothing() -> None:
    async with FakeModelServer() as server:
        assert (await ask(server.base_url, STREAMED)).ending == "whole"
        await server.until(lambda: server.open_sockets == 0)
        assert server.cancelled == []
        assert server.requests[0].finished


async def test_a_held_stream_goes_on_when_it_is_told_to() -> None:
    async with FakeModelServer(hold_after=4) as server:
        asked = asyncio.create_task(ask(server.base_url, STREAMED))
        await server.until(lambda: bool(server.requests) and server.requests[0].sent == 4)
        server.go_on()
        assert (await asked).said == ANSWER


async def test_requests_at_work_are_counted() -> None:
    async with FakeModelServer(hold_after=1) as server:
        asked = [asyncio.create_task(ask(server.base_url, STREAMED)) for _ in range(5)]
        await server.until(lambda: server.at_work == 5)
        await server.until(lambda: all(each.sent == 1 for each in server.requests))
        server.go_on()
        await asyncio.gather(*asked)
        await server.until(lambda: server.at_work == 0)
        assert server.most_at_work == 5


async def test_a_script_is_played_call_by_call() -> None:
    script: list[Entry] = [
        "server-error",
        "fine",
        ("crlf", "no-done"),
        Answer(status=418),
        "rate-limit-exceeded",
    ]
    async with FakeModelServer(script=script) as server:
        await ask(server.base_url, path="/models")
        statuses = [(await ask(server.base_url, STREAMED)).status for _ in range(6)]
        assert statuses == [500, 200, 200, 418, 429, 200]
        assert server.script == []


async def test_a_script_may_be_written_while_it_runs() -> None:
    async with FakeModelServer() as server:
        server.script.append("bad-gateway")
        assert (await ask(server.base_url, ASKED)).status == 502


def test_a_name_that_nobody_knows_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no-such-thing"):
        FakeModelServer(quirks=["no-such-thing"])
    with pytest.raises(ValueError, match="no-such-thing"):
        FakeModelServer(script=["fine", "no-such-thing"])


async def test_what_goes_wrong_in_an_author_is_not_hidden() -> None:
    def author(messages: object, body: object) -> str:
        raise LookupError("the author has no words")

    with pytest.raises(LookupError, match="no words"):
        async with FakeModelServer(author=author) as server:
            assert (await ask(server.base_url, ASKED)).ending == "closed"


async def test_a_server_that_stops_leaves_nobody_waiting() -> None:
    async with FakeModelServer(quirks=["never-answers"]) as server:
        async with connected(server) as (reader, writer):
            writer.write(chat(ASKED))
            await server.until(lambda: server.at_work == 1)
            await server.__aexit__(None)
            assert await reader.read() == b""
        assert server.cancelled == []


def test_it_runs_in_a_thread_for_others() -> None:
    with running_in_thread(FakeModelServer(kind="ollama")) as server:
        reply = asyncio.run(ask(server.base_url, ASKED))
        assert reply.status == 200
        assert len(server.requests) == 1
    assert not [thread for thread in threading.enumerate() if "fake" in thread.name]


def test_what_goes_wrong_in_the_thread_is_raised() -> None:
    def author(messages: object, body: object) -> str:
        raise LookupError("the author has no words")

    with (
        pytest.raises(LookupError, match="no words"),
        running_in_thread(FakeModelServer(author=author)) as server,
    ):
        asyncio.run(ask(server.base_url, ASKED))


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.fakes.model_server", "--kind", "ollama", "--quirk", "role-empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        yield running
        running.terminate()


def test_it_runs_as_a_program(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    base_url = process.stdout.readline().strip()
    assert '"role":""' in asyncio.run(ask(base_url, STREAMED)).text


def test_the_program_lists_what_it_can_play() -> None:
    command = [sys.executable, "-m", "tests.fakes.model_server", "--list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "unverified-organisation-streams-not" in listed
