"""The entries of a list of models, in every shape that servers send, and which names mean the same model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Entry = Mapping[str, Any]

_NAMES = ("id", "key", "model", "name")


def entries(body: Any) -> Iterator[tuple[str, Entry]]:
    """Each model's name and what is said of it, once a name.

    A list stands under `data` or under `models`, or is the whole body; its items may be bare names.
    """
    seen = set()
    for item in _items(body):
        entry = {"id": item} if isinstance(item, str) else item
        name = name_of(entry) if isinstance(entry, dict) else ""
        if name and name not in seen:
            seen.add(name)
            yield name, entry


def name_of(entry: Entry) -> str:
    """The name that a model is asked for by; empty where there is none."""
    names = (entry.get(key) for key in _NAMES)
    return next((name for name in names if isinstance(name, str) and name), "")


def is_same(one: str, other: str) -> bool:
    """Whether two names mean one model: case, a tag `:latest` and a leading `models/` make no difference."""
    return _bare(one) == _bare(other)


def _items(body: Any) -> list[Any]:
    if isinstance(body, dict):
        body = next((body[key] for key in ("data", "models") if isinstance(body.get(key), list)), None)
    return body if isinstance(body, list) else []


def _bare(name: str) -> str:
    return name.casefold().removeprefix("models/").removesuffix(":latest")
