"""Errors within a stream that began with 200, and streams without text (section 1b)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.fakes.connection import Answer, Part
from tests.fakes.play import DONE, Call, Chunks, Json, Outcome, Play
from tests.fakes.quirks.chunks import MARKED, event_row, model_of, stream_row
from tests.fakes.writing import bare_chunk, chunk, compact, json_answer, stream_answer

_SAID = "The upstream provider failed."


def _error_events() -> tuple[Play, ...]:
    shapes: tuple[tuple[str, str, bytes], ...] = (
        (
            "event-error",
            "`event: error`",
            b"event: error\n" + _event({"error": {"message": _SAID, "type": "server_error", "code": 500}}),
        ),
        (
            "error-event-openai",
            'errors in a 200 stream: `{"error":{message,code}}` (OpenAI, TGI)',
            _event(
                {"error": {"message": _SAID, "type": "server_error", "param": None, "code": "server_error"}}
            ),
        ),
        (
            "error-event-openrouter",
            'OpenRouter: `{"error":…}` with finish_reason "error"',
            _event(
                {
                    **bare_chunk("small-model"),
                    "provider": "Somebody",
                    "error": {"code": 502, "message": _SAID},
                    "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
                }
            ),
        ),
        (
            "error-event-xai",
            '`{"error":"text","code":..}` (xAI)',
            _event({"code": "The service is currently unavailable", "error": _SAID}),
        ),
        (
            "error-event-lmstudio",
            '`{"error":{...},"message":..}` (LM Studio)',
            b"event: error\n" + _event({"error": {"message": _SAID}, "message": _SAID}),
        ),
        (
            "error-event-venice",
            '`{"error_type","error_message"}` (Venice/vLLM)',
            _event({"error_type": "server_error", "error_message": _SAID}),
        ),
        (
            "error-line-without-data",
            '`{"code":429,"message":..}` without data: prefix',
            compact({"code": 429, "message": _SAID}).encode() + b"\n\n",
        ),
    )
    plays = []
    for name, words, raw in shapes:
        plays.append(
            event_row(
                f"{name}-before-text", words, "this and nothing else", _nothing_but(raw), Outcome.RETRIED
            )
        )
        plays.append(
            event_row(f"{name}-amid-text", words, "half of the text, then this", _half_and(raw), Outcome.CUT)
        )
    return tuple(plays)


def _event(value: Json) -> bytes:
    return f"data: {compact(value)}\n\n".encode()


def _nothing_but(raw: bytes) -> Callable[[list[Part], Call], Sequence[Part]]:
    return lambda parts, call: [raw]


def _half_and(raw: bytes) -> Callable[[list[Part], Call], Sequence[Part]]:
    return lambda parts, call: [*parts[: max(2, len(parts) // 2)], raw]


def _error_body(call: Call) -> Answer:
    return json_answer({"code": "The service is currently unavailable", "error": _SAID})


def _no_deltas(call: Call) -> Answer | None:
    return stream_answer([f"data: {DONE}\n\n".encode()]) if call.streams else None


def _nothing(chunks: Chunks, call: Call) -> Chunks:
    return [
        chunk(model_of(call), {"role": "assistant", "content": ""}),
        chunk(model_of(call), {}, "stop"),
        DONE,
    ]


_ODD_ENDS = (
    Play(
        name="error-body-with-200",
        section="1b",
        row="xAI: also a plain JSON body with 200",
        does="200 and {code, error: text} where a stream was asked for",
        outcome=Outcome.RETRIED,
        instead=_error_body,
    ),
    Play(
        name="zero-deltas",
        section="1b",
        row="200 with zero deltas on overflow (LM Studio GGUF)",
        does="200 and nothing but [DONE]",
        outcome=Outcome.EMPTY,
        asks=MARKED,
        instead=_no_deltas,
    ),
    stream_row(
        "empty-text",
        "200 with zero deltas (a role and reason stop, but no text)",
        "role, reason stop, no text",
        _nothing,
        Outcome.EMPTY,
    ),
)

PLAYS = (*_error_events(), *_ODD_ENDS)
