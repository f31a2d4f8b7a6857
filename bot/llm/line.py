"""Who may ask an endpoint now, and who waits behind whom."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from bot.llm.errors import Busy

LONGEST = 50
"""More than so many do not wait for one endpoint."""


class Line:
    """Lets in `at_once` callers; the others wait their turn, first come, first served."""

    def __init__(self, host: str, at_once: int) -> None:
        self._host = host
        self._free = at_once
        self._waiting: deque[object] = deque()
        self._moved = asyncio.Event()

    async def places(self) -> AsyncGenerator[int, None]:
        """Gives one's place each time it changes, from 1; ends when it is one's turn. Then `leave` is due.

        Raises Busy when too many wait already.
        """
        if self._free > 0:
            self._free -= 1
            return
        if len(self._waiting) >= LONGEST:
            raise Busy(f"{LONGEST} questions wait for {self._host} already.", "Ask again in a few minutes.")
        turn = object()
        self._waiting.append(turn)
        place = 0
        try:
            while turn in self._waiting:
                moved = self._moved  # also of what happens while the place is being told
                if (now := self._waiting.index(turn) + 1) != place:
                    place = now
                    yield place
                await moved.wait()
        except BaseException:  # a cancelled caller, too, must not keep its place
            self._step_out(turn)
            raise

    def leave(self) -> None:
        """One caller is done; the next may come."""
        if self._waiting:
            self._waiting.popleft()
        else:
            self._free += 1
        self._tell()

    def _step_out(self, turn: object) -> None:
        """Somebody does not wait any more, maybe just when it was their turn."""
        if turn in self._waiting:
            self._waiting.remove(turn)
            self._tell()
        else:
            self.leave()

    def _tell(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
