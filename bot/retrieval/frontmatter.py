"""The particulars that stand above a Markdown text between two lines of `---`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import yaml

from bot.errors import InputError
from bot.knowledge import links
from bot.knowledge.article import AUTHOR_LENGTH, TITLE_LENGTH, Stance
from bot.plain import one_line

_LENGTH = 20_000
_BETWEEN_RULES = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII)
_NOBODY_SAID = frozenset({"", "~", "null"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What it says; `None` where it does not."""

    title: str | None = None
    author: str | None = None
    date: date | None = None
    url: str | None = None
    stance: Stance | None = None
    corrects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    key: str
    line: int
    values: tuple[str, ...]

    def wrong(self, must: str) -> InputError:
        """Says where the entry stands and what it must be."""
        said = ", ".join(self.values)
        shown = said if len(said) <= 40 else f"{said[:39]}…"
        return InputError(f"Front matter, line {self.line}: {self.key} must be {must}, not “{shown}”.")


def parse(text: str) -> tuple[FrontMatter, str]:
    """What the front matter of a text says, and the text without it.

    Keys that mean nothing here are passed over. Raises InputError naming line and key of what is wrong.
    """
    match = _BETWEEN_RULES.match(text[:_LENGTH])
    if match is None:
        return FrontMatter(), text
    root = _composed(match[1] or "")
    if not isinstance(root, yaml.MappingNode | None):
        return FrontMatter(), text  # a text between two rules
    entries = {entry.key: entry for entry in _entries(root)}
    return _read(entries), text[match.end() :]


def _composed(source: str) -> yaml.Node | None:
    try:
        # Composed only: no value is made into a date, a number or a truth value, and each knows its line.
        node: yaml.Node | None = yaml.compose(source, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise InputError(f"Front matter, line {line}: {error.problem or 'that is not YAML'}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("The front matter cannot be read as YAML.") from error
    return node


def _entries(root: yaml.MappingNode | None) -> Iterator[_Entry]:
    for key, value in root.value if root else ():
        if not isinstance(key, yaml.ScalarNode) or key.value not in FrontMatter.__dataclass_fields__:
            continue
        yield _Entry(key=key.value, line=key.start_mark.line + 2, values=_values(key, value))


def _values(key: yaml.ScalarNode, value: yaml.Node) -> tuple[str, ...]:
    nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
    if not all(isinstance(node, yaml.ScalarNode) for node in nodes):
        line = key.start_mark.line + 2
        raise InputError(f"Front matter, line {line}: {key.value} must be a word or a list of words.")
    said = [one_line(node.value) for node in nodes]
    return tuple(one for one in said if one.lower() not in _NOBODY_SAID)


def _read(entries: dict[str, _Entry]) -> FrontMatter:
    said = {key: entry for key, entry in entries.items() if entry.values}
    return FrontMatter(
        title=_joined(said.get("title"), TITLE_LENGTH),
        author=_joined(said.get("author"), AUTHOR_LENGTH),
        date=_date(said.get("date")),
        url=_url(said.get("url")),
        stance=_stance(said.get("stance")),
        corrects=_corrects(said.get("corrects")),
    )


def _joined(entry: _Entry | None, length: int) -> str | None:
    if entry is None:
        return None
    return _within(", ".join(entry.values), length, entry)


def _corrects(entry: _Entry | None) -> tuple[str, ...]:
    return tuple(_within(value, TITLE_LENGTH, entry) for value in entry.values) if entry else ()


def _within(value: str, length: int, entry: _Entry) -> str:
    if len(value) > length:
        raise entry.wrong(f"at most {length} characters long")
    return value


def _date(entry: _Entry | None) -> date | None:
    if entry is None:
        return None
    match = _DAY.fullmatch(", ".join(entry.values))
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError as error:
        raise entry.wrong("a day like 2026-11-23") from error


def _stance(entry: _Entry | None) -> Stance | None:
    if entry is None:
        return None
    try:
        return Stance(", ".join(entry.values).lower())
    except ValueError as error:
        *most, last = (stance.value for stance in Stance)
        raise entry.wrong(f"{', '.join(most)} or {last}") from error


def _url(entry: _Entry | None) -> str | None:
    if entry is None:
        return None
    try:
        return links.checked(", ".join(entry.values))
    except InputError as error:
        raise InputError(error.message, f"Front matter, line {entry.line}: url.") from error
