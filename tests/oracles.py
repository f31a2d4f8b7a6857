"""What the platforms themselves publish of what they accept, where it is at hand (`ROSTRUM_ORACLES`)."""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HELD = "messages held against published schemas"
"""The property in which a test tells how many."""


def folder() -> Path | None:
    """Where the published schemas are, if they are."""
    named = os.environ.get("ROSTRUM_ORACLES")
    path = Path(named) if named else None
    return path if path and path.is_dir() else None


def discord_spec() -> Any:
    """Discord's own description of its REST interface. Skips the test, aloud, where it is not at hand."""
    if folder() is None:
        pytest.skip("ROSTRUM_ORACLES names no folder of published schemas")
    return _discord_spec()


@cache
def _discord_spec() -> Any:
    return module("discord_validator").DiscordSpec()


@cache
def module(name: str) -> ModuleType:
    """A reader of the published schemas, loaded from where they are. Raises LookupError without them."""
    where = folder()
    if where is None:
        raise LookupError("ROSTRUM_ORACLES names no folder of published schemas")
    spec = importlib.util.spec_from_file_location(name, where / f"{name}.py")
    if spec is None or spec.loader is None:
        raise LookupError(f"no {name}")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded  # where dataclasses look for the module that they are in
    spec.loader.exec_module(loaded)
    return loaded
