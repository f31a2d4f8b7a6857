"""What Mistral refuses in a request (section 1a)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, Outcome, Play
from tests.fakes.quirks.asking import TOOL, required_tool
from tests.fakes.writing import json_answer


def mistral_error(loc: list[str], value: Any) -> Answer:
    """Mistral's 422 for a field that it does not take."""
    forbidden = {"type": "extra_forbidden", "loc": ["body", *loc], "msg": "Extra inputs are not permitted"}
    detail = [{**forbidden, "input": value}]
    body = {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error", "param": None}
    return json_answer({**body, "code": None}, status=422)


def _mistral(name: str) -> Instead:
    return lambda call: mistral_error([name], call.body[name]) if call.sends(name) else None


def _mistral_usage(call: Call) -> Answer | None:
    options = call.body.get("stream_options") or {}
    if "include_usage" not in options:
        return None
    return mistral_error(["stream_options", "include_usage"], options["include_usage"])


def _mistral_rows() -> tuple[Play, ...]:
    def row(name: str, words: str, asks: Mapping[str, Any], check: Instead) -> Play:
        return Play(
            name=name,
            section="1a",
            row=f"Mistral: {words}",
            does="answers 422 extra_forbidden with the place of the field",
            outcome=Outcome.ADAPTED,
            asks=asks,
            instead=check,
        )

    return (
        row(
            "mistral-refuses-max-completion-tokens",
            "max_tokens only; max_completion_tokens -> 422",
            {"max_completion_tokens": 50},
            _mistral("max_completion_tokens"),
        ),
        row("mistral-refuses-seed", "`seed` is `random_seed`", {"seed": 7}, _mistral("seed")),
        row(
            "mistral-refuses-include-usage",
            "`stream_options.include_usage` was 422 extra_forbidden in 2025",
            {"stream": True, "stream_options": {"include_usage": True}},
            _mistral_usage,
        ),
        row(
            "mistral-refuses-frequency-penalty",
            "frequency_penalty 422 in 2024",
            {"frequency_penalty": 0.5},
            _mistral("frequency_penalty"),
        ),
        Play(
            name="mistral-refuses-tool-choice-required",
            section="1a",
            row='Mistral: tool_choice "required" -> "any"',
            does="422 for tool_choice required",
            outcome=Outcome.ADAPTED,
            asks={"tools": [TOOL], "tool_choice": "required"},
            instead=required_tool(422, "tool_choice must be one of: auto, any, none"),
        ),
    )


PLAYS = _mistral_rows()
