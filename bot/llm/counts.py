"""Tokens and money on the wire: how an endpoint says what a call took."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.model import Usage

_MOST_TOKENS, _MOST_MONEY = 10**9, 10**6
"""More than any one call takes: such numbers are mistakes, and too large for what reckons with them."""


def usage_of(said: Mapping[str, Any]) -> Usage | None:
    """Tokens as an endpoint reports them; `None` where it reports none."""
    prompt, answer = _whole_number(said.get("prompt_tokens")), _whole_number(said.get("completion_tokens"))
    if prompt is None and answer is None:
        return None
    # Some endpoints bill thoughts as answer and count them in the total alone.
    unsaid = (_whole_number(said.get("total_tokens")) or 0) - (prompt or 0) - (answer or 0)
    answer = (answer or 0) + max(0, unsaid)
    details = _fields_of(said, "completion_tokens_details")
    cached = _fields_of(said, "prompt_tokens_details")
    return Usage(
        prompt=prompt or 0,
        answer=answer,
        cached=_whole_number(cached.get("cached_tokens")) or 0,
        reasoning=min(_whole_number(details.get("reasoning_tokens")) or 0, answer),
        cost=_money(said.get("cost")),
    )


def _fields_of(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return fields if isinstance(fields := said.get(name), dict) else {}


def _whole_number(value: Any) -> int | None:
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return min(max(0, value), _MOST_TOKENS)


def _money(value: Any) -> Decimal | None:
    try:
        cost = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        return None
    return cost if cost is not None and cost.is_finite() and 0 <= cost <= _MOST_MONEY else None
