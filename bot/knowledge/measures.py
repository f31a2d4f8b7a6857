"""Measures of rankings against judgements, computed as trec_eval and BEIR do, and of durations."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import ceil, log2
from typing import TypeVar

Document = TypeVar("Document", bound=Hashable)


def ndcg(ranked: Sequence[Document], gains: Mapping[Document, float], k: int = 10) -> float:
    """Normalised discounted cumulative gain at `k`, 0 to 1: gain / log2(rank + 1), over the best possible.

    Järvelin and Kekäläinen (TOIS 2002), with the gains as judged. Documents that are not in `gains` gain
    nothing; 0 where none gains anything.
    """
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    return _discounted([gains.get(document, 0) for document in ranked[:k]]) / best if best else 0.0


def recall(ranked: Sequence[Document], gains: Mapping[Document, float], k: int) -> float:
    """The share of the relevant documents (gain above 0) that are among the first `k`."""
    relevant = {document for document, gain in gains.items() if gain > 0}
    return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[Document], gains: Mapping[Document, float], k: int = 10) -> float:
    """One over the rank of the first relevant document among the first `k`; 0 where none is."""
    return next((1 / rank for rank, document in enumerate(ranked[:k], 1) if gains.get(document, 0) > 0), 0.0)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least so many percent of them do not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(max(gain, 0) / log2(rank + 1) for rank, gain in enumerate(gains, 1))
