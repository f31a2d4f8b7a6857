"""What DeepSeek refuses in a request (section 1a)."""

from __future__ import annotations

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Outcome, Play, openai_error
from tests.fakes.quirks.asking import BY_SCHEMA, TOOL, format_of, required_tool, without


def _deepseek_schema(call: Call) -> Answer | None:
    if format_of(call) != "json_schema":
        return None
    return openai_error(400, "This response_format type is unavailable now")


def _reasoning_in_messages(call: Call) -> Answer | None:
    if not any("reasoning_content" in message for message in call.body.get("messages", ())):
        return None
    return openai_error(400, "The reasoning_content is an intermediate result and must not be sent back.")


PLAYS = (
    Play(
        name="deepseek-refuses-seed",
        section="1a",
        row="DeepSeek: seed unsupported",
        does="400 for seed",
        outcome=Outcome.ADAPTED,
        asks={"seed": 7},
        instead=without("seed"),
    ),
    Play(
        name="deepseek-refuses-tool-choice-required",
        section="1a",
        row="DeepSeek: tool_choice required rejected on reasoner / v4",
        does="400 for it",
        outcome=Outcome.ADAPTED,
        asks={"tools": [TOOL], "tool_choice": "required"},
        instead=required_tool(400, "deepseek-reasoner does not support this tool_choice"),
    ),
    Play(
        name="deepseek-refuses-json-schema",
        section="1a",
        row='DeepSeek: json_schema -> 400 "This response_format type is unavailable now"',
        does="400 in those words",
        outcome=Outcome.ADAPTED,
        asks={"response_format": BY_SCHEMA},
        instead=_deepseek_schema,
    ),
    Play(
        name="deepseek-refuses-reasoning-in-messages",
        section="1a",
        row="DeepSeek: must send reasoning back only in tool turns",
        does="400 when a message carries reasoning_content",
        outcome=Outcome.SAME,
        instead=_reasoning_in_messages,
    ),
)
