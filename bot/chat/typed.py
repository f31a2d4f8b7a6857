"""From a typed line, or a shell's arguments, to a command and its values, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.chat.catalog import Catalog
from bot.chat.command import Command, Kind, Parameter
from bot.errors import InputError
from bot.plain import plain

_OPENING = {'"': '"', "“": "”", "„": "“", "«": "»"}
_VISIBLE = re.compile(r"\S")
_NAMED = re.compile(r"(?:--([\w-]+)(?:=(.*))?|(\w[\w-]*):(.*))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a typed line: `raw` as it stands there, `text` without the quotation marks around it.

    `exact` words were told apart by a shell, where nothing looks like an option by chance.
    """

    raw: str
    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """A command with the values that were typed for it, by parameter name, not yet converted."""

    command: Command
    values: Mapping[str, str]


def words(line: str) -> list[Word]:
    """The words of a line; quotation marks hold several together. An apostrophe is a letter."""
    found, position = [], 0
    while match := _VISIBLE.search(line, position):
        position = _end_of_word(line, match.start())
        raw = line[match.start() : position]
        found.append(Word(raw, _unquoted(raw)))
    return found


def _end_of_word(line: str, start: int) -> int:
    position = start
    while position < len(line) and not line[position].isspace():
        opens_here = position == start or line[position - 1] in ":="
        closing = _OPENING.get(line[position], "") if opens_here else ""
        end = line.find(closing, position + 1) if closing else -1
        position = end + 1 if end >= 0 else position + 1
    return position


def _unquoted(raw: str) -> str:
    """`"a b"` is a b and `title:"a b"` is title:a b; a quotation mark that nothing closes stays."""
    head, value = re.fullmatch(r"((?:--[\w-]+=|\w[\w-]*:)?)(.*)", raw, re.DOTALL).groups()  # type: ignore[union-attr]  # always matches
    if len(value) > 1 and value[-1] == _OPENING.get(value[0]):
        value = value[1:-1]
    return f"{head}{value}"


def from_line(catalog: Catalog, line: str) -> Typed:
    """Read what a person typed, with or without its `/` or `!`. Raises NotFound and InputError."""
    return _read(catalog, words(line.strip().removeprefix("/").removeprefix("!")))


def from_arguments(catalog: Catalog, arguments: Sequence[str]) -> Typed:
    """Read a shell's arguments, each of them one word. Raises NotFound and InputError."""
    return _read(catalog, [Word(argument, argument, exact=True) for argument in arguments])


def _read(catalog: Catalog, line: list[Word]) -> Typed:
    command, taken = catalog.match([plain(word.text) for word in line[:2]])
    named: dict[str, str] = {}
    rest = iter(line[taken:])
    loose = [word for word in rest if not _take_named(command, word, rest, named)]
    return Typed(command, {**_by_position(command, loose, named), **named})


def _take_named(command: Command, word: Word, rest: Iterator[Word], named: dict[str, str]) -> bool:
    match = _NAMED.fullmatch(word.text)
    if not match:
        return False
    dashed, dashed_value, name, value = match.groups()
    parameter = command.parameter(dashed or name)
    if parameter is None and dashed:
        _refuse_option(command, dashed, word)
    if parameter is None or (name and not value and word.raw.endswith(":")):
        return False
    named[parameter.name] = value if name else _value_after(parameter, dashed_value, rest)
    return True


def _value_after(parameter: Parameter, value: str | None, rest: Iterator[Word]) -> str:
    if value is not None:
        return value
    if parameter.kind is Kind.YES_NO:
        return "yes"
    following = next(rest, None)
    if following is None:
        raise InputError(
            f"--{parameter.name.replace('_', '-')} needs a value.", f"It is: {parameter.option.label}."
        )
    return following.text


def _refuse_option(command: Command, name: str, word: Word) -> None:
    """Raise InputError, unless what looks like an option may be part of a question."""
    known = [parameter.name.replace("_", "-") for parameter in command.parameters]
    near = get_close_matches(name, known, 1, 0.6)
    takes_text = any(parameter.option.rest for parameter in command.parameters)
    if near or word.exact or not takes_text:
        hint = f"Did you mean --{near[0]}?" if near else f"Usage: /{command.usage}"
        raise InputError(f"/{command.name} has no option --{name}.", hint)


def _by_position(command: Command, loose: list[Word], named: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for parameter in command.parameters:
        if not loose or parameter.name in named:
            continue
        if parameter.option.rest:
            values[parameter.name] = loose[0].text if len(loose) == 1 else " ".join(w.raw for w in loose)
            return values
        values[parameter.name] = loose.pop(0).text
    if loose:
        raise InputError(f"I do not know what to do with “{loose[0].text[:60]}”.", f"Usage: /{command.usage}")
    return values


def as_line(command: str, values: Mapping[str, str]) -> str:
    """A line that reads back to this command with these values: what a button brings when it is pressed."""
    return " ".join([command, *(f"{name}:{quoted(value)}" for name, value in values.items())])


def quoted(value: str) -> str:
    """A value as it must be typed; one with every kind of quotation mark loses the straight ones."""
    if value and not re.search(r'[\s"“„«]', value):
        return value
    opening = next((mark for mark, closing in _OPENING.items() if closing not in value), None)
    if opening is None:
        opening, value = '"', value.replace('"', "'")
    return f"{opening}{value}{_OPENING[opening]}"
