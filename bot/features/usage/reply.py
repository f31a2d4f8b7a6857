"""How usage looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from bot.chat.reply import Block, Fact, Facts, Heading, Prose, Reply, reply
from bot.plain import one_line
from bot.ports import Limit, Spent, Whose

_LABELS = {Whose.MEMBER: "You", Whose.COMMUNITY: "This community", Whose.ALL: "Everybody"}


def for_member(limits: Sequence[Limit], now: datetime, resets_at: datetime) -> Reply:
    """How much of today's limits is used."""
    return reply(*_today(limits, now, resets_at), data=_limits_data(limits, resets_at))


def for_admin(
    limits: Sequence[Limit],
    now: datetime,
    resets_at: datetime,
    spent: Sequence[Spent],
    days: int,
    *,
    everybody: bool,
) -> Reply:
    """Today's limits, and what each model was used for in the last days; the data have it day by day."""
    data = {
        **_limits_data(limits, resets_at),
        "days": days,
        "spent": [_spent_data(one) for one in spent],
    }
    return reply(*_today(limits, now, resets_at), *_by_model(spent, days, everybody=everybody), data=data)


def _today(limits: Sequence[Limit], now: datetime, resets_at: datetime) -> list[Block]:
    minutes = max(1, ceil((resets_at - now).total_seconds() / 60))
    wait = f"{minutes} min" if minutes < 60 else f"{ceil(minutes / 60)} h"
    rows = [Fact(_LABELS[one.whose], _of(one)) for one in limits]
    return [Heading("Today"), Facts((*rows, Fact("Starts anew", f"{resets_at:%H:%M} UTC (in {wait})")))]


def _of(limit: Limit) -> str:
    if limit.most is None:
        return f"{limit.used:,} tokens, no limit"
    return f"{limit.used:,} of {limit.most:,} tokens"


def _by_model(spent: Sequence[Spent], days: int, *, everybody: bool) -> list[Block]:
    when = "today" if days == 1 else f"in the last {days} days"
    if not spent:
        return [Prose(f"No model was asked {when}.")]
    models: dict[tuple[str, str], list[Spent]] = defaultdict(list)
    for one in spent:
        models[one.endpoint, one.model].append(one)
    rows = [Fact(_name(endpoint, model), _sum(uses)) for (endpoint, model), uses in sorted(models.items())]
    if len(models) > 1:
        rows.append(Fact("Together", _sum(spent)))
    whose = "by everybody" if everybody else "in this community"
    unfinished = sum(one.unfinished for one in spent)
    return [Heading(f"Used {when} {whose}"), Facts(tuple(rows)), *_left_open(unfinished)]


def _name(endpoint: str, model: str) -> str:
    return one_line(f"{model} ({endpoint})")


def _sum(uses: Sequence[Spent]) -> str:
    calls = sum(one.calls for one in uses)
    tokens = sum(one.prompt + one.answer for one in uses)
    return f"{calls:,} {_calls(calls)} · {tokens:,} tokens · {_cost(uses, calls)}"


def _cost(uses: Sequence[Spent], calls: int) -> str:
    unpriced = sum(one.unpriced for one in uses)
    if unpriced == calls:
        return "cost unknown" if calls else "no cost yet"
    known = sum((one.cost for one in uses if one.cost is not None), Decimal(0))
    return _dollars(known) + (f", and {unpriced:,} {_calls(unpriced)} of unknown cost" if unpriced else "")


def _dollars(cost: Decimal) -> str:
    if not cost:
        return "free"
    if cost < Decimal("0.0001"):
        return "under $0.0001"
    return f"${cost:,.2f}" if cost >= Decimal("0.1") else f"${cost:.4f}"


def _calls(count: int) -> str:
    return "call" if count == 1 else "calls"


def _left_open(unfinished: int) -> list[Block]:
    if not unfinished:
        return []
    count = f"{unfinished:,} {_calls(unfinished)}"
    return [
        Prose(
            f"Not finished: {count}, under way now or cut off when I was stopped. "
            "Until the end of their day the limits count what was reserved."
        )
    ]


def _limits_data(limits: Sequence[Limit], resets_at: datetime) -> dict[str, Any]:
    return {
        "resets_at": resets_at.isoformat(timespec="seconds"),
        "limits": [{"whose": one.whose.value, "used": one.used, "most": one.most} for one in limits],
    }


def _spent_data(one: Spent) -> dict[str, Any]:
    """Costs stay exact: they are text, as JSON knows no decimals."""
    return {
        "day": one.day.isoformat(),
        "endpoint": one.endpoint,
        "model": one.model,
        "calls": one.calls,
        "prompt": one.prompt,
        "answer": one.answer,
        "cost": None if one.cost is None else f"{one.cost:f}",
        "unpriced": one.unpriced,
        "unfinished": one.unfinished,
    }
