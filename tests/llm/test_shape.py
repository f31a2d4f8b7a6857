"""How a request is put: by hints, then by what the endpoint complains of, until that comes to an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.endpoint import Endpoint
from bot.llm.complaint import Complaint, of
from bot.llm.shape import Shape, edited, hinted, known_window, offending

OPENAI = "https://api.openai.com/v1"
NO_OPTIONS = frozenset({"stream_options"})


def at(url: str, **said: Any) -> Endpoint:
    return Endpoint(name="default", base_url=url, **said)


def says(text: str, param: str = "") -> Complaint:
    return Complaint(text=text, param=param, is_known=True)


# Hints.


@pytest.mark.parametrize(
    ("provider", "model", "shape"),
    [
        ("openai", "gpt-4.1", Shape(tokens_field="max_completion_tokens")),
        (
            "openai",
            "gpt-5.4-mini",
            Shape(
                tokens_field="max_completion_tokens",
                drop=frozenset({"temperature"}),
                effort="low",
                reasons=True,
            ),
        ),
        (
            "openai",
            "o3",
            Shape(
                tokens_field="max_completion_tokens",
                drop=frozenset({"temperature"}),
                effort="low",
                reasons=True,
            ),
        ),
        ("azure", "my-deployment", Shape()),
        ("xai", "grok-4.3", Shape(tokens_field="max_completion_tokens", reasons=True)),
        (
            "groq",
            "openai/gpt-oss-20b",
            Shape(tokens_field="max_completion_tokens", effort="low", reasons=True),
        ),
        (
            "groq",
            "llama-3.3-70b-versatile",
            Shape(tokens_field="max_completion_tokens"),
        ),
        ("mistral", "mistral-small-latest", Shape(drop=NO_OPTIONS)),
        ("mistral", "magistral-small", Shape(drop=NO_OPTIONS, reasons=True)),
        ("deepseek", "deepseek-chat", Shape(json_mode="json_object")),
        ("deepseek", "deepseek-reasoner", Shape(json_mode="json_object", reasons=True)),
        ("openrouter", "openai/gpt-5", Shape(reasons=True)),
        ("anthropic", "claude-sonnet-4-5", Shape()),
        ("ollama", "qwen3:4b", Shape()),
        ("vllm", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", Shape(reasons=True)),
    ],
)  # fmt: skip
def test_hints_by_provider_and_model(provider: str, model: str, shape: Shape) -> None:
    assert hinted(at(OPENAI, provider=provider), model) == shape


def test_an_endpoint_that_shall_not_stream_is_never_asked_to() -> None:
    assert not hinted(at(OPENAI, stream=False), "gpt-4.1").streams


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("gpt-5-mini", 100_000),
        ("gpt-4.1", 100_000),
        ("gpt-4o", 100_000),
        ("o4-mini", 100_000),
        ("claude-opus-4-5", 100_000),
        ("meta-llama/Llama-3.3-70B-Instruct", 100_000),
        ("Qwen3-30B-A3B", 100_000),
        ("mistral-large-latest", 100_000),
        ("deepseek-chat", 60_000),
        ("Qwen/Qwen2.5-7B-Instruct", 30_000),
        ("open-mistral-7b", 30_000),
        ("gpt-3.5-turbo", 16_000),
        ("gpt-4", 8_000),
        ("meta-llama/Llama-3-8b-chat-hf", 8_000),
        ("my-own", None),
    ],
)
def test_windows_of_hosted_models_are_rather_too_small(model: str, window: int | None) -> None:
    assert known_window(at(OPENAI, provider="openai"), model) == window
    assert known_window(at("http://localhost:11434/v1"), model) is None
    assert known_window(at("https://models.example.org/v1"), model) is None


# Edits: each text as a provider sends it.

SCHEMA = Shape()
OBJECT = Shape(json_mode="json_object")
EFFORT = Shape(effort="low")
HINTED = Shape(tokens_field="max_completion_tokens")

DROPPED_MAX = Shape(tokens_field="max_completion_tokens", drop=frozenset({"max_tokens"}))
DROPPED_COMPLETION = Shape(drop=frozenset({"max_completion_tokens"}))
AS_OBJECT = Shape(json_mode="json_object", drop=frozenset({"json_schema"}))
IN_WORDS = Shape(json_mode="none", drop=frozenset({"json_object"}))


def case(name: str, before: Shape, text: str, after: Shape, param: str = "") -> Any:
    return pytest.param(before, says(text, param), after, id=name)


@pytest.mark.parametrize(
    ("before", "complaint", "after"),
    [
        case(
            "OpenAI: max_tokens",
            SCHEMA,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            DROPPED_MAX,
            "max_tokens",
        ),
        case(
            "the same, told in words alone",
            SCHEMA,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            DROPPED_MAX,
        ),
        case(
            "the first that is mentioned is meant",
            SCHEMA,
            "max_tokens was refused; send max_completion_tokens",
            DROPPED_MAX,
        ),
        case(
            "OpenAI: temperature",
            Shape(),
            "Unsupported value: 'temperature' does not support 0.1 with this model. Only the "
            "default (1) value is supported.",
            Shape(drop=frozenset({"temperature"})),
            "temperature",
        ),
        case(
            "OpenAI: effort, others are listed",
            EFFORT,
            "Unsupported value: 'reasoning_effort' does not support 'low' with this model. "
            "Supported values are: 'medium'.",
            Shape(effort="medium"),
            "reasoning_effort",
        ),
        case(
            "OpenAI: effort none",
            Shape(effort="none"),
            "Unsupported value: 'reasoning_effort' does not support 'none' with this model. "
            "Supported values are: 'minimal', 'low', 'medium', and 'high'.",
            Shape(effort="minimal"),
            "reasoning_effort",
        ),
        case(
            "OpenAI: effort at all",
            EFFORT,
            "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
            Shape(),
            "reasoning_effort",
        ),
        case(
            "OpenAI: the word json",
            OBJECT,
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            IN_WORDS,
            "messages",
        ),
        case(
            "OpenAI: json_schema on an old model",
            SCHEMA,
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
            AS_OBJECT,
        ),
        case(
            "OpenAI: unverified organisation",
            SCHEMA,
            "Your organization must be verified to stream this model. Please go to: https://x.y/z",
            Shape(streams=False),
            "stream",
        ),
        case(
            "the same without a param",
            SCHEMA,
            "Your organization must be verified to stream this model.",
            Shape(streams=False),
        ),
        case(
            "OpenAI: o1-mini has no system",
            SCHEMA,
            "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
            Shape(merges_system=True),
            "messages[0].role",
        ),
        case(
            "Azure: an old version",
            HINTED,
            "Unrecognized request argument supplied: max_completion_tokens",
            DROPPED_COMPLETION,
        ),
        case(
            "xAI: an argument",
            HINTED,
            "Argument not supported on this model: max_completion_tokens",
            DROPPED_COMPLETION,
        ),
        case(
            "xAI: camelCase",
            EFFORT,
            "Model grok-4.20 does not support parameter reasoningEffort.",
            Shape(),
        ),
        case(
            "xAI: effort none",
            Shape(effort="none"),
            "Invalid value for 'reasoning_effort': expected one of low, medium, high, got none.",
            Shape(effort="low"),
        ),
        case(
            "Gemini: unknown name",
            SCHEMA,
            'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
            Shape(drop=frozenset({"stream_options"})),
        ),
        case(
            "Gemini: the second name is ours",
            SCHEMA,
            'Invalid JSON payload received. Unknown name "seed": Cannot find field.\nInvalid JSON '
            'payload received. Unknown name "stream_options": Cannot find field.',
            Shape(drop=frozenset({"stream_options"})),
        ),
        case(
            "Gemini: a name inside of a field",
            SCHEMA,
            'Invalid JSON payload received. Unknown name "strict" at '
            "'response_format.json_schema': Cannot find field.",
            AS_OBJECT,
        ),
        case(
            "Gemini: an optional property",
            SCHEMA,
            "Invalid value at 'response_format': property quote must be required.",
            AS_OBJECT,
        ),
        case(
            "Gemini: effort",
            EFFORT,
            "Invalid value for reasoning_effort: low is not supported by this model.",
            Shape(),
        ),
        case(
            "Gemini: Gemma has no system",
            SCHEMA,
            "Developer instruction is not enabled for models/gemma-3-27b-it",
            Shape(merges_system=True),
        ),
        case(
            "DeepSeek: json_schema",
            SCHEMA,
            "This response_format type is unavailable now",
            AS_OBJECT,
        ),
        case(
            "Groq: a property",
            HINTED,
            "property 'max_completion_tokens' is unsupported",
            DROPPED_COMPLETION,
        ),
        case(
            "Groq: effort",
            EFFORT,
            "`reasoning_effort` is not supported with this model",
            Shape(),
            "reasoning_effort",
        ),
        case("json_schema by itself", SCHEMA, "json_schema is not supported here", AS_OBJECT),
        case("structured outputs", SCHEMA, "Structured outputs are not available.", AS_OBJECT),
        case(
            "an effort that is not listed",
            EFFORT,
            "reasoning_effort is not supported; medium and high models have it",
            Shape(),
        ),
        case(
            "Groq: json_schema",
            SCHEMA,
            "This model does not support response format `json_schema`.",
            AS_OBJECT,
            "response_format",
        ),
        case(
            "LM Studio: json_object",
            OBJECT,
            "'response_format.type' must be 'json_schema' or 'text'",
            Shape(json_mode="json_schema", drop=frozenset({"json_object"})),
        ),
        case(
            "LM Studio: a template without system",
            SCHEMA,
            'Error rendering prompt with jinja template: "System role not supported".',
            Shape(merges_system=True),
        ),
        case(
            "vLLM: a template without system",
            SCHEMA,
            "Conversation roles must alternate user/assistant/user/assistant/...",
            Shape(merges_system=True),
        ),
        case(
            "a JSON schema's words",
            SCHEMA,
            "Additional properties are not allowed ('stream_options' was unexpected)",
            Shape(drop=frozenset({"stream_options"})),
        ),
        case(
            "stream_options is not stream",
            SCHEMA,
            "This model does not support stream_options",
            Shape(drop=frozenset({"stream_options"})),
        ),
        case(
            "streaming",
            SCHEMA,
            "this model does not support streaming",
            Shape(streams=False),
        ),
        case(
            "streaming, too",
            SCHEMA,
            "Streaming is not supported here.",
            Shape(streams=False),
        ),
        case(
            "LiteLLM: another's words",
            SCHEMA,
            'litellm.BadRequestError: XaiException - {"code":"Client specified an invalid '
            'argument","error":"Argument not supported on this model: temperature"}',
            Shape(drop=frozenset({"temperature"})),
        ),
    ],
)
def test_a_complaint_leads_to_the_edit_that_helps(before: Shape, complaint: Complaint, after: Shape) -> None:
    assert edited(before, complaint) == after


@pytest.mark.parametrize(
    ("loc", "before", "after"),
    [
        (["max_completion_tokens"], HINTED, DROPPED_COMPLETION),
        (["stream_options", "include_usage"], SCHEMA, Shape(drop=frozenset({"stream_options"}))),
        (["response_format", "json_schema"], SCHEMA, AS_OBJECT),
    ],
)
def test_a_field_that_is_told_by_its_place_is_the_one(loc: list[str], before: Shape, after: Shape) -> None:
    wrong = {"type": "extra_forbidden", "loc": ["body", *loc], "msg": "Extra inputs are not permitted"}
    for body in ({"object": "error", "message": {"detail": [wrong]}}, {"detail": [wrong]}):
        complaint = of(body)
        assert complaint is not None
        assert edited(before, complaint) == after


@pytest.mark.parametrize(
    "text",
    [
        "Argument not supported on this model: stop",
        "Model grok-4.3 does not support parameter presencePenalty.",
        "property 'logprobs' is unsupported",
        "`logit_bias` is not supported",
        "messages: at least one message is required",
        "",
    ],
)
def test_what_is_not_ours_to_change_is_left_alone(text: str) -> None:
    assert offending(says(text)) == ""
    assert edited(Shape(effort="low"), says(text)) is None


def test_a_name_for_the_tokens_that_was_not_sent_is_no_reason_to_change_it() -> None:
    assert edited(Shape(), says("Unsupported parameter: 'max_completion_tokens'")) is None


def test_where_both_names_for_the_tokens_are_refused_none_is_sent() -> None:
    once = edited(Shape(), says("Unsupported parameter: 'max_tokens'"))
    assert once is not None
    twice = edited(once, says("Unsupported parameter: 'max_completion_tokens'"))
    assert twice is not None
    assert twice.tokens_field in twice.drop
    assert edited(twice, says("Unsupported parameter: 'max_completion_tokens'")) is None


ONLY_SCHEMA = says("'response_format.type' must be 'json_schema' or 'text'")
NO_SCHEMA = says("response_format json_schema is not supported")


def after(shape: Shape | None, *complaints: Complaint) -> Shape | None:
    for complaint in complaints:
        assert shape is not None
        shape = edited(shape, complaint)
    return shape


def test_a_server_that_takes_no_json_in_any_way_is_asked_in_words() -> None:
    for first in (SCHEMA, OBJECT):
        for second in (ONLY_SCHEMA, NO_SCHEMA):
            shape = edited(first, NO_SCHEMA if first is SCHEMA else ONLY_SCHEMA)
            assert shape is not None
            assert shape.json_mode != first.json_mode
            shape = edited(shape, second)
            assert shape is not None
            assert shape.json_mode == "none"
            assert edited(shape, second) is None


def test_no_effort_is_tried_again_nor_a_lesser_one() -> None:
    low, medium = (says(f"reasoning_effort: supported values are {word}") for word in ("low", "medium"))
    assert after(EFFORT, medium) == Shape(effort="medium")
    assert after(EFFORT, medium, low) == Shape()
    assert after(EFFORT, medium, low, medium) is None
    assert after(EFFORT, says("reasoning_effort must be one of 'none' or 'minimal'")) == Shape()


FIELDS = ["max_tokens", "max_completion_tokens", "temperature", "stream_options", "response_format", "stream",
          "reasoning_effort", "messages", ""]  # fmt: skip
COMPLAINTS = st.builds(
    says,
    st.sampled_from(
        [f"Unsupported parameter: '{field}'" for field in FIELDS]
        + ["'response_format.type' must be 'json_schema' or 'text'", "System role not supported"]
        + [
            f"reasoning_effort: supported values are {efforts}"
            for efforts in ("low", "medium", "none, high", "x")
        ]
    )
    | st.text(max_size=30),
    st.sampled_from(FIELDS),
)
SHAPES = st.builds(
    Shape,
    tokens_field=st.sampled_from(["max_tokens", "max_completion_tokens"]),
    drop=st.frozensets(st.sampled_from(FIELDS[:4])),
    json_mode=st.sampled_from(["json_schema", "json_object", "none"]),
    streams=st.booleans(),
    effort=st.sampled_from([None, "low", "medium", "none", "xhigh"]),
)


@given(SHAPES, COMPLAINTS)
def test_the_same_complaint_comes_to_an_end_within_four_edits(shape: Shape, complaint: Complaint) -> None:
    edits = 0
    last: Shape | None = shape
    while last is not None and edits <= 4:
        before, last = last, edited(last, complaint)
        assert last != before
        edits += last is not None
    assert edits <= 4


@given(SHAPES, st.lists(COMPLAINTS, max_size=60))
def test_no_shape_comes_twice_whatever_is_complained_of(shape: Shape, complaints: list[Complaint]) -> None:
    seen = {shape}
    for complaint in complaints:
        if (put_otherwise := edited(shape, complaint)) is not None:
            assert put_otherwise not in seen
            seen.add(put_otherwise)
            shape = put_otherwise


def test_what_was_not_complained_of_stays() -> None:
    shape = replace(EFFORT, tokens_field="max_completion_tokens", reasons=True, json_mode="none")
    assert after(shape, says("Streaming is not supported")) == replace(shape, streams=False)
