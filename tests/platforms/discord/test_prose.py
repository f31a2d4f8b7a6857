from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.prose import escape as as_letters
from bot.chat.prose import parse
from bot.platforms.discord.prose import escape, serialised
from tests.platforms.discord.hostile import LONG, PAIRS, SHORT, live

_OWN = re.compile(r"(?m)^\s*(?:- |\d{1,9}[.)] |> )+")


def written(text: str) -> str:
    return serialised(parse(text))


def test_what_the_checker_calls_live_is_live() -> None:
    for text in SHORT[:30]:
        assert live(text) or "`" in text, text


@pytest.mark.parametrize("hostile", [SHORT, PAIRS, LONG], ids=["short", "pairs", "long"])
def test_escaped_text_is_letters_alone(hostile: list[str]) -> None:
    for text in hostile:
        assert live(escape(text)) == [], text[:80]


@given(st.text(st.sampled_from("a1 \n\\*_~|`<>[]()#-+.@:/\u200b\u202e"), max_size=60))
def test_any_letters_stay_letters(text: str) -> None:
    assert live(escape(text)) == []


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=60))
def test_no_letter_is_lost(text: str) -> None:
    shown = re.sub(r"\\([\\*_~|`<>\[\]()#.+-])", r"\1", escape(text).replace("\u200b", ""))
    assert shown == re.sub("[\u3164\u115f\u1160\uffa0]", "", text)


@pytest.mark.parametrize("hostile", [SHORT, PAIRS], ids=["short", "pairs"])
def test_prose_in_the_grammar_holds_no_link_and_no_mention(hostile: list[str]) -> None:
    for text in hostile:
        found = live(re.sub(r"(?<!\\)\*", "", _OWN.sub("", written(text))))
        assert found == [], (text, written(text))


@pytest.mark.parametrize("hostile", [SHORT, PAIRS], ids=["short", "pairs"])
def test_letters_in_prose_stay_letters(hostile: list[str]) -> None:
    for text in hostile:
        assert live(written(as_letters(text))) == [], (text, written(as_letters(text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**so** _is_ `it`", "**so** *is* `it`"),
        ("see [2].", "see \\[2\\]."),
        ("- a\n- b\n\nc", "- a\n- b\n\nc"),
        ("3. a\n   - b", "3. a\n  - b"),
        ("> a\n> b", "> a\n> b"),
        ("```\na\n```", "```\na\n```"),
        ("`` a`b ``", "`` a`b ``"),
        ("**a**_b_", "**a**\u200b*b*"),
        ("2 < 3 and 3 > 2", "2 \\<\u200b 3 and 3 \\> 2"),
        ("**[1](x)**", "**\\[1\\]\\(x)**"),
    ],
)
def test_the_grammar_becomes_discords(text: str, shown: str) -> None:
    assert written(text) == shown


def test_code_cannot_be_closed_from_within() -> None:
    shown = written("````\n```\n@everyone\n````")
    assert shown.count("```") == 2
    assert "@everyone" not in shown


@given(st.text(st.sampled_from("a `*\n@_"), max_size=80))
def test_inline_code_is_closed_where_it_ends(text: str) -> None:
    assert "`" not in live(written(text))
