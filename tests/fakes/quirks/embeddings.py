"""What comes back for embeddings, and what is refused (section 1e)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Json, Outcome, Play, openai_error
from tests.fakes.vectors import packed
from tests.fakes.writing import tokens_of


def _rows(change: Callable[[list[Json], Call], list[Json]]) -> Callable[[Any, Call], Any]:
    return lambda value, call: {**value, "data": change(value["data"], call)}


def _as_base64(rows: list[Json], call: Call) -> list[Json]:
    return [
        {**row, "embedding": packed(row["embedding"])} if isinstance(row["embedding"], list) else row
        for row in rows
    ]


def _by_default(rows: list[Json], call: Call) -> list[Json]:
    return rows if call.body.get("encoding_format") == "float" else _as_base64(rows, call)


def _shuffled(rows: list[Json], call: Call) -> list[Json]:
    mixed = random.Random(len(rows)).sample(rows, len(rows))  # noqa: S311  # an order, not a secret
    return mixed if mixed != rows else rows[::-1]


def _cut(rows: list[Json], call: Call) -> list[Json]:
    """768 numbers where 1,024 were asked for; here three quarters of what was."""
    return [{**row, "embedding": row["embedding"][: len(row["embedding"]) * 3 // 4]} for row in rows]


def _ragged(rows: list[Json], call: Call) -> list[Json]:
    return [*rows[:-1], {**rows[-1], "embedding": rows[-1]["embedding"][:-1]}]


def _without_index(rows: list[Json], call: Call) -> list[Json]:
    return [{name: value for name, value in row.items() if name != "index"} for row in rows]


def _not_a_number(rows: list[Json], call: Call) -> list[Json]:
    return [{**row, "embedding": [None, *row["embedding"][1:]]} for row in rows]


def _inputs(call: Call) -> list[str]:
    asked = call.body.get("input")
    texts = asked if isinstance(asked, list) else [asked]
    return [str(text) for text in texts]


def _base64_refused(call: Call) -> Answer | None:
    if call.body.get("encoding_format") == "float":
        return None
    return openai_error(400, "encoding_format must be 'float'", param="encoding_format")


def _at_most(most: int, status: int = 400) -> Callable[[Call], Answer | None]:
    def check(call: Call) -> Answer | None:
        count = len(_inputs(call))
        if count <= most:
            return None
        return openai_error(status, f"batch size {count} > maximum allowed batch size {most}", param="input")

    return check


def _tokens_each(call: Call) -> Answer | None:
    longest = max(tokens_of(text) for text in _inputs(call))
    if longest <= 8192:
        return None
    said = f"This model's maximum context length is 8192 tokens, however you requested {longest} tokens."
    return openai_error(400, said, param="input")


def _tokens_together(call: Call) -> Answer | None:
    total = sum(tokens_of(text) for text in _inputs(call))
    if total <= 300_000:
        return None
    said = f"Requested {total} tokens, max 300000 tokens per request"
    return openai_error(400, said, kind="max_tokens_per_request", code="max_tokens_per_request")


def _empty_string(call: Call) -> Answer | None:
    return None if all(_inputs(call)) else openai_error(400, "input cannot be an empty string", param="input")


def _dimensions(call: Call) -> Answer | None:
    if not call.sends("dimensions"):
        return None
    said = f'Model "{call.body.get("model")}" does not support matryoshka representation'
    return openai_error(400, said, param="dimensions")


def _vectors_row(name: str, words: str, does: str, outcome: Outcome = Outcome.SAME, **more: Any) -> Play:
    named = f"embeddings-{name}"
    return Play(name=named, section="1e", row=words, does=does, outcome=outcome, route="embeddings", **more)


PLAYS = (
    _vectors_row(
        "base64-unless-float",
        'always send encoding_format:"float"',
        "base64 unless float is asked for",
        whole=_rows(_by_default),
    ),
    _vectors_row(
        "base64-always",
        "but decode base64 if a string comes back",
        "base64, whatever is asked for",
        whole=_rows(_as_base64),
    ),
    _vectors_row(
        "base64-refused",
        "base64 breaks OpenRouter/vLLM/Ollama/LiteLLM users",
        "400 unless float is asked for",
        instead=_base64_refused,
    ),
    _vectors_row(
        "shuffled", "sort by `index`", "in another order, each with its index", whole=_rows(_shuffled)
    ),
    _vectors_row(
        "without-index",
        "sort by `index` (which may be missing)",
        "in order, without index",
        whole=_rows(_without_index),
    ),
    _vectors_row(
        "too-few",
        "check length",
        "one less than asked for",
        Outcome.REFUSED,
        whole=_rows(lambda rows, call: rows[:-1]),
    ),
    _vectors_row(
        "of-another-dimension",
        "check dimension (silently 768 when asked 1024)",
        "three quarters of the numbers asked for",
        Outcome.REFUSED,
        asks={"dimensions": 64},
        whole=_rows(_cut),
    ),
    _vectors_row(
        "ragged", "check dimension", "the last one is a number shorter", Outcome.REFUSED, whole=_rows(_ragged)
    ),
    _vectors_row(
        "with-nulls",
        "check the numbers",
        "null instead of a number",
        Outcome.REFUSED,
        whole=_rows(_not_a_number),
    ),
    _vectors_row("at-most-2048-inputs", "OpenAI: <=2048 inputs", "400 for more", instead=_at_most(2048)),
    _vectors_row(
        "at-most-8192-tokens-each", "OpenAI: <=8192 tokens each", "400 for more", instead=_tokens_each
    ),
    _vectors_row(
        "at-most-300000-tokens", "OpenAI: <=300k tokens per request", "400 for more", instead=_tokens_together
    ),
    _vectors_row(
        "at-most-32-inputs", "local default batch 32-64", "413 for more than 32", instead=_at_most(32, 413)
    ),
    _vectors_row("empty-string-refused", "empty string is an error", "400 for one", instead=_empty_string),
    _vectors_row(
        "dimensions-refused", "`dimensions` only when configured", "400 for it", instead=_dimensions
    ),
)
