"""Whether a request to a chat model is a right one: fields, types, roles and their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.writing import text_of

Fault = tuple[str, str]
"""What is wrong, and the field that is."""

CHAT_FIELDS = frozenset(
    re.findall(
        r"\S+",
        """
        model messages max_tokens max_completion_tokens temperature top_p n stream stream_options stop seed
        presence_penalty frequency_penalty logit_bias logprobs top_logprobs response_format reasoning_effort
        tools tool_choice parallel_tool_calls user metadata store service_tier verbosity safety_identifier
        prediction modalities audio web_search_options prompt_cache_key functions function_call
        """,
    )
)
"""The fields that OpenAI documents for /chat/completions."""

EMBEDDING_FIELDS = frozenset({"model", "input", "encoding_format", "dimensions", "user"})

_ROLES = ("system", "developer", "user", "assistant", "tool")
_FORMATS = ("text", "json_object", "json_schema")


def chat_fault(body: Mapping[str, Any]) -> Fault | None:
    """The first thing wrong with a chat request; `None` where it is right."""
    return next((fault for check in _CHECKS if (fault := check(body)) is not None), None)


def _messages(body: Mapping[str, Any]) -> Fault | None:
    messages = body.get("messages")
    if not isinstance(messages, list):
        return "Missing required parameter: 'messages'.", "messages"
    if not messages:
        return "Invalid 'messages': empty array. Expected an array with minimum length 1.", "messages"
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            return (
                f"Invalid value for '{where}.role'. Supported values are: {', '.join(_ROLES)}.",
                f"{where}.role",
            )
        if not text_of(message.get("content")).strip():
            return (
                f"Invalid value for '{where}.content': expected a text that is not empty.",
                f"{where}.content",
            )
    return None


def _order(body: Mapping[str, Any]) -> Fault | None:
    roles = [message["role"] for message in body["messages"]]
    spoken = roles[1:] if roles[0] in ("system", "developer") else roles
    if any(role in ("system", "developer") for role in spoken):
        return "System message must be at the beginning.", "messages"
    if any(role != ("assistant" if index % 2 else "user") for index, role in enumerate(spoken)):
        return "Conversation roles must alternate user/assistant/user/assistant/...", "messages"
    return None if spoken and spoken[-1] == "user" else ("The last message must be the user's.", "messages")


def _numbers(body: Mapping[str, Any]) -> Fault | None:
    for name in ("max_tokens", "max_completion_tokens"):
        value = body.get(name)
        if value is not None and (not _is_whole(value) or value < 1):
            return f"Invalid '{name}': expected an integer of at least 1, but got {value!r} instead.", name
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        return (
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            "max_tokens",
        )
    for name, least, most in (("temperature", 0, 2), ("top_p", 0, 1)):
        value = body.get(name)
        if value is not None and not (_is_number(value) and least <= value <= most):
            return f"Invalid '{name}': expected a number from {least} to {most}, got {value!r}.", name
    return None


def _streaming(body: Mapping[str, Any]) -> Fault | None:
    if not isinstance(body.get("stream") or False, bool):
        return "Invalid type for 'stream': expected a boolean.", "stream"
    if body.get("stream_options") is not None and not body.get("stream"):
        return "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"
    return None


def _stops(body: Mapping[str, Any]) -> Fault | None:
    stops = stops_of(body)
    if len(stops) > 4 or not all(isinstance(stop, str) and stop for stop in stops):
        return "Invalid 'stop': expected up to four texts that are not empty.", "stop"
    return None


def _format(body: Mapping[str, Any]) -> Fault | None:
    wanted = body.get("response_format")
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or wanted.get("type") not in _FORMATS:
        return (
            f"Invalid 'response_format.type'. Supported values are: {', '.join(_FORMATS)}.",
            "response_format",
        )
    if wanted["type"] == "json_schema":
        named = wanted.get("json_schema")
        if not isinstance(named, dict) or not named.get("name") or not isinstance(named.get("schema"), dict):
            return "Missing required parameter: 'response_format.json_schema'.", "response_format.json_schema"
    return None


_CHECKS: tuple[Callable[[Mapping[str, Any]], Fault | None], ...] = (
    _messages,
    _order,
    _numbers,
    _streaming,
    _stops,
    _format,
)


def stops_of(body: Mapping[str, Any]) -> list[Any]:
    """The texts that end the answer before them."""
    stop = body.get("stop")
    if stop is None:
        return []
    return stop if isinstance(stop, list) else [stop]


def most_tokens(body: Mapping[str, Any]) -> int | None:
    """How many tokens of answer are asked for at most."""
    return body.get("max_completion_tokens") or body.get("max_tokens")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
