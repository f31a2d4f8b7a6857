"""Makes the vectors that passages lack: a small batch at a time, in the background or while one waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from bot.errors import LimitReached, ModelError, OperatorError, RostrumError, StoreError
from bot.knowledge.article import Passage
from bot.model import Payer
from bot.ports import Embedded, Embedder, Lacking, Vectors
from bot.retrieval.questions import REFUSED
from bot.retrieval.troubles import EVERYBODY, Troubles
from bot.retrieval.turns import turn
from bot.retrieval.vectors import unit

log = logging.getLogger(__name__)

BATCH = 32
"""So many passages go to the endpoint at once."""

WITHIN_S = 120.0
"""How long a batch may take; a local model may have to be loaded first."""

LOOK_S = 5.0
"""How often to look whether the library has changed, when there is nothing to do."""

LIMITED_S = 60.0
"""How often to try again where the day's limit is reached."""

_FIRST_WAIT_S, _LONGEST_WAIT_S, _MOST_DOUBLINGS = 5.0, 600.0, 7
_HARMLESS = "word"


class PassageEmbedding:
    """`ports.Embedding`, also in the background. Processes that share the `lock` take turns with batches.

    `progress` is how far `model` had come after the last batch.
    """

    def __init__(self, vectors: Vectors, embedder: Embedder, lock: Path) -> None:
        self._vectors = vectors
        self._embedder = embedder
        self._lock = lock
        self._troubles = Troubles("not embedded")
        self._failures = 0
        self._askers = 0
        self._nobody_asks = asyncio.Event()
        self._nobody_asks.set()
        self._tidy_for = ""
        self.model = ""
        self.progress = Embedded(done=0, total=0)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """As long as somebody waits for an answer, no further batch begins in the background."""
        self._askers += 1
        self._nobody_asks.clear()
        try:
            yield
        finally:
            self._askers -= 1
            if not self._askers:
                self._nobody_asks.set()

    async def finish(self) -> AsyncIterator[Embedded]:
        """Embed all that lacks a vector, telling how far it has come, first and after each batch.

        Raises ModelError, LimitReached, Passing or StoreError where it cannot go on.
        """
        await self._look()
        yield self.progress
        while await self._batch():
            yield self.progress
        await self._tidy()

    async def go_on(self) -> float:
        """Embed in the background what can be, and return in how many seconds to come again.

        What fails is logged, once until it works again.
        """
        try:
            await self._look()
            more = self.progress.done < self.progress.total
            while more:
                await self._nobody_asks.wait()
                more = await self._batch()
            await self._tidy()
        except LimitReached as error:
            self._troubles.say(EVERYBODY, error)
            return LIMITED_S
        except RostrumError as error:
            return self._wait_after(error)
        return LOOK_S

    async def _look(self) -> None:
        self.model = await self._embedder.name()
        self.progress = await self._vectors.progress(self.model)

    async def _batch(self) -> bool:
        """Embed the next passages; False when none is left."""
        async with self._turn():
            # By now another process may have embedded, or the endpoint may have another model.
            self.model = await self._embedder.name()
            lacking = await self._vectors.lacking(self.model, limit=BATCH)
            if lacking is None:
                return False
            await self._embed(lacking)
        self._failures = 0
        self._troubles.over(lacking.community)
        self.progress = await self._vectors.progress(self.model)
        return True

    async def _embed(self, lacking: Lacking) -> None:
        payer = Payer(member=None, community=lacking.community)
        made = await self._made(lacking.passages, payer)
        await self._vectors.put(
            self.model, {passage.id: one for passage, one in zip(lacking.passages, made, strict=True)}
        )

    async def _made(self, passages: Sequence[Passage], payer: Payer) -> list[bytes]:
        """A vector for each passage, an empty one where the endpoint refuses it and takes other texts."""
        try:
            made = await self._embedder.embed(list(map(_text, passages)), payer, within_s=WITHIN_S)
            return await asyncio.to_thread(unit, made)
        except ModelError as error:
            if error.status not in REFUSED:
                raise
        if len(passages) > 1:
            half = len(passages) // 2
            return [*await self._made(passages[:half], payer), *await self._made(passages[half:], payer)]
        await self._embedder.embed([_HARMLESS], payer, within_s=WITHIN_S)
        log.warning(
            "refused by the embeddings endpoint, found by its words alone: article=%s passage=%s",
            passages[0].article, passages[0].id,
        )  # fmt: skip
        return [b""]

    async def _tidy(self) -> None:
        """Forget what other models made, now that everything is embedded by this one."""
        if self._tidy_for != self.model:
            await self._vectors.keep_only(self.model)
            self._tidy_for = self.model

    def _wait_after(self, error: RostrumError) -> float:
        self._troubles.say(EVERYBODY, error)
        asked_for = (error.retry_after_s or 0.0) if isinstance(error, ModelError) else 0.0
        wait = max(asked_for, _FIRST_WAIT_S * (1 << self._failures))
        self._failures = min(self._failures + 1, _MOST_DOUBLINGS)
        return min(wait, _LONGEST_WAIT_S)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(turn(self._lock, "embedding the articles"))
            except OSError as error:
                raise StoreError(f"{self._lock} cannot be written: {error.strerror}.") from error
            yield


async def keep_embedding(
    embedding: PassageEmbedding, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Embed in the background whatever lacks a vector, now and after each change, until cancelled."""
    while True:
        await sleep(await embedding.go_on())


class NoEmbedding:
    """`ports.Embedding` where no embeddings endpoint is set; `hint` says how to set one."""

    def __init__(self, hint: str) -> None:
        self._hint = hint

    def finish(self) -> AsyncIterator[Embedded]:
        """Raises OperatorError."""
        raise OperatorError("No embeddings endpoint is set: search goes by words alone.", self._hint)


def _text(passage: Passage) -> str:
    return "\n".join(filter(None, (passage.title, passage.heading, passage.text)))
