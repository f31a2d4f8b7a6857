"""A command is its request: a frozen class whose docstring describes it and whose fields are its options."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

from bot.chat.invocation import Role

Request = TypeVar("Request")


class Kind(StrEnum):
    """What sort of value an option takes."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes or no"
    CHOICE = "choice"
    DATE = "date"
    FILE = "file"
    ROLE = "role"
    CHANNEL = "channel"


class RoleId(str):
    """The id of a role of a community: picked from a list where the platform has one."""

    __slots__ = ()


class ChannelId(str):
    """The id of a channel of a community: picked from a list where the platform has one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Option:
    """What a field's type does not say: its label, limits, where its completions come from.

    `least` and `most` bound a number, or the characters of a text; `complaint` is said where they are broken.
    `suggest` names a source of completions; `rest` makes it take all that is left of a typed line.
    """

    label: str
    least: int | None = None
    most: int | None = None
    complaint: str = ""
    suggest: str | None = None
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One option of a command, derived from a `field`; that of `for_` is called `for`."""

    name: str
    field: str
    kind: Kind
    option: Option
    required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    python_type: type = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command with everything that is shown and checked of it, derived from its request."""

    name: str
    request: type
    description: str
    details: str
    parameters: tuple[Parameter, ...]
    role: Role
    private: bool
    hidden: bool
    shell_only: bool
    paced: bool
    example: str
    menu: str

    @property
    def usage(self) -> str:
        """`articles add FILE [title] [author]`, without the slash."""
        return " ".join([self.name, *map(_shown, self.parameters)])

    def parameter(self, name: str) -> Parameter | None:
        """The option of that name; `-` may stand for `_`."""
        wanted = name.replace("-", "_").casefold()
        return next((p for p in self.parameters if p.name == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    name: str
    role: Role
    private: bool
    hidden: bool
    shell_only: bool
    paced: bool
    example: str
    menu: str


@dataclass_transform(frozen_default=True, kw_only_default=True)
def command(
    name: str,
    *,
    role: Role = Role.MEMBER,
    private: bool = True,
    hidden: bool = False,
    shell_only: bool = False,
    paced: bool = False,
    example: str = "",
    menu: str = "",
) -> Callable[[type[Request]], type[Request]]:
    """Declare a request class to be the command `name` ("ask", "articles add").

    `role` is needed to use it; `private` shows its reply to the asker alone; `hidden` keeps it out of menus
    (buttons bring it); `shell_only` keeps it out of chats; `paced` counts it among the questions that may be
    asked in a minute. `example` is what `/help` shows after the name. `menu` is what the command is called in
    the menu of a message, whose text becomes the first option.
    """
    declared = _Declared(
        name=name,
        role=role,
        private=private,
        hidden=hidden,
        shell_only=shell_only,
        paced=paced,
        example=example,
        menu=menu,
    )

    def declare(request: type[Request]) -> type[Request]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(request)
        made.__declared__ = declared  # type: ignore[attr-defined]  # the class is its own declaration
        return made

    return declare


def is_request(thing: object) -> bool:
    """Whether something is a request class declared with `command`."""
    return isinstance(thing, type) and hasattr(thing, "__declared__")


@cache
def describe(request: type) -> Command:
    """The command that a request class declares. Raises TypeError for a field that cannot be an option."""
    declared: _Declared = request.__declared__  # type: ignore[attr-defined]  # set by `command`
    description, _, details = (request.__doc__ or "").strip().partition("\n")
    hints = get_type_hints(request, include_extras=True)
    fields = dataclasses.fields(request)
    return Command(
        request=request,
        description=description,
        details=" ".join(details.split()),
        parameters=tuple(_parameter(field, hints[field.name]) for field in fields),
        **{slot.name: getattr(declared, slot.name) for slot in dataclasses.fields(declared)},
    )


def _parameter(field: dataclasses.Field[Any], hint: Any) -> Parameter:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{field.name} needs an Option beside its type")
    annotated, option = get_args(hint)
    python_type = _without_none(annotated)
    required = field.default is dataclasses.MISSING
    return Parameter(
        name=field.name.rstrip("_"),
        field=field.name,
        kind=_kind(python_type),
        option=option,
        required=required,
        default=None if required else field.default,
        choices=tuple(str(m.value) for m in python_type) if issubclass(python_type, Enum) else (),
        python_type=python_type,
    )


def _without_none(hint: Any) -> type:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if not isinstance(hint, type):
        raise TypeError(f"{hint} cannot be typed into a chat")
    return hint


_KINDS: dict[type, Kind] = {
    bool: Kind.YES_NO,
    int: Kind.NUMBER,
    date: Kind.DATE,
    Path: Kind.FILE,
    RoleId: Kind.ROLE,
    ChannelId: Kind.CHANNEL,
    Enum: Kind.CHOICE,
    str: Kind.TEXT,
}


def _kind(python_type: type) -> Kind:
    if issubclass(python_type, Enum):
        return Kind.CHOICE
    for known, kind in _KINDS.items():
        if issubclass(python_type, known):
            return kind
    raise TypeError(f"{python_type.__name__} cannot be typed into a chat")


def _shown(parameter: Parameter) -> str:
    name = parameter.name.replace("_", "-")
    return name.upper() if parameter.required else f"[{name}]"
