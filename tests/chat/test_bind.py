from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.chat.bind import bind, form, missing
from bot.chat.command import describe
from bot.errors import InputError
from tests.chat.conftest import Join, Mood, Sing

SING, JOIN = describe(Sing), describe(Join)


def test_values_become_what_the_fields_say() -> None:
    assert bind(SING, {"song": "la", "times": "3", "mood": "GLAD"}) == Sing(
        song="la", times=3, mood=Mood.GLAD
    )
    bound = bind(JOIN, {"name": "Anna", "since": "2026-01-31", "score": "~/x.md", "loud": "yes"})
    assert bound == Join(name="Anna", since=date(2026, 1, 31), score=Path.home() / "x.md", loud=True)


def test_what_is_left_out_has_its_default() -> None:
    assert bind(SING, {"song": "la"}) == Sing(song="la")


def test_an_empty_answer_for_an_optional_text_is_an_answer() -> None:
    assert bind(JOIN, {"name": "Anna", "since": ""}).since is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"song": ""}, "A song has 1 to 20 characters."),
        ({"song": "  "}, "A song has 1 to 20 characters."),
        ({"song": "\u200b\u2060"}, "A song has 1 to 20 characters."),
        ({}, "A song has 1 to 20 characters."),
        ({"song": "x" * 21}, "A song has 1 to 20 characters."),
        ({"song": "la", "times": "4"}, "How often: 1 to 3."),
        ({"song": "la", "times": "two"}, "“two” is not a whole number."),
        ({"song": "la", "mood": "gald"}, "“gald” is not one of: glad, sad. Did you mean glad?"),
    ],
)
def test_a_wrong_value_says_what_is_right(values: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        bind(SING, values)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "A", "since": "31 Feb"}, "I do not understand the date “31 Feb”."),
        ({"name": "A", "loud": "maybe"}, "“maybe” is neither yes nor no."),
        ({}, "/choir join needs: name."),
    ],
)
def test_each_kind_of_value_is_checked(values: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        bind(JOIN, values)
    assert caught.value.message == message


def test_invisible_characters_are_gone_before_a_request_sees_them() -> None:
    assert bind(SING, {"song": "l\u202ea\u200b"}).song == "la"


def test_a_form_asks_for_what_is_required_and_missing() -> None:
    asked = form(SING, {"times": "2"})
    assert [field.name for field in asked.fields] == ["song"]
    assert asked.known == {"times": "2"}
    assert not missing(SING, {"song": "la"})
