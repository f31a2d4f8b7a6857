"""Finds passages in a community's library, through an index that it keeps up to date before each search."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote

from bot.errors import RostrumError, StoreError
from bot.knowledge.article import Scope
from bot.knowledge.findings import Findings, Hit
from bot.ports import Library
from bot.retrieval.asking import Wanted, wanted
from bot.retrieval.index import Damaged, PassageIndex
from bot.retrieval.turns import turn

log = logging.getLogger(__name__)

OnRebuilt = Callable[[str, str], Awaitable[None]]
"""Is told the community and what its index was: "missing", "made from another library", …"""

_Seen = tuple[Wanted, list[tuple[int, float]]]

_LONGEST_NAME = 100


async def _untold(community: str, reason: str) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class _Opened:
    """A community's index in this process, and whoever is bringing it up to date.

    `damaged` when a search has failed on it: files may look whole to whoever opens them, and not be.
    """

    index: PassageIndex | None = None
    catching_up: asyncio.Task[None] | None = None
    damaged: bool = False


class IndexSearch:
    """The `Search` port over a folder of indexes, one for each community.

    Several processes may share the folder: whichever finds an index behind the library brings it up to
    date, under a lock. What is missing, damaged, of another version or made from another library is made
    anew, and `on_rebuilt` told. Locks, and marks of what has been indexed once, stand beside the folder.
    """

    def __init__(self, folder: Path, library: Library, on_rebuilt: OnRebuilt = _untold) -> None:
        self._folder = folder
        self._marks = folder.with_name(f"{folder.name}-locks")
        self._library = library
        self._on_rebuilt = on_rebuilt
        self._opened: dict[str, _Opened] = {}

    async def find(
        self, scope: Scope, query: str, *, limit: int = 10, article: int | None = None
    ) -> Findings:
        """The best passages visible in `scope`, best first, with every change so far taken in.

        Raises StoreError when the index can be neither read nor made, Passing when others make it for long.
        """
        try:
            asked, found = await self._look(scope, query, limit, article)
        except Damaged:
            # By now the index counts as damaged, so that this time it is made anew.
            with self._usable():
                asked, found = await self._look(scope, query, limit, article)
        passages = await self._library.passages_by_id(scope, [passage for passage, _ in found])
        return Findings(
            query=query,
            hits=tuple(Hit(passage=passages[one], score=score) for one, score in found if one in passages),
            weights=asked.weights,
            ceiling=asked.ceiling,
            corrected=asked.corrected,
        )

    async def forget(self, community: str) -> None:
        """Delete a community's index. Raises StoreError when that cannot be done."""
        self._opened.pop(community, None)
        mark = self._marks / f"{_name(community)}.indexed"
        with self._usable():
            await asyncio.to_thread(shutil.rmtree, self._folder / _name(community), ignore_errors=True)
            await asyncio.to_thread(mark.unlink, missing_ok=True)

    async def _look(self, scope: Scope, query: str, limit: int, article: int | None) -> _Seen:
        opened = self._opened.setdefault(scope.community, _Opened())
        index = await self._current(scope.community, opened)

        def look() -> _Seen:
            asked = wanted(query, index)
            return asked, index.search(asked, limit, channel=scope.channel, article=article)

        try:
            return await asyncio.to_thread(look)
        except Damaged:
            if opened.index is index:  # else somebody has mended it meanwhile
                opened.index, opened.damaged = None, True
            raise

    async def _current(self, community: str, opened: _Opened) -> PassageIndex:
        """The community's index with every change that the library has now."""
        latest = await self._library.latest_change(community)
        while True:
            index = opened.index
            if index is not None and index.upto >= latest and await asyncio.to_thread(index.is_there):
                return index
            if opened.catching_up is None or opened.catching_up.done():
                opened.catching_up = asyncio.create_task(self._catch_up(community, opened))
            # Shielded: whoever gives up waiting must not stop it for the others.
            await asyncio.shield(opened.catching_up)

    async def _catch_up(self, community: str, opened: _Opened) -> None:
        place, mark = self._folder / _name(community), self._marks / f"{_name(community)}.indexed"
        reason = ""
        with self._usable():
            self._marks.mkdir(parents=True, exist_ok=True)
            async with turn(mark.with_suffix(".lock")):
                try:
                    index = await asyncio.to_thread(_reopened, opened, place)
                    await self._follow(community, index)
                except Damaged as damage:
                    reason = str(damage)
                    index = await asyncio.to_thread(PassageIndex.create, place)
                    await self._follow(community, index)
                known = mark.exists()
                mark.touch()
        if reason:
            opened.damaged = False
        # A search may have failed on it meanwhile; then it is still to be made anew.
        opened.index = None if opened.damaged else index
        if reason and known:
            await self._tell(community, reason)

    async def _tell(self, community: str, reason: str) -> None:
        try:
            await self._on_rebuilt(community, reason)
        except RostrumError as error:
            log.warning("rebuilt and not told community=%s reason=%s: %s", community, reason, error)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Turn what the files of indexes raise into what an operator can act on."""
        try:
            yield
        except (Damaged, OSError) as error:
            raise StoreError(
                f"The search index in {self._folder} cannot be written: {_why(error)}.",
                "Check that the disk has space, and that the folder and "
                f"{self._marks.name} beside it belong to whoever runs me.",
            ) from error

    async def _follow(self, community: str, index: PassageIndex) -> None:
        """Take in what the library has changed since. Raises Damaged where it is not that library's index."""
        if index.stamp != await self._library.stamp(community, index.upto):
            raise Damaged("made from another library")
        more = True
        while more:
            after = index.upto
            changes = await self._library.changes(community, after)
            more = changes.more
            if changes.upto > after:
                await asyncio.to_thread(
                    index.write,
                    changes.removed,
                    changes.passages,
                    after=after,
                    upto=changes.upto,
                    stamp=changes.stamp,
                )


def _reopened(opened: _Opened, place: Path) -> PassageIndex:
    """The index as other processes have left it."""
    index = opened.index
    if not place.exists():
        raise Damaged("missing")
    if opened.damaged:
        raise Damaged("damaged")
    if index is None or not index.is_there():
        return PassageIndex.open(place)
    index.reload()
    return index


def _why(error: Exception) -> str:
    # Behind a damaged index there may be a system that says more, as that its disk is full.
    cause = error.__cause__ if isinstance(error.__cause__, OSError | ValueError) else error
    return (isinstance(cause, OSError) and cause.strerror) or str(cause).rstrip(".")


def _name(community: str) -> str:
    """A community's name as that of a file."""
    name = quote(community, safe=" ").replace(".", "%2E")
    return name if len(name) <= _LONGEST_NAME else blake2b(community.encode(), digest_size=16).hexdigest()
