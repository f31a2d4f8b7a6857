from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.catalog import Catalog
from bot.chat.typed import as_line, from_arguments, from_line, quoted, words
from bot.errors import InputError, NotFound
from tests.chat.conftest import Count, Join, Leave, Sing

CATALOG = Catalog([Sing, Join, Leave, Count])


def values(line: str) -> dict[str, str]:
    return dict(from_line(CATALOG, line).values)


def test_the_rest_of_the_line_is_one_value(catalog: Catalog) -> None:
    assert values("/sing Don't stop   me now") == {"song": "Don't stop me now"}


def test_an_option_may_stand_anywhere_by_its_name() -> None:
    assert values("/sing times:2 yes") == {"song": "yes", "times": "2"}
    assert values("/sing yes times:2") == {"song": "yes", "times": "2"}
    assert values("/sing yes --times 2 --mood=glad") == {"song": "yes", "times": "2", "mood": "glad"}


def test_quotation_marks_hold_words_together_and_fall_away() -> None:
    assert values('/choir join "Anna Lee" since:2026-01-01') == {"name": "Anna Lee", "since": "2026-01-01"}
    assert values("/choir join “Anna Lee”") == {"name": "Anna Lee"}
    assert values('/choir join name:"Anna Lee"') == {"name": "Anna Lee"}


def test_quotation_marks_inside_a_question_stay() -> None:
    assert values('/sing Is it "open source"?') == {"song": 'Is it "open source"?'}
    assert values('/sing "open source"') == {"song": "open source"}


def test_a_mark_that_nothing_closes_is_a_letter() -> None:
    assert values('/sing 12" single') == {"song": '12" single'}


def test_a_colon_after_an_unknown_word_is_text() -> None:
    assert values("/sing Note: this") == {"song": "Note: this"}


def test_a_slash_or_an_exclamation_mark_may_lead() -> None:
    assert values("!sing la") == values("/sing la") == values("sing la") == {"song": "la"}


def test_sub_commands_are_found_and_case_does_not_matter() -> None:
    assert from_line(CATALOG, "/Choir JOIN Anna").command.name == "choir join"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("/sng la", "Did you mean /sing?"),
        ("/choir", "/choir join"),
        ("/choir jion", "/choir join"),
        ("/zzzzz", "/help lists what there is."),
        ("/", "/help lists what there is."),
    ],
)
def test_an_unknown_command_names_the_nearest(line: str, hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        from_line(CATALOG, line)
    assert hint in caught.value.hint


def test_an_unknown_dashed_option_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        from_line(CATALOG, "/sing la --tims 2")
    assert caught.value.hint == "Did you mean --times?"


def test_one_word_too_many_is_said() -> None:
    with pytest.raises(InputError, match="do not know what to do with “extra”"):
        from_line(CATALOG, "/choir leave extra")


def test_a_dashed_option_without_a_value_says_what_it_takes() -> None:
    with pytest.raises(InputError, match="--times needs a value"):
        from_line(CATALOG, "/sing la --times")


def test_a_yes_or_no_option_needs_no_value_in_a_shell() -> None:
    typed = from_arguments(CATALOG, ["choir", "join", "Anna", "--loud"])
    assert typed.values == {"name": "Anna", "loud": "yes"}


def test_a_shell_argument_is_one_word_whatever_is_in_it() -> None:
    assert from_arguments(CATALOG, ["sing", 'say "hi" now']).values == {"song": 'say "hi" now'}


@given(st.text(max_size=80))
def test_any_line_is_cut_into_words_without_losing_a_letter(line: str) -> None:
    assert "".join("".join(word.raw for word in words(line)).split()) == "".join(line.split())


@given(st.text(max_size=80))
def test_any_line_is_read_or_refused_with_a_reason(line: str) -> None:
    with contextlib.suppress(InputError):
        from_line(CATALOG, line)


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"“„«'), min_size=1, max_size=40
    )
)
def test_what_a_button_carries_comes_back_as_it_was(value: str) -> None:
    line = as_line("sing", {"song": value, "times": "2"})
    assert from_line(CATALOG, line).values == {"song": value, "times": "2"}


def test_a_value_with_quotation_marks_is_carried_in_others() -> None:
    assert quoted('say "hi" now') == '“say "hi" now”'


@pytest.mark.parametrize("line", ['/sing la mood:""', "/sing la mood:“”", "/sing la --mood="])
def test_an_option_may_be_given_empty(line: str) -> None:
    assert values(line) == {"song": "la", "mood": ""}


def test_an_option_with_nothing_after_its_colon_is_text() -> None:
    assert values("/sing mood: glad") == {"song": "mood: glad"}


def test_an_empty_value_can_be_carried() -> None:
    line = as_line("sing", {"song": "", "times": "2"})
    assert from_line(CATALOG, line).values == {"song": "", "times": "2"}


EVERY_MARK = 'say "a" and “b” and „c“ and «d» now'


def test_a_value_with_every_quotation_mark_can_still_stand_in_a_line() -> None:
    line = as_line("sing", {"song": EVERY_MARK, "times": "2"})
    assert from_line(CATALOG, line).values == {"song": EVERY_MARK.replace('"', "'"), "times": "2"}
    assert values(f"/sing {EVERY_MARK}") == {"song": EVERY_MARK}


@given(st.text(st.sampled_from("\"“”„«»' ab:="), min_size=1, max_size=20))
def test_whatever_marks_a_value_has_nothing_else_of_it_is_lost(value: str) -> None:
    line = as_line("sing", {"song": value, "times": "2"})
    read = from_line(CATALOG, line).values
    assert read["times"] == "2"
    assert read["song"].replace('"', "'") == value.replace('"', "'")


def test_what_looks_like_an_option_inside_a_question_is_text_in_a_chat() -> None:
    question = "What does git commit --no-verify do?"
    assert values(f"/sing {question}") == {"song": question}


def test_what_looks_like_an_option_is_one_in_a_shell() -> None:
    with pytest.raises(InputError) as caught:
        from_arguments(CATALOG, ["sing", "la", "--no-verify"])
    assert caught.value.message == "/sing has no option --no-verify."
    assert caught.value.hint == "Usage: /sing SONG [times] [mood]"


def test_a_command_that_takes_no_text_knows_no_stray_options() -> None:
    with pytest.raises(InputError, match="has no option --no-verify"):
        from_line(CATALOG, "/choir join Anna --no-verify")


@pytest.mark.parametrize(
    ("line", "hint"), [("/sing la --moods glad", "--mood"), ("/choir join Anna --lout", "--loud")]
)
def test_a_near_miss_of_an_option_is_named(line: str, hint: str) -> None:
    for read in (lambda: from_line(CATALOG, line), lambda: from_arguments(CATALOG, line[1:].split())):
        with pytest.raises(InputError) as caught:
            read()
        assert caught.value.hint == f"Did you mean {hint}?"
