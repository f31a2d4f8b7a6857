"""The gate: what answers passes, what nobody wrote about does not."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.article import Passage
from bot.knowledge.findings import Findings, Hit
from bot.knowledge.gate import THRESHOLD, enough, is_enough
from bot.knowledge.ranking import choose
from bot.knowledge.tokens import query_tokens

TEXT = "xAI announced Grok 2 in August 2024. Open weights let anyone study a model at home."


def findings(query: str, *, score: float, second: float = 0.0, text: str = TEXT) -> Findings:
    one = Passage(
        id=1,
        article=1,
        revision=1,
        channel=None,
        title="Grok",
        heading="",
        language="en",
        text=text,
        start=0,
        end=len(text),
    )
    weights = dict.fromkeys(query_tokens(query, "en"), 3.5)
    hits = (Hit(passage=one, score=score), Hit(passage=replace(one, id=2), score=second))
    return Findings(query=query, hits=hits, weights=weights, ceiling=7.7 * len(weights))


def probability(found: Findings) -> float:
    return enough(found, next(iter(choose(found, limit=1)), None))


def test_a_question_that_a_sentence_covers_is_answered() -> None:
    found = findings("When was Grok 2 announced?", score=14.0, second=5.0)
    assert is_enough(found, choose(found))


def test_a_question_of_unknown_words_is_refused() -> None:
    found = Findings(
        query="How long do potatoes boil?", hits=(), weights={"potato": 5.0, "boil": 5.0}, ceiling=22.0
    )
    assert enough(found, None) == 0.0
    assert not is_enough(found, [])


def test_one_word_in_common_is_not_enough() -> None:
    found = findings("Which model won the chess championship in Vienna?", score=2.0, second=1.8)
    assert probability(found) < THRESHOLD


def test_covering_more_of_the_question_is_more_likely_enough() -> None:
    whole = findings("open weights study", score=8.0)
    half = findings("open weights potatoes boil", score=8.0)
    assert probability(whole) > probability(half)


def test_the_same_evidence_counts_less_in_a_larger_library() -> None:
    small = findings("open weights study", score=8.0, second=4.0)
    large = replace(
        small,
        weights={word: 2 * weight for word, weight in small.weights.items()},
        hits=tuple(replace(hit, score=2 * hit.score) for hit in small.hits),
        ceiling=2 * small.ceiling,
    )
    assert probability(large) < probability(small)


@given(st.text(max_size=60), st.text(max_size=120), st.floats(0, 1e6), st.floats(0, 1e6))
def test_it_is_always_a_probability(query: str, text: str, score: float, second: float) -> None:
    assert (
        0.0
        <= probability(findings(query, score=max(score, second), second=min(score, second), text=text))
        <= 1.0
    )
