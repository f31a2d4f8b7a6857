"""The command `doctor`."""

from __future__ import annotations

from bot.chat.command import command
from bot.chat.invocation import Role


@command("doctor", role=Role.OPERATOR, shell_only=True)
class Doctor:
    """Look at settings, data, index and every model endpoint, and say what to do about what is wrong.

    It asks each model for a few words, which count like any others. The exit code is 1 if something is wrong.
    """
