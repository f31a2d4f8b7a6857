"""How streams were seen to end: reasons of all kinds, or none (section 1b)."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.play import DONE, Call, Chunks, Outcome, Play
from tests.fakes.quirks.chunks import (
    at_middle,
    reason_of,
    stream_row,
    usage_at_the_end,
    without_done,
    without_reasons,
)


def _ends_with(reason: str) -> Callable[[Chunks, Call], Chunks]:
    return lambda chunks, call: [
        {**each, "choices": [{**each["choices"][0], "finish_reason": reason}]}
        if isinstance(each, dict) and reason_of(each)
        else each
        for each in chunks
    ]


def half_of(chunks: Chunks) -> Chunks:
    """The stream without the second half of its text."""
    return [*chunks[: at_middle(chunks)], *(each for each in chunks if reason_of(each) or each == DONE)]


def _empty_reasons(chunks: Chunks, call: Call) -> Chunks:
    return [
        {**each, "choices": [{**each["choices"][0], "finish_reason": ""}]}
        if isinstance(each, dict) and each.get("choices") and not reason_of(each)
        else each
        for each in chunks
    ]


def _reason_row(name: str, reason: str, outcome: Outcome, where: str) -> Play:
    broken = outcome is Outcome.CUT
    return stream_row(
        name,
        f"finish_reason `{reason}` ({where})",
        f"ends {'in mid-text ' if broken else ''}for the reason {reason!r}, then [DONE]",
        (lambda chunks, call: _ends_with(reason)(half_of(chunks), call)) if broken else _ends_with(reason),
        outcome,
    )


PLAYS = (
    stream_row(
        "finish-reason-empty-in-the-middle",
        '`finish_reason:""` in the middle',
        '"" instead of null',
        _empty_reasons,
    ),
    stream_row(
        "finish-reason-empty-at-the-end",
        'SGLang: finish_reason may be ""',
        'no reason but "", then [DONE]',
        _ends_with(""),
    ),
    _reason_row("finish-reason-eos", "eos", Outcome.SAME, "non-enum"),
    _reason_row("finish-reason-eos-token", "eos_token", Outcome.SAME, "TGI"),
    _reason_row("finish-reason-stop-sequence", "stop_sequence", Outcome.SAME, "TGI"),
    _reason_row("finish-reason-end-turn", "end_turn", Outcome.SAME, "non-enum"),
    _reason_row("finish-reason-error", "error", Outcome.CUT, "non-enum"),
    _reason_row("finish-reason-abort", "abort", Outcome.CUT, "vLLM engine abort followed by a normal [DONE]"),
    _reason_row(
        "finish-reason-insufficient-system-resource", "insufficient_system_resource", Outcome.CUT, "DeepSeek"
    ),
    _reason_row("finish-reason-model-length", "model_length", Outcome.SAME, "Mistral"),
    _reason_row("finish-reason-content-filter", "content_filter", Outcome.CUT, "Azure's filter in mid-text"),
    stream_row("no-finish-reason", "no finish_reason at all", "no reason, but [DONE]", without_reasons),
    stream_row("no-done", "no `[DONE]`", "a reason, then a clean end without [DONE]", without_done),
    stream_row(
        "no-finish-reason-and-no-done",
        "no finish_reason at all and no `[DONE]`",
        "the text, then a clean end with neither",
        lambda chunks, call: without_done(without_reasons(chunks, call), call),
        Outcome.CUT,
    ),
    stream_row(
        "only-usage-at-the-end",
        "no finish_reason at all and no `[DONE]`, but a usage chunk",
        "the text, usage, then a clean end with neither reason nor [DONE]",
        lambda chunks, call: without_done(without_reasons(usage_at_the_end(chunks, call), call), call),
    ),
)
