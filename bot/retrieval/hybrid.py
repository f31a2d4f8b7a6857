"""Finds passages by words and by meaning: half BM25, half the cosine of an embeddings endpoint's vectors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.knowledge.article import Passage, Scope
from bot.knowledge.findings import Findings, Hit, closeness
from bot.ports import Embedder, Library, Search, Vectors
from bot.retrieval.questions import WITHIN_S, Asking, QuestionVectors
from bot.retrieval.vectors import EXACT_UP_TO, Matrices, Matrix, direction

if TYPE_CHECKING:
    from bot.retrieval.vectors import Floats

DEPTH = 50
"""So many of the best by words, and as many by meaning, are compared by both."""

NEAR = 0.3
"""Closeness (see `Findings`) from which on a passage may come that is not among those found by words."""


def fused(bm25: float, cosine: float, ceiling: float) -> float:
    """Half cosine, half BM25 divided by half its theoretical maximum, which is `ceiling`."""
    return 0.5 * cosine + (0.5 * bm25 / (0.5 * ceiling) if ceiling > 0 else 0.0)


class HybridSearch:
    """The `Search` port over another one that knows words only, and over vectors.

    Until each passage of the community has a vector, and whenever the endpoint is slow, fails, or the day's
    limit is reached, it finds what the other one does; the asker is told nothing, the log once.
    """

    def __init__(
        self,
        lexical: Search,
        vectors: Vectors,
        embedder: Embedder,
        library: Library,
        asking: Asking = nullcontext,
        *,
        exact_up_to: int = EXACT_UP_TO,
        within_s: float = WITHIN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lexical = lexical
        self._library = library
        self._matrices = Matrices(vectors, library, exact_up_to=exact_up_to)
        self._questions = QuestionVectors(embedder, asking, within_s=within_s, now=now)
        self._within_s = within_s

    async def find(
        self, scope: Scope, query: str, *, limit: int = 10, article: int | None = None
    ) -> Findings:
        """The best passages visible in `scope`, best first, with every change so far taken in.

        Raises what the search by words alone does.
        """
        known = await self._known(scope.community) if query.strip() else None
        if known is None:
            return await self._lexical.find(scope, query, limit=limit, article=article)
        model, matrix = known
        asked = asyncio.create_task(self._question(scope.community, query, model, matrix))
        try:
            found = await self._lexical.find(scope, query, limit=max(limit, DEPTH), article=article)
            question = await asked
        finally:
            asked.cancel()
        if question is None:
            return replace(found, hits=found.hits[:limit])
        near, cosines, usual = await asyncio.to_thread(
            _compared, question, matrix, found, channel=scope.channel, article=article
        )
        strangers = list(near)[:limit]
        passages = await self._library.passages_by_id(scope, strangers)
        hits = [_hit(hit.passage, hit.score, cosines[hit.passage.id], found.ceiling) for hit in found.hits]
        hits += [_hit(passages[one], 0.0, near[one], found.ceiling) for one in strangers if one in passages]
        best = sorted((hit for hit in hits if hit.score > 0), key=lambda hit: -hit.score)
        return replace(found, hits=tuple(best[:limit]), usual_cosine=usual)

    async def _known(self, community: str) -> tuple[str, Matrix] | None:
        """The model's name and its vectors of a community; `None` where one is lacking."""
        model = await self._questions.model()
        if model is None:
            return None
        matrix = await self._matrices.current(model, community, within_s=self._within_s)
        return (model, matrix) if matrix else None

    async def _question(self, community: str, query: str, model: str, matrix: Matrix) -> Floats | None:
        """The question's vector; `None` where words alone must do."""
        vector = await self._questions.vector(model, query, community, dimensions=matrix.dimensions)
        if vector is None:
            return None
        if len(vector) != matrix.dimensions:
            # Another model has taken the place of the one of that name.
            await self._matrices.outdated(model, community, dimensions=len(vector))
            return None
        return direction(vector)


def _compared(
    question: Floats, matrix: Matrix, found: Findings, *, channel: str | None, article: int | None
) -> tuple[dict[int, float], dict[int, float], float | None]:
    """The cosines of what only meaning finds, best first; those of what words found; and the usual one."""
    usual = matrix.usual(question, channel=channel)
    by_words = [hit.passage.id for hit in found.hits]
    # Of what the model refused nothing is known.
    cosines = dict.fromkeys(by_words, usual or 0.0) | matrix.cosines(question, by_words)
    if usual is None:
        return {}, cosines, None
    nearest = matrix.nearest(question, DEPTH, channel=channel, article=article).items()
    near = {
        passage: cosine
        for passage, cosine in nearest
        if passage not in cosines and closeness(cosine, usual) >= NEAR
    }
    return near, cosines, usual


def _hit(passage: Passage, bm25: float, cosine: float, ceiling: float) -> Hit:
    return Hit(passage=passage, score=fused(bm25, cosine, ceiling), bm25=bm25, cosine=cosine)
