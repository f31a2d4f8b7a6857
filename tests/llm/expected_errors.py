"""Section 1c, errors as servers word them: what should come of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.llm.errors import (
    AuthFailed,
    BadRequest,
    ConnectFailed,
    ContentFiltered,
    ContextOverflow,
    ModelNotFound,
    Overloaded,
    QuotaExceeded,
    RateLimited,
)
from tests.llm.expected import C, Expected, L, R

_SAID = "The request was refused for a reason of its own"
_TRIED: dict[str, Any] = {"requests": 3, "notices": (R, R)}

_REFUSED = Expected(error=BadRequest, says=_SAID)
_QUOTA = Expected(error=QuotaExceeded, says="Top up there")
_BUSY = Expected(error=Overloaded, says="cannot answer now", **_TRIED)
_LIMITED = Expected(error=RateLimited, says="too many requests", server={"wait_s": 0.0}, **_TRIED)
_TOO_LARGE = Expected(error=ContextOverflow, says="too long", requests=2, notices=(C,))


def _overflow(window: object) -> Expected:
    """The window is learnt, the prompt cut to it, and the question asked once more."""
    return Expected(long=True, requests=2, notices=(C,), learnt={"window": window})


_TOLD = _overflow(1000)
_UNTOLD = _overflow(pytest.approx(1150, rel=0.2))
"""Three quarters of what was sent, which is an estimate."""

ERRORS = {
    # Shapes
    "error-shape-openai": _REFUSED,
    "error-shape-text": _REFUSED,
    "error-shape-code-and-text": _REFUSED,
    "error-shape-google-array": _REFUSED,
    "error-shape-vllm-old": _REFUSED,
    "error-shape-fastapi-detail": _REFUSED,
    "error-shape-fastapi-detail-list": _REFUSED,
    "error-shape-mistral": _REFUSED,
    "error-shape-html": Expected(error=BadRequest, says="There is no OpenAI-compatible API at"),
    "error-shape-empty-body": Expected(error=BadRequest, says="refuses the request (400)"),
    "error-shape-code-int": _REFUSED,
    "error-shape-code-numeric-string": _REFUSED,
    "error-shape-code-slug": _REFUSED,
    # Statuses
    "unauthorised": Expected(error=AuthFailed, says="Correct LLM_API_KEY", endpoint={"api_key": "sk-4711"}),
    "no-balance-openrouter": _QUOTA,
    "no-balance-deepseek": _QUOTA,
    "moderated": Expected(error=ContentFiltered, says="Word the question differently."),
    "region-refused": Expected(error=AuthFailed, says="Country, region, or territory not supported"),
    "model-not-found": Expected(error=ModelNotFound, says="Set LLM_MODEL to one that it has"),
    "route-not-found": Expected(error=BadRequest, says="There is no OpenAI-compatible API at"),
    "request-timeout": _BUSY,
    "conflict": _BUSY,
    "too-large": _TOO_LARGE,
    "groq-tokens-per-minute": Expected(
        error=ContextOverflow, says="too long", requests=2, notices=(C,), learnt={"window": 6000}
    ),
    "bad-parameters-mistral": Expected(error=BadRequest, says="prompt_mode"),
    "bad-parameters-deepseek": Expected(error=BadRequest, says="invalid parameters"),
    "groq-dependency-failed": _BUSY,
    "groq-capacity-exceeded": _LIMITED,
    "groq-cancelled": _BUSY,
    "server-error": _BUSY,
    "bad-gateway": _BUSY,
    "unavailable": _BUSY,
    "gateway-timeout": _BUSY,
    "cloudflare-520": _BUSY,
    "cloudflare-521": _BUSY,
    "cloudflare-522": _BUSY,
    "cloudflare-523": _BUSY,
    "cloudflare-524": _BUSY,
    "anthropic-overloaded": _BUSY,
    # Limits
    "billing-insufficient-quota": _QUOTA,
    "billing-credit-balance-exhausted": _QUOTA,
    "billing-organization-spend-limit-exceeded": _QUOTA,
    "billing-project-spend-limit-exceeded": _QUOTA,
    "billing-organization-usage-limit-exceeded": _QUOTA,
    "rate-limit-exceeded": _LIMITED,
    "slow-down-429": _LIMITED,
    "slow-down-503": _LIMITED,
    "retry-after-ms": _LIMITED,
    "retry-after-seconds": _LIMITED,
    "retry-after-date": _LIMITED,
    "rate-limit-reset-requests": _LIMITED,
    "rate-limit-reset-tokens": _LIMITED,
    "rate-limit-text": _LIMITED,
    "retry-after-all-at-once": _LIMITED,
    # Too long a prompt
    "overflow-code-only": _UNTOLD,
    "overflow-maximum-context-length-is": _TOLD,
    "overflow-exceed-context-limit": _UNTOLD,
    "overflow-input-length-and-max-tokens": _TOLD,
    "overflow-inputs-and-max-new-tokens": _TOLD,
    "overflow-llamacpp": _TOLD,
    "overflow-llamacpp-500": _UNTOLD,
    "overflow-maximum-number-of-tokens-allowed": _TOLD,
    "overflow-longer-than-the-context-length": _TOLD,
    "overflow-configured-limit": _TOLD,
    "overflow-current-length-is": _TOLD,
    "overflow-max-tokens-at-least-one": _UNTOLD,
    "overflow-xai": _TOLD,
    "overflow-anthropic": _TOLD,
    "overflow-groq": _UNTOLD,
    "overflow-mistral": _TOLD,
    "overflow-lmstudio": _UNTOLD,
    "no-overflow-string-above-max-length": Expected(error=BadRequest, says="string too long"),
    # Loading
    "loading": Expected(requests=2, notices=(L,)),
    "loading-without-headers": Expected(notices=(L,), server={"loaded": False}),
    "server-busy": _BUSY,
    "port-closed-until-ready": Expected(
        error=ConnectFailed, says="Nobody answers at", requests=0, notices=(R, R)
    ),
}
