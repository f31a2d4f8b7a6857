"""What gateways and local servers refuse, ignore and miscount (section 1a)."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.answering import too_long
from tests.fakes.connection import Answer
from tests.fakes.play import Call, Outcome, Play, openai_error
from tests.fakes.quirks.asking import BY_SCHEMA, TOOL, format_of
from tests.fakes.writing import json_answer


def _null_seed(call: Call) -> Answer | None:
    if "seed" not in call.body or call.body["seed"] is not None:
        return None
    return openai_error(400, "Input validation error: seed: expected a number, got null", param="seed")


def _clamp(call: Call) -> Answer | None:
    long = too_long(call, with_answer=True)
    if long is None or long.prompt >= long.window:
        return None
    said = (
        f"max_tokens is too large: {long.answer}. This model's maximum context length is "
        f"{long.window} tokens and your request has {long.prompt} input tokens."
    )
    return json_answer(_old_vllm(said), status=400)


def _at_least_one(call: Call) -> Answer | None:
    long = too_long(call, with_answer=True)
    if long is None or long.prompt < long.window:
        return None
    return json_answer(
        _old_vllm(f"max_tokens must be at least 1, got {long.window - long.prompt - 1}."), status=400
    )


def _old_vllm(said: str) -> dict[str, Any]:
    return {"object": "error", "message": said, "type": "BadRequestError", "param": None, "code": 400}


def _jinja(call: Call) -> Answer | None:
    if not call.body.get("tools"):
        return None
    error = {"code": 500, "message": "tools param requires --jinja flag", "type": "server_error"}
    return json_answer({"error": error}, status=500)


def _more_than_the_schema(text: str, call: Call) -> str:
    """JSON with a field that its schema does not allow."""
    if format_of(call) != "json_schema":
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return json.dumps({**value, "note": "not asked for"}) if isinstance(value, dict) else text


def _lmstudio_object(call: Call) -> Answer | None:
    if format_of(call) != "json_object":
        return None
    return json_answer({"error": "'response_format.type' must be 'json_schema' or 'text'"}, status=400)


def _litellm(call: Call) -> Answer | None:
    if not call.sends("stop"):
        return None
    inner = (
        '{"code":"Client specified an invalid argument","error":"Argument not supported on this model: stop"}'
    )
    said = f"litellm.BadRequestError: XaiException - {inner}"
    return openai_error(400, said, kind="None", param="None", code="400")


def _no_system(call: Call) -> Answer | None:
    roles = [message.get("role") for message in call.body.get("messages", ())]
    if "system" not in roles:
        return None
    return json_answer(_old_vllm("System role not supported"), status=400)


PLAYS = (
    Play(
        name="system-role-refused",
        section="1a",
        row="local servers: the chat template may know no system role",
        does="400 when a message has the role system",
        outcome=Outcome.ADAPTED,
        instead=_no_system,
    ),
    Play(
        name="together-refuses-a-null-seed",
        section="1a",
        row="Together: omit null `seed`",
        does="400 for seed: null",
        outcome=Outcome.SAME,
        instead=_null_seed,
    ),
    Play(
        name="openrouter-ignores-max-completion-tokens",
        section="1a",
        row="OpenRouter: max_tokens (max_completion_tokens not supported)",
        does="limits nothing by max_completion_tokens",
        outcome=Outcome.SAME,
        asks={"max_completion_tokens": 5},
        ignores=("max_completion_tokens",),
    ),
    Play(
        name="vllm-max-tokens-beyond-the-window",
        section="1a",
        row="vLLM: max_tokens > remaining context -> 400 (so clamp)",
        does="400 where prompt and max_tokens do not fit the window",
        outcome=Outcome.TRIMMED,
        asks={"max_tokens": 100_000},
        instead=_clamp,
    ),
    Play(
        name="vllm-max-tokens-at-least-one",
        section="1a",
        row="vLLM: max_tokens must be at least 1, got -186 when the prompt alone is too long",
        does="400 in those words where the prompt alone fills the window",
        outcome=Outcome.TRIMMED,
        long=True,
        instead=_at_least_one,
    ),
    Play(
        name="llamacpp-tools-want-jinja",
        section="1a",
        row="llama.cpp: tool calls need --jinja",
        does="500 when the request has tools",
        outcome=Outcome.ADAPTED,
        asks={"tools": [TOOL]},
        instead=_jinja,
    ),
    Play(
        name="ollama-ignores-strict",
        section="1a",
        row="Ollama: strict ignored",
        does="JSON with a field that its schema does not allow",
        outcome=Outcome.SAME,
        asks={"response_format": BY_SCHEMA},
        text=_more_than_the_schema,
    ),
    Play(
        name="lmstudio-refuses-json-object",
        section="1a",
        row="LM Studio: json_object rejected: 400 'response_format.type' must be 'json_schema' or 'text'",
        does="400 {error: text}",
        outcome=Outcome.ADAPTED,
        asks={"response_format": {"type": "json_object"}},
        instead=_lmstudio_object,
    ),
    Play(
        name="litellm-wraps-the-error",
        section="1a",
        row='LiteLLM: wraps upstream error text, code as a string "400"',
        does="400 for stop, xAI's error as text in LiteLLM's",
        outcome=Outcome.ADAPTED,
        asks={"stop": ["\n\n\n"]},
        instead=_litellm,
    ),
)
