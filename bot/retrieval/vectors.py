"""Finds the passages whose vectors point where a question's vector does: exactly, or by sign bits first.

NumPy comes with the first vectors only: a start without an embeddings endpoint does not pay for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import RostrumError
from bot.ports import Library, Rows, Vectors

if TYPE_CHECKING:
    from numpy import floating, integer
    from numpy.typing import NDArray

    Floats = NDArray[floating[Any]]
    Whole = NDArray[integer[Any]]

log = logging.getLogger(__name__)

EXACT_UP_TO = 100_000
"""With more passages than this, sign bits choose which are compared exactly."""

SHORTLIST = 500
"""How many they choose at least."""

FEW = 20
"""With fewer passages nobody can tell which cosine is a high one."""

_SHARED = 0
_MANY = 4
_PART = 10_000
_MOMENT_S = 0.2


def unit(vectors: Sequence[Sequence[float]]) -> list[bytes]:
    """Each vector at unit length, as float32, little endian; nothing of one that points nowhere.

    Blocks for a moment. Raises ValueError where the vectors differ in length.
    """
    import numpy as np

    rows = np.asarray(vectors, np.float64)
    largest = np.abs(rows).max(axis=1)
    there = np.isfinite(largest) & (largest > 0)
    # Scaled first, as the squares of very small numbers are nothing.
    scaled = rows[there] / largest[there, None]
    made = iter((scaled / np.linalg.norm(scaled, axis=1, keepdims=True)).astype("<f4"))
    return [next(made).tobytes() if known else b"" for known in there]


def direction(vector: Sequence[float]) -> Floats | None:
    """A question's vector at unit length; `None` where it points nowhere."""
    import numpy as np

    return np.frombuffer(found, "<f4") if (found := unit([vector])[0]) else None


class Matrix:
    """A community's vectors, to compare a question's with. Methods block; call them off the event loop."""

    def __init__(self, rows: Rows, *, exact_up_to: int = EXACT_UP_TO, shortlist: int = SHORTLIST) -> None:
        import numpy as np

        self.upto, self.dimensions = rows.upto, rows.dimensions
        self._rows = np.frombuffer(rows.data, "<f4").reshape(len(rows.passages), rows.dimensions)
        self._passages = np.asarray(rows.passages, np.int64)
        self._articles = np.asarray(rows.articles, np.int64)
        self._numbers = {channel: at for at, channel in enumerate({*rows.channels} - {None}, _SHARED + 1)}
        self._channels = np.array([self._numbers.get(one, _SHARED) for one in rows.channels], np.int32)
        self._order = np.argsort(self._passages)
        self._centre = self._rows.mean(axis=0) if len(self) else np.zeros(rows.dimensions, np.float32)
        self._sums = {number: self._sum(number) for number in (_SHARED, *self._numbers.values())}
        self._shortlist = shortlist
        self._signs = self._signs_of(self._rows) if len(self) > exact_up_to else None

    def __len__(self) -> int:
        """The number of passages that have a vector."""
        return len(self._passages)

    def usual(self, question: Floats, *, channel: str | None = None) -> float | None:
        """The mean cosine of a question with the passages visible in a channel: that of any odd one.

        `None` where there are too few of them to tell.
        """
        places = {_SHARED, self._number(channel)}
        count = sum(self._sums[place][0] for place in places)
        if count < FEW:
            return None
        return float(sum(self._sums[place][1] for place in places) @ question) / count

    def cosines(self, question: Floats, passages: Sequence[int]) -> dict[int, float]:
        """The cosine of a question with each of the passages that have a vector."""
        import numpy as np

        wanted = np.asarray(passages, np.int64)
        at = np.searchsorted(self._passages, wanted, sorter=self._order)
        places = self._order[at[at < len(self)]]
        places = places[np.isin(self._passages[places], wanted)]
        return self._scored(places, self._products(places, question))

    def nearest(
        self, question: Floats, limit: int, *, channel: str | None = None, article: int | None = None
    ) -> dict[int, float]:
        """The passages nearest to a question with their cosines, best first; of one article where it is said.

        Passages kept to another channel do not come.
        """
        import numpy as np

        places = np.flatnonzero(self._open(channel, article))
        if self._signs is not None and len(places) > self._shortlist:
            apart = np.bitwise_count(self._signs[places] ^ self._signs_of(question[None]))
            places = places[_least(apart.sum(axis=1, dtype=np.int32), max(self._shortlist, limit))]
        cosines = self._products(places, question)
        best = _least(-cosines, limit)
        return self._scored(places[best], cosines[best])

    def _signs_of(self, vectors: Floats) -> NDArray[Any]:
        """Whether each number is above the mean of the community's, 64 of them in a word."""
        import numpy as np

        bytes_each = -(-self.dimensions // 64) * 8
        bits = np.zeros((len(vectors), bytes_each), np.uint8)
        for at in range(0, len(vectors), _PART):
            part = np.packbits(vectors[at : at + _PART] > self._centre, axis=1)
            bits[at : at + _PART, : part.shape[1]] = part
        return bits.view(np.uint64)

    def _open(self, channel: str | None, article: int | None) -> NDArray[Any]:
        """Whether each row is of the article, and visible in the channel."""
        seen: NDArray[Any] = (self._channels == _SHARED) | (self._channels == self._number(channel))
        return seen if article is None else seen & (self._articles == article)

    def _number(self, channel: str | None) -> int:
        return _SHARED if channel is None else self._numbers.get(channel, _SHARED)

    def _sum(self, number: int) -> tuple[int, Floats]:
        """The number and the sum of the vectors kept to a channel."""
        own = self._channels == number
        rows = self._rows if own.all() else self._rows[own]
        return len(rows), rows.sum(axis=0, dtype="f8")

    def _products(self, places: Whole, question: Floats) -> Floats:
        # To copy many rows takes longer than to multiply all.
        if _MANY * len(places) > len(self):
            return (self._rows @ question)[places]
        return self._rows[places] @ question

    def _scored(self, places: Whole, cosines: Floats) -> dict[int, float]:
        return dict(zip(self._passages[places].tolist(), cosines.tolist(), strict=True))


def _least(values: NDArray[Any], limit: int) -> Whole:
    """Where the smallest values are, in their order."""
    import numpy as np

    if limit < len(values):
        least = np.argpartition(values, limit)[:limit]
        return least[np.argsort(values[least])]
    return np.argsort(values)


@dataclass(slots=True)
class _Held:
    """What is known of a community's vectors by a model, and whoever is reading them.

    `lacked` when a passage had no vector the last time.
    """

    model: str
    matrix: Matrix | None = None
    lacked: bool = False
    reading: asyncio.Task[None] | None = None


class Matrices:
    """The matrix of each community, read anew when its library has changed."""

    def __init__(self, vectors: Vectors, library: Library, *, exact_up_to: int = EXACT_UP_TO) -> None:
        self._vectors = vectors
        self._library = library
        self._exact_up_to = exact_up_to
        self._held: dict[str, _Held] = {}

    async def current(self, model: str, community: str, *, within_s: float) -> Matrix | None:
        """A community's vectors by a model, as the library stands now; `None` while a passage lacks one.

        Also `None` where reading them takes longer than `within_s`, or than a moment if vectors were lacking
        the last time. It goes on then, for whoever asks next.
        """
        held = self._held.get(community)
        if held is None or held.model != model:
            held = self._held[community] = _Held(model)
        latest = await self._library.latest_change(community)
        if held.matrix is None or held.matrix.upto < latest:
            if held.reading is None or held.reading.done():
                held.reading = asyncio.create_task(self._read(community, held))
            await asyncio.wait([held.reading], timeout=_MOMENT_S if held.lacked else within_s)
        return held.matrix if held.matrix is not None and held.matrix.upto >= latest else None

    async def outdated(self, model: str, community: str, *, dimensions: int) -> None:
        """The model turns out to make vectors of another length now: forget those it made before."""
        self._held.pop(community, None)
        try:
            await self._vectors.expect(model, dimensions)
        except RostrumError as error:
            log.warning("vectors not forgotten model=%s: %s", model, error)

    async def _read(self, community: str, held: _Held) -> None:
        try:
            rows = await self._vectors.rows(held.model, community)
        except RostrumError as error:
            log.warning("vectors not read community=%s: %s", community, error)
            return
        held.lacked, held.matrix = rows is None, None
        if rows is not None:
            held.matrix = await asyncio.to_thread(Matrix, rows, exact_up_to=self._exact_up_to)
