"""How many tokens fit: read from what servers say of their models, and from errors about too much text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.windows import UNKNOWN, is_overflow, paths, window_in, window_of
from tests.llm.test_listing import LMSTUDIO_V0, LMSTUDIO_V1, OLLAMA_PS, OPENAI, VLLM, json_values

PROPS = "/props?autoload=false&model={model}"


def test_where_nobody_says_a_local_window_is_taken_to_be_small() -> None:
    assert UNKNOWN == 4096


def test_asking_llamacpp_loads_no_model() -> None:
    assert paths("llamacpp")[0] == PROPS
    assert all("autoload=false" in path for path in paths("llamacpp") if path.startswith("/props"))


def test_who_never_tells_a_window_is_not_asked() -> None:
    assert paths("openai") == paths("xai") == ()
    assert paths("vllm") == paths(None) == ("/v1/models",)


@pytest.mark.parametrize(
    ("provider", "body", "model", "window"),
    [
        ("llamacpp", {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 1}, "any", 8192),
        ("ollama", OLLAMA_PS, "llama3.2", 4096),
        ("ollama", OLLAMA_PS, "llama3.2:latest", 4096),
        ("ollama", OLLAMA_PS, "another", None),
        ("ollama", {"models": []}, "llama3.2", None),
        ("lmstudio", LMSTUDIO_V1, "qwen/qwen3-8b", 4096),
        ("lmstudio", LMSTUDIO_V1, "google/gemma-3", None),
        ("lmstudio", LMSTUDIO_V0, "qwen3-8b", 4096),
        ("lmstudio", LMSTUDIO_V0, "gemma", None),
        ("koboldcpp", {"value": 16384}, "any", 16384),
        ("vllm", VLLM, "Qwen/Qwen3-8B", 16384),
        ("groq", {"data": [{"id": "a", "context_window": 131072}]}, "a", 131072),
        (None, OPENAI, "gpt-4o-mini", None),
    ],
)
def test_the_window_is_that_of_the_model_as_it_is_loaded(
    provider: str | None, body: Any, model: str, window: int | None
) -> None:
    assert window_of(paths(provider)[0], body, model) == window


def test_of_several_instances_the_smallest_window_counts() -> None:
    instances = [
        {"config": {"context_length": 32768}},
        {"config": {"context_length": 8192}},
        {"config": None},
    ]
    body = {"models": [{"key": "m", "loaded_instances": instances, "max_context_length": 131072}]}
    assert window_of("/api/v1/models", body, "m") == 8192


@pytest.mark.parametrize("size", [0, -1, 3, True, "many", None, 1e30, float("nan"), [4096], {"a": 1}])
def test_a_number_that_cannot_be_a_window_is_none(size: Any) -> None:
    assert window_of("/v1/models", {"data": [{"id": "m", "max_model_len": size}]}, "m") is None
    assert window_of(PROPS, {"default_generation_settings": {"n_ctx": size}}, "m") is None


def test_a_window_in_words_of_digits_is_read() -> None:
    assert window_of("/v1/models", {"data": [{"id": "m", "context_length": "8192"}]}, "m") == 8192


OVERFLOWS = [
    (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        8192,
        9000,
    ),
    (
        "This model's maximum context length is 4097 tokens. However, you requested 4612 tokens "
        "(4097 in the messages, 515 in the completion).",
        4097,
        4612,
    ),
    (
        "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is "
        "4096 tokens and your request has 12 input tokens (5000 > 4096 - 12).",
        4096,
        5012,
    ),
    (
        "This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens.",
        4096,
        5000,
    ),
    ("max_tokens must be at least 1, got -186.", None, None),
    ("the request exceeds the available context size. try increasing the context size", None, None),
    ("request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it", 4096, 5000),
    ("prompt is too long: 208310 tokens > 200000 maximum", 200000, 208310),
    (
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease it",
        200000,
        209573,
    ),
    (
        "`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1500 `inputs` tokens and 1000 "
        "`max_new_tokens`",
        2048,
        2500,
    ),
    (
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1,048,576).",
        1048576,
        1200000,
    ),
    ("The input (5000 tokens) is longer than the model's context length (4096 tokens).", 4096, 5000),
    (
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a "
        "total of 5000 tokens: 4500 tokens from the input messages and 500 tokens for the completion.",
        4096,
        5000,
    ),
    (
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.",
        272000,
        300000,
    ),
    (
        "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
        131072,
        200000,
    ),
    ("Please reduce the length. Current length is 9000 while limit is 8192", 8192, 9000),
    (
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context "
        "length",
        32768,
        40000,
    ),
    (
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with "
        "context length of only 4096 tokens, which is not enough.",
        4096,
        5000,
    ),
    ("Context size has been exceeded.", None, None),
    ("The prompt is too long: 150000, model maximum context length: 131071", 131071, 150000),
    ("the input length exceeds the context length", None, None),
]


@pytest.mark.parametrize(("text", "limit", "requested"), OVERFLOWS)
def test_an_overflow_is_recognised_and_tells_the_window(
    text: str, limit: int | None, requested: int | None
) -> None:
    for spelt in (text, text.upper(), json.dumps({"error": {"message": text}})):
        assert is_overflow(spelt, "")
        assert window_in(spelt) == (limit, requested)


def test_an_overflow_is_recognised_by_its_code_alone() -> None:
    assert is_overflow("Please reduce your prompt.", "context_length_exceeded")
    assert is_overflow("", "exceed_context_size_error")


def test_the_numbers_beside_the_message_of_llamacpp_are_read() -> None:
    error = {"type": "exceed_context_size_error", "n_prompt_tokens": 5000, "n_ctx": 4096}
    assert window_in(json.dumps(error)) == (4096, 5000)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "Invalid 'messages[0].content': string too long. Expected a maximum of 1048576.",
            "string_above_max_length",
        ),
        ("string_above_max_length: maximum context length", ""),
        ("Request too large on tokens per minute (TPM): Limit 6000, Requested 7000", "rate_limit_exceeded"),
        ("Unsupported parameter: 'max_tokens'", "unsupported_parameter"),
        ("The model `x` does not exist", "model_not_found"),
        ("", ""),
    ],
)
def test_other_complaints_are_no_overflows(text: str, code: str) -> None:
    assert not is_overflow(text, code)


def test_numbers_without_an_end_are_read_in_time() -> None:
    assert window_in("maximum context length is " + "9" * 200_000) == (None, None)
    assert window_in("1," * 100_000 + " + ") == (None, None)


@given(st.text())
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    is_overflow(text, text)
    for number in window_in(text):
        assert number is None or number > 0


@given(st.sampled_from([None, "llamacpp", "ollama", "lmstudio", "koboldcpp", "vllm"]), json_values, st.text())
def test_no_answer_whatever_breaks_the_finding_of_a_window(
    provider: str | None, body: Any, model: str
) -> None:
    for path in paths(provider):
        window = window_of(path, body, model)
        assert window is None or window > 0
