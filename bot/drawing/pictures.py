"""The pictures port: draws in a thread, light and dark, and says the same in words."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

from bot.chat.reply import Picture
from bot.debating.ballots import Result, Told
from bot.debating.state import DebateState
from bot.drawing.files import write
from bot.drawing.palette import DARK, LIGHT
from bot.drawing.rows import rows
from bot.drawing.saying import said_of_swing, said_of_timeline

if TYPE_CHECKING:
    from bot.drawing.canvas import Canvas

_one_at_a_time = Lock()


class MatplotlibPictures:
    """Draws with matplotlib, which is loaded with the first picture."""

    async def swing(self, result: Result, motion: str, folder: Path) -> Picture:
        """How the votes moved, as far as it may be told. Raises ValueError where nobody voted."""
        if result.told is Told.NOTHING:
            raise ValueError("there is no picture of no votes")

        def draw(canvas: Canvas) -> None:
            from bot.drawing.swing import draw_swing

            draw_swing(canvas, result, motion)

        await asyncio.to_thread(_draw, draw, folder / "swing.png")
        return Picture(path=str(folder / "swing.png"), alt=said_of_swing(result, motion))

    async def timeline(self, state: DebateState, folder: Path) -> Picture:
        """Who spoke when, how long, and how many quotations it rests on."""
        turns = rows(state)

        def draw(canvas: Canvas) -> None:
            from bot.drawing.timeline import draw_timeline

            draw_timeline(canvas, state, turns)

        await asyncio.to_thread(_draw, draw, folder / "timeline.png")
        return Picture(path=str(folder / "timeline.png"), alt=said_of_timeline(state, turns))


def _draw(draw: Callable[[Canvas], None], file: Path) -> None:
    """One picture, light and dark. One at a time: matplotlib is not made for several threads."""
    with _one_at_a_time:
        canvas_of = _loaded()
        for palette, name in ((LIGHT, file.name), (DARK, f"{file.stem}-dark{file.suffix}")):
            canvas = canvas_of(palette)
            draw(canvas)
            write(file.with_name(name), canvas.png())


@cache
def _loaded() -> type[Canvas]:
    with _own_configuration():
        from bot.drawing.canvas import Canvas
    return Canvas


@contextmanager
def _own_configuration() -> Iterator[None]:
    """While matplotlib is loaded, its folder is a passing one: it reads and writes in nobody's home."""
    before = os.environ.get("MPLCONFIGDIR")
    with TemporaryDirectory(prefix="rostrum-") as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            yield
        finally:
            del os.environ["MPLCONFIGDIR"]
            if before is not None:
                os.environ["MPLCONFIGDIR"] = before
