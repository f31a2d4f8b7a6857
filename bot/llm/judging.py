"""From an HTTP status and what the endpoint says to the error that tells what helps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from bot.endpoint import Endpoint
from bot.llm.complaint import Complaint, wait_s
from bot.llm.errors import (
    AuthFailed,
    BadRequest,
    ContentFiltered,
    ContextOverflow,
    EndpointError,
    ModelLoading,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
)
from bot.llm.shape import offending
from bot.llm.windows import is_overflow, window_in
from bot.plain import one_line

_LEAST_KEY = 8
"""A shorter key is none; local servers get just any word."""

_LONGEST_ID = 80
"""Characters of the number under which an endpoint keeps a request."""

_BILLING = (
    "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
)  # fmt: skip
_NO_CREDIT = re.compile(
    r"insufficient (?:balance|credit|funds)|payment required|credit balance is too low"
    r"|(?:used all|n[o']t have any|out of)\b.{0,20}\bcredits|spending limit",
    re.IGNORECASE,
)
_OUT_OF_QUOTA = "exceeded your current quota"
"""Some say it of an empty account, some of the last minute, and then also how long to wait."""
_LOADING = re.compile(
    r"(?<!error )(?<!failed )\bloading model|model is (?:still )?loading"
    r"|model is being loaded|is currently loading",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|deploymentnotfound"
    r"|(?:model|deployment)s?\b.{0,80}\b(?:not found|not exist|not available|not loaded)"
    r"|no (?:such )?model|unknown model|invalid model|not a valid model|no models? loaded"
    r"|unable to access model",
    re.IGNORECASE | re.DOTALL,
)
_BAD_KEY = re.compile(
    r"(?:invalid|incorrect|missing|no|wrong|expired|malformed)[ _]"
    r"(?:\w+ ){0,3}?(?:api[ _-]?key|auth\w*|(?:access|bearer|api) token|credential)"
    r"|api[ _-]?key\b.{0,40}\b(?:not valid|invalid|expired|missing|required|incorrect)|authentication_error",
    re.IGNORECASE,
)
_PASSING = (408, 409, 424, 425, 499)
_FILTER = re.compile(
    r"content_filter|content[ _](?:management )?policy|moderation|flagged|responsible ?ai", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is none: its status (or the code of an error inside a stream), and what was said."""

    status: int
    said: Complaint
    headers: Mapping[str, str]
    endpoint: Endpoint
    model: str

    @property
    def words(self) -> str:
        """All that tells one refusal from another."""
        return f"{self.said.code} {self.said.type} {self.said.text}"

    @property
    def where(self) -> str:
        """Whose refusal it is."""
        return self.endpoint.host

    @property
    def quoted(self) -> str:
        """What the endpoint said, to stand behind our own words; never the key, which some repeat."""
        said, key = self.said, self.endpoint.api_key or ""
        if len(key) >= _LEAST_KEY:
            said = replace(said, text=said.text.replace(key, "(key)"))
        return f": {said.shown.rstrip('.')}" if said.shown else ""


def judged(refusal: Refusal, now: datetime) -> EndpointError:
    """The error for a refusal, with what helps."""
    wait = wait_s(refusal.headers, refusal.said.text, now)
    error = _by_words(refusal, wait) or _by_status(refusal, wait)
    error.status, error.complaint = refusal.status, refusal.said
    error.request_id = one_line(refusal.headers.get("x-request-id", ""))[:_LONGEST_ID]
    return error


def _by_words(refusal: Refusal, wait: float | None) -> EndpointError | None:
    """Where the words say more than the status."""
    where, model, status, words = refusal.where, refusal.model or "The model", refusal.status, refusal.words
    if is_overflow(words, refusal.said.code):
        return _too_long(refusal)
    if _is_billing(refusal, wait):
        hint = "Top up there, or choose another endpoint."
        return QuotaExceeded(f"The account at {where} has no credit left{refusal.quoted}.", hint)
    if _LOADING.search(refusal.said.text) and not 400 <= status < 409:
        return ModelLoading(f"{model} is being loaded at {where}.", "Ask again in a minute.")
    if status == 401 or (status in (200, 400, 403) and _BAD_KEY.search(words)):
        return _no_key(refusal)
    if _FILTER.search(words) and status in (200, 400, 403, 422):
        return ContentFiltered(
            f"{where} refuses to answer that{refusal.quoted}.", "Word the question differently."
        )
    return None


def _is_billing(refusal: Refusal, wait: float | None) -> bool:
    words = refusal.words.casefold()
    if refusal.status == 402 or any(code in words for code in _BILLING) or _NO_CREDIT.search(words):
        return True
    return _OUT_OF_QUOTA in words and wait is None


def _no_key(refusal: Refusal) -> AuthFailed:
    where, setting = refusal.where, key_name(refusal.endpoint, "API_KEY")
    if refusal.endpoint.api_key:
        hint = f"Correct {setting} in .env: it is the key that {where} gave you."
        return AuthFailed(f"{where} does not accept the key{refusal.quoted}.", hint)
    return AuthFailed(
        f"{where} wants a key{refusal.quoted}.", f"Set {setting} in .env to the one it gave you."
    )


def _too_long(refusal: Refusal) -> ContextOverflow:
    limit, requested = window_in(refusal.said.text)
    return ContextOverflow(
        f"The text is too long for {refusal.model or 'the model'}.",
        "Give the model a larger window where it is served, or ask for less.",
        limit=limit,
        requested=requested,
    )


def _by_status(refusal: Refusal, wait: float | None) -> EndpointError:
    status, said, endpoint = refusal.status, refusal.said, refusal.endpoint
    if 300 <= status < 400:
        return _sent_on(refusal)
    if _names_no_model(refusal):
        return _no_model(refusal)
    if status in (404, 405) or said.is_wrong_path:
        return no_api(endpoint, status)
    if status == 413:
        return _too_long(refusal)
    if status == 403:
        hint = "See there what the key may do, or choose another endpoint."
        return AuthFailed(f"{refusal.where} refuses access{refusal.quoted}.", hint)
    return _busy(refusal, wait) or _at_odds(refusal)


def _busy(refusal: Refusal, wait: float | None) -> EndpointError | None:
    """What passes by itself."""
    status, where = refusal.status, refusal.where
    if status in (429, 498) or "slow_down" in refusal.words or "rate_limit" in refusal.words:
        after = "in a minute" if wait is None else f"in {max(1, ceil(wait))} s"
        message = f"{where} gets too many requests{refusal.quoted}."
        return RateLimited(message, f"Ask again {after}.", retry_after_s=wait)
    if status in _PASSING or (status >= 500 and status != 501 and offending(refusal.said) != "system"):
        message = f"{where} cannot answer now ({status}{refusal.quoted})."
        return Overloaded(message, "Ask again in a moment.", retry_after_s=wait)
    return None


def _at_odds(refusal: Refusal) -> EndpointError:
    """What stays as it is until somebody changes the request, or the settings."""
    if refusal.said.is_page:
        return no_api(refusal.endpoint, refusal.status)
    if refusal.status < 400:
        return ProtocolError(f"{refusal.where} reports an error{refusal.quoted}.", "Ask again.")
    hint = f"If it names a field, put that into {key_name(refusal.endpoint, 'DROP')}."
    return BadRequest(f"{refusal.where} refuses the request ({refusal.status}{refusal.quoted}).", hint)


def _no_model(refusal: Refusal) -> ModelNotFound:
    named = refusal.model or "(none was named)"
    hint = f"Set {key_name(refusal.endpoint, 'MODEL')} to one that it has."
    return ModelNotFound(f"{refusal.where} has no model {named}{refusal.quoted}.", hint)


def _names_no_model(refusal: Refusal) -> bool:
    """Whether it is the model that is not there; a path that is not there is told in the same words."""
    said = refusal.said
    return (
        refusal.status in (200, 400, 404, 422, 500, 503)
        and said.is_known
        and said.param in ("", "model")
        and bool(_NO_MODEL.search(refusal.words))
    )


def _sent_on(refusal: Refusal) -> BadRequest:
    to = one_line(refusal.headers.get("location", "")).partition("?")[0][:200] or "elsewhere"
    hint = f"If that is right, set {key_name(refusal.endpoint, 'BASE_URL')} to it."
    return BadRequest(f"{refusal.where} sends me on to {to}; I do not follow with the key.", hint)


def no_api(endpoint: Endpoint, status: int) -> BadRequest:
    """What stands at that URL is no such API."""
    return BadRequest(
        f"There is no OpenAI-compatible API at {endpoint.base_url}.",
        f"Correct {key_name(endpoint, 'BASE_URL')}; it mostly ends in /v1.",
        status=status,
    )


def key_name(endpoint: Endpoint, suffix: str) -> str:
    """The setting of an endpoint: `LLM_BASE_URL`, or `LLM_BIG_BASE_URL` for the one named big."""
    name = "" if endpoint.name == "default" else f"{endpoint.name.upper()}_"
    return f"LLM_{name}{suffix}"
