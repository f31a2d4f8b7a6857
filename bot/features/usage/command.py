"""The command `/usage`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command


@command("usage", example="30")
class ShowUsage:
    """Show how much of today's limits is used.

    Admins also see what each model was used for in the last days, and what it cost.
    """

    days: Annotated[int, Option("How many days, for admins", least=1, most=90)] = 7
