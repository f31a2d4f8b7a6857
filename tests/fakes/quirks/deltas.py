"""What the deltas of streams were seen to hold, and not to hold (section 1b)."""

from __future__ import annotations

from tests.fakes.play import Call, Chunks, Json
from tests.fakes.quirks.chunks import (
    at_end,
    at_middle,
    at_start,
    choice,
    first_delta,
    inserted,
    reason_of,
    reshaped,
    stream_row,
    usage_at_the_end,
)
from tests.fakes.quirks.thoughts import THOUGHT
from tests.fakes.writing import bare_chunk


def _prompt_filter(call: Call) -> Json:
    results = [
        {"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}
    ]
    return {**bare_chunk("", prompt_filter_results=results), "id": "", "object": "", "created": 0}


def _filter_chunk(call: Call) -> Json:
    offsets = {"check_offset": 44, "start_offset": 44, "end_offset": 198}
    return choice(call, finish_reason=None, content_filter_results={}, content_filter_offsets=offsets)


def _around(chunks: Chunks, call: Call, delta: Json) -> Chunks:
    made = [lambda call: choice(call, delta=dict(delta), finish_reason=None)]
    for place in (at_start, at_middle):
        chunks = inserted(place, *made)(chunks, call)
    ends = [index for index, each in enumerate(chunks) if reason_of(each)]
    return inserted(lambda _: ends[0] if ends else at_end(chunks), *made)(chunks, call)


def _thinking_part(call: Call) -> Json:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]}]
    return choice(call, delta={"role": "assistant", "content": parts}, finish_reason=None)


def _as_parts(delta: Json) -> Json:
    return {**delta, "content": [{"type": "text", "text": delta["content"]}] if delta["content"] else []}


def _tool_calls(chunks: Chunks, call: Call) -> Chunks:
    """Deltas of a tool call with name, index or id missing, before the text."""
    deltas: list[Json] = [
        {"tool_calls": [{"id": "call_1", "type": "function", "function": {"arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]},
        {"tool_calls": [{"function": {"name": None, "arguments": "1}"}}]},
        {"tool_calls": None},
    ]
    return [*(choice(call, delta=delta, finish_reason=None) for delta in deltas), *chunks]


PLAYS = (
    stream_row(
        "role-only-first-delta",
        'role-only first delta with content ""',
        "first a chunk with the role alone",
        first_delta({"role": "assistant", "content": ""}),
    ),
    stream_row(
        "content-null-in-the-first-delta",
        "role-only first delta (llama.cpp: content null)",
        "first a chunk with the role and content null",
        first_delta({"role": "assistant", "content": None}),
    ),
    stream_row(
        "role-in-every-delta",
        "role-only first delta (Ollama: the role comes with every delta)",
        "every delta has the role",
        reshaped(lambda delta: {"role": "assistant", **delta}),
    ),
    stream_row(
        "role-empty", '`role:""`', 'every delta has role ""', reshaped(lambda delta: {**delta, "role": ""})
    ),
    stream_row(
        "choices-empty-at-the-start",
        "`choices:[]` at start (Azure)",
        "first a chunk with prompt_filter_results",
        inserted(at_start, _prompt_filter),
    ),
    stream_row(
        "choices-empty-at-the-end",
        "`choices:[]` at end (usage)",
        "usage in a last chunk without choices, asked or not",
        usage_at_the_end,
    ),
    stream_row(
        "choices-empty-in-the-middle",
        '`choices:[]` in the middle (gateways, `{"choices":[],"cost":"0"}`)',
        "such a chunk amid the text",
        inserted(at_middle, lambda call: {"choices": [], "cost": "0"}),
    ),
    stream_row(
        "choice-without-delta",
        "choice without delta (Azure's asynchronous filter)",
        "a choice with filter results only, amid the text and at the end",
        lambda chunks, call: inserted(at_end, _filter_chunk)(
            inserted(at_middle, _filter_chunk)(chunks, call), call
        ),
    ),
    stream_row(
        "delta-null",
        "delta null",
        "a choice with delta null, amid the text and where the reason is given",
        lambda chunks, call: [
            choice(call, delta=None, finish_reason=reason_of(each)) if reason_of(each) else each
            for each in inserted(at_middle, lambda call: choice(call, delta=None, finish_reason=None))(
                chunks, call
            )
        ],
    ),
    stream_row(
        "content-null",
        "content null",
        "content null before, amid and after the text",
        lambda chunks, call: _around(chunks, call, {"content": None}),
    ),
    stream_row(
        "content-as-parts",
        "content list of parts ({type: thinking|text})",
        "first a list with thinking, then lists with text",
        lambda chunks, call: inserted(at_start, _thinking_part)(reshaped(_as_parts)(chunks, call), call),
    ),
    stream_row(
        "tool-call-deltas-incomplete",
        "tool-call deltas with missing name/index/id",
        "such deltas before the text",
        _tool_calls,
    ),
)
