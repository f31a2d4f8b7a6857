"""Every quirk and fault, over a bare socket: it plays what its row says, and only that."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.model_server import PLAYS, FakeModelServer
from tests.fakes.play import Outcome, Play
from tests.fakes.raw import ANSWER, ASKED, Reply, ask

EVIDENCE = {
    name: (int(status), ending, pattern)
    for name, status, ending, pattern in (
        line.split(" | ", 3)
        for line in Path(__file__).with_name("evidence.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
}
OF_CHATS = sorted(name for name, play in PLAYS.items() if play.route in ("chat", "any"))
STREAMED: Mapping[str, Any] = {**ASKED, "stream": True}
LONG = {"messages": [{"role": "user", "content": "word " * 1604}], "max_tokens": 50}


def server_with(name: str, **more: Any) -> FakeModelServer:
    """A plain server with one quirk."""
    play = PLAYS[name]
    window = 300 if play.long or name == "vllm-max-tokens-beyond-the-window" else None
    loaded = name != "loading-without-headers"
    return FakeModelServer(
        kind="jan", quirks=[name], context_window=window, loaded=loaded, **{"wait_s": 0.02, **more}
    )


def request_for(play: Play) -> dict[str, Any]:
    """A request at which a play shows itself."""
    return {**STREAMED, **(LONG if play.long else {}), **play.asks}


async def played(name: str, **more: Any) -> Reply:
    async with server_with(name, **more) as server:
        return await ask(server.base_url, request_for(PLAYS[name]))


def test_every_play_of_a_chat_has_evidence() -> None:
    assert sorted(EVIDENCE) == OF_CHATS


def test_every_section_of_the_reference_is_played() -> None:
    assert {play.section for play in PLAYS.values()} == {"1a", "1b", "1c", "1d", "1e", "1f", "fault"}


def test_names_are_short_plain_phrases() -> None:
    assert [
        name for name in PLAYS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 46
    ] == []


@pytest.mark.parametrize("name", OF_CHATS)
async def test_it_plays_what_its_row_says(name: str) -> None:
    status, ending, pattern = EVIDENCE[name]
    reply = await played(name, wait_s=41.724 if name == "rate-limit-text" else 0.02)
    assert (reply.status, reply.ending) == (status, ending), reply.text[:300]
    assert reply.said == ANSWER if pattern == "=" else re.search(pattern, reply.text, re.DOTALL), reply.text


@pytest.mark.parametrize("name", [name for name in OF_CHATS if EVIDENCE[name][2] != "="])
async def test_a_plain_server_does_not_do_so(name: str) -> None:
    status, ending, pattern = EVIDENCE[name]
    async with FakeModelServer(kind="jan") as server:
        reply = await ask(server.base_url, request_for(PLAYS[name]))
    alike = (reply.status, reply.ending) == (status, ending) and re.search(pattern, reply.text, re.DOTALL)
    assert not alike


@pytest.mark.parametrize(
    "name", [n for n in OF_CHATS if PLAYS[n].outcome is Outcome.ADAPTED and PLAYS[n].asks]
)
async def test_what_is_refused_is_only_that(name: str) -> None:
    given_up = dict.fromkeys(PLAYS[name].asks)
    body = {
        **ASKED,
        **given_up,
        **({"reasoning_effort": "low"} if name == "reasoning-eats-the-budget" else {}),
    }
    async with server_with(name) as server:
        reply = await ask(server.base_url, {key: value for key, value in body.items() if value is not None})
    assert reply.status == 200
    assert "1911" in reply.json["choices"][0]["message"]["content"]


UNCHANGED = [
    name
    for name in OF_CHATS
    if PLAYS[name].outcome is Outcome.SAME
    and EVIDENCE[name][0] == 200
    and PLAYS[name].asks.get("stream", True)
    and name
    not in ("json-in-reasoning", "anthropic-ignores-fields", "ollama-ignores-strict", "text-that-is-no-utf-8")
]


@pytest.mark.parametrize("name", UNCHANGED)
async def test_a_harmless_quirk_keeps_the_text(name: str) -> None:
    reply = await played(name)
    assert reply.said.endswith(ANSWER)


async def test_fields_that_are_ignored_are_noted() -> None:
    async with server_with("anthropic-ignores-fields") as server:
        await ask(server.base_url, request_for(PLAYS["anthropic-ignores-fields"]))
        assert server.requests[0].notes == ["ignored response_format", "ignored seed"]
    async with server_with("anthropic-clamps-temperature") as server:
        await ask(server.base_url, {**ASKED, "temperature": 1.5})
        assert server.requests[0].notes == ["clamped temperature to 1"]
    async with server_with("groq-temperature-zero") as server:
        await ask(server.base_url, {**ASKED, "temperature": 0})
        assert server.requests[0].notes == ["took temperature 0 for 1e-8"]


async def test_system_messages_may_stand_anywhere_where_they_are_hoisted() -> None:
    messages = [*ASKED["messages"], {"role": "system", "content": "Be brief."}]
    async with server_with("anthropic-hoists-system-messages") as server:
        assert (await ask(server.base_url, {**ASKED, "messages": messages})).status == 200
    async with FakeModelServer() as server:
        assert (await ask(server.base_url, {**ASKED, "messages": messages})).status == 400


async def test_what_may_not_stand_in_messages_is_refused_there() -> None:
    system, question = ASKED["messages"]
    thoughtful = [question, {"role": "assistant", "content": "Yes.", "reasoning_content": "Hm."}, question]
    async with server_with("deepseek-refuses-reasoning-in-messages") as server:
        assert (await ask(server.base_url, {**ASKED, "messages": thoughtful})).status == 400
    async with server_with("groq-refuses-message-names") as server:
        named = [system, {**question, "name": "ann"}]
        assert (await ask(server.base_url, {**ASKED, "messages": named})).status == 400
    async with server_with("together-refuses-a-null-seed") as server:
        assert (await ask(server.base_url, {**ASKED, "seed": None})).status == 400
    async with server_with("system-role-refused") as server:
        assert (await ask(server.base_url, {**ASKED, "messages": [question]})).status == 200


async def test_effort_none_allows_what_reasoning_forbids() -> None:
    async with server_with("sampling-only-with-effort-none") as server:
        body = {**request_for(PLAYS["sampling-only-with-effort-none"]), "reasoning_effort": "none"}
        assert (await ask(server.base_url, body)).status == 200


async def test_a_field_that_the_schema_forbids_comes_where_strict_is_ignored() -> None:
    schema = PLAYS["ollama-ignores-strict"].asks["response_format"]
    body = {**ASKED, "messages": [{"role": "user", "content": "Say something."}], "response_format": schema}
    async with server_with("ollama-ignores-strict") as server:
        content = (await ask(server.base_url, body)).json["choices"][0]["message"]["content"]
    assert '"note": "not asked for"' in content


async def test_thinking_can_be_told_off() -> None:
    async with server_with("thinks-unless-told-not-to") as server:
        body = {**STREAMED, "chat_template_kwargs": {"enable_thinking": False}}
        assert "reasoning" not in (await ask(server.base_url, body)).text
        assert server.requests[0].unknown_fields == ("chat_template_kwargs",)


async def test_more_tokens_leave_room_behind_the_thoughts() -> None:
    async with server_with("reasoning-eats-the-budget") as server:
        assert "1911" in (await ask(server.base_url, {**STREAMED, "max_tokens": 1000})).said
        assert (
            "1911"
            in (await ask(server.base_url, {**STREAMED, "max_tokens": 100, "reasoning_effort": "low"})).said
        )


async def test_azure_is_asked_with_its_own_header_and_version() -> None:
    async with FakeModelServer(quirks=["azure-key-header"], api_key="k1") as server:
        assert (await ask(server.base_url, ASKED, headers={"api-key": "k1"})).status == 200
        assert (await ask(server.base_url, ASKED, headers={"api-key": "k2"})).status == 401
        assert (await ask(server.base_url, ASKED, headers={"authorization": "Bearer k1"})).status == 401
    async with server_with("azure-wants-a-version") as server:
        path = "/chat/completions?api-version=2025-06-01"
        assert (await ask(server.base_url, ASKED, path)).status == 200
    async with server_with("anthropic-wants-a-workspace") as server:
        assert (await ask(server.base_url, ASKED, headers={"anthropic-workspace-id": "w"})).status == 200


@pytest.mark.parametrize(
    ("name", "wait_s", "headers"),
    [
        ("retry-after-ms", 1.5, {"retry-after-ms": "1500"}),
        ("retry-after-seconds", 1.5, {"retry-after": "2"}),
        (
            "rate-limit-reset-requests",
            0.12,
            {"x-ratelimit-reset-requests": "120ms", "x-ratelimit-reset-tokens": "6m0s"},
        ),
        (
            "rate-limit-reset-tokens",
            360,
            {"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "0"},
        ),
        ("retry-after-all-at-once", 0.3, {"retry-after-ms": "300", "retry-after": "30"}),
        ("redirects-to-another-host", 1, {"location": "http://elsewhere.invalid/v1/chat/completions"}),
    ],
)
async def test_headers_say_what_they_should(name: str, wait_s: float, headers: dict[str, str]) -> None:
    reply = await played(name, wait_s=wait_s)
    assert {key: reply.headers.get(key) for key in headers} == headers


async def test_a_date_may_stand_in_retry_after() -> None:
    reply = await played("retry-after-date", wait_s=90)
    assert parsedate_to_datetime(reply.headers["retry-after"]).tzinfo is not None


async def test_loading_ends_and_lists_models_meanwhile() -> None:
    async with FakeModelServer(kind="llamacpp", quirks=["loading"], loading_calls=2) as server:
        assert (await ask(server.url, path="/")).status == 503
        assert (await ask(server.base_url, path="/models")).status == 200
        assert (await ask(server.url, path="/health")).status == 503
        assert (await ask(server.base_url, ASKED)).status == 503
        assert (await ask(server.url, path="/health")).json == {"status": "ok"}
        assert (await ask(server.base_url, ASKED)).status == 200
        assert (await ask(server.url, path="/")).status == 200


async def test_a_model_that_loads_in_silence_answers_when_it_is_loaded() -> None:
    async with server_with("loading-without-headers") as server:
        asked = asyncio.create_task(ask(server.base_url, ASKED))
        await server.until(lambda: server.at_work == 1)
        server.go_on()
        assert (await asked).status == 200


async def test_a_closed_port_refuses_until_it_is_opened() -> None:
    async with FakeModelServer(quirks=["port-closed-until-ready"]) as server:
        with pytest.raises(ConnectionRefusedError):
            await ask(server.base_url, ASKED)
        await server.open_port()
        assert (await ask(server.base_url, ASKED)).status == 200


async def test_every_third_call_fails() -> None:
    async with server_with("fails-every-third-call") as server:
        assert [(await ask(server.base_url, ASKED)).status for _ in range(7)] == [
            200,
            200,
            500,
            200,
            200,
            500,
            200,
        ]


async def test_single_bytes_come_each_in_a_chunk_of_its_own() -> None:
    assert {len(chunk) for chunk in (await played("chunks-of-one-byte")).chunks} == {1}


async def test_a_burst_is_one_chunk() -> None:
    assert len((await played("all-in-one-burst")).chunks) == 1


async def test_characters_are_torn_over_chunks() -> None:
    def author(messages: object, body: object) -> str:
        return "Größe 👩‍👩‍👧 質問"

    async with server_with("characters-split-over-writes", author=author) as server:
        reply = await ask(server.base_url, STREAMED)
    torn = [chunk for chunk in reply.chunks if chunk[-1] >= 0xC0]
    assert len(torn) == len([char for char in "öß👩‍👩‍👧質問" if ord(char) > 127])
    assert reply.said == "Größe 👩‍👩‍👧 質問"


MODELS = {
    "models-with-context-window": '"context_window":8192',
    "models-with-max-model-len": '"max_model_len":8192',
    "models-as-openrouter": '"context_length":8192.*"max_completion_tokens":4096.*"prompt":"0.0000002"',
    "models-as-a-bare-array": r'^\[\{"id":"small-model".*"context_length":8192',
    "models-missing": "^404 page not found$",
    "models-empty": r'"data":\[\]',
    "models-data-null": '"data":null',
}


@pytest.mark.parametrize("name", [name for name, play in PLAYS.items() if play.route == "models"])
async def test_models_are_told_as_the_row_says(name: str) -> None:
    async with FakeModelServer(quirks=[name], context_window=8192) as server:
        reply = await ask(server.base_url, path="/models")
    assert re.search(MODELS[name], reply.text, re.DOTALL)


async def test_other_routes_are_played_too() -> None:
    async with FakeModelServer(quirks=["xai-language-models"]) as server:
        assert (await ask(server.base_url, path="/language-models")).json["models"][0]["id"] == "small-model"
    async with FakeModelServer(
        kind="llamacpp", quirks=["llamacpp-router-loads-by-props"], loaded=False
    ) as server:
        await ask(server.url, path="/props?model=small-model&autoload=false")
        assert not server.loaded
        await ask(server.url, path="/props")
        assert server.loaded
    async with FakeModelServer(quirks=["pages-everywhere"]) as server:
        assert "<!doctype html>" in (await ask(server.url, path="/health")).text
