"""The record of a debate as files: the transcript, and the pictures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from bot.chair.sitting import Sitting
from bot.chat.reply import Picture
from bot.debating import record
from bot.debating.ballots import Result, Told
from bot.errors import OperatorError
from bot.ports import Pictures

log = logging.getLogger(__name__)


class Files:
    """Writes what is kept of a debate. `folder` is where each debate has a folder of its own."""

    def __init__(self, pictures: Pictures, folder: Path) -> None:
        self._pictures = pictures
        self._folder = folder

    def home(self, sitting: Sitting) -> Path:
        """The folder of one debate."""
        return self._folder / str(sitting.number)

    async def pictures(self, sitting: Sitting, folder: Path) -> Sequence[Picture]:
        """The pictures of a closed debate, drawn into a folder; none where it takes no files."""
        state = sitting.state
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            drawn = [await self._pictures.timeline(state, folder)]
            result = Result.from_data(state.result) if state.result else None
            if result and result.told is not Told.NOTHING:
                drawn.insert(0, await self._pictures.swing(result, state.motion.text, folder))
            else:
                await asyncio.to_thread(_forget_swing, folder)
        except OSError as error:
            # A debate must be able to close on a full disk.
            log.warning("no pictures of debate %d: %s", sitting.number, error)
            return ()
        return drawn

    async def write(self, sitting: Sitting, folder: Path) -> None:
        """`transcript.md`, `transcript.jsonl` and the pictures in a folder. Raises OperatorError."""
        await self.check(folder)
        lines = record.lines(sitting.number, sitting.state)
        texts = {
            "transcript.md": record.as_markdown(sitting.number, sitting.state, sitting.recorded),
            "transcript.jsonl": record.as_jsonl(lines),
        }
        try:
            for name, text in texts.items():
                await asyncio.to_thread((folder / name).write_text, text, encoding="utf-8")
        except OSError as error:
            raise _unwritable(folder, error) from error
        if sitting.state.phase.is_over:
            await self.pictures(sitting, folder)

    async def check(self, folder: Path) -> None:
        """Make a folder to write into. Raises OperatorError where that cannot be."""

        def prepare() -> None:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".rostrum"
            probe.touch()
            probe.unlink()

        try:
            await asyncio.to_thread(prepare)
        except OSError as error:
            raise _unwritable(folder, error) from error


def _forget_swing(folder: Path) -> None:
    """A folder may hold the picture of another debate, in which somebody voted."""
    for name in ("swing.png", "swing-dark.png"):
        (folder / name).unlink(missing_ok=True)


def _unwritable(folder: Path, error: OSError) -> OperatorError:
    return OperatorError(f"I cannot write to {folder}: {error.strerror}.", "Choose another folder.")
