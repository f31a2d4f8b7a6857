"""What several providers' quirks look for in a request, and OpenAI's words for refusing it."""

from __future__ import annotations

from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, openai_error

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
BY_SCHEMA = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


def unsupported(name: str, advice: str = "") -> Answer:
    said = f"Unsupported parameter: '{name}' is not supported with this model.{advice}"
    return openai_error(400, said, param=name, code="unsupported_parameter")


def unsupported_value(name: str, value: Any, rest: str) -> Answer:
    said = f"Unsupported value: '{name}' does not support {value} with this model. {rest}"
    return openai_error(400, said, param=name, code="unsupported_value")


def without(name: str, advice: str = "") -> Instead:
    return lambda call: unsupported(name, advice) if call.sends(name) else None


def format_of(call: Call) -> str:
    wanted = call.body.get("response_format")
    return str(wanted.get("type")) if isinstance(wanted, dict) else ""


def required_tool(status: int, said: str) -> Instead:
    def check(call: Call) -> Answer | None:
        return (
            openai_error(status, said, param="tool_choice")
            if call.body.get("tool_choice") == "required"
            else None
        )

    return check
