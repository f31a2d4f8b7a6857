"""Chooses the sentences that answer a question best, from the passages that search found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge import cues
from bot.knowledge.article import Passage
from bot.knowledge.findings import Findings, Hit
from bot.knowledge.quotes import MIN_TOKENS
from bot.knowledge.sentences import marker, sentences
from bot.knowledge.tokens import query_tokens, tokens
from bot.knowledge.wording import wording

PASSAGES = 10
K1, B = 0.5, 0.4
CUE = 0.15
INHERITED = 0.5
ALIKE = 0.8
SHORT_WORDS = 4
_LONG_ENOUGH = 80
STUNTED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A sentence worth quoting: code points `start` to `end` of the passage's revision.

    `score` orders the sentences of one search and says nothing beyond it; `coverage` is the share, 0 to 1, of
    the question's weight whose words stand in the sentence itself.
    """

    passage: Passage
    start: int
    end: int
    score: float
    coverage: float

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    start: int
    end: int
    text: str
    tokens: tuple[str, ...]
    earlier: frozenset[str]


def choose(findings: Findings, *, limit: int = 3) -> list[Chosen]:
    """The best sentences of the first ten passages, best first, no two alike; none when nothing was found.

    The score is half BM25 among these sentences and half IDF coverage of the question, plus the passage's
    score, each as a share of the best, plus 0.15 where the sentence holds the kind of answer asked for. Words
    that stand in the sentence before count half, as a pronoun or an ellipsis may stand for them. Headings,
    questions and fragments under four words lose half a point; what is too short to be verified is left out.
    """
    weights = findings.weights or _even_weights(findings)
    candidates = [part for hit in findings.hits[:PASSAGES] for part in _candidates(hit, weights)]
    scores = _scores(findings, candidates, weights)
    total = sum(weights.values()) or 1.0
    ranked = sorted(range(len(candidates)), key=lambda at: -scores[at])
    return [
        Chosen(
            passage=candidates[at].hit.passage,
            start=candidates[at].start,
            end=candidates[at].end,
            score=scores[at],
            coverage=sum(weights[token] for token in weights.keys() & set(candidates[at].tokens)) / total,
        )
        for at in _distinct(candidates, ranked, limit)
    ]


def _even_weights(findings: Findings) -> dict[str, float]:
    language = findings.hits[0].passage.language if findings.hits else None
    return dict.fromkeys(query_tokens(findings.query, language), 1.0)


def _candidates(hit: Hit, weights: Mapping[str, float]) -> Iterator[_Candidate]:
    passage = hit.passage
    earlier: frozenset[str] = frozenset()
    for start, end in sentences(passage.text, passage.language):
        begin = start + marker(passage.text[start:end])
        text = passage.text[begin:end]
        words = tuple(tokens(text, passage.language))
        if words and _is_quotable(text):
            offset = passage.start
            yield _Candidate(hit, offset + begin, offset + end, passage.text[start:end], words, earlier)
        earlier = frozenset(weights.keys() & set(words))


def _scores(findings: Findings, parts: Sequence[_Candidate], weights: Mapping[str, float]) -> list[float]:
    if not parts:
        return []
    rarity = _rarity(parts, weights)
    worth = {token: math.sqrt(weight * rarity[token]) for token, weight in weights.items()}
    total = sum(worth.values()) or 1.0
    mean = sum(len(part.tokens) for part in parts) / len(parts)
    matches = [_bm25(part.tokens, rarity, mean) for part in parts]
    best = max(matches) or 1.0
    top = max(hit.score for hit in findings.hits) or 1.0
    kind = cues.asked(findings.query)
    return [
        0.5 * match / best
        + 0.5 * _coverage(part, worth) / total
        + part.hit.score / top
        + (CUE if kind and cues.holds(kind, part.text, findings.query) else 0.0)
        - (STUNTED if _is_stunted(part.text) else 0.0)
        for part, match in zip(parts, matches, strict=True)
    ]


def _rarity(parts: Sequence[_Candidate], weights: Mapping[str, float]) -> dict[str, float]:
    """IDF among the candidate sentences: what all of them share with the question tells none apart."""
    seen = Counter(token for part in parts for token in weights.keys() & set(part.tokens))
    return {token: math.log(1 + (len(parts) - seen[token] + 0.5) / (seen[token] + 0.5)) for token in weights}


def _bm25(words: Sequence[str], rarity: Mapping[str, float], mean: float) -> float:
    length = K1 * (1 - B + B * len(words) / mean)
    counts = Counter(word for word in words if word in rarity)
    return sum(rarity[word] * count * (K1 + 1) / (count + length) for word, count in counts.items())


def _coverage(part: _Candidate, worth: Mapping[str, float]) -> float:
    own = worth.keys() & set(part.tokens)
    return sum(worth[token] for token in own) + INHERITED * sum(worth[token] for token in part.earlier - own)


def _is_quotable(text: str) -> bool:
    """Whether it has the tokens that the quote rule asks for."""
    return len(text) > _LONG_ENOUGH or len(wording(text)) >= MIN_TOKENS


def _is_stunted(text: str) -> bool:
    """Whether a sentence cannot stand as an answer: a heading, a question, a fragment."""
    words = text.rstrip(" \"'”’»)*_")
    return words.startswith("#") or words.endswith(("?", "？", "؟", ":", "：")) or _size(words) < SHORT_WORDS


def _size(text: str) -> float:
    return max(len(text.split()), len(text) / 6)


def _distinct(parts: Sequence[_Candidate], ranked: Sequence[int], limit: int) -> list[int]:
    kept: list[int] = []
    for at in ranked:
        if len(kept) == limit:
            break
        if not any(_alike(parts[at], parts[other]) for other in kept):
            kept.append(at)
    return kept


def _alike(one: _Candidate, other: _Candidate) -> bool:
    """The same place of a revision, or nearly the same words."""
    if (
        one.hit.passage.revision == other.hit.passage.revision
        and one.start < other.end
        and other.start < one.end
    ):
        return True
    shared = len(set(one.tokens) & set(other.tokens))
    return shared >= ALIKE * max(len(set(one.tokens)), len(set(other.tokens)))
