"""What endpoints have taught, kept in a file, so that no lesson is learnt at every start anew."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.endpoint import Endpoint
from bot.llm.shape import Shape, hinted

if TYPE_CHECKING:
    from bot.ports import Clock

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
_SMOOTHING = 0.3
_LEAST_RATIO, _MOST_RATIO = 0.5, 3.0


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of one model at one endpoint. `window` is the one its complaints told of.

    `ratio` is how many tokens come to an estimated one, as a moving mean.
    """

    shape: Shape
    window: int | None = None
    ratio: float = 1.0
    learnt_at: datetime | None = None
    is_new: bool = False
    """Whether there is something to write down."""

    def counted(self, estimated: int, real: int) -> None:
        """Correct the ratio by one call."""
        if estimated > 0 and real > 0:
            seen = min(max(real / estimated, _LEAST_RATIO), _MOST_RATIO)
            self.ratio += _SMOOTHING * (seen - self.ratio)


@dataclass(slots=True)
class Memory:
    """Lessons by endpoint and model; without a file they last as long as the process."""

    clock: Clock
    file: Path | None = None
    _known: dict[str, Known] = field(default_factory=dict)
    _stored: dict[str, Any] | None = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, endpoint: Endpoint, model: str) -> Known:
        """What is known of a model; hints where nothing was learnt in the last seven days."""
        if self._stored is None:
            self._stored = await asyncio.to_thread(_read, self.file)
        key, now = _key(endpoint, model), self.clock.now()
        known = self._known.get(key)
        if known is None or _is_old(known.learnt_at, now):
            hint = hinted(endpoint, model)
            known = self._known[key] = _known(self._stored.get(key), hint, now) or Known(shape=hint)
        return known

    async def keep(self, endpoint: Endpoint, model: str) -> None:
        """Write down what is known of a model now."""
        known = self._known[_key(endpoint, model)]
        known.learnt_at, known.is_new = self.clock.now(), False
        if self.file:
            lesson = {
                "shape": {**asdict(known.shape), "drop": sorted(known.shape.drop)},
                "window": known.window,
                "ratio": round(known.ratio, 3),
                "learnt_at": known.learnt_at.isoformat(),
            }
            async with self._writing:
                await asyncio.to_thread(_write, self.file, _key(endpoint, model), lesson)


def _key(endpoint: Endpoint, model: str) -> str:
    return f"{endpoint.base_url} {model}"


def _is_old(learnt_at: datetime | None, now: datetime) -> bool:
    """Whether a lesson is to be forgotten; one from the future was learnt by a clock that was wrong."""
    return learnt_at is not None and abs(now - learnt_at) > KEPT


def _known(stored: Any, hint: Shape, now: datetime) -> Known | None:
    """The lesson as it was stored; `None` for one that is old, or that `keep` did not write so."""
    try:
        learnt_at = datetime.fromisoformat(stored["learnt_at"])
        shape, window, ratio = _shape(stored["shape"]), stored["window"], float(stored["ratio"])
        if _is_old(learnt_at, now) or not _LEAST_RATIO <= ratio <= _MOST_RATIO:
            return None
    except (TypeError, KeyError, ValueError, OverflowError):
        return None
    shape = replace(shape, streams=shape.streams and hint.streams)
    window = window if isinstance(window, int) and window > 0 else None
    return Known(shape=shape, window=window, ratio=ratio, learnt_at=learnt_at)


def _shape(stored: Any) -> Shape:
    """Raises TypeError or ValueError for what is none."""
    match stored:
        case {
            "tokens_field": "max_tokens" | "max_completion_tokens",
            "json_mode": "json_schema" | "json_object" | "none",
            "effort": str() | None,
            "drop": [*drop],
            "streams": bool(),
            "reasons": bool(),
            "merges_system": bool(),
        }:
            return Shape(**{**stored, "drop": frozenset(map(str, drop))})
    raise ValueError("no shape")


def _read(file: Path | None) -> dict[str, Any]:
    """What the file holds; nothing where it cannot be read, for then all will be learnt again."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _write(file: Path, key: str, lesson: dict[str, Any]) -> None:
    stored = {**_read(file), key: lesson}
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(stored, indent=1), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        log.warning("not kept what an endpoint taught file=%s: %s", file, error.strerror)
