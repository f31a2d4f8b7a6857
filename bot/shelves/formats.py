"""The formats as files: those that ship with the bot, and the operator's own beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bot.debating.format import Format
from bot.debating.reading import LONGEST, FormatError, read_format
from bot.errors import InputError, NotFound
from bot.plain import one_line
from bot.shipped import shipped

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What the files say now, and what is wrong with those that make no format, by the name of the file."""

    formats: tuple[Format, ...]
    broken: dict[str, InputError]


class FormatShelf:
    """The `Formats` port over two folders of TOML files.

    `own` is the operator's; it need not be there. A file of theirs takes the place of a shipped format with
    the same id. Files are read anew every time, so that a change holds for the next debate.
    """

    def __init__(self, own: Path) -> None:
        self._own = own
        self._told: set[str] = set()

    async def all(self) -> tuple[Format, ...]:
        """Every format that adds up, those that ship first. A file that does not is left out and logged."""
        return (await asyncio.to_thread(self._shelf)).formats

    async def named(self, name: str) -> Format:
        """One format by its id or name. Raises NotFound, naming the nearest; InputError for a broken file."""
        shelf = await asyncio.to_thread(self._shelf)
        wanted = one_line(name).casefold()
        if error := shelf.broken.get(wanted):
            raise error
        for format in shelf.formats:
            if wanted in (format.id.casefold(), format.name.casefold()):
                return format
        raise _unknown(name, shelf.formats)

    async def read(self, file: Path) -> Format:
        """The format that a file makes. Raises NotFound for no file, InputError with all mistakes."""
        return await asyncio.to_thread(_read, file)

    def _shelf(self) -> _Shelf:
        broken: dict[str, InputError] = {}
        own = self._read_all(_files(self._own), broken)
        supplied = self._read_all(_files(shipped("formats")), broken, instead=own.keys() | broken.keys())
        return _Shelf((*supplied.values(), *own.values()), broken)

    def _read_all(
        self, files: Iterable[Path], broken: dict[str, InputError], instead: Container[str] = ()
    ) -> dict[str, Format]:
        """The formats of these files by id, but for those that others are there `instead` of."""
        found: dict[str, Format] = {}
        for file in files:
            try:
                format = _read(file)
                if format.id in found:
                    raise FormatError([f"Another file has the id {format.id}, too."], _correct(file))
            except InputError as error:
                broken[file.stem.casefold()] = error
                self._tell(file, error)
            else:
                if format.id not in instead:
                    found[format.id] = format
        return found

    def _tell(self, file: Path, error: InputError) -> None:
        """Log a broken file, once for the same mistakes."""
        what = f"{file}: {' '.join(error.message.split())}"
        if what not in self._told:
            self._told.add(what)
            log.warning("format left out file=%s", what)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith("."))


def _read(file: Path) -> Format:
    try:
        return read_format(_text(file))
    except FormatError as error:
        raise FormatError(error.problems, _correct(file)) from error


def _correct(file: Path) -> str:
    return f"Correct {one_line(str(file))}."


def _text(file: Path) -> str:
    shown = one_line(str(file))
    try:
        if not file.exists():
            raise NotFound(f"There is no file {shown}.")
        if not file.is_file():  # a folder; or a pipe, which would be waited for
            raise InputError(
                f"{shown} is not a file.", "A format is a TOML file, such as formats/quick.toml."
            )
        with file.open("rb") as opened:
            data = opened.read(4 * LONGEST + 1)  # longer ones are refused for it
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormatError(["This is no TOML: the file is not text in UTF-8."], _correct(file)) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "there can be no such file"
        raise InputError(f"I cannot read {shown}: {why}.") from error


def _unknown(name: str, formats: Iterable[Format]) -> NotFound:
    """What people are told of a format that there is not."""
    names = {said.casefold(): format.id for format in formats for said in (format.id, format.name)}
    near = get_close_matches(one_line(name).casefold(), list(names), 1, 0.5)
    typed = one_line(name)
    known = ", ".join(dict.fromkeys(names.values()))
    return NotFound(
        f"There is no format “{typed if len(typed) <= 40 else typed[:39] + '…'}”.",
        f"Did you mean {names[near[0]]}?" if near else f"There is: {known}.",
    )
