"""What the connection remembers over restarts, and how often it may log in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.platforms.discord.memory import Identifies, Memory

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def later(self, **by: float) -> None:
        self.time += timedelta(**by)


def counting(folder: Path, clock: Clock, most: int = 5) -> Identifies:
    return Identifies(Memory(folder / "discord.json"), clock.now, most)


def test_what_is_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    Memory(tmp_path / "discord.json").keep("commands", "abc")
    assert Memory(tmp_path / "discord.json").get("commands") == "abc"
    assert Memory(tmp_path / "discord.json").get("other") is None


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"identifies": 5}', '{"identifies": ["soon", 1]}'])
def test_a_file_that_makes_no_sense_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "discord.json").write_text(text)
    identifies = counting(tmp_path, Clock(), most=1)
    identifies.count()
    with pytest.raises(OperatorError):
        identifies.count()


def test_a_file_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be written"):
        Memory(tmp_path / "nowhere" / "discord.json").keep("commands", "abc")


def test_log_ins_are_counted_over_restarts_and_end_at_the_limit(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(5):
        counting(tmp_path, clock).count()
    with pytest.raises(OperatorError, match="5 times in 24 hours") as caught:
        counting(tmp_path, clock).count()
    assert "From 2026-11-26 12:00 UTC on" in caught.value.hint
    assert caught.value.exit_code == 78


def test_log_ins_are_forgotten_after_a_day(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(5):
        counting(tmp_path, clock).count()
        clock.later(hours=1)
    with pytest.raises(OperatorError):
        counting(tmp_path, clock).count()
    clock.later(hours=19, seconds=1)
    counting(tmp_path, clock).count()
    with pytest.raises(OperatorError):
        counting(tmp_path, clock).count()


def test_the_pause_before_a_log_in_grows_with_those_of_the_last_minutes(tmp_path: Path) -> None:
    clock = Clock()
    identifies = counting(tmp_path, clock, most=800)
    pauses = []
    for _ in range(12):
        pauses.append(identifies.pause_s(300))
        identifies.count()
    assert pauses == [0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert identifies.pause_s(40) == 40
    clock.later(minutes=10, seconds=1)
    assert identifies.pause_s(300) == 0
