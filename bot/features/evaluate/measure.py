"""Measures search, quoting and the gate on a BEIR folder. It all blocks: call it off the event loop."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from bot.features.evaluate.beir import Benchmark, read
from bot.knowledge.findings import Findings
from bot.knowledge.gate import THRESHOLD, enough
from bot.knowledge.measures import ndcg, recall, reciprocal_rank
from bot.knowledge.ranking import choose
from bot.ports import Collections

Figures = dict[str, float | int]
Tell = Callable[[int, int], None]
"""Is told how many questions are done, and of how many."""


class Away(StrEnum):
    """What is taken out of the collection to make a question unanswerable."""

    PASSAGE = "passage"
    ARTICLE = "article"


def _silent(done: int, total: int) -> None:
    """Tells nobody."""


def retrieval(folder: Path, collections: Collections, tell: Tell = _silent) -> Figures:
    """How well passages are found: nDCG@10, recall, reciprocal rank (0 to 1), and milliseconds a search.

    Raises InputError for a folder that cannot be read.
    """
    benchmark = read(folder)
    names = list(benchmark.numbers)
    collection = collections.build(benchmark.passages)
    rankings, times = [], []
    for query, text in _each(benchmark, tell):
        begun = perf_counter()
        findings = collection.find(text, limit=20)
        times.append((perf_counter() - begun) * 1000)
        rankings.append(([names[hit.passage.id] for hit in findings.hits], benchmark.relevant[query]))
    return {
        "queries": len(rankings),
        "ndcg@10": _mean([ndcg(found, grades, 10) for found, grades in rankings]),
        "recall@5": _mean([recall(found, grades, 5) for found, grades in rankings]),
        "recall@20": _mean([recall(found, grades, 20) for found, grades in rankings]),
        "mrr": _mean([reciprocal_rank(found, grades, 20) for found, grades in rankings]),
        "p50_ms": _percentile(times, 0.5),
        "p95_ms": _percentile(times, 0.95),
    }


def quotes(folder: Path, collections: Collections, tell: Tell = _silent) -> Figures:
    """How often an answer string stands in the first, and in the first three quoted sentences.

    `mean_words` is the mean length of these sentences. Raises InputError for a folder that cannot be read, or
    that has no answers.jsonl.
    """
    benchmark = read(folder, answers=True)
    collection = collections.build(benchmark.passages)
    hits: list[list[bool]] = []
    words: list[int] = []
    for query, text in _each(benchmark, tell):
        sentences = [sentence.text for sentence in choose(collection.find(text, limit=10), limit=3)]
        hits.append([any(answer in one for answer in benchmark.answers[query]) for one in sentences])
        words += [len(sentence.split()) for sentence in sentences]
    return {
        "questions": len(hits),
        "top1": _mean([any(found[:1]) for found in hits]),
        "top3": _mean([any(found) for found in hits]),
        "mean_words": _mean(words),
    }


def gate(folder: Path, collections: Collections, away: Away, tell: Tell = _silent) -> Figures:
    """How well the gate tells a question from itself with what answers it taken away.

    `auc` is the chance, 0 to 1, that the answerable one gets the higher probability; `kept` and `rejected`
    are the shares that the threshold lets through with, and stops without, the answer. Raises InputError
    for a folder that cannot be read.
    """
    benchmark = read(folder)
    passages = benchmark.passages
    if away is Away.PASSAGE:
        passages = tuple(replace(passage, article=passage.id) for passage in passages)
    collection = collections.build(passages)
    full, bare = [], []
    for query, text in _each(benchmark, tell):
        gone = {passages[benchmark.numbers[name]].article for name in benchmark.relevant[query]}
        full.append(_probability(collection.find(text, limit=10)))
        bare.append(_probability(collection.without(sorted(gone)).find(text, limit=10)))
    return {
        "questions": len(full),
        "auc": _auc(full, bare),
        "kept": _mean([value >= THRESHOLD for value in full]),
        "rejected": _mean([value < THRESHOLD for value in bare]),
    }


def _each(benchmark: Benchmark, tell: Tell) -> Iterator[tuple[str, str]]:
    for done, question in enumerate(benchmark.questions.items(), 1):
        yield question
        tell(done, len(benchmark.questions))


def _probability(findings: Findings) -> float:
    return enough(findings, next(iter(choose(findings, limit=1)), None))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def _auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of `higher` is above one of `lower`; a tie counts half."""
    ordered = sorted(lower)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in higher)
    return wins / (2 * len(higher) * len(lower))
