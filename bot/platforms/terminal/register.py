"""Completion of commands, options and values while a person types, from the catalog."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.chat.command import Command, Parameter
from bot.chat.invocation import Invocation
from bot.chat.typed import quoted
from bot.dispatch import Dispatch


class CommandCompleter(Completer):
    """Completes what stands before the cursor, once the line begins with a slash."""

    def __init__(self, dispatch: Dispatch, call: Callable[[str], Invocation]) -> None:
        self._dispatch = dispatch
        self._call = call

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Nothing: completions may have to be looked up, so they come asynchronously."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Names of commands; then options, and values where something suggests them."""
        line = document.text_before_cursor
        if not line.startswith("/"):
            return
        for completion in self._names(line):
            yield completion
        if command := self._begun(line):
            async for completion in self._values(command, line):
                yield completion

    def _names(self, line: str) -> Iterator[Completion]:
        for command in self._dispatch.catalog.shown():
            if f"/{command.name}".startswith(line) and f"/{command.name}" != line:
                yield Completion(f"/{command.name} ", -len(line), f"/{command.name}", command.description)

    def _begun(self, line: str) -> Command | None:
        fitting = (c for c in self._dispatch.catalog.shown() if line.startswith(f"/{c.name} "))
        return max(fitting, key=lambda command: len(command.name), default=None)

    async def _values(self, command: Command, line: str) -> AsyncGenerator[Completion, None]:
        typed = line[len(command.name) + 2 :]
        word = typed.rsplit(" ", 1)[-1]
        name, colon, begun = word.partition(":")
        if colon and (parameter := command.parameter(name)):
            for value in await self._suggested(command, parameter, line, begun.strip('"')):
                yield Completion(quoted(value), -len(begun), value)
            return
        if first := _first_open(command, typed):
            for value in await self._suggested(command, first, line, typed):
                yield Completion(value, -len(typed), value)
        for parameter in command.parameters:
            if parameter.name.startswith(word) and f"{parameter.name}:" not in typed:
                yield Completion(
                    f"{parameter.name}:", -len(word), f"{parameter.name}:", parameter.option.label
                )

    async def _suggested(self, command: Command, parameter: Parameter, line: str, begun: str) -> list[str]:
        return list(await self._dispatch.suggest(self._call(line), command, parameter.name, begun))


def _first_open(command: Command, typed: str) -> Parameter | None:
    """The option that takes what is typed without a name, if something suggests its values."""
    first = command.parameters[0] if command.parameters and ":" not in typed else None
    return first if first and (first.option.suggest or first.choices) else None
