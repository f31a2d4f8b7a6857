"""Shows the commands, and completes their names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.chat.catalog import Catalog
from bot.chat.command import Command, Kind
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.features.help.command import Help, Welcome
from bot.features.help.reply import all_commands, one_command, welcome
from bot.ports import LanguageModel, Library, Outside, scope_of


class ShowHelp:
    """Tells what a person may type here."""

    def __init__(self, catalog: Catalog, outside: Outside) -> None:
        self._catalog = catalog
        self._outside = outside

    async def __call__(self, request: Help, call: Invocation) -> AsyncIterator[Reply]:
        may = [c for c in self._catalog.shown(in_shell=call.from_shell) if _may(c, call)]
        name = (request.command or "").strip().removeprefix("/").casefold()
        group = [command for command in may if command.name.startswith(f"{name} ")]
        if name and not group:
            yield one_command(self._catalog.match(name.split())[0])
        else:
            seen_by = None if group else await self._outside.sees()
            yield all_commands(group or may, seen_by, in_shell=call.from_shell)


class Welcomes:
    """Tells a newcomer what is here."""

    def __init__(self, library: Library, model: LanguageModel) -> None:
        self._library = library
        self._model = model

    async def __call__(self, request: Welcome, call: Invocation) -> AsyncIterator[Reply]:
        count, models = await asyncio.gather(self._library.count(scope_of(call)), self._model.models())
        yield welcome(count, models)


class CommandNames:
    """Completes the name of a command."""

    source = "command"

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        names = [c.name for c in self._catalog.shown() if _may(c, call)]
        return [name for name in names if name.startswith(typed.strip("/ ").casefold())][:25]


def _may(command: Command, call: Invocation) -> bool:
    """Whether a person may use a command where they are: files are named at the machine that runs the bot."""
    names_file = any(one.kind is Kind.FILE and one.required for one in command.parameters)
    return command.role <= call.member.role and (call.local or not names_file)
