"""Finds what runs each command, and gives it the ports it asks for."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

import bot.features
from bot.chat.catalog import Catalog
from bot.chat.command import is_request
from bot.dispatch import Dispatch, ReadyFor, Suggester, UseCase, always_ready
from bot.ports import Ledger


def catalog() -> Catalog:
    """Every command that something in `bot.features` runs."""
    return Catalog(request for cls in _classes() if (request := _runs(cls)))


def wired(parts: Mapping[type, Any], ready_for: ReadyFor = always_ready) -> Dispatch:
    """A dispatch over every use case and suggester in `bot.features`, each given the ports it asks for."""
    there = catalog()
    parts = {**parts, Catalog: there}
    found = list(_classes())
    use_cases: dict[type, UseCase] = {request: _made(cls, parts) for cls in found if (request := _runs(cls))}
    suggesters: list[Suggester] = [_made(cls, parts) for cls in found if hasattr(cls, "source")]
    ledger: Ledger = parts[Ledger]
    return Dispatch(
        there,
        use_cases,
        suggesters,
        take_turn=lambda call: ledger.take_turn(call.place, call.member.id),
        ready_for=ready_for,
    )


def _classes() -> Iterator[type]:
    for info in pkgutil.walk_packages(bot.features.__path__, "bot.features."):
        module = importlib.import_module(info.name)
        yield from (
            cls for _, cls in inspect.getmembers(module, inspect.isclass) if cls.__module__ == info.name
        )


def _runs(cls: type) -> type | None:
    """The request that a class is the use case of, if it is one."""
    if not inspect.isfunction(vars(cls).get("__call__")):
        return None
    taken = get_type_hints(vars(cls)["__call__"])
    return next((hint for hint in taken.values() if is_request(hint)), None)


def _made(cls: type, parts: Mapping[type, Any]) -> Any:
    made = inspect.getattr_static(cls, "__init__")
    hints = get_type_hints(made) if inspect.isfunction(made) else {}
    return cls(**{name: parts[hint] for name, hint in hints.items() if name != "return"})
