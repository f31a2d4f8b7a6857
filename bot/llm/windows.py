"""How many tokens a model takes: as it is loaded, as lists of models say, and as errors give away."""

from __future__ import annotations

import re
from typing import Any

from bot.llm.entries import Entry, entries, is_same

UNKNOWN = 4096
"""Tokens to go by where nobody says: what local servers give unless told otherwise."""

_LEAST, _MOST = 64, 100_000_000


OWN = "own"
_MODELS = ("/v1/models",)
_PATHS: dict[str, tuple[str, ...]] = {
    # A llama.cpp that serves several models would load this one just to tell.
    "llamacpp": ("/props?autoload=false&model={model}", *_MODELS),
    "ollama": ("/api/ps",),
    "lmstudio": ("/api/v1/models", "/api/v0/models"),
    "koboldcpp": ("/api/extra/true_max_context_length",),
    # A server of one's own that nobody has named: whichever of these it knows.
    OWN: ("/props?autoload=false&model={model}", "/api/ps", "/api/v1/models", "/api/v0/models", *_MODELS),
    **dict.fromkeys(("openai", "azure", "anthropic", "gemini", "xai", "deepseek"), ()),
}


def paths(provider: str | None) -> tuple[str, ...]:
    """Where to ask for the window of a model as it is served, best first; none where nobody would tell.

    Counted from the server's root, that is the base URL without `/v1`; `{model}` stands for the model's name.
    """
    return _PATHS.get(provider or "", _MODELS)


def window_of(path: str, body: Any, model: str) -> int | None:
    """The window of a model in the JSON that one of `paths` answered.

    `None` where it does not say, and where it only says what the model could take if it were loaded so.
    """
    match body:
        case {"default_generation_settings": {"n_ctx": size}} if path.startswith("/props"):
            return _tokens(size)
        case {"value": size} if path.endswith("/true_max_context_length"):
            return _tokens(size)
    return next((of_entry(entry) for name, entry in entries(body) if is_same(name, model)), None)


def of_entry(entry: Entry) -> int | None:
    """The window that an entry of a list of models gives its model, served windows before advertised ones."""
    match entry:
        case {"loaded_instances": list() as instances}:
            return _least([_within(instance, "config", "context_length") for instance in instances])
        case {"state": str() as state}:
            return _tokens(entry.get("loaded_context_length")) if state == "loaded" else None
        case {"meta": {"n_ctx": size}}:
            return _tokens(size)
        case {"max_context_length": size, "capabilities": {"completion_chat": _}}:
            return _tokens(size)
    said = [
        entry.get(key) for key in ("max_model_len", "context_window", "context_length", "max_prompt_length")
    ]
    return _least([*said, _within(entry, "top_provider", "context_length")])


def _within(entry: Any, outer: str, inner: str) -> Any:
    match entry:
        case {**outside} if isinstance(inside := outside.get(outer), dict):
            return inside.get(inner)
    return None


def _least(sizes: list[Any]) -> int | None:
    return min(filter(None, map(_tokens, sizes)), default=None)


def _tokens(size: Any) -> int | None:
    """A sensible number of tokens, or `None`."""
    if isinstance(size, str) and size.isascii() and size.isdigit() and len(size) < 12:
        size = int(size)
    if isinstance(size, bool) or not isinstance(size, int | float) or not _LEAST <= size <= _MOST:
        return None
    return int(size)


_CODES = ("context_length_exceeded", "exceed_context_size_error", "context_window_exceeded")
_TOO_LONG = "string_above_max_length"
"""A single text over a limit of characters: cutting the prompt to the window does not mend it."""

_OVERFLOW = re.compile(
    r"maximum context length|maximum prompt length is"
    r"|exceed(?:s|ed)? (?:the )?context (?:limit|window|length)"
    r"|inputs` tokens \+ `max_new_tokens` must be <="
    r"|exceeds? the (?:available|model's) context (?:size|length|window)|context size has been exceeded"
    r"|exceeds the maximum number of tokens allowed|longer than the (?:model's )?context length"
    r"|input tokens exceed the configured limit|current length is \d+ while limit is \d+"
    r"|max_tokens must be at least 1, got -|prompt is too long|input is too long for requested model"
    r"|context the overflows|context length of only \d+|context length exceeded"
    r"|tokens to keep from the initial prompt is greater than the context length",
    re.IGNORECASE,
)


def is_overflow(text: str, code: str = "") -> bool:
    """Whether an endpoint's complaint (its words, its code) is that prompt and answer exceed the window."""
    code = code.casefold()
    if code == _TOO_LONG or _TOO_LONG in text.casefold():
        return False
    return code in _CODES or any(known in text for known in _CODES) or bool(_OVERFLOW.search(text))


_N = r"(\d[\d,]{0,19})"
_LIMITS = (
    rf"maximum (?:context|prompt) length (?:is|of|:) ?{_N}",
    rf"{_N} maximum context length",
    rf"maximum context length: {_N}",
    rf"context (?:length|size) (?:is |of )?(?:only )?\(?{_N}",
    rf"context (?:limit|window)[^.\d]{{0,40}}: {_N} \+ {_N} > (?P<limit>\d[\d,]{{0,19}})",
    rf"{_N} tokens > (?P<limit>\d[\d,]{{0,19}}) maximum",
    rf"must be <= {_N}",
    rf"maximum number of tokens allowed \(?{_N}",
    rf"configured limit of {_N}",
    rf"while limit is {_N}",
    rf"\blimit {_N}, requested \d",
    rf"\bn_ctx\W{{1,4}}{_N}",
)
_REQUESTED = (
    rf"too large: {_N}\..{{0,120}}?request has {_N} input tokens",
    rf"{_N} \+ {_N} > \d",
    rf"given: {_N} `inputs` tokens and {_N} `max_new_tokens`",
    rf"requested (?:a total of |about )?{_N} tokens",
    rf"resulted in {_N} tokens",
    rf"(?:request|prompt) (?:has|contains) {_N} (?:input )?tokens",
    rf"(?:request|input) \({_N} tokens\)",
    rf"input token count (?:of )?\(?{_N}",
    rf"current length is {_N}",
    rf"prompt is too long: {_N}",
    rf"first {_N} tokens when",
    rf"\bn_prompt_tokens\W{{1,4}}{_N}",
)


def window_in(text: str) -> tuple[int | None, int | None]:
    """The window that an overflow tells of, and the tokens that were too many, where its text says them."""
    limit = next(filter(None, (_limit(pattern, text) for pattern in _LIMITS)), None)
    requested = next(filter(None, (_sum(pattern, text) for pattern in _REQUESTED)), None)
    return limit, requested


def _limit(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text, re.IGNORECASE)
    return _tokens(_number(found.groupdict().get("limit") or found[1])) if found else None


def _sum(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
    return _tokens(sum(map(_number, found.groups()))) if found else None


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
