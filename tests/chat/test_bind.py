from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import pytest

from bot.chat.bind import LONG, bind, form, missing
from bot.chat.command import Option, command, describe
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


def test_an_optional_value_given_empty_is_its_default() -> None:
    assert bind(SING, {"song": "la", "times": "", "mood": ""}) == Sing(song="la", times=1, mood=None)
    assert bind(SING, {"song": "la", "times": " \u200b "}).times == 1
    bound = bind(JOIN, {"name": "Anna", "since": " ", "loud": ""})
    assert (bound.since, bound.loud) == (None, False)


def test_an_optional_text_given_empty_is_an_empty_answer_not_left_out() -> None:
    @command("note")
    class Note:
        """Note something."""

        text: Annotated[str | None, Option("Text")] = None
        kept: Annotated[str, Option("Kept", least=3)] = "for good"

    noted = describe(Note)
    assert bind(noted, {"text": ""}).text == ""
    assert bind(noted, {}).text is None
    assert bind(noted, {"kept": " "}).kept == ""


@pytest.mark.parametrize(
    "name", ["re\u0301sume\u0301.md", "r\u00e9sum\u00e9.md", "soft\u00adhyphen.md", " a .md"]
)
def test_a_file_keeps_its_name_to_the_letter(name: str) -> None:
    assert str(bind(JOIN, {"name": "Anna", "score": name}).score) == name


def test_other_texts_are_composed() -> None:
    assert bind(JOIN, {"name": "Re\u0301ne\u0301"}).name == "R\u00e9n\u00e9"


def test_a_file_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(InputError, match="not the name of a file"):
        bind(JOIN, {"name": "Anna", "score": "a\0b"})
    with pytest.raises(InputError, match="whose folder"):
        bind(JOIN, {"name": "Anna", "score": "~nobody-of-that-name/x"})


@pytest.mark.parametrize(("loud", "spellings"), [(True, "yes Y TRUE on 1"), (False, "no N False off 0")])
def test_yes_and_no_have_their_usual_spellings(loud: bool, spellings: str) -> None:
    for text in spellings.split():
        assert bind(JOIN, {"name": "Anna", "loud": text}).loud is loud


@pytest.mark.parametrize(
    ("times", "fits"), [("0", False), ("1", True), ("3", True), ("4", False), ("-1", False)]
)
def test_the_limits_themselves_are_within(times: str, fits: bool) -> None:
    if fits:
        assert bind(SING, {"song": "la", "times": times}).times == int(times)
    else:
        with pytest.raises(InputError, match="1 to 3"):
            bind(SING, {"song": "la", "times": times})


def test_a_limit_on_one_side_says_only_that_one() -> None:
    @command("open")
    class Open:
        """Open."""

        least: Annotated[int, Option("At", least=2)] = 2
        most: Annotated[str, Option("Of", most=1200)] = ""

    with pytest.raises(InputError, match=r"^At: at least 2\.$"):
        bind(describe(Open), {"least": "1"})
    with pytest.raises(InputError, match=r"^Of: at most 1,200 characters\.$"):
        bind(describe(Open), {"most": "x" * 1201})


def test_a_form_s_fields_know_choices_size_and_what_is_required() -> None:
    @command("write")
    class Write:
        """Write."""

        essay: Annotated[str, Option("Essay", most=LONG + 1)]
        line: Annotated[str, Option("Line", most=LONG)]
        mood: Annotated[Mood, Option("Mood")]
        name: Annotated[str, Option("Name")] = ""

    asked = form(describe(Write), {})
    assert [(one.name, one.long, one.choices, one.required) for one in asked.fields] == [
        ("essay", True, (), True),
        ("line", False, (), True),
        ("mood", False, ("glad", "sad"), True),
    ]
    assert [p.name for p in missing(describe(Write), {"essay": " ", "line": "x", "mood": "glad"})] == [
        "essay"
    ]
