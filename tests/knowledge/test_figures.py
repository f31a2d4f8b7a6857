"""Figures: what counts, in digits and in words, and when two mean the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.figures import Figure, Kind, figures, same

SAME = [
    ("5 August 2025", "August 5, 2025"),
    ("the 5th of August 2025", "2025-08-05"),
    ("5. August 2025", "5 août 2025"),
    ("5 de agosto de 2025", "2025年8月5日"),
    ("Aug. 5, 2025", "5 августа 2025"),
    ("in August 2025", "5 August 2025"),
    ("in 2025", "August 2025"),
    ("120B", "120 billion"),
    ("1,000", "1000"),
    ("1.000", "a thousand and nothing: 1000"),
    ("3.5 %", "3.5 percent"),
    ("3,5 per cent", "3.5%"),
    ("two", "2"),
    ("fifteen", "15"),
    ("twenty-five", "25"),
    ("three hundred and ten million", "310 million"),
    ("700M", "700 million"),
    ("a third of", "a third of"),
    ("two thirds", "two thirds"),
    ("half", "½"),
    ("$5 million", "5 million dollars"),
    ("the 3rd", "third"),
    ("twice", "double"),
    ("12", "a dozen"),
    ("120 Milliarden", "120 billion"),
]


def first(text: str) -> Figure:
    return figures(text)[0]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_figure_is_known_however_it_is_written(one: str, other: str) -> None:
    assert same(first(one), figures(other)[-1])


DIFFERENT = [
    ("5 August 2025", "6 August 2025"),
    ("5 August 2025", "August 2025"),
    ("120B", "12 billion"),
    ("120B", "120"),
    ("3.5 %", "3.5"),
    ("35", "3.5"),
    ("a third of", "third"),
    ("$5", "€5"),
    ("five", "fifteen"),
    ("millions", "a million: 1,000,000"),
    ("-4", "4"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_figures_are_not_the_same(one: str, other: str) -> None:
    assert not same(first(one), figures(other)[-1])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8 and 70 billion parameters", ["8", "70 billion"]),
        ("on 5 and 7 August 2025", ["5", "7 August 2025"]),
        ("Article 53(1)(a)", ["53", "1"]),
        ("arXiv 2508.10925", ["2508.10925"]),
        ("DeepSeek-R1 and T5", []),
        ("they may march in", []),
        ("May 2024 or in May", ["May 2024", "May"]),
        ("Grok-1, GPT-4.5", ["1", "4.5"]),
        ("no figure at all", []),
    ],
)
def test_each_figure_is_found_once(text: str, found: list[str]) -> None:
    assert [text[figure.start : figure.end] for figure in figures(text)] == found


def test_what_follows_a_joined_number_counts_for_both() -> None:
    assert [figure.value for figure in figures("7 and 32 billion")] == [7e9, 32e9]
    assert [(figure.day, figure.month) for figure in figures("5 and 7 August")] == [(5, 8), (7, 8)]


def test_words_are_read_as_numbers_in_english_only() -> None:
    assert figures("ten lat", "pl") == []
    assert [figure.kind for figure in figures("ten years", "en")] == [Kind.NUMBER]


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_no_two_figures_overlap(text: str) -> None:
    found = figures(text)
    assert all(0 <= figure.start < figure.end <= len(text) for figure in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(same(figure, figure) for figure in found)
