"""Looks at what only the composition knows: the settings, and the data folder's disk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence

from bot.errors import SettingsError
from bot.ports import Checkup, Point, State
from bot.prompts import check_all
from bot.settings import Settings

LOW_SPACE = 200 * 2**20
"""With fewer bytes free than this, a disk is called nearly full."""


class SettingsCheckup:
    """`ports.Checkup` over settings that could be read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def points(self) -> AsyncIterator[Point]:
        """The settings, then the disk."""
        for warning in self._settings.warnings:
            yield Point(
                part="Settings",
                what="unknown",
                state=State.DOUBTFUL,
                found=warning,
                to_do="Correct or remove it in .env.",
            )
        if not self._settings.warnings:
            yield Point(part="Settings", what="keys", state=State.GOOD, found="All are known and in order.")
        for point in await asyncio.to_thread(_prompts):
            yield point
        yield await asyncio.to_thread(self._disk)

    def _disk(self) -> Point:
        free = shutil.disk_usage(self._settings.data).free
        found = f"{self._settings.data.resolve()}, {free / 2**30:,.1f} GB free."
        low = free < LOW_SPACE
        return Point(
            part="Data",
            what="folder",
            state=State.DOUBTFUL if low else State.GOOD,
            found=found,
            to_do="Free some space." if low else "",
        )


def _prompts() -> list[Point]:
    try:
        check_all()
    except SettingsError as error:
        bad = [(problem, error.hint) for problem in error.problems]
        return [
            Point(part="Settings", what="prompts", state=State.BAD, found=found, to_do=to_do)
            for found, to_do in bad
        ]
    return [Point(part="Settings", what="prompts", state=State.GOOD, found="All can be read.")]


class Checkups:
    """Several check-ups, one after the other."""

    def __init__(self, several: Sequence[Checkup]) -> None:
        self._several = several

    async def points(self) -> AsyncIterator[Point]:
        """The points of all."""
        for checkup in self._several:
            async for point in checkup.points():
                yield point
