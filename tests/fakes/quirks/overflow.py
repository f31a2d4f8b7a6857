"""What is said of a prompt that is too long for the window (section 1c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.answering import too_long
from tests.fakes.connection import Answer
from tests.fakes.kinds import TooLong
from tests.fakes.play import Call, Outcome, Play, openai_error
from tests.fakes.quirks.errors import error_row
from tests.fakes.writing import json_answer


def _overflow(name: str, words: str, make: Callable[[TooLong], Answer], **more: Any) -> Play:
    def instead(call: Call) -> Answer | None:
        long = too_long(call)
        return make(long) if long is not None else None

    return error_row(
        f"overflow-{name}",
        f"context overflow: {words}",
        "answers so where prompt (and answer, as the kind counts) do not fit context_window",
        Outcome.TRIMMED,
        instead,
        long=True,
        **more,
    )


def _says(said: str, *, code: str | None = None, status: int = 400) -> Callable[[TooLong], Answer]:
    def make(long: TooLong) -> Answer:
        numbers = {"prompt": long.prompt, "answer": long.answer, "window": long.window, "total": long.total}
        left = {"left": long.window - long.prompt - 1}
        return openai_error(status, said.format(**numbers, **left), code=code)

    return make


def _llamacpp(long: TooLong) -> Answer:
    said = "the request exceeds the available context size, try increasing it"
    numbers = {"n_prompt_tokens": long.prompt, "n_ctx": long.window}
    return json_answer(
        {"error": {"code": 400, "message": said, "type": "exceed_context_size_error", **numbers}}, status=400
    )


def _llamacpp_500(long: TooLong) -> Answer:
    error = {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}
    return json_answer({"error": error}, status=500)


def _gemini(long: TooLong) -> Answer:
    said = (
        f"The input token count ({long.prompt}) exceeds the maximum number of tokens allowed ({long.window})."
    )
    return json_answer([{"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}}], status=400)


def _old_vllm(long: TooLong) -> Answer:
    said = f"max_tokens must be at least 1, got {long.window - long.prompt - 1}."
    return json_answer(
        {"object": "error", "message": said, "type": "BadRequestError", "code": 400}, status=400
    )


def _string_too_long(call: Call) -> Answer:
    said = (
        "Invalid 'messages[0].content': string too long. Expected a string with maximum length 1048576, "
        "but got a string with length 2000000 instead."
    )
    return openai_error(400, said, param="messages[0].content", code="string_above_max_length")


PLAYS = (
    _overflow(
        "code-only",
        "code context_length_exceeded",
        _says("Your input exceeds the context window of this model.", code="context_length_exceeded"),
    ),
    _overflow(
        "maximum-context-length-is",
        '"maximum context length is"',
        _says(
            "This model's maximum context length is {window} tokens. However, your messages resulted in "
            "{prompt} tokens. Please reduce the length of the messages.",
            code="context_length_exceeded",
        ),
    ),
    _overflow(
        "exceed-context-limit", '"exceed context limit"', _says("The prompt and answer exceed context limit.")
    ),
    _overflow(
        "input-length-and-max-tokens",
        '"input length and `max_tokens` exceed context limit: A + B > C"',
        _says(
            "input length and `max_tokens` exceed context limit: {prompt} + {answer} > {window}, "
            "decrease input length or `max_tokens` and try again"
        ),
    ),
    _overflow(
        "inputs-and-max-new-tokens",
        '"`inputs` tokens + `max_new_tokens` must be <="',
        _says(
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= {window}. Given: "
            "{prompt} `inputs` tokens and {answer} `max_new_tokens`",
            status=422,
        ),
    ),
    _overflow("llamacpp", "llama.cpp type exceed_context_size_error with n_prompt_tokens, n_ctx", _llamacpp),
    _overflow("llamacpp-500", 'also a 500 "Context size has been exceeded."', _llamacpp_500),
    _overflow("maximum-number-of-tokens-allowed", '"exceeds the maximum number of tokens allowed"', _gemini),
    _overflow(
        "longer-than-the-context-length",
        '"is longer than the model\'s context length"',
        _says("The input ({prompt} tokens) is longer than the model's context length ({window} tokens)."),
    ),
    _overflow(
        "configured-limit",
        '"input tokens exceed the configured limit"',
        _says(
            "Input tokens exceed the configured limit of {window} tokens. Your messages resulted in {prompt} "
            "tokens. Please reduce the length of the messages.",
            code="context_length_exceeded",
        ),
    ),
    _overflow(
        "current-length-is",
        '"current length is X while limit is Y"',
        _says("The prompt is too long: current length is {prompt} while limit is {window}"),
    ),
    _overflow("max-tokens-at-least-one", '"max_tokens must be at least 1, got -N"', _old_vllm),
    _overflow(
        "xai",
        "since seen: xAI",
        _says("This model's maximum prompt length is {window} but the request contains {prompt} tokens."),
    ),
    _overflow(
        "anthropic", "since seen: Anthropic", _says("prompt is too long: {prompt} tokens > {window} maximum")
    ),
    _overflow(
        "groq",
        "since seen: Groq",
        _says("Please reduce the length of the messages or completion.", code="context_length_exceeded"),
    ),
    _overflow(
        "mistral",
        "since seen: Mistral",
        _says("Prompt contains {prompt} tokens, too large for model with {window} maximum context length"),
    ),
    _overflow(
        "lmstudio",
        "since seen: LM Studio",
        lambda long: json_answer(
            {
                "error": "The number of tokens to keep from the initial prompt is greater than "
                "the context length. Try to load the model with a larger context length, "
                "or provide a shorter input"
            },
            status=400,
        ),
    ),
    error_row(
        "no-overflow-string-above-max-length",
        "but exclude string_above_max_length",
        "answers 400 with that code",
        Outcome.REFUSED,
        _string_too_long,
    ),
)
