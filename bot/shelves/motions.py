"""The motions as files: those that ship with the bot, and the operator's own beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from bot.debating.likeness import near, same
from bot.debating.motion import Motion, own_motion
from bot.debating.motions import MotionError, read_motion
from bot.errors import NotFound
from bot.plain import one_line
from bot.shipped import shipped

log = logging.getLogger(__name__)

_Read = Motion | MotionError
_Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What the files say now: motions in their order, and what is wrong with the files that make none."""

    motions: tuple[Motion, ...]
    broken: Mapping[str, MotionError]


class MotionShelf:
    """The `Motions` port over two folders of TOML files.

    `own` is the operator's; it need not be there. A file of theirs takes the place of a shipped one with the
    same name; a number that a shipped motion has stays with that one. Files are read anew when they change.
    """

    def __init__(self, own: Path) -> None:
        self._own = own
        self._known: dict[Path, tuple[_Stamp, _Read]] = {}
        self._lock = Lock()

    async def all(self) -> tuple[Motion, ...]:
        """Every motion, in order of their numbers; the operator's own come last."""
        return (await asyncio.to_thread(self._shelf)).motions

    async def matching(self, text: str) -> Motion:
        """The motion of that number, id or wording, else one in the member's own words (`own_motion`).

        Raises NotFound for a number that no motion has, InputError for words that make no motion and for
        the id of a file that does not add up.
        """
        shelf = await asyncio.to_thread(self._shelf)
        typed = one_line(text)
        if (number := typed.removeprefix("#").strip()).isdecimal():
            return _numbered(number, shelf.motions)
        name = typed.casefold()
        for id, error in shelf.broken.items():
            if id.casefold() == name:
                raise error
        named = (motion for motion in shelf.motions if motion.id.casefold() == name)
        return next(named, None) or _worded(typed, shelf.motions) or own_motion(text)

    def _shelf(self) -> _Shelf:
        with self._lock:
            return self._looked()

    def _looked(self) -> _Shelf:
        files = {file: file.parent != self._own for file in (*_files(shipped("motions")), *_files(self._own))}
        own_names = {file.stem for file, is_shipped in files.items() if not is_shipped}
        self._known = {file: known for file, known in self._known.items() if file in files}
        supplied, own, broken = list[Motion](), list[Motion](), dict[str, MotionError]()
        for file, is_shipped in files.items():
            if is_shipped and file.stem in own_names:
                continue
            match self._read(file):
                case MotionError() as error:
                    broken[file.stem] = error
                case Motion() as motion:
                    (supplied if is_shipped else own).append(motion)
        return _Shelf(_ordered(supplied, own), broken)

    def _read(self, file: Path) -> _Read:
        """What a file says, or what is wrong with it; logged once."""
        stamp = _stamp(file)
        if (known := self._known.get(file)) and known[0] == stamp:
            return known[1]
        read: _Read
        try:
            read = read_motion(file.read_text(encoding="utf-8"), file.stem)
        except MotionError as error:
            read = error
        except (OSError, UnicodeDecodeError) as error:
            read = MotionError(file.stem, [f"It cannot be read: {error}."])
        if isinstance(read, MotionError):
            log.warning("motion left out: %s", read.message)
        self._known[file] = (stamp, read)
        return read


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith("."))


def _stamp(file: Path) -> _Stamp:
    try:
        seen = file.stat()
    except OSError:
        return (0, 0)
    return (seen.st_mtime_ns, seen.st_size)


def _ordered(supplied: Iterable[Motion], own: Iterable[Motion]) -> tuple[Motion, ...]:
    """The shipped ones by number, then the operator's; no number twice."""
    ordered, taken = list[Motion](), set[int]()
    for motions in (supplied, own):
        for motion in sorted(motions, key=lambda one: (one.number == 0, one.number, one.id)):
            ordered.append(replace(motion, number=0) if motion.number in taken else motion)
            taken.add(motion.number)
    return tuple(ordered)


def _numbered(number: str, motions: Iterable[Motion]) -> Motion:
    wanted = number.lstrip("0")
    for motion in motions:
        if motion.number and str(motion.number) == wanted:
            return motion
    raise NotFound(f"There is no motion {number[:20]}.", "/debate motions lists those that there are.")


def _worded(typed: str, motions: Iterable[Motion]) -> Motion | None:
    """The motion in these words, or the only one that they come near to."""
    motions = list(motions)
    for motion in motions:
        if same(typed, motion.text):
            return motion
    nearest = [motion for motion in motions if near(typed, motion.text)]
    return nearest[0] if len(nearest) == 1 else None
