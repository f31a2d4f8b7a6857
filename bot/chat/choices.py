"""What a community chooses for itself, declared once: `/setup`, `/settings` and every reader go by this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated

from bot.chat.command import ChannelId, Option, RoleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A community's choices; `None` is what the bot does without one."""

    moderators: Annotated[RoleId | None, Option("Role that may start and moderate debates")] = None
    contributors: Annotated[RoleId | None, Option("Role that may add articles")] = None
    duels: Annotated[ChannelId | None, Option("Channel in which any member may start a duel")] = None
    reports: Annotated[ChannelId | None, Option("Channel in which moderators see what is reported")] = None
    endpoint: Annotated[
        str | None, Option("Model endpoint that sees questions", most=60, suggest="endpoint")
    ] = None
    words: Annotated[str | None, Option("Words that nobody may write through me, with commas", most=2000)] = (
        None
    )

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
