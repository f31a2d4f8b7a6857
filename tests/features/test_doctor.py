"""The check-up: what is well, what is not, and what to do, over real sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.chat.reply import Facts, Heading, Progress, Reply
from bot.endpoint import Endpoint
from bot.errors import SettingsError, StoreError
from bot.features.doctor.reply import failed
from bot.ports import State
from tests.fakes.connection import Answer
from tests.fakes.model_server import FakeModelServer, Received
from tests.fakes.play import openai_error
from tests.features.room import prose, room_in
from tests.screens import Recording


def endpoint(server: FakeModelServer, **said: Any) -> Endpoint:
    return Endpoint(**{"name": "default", "base_url": server.base_url, **said})


async def looked(folder: Path, **settled: Any) -> Reply:
    async with room_in(folder, **settled) as room:
        await room.stock()
        return await room.run_in_shell("doctor")


def states(reply: Reply, part: str) -> dict[str, str]:
    return {point["what"]: point["state"] for point in reply.data["points"] if point["part"].startswith(part)}


def to_do(reply: Reply) -> str:
    return "\n".join(point["to_do"] for point in reply.data["points"])


async def test_a_working_endpoint_is_good_in_every_respect(tmp_path: Path) -> None:
    async with FakeModelServer(kind="llamacpp", api_key="sesame", context_window=8192) as server:
        one = endpoint(server, model="small-model", api_key="sesame", provider="llamacpp", title="llama.cpp")
        reply = await looked(tmp_path / "data", endpoints=(one,))
    found = states(reply, "Endpoint default (llama.cpp)")
    assert list(found) == ["reachable", "key", "model", "streaming", "speed", "window", "JSON"]
    assert set(found.values()) == {"good"}, reply.data
    assert reply.data["well"]
    assert not reply.failed
    assert "8,192 tokens" in str(reply.blocks)


async def test_a_wrong_key_is_the_key_s_fault_and_the_setting_is_named(tmp_path: Path) -> None:
    async with FakeModelServer(api_key="sesame") as server:
        one = endpoint(server, name="big", model="small-model", api_key="wrong-one")
        reply = await looked(tmp_path / "data", endpoints=(one,))
    assert states(reply, "Endpoint big") == {"reachable": "good", "key": "bad"}
    assert "LLM_BIG_API_KEY" in to_do(reply)
    assert reply.failed
    assert "wrong-one" not in str(reply)


async def test_a_wrong_model_is_the_model_s_fault_and_the_nearest_is_named(tmp_path: Path) -> None:
    async with FakeModelServer(models=["llama3.2:3b", "qwen3:8b"]) as server:
        reply = await looked(tmp_path / "data", endpoints=(endpoint(server, model="llama3.1:3b"),))
    assert states(reply, "Endpoint default") == {"reachable": "good", "model": "bad"}
    assert "llama3.2:3b" in to_do(reply)
    assert "LLM_MODEL" in to_do(reply)
    assert reply.failed


async def test_a_dead_endpoint_is_not_reachable_and_nothing_more_is_asked(tmp_path: Path) -> None:
    dead = Endpoint(name="default", base_url="http://127.0.0.1:9/v1", model="small-model")
    reply = await looked(tmp_path / "data", endpoints=(dead,))
    assert states(reply, "Endpoint default") == {"reachable": "bad"}
    assert "running" in to_do(reply)
    assert reply.failed


async def test_a_web_server_is_no_endpoint(tmp_path: Path) -> None:
    async with FakeModelServer(quirks=["html-with-200"]) as server:
        one = endpoint(server, model="small-model", base_url=server.url)
        reply = await looked(tmp_path / "data", endpoints=(one,))
    assert "bad" in states(reply, "Endpoint default").values()
    assert reply.failed


class Unwilling(FakeModelServer):
    """Says the same to everything."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._always = answer

    def _answer(self, received: Received) -> Answer:
        return self._always


PAGE = Answer(headers={"content-type": "text/html"}, parts=(b"<!doctype html><title>Welcome</title>",))
REFUSALS = [
    pytest.param(PAGE, {"reachable": "bad"}, "LLM_BASE_URL", id="a page"),
    pytest.param(Answer(status=404), {"reachable": "bad"}, "LLM_BASE_URL", id="404"),
    pytest.param(openai_error(503, "Down."), {"reachable": "good", "answer": "bad"}, "", id="503"),
    pytest.param(openai_error(402, "Pay."), {"reachable": "good", "answer": "bad"}, "Top up", id="402"),
    pytest.param(openai_error(401, "No."), {"reachable": "good", "key": "bad"}, "LLM_API_KEY", id="401"),
]


@pytest.mark.parametrize(("answer", "found", "help"), REFUSALS)
async def test_nothing_is_called_good_that_was_not_seen(
    tmp_path: Path, answer: Answer, found: dict[str, str], help: str
) -> None:
    async with Unwilling(answer) as server:
        one = endpoint(server, model="small-model", api_key="sk-wrong", provider="vllm")
        reply = await looked(tmp_path / "data", endpoints=(one,))
    assert states(reply, "Endpoint default") == found
    assert help in to_do(reply)
    assert reply.failed


async def test_an_endpoint_that_lists_no_models_is_good_where_it_answers(tmp_path: Path) -> None:
    async with FakeModelServer(quirks=["models-missing"]) as server:
        one = endpoint(server, model="small-model", window=8192)
        reply = await looked(tmp_path / "data", endpoints=(one,))
    found = states(reply, "Endpoint default")
    assert list(found) == ["reachable", "key", "model", "streaming", "speed", "window", "JSON"]
    assert set(found.values()) == {"good"}, reply.data


async def test_an_endpoint_that_cannot_stream_works_and_is_told_of(tmp_path: Path) -> None:
    async with FakeModelServer(quirks=["unverified-organisation-streams-not"]) as server:
        reply = await looked(
            tmp_path / "data", endpoints=(endpoint(server, model="small-model", window=8192),)
        )
    assert states(reply, "Endpoint default")["streaming"] == "doubtful"
    assert reply.data["well"]


async def test_an_unknown_window_is_doubtful_and_says_what_to_set(tmp_path: Path) -> None:
    async with FakeModelServer() as server:
        reply = await looked(tmp_path / "data", endpoints=(endpoint(server, model="small-model"),))
    assert states(reply, "Endpoint default")["window"] == "doubtful"
    assert "LLM_WINDOW" in to_do(reply)


async def test_without_any_endpoint_it_says_how_to_have_one(tmp_path: Path) -> None:
    reply = await looked(tmp_path / "data", discover=False)
    assert states(reply, "Models") == {"endpoint": "doubtful"}
    assert "LLM_BASE_URL" in to_do(reply)
    assert not reply.failed


async def test_embeddings_are_tried_where_they_are_set(tmp_path: Path) -> None:
    async with FakeModelServer(embedding_models=["tiny-embed"], dimensions=32) as server:
        vectors = endpoint(server, name="embeddings", model="tiny-embed")
        reply = await looked(tmp_path / "data", embeddings=vectors, discover=False)
        assert states(reply, "Embeddings") == {"vectors": "good"}
        assert "32 dimensions" in str(reply.blocks)
        server.quirks = ["embeddings-of-another-dimension"]
        wrong = endpoint(server, name="embeddings", model="tiny-embed", dimensions=64)
        reply = await looked(tmp_path / "data", embeddings=wrong, discover=False)
        assert states(reply, "Embeddings") == {"vectors": "bad"}


async def test_it_tells_what_it_is_looking_at(tmp_path: Path) -> None:
    async with (
        FakeModelServer() as server,
        room_in(tmp_path / "data", endpoints=(endpoint(server, model="small-model"),)) as room,
    ):
        screen = Recording()
        last = await room.run_in_shell("doctor", screen=screen)
    meanwhile = [one for one in screen.shown if one is not last]
    assert all(isinstance(one.blocks[0], Progress) for one in meanwhile)
    assert next(block.text for block in last.blocks if isinstance(block, Heading)) == "Data"
    assert all(row.state for block in last.blocks if isinstance(block, Facts) for row in block.rows)


def test_settings_that_do_not_add_up_are_a_table_too() -> None:
    reply = failed(SettingsError(["LLM_WINDOW=x in .env: must be a number.", "LLM_BASE_URL=y: no URL."]))
    assert [point["state"] for point in reply.data["points"]] == [State.BAD.value] * 2
    assert reply.failed
    assert "2 things to mend" in prose(reply)


def test_a_folder_that_cannot_be_used_is_a_table_too() -> None:
    reply = failed(StoreError("The data folder /x cannot be used: no.", "Choose another."))
    assert reply.data["points"][0]["to_do"] == "Choose another."
    assert reply.failed
