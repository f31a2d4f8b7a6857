"""The commands about formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.invocation import Role


@command("debate formats", example="oxford")
class ShowFormats:
    """List the formats a debate can have, or show how one of them runs."""

    name: Annotated[str | None, Option("Format", most=60, suggest="format", rest=True)] = None


@command("formats check", role=Role.OPERATOR, shell_only=True, example="my-format.toml")
class CheckFormat:
    """Check the file of a format: its order, each side's minutes and words, or all that is wrong with it.

    Files in the folder formats below the data folder are formats of your own.
    """

    file: Annotated[Path, Option("File of a format")]
