"""Replies as JSON and back, for those that wait to be said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from bot.chat.reply import Block, Button, Fact, Field, Reply, Source
from bot.errors import RostrumError

_PARTS = (*get_args(Block), Source, Fact, Button, Field)
_KINDS: dict[str, type[Any]] = {part.__name__: part for part in _PARTS}


def encode(reply: Reply) -> str:
    """A reply as JSON. `data` must be plain values, as `--json` prints; tuples in it come back as lists."""
    said = {
        f.name: _encoded(getattr(reply, f.name)) for f in fields(reply) if f.name not in ("data", "error")
    }
    error = reply.error and {
        "code": reply.error.code,
        "message": reply.error.message,
        "hint": reply.error.hint,
    }
    return json.dumps({**said, "data": reply.data, "error": error}, ensure_ascii=False)


def decode(text: str) -> Reply:
    """The reply again; an error in it is a plain RostrumError now. Raises ValueError for anything else."""
    try:
        said = json.loads(text)
        data, error = said.pop("data"), said.pop("error")
        values = {name: _decoded(value) for name, value in said.items()}
        return Reply(**values, data=data, error=error and _error(**error))
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError("this is not a reply that this version knows") from wrong


def _encoded(value: Any) -> Any:
    """Values as JSON has them, dataclasses and mappings marked by a `kind`."""
    if is_dataclass(value):
        values = {f.name: _encoded(getattr(value, f.name)) for f in fields(value)}
        return {"kind": type(value).__name__, **values}
    if isinstance(value, Mapping):
        return {"kind": "Mapping", "values": dict(value)}
    return [_encoded(one) for one in value] if isinstance(value, tuple) else value


def _decoded(value: Any) -> Any:
    match value:
        case {"kind": "Mapping", "values": mapping}:
            return mapping
        case {"kind": kind}:
            return _KINDS[kind](**{name: _decoded(value[name]) for name in value if name != "kind"})
        case list():
            return tuple(_decoded(one) for one in value)
    return value


def _error(message: str, hint: str, code: str) -> RostrumError:
    return RostrumError(message, hint, code=code)
