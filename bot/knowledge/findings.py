"""What a search brings back: scored passages, and what gate and quoting must know of the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.knowledge.article import Passage

_LEAST_ROOM = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that search found; `score` orders the hits, higher is better, within one search only.

    It is BM25 where words alone were compared. Where meaning was, too, the two that it was made of stand
    beside it: `bm25`, and `cosine` of the passage's vector with the question's.
    """

    passage: Passage
    score: float
    bm25: float | None = None
    cosine: float | None = None

    @property
    def matched(self) -> float:
        """BM25, however the hits are ordered."""
        return self.score if self.bm25 is None else self.bm25


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The best passages for a query, best first.

    `weights` maps each query token (stemmed, as indexed) to its inverse document frequency; one that the
    index does not know weighs as much as the rarest. `ceiling` is the BM25 score that a passage made of
    nothing but the query would reach. `corrected` maps a typed word that the index lacks to the one taken
    for it. `usual_cosine` is the mean cosine of all visible passages with the question, where vectors were
    compared and there are enough of them.
    """

    query: str
    hits: tuple[Hit, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    ceiling: float = 0.0
    corrected: Mapping[str, str] = field(default_factory=dict)
    usual_cosine: float | None = None

    def closeness(self, hit: Hit) -> float | None:
        """How much nearer to the question a hit is than passages usually are, up to 1.

        Comparable between models, of which some give everything a high cosine. `None` without vectors.
        """
        if hit.cosine is None or self.usual_cosine is None:
            return None
        return closeness(hit.cosine, self.usual_cosine)


def closeness(cosine: float, usual: float) -> float:
    """How far a cosine is on the way from the usual one (0) to the highest (1)."""
    return (cosine - usual) / max(1 - usual, _LEAST_ROOM)
