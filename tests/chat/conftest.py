from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest

from bot.chat.catalog import Catalog
from bot.chat.command import Option, command
from bot.chat.invocation import Role


class Mood(StrEnum):
    GLAD = "glad"
    SAD = "sad"


@command("sing", private=False, example="a song")
class Sing:
    """Sing a song."""

    song: Annotated[
        str, Option("The song", least=1, most=20, complaint="A song has 1 to 20 characters.", rest=True)
    ]
    times: Annotated[int, Option("How often", least=1, most=3)] = 1
    mood: Annotated[Mood | None, Option("Mood")] = None


@command("choir join", role=Role.MODERATOR)
class Join:
    """Join the choir."""

    name: Annotated[str, Option("Name", suggest="name")]
    since: Annotated[date | None, Option("Since when")] = None
    score: Annotated[Path | None, Option("The score")] = None
    loud: Annotated[bool, Option("Loudly")] = False


@command("choir leave", hidden=True)
class Leave:
    """Leave the choir."""


@command("count", shell_only=True)
class Count:
    """Count the singers."""


@pytest.fixture
def catalog() -> Catalog:
    return Catalog([Sing, Join, Leave, Count])
