"""The command `say`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.invocation import Role


@command("say", role=Role.OPERATOR, shell_only=True, example='"The library grows tonight."')
class Say:
    """Have something said in the chat, now or when it next opens."""

    text: Annotated[str, Option("What to say", least=1, most=2000, rest=True)]
