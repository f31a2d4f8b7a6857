"""How times, speakers and sources are put into words, the same in the thread and in the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.debating.describing import holder_title
from bot.debating.speech import Citation, Holder, Machine
from bot.plain import one_line

GIVEN = "argues the side it was given"
"""What people are always told of a model that argues."""


def spell(seconds: int) -> str:
    """A length of time: "45 s", "3 min", "1 min 30 s", "12 h"."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, left = divmod(rest, 60)
    named = ((hours, "h"), (minutes, "min"), (0 if hours else left, "s"))
    return " ".join(f"{number} {unit}" for number, unit in named if number) or "0 s"


def plainly(seconds: int) -> str:
    """About how long: whole minutes, or hours and minutes; less than a minute is so called."""
    return spell(round(seconds / 60) * 60) if seconds >= 60 else "a minute"


def day_and_time(instant: datetime) -> str:
    """An instant with its day: "2026-11-23 18:05 UTC"."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def by_when(instant: datetime, now: datetime) -> str:
    """An instant to come, as short as can be told apart: "18:05 UTC", with its day where that is far off."""
    if instant - now < timedelta(hours=20):
        return f"{instant.astimezone(UTC):%H:%M} UTC"
    return day_and_time(instant)


def credit(holder: Holder) -> str:
    """Who holds a seat; of a model also its weights, where it runs, and that it did not choose its side."""
    match holder:
        case Machine():
            unknown = "" if holder.weights else ", weights not stated"
            return one_line(f"{holder_title(holder)}{unknown}, {GIVEN}")
    return one_line(holder_title(holder))


def reference(source: Citation) -> str:
    """Where a quotation comes from: "Title, Author, date, address", as far as it is known."""
    return ", ".join(
        one_line(part) for part in (source.title, source.author, source.date, source.url) if part
    )


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 turn", "1,200 tokens"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
