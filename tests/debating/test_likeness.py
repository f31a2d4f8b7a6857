"""Which words mean a motion, and which say something else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.debating.likeness import near, same
from bot.debating.motions import read_motion
from bot.shipped import shipped

TEXTS = [
    read_motion(file.read_text(encoding="utf-8"), file.stem).text
    for file in sorted(shipped("motions").glob("*.toml"))
]
RESEARCH = "This house believes that open weights have done more for AI research than closed frontier models."
GROK = "This house believes that the release of Grok 2 weights has not materially helped AI research."
THRESHOLD = "This house would exempt open models from AI law below a compute threshold."
CLOSED = "This house predicts that by 2030 the most capable models will be closed, and welcomes it."


@pytest.mark.parametrize("text", TEXTS)
def test_case_and_punctuation_do_not_matter(text: str) -> None:
    assert same(text.upper().rstrip("."), text)
    assert same(f"  “{text}” ".replace(" ", "  "), text)


@pytest.mark.parametrize(
    ("typed", "motion"),
    [
        (RESEARCH.replace("believes", "belives").replace("than", "then").rstrip("."), RESEARCH),
        ("open weights have done more for AI research than closed frontier models", RESEARCH),
        ("open weights have done more for AI research", RESEARCH),
        ("The house believes open weights have done more for AI research", RESEARCH),
        ("release of grok 2 weights has not materially helped", GROK),
        ("by 2030 most capable models will be closed", CLOSED),
    ],
)
def test_slips_of_the_pen_and_parts_are_near(typed: str, motion: str) -> None:
    assert near(typed, motion)
    assert not any(near(typed, other) for other in TEXTS if other != motion)


@pytest.mark.parametrize(
    ("typed", "motion"),
    [
        (RESEARCH.replace("have done", "have not done"), RESEARCH),
        (RESEARCH.replace("more", "less"), RESEARCH),
        ("closed frontier models have done more for AI research than open weights", RESEARCH),
        (GROK.replace("Grok 2", "Grok 3"), GROK),
        (GROK.replace("not", "now"), GROK),
        ("materially helped AI research", GROK),
        ("This house would exempt open models from AI law", THRESHOLD),
        (CLOSED.replace("2030", "2031"), CLOSED),
        (CLOSED.replace("welcomes", "regrets"), CLOSED),
        ("AI research", RESEARCH),
        ("open weights and research", RESEARCH),
        ("", RESEARCH),
    ],
)
def test_other_words_are_not_near(typed: str, motion: str) -> None:
    assert not near(typed, motion)


@given(st.sampled_from(TEXTS), st.sampled_from(["not", "never", "no", "hardly"]), st.data())
def test_a_negation_put_in_or_taken_out_makes_another_motion(
    text: str, negation: str, data: st.DataObject
) -> None:
    words = text.split()
    at = data.draw(st.integers(1, len(words) - 1))
    assert not near(" ".join([*words[:at], negation, *words[at:]]), text)
    without = re.sub(r" (?:not|without)\b", "", text)
    assert near(without, text) is (without == text)


@given(st.sampled_from(TEXTS), st.data())
def test_a_word_left_out_or_exchanged_makes_another_motion(text: str, data: st.DataObject) -> None:
    words = text.split()
    telling = [
        at for at, word in enumerate(words) if word.lower() not in ("a", "an", "the", "that") and at > 1
    ]
    at = data.draw(st.sampled_from(telling))
    assert not near(" ".join([*words[:at], *words[at + 1 :]]), text)
    assert not near(" ".join([*words[:at], "wombats", *words[at + 1 :]]), text)


@given(st.text(max_size=60), st.sampled_from(TEXTS))
def test_any_text_can_be_compared(typed: str, text: str) -> None:
    assert near(typed, text) in (True, False)
    assert same(typed, text) in (True, False)
