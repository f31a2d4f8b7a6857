"""The quote rule: what counts as the same words, and every status with its reason."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.knowledge.quotes import Checked, Difference, Status, check
from bot.knowledge.wording import negates, wording

VECTORS = tomllib.loads((Path(__file__).parents[1] / "data" / "quotes.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Words:
    id: int
    text: str


def checked(quote: str, text: str) -> Checked:
    return check(quote, Words(1, text))


def shown(found: Checked, text: str) -> str:
    return text[found.start : found.end]


@pytest.mark.parametrize("vector", VECTORS["vector"], ids=lambda vector: vector["why"])
def test_each_vector_has_its_status(vector: dict[str, Any]) -> None:
    found = checked(vector["quote"], vector["text"])
    assert found.status == vector["status"]
    if "shows" in vector:
        assert shown(found, vector["text"]) == vector["shows"]


WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "the model are open 3.5% -4 $5 35 risk, (and) safe. Don’t über-gut не 模型开放 não 1,000 is it",
    )
)
TEXTS = st.lists(WORDS, min_size=6, max_size=40).map(" ".join)


@given(TEXTS, st.data())
def test_any_five_tokens_not_behind_a_negation_are_found_again(text: str, data: st.DataObject) -> None:
    stream = wording(text)
    assume(len(stream) >= 5)
    first = data.draw(st.integers(0, len(stream) - 5))
    last = data.draw(st.integers(first + 5, len(stream)))
    assume(not negates(text, stream[max(0, first - 4) : first]))
    span = text[stream[first].start : stream[last - 1].end]
    found = checked(span, text)
    assert found.status is Status.VERIFIED
    assert [t.form for t in wording(shown(found, text))] == [t.form for t in stream[first:last]]


@given(TEXTS, st.data(), st.sampled_from(["zebra", "99", "3.6%", "-1"]))
def test_a_changed_word_or_number_is_never_verified(text: str, data: st.DataObject, other: str) -> None:
    stream = wording(text)
    assume(len(stream) >= 5)
    at = data.draw(st.integers(0, len(stream) - 1))
    changed = f"{text[: stream[at].start]} {other} {text[stream[at].end :]}"
    found = checked(changed, text)
    assert found.status in {Status.ALTERED, Status.NOT_FOUND}


@given(st.text(max_size=60), st.text(max_size=200))
def test_no_text_is_too_odd_to_be_checked(quote: str, text: str) -> None:
    found = checked(quote, text)
    assert 0 <= found.start <= found.end <= len(text)


def test_words_found_in_another_article_correct_the_citation() -> None:
    right = Words(7, "Open weights can be studied by anyone.")
    found = check("open weights can be studied", Words(1, "Nothing here."), elsewhere=[right])
    assert (found.status, found.source) == (Status.VERIFIED_ELSEWHERE, 7)


def test_words_of_a_speech_are_told_from_words_of_an_article() -> None:
    speech = Words(3, "My opponent forgets that weights can leak.")
    found = check("forgets that weights can leak", Words(1, "Nothing here."), speeches=[speech])
    assert (found.status, found.source) == (Status.FROM_DEBATE, 3)


def test_an_address_outside_the_library_is_never_verified() -> None:
    assert check("open weights can be studied", url="https://example.org/").status is Status.EXTERNAL


def test_a_clipped_negation_shows_the_whole_sentence() -> None:
    text = "They met. It is not yet safe to release such weights widely. They left."
    found = checked("safe to release such weights", text)
    assert found.status is Status.CLIPPED_NEGATION
    assert text[slice(*found.sentence)] == "It is not yet safe to release such weights widely."


def test_where_the_words_also_stand_without_the_negation_they_are_verified() -> None:
    text = "It is not safe to release such weights. Others say it is safe to release such weights."
    found = checked("safe to release such weights", text)
    assert (found.status, found.start) == (Status.VERIFIED, 57)


def test_an_altered_quotation_says_what_stands_there_instead() -> None:
    text = "In the trial the open model scored 3.5% on the hard heart tasks last year."
    found = checked("the open model scored 35% on the hard heart tasks last year", text)
    assert found.status is Status.ALTERED
    assert found.differences == (Difference(quoted="35%", stands="3.5%"),)
    assert shown(found, text) == "the open model scored 3.5% on the hard heart tasks last year"


def test_omissions_are_segments_and_inserted_words_are_told() -> None:
    text = "Open weights, as many have said before, can be studied by anyone."
    found = checked("Open weights, as [...] can be studied [freely] by anyone", text)
    assert found.status is Status.VERIFIED
    assert [text[start:end] for start, end in found.segments] == [
        "Open weights, as",
        "can be studied by anyone",
    ]
    assert found.inserted == ("[freely]",)
