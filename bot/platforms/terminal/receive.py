"""The chat in a terminal: a prompt for a person, or lines from a pipe; both come through here."""

from __future__ import annotations

import asyncio
import contextlib
import io
import secrets
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import replace
from typing import TextIO

from bot.chat.invocation import Invocation, Member, Place
from bot.chat.reply import Prose, reply
from bot.dispatch import Dispatch, error_reply
from bot.errors import InputError
from bot.outbox import Deliveries
from bot.platforms.terminal.filling import Fill, run_filled
from bot.platforms.terminal.post import TerminalPoster
from bot.platforms.terminal.screen import TerminalScreen, new_console
from bot.ports import Outbox

_GOODBYE = {"/quit", "/exit", "quit", "exit", "/q"}
_EVERY_S = 0.3
_LONGEST_NUMBER = 3


class Chat:
    """One conversation in a terminal."""

    def __init__(self, dispatch: Dispatch, outbox: Outbox, place: Place, member: Member) -> None:
        self.dispatch = dispatch
        self.screen = TerminalScreen(new_console())
        self._deliveries = Deliveries(outbox, TerminalPoster(place.platform, self.screen))
        self._place = replace(place, thread=f"chat-{secrets.token_hex(4)}")
        self._member = member
        self._fill: Fill | None = None

    def call(self, text: str) -> Invocation:
        """What a typed line asks for; text without a slash is a question, a bare name its command."""
        if not text.startswith(("/", "!")) and self.dispatch.catalog.named(text.casefold()) is None:
            text = f"/ask {text}"
        return Invocation(
            member=self._member,
            place=self._place,
            text=text,
            asks_back=self._fill is not None,
            local=True,
        )

    async def from_pipe(self, lines: TextIO) -> None:
        """Answer line by line until the input ends."""
        await self.greet()
        self.screen.before_last = self._deliveries.deliver
        async for line in _lines(lines):
            if line.strip() in _GOODBYE:
                return
            if line.strip():
                self.screen.console.print(f"› {line.strip()}", soft_wrap=True)
                async with self._deliveries.under_way(_EVERY_S):
                    await self.hear(line.strip())
            await self._deliveries.deliver()

    async def from_keyboard(self, history: str) -> None:
        """Prompt, answer, prompt again, until the person leaves with Ctrl-D or `/quit`."""
        from bot.platforms.terminal.prompt import Prompt, fill  # costs what a pipe and a shell need not pay

        prompt = Prompt(self.dispatch, self.call, history)
        self._fill = fill
        await self.greet()
        async with self._deliveries.under_way(_EVERY_S):
            while (line := await prompt.line()) is not None and line.strip() not in _GOODBYE:
                if line.strip():
                    await self._until_interrupted(self.hear(line.strip()))

    async def greet(self) -> None:
        """The first screen: what is there, and what to try."""
        await self._deliveries.deliver()
        await self.dispatch(self.call("/welcome"), self.screen)

    async def hear(self, line: str) -> None:
        """Do what a line says: press a button by its number, run a command, answer a question."""
        if line.isdecimal() and len(line) <= _LONGEST_NUMBER:
            await self._press(int(line))
        else:
            await self._run(self.call(line))

    async def _press(self, number: int) -> None:
        buttons = self.screen.buttons
        if 1 <= number <= len(buttons):
            await self._run(self.call(f"/{buttons[number - 1].action}"))
            return
        there = (
            f"Numbers from 1 to {len(buttons)} do something here."
            if buttons
            else "No number does anything here."
        )
        hint = "To ask about a number, write a few words around it."
        self.screen.print(error_reply(InputError(there, hint)))

    async def _run(self, call: Invocation) -> None:
        await run_filled(self.dispatch, call, self.screen, self._fill)

    async def _until_interrupted(self, work: Awaitable[None]) -> None:
        """Ctrl-C stops what is under way, and only that."""
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            with _unechoed():
                await task
        except asyncio.CancelledError:
            self.screen.drop()
            self.screen.print(reply(Prose("Stopped.")))
        finally:
            loop.remove_signal_handler(signal.SIGINT)


@contextlib.contextmanager
def _unechoed() -> Iterator[None]:
    """What is typed ahead waits for the prompt, and does not show amid an answer."""
    try:
        import termios  # other systems have none

        shown = termios.tcgetattr(sys.stdin)
    except (ImportError, OSError, termios.error):
        yield
        return
    hidden = [*shown]
    hidden[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSANOW, hidden)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, shown)


async def _lines(stream: TextIO) -> AsyncIterator[str]:
    """The lines of a stream as they come. The thread that waits for them keeps nobody from leaving."""
    loop = asyncio.get_running_loop()
    came: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody listens any more
            for line in stream:
                loop.call_soon_threadsafe(came.put_nowait, line)
            loop.call_soon_threadsafe(came.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    while (line := await came.get()) is not None:
        yield line


def standard_input() -> TextIO:
    """Standard input as text, whatever bytes come."""
    if sys.stdin is None:  # closed by whoever started us
        return io.StringIO()
    with contextlib.suppress(AttributeError):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a real stream has it
    return sys.stdin
