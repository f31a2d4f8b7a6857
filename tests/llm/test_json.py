"""JSON that was asked for comes out as a value that its schema allows, or not at all."""

from __future__ import annotations

import pytest

from bot.llm.errors import ProtocolError
from bot.llm.whole import json_in
from tests.fakes.misbehaving import misbehaving
from tests.fakes.model_server import FakeModelServer
from tests.llm.asking import SCHEMA, asked, client_of, soon
from tests.llm.saying import said_in_turn

GOOD = '{"text": "blue"}'
STRICT = {**SCHEMA, "additionalProperties": False}

SHAPES = [
    pytest.param(GOOD, id="bare"),
    pytest.param(f"```json\n{GOOD}\n```", id="fenced"),
    pytest.param(f"```\n{GOOD}\n```\n", id="fenced without a word"),
    pytest.param(f"Here it is:\n{GOOD}\nI hope that helps {{really}}.", id="between words"),
    pytest.param(f"[1] says so: {GOOD}", id="behind brackets of another kind"),
    pytest.param(f'{{"wrong": 1}} or rather {GOOD}', id="behind a wrong one"),
    pytest.param(f"<think>maybe {{}}</think>{GOOD}", id="behind a thought"),
]


@pytest.mark.parametrize("said", SHAPES)
async def test_json_is_found_wherever_it_stands(said: str) -> None:
    async with FakeModelServer(author=said_in_turn(said)) as server, client_of(server) as client:
        assert await client.complete_json(asked(schema=SCHEMA), soon()) == {"text": "blue"}
    assert len(server.calls) == 1


async def test_a_model_that_fences_its_json_is_understood() -> None:
    author = misbehaving("fences-json")
    async with FakeModelServer(author=author) as server, client_of(server) as client:
        assert await client.complete_json(asked(schema=SCHEMA), soon()) == {"text": "text"}


WRONG = [
    pytest.param("I would say blue.", "there is no JSON in it", id="none"),
    pytest.param('{"text": "blu', "there is no JSON in it", id="cut"),
    pytest.param('{"colour": "blue"}', "'text' is a required property", id="of another form"),
    pytest.param('{"text": 1}', "1 is not of type 'string'", id="of another type"),
    pytest.param('["blue"]', "is not of type 'object'", id="a list"),
]


@pytest.mark.parametrize(("said", "problem"), WRONG)
async def test_what_is_none_is_asked_for_once_more_with_what_was_wrong(said: str, problem: str) -> None:
    async with FakeModelServer(author=said_in_turn(said, GOOD)) as server, client_of(server) as client:
        assert await client.complete_json(asked(schema=SCHEMA), soon()) == {"text": "blue"}
    first, second = (call.body["messages"] for call in server.calls)
    assert problem in second[-1]["content"]
    assert second[-1]["content"].startswith(first[-1]["content"])


@pytest.mark.parametrize(("said", "problem"), WRONG)
async def test_what_is_none_twice_is_an_error(said: str, problem: str) -> None:
    async with FakeModelServer(author=said_in_turn(said)) as server, client_of(server) as client:
        with pytest.raises(ProtocolError, match="does not answer in the form asked for") as raised:
            await client.complete_json(asked(schema=SCHEMA), soon())
    assert problem in raised.value.message
    assert "Choose another model" in raised.value.hint
    assert len(server.calls) == 2


async def test_a_field_that_the_schema_forbids_is_not_let_through() -> None:
    async with (
        FakeModelServer(script=["ollama-ignores-strict"], author=said_in_turn(GOOD)) as server,
        client_of(server) as client,
    ):
        assert await client.complete_json(asked(schema=STRICT), soon()) == {"text": "blue"}
    assert "note" in server.calls[1].body["messages"][-1]["content"]


async def test_an_answer_in_the_place_of_thoughts_is_found_there() -> None:
    async with (
        FakeModelServer(quirks=["json-in-reasoning"], author=said_in_turn(GOOD)) as server,
        client_of(server) as client,
    ):
        assert await client.complete_json(asked(schema=SCHEMA), soon()) == {"text": "blue"}
    assert len(server.calls) == 1


def test_a_text_full_of_brackets_is_given_up_soon() -> None:
    with pytest.raises(ValueError, match="no JSON"):
        json_in("[" * 100_000, SCHEMA)
