"""Measuring on a collection: the figures of a small one known by hand, and what is said of a broken one."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.chat.reply import Progress
from bot.endpoint import Endpoint
from bot.errors import InputError
from bot.features.evaluate.command import MeasureQuotes
from bot.features.evaluate.measure import Away, gate, quotes, retrieval
from bot.features.evaluate.usecase import MeasuresQuotes
from bot.retrieval.collection import MemoryCollections
from tests.fakes.author import Author, grounded
from tests.fakes.model_server import FakeModelServer
from tests.features.room import room_in

CORPUS = [
    ("a_0", "The bridge over the river was opened by the mayor in 1931. It is painted green."),
    ("a_1", "Ferries crossed the river before the bridge was there. They took ten minutes."),
    ("b_0", "A lighthouse stands on the northern cliff. Its keeper was called Martha Hale."),
    ("c_0", "Bread is baked with flour, water and salt. Some bakers add a little sugar."),
]
QUESTIONS = {"q1": "When was the bridge opened?", "q2": "Who was the keeper of the lighthouse?"}
ANSWERS = {"q1": ["1931"], "q2": ["Martha Hale"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines(tmp_path / "corpus.jsonl", [{"_id": name, "title": "", "text": text} for name, text in CORPUS])
    lines(tmp_path / "queries.jsonl", [{"_id": name, "text": text} for name, text in QUESTIONS.items()])
    lines(tmp_path / "queries.jsonl", [{"_id": "unjudged", "text": "Anything?"}], more=True)
    lines(tmp_path / "answers.jsonl", [{"_id": name, "answers": some} for name, some in ANSWERS.items()])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\ta_0\t1\nq2\tb_0\t1\nq2\ta_1\t0\n"
    )
    return tmp_path


def lines(path: Path, values: list[dict[str, Any]], *, more: bool = False) -> None:
    with path.open("a" if more else "w", encoding="utf-8") as file:
        file.writelines(json.dumps(value) + "\n" for value in values)


def test_questions_without_judgements_do_not_count(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    figures = retrieval(folder, MemoryCollections(), lambda done, total: told.append((done, total)))
    assert (figures["queries"], figures["ndcg@10"], figures["recall@5"], figures["mrr"]) == (2, 1.0, 1.0, 1.0)
    assert 0 < figures["p50_ms"] <= figures["p95_ms"]
    assert told == [(1, 2), (2, 2)]


def test_a_quotation_counts_when_an_answer_stands_in_it(folder: Path) -> None:
    figures = quotes(folder, MemoryCollections())
    assert figures["questions"] == 2
    assert figures["top3"] == 1.0
    assert figures["mean_words"] < 13


def test_taking_the_article_away_takes_all_of_it(folder: Path) -> None:
    assert gate(folder, MemoryCollections(), Away.PASSAGE)["questions"] == 2
    assert gate(folder, MemoryCollections(), Away.ARTICLE)["auc"] == 1.0


async def test_progress_comes_before_the_figures(folder: Path) -> None:
    call: Any = SimpleNamespace()
    replies = [
        reply async for reply in MeasuresQuotes(MemoryCollections())(MeasureQuotes(folder=folder), call)
    ]
    assert isinstance(replies[0].blocks[0], Progress)
    assert set(replies[-1].data) == {"questions", "top1", "top3", "mean_words"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\nnot json\n', "corpus.jsonl, line 2: not JSON"),
        ("corpus.jsonl", '{"text": "x"}\n', "corpus.jsonl, line 1: no text under `_id`"),
        ("corpus.jsonl", '{"_id": "a"}\n', "corpus.jsonl, line 1: no text under `text`"),
        ("corpus.jsonl", "\n", "corpus.jsonl is empty"),
        ("queries.jsonl", "[]\n", "queries.jsonl, line 1"),
        (
            "answers.jsonl",
            '{"_id": "q1", "answers": "1931"}\n',
            "answers.jsonl, line 1: no list under `answers`",
        ),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n", "judges nothing"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1 a_0 1\n", "test.tsv, line 2"),
        (
            "qrels/test.tsv",
            "query-id\tcorpus-id\tscore\nq1\tz_9\t1\n",
            "line 2: corpus.jsonl has no passage z_9",
        ),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq9\ta_0\t1\n", "not one question"),
    ],
)
def test_what_is_broken_is_named_with_its_line(folder: Path, name: str, content: str, says: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=".*" + says.replace("`", ".").replace("(", ".")):
        quotes(folder, MemoryCollections())


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "answers.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        quotes(folder, MemoryCollections())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        retrieval(tmp_path / "nowhere", MemoryCollections())


def test_a_file_that_is_not_text_is_named(folder: Path) -> None:
    (folder / "corpus.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        retrieval(folder, MemoryCollections())


# How a model answers.


async def answers_of(folder: Path, data: Path, *more: str, author: Author = grounded) -> dict[str, Any]:
    async with FakeModelServer(author=author) as server:
        endpoint = Endpoint(name="default", base_url=server.base_url, model="small-model", window=8192)
        async with room_in(data, endpoints=(endpoint,)) as room:
            measured = await room.run_in_shell("eval", "answers", str(folder), *more)
    assert measured.error is None, measured.error
    figures: dict[str, Any] = measured.data
    return figures


async def test_an_honest_model_answers_cites_and_is_verified(folder: Path, tmp_path: Path) -> None:
    figures = await answers_of(folder, tmp_path / "data")
    assert (figures["questions"], figures["answered"], figures["right, of answered"]) == (2, 1.0, 1.0)
    assert (figures["cited"], figures["verified"], figures["unsupported"]) == (1.0, 1.0, 0.0)


async def test_a_model_that_always_refuses_is_seen_to(folder: Path, tmp_path: Path) -> None:
    figures = await answers_of(folder, tmp_path / "data", author=lambda messages, body: "NOT_IN_SOURCES")
    assert (figures["answered"], figures["refused by the model"]) == (0.0, 1.0)


async def test_a_model_that_invents_is_seen_to(folder: Path, tmp_path: Path) -> None:
    def inventing(messages: list[dict[str, Any]], body: dict[str, Any]) -> str:
        return "The emperor of Kassel opened it with a golden spoon in 1787 [1]."

    figures = await answers_of(folder, tmp_path / "data", author=inventing)
    assert (figures["answered"], figures["replaced"], figures["verified"]) == (0.0, 1.0, 0.0)


async def test_no_more_questions_are_asked_than_were_allowed(folder: Path, tmp_path: Path) -> None:
    assert (await answers_of(folder, tmp_path / "data", "--limit", "1"))["questions"] == 1


async def test_with_what_answers_away_refusing_is_right(folder: Path, tmp_path: Path) -> None:
    figures = await answers_of(folder, tmp_path / "data", "--away", "article")
    assert figures["answered"] == 0.0


async def test_without_a_model_there_is_nothing_to_measure(folder: Path, tmp_path: Path) -> None:
    async with room_in(tmp_path / "data", discover=False) as room:
        refused = await room.run_in_shell("eval", "answers", str(folder))
    assert isinstance(refused.error, InputError)
    assert "LLM_BASE_URL" in refused.error.hint


async def test_a_failure_in_the_middle_is_counted_and_the_rest_is_measured(
    folder: Path, tmp_path: Path
) -> None:
    async with FakeModelServer(script=["error-shape-openai"]) as server:
        endpoint = Endpoint(name="default", base_url=server.base_url, model="small-model", window=8192)
        async with room_in(tmp_path / "data", endpoints=(endpoint,)) as room:
            measured = (await room.run_in_shell("eval", "answers", str(folder))).data
    assert (measured["failed"], measured["questions"], measured["answered"]) == (1, 1, 1.0)


async def test_when_the_days_limit_ends_it_the_figures_so_far_are_shown(folder: Path, tmp_path: Path) -> None:
    async with FakeModelServer() as server:
        endpoint = Endpoint(name="default", base_url=server.base_url, model="small-model", window=8192)
        async with room_in(tmp_path / "data", endpoints=(endpoint,), total_tokens=750) as room:
            measured = (await room.run_in_shell("eval", "answers", str(folder))).data
    assert measured["questions"] == 1
    assert measured["stopped"]["code"] == "E-LIMIT"
