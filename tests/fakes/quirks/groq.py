"""What Groq refuses in a request (section 1a)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, Outcome, Play, openai_error
from tests.fakes.quirks.asking import BY_SCHEMA, format_of


def _groq(name: str) -> Instead:
    said = f"property '{name}' is unsupported"
    return lambda call: openai_error(400, said) if call.sends(name) else None


def _groq_names(call: Call) -> Answer | None:
    for index, message in enumerate(call.body.get("messages", ())):
        if "name" in message:
            return openai_error(400, f"property 'messages.{index}.name' is unsupported")
    return None


def _one_only(call: Call) -> Answer | None:
    return None if call.body.get("n") in (None, 1) else openai_error(400, "'n' must be 1", param="n")


def _tiny_temperature(call: Call) -> None:
    if call.body.get("temperature") == 0:
        call.received.notes.append("took temperature 0 for 1e-8")


def _groq_reasoning(call: Call) -> Answer | None:
    names = (
        name for name in ("reasoning_effort", "reasoning_format", "include_reasoning") if call.sends(name)
    )
    said = "`{}` is not supported with this model"
    return next((openai_error(400, said.format(name), param=name) for name in names), None)


def _groq_schema(call: Call) -> Answer | None:
    if format_of(call) != "json_schema":
        return None
    said = "This model does not support response format `json_schema`."
    return openai_error(400, said, param="response_format")


def _groq_rows() -> tuple[Play, ...]:
    def row(name: str, words: str, asks: Mapping[str, Any], check: Instead) -> Play:
        return Play(
            name=name,
            section="1a",
            row=f"Groq: {words}",
            does="answers 400 in Groq's words",
            outcome=Outcome.ADAPTED,
            asks=asks,
            instead=check,
        )

    return (
        row("groq-refuses-logprobs", "logprobs -> 400", {"logprobs": True}, _groq("logprobs")),
        row("groq-refuses-top-logprobs", "top_logprobs -> 400", {"top_logprobs": 2}, _groq("top_logprobs")),
        row("groq-refuses-logit-bias", "logit_bias -> 400", {"logit_bias": {"1": 1}}, _groq("logit_bias")),
        row("groq-n-must-be-one", "n must be 1", {"n": 2}, _one_only),
        row(
            "groq-refuses-reasoning-fields",
            "reasoning fields rejected on non-reasoning models",
            {"reasoning_effort": "low"},
            _groq_reasoning,
        ),
        row(
            "groq-refuses-json-schema",
            "json_schema on some models",
            {"response_format": BY_SCHEMA},
            _groq_schema,
        ),
        Play(
            name="groq-refuses-message-names",
            section="1a",
            row="Groq: messages[].name -> 400",
            does="400 when a message has a name",
            outcome=Outcome.SAME,
            instead=_groq_names,
        ),
        Play(
            name="groq-temperature-zero",
            section="1a",
            row="Groq: temperature 0 -> 1e-8",
            does="takes it so and says nothing",
            outcome=Outcome.SAME,
            asks={"temperature": 0},
            instead=_tiny_temperature,
        ),
    )


PLAYS = _groq_rows()
