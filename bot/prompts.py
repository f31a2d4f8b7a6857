"""Loads prompts/*.md: front matter that says what a prompt is for and what goes into it, then its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from bot.errors import SettingsError
from bot.model import Prompt
from bot.shipped import shipped

PARTS = ("system", "opening", "closing")
_KEYS = ("purpose", "inputs", "limits")
_FRONT = re.compile(r"---\n(.*?)^---\n(.*)", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^# (\w+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFile:
    """One prompt: its texts by part, what goes into their braces, how long the answer may be."""

    name: str
    purpose: str
    inputs: Mapping[str, str]
    tokens: int
    temperature: float | None
    parts: Mapping[str, str]

    def filled(self, excerpts: tuple[str, ...] = (), /, **given: str) -> Prompt:
        """The prompt with its inputs put in. Raises TypeError where inputs lack or nobody asked for them."""
        if given.keys() != self.inputs.keys():
            raise TypeError(
                f"{self.name} takes {', '.join(self.inputs)}, not {', '.join(given) or 'nothing'}"
            )
        texts = {part: text.format_map(given) for part, text in self.parts.items()}
        return Prompt(
            system=texts["system"],
            opening=texts.get("opening", ""),
            closing=texts["closing"],
            excerpts=excerpts,
        )


@cache
def prompt(name: str) -> PromptFile:
    """The prompt of that name, from the folder `prompts`. Raises SettingsError where it does not add up."""
    return read(shipped("prompts") / f"{name}.md")


def check_all() -> None:
    """Read every prompt. Raises SettingsError that lists all that is wrong with any of them."""
    problems: list[str] = []
    for file in sorted(shipped("prompts").glob("*.md")):
        try:
            read(file)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)


def read(file: Path) -> PromptFile:
    """One prompt file. Raises SettingsError that lists all that is wrong with it."""
    try:
        whole = _FRONT.fullmatch(file.read_text(encoding="utf-8"))
        said: Any = yaml.safe_load(whole[1]) if whole else None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise _wrong(file, [f"it cannot be read: {' '.join(str(error).split())}."]) from error
    if whole is None:
        raise _wrong(file, ["it needs front matter between --- lines."])
    before, *pieces = _PART.split(whole[2])
    parts = [(name, text.strip()) for name, text in zip(pieces[::2], pieces[1::2], strict=True)]
    if problems := [*_in_front(said), *_in_parts(before, parts), *_in_use(_table(said, "inputs"), parts)]:
        raise _wrong(file, problems)
    return PromptFile(
        name=file.stem,
        purpose=said["purpose"],
        inputs=said["inputs"],
        tokens=said["limits"]["tokens"],
        temperature=said["limits"].get("temperature"),
        parts=dict(parts),
    )


def _wrong(file: Path, problems: list[str]) -> SettingsError:
    error = SettingsError([f"{file.name}: {problem}" for problem in problems])
    error.hint = f"Correct {file}."
    return error


def _table(said: Any, name: str) -> dict[Any, Any]:
    """The list of name: value under that name; empty where it is none."""
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _in_front(said: Any) -> Iterator[str]:
    """What is wrong with the front matter."""
    if not isinstance(said, dict):
        yield "its front matter must be a list of name: value."
        return
    yield from (f"it knows no {key}." for key in said if key not in _KEYS)
    yield from (f"it lacks {key}." for key in _KEYS if key not in said)
    if not isinstance(said.get("purpose", ""), str):
        yield "its purpose must be a sentence."
    yield from (
        f"its {key} must be a list of name: value."
        for key in ("inputs", "limits")
        if key in said and not isinstance(said[key], dict)
    )
    for name, about in _table(said, "inputs").items():
        if not isinstance(about, str):
            yield f"its input {name} lacks a word on what it is."
    if isinstance(said.get("limits"), dict):
        yield from _in_limits(said["limits"])


def _in_limits(limits: Mapping[Any, Any]) -> Iterator[str]:
    tokens, temperature = limits.get("tokens"), limits.get("temperature", 0)
    if type(tokens) is not int or tokens < 1:
        yield "its limit tokens must be a whole number from 1."
    if type(temperature) not in (int, float) or not 0 <= temperature <= 2:
        yield "its limit temperature must be a number from 0 to 2."
    yield from (f"it knows no limit {name}." for name in limits if name not in ("tokens", "temperature"))


def _in_parts(before: str, parts: list[tuple[str, str]]) -> Iterator[str]:
    """What is wrong with the parts."""
    if before.strip():
        yield "it has text before its first part."
    names = [name for name, _ in parts]
    yield from (
        f"it has two parts # {name}." for name in sorted({name for name in names if names.count(name) > 1})
    )
    yield from (f"it knows no part # {name}." for name in names if name not in PARTS)
    yield from (f"it has no part # {name}." for name in ("system", "closing") if not dict(parts).get(name))


def _in_use(inputs: Mapping[Any, Any], parts: list[tuple[str, str]]) -> Iterator[str]:
    """Where the texts and the inputs do not agree."""
    used: set[str] = set()
    readable = True
    for part, text in parts:
        try:
            for _, name, form, conversion in Formatter().parse(text):
                if form or conversion:
                    yield f"{{{name}}} in # {part} must be a name alone."
                used |= set() if name is None else {name}
        except ValueError as error:
            readable = False
            yield f"braces in # {part}: {error}."
    yield from (f"{{{name}}} is not among its inputs." for name in sorted(used - inputs.keys()))
    yield from (f"its input {name} is used nowhere." for name in inputs if readable and name not in used)
