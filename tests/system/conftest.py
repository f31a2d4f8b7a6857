"""Tests that need more than Python: `make test-all` runs them, `make test` skips them aloud."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.terminal.conftest import _first_started, bare, rostrum

__all__ = ["_first_started", "bare", "rostrum"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("ROSTRUM_TEST_ALL"):
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.skip(reason="needs more of the system: make test-all"))
