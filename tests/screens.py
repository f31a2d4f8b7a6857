"""Screens for tests that look at what dispatch returns, not at what is shown."""

from __future__ import annotations

from bot.chat.reply import Reply


class Silent:
    """A screen that nobody looks at."""

    pace_s = 0.0

    async def acknowledge(self, *, private: bool) -> None:
        pass

    async def show(self, reply: Reply) -> None:
        pass

    async def finish(self) -> None:
        pass


class Recording(Silent):
    """A screen that keeps all that it was shown."""

    def __init__(self) -> None:
        self.shown: list[Reply] = []

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)
