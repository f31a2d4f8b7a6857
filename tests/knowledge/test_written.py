"""What a model wrote, taken apart: sentences with their numbers, and no more than words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.bare import bare
from bot.knowledge.grounding import SENTINEL, plain_draft
from bot.knowledge.written import quotations, taken_apart


def parts(answer: str, sources: int = 5) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.cites) for one in taken_apart(bare(answer), sources, "en")]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("It came out [1]. It was late [2].", [("It came out.", (1,)), ("It was late.", (2,))]),
        ("It came out. [1] It was late. [2]", [("It came out.", (1,)), ("It was late.", (2,))]),
        ("It came out.[1][2] It was late [3, 4].", [("It came out.", (1, 2)), ("It was late.", (3, 4))]),
        ("[1] It came out. [2] It was late.", [("It came out.", (1,)), ("It was late.", (2,))]),
        ("- It came out [1]\n- It was late [2]", [("It came out", (1,)), ("It was late", (2,))]),
        ("It came [1] out [2-4].", [("It came out.", (1, 2, 3, 4))]),
        ("It came out [1; 2] [^3] [Source 4] 【5†source】.", [("It came out.", (1, 2, 3, 4, 5))]),
        ("It came out (1) [9][0].", [("It came out (1).", ())]),
        ("It came out [source_id] [n].", [("It came out.", ())]),
        ("According to [2], it came out.", [("It came out.", (2,))]),
        ("Source [1] says it came out.", [("The source says it came out.", (1,))]),
        ("It came out [1](http://a.example/b).", [("It came out.", (1,))]),
        ("**Answer:** It came out [1].", [("It came out.", (1,))]),
        ("# Answer\n\nIt came out [1].\n\nSources: [1] [2]", [("It came out.", (1,))]),
        ("He said “It came out. It was late.” [1]", [("He said “It came out. It was late.”", (1,))]),
        ("It [sic] came [...] out [1].", [("It (sic) came… out.", (1,))]),
    ],
)
def test_numbers_stay_with_their_sentence(answer: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert parts(answer) == expected


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("See [the site](https://a.example/x(y)) now", "See the site now"),
        ("![a picture](http://a.example/p.png)", "a picture"),
        ("Go to https://a.example/b?c=d.", "Go to ."),
        ("Join discord.gg/abc or a.example/b", "Join  or "),
        ("Write to someone@a.example", "Write to "),
        ("Hello @everyone and @here and @anna", "Hello  and  and anna"),
        ("<b>bold</b> <@123> <#4> <!channel>", "bold   "),
        ("**bold** _it_ `code` ~~gone~~ snake_case", "bold it code gone snake_case"),
        ("＠everyone ［1］", " [1]"),
        ("3 < 5 and 7 > 6", "3 < 5 and 7 > 6"),
        ("@@everyoneeveryone", "everyoneeveryone"),
        ("> quoted\n| a | b |\n---\n", "quoted\n a b \n\n"),
    ],
)
def test_what_a_chat_could_act_on_goes(text: str, left: str) -> None:
    assert bare(text) == left


def test_words_in_quotation_marks_of_any_kind_are_found() -> None:
    text = "\"a b\" “c d” „e f“ «g h» ‘i’m j’ 「公開」 it's 'k l' rock 'n' roll"
    assert [one.words for one in quotations(text)] == [
        "a b",
        "c d",
        "e f",
        "g h",
        "i’m j",
        "公開",
        "k l",
        "n",
    ]


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("The “weights” came out [1], see [te", "The weights came out [1], see"),
        ("It came out [1, 2] [100] [0].", "It came out [1][2]."),
        ("See [the site](http://a.exam", "See"),
        ("See [the site](http://a.example) now", "See the site now"),
        ("Look at https://a.exam", "Look at"),
        ("**Bold** and <b>more</b> <i", "Bold and more"),
        ("It's the companies’ own 'plan'", "It's the companies’ own plan"),
        ("Two\n\nlines", "Two\nlines"),
        ("Hello @every", "Hello"),
        ("It came out.\nNOT_IN_SOURCES", "It came out."),
        ("NOT\\_IN\\_SOU", ""),
        ("**NOT_IN", ""),
        ("It is N", "It is"),
        ("It is not in the sources", "It is not in the sources"),
    ],
)
def test_a_draft_shows_plain_words_and_nothing_half_written(text: str, draft: str) -> None:
    assert plain_draft(text) == draft


ODD = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["[", "]", "[1]", "[12]", "[1", "(", ")", "“", "”", '"', "«", "<b>", "<", "@everyone", "http://a.b/c",
         "www.a.b", "NOT_IN_SOURCES", "NOT_IN", "_", "*", "`", "\n", " ", "word", "It", "’s", "[x](y)",
         "\\", "|", "#"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@given(ODD)
def test_no_draft_has_marks_links_mentions_or_brackets_but_numbers(text: str) -> None:
    draft = plain_draft(text)
    assert not set(draft) & set('"“”„«»`*')
    assert "://" not in draft
    assert "@everyone" not in draft
    assert not re.search(r"[\[\]]", re.sub(r"\[[1-9]\d?\]", "", draft))


@given(st.text("ab .[1]", max_size=20), st.integers(1, len(SENTINEL)))
def test_no_part_of_the_sentinel_is_ever_shown(before: str, length: int) -> None:
    draft = plain_draft(f"{before} {SENTINEL[:length]}")
    assert "N" not in draft
    assert plain_draft(f"{before} {SENTINEL} and more") == plain_draft(before)


@given(ODD)
def test_taking_apart_never_fails_and_leaves_no_brackets(text: str) -> None:
    for one in taken_apart(bare(text), 3):
        assert not set("[]") & set(one.text)
        assert all(1 <= number <= 3 for number in one.cites)
