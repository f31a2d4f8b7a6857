"""What a community chooses for itself, declared once: `/setup`, `/settings` and every reader go by this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated

from bot.chat.command import ChannelId, Option, RoleId

MODERATORS = Option("Role that may start and moderate debates")
CONTRIBUTORS = Option("Role that may change the articles")
DUELS = Option("Channel in which any member may start a duel")
REPORTS = Option("Channel in which moderators see reports")
ENDPOINT = Option("Model endpoint that sees questions", most=60, suggest="endpoint")
WORDS = Option("Words nobody may write, with commas", least=1, most=2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A community's choices; `None` is what the bot does without one."""

    moderators: Annotated[RoleId | None, MODERATORS] = None
    contributors: Annotated[RoleId | None, CONTRIBUTORS] = None
    duels: Annotated[ChannelId | None, DUELS] = None
    reports: Annotated[ChannelId | None, REPORTS] = None
    endpoint: Annotated[str | None, ENDPOINT] = None
    words: Annotated[str | None, WORDS] = None

    @property
    def banned(self) -> tuple[str, ...]:
        """The words that nobody may write, folded."""
        return tuple(word for one in (self.words or "").split(",") if (word := one.strip().casefold()))


KEYS = tuple(field.name for field in fields(Choices))
"""The names of what can be chosen."""


def named(value: str, names: Mapping[str, str]) -> str:
    """What was chosen, for people: `@NAME` of a role, `#NAME` of a channel, as far as names are known."""
    if not isinstance(value, RoleId | ChannelId):
        return value
    mark, kind = ("@", "role") if isinstance(value, RoleId) else ("#", "channel")
    if name := names.get(value):
        return f"{mark}{name.removeprefix(mark)}"
    return f"{kind} {value}" if value.isdigit() else value
