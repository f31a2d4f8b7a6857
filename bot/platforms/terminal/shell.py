"""One command from a shell: its last reply printed, as text or as one JSON value."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from bot.chat.invocation import Invocation, Member, Place
from bot.chat.reply import Actions, Form, Reply
from bot.dispatch import Dispatch
from bot.outbox import Deliveries
from bot.platforms.terminal.filling import run_filled
from bot.ports import Outbox, Outgoing

EVERY_S = 0.3
"""How often it is looked for what came up meanwhile."""


class JsonScreen:
    """Shows nothing: standard output holds one JSON value and nothing else."""

    pace_s = 0.0

    async def acknowledge(self, *, private: bool) -> None:
        """Nothing."""

    async def show(self, reply: Reply) -> None:
        """Nothing."""

    async def finish(self) -> None:
        """Nothing."""


class PlainScreen:
    """Shows on standard error what is under way; prints the last reply where it belongs, once it is known."""

    pace_s = 0.1

    def __init__(self) -> None:
        from bot.platforms.terminal.screen import TerminalScreen, new_console  # --json does without

        self._out = TerminalScreen(new_console())
        self._err = TerminalScreen(new_console(stderr=True))

    async def acknowledge(self, *, private: bool) -> None:
        """Nothing to say at once."""

    async def show(self, reply: Reply) -> None:
        """For now, where somebody sees it; whether it is the last shows at the end."""
        await self._err.show(reply)

    async def finish(self) -> None:
        """Take it away again."""
        self._err.drop()

    def print(self, reply: Reply) -> None:
        """Print the last reply without its buttons, which nobody can press; an error on standard error."""
        told = tuple(block for block in reply.blocks if not isinstance(block, Actions))
        (self._err if reply.error else self._out).say(replace(reply, blocks=told))


async def run(
    dispatch: Dispatch,
    outbox: Outbox,
    place: Place,
    member: Member,
    arguments: list[str],
    *,
    as_json: bool,
) -> int:
    """Run one command and return its exit code. What comes up meanwhile is said on standard error."""
    fill = None if as_json or not (sys.stdin and sys.stdin.isatty()) or not sys.stdout.isatty() else _fill
    screen = JsonScreen() if as_json else PlainScreen()
    call = Invocation(
        member=member,
        place=place,
        arguments=tuple(arguments),
        asks_back=fill is not None,
        local=True,
        from_shell=True,
    )
    async with Deliveries(outbox, _StderrPoster(place.platform)).under_way(EVERY_S):
        reply = await run_filled(dispatch, call, screen, fill)
    await notices(outbox, place.platform)
    return _said(reply, screen)


def _said(reply: Reply, screen: JsonScreen | PlainScreen) -> int:
    if isinstance(screen, JsonScreen):
        print_json(reply)
    elif reply.verbatim is not None:
        _write(reply.verbatim)
    else:
        screen.print(reply)
    return reply.error.exit_code if reply.error else int(reply.failed)


async def _fill(form: Form) -> dict[str, str] | None:
    from bot.platforms.terminal.prompt import fill  # costs what a command without questions need not pay

    return await fill(form)


async def notices(outbox: Outbox, platform: str) -> None:
    """Say on standard error what came up meanwhile."""
    await Deliveries(outbox, _StderrPoster(platform)).deliver()


class _StderrPoster:
    """Prints messages on standard error, but none that takes the place of one printed before.

    A shell keeps none, so none can be found again.
    """

    def __init__(self, platform: str) -> None:
        self.platform = platform

    async def send(self, outgoing: Outgoing) -> str:
        if outgoing.replaces is not None:
            return outgoing.key
        from bot.platforms.terminal.screen import TerminalScreen, new_console  # seldom anything is to be said

        TerminalScreen(new_console(stderr=True)).say(outgoing.reply)
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        return None


def tell(reply: Reply, *, as_json: bool) -> int:
    """Say on the way out why nothing could be done, and return the exit code."""
    return _said(reply, JsonScreen() if as_json else PlainScreen())


def print_json(reply: Reply) -> None:
    """One JSON value and a newline."""
    _write(json.dumps(reply.data, ensure_ascii=False, indent=2) + "\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
