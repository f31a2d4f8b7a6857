"""Finds the data that ships with the bot: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path

_INSIDE = Path(__file__).parent
_CHECKOUT = _INSIDE.parent.parent


def shipped(name: str) -> Path:
    """The folder of that name (`articles`, …)."""
    beside = _CHECKOUT / name
    return beside if (_CHECKOUT / "pyproject.toml").is_file() and beside.is_dir() else _INSIDE / name
