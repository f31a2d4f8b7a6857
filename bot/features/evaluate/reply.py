"""How measurements look."""

from __future__ import annotations

from bot.chat.reply import Fact, Facts, Heading, Progress, Reply, reply
from bot.features.evaluate.measure import Figures


def progress(name: str, done: int, total: int | None) -> Reply:
    """How many of the questions are done."""
    return reply(Progress(f"Measuring {name}", done, total))


def figures(name: str, measured: Figures) -> Reply:
    """What was measured on a collection."""
    rows = tuple(Fact(label, _shown(value)) for label, value in measured.items())
    return reply(Heading(name), Facts(rows), data=dict(measured))


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
