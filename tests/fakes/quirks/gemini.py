"""What Gemini's compatible endpoint refuses in a request (section 1a)."""

from __future__ import annotations

import re

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, Outcome, Play
from tests.fakes.quirks.asking import SCHEMA, format_of
from tests.fakes.writing import json_answer

_KNOWS = frozenset(
    re.findall(
        r"\S+",
        """
        model messages max_tokens max_completion_tokens temperature top_p n stream stream_options stop
        response_format reasoning_effort tools tool_choice
        """,
    )
)


def _google_error(said: str) -> Answer:
    return json_answer([{"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}}], status=400)


def _unknown_name(call: Call) -> Answer | None:
    unknown = sorted(call.body.keys() - _KNOWS)
    if not unknown:
        return None
    said = "\n".join(
        f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.' for name in unknown
    )
    return _google_error(said)


def _gemini_effort(refused: str) -> Instead:
    def check(call: Call) -> Answer | None:
        if call.body.get("reasoning_effort") != refused:
            return None
        return _google_error(f"Invalid value for reasoning_effort: {refused} is not supported by this model.")

    return check


def _optional_fields(call: Call) -> Answer | None:
    if format_of(call) != "json_schema":
        return None
    schema = call.body["response_format"].get("json_schema", {}).get("schema", {})
    optional = sorted(schema.get("properties", {}).keys() - set(schema.get("required", ())))
    if not optional:
        return None
    return _google_error(f"Invalid value at 'response_format': property {optional[0]} must be required.")


PLAYS = (
    Play(
        name="gemini-unknown-name",
        section="1a",
        row='Gemini: unknown fields -> 400 Unknown name "x"',
        does="400 as an array, for any field it does not know",
        outcome=Outcome.ADAPTED,
        asks={"seed": 7, "frequency_penalty": 0.5},
        instead=_unknown_name,
    ),
    Play(
        name="gemini-refuses-effort-minimal",
        section="1a",
        row="Gemini: effort minimal rejected on some",
        does="400 for it",
        outcome=Outcome.ADAPTED,
        asks={"reasoning_effort": "minimal"},
        instead=_gemini_effort("minimal"),
    ),
    Play(
        name="gemini-refuses-effort-medium",
        section="1a",
        row="Gemini: effort medium rejected on some",
        does="400 for it",
        outcome=Outcome.ADAPTED,
        asks={"reasoning_effort": "medium"},
        instead=_gemini_effort("medium"),
    ),
    Play(
        name="gemini-refuses-optional-fields",
        section="1a",
        row="Gemini: json_schema (optional fields trouble)",
        does="400 for a schema with a property that is not required",
        outcome=Outcome.ADAPTED,
        asks={
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": {**SCHEMA, "required": []}},
            }
        },
        instead=_optional_fields,
    ),
)
