"""From values as text to a request: converted, within limits, or a form for what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any

from bot.chat.command import Command, Kind, Parameter
from bot.chat.reply import Field, Form
from bot.errors import InputError
from bot.plain import plain

LONG = 300
"""A text that may have more characters than this gets a large field in a form."""

_PICKED = (Kind.ROLE, Kind.CHANNEL, Kind.FILE)
_YES, _NO = {"yes", "y", "true", "on", "1"}, {"no", "n", "false", "off", "0"}


def missing(command: Command, values: Mapping[str, str]) -> tuple[Parameter, ...]:
    """The required options that have no value yet."""
    return tuple(p for p in command.parameters if p.required and not values.get(p.name, "").strip())


def form(command: Command, values: Mapping[str, str]) -> Form:
    """A form that asks for the required options without a value."""
    fields = tuple(field(parameter) for parameter in missing(command, values))
    return Form(command=command.name, fields=fields, known=dict(values))


def field(parameter: Parameter, default: str = "") -> Field:
    """How a form asks for an option; `default` stands there already."""
    return Field(
        name=parameter.name,
        label=parameter.option.label,
        default=default,
        required=parameter.required,
        choices=parameter.choices,
        long=parameter.kind is Kind.TEXT and (parameter.option.most or 0) > LONG,
        pick=parameter.kind.value if parameter.kind in _PICKED else "",
    )


def bind(command: Command, values: Mapping[str, str]) -> Any:
    """The request that the values make. Raises InputError that says which value is wrong and why."""
    if lacking := missing(command, values):
        raise _lacking(command, lacking[0])
    given = {p.field: _convert(p, values[p.name]) for p in command.parameters if p.name in values}
    return command.request(**given)


def _lacking(command: Command, parameter: Parameter) -> InputError:
    if parameter.option.complaint:
        return InputError(parameter.option.complaint)
    return InputError(f"/{command.name} needs: {parameter.option.label.lower()}.", f"Usage: /{command.usage}")


def _convert(parameter: Parameter, text: str) -> Any:
    if parameter.kind is Kind.FILE:
        return _path(text)
    text = plain(text).strip()
    if not text and not parameter.required:
        return "" if parameter.kind is Kind.TEXT else parameter.default
    match parameter.kind:
        case Kind.TEXT:
            _within(parameter, len(text))
            if parameter.required and not text:
                raise InputError(parameter.option.complaint or f"{parameter.option.label} is empty.")
            return text
        case Kind.NUMBER:
            return _number(parameter, text)
        case Kind.YES_NO:
            return _yes_no(parameter, text)
        case Kind.CHOICE:
            return _choice(parameter, text)
        case Kind.DATE:
            return _date(text)
        case Kind.ROLE | Kind.CHANNEL:
            return parameter.python_type(text)


def _within(parameter: Parameter, size: int) -> None:
    least, most = parameter.option.least, parameter.option.most
    if (least is not None and size < least) or (most is not None and size > most):
        raise InputError(parameter.option.complaint or _limits(parameter))


def _limits(parameter: Parameter) -> str:
    least, most = parameter.option.least, parameter.option.most
    unit = " characters" if parameter.kind is Kind.TEXT else ""
    if most is None:
        return f"{parameter.option.label}: at least {least:,}{unit}."
    if least is None:
        return f"{parameter.option.label}: at most {most:,}{unit}."
    return f"{parameter.option.label}: {least:,} to {most:,}{unit}."


def _number(parameter: Parameter, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise InputError(
            f"“{text[:40]}” is not a whole number.", f"It is: {parameter.option.label}."
        ) from None
    _within(parameter, number)
    return number


def _yes_no(parameter: Parameter, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise InputError(f"“{text[:40]}” is neither yes nor no.", f"It is: {parameter.option.label}.")


def _choice(parameter: Parameter, text: str) -> Enum:
    if text.casefold() in parameter.choices:
        kind: type[Enum] = parameter.python_type
        return kind(text.casefold())
    near = get_close_matches(text.casefold(), parameter.choices, 1, 0.5)
    nearest = f" Did you mean {near[0]}?" if near else ""
    raise InputError(f"“{text[:40]}” is not one of: {', '.join(parameter.choices)}.{nearest}")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"I do not understand the date “{text[:40]}”.", "Example: 2026-12-01") from None


def _path(text: str) -> Path:
    """The path as it was typed: names of files are not cleaned, or they would not be found."""
    if "\0" in text:
        raise InputError("That is not the name of a file.")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InputError(f"I do not know whose folder “{text[:40]}” is in.") from None
