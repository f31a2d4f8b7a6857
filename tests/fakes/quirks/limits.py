"""429: what does not pass, what does, and how long to wait (section 1c)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, Outcome, Play, openai_error
from tests.fakes.quirks.errors import error_row, named, retried

_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_LIMIT = "Rate limit reached for small-model in organization org-1 on requests per min."


def _billing(name: str, code: str, kind: str = "billing_error") -> Play:
    words = f"429: OpenAI billing codes are NOT retryable: {code}"
    return error_row(name, words, "answers 429 with it", Outcome.REFUSED, named(429, _QUOTA, code, kind))


def _limited(
    headers: Callable[[float], Mapping[str, str]], said: Callable[[float], str] | None = None
) -> Instead:
    """429 with headers made of how long to wait, in seconds."""

    def answer(call: Call) -> Answer:
        wait = call.server.wait_s
        text = f"{_LIMIT} {said(wait)}" if said else _LIMIT
        return openai_error(429, text, code="rate_limit_exceeded", kind="requests", headers=headers(wait))

    return answer


def _date(wait: float) -> Mapping[str, str]:
    return {"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=wait), usegmt=True)}


def duration(seconds: float) -> str:
    """As reset headers say it: "6m0s", "1.5s", "120ms"."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}m{rest:g}s" if minutes else f"{rest:g}s"


def _resets(wait: float) -> Mapping[str, str]:
    """No requests are left for that long; of tokens there are, and their later reset does not matter."""
    requests = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": duration(wait)}
    return {**requests, "x-ratelimit-remaining-tokens": "5000", "x-ratelimit-reset-tokens": "6m0s"}


def _token_resets(wait: float) -> Mapping[str, str]:
    tokens = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": duration(wait)}
    return {**tokens, "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s"}


def _slow_down(status: int) -> Answer:
    return named(status, "Slow down: lower your request rate and raise it again gradually.", "slow_down")


def _wait_row(name: str, words: str, instead: Answer | Instead) -> Play:
    return error_row(name, words, "answers 429 so; the wait is the server's wait_s", Outcome.WAITED, instead)


def _three(wait: float) -> Mapping[str, str]:
    return {"retry-after-ms": f"{wait * 1000:g}", "retry-after": "30", **_token_resets(60)}


PLAYS = (
    _billing("billing-insufficient-quota", "insufficient_quota", "insufficient_quota"),
    _billing("billing-credit-balance-exhausted", "credit_balance_exhausted"),
    _billing("billing-organization-spend-limit-exceeded", "organization_spend_limit_exceeded"),
    _billing("billing-project-spend-limit-exceeded", "project_spend_limit_exceeded"),
    _billing("billing-organization-usage-limit-exceeded", "organization_usage_limit_exceeded"),
    _wait_row("rate-limit-exceeded", "429 retryable: rate_limit_exceeded", _limited(lambda wait: {})),
    retried("slow-down-429", "429 retryable: `slow_down`", _slow_down(429)),
    retried("slow-down-503", "`slow_down` (also 503)", _slow_down(503)),
    _wait_row(
        "retry-after-ms",
        "header retry-after-ms",
        _limited(lambda wait: {"retry-after-ms": f"{wait * 1000:g}"}),
    ),
    _wait_row(
        "retry-after-seconds",
        "header Retry-After (s)",
        _limited(lambda wait: {"retry-after": str(math.ceil(wait))}),
    ),
    _wait_row("retry-after-date", "header Retry-After (date)", _limited(_date)),
    _wait_row(
        "rate-limit-reset-requests",
        "x-ratelimit-reset-requests as a duration `120ms`, `6m0s`",
        _limited(_resets),
    ),
    _wait_row("rate-limit-reset-tokens", "x-ratelimit-reset-tokens as a duration", _limited(_token_resets)),
    _wait_row(
        "rate-limit-text",
        'text "try again in 41.724s"',
        _limited(lambda wait: {}, lambda wait: f"Please try again in {wait:.3f}s."),
    ),
    _wait_row(
        "retry-after-all-at-once", "retry-after-ms > Retry-After > x-ratelimit-reset-*", _limited(_three)
    ),
)
