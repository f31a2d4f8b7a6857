"""All commands, found by what people type: whole names, groups, and the nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bot.chat.command import Command, describe
from bot.errors import NotFound


class Catalog:
    """The commands there are, in the order they are shown."""

    def __init__(self, requests: Iterable[type]) -> None:
        self.commands = tuple(sorted(map(describe, requests), key=lambda command: command.name))
        self._by_name = {command.name: command for command in self.commands}
        if len(self._by_name) != len(self.commands):
            raise ValueError("two commands have the same name")

    def shown(self, *, in_shell: bool = False) -> tuple[Command, ...]:
        """The commands for menus and help; those of the shell only with `in_shell`."""
        return tuple(c for c in self.commands if not c.hidden and (in_shell or not c.shell_only))

    def group(self, name: str) -> tuple[Command, ...]:
        """The commands of a group, such as `articles`; empty when there is no such group."""
        return tuple(c for c in self.commands if not c.hidden and c.name.startswith(f"{name} "))

    def named(self, name: str) -> Command | None:
        """The command of exactly that name."""
        return self._by_name.get(name)

    def match(self, words: list[str]) -> tuple[Command, int]:
        """The command that typed words begin with, and how many words its name takes.

        Raises NotFound that names the nearest command, or the commands of a group that was typed alone.
        """
        for length in (2, 1):
            found = self._by_name.get(" ".join(words[:length]).casefold())
            if found and len(words) >= length:
                return found, length
        raise self._unknown([word.casefold() for word in words[:2]])

    def _unknown(self, words: list[str]) -> NotFound:
        if members := self.group(words[0] if words else ""):
            known = [command.name.split()[1] for command in members]
            typed = f"/{' '.join(words)} is not a command." if len(words) > 1 else f"/{words[0]} what?"
            return NotFound(typed, f"There is: {', '.join(f'/{words[0]} {name}' for name in known)}.")
        names = [command.name for command in self.shown(in_shell=True)]
        near = get_close_matches(" ".join(words), names, 1, 0.5) or get_close_matches(
            words[0] if words else "", names, 1, 0.5
        )
        typed = f"There is no command /{words[0]}." if words else "There is no command there."
        return NotFound(typed, f"Did you mean /{near[0]}?" if near else "/help lists what there is.")
