"""How measurements look."""

from __future__ import annotations

from bot.chat.prose import escape
from bot.chat.reply import Fact, Facts, Heading, Progress, Prose, Reply, reply
from bot.errors import LimitReached
from bot.features.evaluate.measure import Figures


def progress(name: str, done: int, total: int | None) -> Reply:
    """How many of the questions are done."""
    return reply(Progress(f"Measuring {name}", done, total))


def figures(name: str, measured: Figures) -> Reply:
    """What was measured on a collection."""
    rows = tuple(Fact(label, _shown(value)) for label, value in measured.items())
    return reply(Heading(name), Facts(rows), data=dict(measured))


def answers(name: str, measured: Figures, stopped_by: LimitReached | None) -> Reply:
    """How a model answered, and why not all was asked, where that is so."""
    shown = figures(name, measured)
    if stopped_by is None:
        return shown
    hint = "These are figures of the questions so far. Raise ROSTRUM_TOTAL_TOKENS, or set it to off."
    said = Prose(f"**{escape(stopped_by.message)}** {hint}")
    return reply(*shown.blocks, said, data={**measured, "stopped": stopped_by.as_data()})


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
