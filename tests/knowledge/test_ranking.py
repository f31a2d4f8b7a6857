"""Choosing and shortening sentences: the answer first, no doubles, spans of the revision."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.article import Passage
from bot.knowledge.cues import Kind, asked, holds
from bot.knowledge.findings import Findings, Hit
from bot.knowledge.quotes import Status, check
from bot.knowledge.ranking import choose
from bot.knowledge.shorten import shorten
from bot.knowledge.tokens import query_tokens

REVISION = (
    "# Grok 2\n\nxAI announced Grok 2 in August 2024. It promised to open the weights within six months. "
    "Who would pay for it? Critics were not convinced by the promise.\n\n"
    "Training such a model takes a great deal of electricity. Open weights let anyone study a model."
)


def passage(text: str = REVISION, *, number: int = 1, start: int = 0, revision: int = 1) -> Passage:
    return Passage(
        id=number,
        article=revision,
        revision=revision,
        channel=None,
        title="Grok 2",
        heading="",
        language="en",
        text=text,
        start=start,
        end=start + len(text),
    )


def findings(query: str, *passages: Passage) -> Findings:
    weights = dict.fromkeys(query_tokens(query, "en"), 2.0)
    hits = tuple(Hit(passage=one, score=5.0 - rank) for rank, one in enumerate(passages))
    return Findings(query=query, hits=hits, weights=weights, ceiling=4.4 * len(weights))


def first(query: str, *passages: Passage) -> str:
    return choose(findings(query, *passages))[0].text


def test_the_sentence_that_answers_comes_first() -> None:
    assert first("What takes electricity?", passage()).startswith("Training such a model")
    assert first("When was Grok 2 announced?", passage()) == "xAI announced Grok 2 in August 2024."


def test_a_pronoun_inherits_the_words_of_the_sentence_before() -> None:
    text = "Grok 2 came in August. It was promised to be open in time. A dog was promised to be open in time."
    assert first("Was Grok promised open in time?", passage(text)) == "It was promised to be open in time."


def test_spans_count_in_the_revision() -> None:
    start = REVISION.index("Training")
    chosen = choose(findings("What takes electricity?", passage(REVISION[start:], start=start)))[0]
    assert REVISION[chosen.start : chosen.end] == chosen.text
    assert chosen.text == "Training such a model takes a great deal of electricity."


def test_the_same_sentence_in_overlapping_passages_is_chosen_once() -> None:
    start = REVISION.index("Training")
    twice = findings("What takes electricity?", passage(), passage(REVISION[start:], number=2, start=start))
    texts = [chosen.text for chosen in choose(twice)]
    assert len(texts) == len(set(texts)) == 3


def test_nearly_the_same_words_of_another_article_are_left_out() -> None:
    echo = passage("Training such a model takes a great deal of electricity!", number=2, revision=2)
    texts = [chosen.text for chosen in choose(findings("What takes electricity?", passage(), echo))]
    assert sum("electricity" in text for text in texts) == 1


def test_headings_and_questions_are_the_last_resort() -> None:
    texts = [chosen.text for chosen in choose(findings("Who would pay for Grok 2?", passage()), limit=2)]
    assert not any(text.startswith("#") or text.endswith("?") for text in texts)


def test_the_marks_of_a_list_are_not_quoted() -> None:
    text = "Rules:\n- Weights must be open to anyone.\n- Data may stay closed for now."
    assert first("Must weights be open?", passage(text)) == "Weights must be open to anyone."


def test_nothing_found_chooses_nothing() -> None:
    assert choose(findings("anything")) == []
    assert choose(findings("anything", passage("   "))) == []


def test_a_query_without_weights_still_ranks() -> None:
    bare = Findings(query="What takes electricity?", hits=(Hit(passage=passage(), score=1.0),))
    assert choose(bare)[0].text.startswith("Training")


@given(st.text(max_size=200), st.text(max_size=40))
def test_whatever_is_chosen_is_a_verified_span(text: str, query: str) -> None:
    class Source:
        id = 1

    Source.text = text  # type: ignore[attr-defined]
    for chosen in choose(findings(query, passage(text))):
        assert text[chosen.start : chosen.end] == chosen.text
        assert check(chosen.text, Source()).status is Status.VERIFIED  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who wrote it?", Kind.PERSON),
        ("How many people came?", Kind.NUMBER),
        ("In what year did it start?", Kind.TIME),
        ("Where is it?", Kind.PLACE),
        ("Why was it closed?", Kind.REASON),
        ("Wie viele kamen?", Kind.NUMBER),
        ("В каком году это было?", Kind.TIME),
        ("किसने लिखा?", Kind.PERSON),
        ("这在哪里？", Kind.PLACE),
        ("Is it open?", None),
    ],
)
def test_a_question_tells_the_kind_of_its_answer(question: str, kind: Kind | None) -> None:
    assert asked(question) is kind


def test_a_number_of_the_question_is_no_answer_to_it() -> None:
    assert holds(Kind.NUMBER, "In 2024 there were 35.", "How many in 2024?")
    assert not holds(Kind.NUMBER, "In 2024 there were some.", "How many in 2024?")


LONG = (
    "Although the laboratory had not published its weights for several years after the first announcement, "
    "which many had seen as a promise, the board finally decided in the spring of 2026 that anyone may study "
    "the model, run it at home, and change it, as long as they name it."
)


def test_a_long_sentence_is_cut_at_a_clause_and_keeps_what_was_asked_for() -> None:
    open_text = LONG.replace("not ", "")
    start, end = shorten(open_text, 0, len(open_text), keep={"board", "decid", "spring"}, language="en")
    cut = open_text[start:end]
    assert len(cut.split()) <= 40
    assert "the board finally decided in the spring of 2026" in cut
    assert open_text[:start].rstrip().endswith(",") or start == 0


def test_a_cut_never_leaves_off_a_negation_before_it() -> None:
    assert shorten(LONG, 0, len(LONG), keep={"board", "decid", "spring"}, language="en")[0] == 0


@given(st.lists(st.sampled_from(["open", "not,", "weights", "model;", "模型开放，", "5%"]), max_size=150))
def test_what_is_cut_is_a_short_span_without_space_at_its_ends(words: list[str]) -> None:
    text = " ".join(words)
    start, end = shorten(text, 0, len(text), keep={"weight"}, language="en")
    assert 0 <= start <= end <= len(text)
    assert text[start:end] == text[start:end].strip()
    assert len(re.findall(r"[\u4e00-\u9fff]{1,2}|[^\s\u4e00-\u9fff，]+", text[start:end])) <= 40
