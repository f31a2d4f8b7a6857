"""Section 1b, what streams were seen to do: what should come of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.llm.errors import EmptyCompletion, Overloaded, ProtocolError, RateLimited, StreamInterrupted
from bot.model import Reason
from tests.llm.expected import Expected, R, T

_SAME = Expected()
_THOUGHTS = Expected(thinks=True, notices=(T,), learnt={"reasons": True})
_UNKNOWN = Expected(finish=Reason.UNKNOWN)
_TRIED: dict[str, Any] = {"requests": 3, "notices": (R, R)}
_EMPTY = Expected(error=EmptyCompletion, says="answered nothing", requests=2, notices=(R,))


def _cut(says: str) -> Expected:
    """The answer broke off: what came of it is kept, and nothing is tried again."""
    return Expected(error=StreamInterrupted, says=says, partial=True)


_FAILED = "The upstream provider failed"

STREAMS = {
    "role-only-first-delta": _SAME,
    "content-null-in-the-first-delta": _SAME,
    "role-in-every-delta": _SAME,
    "role-empty": _SAME,
    "choices-empty-at-the-start": _SAME,
    "choices-empty-at-the-end": _SAME,
    "choices-empty-in-the-middle": _SAME,
    "choice-without-delta": _SAME,
    "delta-null": _SAME,
    "content-null": _SAME,
    "content-as-parts": _THOUGHTS,
    "tool-call-deltas-incomplete": _SAME,
    # Thoughts
    "reasoning-content": _THOUGHTS,
    "reasoning": _THOUGHTS,
    "reasoning-details": _THOUGHTS,
    "reasoning-twice": _THOUGHTS,
    "thought-tags-split-over-chunks": _THOUGHTS,
    "stray-closing-thought-tag": Expected(thinks=True, restarts=True, learnt={"reasons": True}),
    "leading-white-space": _SAME,
    "thinks-unless-told-not-to": _THOUGHTS,
    "reasoning-eats-the-budget": Expected(
        requests=2, notices=(T, T, T), thinks=True, learnt={"reasons": True}, sent={"max_tokens": 1600}
    ),
    "json-in-reasoning": Expected(json=True, thinks=True, notices=(T,), finish=Reason.UNKNOWN),
    # Reasons
    "finish-reason-empty-in-the-middle": _SAME,
    "finish-reason-empty-at-the-end": _UNKNOWN,
    "finish-reason-eos": _SAME,
    "finish-reason-eos-token": _SAME,
    "finish-reason-stop-sequence": _SAME,
    "finish-reason-end-turn": _SAME,
    "finish-reason-error": _cut("gave up in mid-answer"),
    "finish-reason-abort": _cut("gave up in mid-answer"),
    "finish-reason-insufficient-system-resource": _cut("gave up in mid-answer"),
    "finish-reason-model-length": Expected(finish=Reason.LENGTH),
    "finish-reason-content-filter": _cut("content filter"),
    "no-finish-reason": _UNKNOWN,
    "no-done": _SAME,
    "no-finish-reason-and-no-done": Expected(
        error=StreamInterrupted, says="broke off", endpoint={"drop": ("stream_options",)}
    ),
    "only-usage-at-the-end": _UNKNOWN,
    # Framing
    "open-for-ever-after-the-reason": _SAME,
    "openrouter-comments": _SAME,
    "keep-alive-comments": _SAME,
    "blank-lines-before-the-answer": Expected(endpoint={"stream": False}),
    "pings-without-progress": replace(_cut("stopped in mid-answer"), server={"kind": "ollama"}),
    "data-without-space": _SAME,
    "crlf": _SAME,
    # Errors inside a stream
    "event-error-before-text": Expected(error=Overloaded, says=_FAILED, **_TRIED),
    "event-error-amid-text": _cut(_FAILED),
    "error-event-openai-before-text": Expected(error=Overloaded, says=_FAILED, **_TRIED),
    "error-event-openai-amid-text": _cut(_FAILED),
    "error-event-openrouter-before-text": Expected(error=Overloaded, says=_FAILED, **_TRIED),
    "error-event-openrouter-amid-text": _cut("gave up in mid-answer"),
    "error-event-xai-before-text": Expected(error=ProtocolError, says=_FAILED, **_TRIED),
    "error-event-xai-amid-text": _cut(_FAILED),
    "error-event-lmstudio-before-text": Expected(error=ProtocolError, says=_FAILED, **_TRIED),
    "error-event-lmstudio-amid-text": _cut(_FAILED),
    "error-event-venice-before-text": Expected(error=Overloaded, says=_FAILED, **_TRIED),
    "error-event-venice-amid-text": _cut(_FAILED),
    "error-line-without-data-before-text": Expected(error=RateLimited, says="too many requests", **_TRIED),
    "error-line-without-data-amid-text": _cut("too many requests"),
    "error-body-with-200": Expected(error=ProtocolError, says=_FAILED, **_TRIED),
    "zero-deltas": _EMPTY,
    "empty-text": _EMPTY,
    # Usage
    "usage-null-until-the-end": _SAME,
    "usage-null": Expected(estimated=True),
    "usage-partial": Expected(estimated=True),
    "usage-before-the-last-chunk": _SAME,
    "usage-on-the-last-chunk": _SAME,
    "usage-in-every-chunk": _SAME,
    "usage-in-x-groq": _SAME,
    "usage-with-cost": Expected(usage={"cost": Decimal("0.00042"), "cached": 10, "reasoning": 0}),
    "reasoning-tokens-above-completion-tokens": Expected(usage={"reasoning": 20, "answer": 20}),
}
