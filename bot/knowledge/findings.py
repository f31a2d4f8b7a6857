"""What a search brings back: scored passages, and what gate and quoting must know of the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.knowledge.article import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that search found; `score` is BM25, higher is better, comparable within one search only."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The best passages for a query, best first.

    `weights` maps each query token (stemmed, as indexed) to its inverse document frequency; one that the
    index does not know weighs as much as the rarest. `ceiling` is the BM25 score that a passage made of
    nothing but the query would reach. `corrected` maps a typed word that the index lacks to the one taken
    for it.
    """

    query: str
    hits: tuple[Hit, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    ceiling: float = 0.0
    corrected: Mapping[str, str] = field(default_factory=dict)
