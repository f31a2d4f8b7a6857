"""The command `health`."""

from __future__ import annotations

from bot.chat.command import command
from bot.chat.invocation import Role


@command("health", role=Role.OPERATOR, shell_only=True)
class Health:
    """Check that database and search index work; the exit code says so."""
