"""The application commands, derived from the catalog, and what people filled into them, as text again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import discord
from discord.http import HTTPClient

from bot.chat.catalog import Catalog
from bot.chat.command import Command, Kind, Parameter
from bot.chat.invocation import Role

IN_CHANNELS = frozenset({"debate", "moderate", "report", "settings", "setup"})
"""Commands and groups that make no sense among two."""

_SUBCOMMAND, _STRING = 1, 3
_TYPES = {
    Kind.TEXT: _STRING,
    Kind.CHOICE: _STRING,
    Kind.DATE: _STRING,
    Kind.NUMBER: 4,
    Kind.YES_NO: 5,
    Kind.CHANNEL: 7,
    Kind.ROLE: 8,
    Kind.FILE: 11,
}
_CHAT_INPUT, _MESSAGE_MENU = 1, 3
_SERVER, _DIRECT = 0, 1
_TEXT_CHANNEL = 0
_GUILD_INSTALL = 0
_DESCRIPTION, _STRING_LENGTH, _CHOICES, _SUBCOMMANDS = 100, 6000, 25, 25
_SPOKEN = 2000
"""From this length on a text is better written into a form: its option may be left out, which opens one."""


def payloads(catalog: Catalog) -> list[dict[str, Any]]:
    """What Discord is told of the commands. Raises ValueError where it could not show them.

    Only what nobody but admins may use is hidden from others: a community names roles of its own, of which
    Discord's permissions know nothing, and every use is checked anyway.
    """
    commands = [command for command in catalog.shown() if _is_offered(command)]
    groups = groupby(commands, key=lambda command: command.name.split()[0])
    typed = [_top(name, list(members)) for name, members in groups]
    return [*typed, *(_menu(command) for command in commands if command.menu)]


def _is_offered(command: Command) -> bool:
    """Whether Discord shows a command: none for operators, and none of files, as no upload is taken in."""
    return command.role < Role.OPERATOR and not any(_is_file(p) and p.required for p in command.parameters)


def _is_file(parameter: Parameter) -> bool:
    return parameter.kind is Kind.FILE


def _top(name: str, members: Sequence[Command]) -> dict[str, Any]:
    alone = [one for one in members if " " not in one.name]
    if len(members) > _SUBCOMMANDS or (alone and len(members) > 1):
        raise ValueError(f"Discord cannot show /{name} with {len(members)} commands below it")
    lowest = min(command.role for command in members)
    is_group = not alone
    described = _group(name, members) if is_group else members[0].description
    return {
        "type": _CHAT_INPUT,
        "name": name,
        "description": cut(described),
        "options": [_subcommand(one) for one in members] if is_group else _options(members[0]),
        **_shown_to(name, lowest),
    }


def _group(name: str, members: Sequence[Command]) -> str:
    return f"{name.capitalize()}: {', '.join(one.name.split()[1] for one in members)}"


def _shown_to(name: str, role: Role) -> dict[str, Any]:
    alone = role > Role.MEMBER or name in IN_CHANNELS
    permissions = discord.Permissions(manage_guild=True).value
    return {
        "contexts": [_SERVER] if alone else [_SERVER, _DIRECT],
        "integration_types": [_GUILD_INSTALL],
        "default_member_permissions": permissions if role is Role.ADMIN else None,
    }


def _menu(command: Command) -> dict[str, Any]:
    return {"type": _MESSAGE_MENU, "name": command.menu, **_shown_to(command.name, command.role)}


def _subcommand(command: Command) -> dict[str, Any]:
    return {
        "type": _SUBCOMMAND,
        "name": command.name.split()[1],
        "description": cut(command.description),
        "options": _options(command),
    }


def _options(command: Command) -> list[dict[str, Any]]:
    """The options, those that must be given first, as Discord wants it; files of the machine are left out."""
    options = [_option(parameter) for parameter in command.parameters if not _is_file(parameter)]
    return sorted(options, key=lambda option: not option["required"])


def _option(parameter: Parameter) -> dict[str, Any]:
    return {
        "type": _TYPES[parameter.kind],
        "name": parameter.name,
        "description": cut(parameter.option.label),
        "required": parameter.required and not _is_spoken(parameter),
        **dict(_limits(parameter)),
    }


def _is_spoken(parameter: Parameter) -> bool:
    return parameter.kind is Kind.TEXT and (parameter.option.most or 0) >= _SPOKEN


def _limits(parameter: Parameter) -> Iterator[tuple[str, Any]]:
    option = parameter.option
    if parameter.kind is Kind.NUMBER:
        bounds = (("min_value", option.least), ("max_value", option.most))
        yield from ((key, bound) for key, bound in bounds if bound is not None)
    if parameter.kind is Kind.TEXT and option.most:
        yield "max_length", min(option.most, _STRING_LENGTH)
    if parameter.kind is Kind.CHANNEL:
        yield "channel_types", [_TEXT_CHANNEL]
    if parameter.kind is Kind.CHOICE and len(parameter.choices) <= _CHOICES:
        yield "choices", [{"name": choice, "value": choice} for choice in parameter.choices]
    elif option.suggest or parameter.kind is Kind.CHOICE:
        yield "autocomplete", True


def cut(text: str, most: int = _DESCRIPTION) -> str:
    """A text that fits, cut between words where it is too long."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    whole = text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,:;")
    return f"{whole or text[: most - 1]}…"


async def sync(
    http: HTTPClient, application: int, commands: Sequence[Mapping[str, Any]], server: int | None
) -> None:
    """Register the commands in place of all that were: in one server, or wherever the bot is."""
    told: Any = [dict(command) for command in commands]
    if server is None:
        await http.bulk_upsert_global_commands(application, told)
    else:
        await http.bulk_upsert_guild_commands(application, server, told)


def line_of(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The command that was used and its values, also the one that is being typed, from an interaction."""
    name, options = data["name"], data.get("options") or []
    if options and options[0]["type"] == _SUBCOMMAND:
        name, options = f"{name} {options[0]['name']}", options[0].get("options") or []
    return name, {option["name"]: _text(option["value"]) for option in options}


def focused(data: Mapping[str, Any]) -> str | None:
    """The name of the option that is being typed."""
    options = data.get("options") or []
    if options and options[0]["type"] == _SUBCOMMAND:
        options = options[0].get("options") or []
    return next((option["name"] for option in options if option.get("focused")), None)


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def menu_command(catalog: Catalog, name: str) -> Command | None:
    """The command that an entry in a message's menu brings; its first option is the message's text."""
    return next((command for command in catalog.commands if command.menu == name), None)
