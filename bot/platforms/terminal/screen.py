"""Where replies are shown in a terminal: a newer one in place of the one before, the last one to stay."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.chat.reply import Actions, Button, Progress, Reply
from bot.platforms.terminal.render import progress_line, render

if TYPE_CHECKING:
    from rich.live import Live


class _Console(Console):
    """A console that leaves it to us what happens when nobody reads its output any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def new_console(*, stderr: bool = False) -> Console:
    """A console that never interprets text as markup, and breaks no line in a pipe."""
    return _Console(stderr=stderr, markup=False, highlight=False, emoji=False)


class TerminalScreen:
    """Shows replies on a console. `buttons` are the last that were shown, pressed by their number."""

    pace_s = 0.1

    def __init__(self, console: Console) -> None:
        self.console = console
        self.before_last: Callable[[], Awaitable[object]] | None = None
        """Says what came up meanwhile, before the last reply is printed."""
        self.buttons: tuple[Button, ...] = ()
        self._shown: Reply | None = None
        self._live: Live | None = None

    async def acknowledge(self, *, private: bool) -> None:
        """Nothing to say at once: the prompt has gone, that is sign enough."""

    async def show(self, reply: Reply) -> None:
        """Keep a reply to be printed at the end; meanwhile show it, if there is somebody to see."""
        if self.console.is_terminal and (self._shown or _is_progress(reply)):
            self._update(reply)
        self._shown = reply

    async def finish(self) -> None:
        """Print the reply shown last, for good."""
        self.settle()
        if self.before_last:
            await self.before_last()
        if self._shown:
            self.print(self._shown)
        self._shown = None

    def settle(self) -> None:
        """Take away what is only shown meanwhile."""
        if self._live:
            self._live.stop()
            self._live = None

    def drop(self) -> None:
        """Forget the reply under way."""
        self.settle()
        self._shown = None

    def print(self, reply: Reply) -> None:
        """Print a reply, and let numbers press its buttons if it has any."""
        rows = [block.buttons for block in reply.blocks if isinstance(block, Actions)]
        self.buttons = tuple(button for row in rows for button in row) or self.buttons
        self.say(reply)

    def say(self, reply: Reply) -> None:
        """Print a reply without its buttons taking over the numbers."""
        breaks = self.console.is_terminal or "COLUMNS" in os.environ
        width = self.console.width if breaks else None
        for line in render(reply, self.console, width):
            self.console.print(line, soft_wrap=True)
        self.console.print()

    def _update(self, reply: Reply) -> None:
        if self._live is None:
            from rich.live import Live  # most replies come at once and need none

            self._live = Live(console=self.console, transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(self._meanwhile(reply), refresh=True)

    def _meanwhile(self, reply: Reply) -> Text:
        if _is_progress(reply):
            return Text(
                " · ".join(progress_line(block) for block in reply.blocks if isinstance(block, Progress))
            )
        lines = render(reply, self.console, self.console.width)
        # What has scrolled away cannot be taken back.
        return Text("\n").join(lines[-max(1, self.console.height - 3) :])


def _is_progress(reply: Reply) -> bool:
    return bool(reply.blocks) and all(isinstance(block, Progress) for block in reply.blocks)
