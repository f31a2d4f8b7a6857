"""What OpenAI and Azure refuse in a request (section 1a)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, Outcome, Play, openai_error
from tests.fakes.quirks.asking import TOOL, format_of, unsupported, unsupported_value, without
from tests.fakes.writing import json_answer, text_of


def _only_one(call: Call) -> Answer | None:
    value = call.body.get("temperature", 1)
    if value in (None, 1):
        return None
    return unsupported_value("temperature", value, "Only the default (1) value is supported.")


def _penalties(call: Call) -> Answer | None:
    names = (name for name in ("presence_penalty", "frequency_penalty") if call.sends(name))
    return next((unsupported(name) for name in names), None)


def _effort(*refused: str, allowed: str) -> Instead:
    def check(call: Call) -> Answer | None:
        value = call.body.get("reasoning_effort")
        if value not in refused:
            return None
        return unsupported_value("reasoning_effort", f"'{value}'", f"Supported values are: {allowed}.")

    return check


def _unless_effort_is_none(call: Call) -> Answer | None:
    if call.body.get("reasoning_effort") == "none":
        return None
    names = (name for name in ("top_p", "stop", "logprobs") if call.sends(name))
    return _only_one(call) or next((unsupported(name) for name in names), None)


def _tools_with_effort(call: Call) -> Answer | None:
    if not call.body.get("tools") or call.body.get("reasoning_effort") == "none":
        return None
    said = (
        "Function tools with reasoning_effort are not supported for this model in /v1/chat/completions. "
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
    )
    return openai_error(400, said, param="reasoning_effort")


def _word_json(call: Call) -> Answer | None:
    said = "".join(text_of(message.get("content")) for message in call.body.get("messages", ()))
    if format_of(call) != "json_object" or "json" in said.lower():
        return None
    complaint = (
        "'messages' must contain the word 'json' in some form, "
        "to use 'response_format' of type 'json_object'."
    )
    return openai_error(400, complaint, param="messages")


def _unverified(call: Call) -> Answer | None:
    said = (
        "Your organization must be verified to stream this model. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify Organization."
    )
    return openai_error(400, said, param="stream", code="unsupported_value") if call.streams else None


def _openai() -> tuple[Play, ...]:
    def row(name: str, words: str, asks: Mapping[str, Any], check: Instead) -> Play:
        return Play(
            name=name,
            section="1a",
            row=f"OpenAI: {words}",
            does="answers 400 in OpenAI's words when the request has it",
            outcome=Outcome.ADAPTED,
            asks=asks,
            instead=check,
        )

    advice = " Use 'max_completion_tokens' instead."
    return (
        row(
            "max-tokens-unsupported",
            "max_tokens -> 400 unsupported_parameter (param=max_tokens)",
            {"max_tokens": 50},
            without("max_tokens", advice),
        ),
        row("temperature-only-one", "on reasoning models: temperature != 1", {"temperature": 0.1}, _only_one),
        row("top-p-unsupported", "on reasoning models: top_p", {"top_p": 0.9}, without("top_p")),
        row(
            "penalties-unsupported",
            "on reasoning models: presence/frequency_penalty",
            {"presence_penalty": 0.5, "frequency_penalty": 0.5},
            _penalties,
        ),
        row(
            "logit-bias-unsupported",
            "on reasoning models: logit_bias",
            {"logit_bias": {"50256": -100}},
            without("logit_bias"),
        ),
        row("logprobs-unsupported", "on reasoning models: logprobs", {"logprobs": True}, without("logprobs")),
        row("stop-unsupported", "stop rejected on gpt-5 base", {"stop": ["\n\n\n"]}, without("stop")),
        row(
            "sampling-only-with-effort-none",
            "accepted again when reasoning_effort is none",
            {"temperature": 0.1, "stop": ["\n\n\n"]},
            _unless_effort_is_none,
        ),
        row(
            "effort-none-refused",
            "o*, gpt-5, *-pro, *-chat reason always: none is refused",
            {"reasoning_effort": "none"},
            _effort("none", allowed="'minimal', 'low', 'medium', and 'high'"),
        ),
        row(
            "effort-minimal-refused",
            "minimal not on 5.6",
            {"reasoning_effort": "minimal"},
            _effort("minimal", allowed="'none', 'low', 'medium', and 'high'"),
        ),
        row(
            "tools-with-effort-refused",
            "tools + effort on 5.6 -> 400",
            {"tools": [TOOL], "reasoning_effort": "low"},
            _tools_with_effort,
        ),
        row(
            "json-object-wants-the-word",
            'json_object: prompt must contain "json"',
            {"response_format": {"type": "json_object"}},
            _word_json,
        ),
        row(
            "unverified-organisation-streams-not",
            "unverified organisation: stream:true -> 400, param stream",
            {"stream": True},
            _unverified,
        ),
    )


def _azure_header(call: Call) -> Answer | None:
    if "api-key" in call.received.headers:
        return None
    error = {"code": "401", "message": "Access denied due to invalid subscription key or wrong API endpoint."}
    return json_answer({"error": error}, status=401)


def _azure_version(call: Call) -> Answer | None:
    if call.received.query.get("api-version"):
        return None
    return json_answer({"error": {"code": "404", "message": "Resource not found"}}, status=404)


def _azure_filter(call: Call) -> Answer:
    said = (
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry."
    )
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": True}}}
    error = {"message": said, "type": None, "param": "prompt", "code": "content_filter", "status": 400}
    return json_answer({"error": {**error, "innererror": inner}}, status=400)


_AZURE = (
    Play(
        name="azure-key-header",
        section="1a",
        row="Azure: header `api-key`",
        does="knows the key only in the header api-key, 401 otherwise",
        outcome=Outcome.SAME,
        route="any",
        key_header="api-key",
        instead=_azure_header,
    ),
    Play(
        name="azure-wants-a-version",
        section="1a",
        row="Azure: /openai/deployments/{d}/…?api-version=..",
        does="404 without the query api-version",
        outcome=Outcome.SAME,
        route="any",
        instead=_azure_version,
    ),
    Play(
        name="azure-content-filter",
        section="1a",
        row="Azure: content filter 400 code content_filter",
        does="answers 400 with code content_filter",
        outcome=Outcome.REFUSED,
        instead=_azure_filter,
    ),
    Play(
        name="max-completion-tokens-unsupported",
        section="1a",
        row="Azure: non-OpenAI models want max_tokens",
        does="400 for max_completion_tokens",
        outcome=Outcome.ADAPTED,
        asks={"max_completion_tokens": 50},
        instead=without("max_completion_tokens", " Use 'max_tokens' instead."),
    ),
)

PLAYS = (*_openai(), *_AZURE)
