"""The gate: what answers passes, what nobody wrote about does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
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


def with_meaning(found: Findings, cosine: float, usual: float = 0.1) -> Findings:
    """The same findings where vectors were compared, too; by their score, the hits would all pass."""
    hits = tuple(replace(hit, score=99.0, bm25=hit.score, cosine=cosine) for hit in found.hits)
    return replace(found, hits=hits, usual_cosine=usual)


def test_a_passage_that_means_it_in_other_words_is_enough() -> None:
    found = findings("Could hobbyists inspect LLMs?", score=0.0)
    assert probability(found) < THRESHOLD
    assert probability(with_meaning(found, 0.55)) < THRESHOLD
    assert probability(with_meaning(found, 0.75)) >= THRESHOLD


def test_meaning_counts_by_how_far_it_is_from_the_usual() -> None:
    found = findings("Could hobbyists inspect LLMs?", score=0.0)
    assert probability(with_meaning(found, 0.75, usual=0.7)) < THRESHOLD
    near, far = with_meaning(found, 0.55, usual=0.1), with_meaning(found, 0.85, usual=0.7)
    assert probability(near) == pytest.approx(probability(far))


def test_meaning_decides_where_words_leave_it_open() -> None:
    found = findings("open weights study potatoes boil", score=8.0, second=7.0)
    by_words = probability(found)
    assert probability(with_meaning(found, 0.7)) > by_words > probability(with_meaning(found, 0.2))


def test_distance_in_meaning_alone_takes_no_good_answer_away() -> None:
    found = findings("When was Grok 2 announced?", score=14.0, second=5.0)
    assert probability(with_meaning(found, -0.2)) >= THRESHOLD


def test_words_count_by_bm25_where_hits_are_ordered_by_meaning_too() -> None:
    found = findings("open weights study", score=8.0, second=4.0)
    neutral = with_meaning(found, 0.1 + 0.4 * 0.9)
    assert probability(neutral) == pytest.approx(probability(found))
    turned = replace(neutral, hits=neutral.hits[::-1])
    assert probability(turned) < probability(neutral)
    # That another passage has more of the words counts no more than if it had as many.
    level = replace(turned, hits=(turned.hits[0], replace(turned.hits[1], bm25=4.0)))
    assert probability(turned) == pytest.approx(probability(level))


@given(st.text(max_size=60), st.text(max_size=120), st.floats(0, 1e6), st.floats(0, 1e6))
def test_it_is_always_a_probability(query: str, text: str, score: float, second: float) -> None:
    assert (
        0.0
        <= probability(findings(query, score=max(score, second), second=min(score, second), text=text))
        <= 1.0
    )
