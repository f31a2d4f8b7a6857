"""Passages in memory, searched as the library is, to measure on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.knowledge.article import Passage
from bot.knowledge.findings import Findings, Hit
from bot.knowledge.language import most_common
from bot.knowledge.tokens import tokens
from bot.retrieval.asking import Vocabulary, wanted
from bot.retrieval.index import PassageIndex

_SAMPLE = 200


class MemoryCollections:
    """Makes collections; the language of passages that do not say is recognised from all of them."""

    def build(self, passages: Sequence[Passage]) -> MemoryCollection:
        """Index passages in memory: some ten thousand a second. Their ids must differ."""
        language = most_common(passage.text for passage in passages[:: max(1, len(passages) // _SAMPLE)])
        known = [one if one.language else replace(one, language=language) for one in passages]
        return MemoryCollection(PassageIndex.in_memory(known), _Shelf(known))


class _Shelf:
    """Passages by id and by article."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = {one.id: one for one in passages}
        self.articles: dict[int, set[int]] = defaultdict(set)
        for one in passages:
            self.articles[one.article].add(one.id)

    def tokens(self, passage: int) -> set[str]:
        """The tokens that a passage is found by."""
        one = self.passages[passage]
        return set(tokens(f"{one.title}\n{one.heading}\n{one.text}", one.language))


class MemoryCollection:
    """An index with its passages, and those of them that are taken for away."""

    def __init__(self, index: PassageIndex, shelf: _Shelf, away: frozenset[int] = frozenset()) -> None:
        self._index = index
        self._shelf = shelf
        self._away = away
        self._vocabulary: Vocabulary = _Remaining(index, map(shelf.tokens, away)) if away else index

    def find(self, query: str, *, limit: int) -> Findings:
        """The best passages, best first."""
        asked = wanted(query, self._vocabulary)
        found = self._index.search(asked, limit, away=self._away)
        hits = tuple(Hit(passage=self._shelf.passages[passage], score=score) for passage, score in found)
        return Findings(
            query=query, hits=hits, weights=asked.weights, ceiling=asked.ceiling, corrected=asked.corrected
        )

    def without(self, articles: Sequence[int]) -> MemoryCollection:
        """The same collection with the passages of some articles away; cheap, as nothing is indexed again.

        Weights, ceiling and corrections do not know those passages; scores still do, by a hair.
        """
        away = self._away.union(*(self._shelf.articles[article] for article in articles))
        return MemoryCollection(self._index, self._shelf, away)


class _Remaining:
    """The vocabulary of an index without some passages, given by their tokens."""

    def __init__(self, index: PassageIndex, away: Iterable[set[str]]) -> None:
        self._index = index
        gone = list(away)
        self._passages = len(index) - len(gone)
        self._gone = Counter(token for passage in gone for token in passage)

    @property
    def languages(self) -> Mapping[str, int]:
        return self._index.languages

    def __len__(self) -> int:
        return self._passages

    def doc_freq(self, token: str) -> int:
        return self._index.doc_freq(token) - self._gone[token]

    def spellings(self, prefix: str) -> Iterable[tuple[str, int]]:
        return self._index.spellings(prefix)
