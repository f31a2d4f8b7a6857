"""Whether what search found is enough to answer a question from, decided before anything is written."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.knowledge.findings import Findings, Hit
from bot.knowledge.ranking import Chosen
from bot.knowledge.tokens import is_gram, tokens

THRESHOLD = 0.2
"""From this probability on, an answer is given."""

_INTERCEPT = -7.2
_SCORE, _PASSAGE, _SENTENCE, _LEAD, _WORDS = 6.5, 1.3, 2.5, 9.6, 3.0
_CLOSENESS, _USUAL_CLOSENESS = 6.0, 0.4
_LEAST_BY_WORDS, _LEAST_BY_MEANING = -3.0, -1.0
_CHANCE, _USUAL_WEIGHT, _MOST_WEIGHT = 0.6, 3.8, 6.0


def enough(findings: Findings, best: Chosen | None) -> float:
    """The probability, 0 to 1, that the findings answer the question; 0 where nothing was found.

    A logistic of the best passage's score and of its lead over the second, both as shares of the highest
    possible score; of the IDF weight of the question that this passage, and the `best` sentence, cover; and
    of how many of its words the passage has (1 - 0.5^n: one word in common is weak evidence, however rare).
    Those five coefficients are fitted on XQuAD in Russian, Hindi and Chinese (240 passages each), every
    question with, and without, the passage or the article that answers it.

    In a larger library more of a question's words meet by chance, so the mean weight of its words, which
    grows with the library, counts against it. That coefficient and the threshold are set so that one
    threshold fits those collections and a library of about a hundred passages.

    Where vectors were compared, the best passage's closeness in meaning counts beside its words. A fit to
    XQuAD in English, with a small embedding model, puts its coefficient at 15 with the article away and at 6
    with only the passage; the lower one is taken, as models differ, and distance counts less than closeness.
    So the area under the curve rises from .965 to .979 there. Missing words prove less then, and count only
    down to a limit: without any in common, a passage has to be closer (.67) than all but one in a hundred of
    those that did not answer.
    """
    if not findings.hits or best is None or findings.ceiling <= 0:
        return 0.0
    top = findings.hits[0]
    second = max((hit.matched for hit in findings.hits[1:]), default=0.0)
    words = findings.weights.keys() & _words(top)
    total = sum(findings.weights.values()) or 1.0
    z = (
        _INTERCEPT
        + _SCORE * min(top.matched / findings.ceiling, 1.0)
        + _LEAD * max(top.matched - second, 0.0) / findings.ceiling
        + _PASSAGE * sum(findings.weights[word] for word in words) / total
        + _SENTENCE * best.coverage
        + _WORDS * (1 - 0.5 ** len(words))
        - _CHANCE * (_mean_weight(findings) - _USUAL_WEIGHT)
    )
    if (closeness := findings.closeness(top)) is not None:
        z = max(z, _LEAST_BY_WORDS) + max(_CLOSENESS * (closeness - _USUAL_CLOSENESS), _LEAST_BY_MEANING)
    return 1 / (1 + math.exp(-z))


def is_enough(findings: Findings, sentences: Sequence[Chosen]) -> bool:
    """Whether to answer; `sentences` are those chosen from the findings, best first."""
    return enough(findings, sentences[0] if sentences else None) >= THRESHOLD


def _mean_weight(findings: Findings) -> float:
    """The mean IDF of the question's words; that of overlapping n-grams tells no size."""
    words = [weight for token, weight in findings.weights.items() if not is_gram(token)]
    if len(words) * 2 < len(findings.weights):
        return _USUAL_WEIGHT
    return min(sum(words) / (len(words) or 1), _MOST_WEIGHT)


def _words(hit: Hit) -> set[str]:
    passage = hit.passage
    return set(tokens(f"{passage.title}\n{passage.heading}\n{passage.text}", passage.language))
