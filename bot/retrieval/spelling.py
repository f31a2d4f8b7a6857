"""Finds the word that a misspelt one was meant to be, among the words of an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.knowledge.tokens import is_gram

SHORTEST = 4
_TWO_SLIPS_FROM = 8
_SHORT = 5

Spellings = Callable[[str], Iterable[tuple[str, int]]]
"""Gives the indexed words with a prefix, each with the number of passages that have it."""


def correctable(word: str, text: str) -> bool:
    """Whether a word unknown to the index may be a slip: no number, no n-gram, no short word.

    A word of up to five letters with a capital one in `text` is taken for a name that is not in the index.
    """
    if len(word) < SHORTEST or is_gram(word) or any(map(str.isdigit, word)):
        return False
    return len(word) > _SHORT or word.capitalize() not in text


def nearest(word: str, spellings: Spellings) -> str | None:
    """The indexed word nearest to `word`: one slip away, two from eight letters on; `None` if there is none.

    A slip is a letter too many, missing, wrong, or swapped with its neighbour (optimal string alignment).
    Among equally near words the first letter decides, then the number of passages. Two slips are believed
    only after a right first letter; in a word of four or five letters, only swapped letters, or one too many
    or missing inside: what else is one slip away from it tends to be another word.
    """
    frequency = {known: count for prefix in {word[0], word[1]} for known, count in spellings(prefix)}
    slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    near = extract(word, frequency.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None)
    ranked = (
        (distance, known[0] != word[0], -frequency[known], known)
        for known, distance, _ in near
        if _believable(word, known, distance)
    )
    return min(ranked, default=(0, False, 0, None))[-1]


def _believable(word: str, known: str, slips: float) -> bool:
    if len(word) > _SHORT:
        return slips < 2 or known[0] == word[0]
    if len(known) == len(word):
        return sorted(known) == sorted(word)
    return known[0] == word[0] and not known.startswith(word)
