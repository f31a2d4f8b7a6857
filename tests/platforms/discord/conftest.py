"""Counts the messages that are held against what Discord publishes; the count is told at the end of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.oracles import HELD
from tests.platforms.discord.world import World


@pytest.fixture(autouse=True)
def held(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Tells of a test how many messages were held against the schemas in it."""
    before = World.checked
    yield
    record_property(HELD, World.checked - before)
