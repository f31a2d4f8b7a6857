"""Where streams tell the tokens, and what is wrong with them (section 1b)."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.play import Call, Chunks, Json
from tests.fakes.quirks.chunks import (
    WITH_USAGE,
    at_end,
    delta_of,
    model_of,
    reason_of,
    stream_row,
    usage_at_the_end,
    usage_said,
)
from tests.fakes.writing import bare_chunk, usage_of


def _usage_fields(change: Callable[[Json], Json | None]) -> Callable[[Chunks, Call], Chunks]:
    """A usage chunk at the end, changed, asked for or not."""

    def apply(chunks: Chunks, call: Call) -> Chunks:
        usage = usage_said(chunks, call)
        return [
            {**each, "usage": change(dict(usage))} if isinstance(each, dict) and each.get("usage") else each
            for each in usage_at_the_end(chunks, call)
        ]

    return apply


def _null_usage(chunks: Chunks, call: Call) -> Chunks:
    """As OpenAI does where usage was asked for: null in every chunk but the last."""
    if not (call.body.get("stream_options") or {}).get("include_usage"):
        return chunks
    return [{**each, "usage": each.get("usage")} if isinstance(each, dict) else each for each in chunks]


def _usage_in_every_chunk(chunks: Chunks, call: Call) -> Chunks:
    usage, text = usage_said(chunks, call), ""
    told: Chunks = []
    for each in chunks:
        if isinstance(each, dict) and each.get("choices"):
            text += str(delta_of(each).get("content") or "")
            each = {**each, "usage": usage if reason_of(each) else usage_of(usage["prompt_tokens"], text)}
        told.append(each)
    return told


def _usage_on_the_last_chunk(chunks: Chunks, call: Call) -> Chunks:
    """With the reason, asked for or not, and no chunk of its own."""
    usage = usage_said(chunks, call)
    without = [each for each in chunks if not (isinstance(each, dict) and each.get("usage"))]
    return [
        {**each, "usage": usage} if isinstance(each, dict) and reason_of(each) else each for each in without
    ]


def _usage_before_the_last_chunk(chunks: Chunks, call: Call) -> Chunks:
    usage = usage_said(chunks, call)
    without = [each for each in chunks if not (isinstance(each, dict) and each.get("usage"))]
    places = [index for index, each in enumerate(without) if reason_of(each)]
    place = places[0] if places else at_end(without)
    return [*without[:place], bare_chunk(model_of(call), usage=usage), *without[place:]]


def _x_groq(chunks: Chunks, call: Call) -> Chunks:
    usage = {**usage_said(chunks, call), "queue_time": 0.01, "total_time": 0.2}
    without = [each for each in chunks if not (isinstance(each, dict) and each.get("usage"))]
    kept = chunks if (call.body.get("stream_options") or {}).get("include_usage") else without
    named = {"id": "req_01", "usage": usage}
    return [
        {**each, "x_groq": named} if isinstance(each, dict) and reason_of(each) else each for each in kept
    ]


def _overthinks(usage: Json) -> Json:
    return {**usage, "completion_tokens_details": {"reasoning_tokens": usage["completion_tokens"] + 40}}


PLAYS = (
    stream_row(
        "usage-null-until-the-end",
        "usage null",
        "usage null in every chunk but the last, where it was asked for",
        _null_usage,
        asks=WITH_USAGE,
    ),
    stream_row("usage-null", "usage null", "the chunk for usage has null", _usage_fields(lambda usage: None)),
    stream_row(
        "usage-partial",
        "usage partial",
        "completion_tokens only",
        _usage_fields(lambda usage: {"completion_tokens": usage["completion_tokens"]}),
    ),
    stream_row(
        "usage-before-the-last-chunk",
        "xAI: usage arrives in the chunk before the last one",
        "usage, asked for or not, before the reason",
        _usage_before_the_last_chunk,
    ),
    stream_row(
        "usage-on-the-last-chunk",
        "Mistral: usage on last chunk anyway",
        "usage, asked for or not, with the reason",
        _usage_on_the_last_chunk,
    ),
    stream_row(
        "usage-in-every-chunk",
        "vLLM: continuous_usage optional",
        "usage so far in every chunk",
        _usage_in_every_chunk,
    ),
    stream_row(
        "usage-in-x-groq",
        "Groq: `x_groq.usage` + extra usage chunk if asked",
        "usage in x_groq with the reason",
        _x_groq,
    ),
    stream_row(
        "usage-with-cost",
        "OpenRouter: prefer `usage.cost` if the endpoint returns it",
        "cost and details in usage",
        _usage_fields(
            lambda usage: {
                **usage,
                "cost": 0.00042,
                "prompt_tokens_details": {"cached_tokens": 10},
                "completion_tokens_details": {"reasoning_tokens": 0},
            }
        ),
    ),
    stream_row(
        "reasoning-tokens-above-completion-tokens",
        "reasoning_tokens > completion_tokens",
        "so in the usage",
        _usage_fields(_overthinks),
    ),
)
