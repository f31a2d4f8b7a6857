"""What requests to one model must look like: hints first, then what its own complaints taught."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from bot.endpoint import Endpoint
from bot.llm.complaint import Complaint
from bot.llm.windows import OWN

JsonMode = Literal["json_schema", "json_object", "none"]

_REASONS = re.compile(
    r"(?:^|/)(?:o[1-9](?:-|$)|gpt-5|gpt-oss|grok-[34](?:\.\d+)?(?:-mini|-fast|$)|magistral|qwq)"
    r"|deepseek-r1|reason|think",
    re.IGNORECASE,
)
_OPENAI_REASONS = re.compile(r"^(?:o[1-9](?:-|$)|gpt-5)", re.IGNORECASE)
_EFFORTS = ("none", "minimal", "low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a request is put. `reasons`: it thinks first, so its answer needs more tokens than are shown.
    `merges_system` puts the system text into the first message. `drop` names what was refused: fields, which
    are not sent, and ways to ask for JSON.
    """

    tokens_field: str = "max_tokens"
    drop: frozenset[str] = frozenset()
    json_mode: JsonMode = "json_schema"
    streams: bool = True
    effort: str | None = None
    reasons: bool = False
    merges_system: bool = False


def server_of(endpoint: Endpoint) -> str:
    """What to ask an endpoint about itself as: its provider, or plainly a server of somebody's own."""
    return endpoint.provider or (OWN if endpoint.base_url.startswith("http://") else "")


def hinted(endpoint: Endpoint, model: str) -> Shape:
    """What is known of a model before it is asked for the first time."""
    shape = Shape(reasons=bool(_REASONS.search(model)), streams=endpoint.stream)
    match endpoint.provider:
        case "openai":
            shape = replace(shape, tokens_field="max_completion_tokens")
            if _OPENAI_REASONS.search(model):
                shape = replace(shape, drop=frozenset({"temperature"}), effort="low")
        case "xai":
            shape = replace(shape, tokens_field="max_completion_tokens")
        case "groq":
            effort = "low" if "gpt-oss" in model else None
            shape = replace(shape, tokens_field="max_completion_tokens", effort=effort)
        case "mistral":
            shape = replace(shape, drop=frozenset({"stream_options"}))
        case "deepseek":
            shape = replace(shape, json_mode="json_object")
    return shape


# Hosted models whose windows their lists do not tell, as looked for in turn; rather too small than too large.
_WINDOWS = {
    100_000: r"gpt-(?:4o|4\.1|4-turbo|5|oss)|^o[1-9]|claude|grok|gemini|llama-(?:3\.[1-3]|4)|qwen-?3"
    r"|magistral|mi(?:ni)?stral-(?:small|medium|large|nemo)",
    60_000: r"deepseek",
    30_000: r"mistral|qwen-?2",
    16_000: r"gpt-3\.5|mixtral",
    8_000: r"gpt-4|llama-?3",
}


def known_window(endpoint: Endpoint, model: str) -> int | None:
    """A window that a hosted model has at least; a local server says what it has loaded, or nobody knows."""
    if endpoint.is_local or not endpoint.provider:
        return None
    return next((window for window, names in _WINDOWS.items() if re.search(names, model.casefold())), None)


_NAMED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"unsupported (?:parameter|value):? ['\"`]?([\w.]+)",
        r"argument not supported on this model: ([\w.]+)",
        r"does not support (?:the )?parameter:? ['\"`]?([\w.]+)",
        r"unknown name \"([\w.]+)\"",
        r"(?:unknown|unrecognized|unexpected|unsupported|invalid|extra) (?:request )?"
        r"(?:argument|parameter|field|property|input)s?(?: supplied)?:? ['\"`]?([\w.]+)",
        r"['\"`]([\w.]+)['\"`]:? (?:is|are|was) (?:not |un)(?:supported|permitted|allowed|recognized|known)",
        r"extra inputs are not permitted[:,]? ['\"`]?([\w.]+)",
        r"property ['\"`]([\w.]+)['\"`] is unsupported",
        r"\b([a-z]+(?:_[a-z]+)+) is not supported",
    )
]
_FORMAT = re.compile(r"response_format|json_schema|json_object|structured output", re.IGNORECASE)
_ONLY_SCHEMA = re.compile(r"must be ['\"`]?json_schema", re.IGNORECASE)
_STREAM = re.compile(
    r"stream(?:ing)? (?:this model|is not|not supported|unsupported)|not support stream(?:ing)?\b",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"(?:system|developer) \w+ (?:is |are )?(?:not |un)(?:supported|enabled)"
    r"|not support (?:the )?['\"`]?(?:system|developer)|roles must alternate",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:supported values|supports only|one of|allowed|available)(.*)", re.IGNORECASE | re.DOTALL
)
_FIELDS = (
    "max_completion_tokens", "max_tokens", "temperature", "stream_options", "response_format",
    "reasoning_effort", "stream",
)  # fmt: skip


def offending(said: Complaint) -> str:
    """The field of a request that an endpoint complains of, in snake_case; "" where it names none of ours."""
    if field := _blamed(said, _FIELDS):
        return field
    if _FORMAT.search(said.text):
        return "response_format"
    if _SYSTEM.search(said.text):
        return "system"
    if _STREAM.search(said.text):
        return "stream"
    return _mentioned(said, _FIELDS)


def named(said: Complaint, fields: Collection[str]) -> str:
    """Which of these fields an endpoint complains of; "" where it names none of them."""
    return _blamed(said, fields) or _mentioned(said, fields)


def _blamed(said: Complaint, fields: Collection[str]) -> str:
    """The field that a complaint calls the wrong one."""
    blamed = [found[1] for pattern in _NAMED for found in pattern.finditer(said.text)]
    for name in [said.param, *blamed]:
        snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold().split(".")[0]
        if snake in fields:
            return snake
    return ""


def _mentioned(said: Complaint, fields: Collection[str]) -> str:
    """The field whose name comes first in a complaint."""
    places = [(found.start(), field) for field in fields if (found := re.search(rf"\b{field}\b", said.text))]
    return min(places, default=(0, ""))[1]


def edited(shape: Shape, said: Complaint) -> Shape | None:
    """The shape that gives in to a complaint; `None` where there is nothing left to give.

    It never returns to what was given up, so that there is an end to complaints.
    """
    field = offending(said)
    match field:
        case "max_tokens" | "max_completion_tokens" if field == shape.tokens_field:
            return _other_tokens_field(shape, field)
        case "response_format":
            return _simpler_json(shape, said)
        case "stream" if shape.streams:
            return replace(shape, streams=False)
        case "reasoning_effort" if shape.effort:
            return replace(shape, effort=_more_effort(shape.effort, said.text))
        case "system" if not shape.merges_system:
            return replace(shape, merges_system=True)
        case "temperature" | "stream_options" if field not in shape.drop:
            return replace(shape, drop=shape.drop | {field})
    return None


def _other_tokens_field(shape: Shape, refused: str) -> Shape | None:
    """The other one of the two names; where that was refused before, none."""
    if refused in shape.drop:
        return None
    drop = shape.drop | {refused}
    other = "max_completion_tokens" if refused == "max_tokens" else "max_tokens"
    return replace(shape, drop=drop, tokens_field=refused if other in drop else other)


def _simpler_json(shape: Shape, said: Complaint) -> Shape | None:
    """JSON asked for with a schema, then without, then only in words; a server may know the schema alone."""
    drop = shape.drop | {shape.json_mode}
    if shape.json_mode == "none":
        return None
    if _ONLY_SCHEMA.search(said.text):
        simpler: JsonMode = "none" if "json_schema" in drop else "json_schema"
    else:
        simpler = "none" if "json_object" in drop else "json_object"
    return replace(shape, json_mode=simpler, drop=drop)


def _more_effort(refused: str, text: str) -> str | None:
    """The least effort above the refused one that the complaint lists; none at all where it lists none."""
    listed = _LISTED.search(text)
    above = _EFFORTS[_EFFORTS.index(refused) + 1 :] if refused in _EFFORTS and listed else ()
    return next((effort for effort in above if listed and re.search(rf"\b{effort}\b", listed[1])), None)
