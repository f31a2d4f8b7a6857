"""Turns a question into what the index looks for: weighted tokens, neighbours, corrected words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Protocol

from rapidfuzz.distance import OSA

from bot.knowledge.language import detect
from bot.knowledge.tokens import compounds, is_gram, is_ideogram_pair, query_words, stop_words, token_of
from bot.retrieval.spelling import correctable, nearest

SATURATION = 1.2
"""BM25's k1, as tantivy has it."""
_CORRECTED = 0.8
_MOST_PAIRS = 40
_SHORTEST_STEM = 5


class Vocabulary(Protocol):
    """What a question is measured by: the passages of an index and their tokens."""

    def __len__(self) -> int:
        """The number of passages."""

    def doc_freq(self, token: str) -> int:
        """The number of passages that have a token."""

    def spellings(self, prefix: str) -> Iterable[tuple[str, int]]:
        """The words that begin with a prefix, as written in lower case, with their number of passages."""

    @property
    def languages(self) -> Mapping[str, int]:
        """The languages of the passages, with their number of passages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for. `terms` maps each token to how much it counts; `pairs` are neighbouring tokens.

    `weights`, `ceiling` and `corrected` are those of `Findings`.
    """

    terms: Mapping[str, float]
    pairs: tuple[tuple[str, str], ...]
    weights: Mapping[str, float]
    ceiling: float
    corrected: Mapping[str, str]


def wanted(question: str, vocabulary: Vocabulary) -> Wanted:
    """Reads a question in the likeliest of the index's languages, and mends words that the index lacks."""
    language = _language(question, vocabulary)
    asked = _once(query_words(question, language), question, vocabulary, language)
    mended = {word: _mended(word, question, vocabulary, language) for word in asked}
    stop = stop_words(language)
    # A slip in a stop word has let it through.
    meant = [word for word in asked if mended[word] == word or mended[word] not in stop]
    if not meant:
        meant, mended = asked, dict(zip(asked, asked, strict=True))
    sequence = [token_of(mended[word], language) for word in meant]
    terms: dict[str, float] = defaultdict(float)
    for word, token in zip(meant, sequence, strict=True):
        terms[token] += _share(token) * (1 if mended[word] == word else _CORRECTED)
    weights = {token: _share(token) * weight(vocabulary.doc_freq(token), len(vocabulary)) for token in terms}
    return Wanted(
        terms=terms,
        pairs=_pairs(sequence),
        weights=weights,
        ceiling=sum(weights[token] for token in sequence) * (SATURATION + 1),
        corrected={word: mended[word] for word in meant if _another(word, mended[word])},
    )


def _another(typed: str, taken: str) -> bool:
    """Whether a word was taken for another one, not for an inflection of itself (safer, safe)."""
    return not (typed.startswith(taken) or taken.startswith(typed))


def _once(asked: list[str], question: str, vocabulary: Vocabulary, language: str | None) -> list[str]:
    """The words with each in camelCase once: whole where the index has it so, in its parts elsewhere."""
    left_out: Counter[str] = Counter()
    for whole, parts in compounds(question).items():
        known = vocabulary.doc_freq(token_of(whole, language)) > 0
        left_out.update(parts if known else (whole,))
    return [word for word in asked if not _taken(left_out, word)]


def _taken(left_out: Counter[str], word: str) -> bool:
    left_out[word] -= 1
    return left_out[word] >= 0


def _share(token: str) -> float:
    """A pair of Chinese characters says half again what they say, which are tokens, too."""
    return 0.5 if is_ideogram_pair(token) else 1.0


def weight(passages_with: int, passages: int) -> float:
    """BM25's inverse document frequency of a token: ln(1 + (N - n + ½) / (n + ½))."""
    having = min(passages_with, passages)
    return log(1 + (passages - having + 0.5) / (having + 0.5))


def _mended(word: str, question: str, vocabulary: Vocabulary, language: str | None) -> str:
    """The word itself where the index knows it or nothing near it."""
    stem = token_of(word, language)
    if vocabulary.doc_freq(stem) or not correctable(word, question):
        return word
    return nearest(word, vocabulary.spellings) or _inflected(stem, vocabulary, language) or word


def _inflected(stem: str, vocabulary: Vocabulary, language: str | None) -> str | None:
    """A word of the index whose stem has a letter more or less: `acountable` where only `accountability` is.

    With another letter in its place a stem tends to be another word's (invent, invest).
    """
    if len(stem) < _SHORTEST_STEM:
        return None
    near = [
        (-count, len(word), word)
        for word, count in vocabulary.spellings(stem[:2])
        if abs(len(token := token_of(word, language)) - len(stem)) == 1 and OSA.distance(token, stem) == 1
    ]
    return min(near)[2] if near else None


def _pairs(sequence: list[str]) -> tuple[tuple[str, str], ...]:
    """Neighbours among words; n-grams overlap, so that they tell their order already."""
    neighbours = dict.fromkeys(pairwise(sequence))
    pairs = [pair for pair in neighbours if pair[0] != pair[1] and not any(map(is_gram, pair))]
    return tuple(pairs[:_MOST_PAIRS])


def _language(question: str, vocabulary: Vocabulary) -> str | None:
    """The index's only language; else the one that shows, or that knows most words of the question."""
    languages = vocabulary.languages
    if len(languages) > 1:
        shown = detect(question)
        if shown in languages:
            return shown
    fitness = {code: (_known(question, code, vocabulary), languages[code]) for code in languages}
    return max(fitness, key=lambda code: fitness[code], default=None)


def _known(question: str, language: str, vocabulary: Vocabulary) -> float:
    """The share of a question's words that the index knows, read in a language."""
    found = [vocabulary.doc_freq(token_of(word, language)) > 0 for word in query_words(question, language)]
    return sum(found) / len(found) if found else 0.0
