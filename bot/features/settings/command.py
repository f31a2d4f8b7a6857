"""The commands `/setup` and `/settings …`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from bot.chat.choices import Choices
from bot.chat.command import ChannelId, Option, RoleId, command
from bot.chat.invocation import Role


class Key(StrEnum):
    """What can be chosen."""

    MODERATORS = "moderators"
    CONTRIBUTORS = "contributors"
    DUELS = "duels"
    REPORTS = "reports"
    ENDPOINT = "endpoint"
    WORDS = "words"


@command("setup", role=Role.ADMIN)
class Setup:
    """Set me up for this community: what is chosen, what each choice does, and forms to choose."""


@command("settings show", role=Role.ADMIN)
class ShowSettings:
    """Show what this community has chosen, what holds where it has not, and who changed what."""


@command("settings set", role=Role.ADMIN, example="reset:words")
class SetChoices(Choices):
    """Choose for this community; `reset` takes a choice back."""

    reset: Annotated[Key | None, Option("Choice to take back")] = None


@command("settings roles", role=Role.ADMIN, hidden=True)
class SetRoles:
    """Choose the roles of moderators and contributors."""

    moderators: Annotated[RoleId, Option("Role that may start and moderate debates")]
    contributors: Annotated[RoleId, Option("Role that may add articles")]


@command("settings channels", role=Role.ADMIN, hidden=True)
class SetChannels:
    """Choose the channels for duels and for reports."""

    duels: Annotated[ChannelId, Option("Channel in which any member may start a duel")]
    reports: Annotated[ChannelId, Option("Channel where moderators see reports")]


@command("settings words", role=Role.ADMIN, hidden=True)
class SetWords:
    """Choose the words that nobody may write through me."""

    words: Annotated[str, Option("Words that nobody may write, with commas", least=1, most=2000)]


@command("settings endpoint", role=Role.ADMIN, hidden=True)
class SetEndpoint:
    """Choose the model endpoint that sees this community's questions."""

    endpoint: Annotated[str, Option("Model endpoint that sees questions", most=60, suggest="endpoint")]
