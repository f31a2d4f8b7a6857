"""What the client learns from an endpoint's complaints, keeps in its memory, and does not learn."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.llm.client import THINKING_TOKENS
from bot.llm.errors import BadRequest, ContextOverflow, EmptyCompletion, ProtocolError
from bot.model import Meanwhile, Prompt
from tests.fakes.author import grounded
from tests.fakes.connection import Answer
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.fakes.writing import text_answer
from tests.llm.asking import EXCERPTS, MODEL, SCHEMA, asked, asked_at_length, client_of, hear, known_of, soon
from tests.llm.saying import END, said_in_turn, stream, words

FOUR = [
    "max-tokens-unsupported",
    "temperature-only-one",
    "mistral-refuses-include-usage",
    "unverified-organisation-streams-not",
]
NO_FORMAT = openai_error(400, "response_format is not supported.", param="response_format")


# Complaints about fields.


async def test_an_endpoint_may_complain_four_times() -> None:
    async with FakeModelServer(quirks=FOUR) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.notices == [Meanwhile.ADAPTED] * 4
    assert len(server.calls) == 5
    assert server.calls[-1].body.keys() == {"model", "messages", "max_completion_tokens", "stream"}


async def test_a_fifth_complaint_is_too_much_and_nothing_is_learnt() -> None:
    async with (
        FakeModelServer(quirks=[*FOUR, "groq-refuses-json-schema"]) as server,
        client_of(server) as client,
    ):
        before = (await known_of(client)).shape
        heard = await hear(client, asked(schema=SCHEMA))
        assert (await known_of(client)).shape == before
    assert type(heard.error) is BadRequest
    assert len(server.calls) == 5


async def test_one_who_wants_what_he_refuses_is_asked_without_a_form() -> None:
    quirks = ["deepseek-refuses-json-schema", "lmstudio-refuses-json-object"]
    async with FakeModelServer(quirks=quirks) as server, client_of(server) as client:
        heard = await hear(client, asked(schema=SCHEMA))
    assert heard.error is None
    assert "response_format" not in server.calls[-1].body
    assert len(server.calls) <= 5


async def test_calls_that_run_at_once_learn_each_for_itself() -> None:
    async with FakeModelServer(quirks=FOUR) as server, client_of(server) as client:
        heard = await asyncio.gather(*(hear(client, asked()) for _ in range(6)))
        assert [each.error for each in heard] == [None] * 6
        again = await hear(client, asked())
    assert again.notices == []


async def test_lessons_outlast_the_process(tmp_path: Path) -> None:
    memory = tmp_path / "endpoints.json"
    async with FakeModelServer(quirks=FOUR) as server:
        async with client_of(server, memory=memory) as client:
            await hear(client, asked())
        before = len(server.calls)
        async with client_of(server, memory=memory) as client:
            heard = await hear(client, asked())
    assert heard.notices == []
    assert len(server.calls) == before + 1
    (lesson,) = json.loads(memory.read_text(encoding="utf-8")).values()
    assert lesson["shape"]["tokens_field"] == "max_completion_tokens"
    assert lesson["shape"]["drop"] == ["max_tokens", "stream_options", "temperature"]
    assert lesson["shape"]["streams"] is False


async def test_lessons_hold_for_one_model_alone() -> None:
    async with (
        FakeModelServer(quirks=["temperature-only-one"], models=[MODEL, "other"]) as server,
        client_of(server) as client,
    ):
        await hear(client, asked())
        assert (await known_of(client, "other")).shape.drop == frozenset()


async def test_the_form_of_json_goes_down_by_steps_and_is_kept(tmp_path: Path) -> None:
    memory = tmp_path / "endpoints.json"
    said = said_in_turn('{"text": "blue"}')
    script: list[str | Answer] = ["deepseek-refuses-json-schema", NO_FORMAT]
    async with FakeModelServer(script=script, author=said) as server:
        async with client_of(server, memory=memory) as client:
            heard = await hear(client, asked(schema=SCHEMA))
        async with client_of(server, memory=memory) as client:
            await hear(client, asked(schema=SCHEMA))
    assert heard.error is None
    forms = [(call.body.get("response_format") or {}).get("type") for call in server.calls]
    assert forms == ["json_schema", "json_object", None, None]
    (lesson,) = json.loads(memory.read_text(encoding="utf-8")).values()
    assert lesson["shape"]["json_mode"] == "none"


# The window.


async def test_a_window_is_learnt_once_and_kept(tmp_path: Path) -> None:
    memory = tmp_path / "endpoints.json"
    async with FakeModelServer(context_window=1000) as server:
        async with client_of(server, memory=memory) as client:
            first = await hear(client, asked_at_length())
            second = await hear(client, asked_at_length())
        async with client_of(server, memory=memory) as client:
            third = await hear(client, asked_at_length())
    assert [each.error for each in (first, second, third)] == [None] * 3
    assert first.notices == second.notices == third.notices == [Meanwhile.TRIMMED]
    assert len(server.calls) == 4
    (lesson,) = json.loads(memory.read_text(encoding="utf-8")).values()
    assert lesson["window"] == 1000


@pytest.mark.parametrize("kind", ["openai", "vllm", "sglang", "jan"])
async def test_every_kind_of_server_teaches_its_window(kind: str) -> None:
    async with (
        FakeModelServer(kind=kind, context_window=1000, advertised_window=8192) as server,
        client_of(server) as client,
    ):
        heard = await hear(client, asked_at_length())
        assert (await known_of(client)).window == 1000
    assert heard.error is None
    assert len(server.calls) == 2


async def test_what_is_left_out_counts_least() -> None:
    async with FakeModelServer(context_window=1000) as server, client_of(server) as client:
        await hear(client, asked_at_length())
    whole, cut = (call.body["messages"] for call in server.calls)
    assert [message["role"] for message in whole] == ["system", "user", "assistant", "user"]
    assert [message["role"] for message in cut] == ["system", "user"]
    assert cut[0] == whole[0]
    assert EXCERPTS[0] in cut[1]["content"]
    assert EXCERPTS[-1] not in cut[1]["content"]
    assert cut[1]["content"].endswith(asked().prompt.closing)


async def test_a_second_overflow_is_told() -> None:
    too_long = openai_error(
        400, "This model's maximum context length is 3000 tokens.", code="context_length_exceeded"
    )
    async with FakeModelServer(script=[too_long, too_long]) as server, client_of(server) as client:
        heard = await hear(client, asked_at_length())
    assert type(heard.error) is ContextOverflow
    assert "larger window" in heard.error.hint
    assert len(server.calls) == 2


async def test_a_window_too_small_for_the_question_is_told() -> None:
    prompt = Prompt(system="You answer.", closing="Why? " * 1000)
    async with FakeModelServer(context_window=600) as server, client_of(server) as client:
        heard = await hear(client, asked(prompt=prompt))
    assert type(heard.error) is BadRequest
    assert "too small even for the question" in heard.error.message
    assert len(server.calls) == 1


async def test_a_page_of_a_proxy_teaches_no_window() -> None:
    page = text_answer("<html><title>Request Entity Too Large</title></html>", status=413, kind="text/html")
    async with FakeModelServer(script=[page]) as server, client_of(server) as client:
        heard = await hear(client, asked_at_length())
        assert (await known_of(client)).window is None
    assert heard.error is None
    assert len(server.calls[1].raw) < len(server.calls[0].raw)


async def test_silence_about_a_long_prompt_is_taken_for_an_overflow_and_teaches_nothing() -> None:
    async with FakeModelServer(script=["zero-deltas"]) as server, client_of(server, window=2000) as client:
        heard = await hear(client, asked_at_length())
        assert (await known_of(client)).window is None
    assert heard.error is None
    assert heard.notices == [Meanwhile.TRIMMED]
    assert len(server.calls[1].raw) < len(server.calls[0].raw)


async def test_the_answer_leaves_room_for_the_prompt() -> None:
    async with (
        FakeModelServer(kind="vllm", context_window=1000) as server,
        client_of(server, window=None) as client,
    ):
        heard = await hear(client, asked(most_tokens=5000))
    assert heard.error is None
    assert len(server.calls) == 1
    assert 700 < server.calls[0].body["max_tokens"] < 1000


async def test_what_real_tokens_come_to_is_learnt_from_usage() -> None:
    async with FakeModelServer() as server, client_of(server) as client:
        for _ in range(8):
            await hear(client, asked_at_length())
        ratio = (await known_of(client)).ratio
        call = await client.prepare(asked_at_length(), asyncio.get_running_loop().time() + 5)
    assert ratio != 1.0
    real = sum(-(-len(message["content"]) // 4) for message in call.fitted.messages)
    assert call.fitted.tokens == pytest.approx(real, rel=0.05)


# Thinking.


async def test_a_model_that_thought_gets_room_for_it_from_then_on() -> None:
    async with FakeModelServer(quirks=["reasoning-eats-the-budget"]) as server, client_of(server) as client:
        first = await hear(client, asked())
        second = await hear(client, asked())
    assert first.error is second.error is None
    assert [call.body["max_tokens"] for call in server.calls] == [400, 1600, 400 + THINKING_TOKENS]


async def test_one_that_thinks_for_ever_is_given_up_after_a_longer_try() -> None:
    async with FakeModelServer(quirks=["reasoning-eats-the-budget"]) as server, client_of(server) as client:
        heard = await hear(client, asked(most_tokens=100))
    assert type(heard.error) is EmptyCompletion
    assert "spent all its tokens on thinking" in heard.error.message
    assert [call.body["max_tokens"] for call in server.calls] == [100, 400]


async def test_a_longer_try_stays_within_the_window() -> None:
    async with (
        FakeModelServer(quirks=["reasoning-eats-the-budget"]) as server,
        client_of(server, window=1200) as client,
    ):
        heard = await hear(client, asked())
    assert heard.error is None
    assert 1000 <= server.calls[1].body["max_tokens"] < 1200


async def test_a_model_is_not_taken_to_think_for_its_name_when_it_says_nothing() -> None:
    async with (
        FakeModelServer(script=["empty-text"], models=["no-thinking"]) as server,
        client_of(server, model="no-thinking") as client,
    ):
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.notices == [Meanwhile.RETRYING]


async def test_thoughts_that_only_show_at_their_end_are_taken_back() -> None:
    author = said_in_turn("First the sources.</think>The sky is blue.")
    async with FakeModelServer(author=author) as server, client_of(server) as client:
        heard = await hear(client, asked())
        done = await client.complete(asked(), asyncio.get_running_loop().time() + 5)
    assert (heard.text, heard.reasoning) == ("The sky is blue.", "First the sources.")
    assert heard.started == [MODEL, MODEL]
    assert (done.text, done.reasoning) == ("The sky is blue.", "First the sources.")


async def test_thoughts_without_an_answer_behind_them_are_no_answer() -> None:
    thoughts = stream([*words("First ", "the sources.", "</think>"), *END])
    author = said_in_turn("The sky is blue.")
    async with FakeModelServer(script=[thoughts], author=author) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.text == "The sky is blue."
    assert len(server.calls) == 2


async def test_a_try_that_came_to_nothing_counts_all_the_same() -> None:
    """What was thought was billed, too."""
    async with FakeModelServer(quirks=["reasoning-eats-the-budget"]) as server, client_of(server) as client:
        heard = await hear(client, asked())
        again = await hear(client, asked())
    assert heard.usage is not None
    assert again.usage is not None
    assert heard.usage.prompt == 2 * again.usage.prompt
    assert heard.text == grounded(server.calls[0].body["messages"], {})


# Embeddings.

WORDS = ["The red light.", "The blue light."]
NO_ENCODING = openai_error(400, "Unrecognized request argument supplied: encoding_format")
NO_DIMENSIONS = openai_error(422, "This model does not support dimensions.", param="dimensions")


async def test_a_field_that_an_endpoint_for_embeddings_refuses_is_left_out_from_then_on() -> None:
    async with (
        FakeModelServer(script=[NO_ENCODING, NO_DIMENSIONS]) as server,
        client_of(server, dimensions=64) as client,
    ):
        made, _ = await client.embed(WORDS, soon())
        assert [len(each) for each in made] == [64, 64]
        await client.embed(WORDS, soon())
    assert [sorted(call.body.keys() - {"model", "input"}) for call in server.calls] == [
        ["dimensions", "encoding_format"],
        ["dimensions"],
        [],
        [],
    ]


async def test_vectors_are_still_to_be_of_the_size_that_the_operator_said() -> None:
    async with FakeModelServer(script=[NO_DIMENSIONS]) as server, client_of(server, dimensions=32) as client:
        with pytest.raises(ProtocolError, match="64 dimensions where 32 were asked for"):
            await client.embed(WORDS, soon())
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(NO_ENCODING, id="what was left out already"),
        pytest.param(openai_error(400, "input is too odd"), id="another thing"),
        pytest.param(openai_error(418, "encoding_format is not supported"), id="another status"),
    ],
)
async def test_there_is_an_end_to_leaving_out(refusal: Answer) -> None:
    async with FakeModelServer(script=[refusal] * 5) as server, client_of(server) as client:
        with pytest.raises(BadRequest):
            await client.embed(WORDS, soon())
    assert len(server.calls) <= 2
