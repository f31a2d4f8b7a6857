"""Reads what an endpoint says is wrong, in every shape that is in use, and how long it asks to wait."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.plain import one_line

SHOWN = 200
"""Characters of an endpoint's own words that are shown."""

_READ = 4000
"""Characters of them that are looked at."""
_LONGEST_S = 7 * 86400.0
"""A longer wait than this is none, but the time of a clock that somebody sent for one."""

_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SECRET = re.compile(
    r"(?<![\w*-])(?:"
    r"(?:sk|pk|rk|xai|gsk|hf|nvapi|fw|r8|csk|tgp|pplx)[-_][\w.*-]{6,}|AIza[\w.*-]{6,}"
    r"|(?<=bearer )(?=\S*\d)\S{6,}"
    r"|[\w-]*\*{3,}[\w*-]*"  # masked, but for its last characters
    r"|(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{20,}"
    r")",
    re.IGNORECASE,
)
_WRONG_PATH = re.compile(
    r"(?:404 )?(?:(?:page|file|path|route) )?not found\.?$"
    r"|method not allowed|invalid url|unexpected endpoint",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What an endpoint says: in words, by its `code` and `type`, and which field it means, where it says so.

    `is_page` marks a page of HTML, as proxies send; `is_known` a shape that model endpoints use, where it is
    about more than a path that the server does not have.
    """

    text: str = ""
    code: str = ""
    type: str = ""
    param: str = ""
    is_page: bool = False
    is_known: bool = False

    def __post_init__(self) -> None:
        """Cut what is too long to be looked at."""
        for name in ("text", "code", "type", "param"):
            object.__setattr__(self, name, getattr(self, name)[:_READ])

    @property
    def is_wrong_path(self) -> bool:
        """Whether it only says that nothing is at this path."""
        return bool(_WRONG_PATH.match(self.text))

    @property
    def shown(self) -> str:
        """The endpoint's words, fit for showing: one short line, no key in it."""
        text = _SECRET.sub("(key)", one_line(self.text))
        return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def read(body: str) -> Complaint:
    """The complaint in the body of an error answer."""
    body = body.strip().removeprefix("\ufeff")
    try:
        said = of(json.loads(body))
    except (ValueError, RecursionError):
        head = body[:300].casefold()
        if "<html" in head or head.startswith("<!doctype"):
            return Complaint(text=_page_title(body[:_READ]), is_page=True)
        said = None
    return said or Complaint(text=body)


def of(value: Any) -> Complaint | None:
    """The complaint that a JSON value is; `None` for one that complains of nothing."""
    if isinstance(value, list):
        return next(filter(None, (of(one) for one in value if isinstance(one, dict))), None)
    match value:
        case {"error": dict() as error}:
            return _named(error, value)
        case {"error": str() as text} if text:
            return _named({"message": text}, value)
        case {"error_message": _} | {"error_type": _}:
            return _complaint(value.get("error_message"), type=value.get("error_type"))
        case {"detail": detail}:
            return _detailed(detail, value)
        case {"object": "error"} | {"code": _, "message": _}:
            message = value.get("message")
            if isinstance(message, dict):
                return _detailed(message.get("detail", message), value)
            return _named(value, value)
    return None


def _complaint(text: Any, *, code: Any = None, type: Any = None, param: Any = None) -> Complaint:
    words = _text(text)
    if _WRONG_PATH.match(words):
        return Complaint(text=words)
    return Complaint(text=words, code=_text(code), type=_text(type), param=_text(param), is_known=True)


def _named(error: Mapping[str, Any], around: Mapping[str, Any]) -> Complaint:
    """An error by its usual names; what it leaves out may stand around it."""
    message = error.get("message") or around.get("message") or error.get("status") or error.get("error")
    text = _text(message)
    match error.get("metadata"):
        case {"raw": str() as raw}:  # what the provider behind a router said
            text += f": {read(raw).text}"
    sizes = [f"{name}: {size}" for name in ("n_prompt_tokens", "n_ctx") if (size := error.get(name))]
    return _complaint(
        f"{text} ({', '.join(sizes)})" if sizes else text,
        code=error.get("code") if error.get("code") is not None else around.get("code"),
        type=error.get("type") or error.get("status") or around.get("type"),
        param=error.get("param"),
    )


def _detailed(detail: Any, around: Mapping[str, Any]) -> Complaint:
    """FastAPI's way: a text, or a list of what is wrong where."""
    if isinstance(detail, dict):
        said = _named(detail, around)
        return said if said.text else _complaint(detail)
    first = next((one for one in detail if isinstance(one, dict)), None) if isinstance(detail, list) else None
    if first is None:
        return _complaint(detail)
    loc = first.get("loc")
    where = [str(part) for part in (loc if isinstance(loc, list) else [loc]) if part not in (None, "body")]
    words = _text(first.get("msg")) or _text(first.get("type"))
    text = f"{words}: {'.'.join(where)}" if where else words or detail
    return _complaint(text, type=first.get("type"), param=where[0] if where else None)


def _text(value: Any) -> str:
    """A value as text; some proxies write "None" for nothing."""
    if isinstance(value, dict | list):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except RecursionError:
            return ""
    return "" if value in (None, "None") else str(value)[:_READ]


def _page_title(page: str) -> str:
    title = re.search(r"<title[^>]*>(.*?)</title>", page, re.DOTALL | re.IGNORECASE)
    return one_line(_TAGS.sub(" ", title[1] if title else page))[:SHOWN]


_NUMBER = r"\d+(?:\.\d+)?"
_UNIT = r"(?:milliseconds?|ms|minutes?|mins?|m|hours?|hrs?|h|days?|d|seconds?|secs?|s)(?![a-z])"
_PART = re.compile(rf"({_NUMBER})\s*({_UNIT})", re.IGNORECASE)
_IN_TEXT = re.compile(
    rf"(?:try again|retry|wait)(?: \w+){{0,3}}?[: ]+(?:(?:in|after|for) )?((?:{_NUMBER} ?{_UNIT} ?)+)",
    re.IGNORECASE,
)
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def wait_s(headers: Mapping[str, str], text: str, now: datetime) -> float | None:
    """How many seconds the endpoint asks to wait; `None` where it does not say.

    `retry-after-ms` counts before `Retry-After` (seconds, or a date), that before the reset of whatever limit
    has nothing remaining, that before the words of the text.
    """
    for found in _waits(headers, text, now):
        if found is not None and 0 <= found <= _LONGEST_S:
            return found
    return None


def _waits(headers: Mapping[str, str], text: str, now: datetime) -> Iterator[float | None]:
    ms = duration_s(headers.get("retry-after-ms", ""))
    yield None if ms is None else ms / 1000
    after = headers.get("retry-after", "")
    yield duration_s(after)
    yield _until(after, now)
    spent = (
        what
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0"
    )
    resets = (duration_s(headers.get(f"x-ratelimit-reset-{what}", "")) for what in spent)
    yield max((reset for reset in resets if reset is not None), default=None)
    if said := _IN_TEXT.search(one_line(text[:_READ])):
        yield duration_s(said[1])


def duration_s(text: str) -> float | None:
    """`6m0s`, `120ms`, `1.5 seconds`, `90` as seconds; `None` for anything else."""
    text = text.strip()
    if re.fullmatch(_NUMBER, text):
        return float(text)
    if not text or _PART.sub("", text).strip():
        return None
    return sum(float(number) * _seconds(unit.casefold()) for number, unit in _PART.findall(text))


def _seconds(unit: str) -> float:
    return 0.001 if unit.startswith(("ms", "milli")) else _UNIT_S[unit[0]]


def _until(text: str, now: datetime) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
