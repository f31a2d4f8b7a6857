"""Where replies are shown in a terminal: printed, with progress on a line of its own while work goes on."""

from __future__ import annotations

import os

from rich.console import Console
from rich.status import Status

from bot.chat.reply import Actions, Button, Progress, Reply
from bot.platforms.terminal.render import progress_line, render


def new_console(*, stderr: bool = False) -> Console:
    """A console that never interprets text as markup, and breaks no line in a pipe."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


class TerminalScreen:
    """Shows replies on a console. `buttons` are the last that were shown, pressed by their number."""

    pace_s = 0.1

    def __init__(self, console: Console) -> None:
        self.console = console
        self.buttons: tuple[Button, ...] = ()
        self._status: Status | None = None

    async def acknowledge(self, *, private: bool) -> None:
        """Nothing to say at once: the prompt has gone, that is sign enough."""

    async def show(self, reply: Reply) -> None:
        """Print a reply, or move the progress line."""
        if reply.blocks and all(isinstance(block, Progress) for block in reply.blocks):
            self._progress(reply)
            return
        self.settle()
        self.print(reply)

    def print(self, reply: Reply) -> None:
        """Print a reply, and let numbers press its buttons if it has any."""
        rows = [block.buttons for block in reply.blocks if isinstance(block, Actions)]
        self.buttons = tuple(button for row in rows for button in row) or self.buttons
        breaks = self.console.is_terminal or "COLUMNS" in os.environ
        width = self.console.width if breaks else None
        for line in render(reply, self.console, width):
            self.console.print(line, soft_wrap=True)
        self.console.print()

    def settle(self) -> None:
        """Take the progress line away."""
        if self._status:
            self._status.stop()
            self._status = None

    def _progress(self, reply: Reply) -> None:
        line = " · ".join(progress_line(block) for block in reply.blocks if isinstance(block, Progress))
        if not self.console.is_terminal:
            return
        if self._status is None:
            self._status = self.console.status(line)
            self._status.start()
        self._status.update(line)
