"""A model from a shell: asked, measured and looked at by a process of its own, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.model_server import FakeModelServer, running_in_thread
from tests.terminal.conftest import Rostrum

QUESTION = "What licence does Grok 2 have?"


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    with running_in_thread(FakeModelServer(api_key="sesame", context_window=8192)) as made:
        yield made


def settings(server: FakeModelServer, **more: str) -> dict[str, str]:
    return {"LLM_BASE_URL": server.base_url, "LLM_MODEL": "small-model", "LLM_API_KEY": "sesame", **more}


def test_a_question_is_answered_by_the_model_of_the_settings(
    rostrum: Rostrum, server: FakeModelServer
) -> None:
    answer = rostrum("ask", QUESTION, "--json", env=settings(server)).json
    assert answer["mode"] == "model"
    assert answer["answered"]
    assert answer["model"]["name"] == "small-model"
    assert all(sentence["support"] == "verified" for sentence in answer["sentences"])


def test_the_settings_may_stand_in_a_file_and_the_url_may_end_anywhere(
    rostrum: Rostrum, server: FakeModelServer
) -> None:
    url = f"{server.base_url}/chat/completions"
    rostrum.file(".env", f'LLM_BASE_URL={url}\nLLM_API_KEY="Bearer sesame"\n')
    assert rostrum("ask", QUESTION, "--json").json["mode"] == "model"


def test_a_url_without_its_v1_is_understood(rostrum: Rostrum, server: FakeModelServer) -> None:
    ran = rostrum("ask", QUESTION, "--json", env=settings(server, LLM_BASE_URL=server.url))
    assert ran.json["mode"] == "model"


def test_doctor_leaves_with_zero_where_all_works(rostrum: Rostrum, server: FakeModelServer) -> None:
    ran = rostrum("doctor", env=settings(server, LLM_WINDOW="8192"))
    assert ran.code == 0, ran.out + ran.err
    assert "All is well." in ran.out
    assert "sesame" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"LLM_API_KEY": "pumpkin"}, "key"),
        ({"LLM_MODEL": "smal-model"}, "model"),
        ({"LLM_BASE_URL": "http://127.0.0.1:9/v1"}, "reachable"),
    ],
)
def test_doctor_leaves_with_one_where_something_is_wrong_and_says_what_to_do(
    rostrum: Rostrum, server: FakeModelServer, wrong: dict[str, str], what: str
) -> None:
    ran = rostrum("doctor", "--json", env=settings(server, **wrong))
    assert ran.code == 1
    bad = [point for point in ran.json["points"] if point["state"] == "bad"]
    assert [point["what"] for point in bad] == [what]
    assert bad[0]["to_do"]
    assert "pumpkin" not in ran.out + ran.err


def test_doctor_shows_mistakes_in_the_settings_as_a_table_too(rostrum: Rostrum) -> None:
    ran = rostrum("doctor", env={"LLM_WINDOW": "much", "ROSTRUM_MEMBER_TOKENS": "-1"})
    assert ran.code == 1
    assert "LLM_WINDOW" in ran.out
    assert "ROSTRUM_MEMBER_TOKENS" in ran.out
    assert "2 things to mend" in ran.out


def test_the_days_limit_holds_from_process_to_process(rostrum: Rostrum, server: FakeModelServer) -> None:
    limited = settings(server, ROSTRUM_MEMBER_TOKENS="3000", LLM_WINDOW="8192")
    answers = [rostrum("ask", QUESTION, "--json", env=limited).json for _ in range(4)]
    modes = [answer["mode"] for answer in answers]
    assert modes[0] == "model"
    assert modes[-1] == "quote"
    assert answers[-1]["notice"]["code"] == "E-LIMIT"
    used = rostrum("usage", "--json", env=limited).json["limits"][0]
    assert used["used"] <= 3000


def test_a_server_that_was_not_named_is_found_and_asked(rostrum: Rostrum) -> None:
    with running_in_thread(FakeModelServer(kind="ollama")) as server:
        found = f"http://127.0.0.1:{server.url.rsplit(':', 1)[1]}/v1"
        answer = rostrum(
            "ask", QUESTION, "--json", env={"LLM_PROVIDER": "ollama", "LLM_BASE_URL": found}
        ).json
    assert answer["model"]["name"] == "small-model"
