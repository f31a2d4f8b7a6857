"""What the connection remembers over restarts: log-ins of the last day, and which commands are registered."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from bot.errors import OperatorError

log = logging.getLogger(__name__)

MOST_IDENTIFIES = 800
"""Discord takes the token away from a bot that logs in 1,000 times in a day."""
_DAY = timedelta(hours=24)
_LATELY = timedelta(minutes=10)
_FREE = 3
_FIRST_PAUSE_S = 5.0


class Memory:
    """A small JSON file. A file that cannot be read counts as empty, and is written anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._values = _read(file)
        self._writing = Lock()

    def get(self, key: str) -> Any:
        """What was kept under a key; `None` where nothing was."""
        return self._values.get(key)

    def keep(self, key: str, value: Any) -> None:
        """Keep a value over restarts. Raises OperatorError where the file cannot be written."""
        with self._writing:
            self._values[key] = value
            self._write()

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(self._values, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
        except OSError as error:
            raise OperatorError(
                f"{self._file} cannot be written: {error.strerror}.", "Make room, or mend its permissions."
            ) from error


class Identifies:
    """Counts the log-ins of the last 24 hours, so that a loop of crashes cannot cost the token."""

    def __init__(self, memory: Memory, now: Callable[[], datetime], most: int = MOST_IDENTIFIES) -> None:
        self._memory = memory
        self._now = now
        self._most = most

    def count(self) -> None:
        """One more log-in is about to happen. Raises OperatorError when there were too many."""
        now = self._now()
        times = self._since(now - _DAY)
        if len(times) >= self._most:
            again = times[-self._most] + _DAY
            raise OperatorError(
                f"I have logged in to Discord {len(times)} times in 24 hours and stop here, as Discord takes "
                "the token away at 1,000.",
                "Look in the log for what ends the connection. "
                f"From {again:%Y-%m-%d %H:%M} UTC on I may log in again.",
            )
        self._memory.keep("identifies", [time.isoformat() for time in (*times, now)])

    def pause_s(self, most_s: float) -> float:
        """How long to wait before the next log-in: the longer, the more there were in the last minutes."""
        extra = len(self._since(self._now() - _LATELY)) - _FREE
        if extra < 0:
            return 0.0
        return float(min(most_s, _FIRST_PAUSE_S * 2 ** min(extra, 16)))

    def _since(self, start: datetime) -> list[datetime]:
        kept = self._memory.get("identifies")
        times = [time for text in (kept if isinstance(kept, list) else ()) if (time := _time(text))]
        return [time for time in times if time > start]


def _time(text: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else None


def _read(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read and counts as empty: %s", file, error)
        return {}
    return values if isinstance(values, dict) else {}
