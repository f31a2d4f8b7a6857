"""Measures the search index against SQLite FTS5 and bm25s, on made-up passages, in the same run.

`python -m benchmarks.retrieval` takes 10,000 and 100,000 passages; `--passages 1000000` another number.
Each question is asked of one engine after the other, so that a busy machine is equally busy for all.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.corpus import PASSAGES_AN_ARTICLE, Corpus
from benchmarks.engines import ENGINES, Bm25s, Engine
from bot.knowledge.article import Passage
from bot.knowledge.measures import percentile

QUESTIONS = 200
CHANGES = 10
Times = dict[str, float]


def main() -> None:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(description="Retrieval against SQLite FTS5 and bm25s.")
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000], metavar="N")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    asked = parser.parse_args()
    results = {}
    for count in asked.passages:
        results[count] = measured(count)
        if not asked.json:
            print(table(count, results[count]), flush=True)
    if asked.json:
        json.dump(results, sys.stdout, indent=2)
        print()


def measured(count: int) -> dict[str, Times]:
    """What each engine takes with so many passages: seconds to build, milliseconds for the rest."""
    corpus = Corpus()
    passages = corpus.passages(count)
    questions = list(corpus.questions(passages, QUESTIONS))
    first_new = -(-count // PASSAGES_AN_ARTICLE)
    new = [corpus.article(first_new + number) for number in range(CHANGES)]
    with tempfile.TemporaryDirectory() as folder:
        engines: list[Engine] = [engine(Path(folder)) for engine in ENGINES]
        times = {engine.name: {"build s": _ms(engine.build, passages) / 1000} for engine in engines}
        for engine in engines:
            times[engine.name]["cold start ms"] = _ms(_cold_start, engine, questions[0])
        _ask(engines, questions, times)
        for engine in engines:
            times[engine.name] |= _changed(engine, new, times[engine.name]["build s"])
    return times


def _ask(engines: Sequence[Engine], questions: Sequence[str], times: dict[str, Times]) -> None:
    for engine in engines:
        for question in questions[:10]:
            engine.search(question)
    taken: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for question in questions:
        for engine in engines:
            taken[engine.name].append(_ms(engine.search, question))
    for name, ms in taken.items():
        times[name] |= {"query p50 ms": percentile(ms, 50), "query p95 ms": percentile(ms, 95)}


def _cold_start(engine: Engine, question: str) -> None:
    engine.reopen()
    engine.search(question)


def _changed(engine: Engine, articles: Sequence[list[Passage]], build_s: float) -> Times:
    if isinstance(engine, Bm25s):  # each change would be the same again
        return {"add ms": build_s * 1000, "delete ms": build_s * 1000}
    added = [_ms(engine.add, article) for article in articles]
    deleted = [_ms(engine.delete, article[0].article) for article in articles]
    return {"add ms": percentile(added, 50), "delete ms": percentile(deleted, 50)}


def _ms(work: Callable[..., object], *given: object) -> float:
    begun = perf_counter()
    work(*given)
    return (perf_counter() - begun) * 1000


def table(count: int, times: dict[str, Times]) -> str:
    """The times as lines of text, with those of `rostrum` as a share of each other engine's."""
    ours, *others = times
    heads = ["", *times, *(f"{ours} / {other}" for other in others)]
    lines = [f"{count:,} passages", "".join(f"{head:>16}" for head in heads)]
    for measure, own in times[ours].items():
        figures = [f"{times[name][measure]:,.2f}" for name in times]
        ratios = [f"{own / times[other][measure]:.3f}" for other in others]
        lines.append("".join(f"{cell:>16}" for cell in [measure, *figures, *ratios]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
