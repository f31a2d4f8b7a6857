"""The prompt: editing, completion, history, and forms asked field by field."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.chat.invocation import Invocation
from bot.chat.reply import Field, Form
from bot.dispatch import Dispatch
from bot.platforms.terminal.register import CommandCompleter


class Prompt:
    """Reads lines from a person."""

    def __init__(self, dispatch: Dispatch, call: Callable[[str], Invocation], history: str) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=FileHistory(history),
            completer=CommandCompleter(dispatch, call),
            complete_while_typing=True,
            reserve_space_for_menu=4,
        )

    async def line(self) -> str | None:
        """The next line; an empty one after Ctrl-C; `None` after Ctrl-D."""
        with _above():
            try:
                return await self._session.prompt_async("› ")
            except KeyboardInterrupt:
                return ""
            except EOFError:
                return None


async def fill(form: Form) -> dict[str, str] | None:
    """The values a person gives, Enter taking what stands in brackets; `None` after Ctrl-C or Ctrl-D."""
    values = {}
    asking: PromptSession[str] = PromptSession(reserve_space_for_menu=0)
    with _above():
        for field in form.fields:
            try:
                values[field.name] = await _ask(asking, field)
            except (KeyboardInterrupt, EOFError):
                return None
    return values


async def _ask(asking: PromptSession[str], field: Field) -> str:
    offered = field.default or ("" if field.required else "unknown")
    choices = f" ({', '.join(field.choices)})" if field.choices else ""
    completer = WordCompleter(list(field.choices)) if field.choices else None
    label = f"{field.label}{choices}{f' [{offered}]' if offered else ''}: "
    while True:
        answer = (await asking.prompt_async(label, completer=completer)).strip() or field.default
        if answer or not field.required:
            return answer


def _above() -> AbstractContextManager[None]:
    """What is printed meanwhile appears above the prompt."""
    return patch_stdout(raw=True)
