"""The commands `/help` and `/welcome`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command


@command("help", example="ask")
class Help:
    """Show what I can do, or how one command works."""

    command: Annotated[str | None, Option("A command", most=60, suggest="command", rest=True)] = None


@command("welcome", hidden=True)
class Welcome:
    """Say what is here and what to try first."""
