"""Where models put what they think before they answer (section 1b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.play import Call, Chunks, Json, Outcome, Play
from tests.fakes.quirks.asking import BY_SCHEMA
from tests.fakes.quirks.chunks import delta_of, model_of, reason_of, reshaped, stream_row
from tests.fakes.writing import chunk

THOUGHT = "The sources are read first, then the question again."
"""What a reasoning model thinks here."""


def _thinks(make: Callable[[str], Json]) -> Callable[[Chunks, Call], Chunks]:
    """Thoughts before the text, a word each."""

    def apply(chunks: Chunks, call: Call) -> Chunks:
        words = [f"{word} " for word in THOUGHT.split()]
        return [*(chunk(model_of(call), {"role": "assistant", **make(word)}) for word in words), *chunks]

    return apply


def _details(word: str) -> Json:
    return {"content": "", "reasoning_details": [{"type": "reasoning.text", "text": word, "index": 0}]}


def _said(*texts: str) -> Callable[[Chunks, Call], Chunks]:
    """Pieces of content before the text."""
    return lambda chunks, call: [*(chunk(model_of(call), {"content": text}) for text in texts), *chunks]


def _unless_told(chunks: Chunks, call: Call) -> Chunks:
    told = (call.body.get("chat_template_kwargs") or {}).get("enable_thinking")
    return chunks if told is False else _thinks(lambda word: {"reasoning": word})(chunks, call)


def _only_thinks(chunks: Chunks, call: Call) -> Chunks:
    """All tokens go into thoughts, unless many are allowed or little effort is asked for."""
    most = call.body.get("max_completion_tokens") or call.body.get("max_tokens") or 10_000
    if most >= 1000 or call.body.get("reasoning_effort") in ("none", "minimal", "low"):
        return _thinks(lambda word: {"reasoning_content": word})(chunks, call)
    ends = [each for each in chunks if not delta_of(each)]
    ends = [chunk(model_of(call), {}, "length") if reason_of(each) else each for each in ends]
    return _thinks(lambda word: {"reasoning_content": word})(ends, call)


def _json_in_reasoning(chunks: Chunks, call: Call) -> Chunks:
    return reshaped(
        lambda delta: {"role": "assistant", "content": "", "reasoning_content": delta["content"]}
    )(chunks, call)


def _json_in_whole_reasoning(value: Any, call: Call) -> Any:
    message = value["choices"][0]["message"]
    message.update(content="", reasoning_content=message["content"])
    return value


PLAYS = (
    stream_row(
        "reasoning-content",
        "`reasoning_content`",
        "thoughts in delta.reasoning_content before the text",
        _thinks(lambda word: {"content": None, "reasoning_content": word}),
    ),
    stream_row(
        "reasoning",
        "`reasoning`",
        "thoughts in delta.reasoning before the text",
        _thinks(lambda word: {"content": "", "reasoning": word}),
    ),
    stream_row(
        "reasoning-details",
        "`reasoning_details`",
        "thoughts in delta.reasoning_details before the text",
        _thinks(_details),
    ),
    stream_row(
        "reasoning-twice",
        "`reasoning` | `reasoning_details` (OpenRouter sends both)",
        "each thought in both fields",
        _thinks(lambda word: {**_details(word), "reasoning": word}),
    ),
    stream_row(
        "thought-tags-split-over-chunks",
        "thought tags split over chunks",
        "<think>…</think> in the content, cut within the tags",
        _said("<th", "ink>", "\n", THOUGHT[:20], THOUGHT[20:], "\n</thi", "nk>\n\n"),
    ),
    stream_row(
        "stray-closing-thought-tag",
        "only a stray `</think>`",
        "thoughts, then </think> that nothing opened",
        _said(THOUGHT[:20], THOUGHT[20:], "\n</thi", "nk>\n\n"),
    ),
    stream_row(
        "leading-white-space",
        "leading whitespace from R1/gpt-oss",
        "blank lines before the text",
        _said("\n", "\n  "),
    ),
    stream_row(
        "thinks-unless-told-not-to",
        "vLLM: chat_template_kwargs {enable_thinking: false}",
        "thoughts in delta.reasoning unless that is sent",
        _unless_told,
    ),
    stream_row(
        "reasoning-eats-the-budget",
        "OpenAI and others: reasoning counts as answer tokens",
        "below 1,000 tokens nothing but thoughts and reason length, unless the effort is low",
        _only_thinks,
        Outcome.ADAPTED,
        {"stream": True, "max_tokens": 100},
    ),
    Play(
        name="json-in-reasoning",
        section="1b",
        row="DeepSeek: may put JSON in reasoning with empty content (Azure)",
        does="all text in reasoning_content, none in content",
        outcome=Outcome.SAME,
        asks={"response_format": BY_SCHEMA},
        chunks=_json_in_reasoning,
        whole=_json_in_whole_reasoning,
    ),
)
