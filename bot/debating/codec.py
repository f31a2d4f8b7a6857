"""Events as JSON and back, for the log of a debate. What an event holds is read off its dataclass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.debating.events import Event

_IS = "is"
"""Says which dataclass a value was. A keyword of Python: no field can have that name."""


def encode(event: Event) -> str:
    """An event as JSON, instants in UTC. What has the type `Any` must be plain values already."""
    return json.dumps(_plain(event), ensure_ascii=False, allow_nan=False)


def decode(text: str) -> Event:
    """The event again; fields that it was kept without have their defaults.

    Raises ValueError for anything else, as for an event or a field that only a newer version knows.
    """
    try:
        event: Event = _read(Event, json.loads(text))
    except json.JSONDecodeError as error:
        raise ValueError("it is not JSON") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return event


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"{value} has no zone")
            return value.astimezone(UTC).isoformat()
        case Enum():
            return value.value
        case tuple():
            return [_plain(one) for one in value]
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case _ if is_dataclass(value):
            held = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
            return {_IS: type(value).__name__, **held}
    return value


def _read(hint: Any, said: Any) -> Any:
    """A value of the type `hint`, of what JSON has for it."""
    inner = get_args(hint)
    match get_origin(hint):
        case origin if origin in (Union, UnionType):
            return _one_of(inner, said)
        case origin if origin is tuple:
            return tuple(_read(inner[0], one) for one in _of_type(list, said))
        case origin if origin is dict:
            return {key: _read(inner[1], one) for key, one in _of_type(dict, said).items()}
        case origin if origin is Literal and said not in inner:
            raise ValueError(f"{said!r} is none of {', '.join(map(repr, inner))}")
        case None if is_dataclass(hint):
            return _one_of((hint,), said)
        case None if hint is not Any:
            return _simple(hint, said)
    return said


def _simple(hint: type, said: Any) -> Any:
    if hint is datetime:
        return _instant(_of_type(str, said))
    return hint(_of_type(str, said)) if issubclass(hint, Enum) else _of_type(hint, said)


def _one_of(kinds: tuple[Any, ...], said: Any) -> Any:
    """One of several dataclasses, or one type or nothing."""
    if said is None and NoneType in kinds:
        return None
    classes = {kind.__name__: kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind)}
    if not classes:
        (only,) = (kind for kind in kinds if kind is not NoneType)
        return _read(only, said)
    name = _of_type(dict, said).get(_IS)
    if not isinstance(name, str) or name not in classes:
        raise ValueError(f"this version knows no {name!r} here")
    return _instance(classes[name], {key: said[key] for key in said if key != _IS})


def _instance(kind: type, said: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    if unknown := sorted(said.keys() - hints.keys()):
        raise ValueError(f"{kind.__name__} has no {unknown[0]!r} in this version")
    if lacking := sorted(_required(kind) - said.keys()):
        raise ValueError(f"{kind.__name__} lacks {lacking[0]!r}")
    return kind(**{name: _read(hints[name], value) for name, value in said.items()})


def _of_type(kind: type, said: Any) -> Any:
    # Not `isinstance`: a truth value is no number here.
    if type(said) is not kind:
        raise ValueError(f"{said!r:.80} is no {kind.__name__}")
    return said


def _instant(said: str) -> datetime:
    instant = datetime.fromisoformat(said)
    if instant.tzinfo is None:
        raise ValueError(f"{said} has no zone")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{said} is beyond all years") from error


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: type) -> frozenset[str]:
    return frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )
