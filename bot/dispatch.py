"""The one path in: read → allow → acknowledge → run → pace → errors become replies. Also completions."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from bot.chat.bind import bind, form, missing
from bot.chat.catalog import Catalog
from bot.chat.command import Command, Kind, Parameter
from bot.chat.invocation import Invocation, Role
from bot.chat.prose import escape
from bot.chat.reply import Prose, Reply
from bot.chat.typed import Typed, from_arguments, from_line
from bot.errors import AlreadyHandled, NotAllowed, RostrumError, Unexpected
from bot.plain import plain

log = logging.getLogger(__name__)

UseCase = Callable[[Any, Invocation], AsyncIterator[Reply]]
"""Does what a request asks for: yields replies, each newer one replacing the one before."""


class Suggester(Protocol):
    """A source of completions for options."""

    source: str
    """The name by which options ask for it."""

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        """The values that fit what was typed so far, best first; at most 25."""


TakeTurn = Callable[[Invocation], Awaitable[None]]
"""Counts a question of a member. Raises Wait when the minute has seen too many."""


ReadyFor = Callable[[str], Awaitable[None]]
"""Makes everything ready for a community: its commands are run after that."""


async def _uncounted(call: Invocation) -> None:
    """Nobody counts."""


async def always_ready(community: str) -> None:
    """Nothing is to be made ready."""


class Screen(Protocol):
    """Where the replies to one invocation are shown."""

    pace_s: float
    """The least time between two showings; what comes faster is skipped, but for the last."""

    async def acknowledge(self, *, private: bool) -> None:
        """Say at once that it was heard. Raises AlreadyHandled where it came before; then nothing is done."""

    async def show(self, reply: Reply) -> None:
        """Show a reply, in place of the one before."""

    async def finish(self) -> None:
        """The reply shown last was the last."""


class Dispatch:
    """Takes every invocation, from whichever platform, through the same steps."""

    def __init__(
        self,
        catalog: Catalog,
        use_cases: Mapping[type, UseCase],
        suggesters: Sequence[Suggester] = (),
        take_turn: TakeTurn = _uncounted,
        ready_for: ReadyFor = always_ready,
    ) -> None:
        self.catalog = catalog
        self._use_cases = use_cases
        self._take_turn = take_turn
        self._ready_for = ready_for
        self._suggesters = {suggester.source: suggester for suggester in suggesters}
        self._refuse_gaps()

    def _refuse_gaps(self) -> None:
        for command in self.catalog.commands:
            if command.request not in self._use_cases:
                raise LookupError(f"nothing runs /{command.name}")
            for parameter in command.parameters:
                source = parameter.option.suggest
                if source and source not in self._suggesters:
                    raise LookupError(f"/{command.name} {parameter.name}: nothing suggests “{source}”")

    async def __call__(self, call: Invocation, screen: Screen) -> Reply:
        """Run what was typed, pressed or submitted, show its replies, and return the last of them."""
        replies = self._run(call, screen)
        last = Reply(())
        async with aclosing(paced(replies, screen.pace_s)) as shown:
            async for last in shown:
                await screen.show(last)
        await screen.finish()
        return last

    async def _run(self, call: Invocation, screen: Screen) -> AsyncIterator[Reply]:
        try:
            typed = self._read(call)
            command = typed.command
            _allow(typed, call)
            if call.asks_back and missing(command, typed.values):
                yield Reply((form(command, typed.values),), private=True)
                return
            await screen.acknowledge(private=command.private)
            request = bind(command, typed.values)
            await self._ready_for(call.place.community)
            if command.paced and call.member.role < Role.OPERATOR:  # who runs the machine is no burden on it
                await self._take_turn(call)
            async for reply in self._use_cases[command.request](request, call):
                yield reply
        except AlreadyHandled:
            log.info("delivered twice, done once typed=%r", call.text[:80])
        except RostrumError as error:
            yield error_reply(error)
        except Exception as fault:  # the one place where a fault of ours becomes a reply
            reference = secrets.token_hex(3)
            said = call.text or " ".join(call.arguments)
            log.error("fault reference=%s typed=%r", reference, said[:80], exc_info=fault)
            yield error_reply(Unexpected(reference))

    def _read(self, call: Invocation) -> Typed:
        if call.arguments:
            typed = from_arguments(self.catalog, call.arguments)
        else:
            typed = from_line(self.catalog, call.text)
        return Typed(typed.command, {**typed.values, **call.values})

    async def suggest(self, call: Invocation, command: Command, name: str, typed: str) -> Sequence[str]:
        """Completions of a half-typed value for one option of a command; at most 25."""
        parameter = command.parameter(name)
        if parameter is None or call.member.role < command.role:
            return ()
        if parameter.option.suggest:
            return await self._suggesters[parameter.option.suggest](plain(typed), call)
        choices = ("yes", "no") if parameter.kind is Kind.YES_NO else parameter.choices
        return [choice for choice in choices if choice.startswith(typed.casefold())][:25]


def _allow(typed: Typed, call: Invocation) -> None:
    command = typed.command
    if command.shell_only and not call.from_shell:
        raise NotAllowed(f"/{command.name} works in a shell only.", f"There it is: rostrum {command.usage}")
    if not call.local and any(_names_file(parameter, typed) for parameter in command.parameters):
        raise NotAllowed(f"/{command.name} takes files of the machine I run on, and you are not there.")
    if call.member.role < command.role:
        raise NotAllowed(
            f"/{command.name} is for {command.role.title}s.",
            f"You are here as {call.member.role.title}; ask someone who may.",
        )


def _names_file(parameter: Parameter, typed: Typed) -> bool:
    """Whether an option takes a file of this machine, and was given or must be."""
    return parameter.kind is Kind.FILE and (parameter.required or parameter.name in typed.values)


def error_reply(error: RostrumError) -> Reply:
    """What happened and what to do, to the asker alone, with the code to look it up by."""
    text = f"**{escape(error.message)}**"
    if error.hint:
        text += f" {escape(error.hint)}"
    said = Prose(f"{text} ({error.code})")
    return Reply((said,), data={"error": error.as_data()}, private=True, error=error)


async def paced(replies: AsyncIterator[Reply], pace_s: float) -> AsyncGenerator[Reply, None]:
    """The replies, `pace_s` seconds apart; one that a newer one overtook is left out, the last never."""
    newest: list[Reply] = []
    came = asyncio.Event()

    async def collect() -> None:
        try:
            async for reply in replies:
                newest[:] = [reply]
                came.set()
        finally:
            came.set()

    collecting = asyncio.create_task(collect())
    try:
        while not collecting.done() or newest:
            await came.wait()
            came.clear()
            if newest:
                yield newest.pop()
            if not collecting.done():
                await asyncio.wait([collecting], timeout=pace_s)
        await collecting
    finally:
        collecting.cancel()
        await asyncio.wait([collecting])
