"""What endpoints taught is kept from one start to the next, for a week, and never stands in the way."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.endpoint import Endpoint
from bot.llm.memory import Known, Memory
from bot.llm.shape import Shape, hinted

ENDPOINT = Endpoint(name="default", base_url="https://api.openai.com/v1", api_key="sk-secret-secret")
MODEL = "gpt-5-mini"
LESSON = Shape(
    tokens_field="max_completion_tokens",
    drop=frozenset({"temperature", "stream_options"}),
    json_mode="none",
    streams=False,
    effort="medium",
    reasons=True,
    merges_system=True,
)


class Clock:
    """A clock that moves on request only."""

    time = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def go_on(self, **span: float) -> None:
        self.time += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lessons.json"


def content(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def write(file: Path, said: bytes) -> None:
    file.write_bytes(said)


def rewrite(file: Path, changes: dict[str, Any]) -> None:
    """Change the only lesson in a file; of its shape only what is named."""
    stored = json.loads(content(file))
    [lesson] = stored.values()
    for name, value in changes.items():
        lesson[name] = {**lesson[name], **value} if name == "shape" and value else value
    file.write_text(json.dumps(stored), encoding="utf-8")


async def teach(memory: Memory, endpoint: Endpoint = ENDPOINT, model: str = MODEL) -> Known:
    known = await memory.of(endpoint, model)
    known.shape, known.window, known.is_new = LESSON, 8192, True
    known.counted(100, 150)
    await memory.keep(endpoint, model)
    return known


async def test_at_first_there_are_hints(clock: Clock, file: Path) -> None:
    known = await Memory(clock, file).of(ENDPOINT, MODEL)
    assert known == Known(shape=hinted(ENDPOINT, MODEL), window=None, ratio=1.0, learnt_at=None, is_new=False)
    assert content(file) == ""


async def test_a_lesson_is_there_for_everybody_at_once(clock: Clock) -> None:
    memory = Memory(clock)
    known = await teach(memory)
    assert not known.is_new
    assert await memory.of(ENDPOINT, MODEL) is known
    first, second = await asyncio.gather(memory.of(ENDPOINT, "another"), memory.of(ENDPOINT, "another"))
    assert first is second


async def test_all_who_ask_for_a_model_first_share_what_they_learn(clock: Clock, file: Path) -> None:
    memory = Memory(clock, file)
    known = await asyncio.gather(*(memory.of(ENDPOINT, MODEL) for _ in range(5)))
    assert all(one is known[0] for one in known)


async def test_a_lesson_outlasts_the_process(clock: Clock, file: Path) -> None:
    taught = await teach(Memory(clock, file))
    assert await Memory(clock, file).of(ENDPOINT, MODEL) == taught
    assert (taught.shape, taught.window, taught.ratio) == (LESSON, 8192, pytest.approx(1.15))
    assert taught.learnt_at == clock.now()


async def test_lessons_hold_for_one_model_at_one_endpoint(clock: Clock, file: Path) -> None:
    await teach(Memory(clock, file))
    memory = Memory(clock, file)
    other = replace(ENDPOINT, base_url="https://models.example.org/v1")
    assert (await memory.of(ENDPOINT, "gpt-5")).shape == hinted(ENDPOINT, "gpt-5")
    assert (await memory.of(other, MODEL)).shape == hinted(other, MODEL)
    renamed = replace(ENDPOINT, name="big")
    assert (await memory.of(renamed, MODEL)).shape == LESSON


async def test_lessons_stand_beside_one_another(clock: Clock, file: Path) -> None:
    memory = Memory(clock, file)
    models = [f"model-{n}" for n in range(12)]
    await asyncio.gather(*(teach(memory, model=model) for model in models))
    again = Memory(clock, file)
    assert [(await again.of(ENDPOINT, model)).window for model in models] == [8192] * len(models)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


async def test_a_week_later_it_is_forgotten(clock: Clock, file: Path) -> None:
    await teach(Memory(clock, file))
    clock.go_on(days=7)
    assert (await Memory(clock, file).of(ENDPOINT, MODEL)).shape == LESSON
    clock.go_on(seconds=1)
    assert await Memory(clock, file).of(ENDPOINT, MODEL) == Known(shape=hinted(ENDPOINT, MODEL))


@pytest.mark.parametrize("kept", [True, False])
async def test_a_process_that_runs_for_longer_forgets_too(clock: Clock, file: Path, kept: bool) -> None:
    memory = Memory(clock, file if kept else None)
    await teach(memory)
    clock.go_on(days=7)
    assert (await memory.of(ENDPOINT, MODEL)).shape == LESSON
    clock.go_on(seconds=1)
    assert await memory.of(ENDPOINT, MODEL) == Known(shape=hinted(ENDPOINT, MODEL))


async def test_what_is_learnt_again_is_kept_for_another_week(clock: Clock, file: Path) -> None:
    memory = Memory(clock, file)
    await teach(memory)
    clock.go_on(days=6)
    await memory.keep(ENDPOINT, MODEL)
    clock.go_on(days=6)
    for one in (memory, Memory(clock, file)):
        assert (await one.of(ENDPOINT, MODEL)).shape == LESSON


async def test_a_lesson_from_a_clock_that_was_wrong_is_forgotten(clock: Clock, file: Path) -> None:
    clock.go_on(days=3000)
    await teach(Memory(clock, file))
    clock.go_on(days=-3000)
    assert (await Memory(clock, file).of(ENDPOINT, MODEL)).shape == hinted(ENDPOINT, MODEL)


async def test_whoever_says_not_to_stream_has_the_last_word(clock: Clock, file: Path) -> None:
    memory = Memory(clock, file)
    (await memory.of(ENDPOINT, MODEL)).shape = replace(LESSON, streams=True)
    await memory.keep(ENDPOINT, MODEL)
    assert (await Memory(clock, file).of(ENDPOINT, MODEL)).shape.streams
    silent = replace(ENDPOINT, stream=False)
    assert not (await Memory(clock, file).of(silent, MODEL)).shape.streams


async def test_no_key_is_written_down(clock: Clock, file: Path) -> None:
    await teach(Memory(clock, file))
    assert "secret" not in content(file)


# Files that are not as they should be.


@pytest.mark.parametrize(
    "said",
    [b"", b"{", b"null", b"[]", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a": {}}', b"\x00" * 10],
)
async def test_a_broken_file_is_no_harm_and_is_mended(clock: Clock, file: Path, said: bytes) -> None:
    write(file, said)
    memory = Memory(clock, file)
    assert (await memory.of(ENDPOINT, MODEL)).shape == hinted(ENDPOINT, MODEL)
    await teach(memory)
    assert (await Memory(clock, file).of(ENDPOINT, MODEL)).shape == LESSON


@pytest.mark.parametrize(
    "wrong",
    [
        {"learnt_at": "yesterday"},
        {"learnt_at": "2026-05-01T12:00:00"},
        {"learnt_at": 5},
        {"ratio": "x"},
        {"ratio": None},
        {"ratio": 0},
        {"ratio": -3},
        {"ratio": float("nan")},
        {"ratio": float("inf")},
        {"ratio": 10**400},
        {"shape": None},
        {"shape": []},
        {"shape": {}},
        {"shape": {"json_mode": "xml"}},
        {"shape": {"tokens_field": "messages"}},
        {"shape": {"streams": "no"}},
        {"shape": {"drop": "all"}},
        {"shape": {"effort": 3}},
        {"shape": {"of_tomorrow": True}},
    ],
)
async def test_a_lesson_that_makes_no_sense_is_no_lesson(
    clock: Clock, file: Path, wrong: dict[str, Any]
) -> None:
    await teach(Memory(clock, file))
    rewrite(file, wrong)
    assert (await Memory(clock, file).of(ENDPOINT, MODEL)) == Known(shape=hinted(ENDPOINT, MODEL))


@pytest.mark.parametrize("window", ["x", 0, -5, [], 1.5])
async def test_a_window_that_makes_no_sense_is_left_out(clock: Clock, file: Path, window: object) -> None:
    await teach(Memory(clock, file))
    rewrite(file, {"window": window})
    known = await Memory(clock, file).of(ENDPOINT, MODEL)
    assert (known.window, known.shape) == (None, LESSON)


async def test_a_place_that_cannot_be_written_costs_the_lesson_alone(
    clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Memory(clock, tmp_path / "nowhere" / "lessons.json")
    with caplog.at_level(logging.WARNING):
        known = await teach(memory)
    assert await memory.of(ENDPOINT, MODEL) is known
    assert "lessons.json" in caplog.text


@given(st.lists(st.tuples(st.integers(-5, 10**6), st.integers(-5, 10**6)), max_size=30))
def test_the_ratio_stays_sensible_whatever_is_counted(calls: list[tuple[int, int]]) -> None:
    known = Known(shape=Shape())
    for estimated, real in calls:
        known.counted(estimated, real)
    assert 0.5 <= known.ratio <= 3.0


def test_the_ratio_comes_near_what_is_counted() -> None:
    known = Known(shape=Shape())
    for _ in range(20):
        known.counted(100, 180)
    assert known.ratio == pytest.approx(1.8, abs=0.01)
    known.counted(0, 50)
    known.counted(50, 0)
    assert known.ratio == pytest.approx(1.8, abs=0.01)
