"""Says in the terminal what nobody asked for."""

from __future__ import annotations

from bot.platforms.terminal.screen import TerminalScreen
from bot.ports import Outgoing


class TerminalPoster:
    """Prints messages as they come. A terminal keeps none, so none can be found again."""

    def __init__(self, platform: str, screen: TerminalScreen) -> None:
        self.platform = platform
        self._screen = screen

    async def send(self, outgoing: Outgoing) -> str:
        """Print the message; its key is its id. If it has buttons, numbers press those now.

        What takes the place of another is not printed: what is new in it was printed as well.
        """
        if outgoing.replaces is None:
            self._screen.print(outgoing.reply)
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        """`None`: printed or not, nobody can tell, and to read it twice does less harm than never."""
        return None
