"""Embeddings on the wire: how vectors are asked for, and read from the answer."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Collection, Sequence
from typing import Any

from bot.endpoint import Endpoint
from bot.llm.complaint import Complaint
from bot.llm.counts import usage_of
from bot.llm.shape import named
from bot.model import Usage

PATH = "/embeddings"
_DISPENSABLE = ("encoding_format", "dimensions")
"""Fields that some endpoints do not know. Vectors are checked all the same."""
_FLOAT_32 = 3.5e38
"""Larger than any number that a vector is kept in."""


def asked(endpoint: Endpoint, model: str, texts: Sequence[str], dropped: Collection[str] = ()) -> bytes:
    """The body of a request for vectors, as plain numbers; without the fields that were refused before."""
    body: dict[str, Any] = {"model": model, "input": list(texts), "encoding_format": "float"}
    if endpoint.dimensions:
        body["dimensions"] = endpoint.dimensions
    kept = {name: value for name, value in body.items() if name not in dropped}
    sent = {name: value for name, value in {**kept, **endpoint.extra}.items() if name not in endpoint.drop}
    return json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace")


def refused(said: Complaint) -> str:
    """The field that an endpoint complains of and that can be left out; "" where it is none."""
    return named(said, _DISPENSABLE)


def vectors(value: Any, count: int, dimensions: int | None) -> tuple[list[list[float]], Usage | None]:
    """The vectors of an answer in the order of their texts. Raises ValueError saying what is wrong."""
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list) or len(data) != count:
        raise ValueError(f"{len(data) if isinstance(data, list) else 'no'} vectors for {count} texts")
    if all(isinstance(one, dict) and isinstance(one.get("index"), int) for one in data):
        data = sorted(data, key=lambda one: int(one["index"]))
        if [one["index"] for one in data] != list(range(count)):
            raise ValueError("the numbers of the vectors are not those of the texts")
    made = [_vector(one.get("embedding") if isinstance(one, dict) else None) for one in data]
    sizes = {len(one) for one in made}
    if len(sizes) != 1 or 0 in sizes:
        raise ValueError("the vectors are not of one length")
    if dimensions and sizes != {dimensions}:
        raise ValueError(f"vectors of {sizes.pop()} dimensions where {dimensions} were asked for")
    said = value.get("usage")
    return made, usage_of({"completion_tokens": 0, **said}) if isinstance(said, dict) else None


def _vector(value: Any) -> list[float]:
    if isinstance(value, str):
        raw = base64.b64decode(value, validate=True)
        value = list(struct.unpack(f"<{len(raw) // 4}f", raw[: len(raw) // 4 * 4]))
    if isinstance(value, list) and all(map(_is_number, value)):
        return [float(one) for one in value]
    raise ValueError("a vector that is no list of numbers")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < _FLOAT_32
