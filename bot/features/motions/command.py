"""The command `/debate motions`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command


@command("debate motions", example="3")
class DebateMotions:
    """List the motions there are, or show one: its words defined, what each side has to show, and on what.

    A motion in your own words can be shown as well: how much the articles have for each side of it.
    """

    which: Annotated[
        str | None, Option("Motion: its number, or words", most=2000, suggest="motion", rest=True)
    ] = None
