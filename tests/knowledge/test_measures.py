from math import log2

import pytest

from bot.knowledge.measures import ndcg, percentile, recall, reciprocal_rank


def test_a_perfect_ranking_has_an_ndcg_of_one() -> None:
    assert ndcg(["a", "b", "c"], {"a": 4, "b": 2, "c": 1}) == 1


def test_ndcg_takes_gains_as_judged_and_discounts_by_rank() -> None:
    gained = 1 + 4 / log2(3) + 0
    best = 4 + 1 / log2(3)
    assert ndcg(["b", "a", "x"], {"a": 4, "b": 1}) == pytest.approx(gained / best)


def test_ndcg_looks_no_further_than_k() -> None:
    assert ndcg(["x", "a"], {"a": 1}, 1) == 0
    assert ndcg(["a"], {"a": 1, "b": 1}, 1) == 1


def test_nothing_relevant_measures_nothing() -> None:
    assert ndcg(["a"], {}) == 0
    assert recall(["a"], {"a": 0}, 5) == 0
    assert reciprocal_rank(["a"], {}) == 0


def test_recall_is_the_share_of_the_relevant_that_is_found() -> None:
    assert recall([1, 2, 3], {1: 1, 3: 2, 9: 1}, 2) == pytest.approx(1 / 3)


def test_the_first_relevant_document_gives_the_reciprocal_rank() -> None:
    assert reciprocal_rank(["x", "y", "a", "b"], {"a": 1, "b": 1}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"] * 10 + ["a"], {"a": 1}) == 0


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3, 1, 2, 4], 50) == 2
    assert percentile([3, 1, 2, 4], 95) == 4
    assert percentile([], 50) == 0
