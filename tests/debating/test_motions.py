"""Motion files: what is read, what is refused, and that those which ship stand on what they list."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.debating.motion import Motion, Stance
from bot.debating.motions import CLAIM, USES, MotionError, read_motion
from bot.errors import InputError
from bot.knowledge.article import Revision
from bot.knowledge.quotes import Status, check
from bot.knowledge.sentences import marker, sentences
from bot.plain import one_line
from bot.retrieval.drafting import drafted
from bot.shipped import shipped

FILES = sorted(shipped("motions").glob("*.toml"))
ARTICLES = {file.stem: file for file in shipped("articles").glob("*.md")}


def toml(values: dict[str, Any], path: str = "") -> str:
    """A table as TOML: plain values first, then tables, then lists of tables."""
    lines = [f"{key(name)} = {scalar(one)}" for name, one in values.items() if not is_table(one)]
    for name, one in values.items():
        inner = f"{path}.{key(name)}" if path else key(name)
        if isinstance(one, dict):
            lines.append(f"[{inner}]\n{toml(one, inner)}")
        elif is_table(one):
            lines += [f"[[{inner}]]\n{toml(each, inner)}" for each in one]
    return "\n".join(lines)


def is_table(one: Any) -> bool:
    return isinstance(one, dict) or (isinstance(one, list) and bool(one) and isinstance(one[0], dict))


def key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def scalar(one: Any) -> str:
    return one.isoformat() if isinstance(one, date) else json.dumps(one, ensure_ascii=False)


def side(letter: str, cards: int = 3) -> dict[str, Any]:
    return {
        "burden": f"Show {letter}.",
        "words": f"{letter} evidence",
        "pressure": f"Why {letter}?",
        "card": [
            {"article": "wombats", "begins": f"Sentence {letter}{n}", "claim": f"Claim {letter}{n}"}
            for n in range(cards)
        ],
    }


def whole(**changed: Any) -> dict[str, Any]:
    file = {
        "number": 3,
        "theme": "Animals",
        "as_of": date(2025, 11, 25),
        "text": "This house believes that wombats dig best.",
        "definitions": {"wombat": "An animal of Australia."},
        "for": side("a"),
        "against": side("b"),
    }
    return {name: value for name, value in {**file, **changed}.items() if value is not None}


def problems(**changed: Any) -> tuple[str, ...]:
    with pytest.raises(MotionError) as refused:
        read_motion(toml(whole(**changed)), "wombats")
    return refused.value.problems


def test_a_whole_file_is_read() -> None:
    motion = read_motion(toml(whole()), "03-wombats")
    assert (motion.id, motion.number, motion.theme) == ("03-wombats", 3, "Animals")
    assert motion.text == "This house believes that wombats dig best."
    assert motion.as_of == "2025-11-25"
    assert motion.definitions == {"wombat": "An animal of Australia."}
    assert (motion.pro.burden, motion.pro.words, motion.pro.pressure) == ("Show a.", "a evidence", "Why a?")
    assert [one.begins for one in motion.con.listed] == ["Sentence b0", "Sentence b1", "Sentence b2"]
    assert motion.pro.listed[0].use == ""
    assert motion.is_judged


def test_a_file_without_what_may_be_left_out_is_read() -> None:
    bare = side("a") | {"burden": "Show it."}
    del bare["words"], bare["pressure"]
    motion = read_motion(
        toml(whole(number=None, theme=None, as_of=None, definitions=None, **{"for": bare})), "own"
    )
    assert (motion.number, motion.theme, motion.as_of, motion.definitions) == (0, "", "", {})
    assert (motion.pro.words, motion.pro.pressure) == ("", "")


@pytest.mark.parametrize("use", USES)
def test_a_card_may_say_which_speech_it_is_best_for(use: str) -> None:
    one = side("a")
    one["card"][1]["use"] = use
    assert read_motion(toml(whole(**{"for": one})), "x").pro.listed[1].use == use


def test_a_text_over_several_lines_becomes_one_line() -> None:
    text = "This house believes\n  that wombats   dig best."
    assert read_motion(toml(whole(text=text)), "x").text == "This house believes that wombats dig best."


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"text": None}, "text is missing."),
        ({"text": "Wombats!"}, "A motion takes 4 words to 300 characters."),
        ({"text": "This house " + "x" * 300}, "text must have 1 to 300 characters."),
        ({"text": 7}, "text must be a text in quotation marks."),
        ({"colour": "red"}, "unknown key “colour”."),
        ({"texts": "x"}, "unknown key “texts”; did you mean text?"),
        ({"number": 0}, "number must be a whole number from 1 to 9999."),
        ({"number": True}, "number must be a whole number from 1 to 9999."),
        ({"as_of": "2025-11-25"}, "as_of must be a date, such as 2025-11-25, without quotation marks."),
        (
            {"as_of": datetime(2025, 11, 25, 12)},  # noqa: DTZ001 - TOML has such dates
            "as_of must be a date, such as 2025-11-25, without quotation marks.",
        ),
        ({"definitions": {"wombat": 1}}, "definitions: wombat must be a text in quotation marks."),
        ({"for": None}, "[for] is missing."),
        ({"against": None}, "[against] is missing."),
        ({"for": side("a") | {"burden": " "}}, "for: burden must have 1 to 500 characters."),
        ({"for": side("a") | {"burdens": "x"}}, "for: unknown key “burdens”; did you mean burden?"),
        (
            {"against": side("b", cards=2)},
            "against: 2 of the 3 cards that a side takes, each headed [[against.card]].",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(changed: dict[str, Any], problem: str) -> None:
    assert problem in problems(**changed)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"claim": "x" * (CLAIM + 1)}, "for, card 2: claim must have 1 to 100 characters."),
        ({"claim": None}, "for, card 2: claim is missing."),
        ({"begins": None}, "for, card 2: begins is missing."),
        ({"article": 5}, "for, card 2: article must be a text in quotation marks."),
        ({"use": "opener"}, "for, card 2: unknown use “opener”; did you mean opening?"),
        ({"quote": "x"}, "for, card 2: unknown key “quote”."),
    ],
)
def test_what_is_wrong_with_a_card_is_said(changed: dict[str, Any], problem: str) -> None:
    one = side("a")
    card = {**one["card"][1], **changed}
    one["card"][1] = {name: value for name, value in card.items() if value is not None}
    assert problems(**{"for": one}) == (problem,)


def test_a_claim_of_a_hundred_characters_is_short_enough() -> None:
    one = side("a")
    one["card"][0]["claim"] = "x" * CLAIM
    assert read_motion(toml(whole(**{"for": one})), "x").pro.listed[0].claim == "x" * CLAIM


def test_a_sentence_that_both_sides_list_is_refused() -> None:
    assert problems(against=side("a")) == tuple(
        f"the sentence that begins with “Sentence a{n}” is listed 2 times." for n in range(3)
    )


def test_everything_wrong_is_said_at_once_and_names_the_file() -> None:
    with pytest.raises(MotionError) as refused:
        read_motion(toml(whole(text=None, number=-1, against=side("b", cards=1))), "03-wombats")
    assert len(refused.value.problems) == 3
    assert "“03-wombats”" in refused.value.message
    assert all(problem in refused.value.message for problem in refused.value.problems)


@pytest.mark.parametrize("text", ["text = ", "= 1", "a = 1\na = 2", "[for\n", "x = 2025-13-01", "\x00"])
def test_what_is_not_toml_is_said_to_be_so(text: str) -> None:
    with pytest.raises(MotionError, match="it is not TOML"):
        read_motion(text, "x")


def test_a_number_that_no_machine_holds_is_refused_like_anything_else() -> None:
    with pytest.raises(MotionError):
        read_motion(f"number = {'9' * 10_000}", "x")


def test_a_table_within_thousands_of_others_is_refused() -> None:
    with pytest.raises(MotionError):
        read_motion("x = " + "[" * 100_000, "x")


def read_or_refused(text: str) -> Motion | MotionError:
    try:
        return read_motion(text, "x")
    except MotionError as refused:
        return refused


@given(st.text())
def test_any_text_is_refused_with_a_reason_unless_it_is_a_motion(text: str) -> None:
    read = read_or_refused(text)
    assert isinstance(read, MotionError)
    assert read.problems


LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 400) | st.text(LETTERS, max_size=12) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(LETTERS, max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from([*whole()]), VALUES.filter(lambda value: "None" not in repr(value)))
def test_any_value_in_any_place_makes_a_motion_or_is_refused(name: str, value: Any) -> None:
    try:
        text = toml(whole(**{name: value}))
    except (TypeError, AttributeError):
        return  # a list of mixed values, which this small writer does not know
    read = read_or_refused(text)
    if isinstance(read, MotionError):
        assert all(problem.endswith((".", "?")) for problem in read.problems)
    else:
        assert read.text


LINES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(
    st.lists(LINES, min_size=6, max_size=12, unique_by=lambda text: one_line(text).casefold()),
    st.lists(LINES, min_size=12, max_size=12),
    st.sampled_from(["", *USES]),
)
def test_what_is_written_is_read(begins: list[str], claims: list[str], use: str) -> None:
    half = len(begins) // 2
    sides = {
        name: side("x")
        | {
            "card": [
                {"article": "a", "begins": begin, "claim": claim} | ({"use": use} if use else {})
                for begin, claim in zip(part, claims, strict=False)
            ]
        }
        for name, part in (("for", begins[:half]), ("against", begins[half:]))
    }
    motion = read_motion(toml(whole(**sides)), "x")
    for case, name in ((motion.pro, "for"), (motion.con, "against")):
        read = [(one.article, one.begins, one.claim, one.use) for one in case.listed]
        assert read == [
            (card["article"], one_line(card["begins"]), one_line(card["claim"]), use)
            for card in sides[name]["card"]
        ]


# The motions that ship.


def read(file: Any) -> Motion:
    return read_motion(file.read_text(encoding="utf-8"), file.stem)


def revision_of(stem: str) -> Revision:
    file = ARTICLES[stem]
    draft = drafted(file.read_bytes(), f"shipped:{file.name}", is_markdown=True, otherwise=stem)
    return Revision(
        id=1,
        article=1,
        number=1,
        particulars=draft.particulars,
        text=draft.text,
        content_hash="",
        added_at=datetime(2025, 11, 25),  # noqa: DTZ001 - nobody looks at it
    )


def test_fifteen_motions_ship_each_with_its_number() -> None:
    assert sorted(read(file).number for file in FILES) == list(range(1, 16))
    assert len({read(file).text for file in FILES}) == 15
    assert all(file.stem.startswith(f"{read(file).number:02}-") for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_motion_says_everything(file: Any) -> None:
    motion = read(file)
    assert motion.theme
    assert motion.as_of
    assert motion.definitions
    for stance in (Stance.PRO, Stance.CON):
        case = motion.case(stance)
        assert case.burden
        assert case.pressure.endswith("?")
        assert len(case.words.split()) >= 5
        assert len(case.listed) >= 6


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_sentence_that_a_shipped_motion_lists_stands_in_its_article(file: Any) -> None:
    motion = read(file)
    places = Counter[tuple[str, int]]()
    for one in (*motion.pro.listed, *motion.con.listed):
        revision = revision_of(one.article)
        spans = [
            (start + marker(revision.text[start:end]), end)
            for start, end in sentences(revision.text, revision.particulars.language)
        ]
        [(start, end)] = [span for span in spans if revision.text[span[0] : span[1]].startswith(one.begins)]
        quote = revision.text[start:end]
        assert len(quote.split()) <= 40
        assert check(quote, revision).status is Status.VERIFIED
        places[one.article, start] += 1
    assert max(places.values()) == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_motion_lists_something_for_each_kind_of_speech(file: Any) -> None:
    motion = read(file)
    for case in (motion.pro, motion.con):
        assert {one.use for one in case.listed} >= {"opening", "rebuttal", "answer", "closing"}


def test_a_motion_error_is_for_the_person_who_can_mend_it() -> None:
    assert issubclass(MotionError, InputError)
    assert MotionError("x", ["wrong."]).code == "E-MOTION"
