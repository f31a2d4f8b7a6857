"""The commands `/setup` and `/settings …`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from bot.chat.choices import CONTRIBUTORS, DUELS, ENDPOINT, MODERATORS, REPORTS, WORDS, Choices
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
    """Choose for this community, or take a choice back."""

    reset: Annotated[Key | None, Option("Choice to take back")] = None


@command("settings moderators", role=Role.ADMIN, hidden=True)
class SetModerators:
    """Choose the role of moderators."""

    moderators: Annotated[RoleId, MODERATORS]


@command("settings contributors", role=Role.ADMIN, hidden=True)
class SetContributors:
    """Choose the role of contributors."""

    contributors: Annotated[RoleId, CONTRIBUTORS]


@command("settings duels", role=Role.ADMIN, hidden=True)
class SetDuels:
    """Choose the channel for members' duels."""

    duels: Annotated[ChannelId, DUELS]


@command("settings reports", role=Role.ADMIN, hidden=True)
class SetReports:
    """Choose the channel for reports."""

    reports: Annotated[ChannelId, REPORTS]


@command("settings endpoint", role=Role.ADMIN, hidden=True)
class SetEndpoint:
    """Choose the model endpoint that sees this community's questions."""

    endpoint: Annotated[str, ENDPOINT]


@command("settings words", role=Role.ADMIN, hidden=True)
class SetWords:
    """Choose the words that nobody may write through me."""

    words: Annotated[str, WORDS]
