"""Splitting into sentences: what ends one, what does not, and that nothing is lost or changed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.sentences import marker, sentences

MIXED = st.text(alphabet="aB9. !?…\n\"')]#-*|。！？।؟กข中न(v“”[]1", max_size=80) | st.text(max_size=80)


def split(text: str, language: str | None = None) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@given(MIXED)
def test_spans_are_in_order_trimmed_and_hold_every_character_but_white_space(text: str) -> None:
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@given(MIXED, MIXED)
def test_no_sentence_crosses_a_blank_line(above: str, below: str) -> None:
    text = above + "\n\n" + below
    assert all(end <= len(above) or start >= len(above) for start, end in sentences(text))


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. economy grew by 3.5 percent in 1.2 years.",
        "Dr. Smith met Prof. Jones at St. Paul's.",
        "J. K. Rowling and George W. Bush were there.",
        "In Roe v. Wade the court, e.g. Justice Blackmun, cited No. 18 and pp. 3 f.",
        "He was born c. 1455 in Paris.",
        "Yahoo! is a company.",
        "Weights were published ... and then withdrawn.",
        "He was here to . . . submit.",
        "no stop at all",
        "Er kam am 3. Oktober zurück.",
        "Он родился в г. Москва, т. е. там, где жил А. С. Пушкин.",
        "विलियम ई. साइमन ने डॉ. सिंह से बात की।",
        "A line that is wrapped\nat eighty columns.",
    ],
)
def test_these_are_one_sentence(text: str) -> None:
    assert split(text, "de" if "Oktober" in text else None) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It works. It is open!", ["It works.", "It is open!"]),
        ("What?! No. Yes…  Perhaps.", ["What?!", "No.", "Yes…", "Perhaps."]),
        (
            '"It is open." She left. (So did he.) Then "end."',
            ['"It is open."', "She left.", "(So did he.)", 'Then "end."'],
        ),
        ("He lives in the U.S. The law is old.", ["He lives in the U.S.", "The law is old."]),
        (
            "It was vitamin C. They took it at 5 p.m. He did not.",
            ["It was vitamin C.", "They took it at 5 p.m.", "He did not."],
        ),
        ("It grew.[3] Then it fell.[4][5]", ["It grew.[3]", "Then it fell.[4][5]"]),
        (
            "all in small letters . it goes on . so it does",
            ["all in small letters .", "it goes on .", "so it does"],
        ),
        ("它是开放的。它很大！“真的吗？”是的。", ["它是开放的。", "它很大！", "“真的吗？”", "是的。"]),
        ("यह खुला है। वह बड़ा है।", ["यह खुला है।", "वह बड़ा है।"]),
        ("هل هو مفتوح؟ نعم. هذا كل شيء۔ انتهى", ["هل هو مفتوح؟", "نعم.", "هذا كل شيء۔", "انتهى"]),
        ("В 1812 г. Наполеон пришёл. Потом ушёл.", ["В 1812 г.", "Наполеон пришёл.", "Потом ушёл."]),
        ("what is it? it is a model.", ["what is it?", "it is a model."]),
    ],
)
def test_these_are_several_sentences(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_headings_list_items_and_table_rows_stand_alone() -> None:
    text = "Before\n# Open weights\nThey are open.\n- first\n- second goes\n  on here\n1. third\n| a | b |\n"
    assert split(text) == [
        "Before",
        "# Open weights",
        "They are open.",
        "- first",
        "- second goes\n  on here",
        "1. third",
        "| a | b |",
    ]


def test_thai_is_cut_at_spaces_into_phrases_that_say_something() -> None:
    phrase = "แบบจำลองภาษาขนาดใหญ่เป็นเครื่องมือที่มีประโยชน์มาก"
    assert split(f"{phrase} {phrase}") == [phrase, phrase]
    assert split("สวัสดี ครับ") == ["สวัสดี ครับ"]


def test_the_marker_of_a_line_is_known_from_its_words() -> None:
    lines = {"## Open": 3, "- item": 2, "> 2. both": 5, "words": 0, "-5 degrees": 0}
    assert {line: marker(line) for line in lines} == lines


def test_a_version_number_or_a_name_with_a_capital_inside_does_not_hide_an_end() -> None:
    assert len(split("It is under Apache 2.0. Neither data nor code came with it.")) == 2
    assert len(split("Meta opened it in August 2025. xAI followed a week later.")) == 2


def test_what_somebody_said_in_two_sentences_stays_together() -> None:
    assert len(split('He wrote: "It is high time. We will do it." Then he left.')) == 2
    assert len(split("He wrote: “It is high time. We will do it.” Then he left.")) == 2
    assert len(split('A 12" disk is old. A 5" disk is older. Nobody uses them.')) == 3
