"""Reads articles from files on this machine."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.errors import InputError, NotFound
from bot.knowledge.article import NAME_LENGTH, Draft
from bot.plain import one_line

LIMIT_MB = 10
"""A text file is at most this large."""

_MARKDOWN = (".md", ".markdown")
_TEXT = (".txt", ".text")
_KINDS = (*_MARKDOWN, *_TEXT)
_READS = f"I read Markdown and plain text ({', '.join(_KINDS)})."


class FileImporter:
    """`ports.Importer` for Markdown, with or without front matter, and plain text."""

    async def is_folder(self, path: Path) -> bool:
        """Whether there is a folder at a path. Raises InputError when nobody can tell."""
        return await asyncio.to_thread(_is_folder, path)

    async def files(self, path: Path) -> AsyncIterator[Path]:
        """The files to read at a path, in order: the file itself, or those anywhere in the folder.

        Hidden files, other kinds, and links that lead out of the folder are passed over. Raises InputError
        when there is nothing to read.
        """
        for file in await asyncio.to_thread(_found, path):
            yield file

    async def read(self, path: Path) -> Draft:
        """A file as a draft, with what its front matter says. Raises InputError that names what is wrong.

        Who added it, and the channel it is kept to, are left for the caller to fill in.
        """
        return await asyncio.to_thread(_draft, path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _found(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            _check_kind(path)
            with _opened(path):
                return [path]
        found = list(_inside(path))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not found:
        raise InputError(f"There is nothing to read in {_shown(path)}.", _READS)
    return found


def _inside(folder: Path) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        if error.filename == str(folder):
            raise error

    top = folder.resolve()
    for parent, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in (Path(parent, name) for name in sorted(names) if not name.startswith(".")):
            if file.suffix.lower() in _KINDS and file.is_file() and file.resolve().is_relative_to(top):
                yield file


def _draft(path: Path) -> Draft:
    try:
        _check_kind(path)
        with _opened(path) as file:
            data = _content(file)
        source = os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    # Imported when needed: what reads Markdown takes a while to load, and most starts read no file.
    from bot.retrieval.drafting import drafted

    is_markdown = path.suffix.lower() in _MARKDOWN
    return drafted(data, f"file:{source}", is_markdown=is_markdown, otherwise=_readable(path))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    # Looked at before it is opened, since opening a device may do something, and a pipe would wait.
    if not stat.S_ISREG(path.stat().st_mode):
        raise InputError(f"{_shown(path)} is not a file.", _READS)
    with path.open("rb") as file:
        yield file


def _content(file: BinaryIO) -> bytes:
    limit = LIMIT_MB * 10**6
    if os.fstat(file.fileno()).st_size <= limit and len(data := file.read(limit + 1)) <= limit:
        return data
    raise InputError(f"That file is too large ({LIMIT_MB} MB at most).")


def _check_kind(path: Path) -> None:
    if path.suffix.lower() not in _KINDS and path.is_file():
        raise InputError(f"I cannot read {_shown(path)}.", _READS)


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    match error:
        case FileNotFoundError() | NotADirectoryError() | ValueError():
            return NotFound(f"There is no file or folder {_shown(path)}.")
        case PermissionError():
            return InputError(f"I may not read {_shown(path)}.", "Mend its permissions, or copy it.")
    return InputError(f"I cannot read {_shown(path)}: {error.strerror or error}.")


def _shown(path: Path) -> str:
    typed = one_line(str(path))
    return typed if len(typed) <= NAME_LENGTH else f"…{typed[1 - NAME_LENGTH :]}"


def _readable(path: Path) -> str:
    name = one_line(path.stem.replace("_", " ").replace("-", " "))[:NAME_LENGTH]
    return name[:1].upper() + name[1:] or "Untitled"
