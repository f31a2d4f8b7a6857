"""Format files: what they make, what is wrong with them, and that both sides are given the same."""

from __future__ import annotations

import os
import tomllib
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.debating.format import Decide, Format, Kind, Pace, Prompts, Role, Rung, Slot
from bot.debating.motion import Stance
from bot.debating.plan import QUESTION_WORDS, SideTime, side_time, slots
from bot.debating.reading import FormatError, read_format
from bot.errors import InputError
from bot.shipped import shipped
from tests.debating.formats import ANY, FAIR, small, speech, written

THOROUGH = bool(os.environ.get("ROSTRUM_TEST_ALL"))
EXAMPLES = 1000 if THOROUGH else 50
"""`ROSTRUM_TEST_ALL=1` runs them all."""
SHIPPED = sorted(file.stem for file in shipped("formats").glob("*.toml"))


def file(name: str) -> str:
    return (shipped("formats") / f"{name}.toml").read_text(encoding="utf-8")


def made(**more: Any) -> Format:
    return read_format(written(small(**more)))


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(FormatError) as refused:
        read_format(text)
    assert all(problem[-1] in ".?" and "\n" not in problem for problem in refused.value.problems)
    return refused.value.problems


def wrong(**more: Any) -> tuple[str, ...]:
    return problems(written(small(**more)))


def order(format: Format, pace: Pace = Pace.CHAT) -> list[tuple[str, str | None]]:
    return [(slot.turn, slot.seat) for slot in slots(format, pace)]


# What ships.


def test_four_formats_ship() -> None:
    assert {"quick", "duel", "oxford", "lincoln-douglas"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("pace", Pace)
def test_every_format_that_ships_adds_up_and_is_fair(name: str, pace: Pace) -> None:
    format = read_format(file(name))
    assert format.id == name
    one, other = side_time(format, pace).values()
    assert (one.seconds, one.words) == (other.seconds, other.words)
    assert not format.notes


def test_quick_has_eight_speeches_of_150_words_at_most() -> None:
    format = read_format(file("quick"))
    its = slots(format, Pace.CHAT)
    assert [(slot.turn, slot.seat) for slot in its] == [
        ("opening", "for.1"), ("opening", "against.1"),
        ("rebuttal", "for.1"), ("rebuttal", "against.1"),
        ("pressure", "for.1"), ("pressure", "against.1"),
        ("closing", "against.1"), ("closing", "for.1"),
    ]  # fmt: skip
    assert {(slot.seconds, slot.words) for slot in its} == {(180, 150)}
    assert [slot.prompts for slot in its if slot.turn == "pressure"] == [Prompts.PRESSURE] * 2
    assert (format.voting.pre_s, format.voting.post_s) == (300, 600)
    assert (format.voting.decide, format.voting.quorum, format.judged) == (Decide.SWING, 5, False)
    assert format.absence == (Rung(what="wait", seconds=120), Rung(what="llm_stand_in"), Rung(what="skip"))


def test_in_a_duel_the_model_begins_and_the_member_has_the_last_word() -> None:
    format = read_format(file("duel"))
    assert [seat for _, seat in order(format)] == ["model.1", "member.1"] * 3
    assert {side.id for side in format.sides} == {"model", "member"}


def test_oxford_runs_as_its_book_says() -> None:
    format = read_format(file("oxford"))
    its = slots(format, Pace.FULL)
    openings = [slot for slot in its if slot.turn == "opening"]
    assert [slot.seat for slot in openings] == ["for.1", "against.1", "for.2", "against.2"]
    assert {(slot.seconds, slot.words, slot.role) for slot in openings} == {(240, 520, Role.OPENING)}
    panel = [slot for slot in its if slot.kind is Kind.DISCUSSION]
    assert [slot.round for slot in panel] == [1] * 4 + [2] * 4 + [3] * 4
    assert [slot.seat for slot in panel[:8:4]] == ["for.1", "against.1"]
    window = next(slot for slot in its if slot.kind is Kind.QUESTIONS)
    assert (window.seat, window.seats, window.seconds) == (None, format.seats, 900)
    assert (window.answer_s, window.words) == (60, 130)
    assert [slot.seat for slot in its[-4:]] == ["against.1", "for.1", "against.2", "for.2"]
    assert not any(slot.new_arguments for slot in its[-4:])
    assert format.judged


def test_in_lincoln_douglas_questions_and_answers_share_the_three_minutes() -> None:
    format = read_format(file("lincoln-douglas"))
    cross = [slot for slot in slots(format, Pace.FULL) if slot.turn == "CX1"]
    assert [(slot.role, slot.seat) for slot in cross] == [
        (Role.QUESTION, "neg.1"), (Role.ANSWER, "aff.1"),
    ] * 5  # fmt: skip
    assert all(slot.words <= QUESTION_WORDS for slot in cross if slot.role is Role.QUESTION)
    assert abs(sum(slot.words for slot in cross) - 390) <= 1
    roles = [slot.role for slot in slots(format, Pace.CHAT) if slot.kind is Kind.SPEECH]
    assert roles == [Role.OPENING, Role.OPENING, Role.REBUTTAL, Role.CLOSING, Role.CLOSING]
    assert format.clock.prep_pool_s == 240


def test_a_chat_has_350_words_at_most_and_a_time_that_fits_them() -> None:
    format = made(turn=[speech("opening", minutes=9)])
    assert {(slot.seconds, slot.words) for slot in slots(format, Pace.CHAT)} == {(420, 350)}
    assert {(slot.seconds, slot.words) for slot in slots(format, Pace.FULL)} == {(540, 1170)}


# What a file says, and what holds where it does not.


def test_the_same_text_is_the_same_format() -> None:
    text = written(small())
    assert read_format(text) is read_format(str(text))
    assert read_format(text).text == text
    assert read_format(text).hash != read_format(text + "\n").hash


def test_what_a_small_file_does_not_say_has_the_usual_value() -> None:
    format = made()
    assert (format.about, format.name) == ("Small", "Small")
    assert [(side.label, side.stance) for side in format.sides] == [
        ("For", Stance.PRO), ("Against", Stance.CON),
    ]  # fmt: skip
    assert (format.voting.pre_s, format.voting.post_s) == (300, 600)
    assert [rung.what for rung in format.absence] == [
        "wait", "teammate", "substitute_list", "llm_stand_in", "skip",
    ]  # fmt: skip
    assert not format.judged


def test_the_window_is_how_long_the_vote_after_is_open() -> None:
    vote = {"pre": "before:opening", "post": "after:opening", "window": "24h"}
    assert (made(vote=vote).voting.pre_s, made(vote=vote).voting.post_s) == (300, 24 * 3600)


def test_turns_of_votes_say_how_long_they_are_open() -> None:
    turns = [
        {"id": "before", "kind": "vote", "ballot": "pre", "minutes": 3},
        speech("opening"),
        {"id": "after", "kind": "vote", "ballot": "post", "minutes": 1.5},
    ]
    voting = made(turn=turns).voting
    assert (voting.pre_s, voting.post_s) == (180, 90)
    assert voting.decide is Decide.SWING


def test_without_any_vote_and_judge_nobody_decides() -> None:
    voting = made(vote={}).voting
    assert (voting.pre_s, voting.post_s, voting.decide) == (0, 0, Decide.NONE)


@pytest.mark.parametrize(
    ("name", "title"),
    [("pre_vote", "Pre vote"), ("1AR", "1AR"), ("opening", "Opening"), ("last-word", "Last word")],
)
def test_a_turn_without_a_title_is_called_by_its_id(name: str, title: str) -> None:
    format = made(turn=[speech(name)], vote={})
    assert format.turns[0].title == title


def test_roles_are_guessed_by_the_place_of_a_speech_unless_the_file_says() -> None:
    turns = [speech("a"), speech("b"), speech("c", role="rebuttal"), speech("d")]
    roles = [slot.role for slot in slots(made(turn=turns, vote={}), Pace.CHAT)]
    assert roles == [
        Role.OPENING, Role.OPENING, Role.REBUTTAL, Role.REBUTTAL,
        Role.REBUTTAL, Role.REBUTTAL, Role.CLOSING, Role.CLOSING,
    ]  # fmt: skip


def test_time_to_prepare_is_a_window_without_a_seat() -> None:
    format = made(turn=[{"id": "read", "kind": "prep", "minutes": 10}, speech("a")], vote={})
    first = slots(format, Pace.CHAT)[0]
    assert (first.kind, first.seat, first.seconds, first.words) == (Kind.PREP, None, 600, 0)


def test_speeches_of_odd_lengths_leave_the_sides_level_to_the_word() -> None:
    turns = [speech("a", "for.1", minutes=2.5), speech("b", "for.1", minutes=2.5)]
    clock = {"words_per_minute": 131}
    format = made(turn=[*turns, speech("c", "against.1", minutes=5)], vote={}, clock=clock)
    words = [slot.words for slot in slots(format, Pace.FULL)]
    assert words == [327, 328, 655]
    assert side_time(format, Pace.FULL)["for"] == SideTime(
        seconds=Fraction(300), words=Fraction(655), turns=2
    )


# What is wrong.


def test_a_kind_that_is_misspelt_is_told_with_the_nearest() -> None:
    said = wrong(turn=[{**speech("opening"), "kind": "speach"}])
    assert said == ("turn opening: unknown kind “speach”; did you mean speech?",)


@pytest.mark.parametrize("kind", ["circle", "queue"])
def test_kinds_that_come_later_are_said_to(kind: str) -> None:
    said = wrong(turn=[{"id": "opening", "kind": kind, "minutes": 9}])
    assert said == (f"turn opening: turns of the kind {kind} are not known yet; they come later.",)


def test_a_seat_that_there_is_not_is_named() -> None:
    said = wrong(turn=[speech("opening", "for.1", "for.3", "against.1")])
    assert said == ("turn opening: there is no seat for.3.",)


def test_unequal_time_is_refused_with_what_each_side_has() -> None:
    said = wrong(turn=[speech("opening"), speech("more", "for.1", minutes=1)], vote={})
    assert said == (
        "The sides differ at the chat pace: for has 3 minutes (150 words) and against has 2 minutes"
        " (100 words). If that is meant, say allow_unequal = true.",
        "The sides differ at the full pace: for has 3 minutes (390 words) and against has 2 minutes"
        " (260 words). If that is meant, say allow_unequal = true.",
    )


def test_unequal_time_is_allowed_where_the_file_says_so() -> None:
    turns = [speech("opening"), speech("more", "for.1", minutes=1)]
    assert made(turn=turns, vote={}, allow_unequal=True).allow_unequal


def test_sides_that_only_a_chat_makes_unequal_are_refused_for_that() -> None:
    turns = [
        speech("a", "for.1", minutes=10),
        speech("b", "for.1", minutes=2),
        speech("c", "against.1", minutes=6),
        speech("d", "against.1", minutes=6),
    ]
    (said,) = wrong(turn=turns, vote={})
    assert said.startswith("The sides differ at the chat pace: for has 9 minutes (450 words)")


SIDES = small()["side"]
VOTES = [
    {"id": "before", "kind": "vote", "ballot": "pre", "minutes": 5},
    {"id": "after", "kind": "vote", "ballot": "post", "minutes": 5},
]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"tilte": "x"}, "unknown key “tilte”."),
        ({"nmae": "x"}, "unknown key “nmae”; did you mean name?"),
        ({"schema": 2}, "schema 2 is not known; this version reads schema 1."),
        ({"id": "Not This"}, "id “Not This” may have small letters, digits and - alone."),
        ({"name": ""}, "name must have 1 to 60 characters."),
        ({"name": 5}, "name must be a text in quotation marks."),
        ({"side": []}, "There is no side; a debate has two, each headed [[side]]."),
        ({"side": SIDES[:1]}, "There is one side only; a debate has two, each headed [[side]]."),
        ({"side": [*SIDES, {"id": "third", "stance": "none"}]}, "There are 3 sides; a debate has two, each"
         " headed [[side]]. More than two are not known yet; they come later."),
        ({"side": [SIDES[0], SIDES[0]]}, "two sides have the id for."),
        ({"side": [SIDES[0], {**SIDES[1], "stance": "pro"}]},
         'One side must have the stance "pro", the other "con".'),
        ({"side": [SIDES[0], {**SIDES[1], "seats": 0}]},
         "side against: seats must be a whole number from 1 to 20."),
        ({"side": [{**SIDES[0], "seats": 2}, SIDES[1]]}, "seat for.2 never speaks."),
        ({"turn": []}, "There is no turn; each is headed [[turn]]."),
        ({"turn": [speech("opening"), speech("opening")]}, "two turns have the id opening."),
        ({"turn": [speech("opening", minutes=0)]}, "turn opening: minutes must be from 0.25 to 180."),
        ({"turn": [speech("opening", minutes=-3)]}, "turn opening: minutes must be from 0.25 to 180."),
        ({"turn": [speech("opening", minutes="2")]},
         "turn opening: minutes must be a number of minutes, such as 4 or 1.5."),
        ({"turn": [speech("opening", "for.1", "for.1", "against.*")]},
         "turn opening: for.1 has a turn twice."),
        ({"turn": [speech("opening", seat="x")]}, "turn opening: unknown key “seat”; did you mean seats?"),
        ({"turn": [speech("opening", asker="for.1")]}, "turn opening: asker has no use here."),
        ({"turn": [speech("opening", repeat={"min": 1})]},
         "turn opening: turns that repeat are not known yet; they come later."),
        ({"turn": [speech("opening", "host")]},
         "turn opening: a turn of the host is not known yet; it comes later."),
        ({"turn": [speech("opening", role="openign")]},
         "turn opening: unknown role “openign”; did you mean opening?"),
        ({"turn": [speech("opening"), {"id": "x", "kind": "cross", "asker": "for.1", "answerer": "for.1",
                                       "minutes": 3}]}, "turn x: for.1 and for.1 are on the same side."),
        ({"turn": [speech("opening"), {"id": "x", "kind": "questions", "to": ["for"], "minutes": 3,
                                       "answer_minutes": 1}]}, "turn x: questions must go to both sides."),
        ({"turn": [speech("opening"), {"id": "x", "kind": "questions", "to": ["fro", "against"], "minutes": 3,
                                       "answer_minutes": 1}]},
         "turn x: there is no side “fro”; did you mean for?"),
        ({"turn": [speech("opening"), VOTES[0]]}, "turn before: the vote before must be the first turn."),
        ({"turn": [VOTES[1], speech("opening")]},
         "turn after: the vote after must come after the last speech."),
        ({"turn": [VOTES[0], {**VOTES[0], "id": "again"}, speech("opening")]},
         'turn again: there are two votes with ballot = "pre".'),
        ({"turn": [{"id": "j", "kind": "judge"}, speech("opening")]},
         "turn j: the judge has one turn, the last."),
        ({"turn": [speech("opening"), {"id": "j", "kind": "judge"}], "judge": {"enabled": False}},
         "judge: enabled = false, but there is a turn of the kind judge."),
        ({"turn": [VOTES[0], speech("opening"), speech("closing")],
          "vote": {"pre": "before:closing", "post": "after:closing"}},
         "vote: pre “before:closing” must be \"before:opening\": people vote before all turns."),
        ({"vote": {"pre": "before:opening", "decide": "swing"}},
         "vote: the swing takes a vote before and a vote after."),
        ({"vote": {"decide": "final"}}, "vote: the final vote takes a vote after."),
        ({"vote": {"decide": "judge"}},
         "vote: a judge is to decide, but there is none; set enabled = true under [judge]."),
        ({"vote": {"decide": "swign"}}, "vote: unknown decide “swign”; did you mean swing?"),
        ({"vote": {"options": ["agree"]}},
         "vote: options must be for, against, undecided; no others are known yet."),
        ({"vote": {"window": "10"}}, "vote: window “10” is no time; write it as 30s, 2m or 12h."),
        ({"judge": {"enabled": True, "rubric": {"style": 40, "content": 50}}},
         "judge: the rubric comes to 90; it must be 100."),
        ({"absence": {"ladder": ["wiat:2m", "skip"]}}, "absence: unknown rung “wiat:2m”; did you mean wait?"),
        ({"absence": {"ladder": ["wait", "skip"]}}, "absence: “wait” must say how long, as in wait:2m."),
        ({"absence": {"ladder": ["skip:2m"]}}, "absence: “skip:2m” takes no time."),
        ({"absence": {"ladder": ["wait:2m"]}},
         "absence: the ladder must end with skip or forfeit, and have neither before."),
        ({"absence": {"ladder": ["open_chair"]}},
         "absence: open_chair is not known yet; it comes later, with turns of the kind circle."),
        ({"clock": {"grace": "1d"}}, "clock: grace “1d” is no time; write it as 30s, 2m or 12h."),
        ({"clock": {"warn_at": [0.5, 2]}}, "clock: warn_at must be a list of numbers between 0 and 1."),
        ({"evidence": {"cite": "maybe"}},
         "evidence: unknown cite “maybe”. I know required, encouraged, off."),
        ({"turn": "x"}, "turn must be a list of tables, each headed [[turn]]."),
        ({"vote": {},
         "turn": [speech("opening"), {"id": "x", "kind": "discussion", "seats": ["for.*", "against.*"],
                                       "minutes": 180, "answer_minutes": 0.25}]},
         "The turns come to 722 speeches, questions and answers; 200 are the most."),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_told_in_a_sentence(more: dict[str, Any], sentence: str) -> None:
    assert sentence in wrong(**more)


def test_all_that_is_wrong_is_told_at_once() -> None:
    said = wrong(
        name="",
        colour="red",
        turn=[{**speech("opening", "for.9"), "kind": "speech"}, {"id": "x", "kind": "speach"}],
        absence={"ladder": []},
        judge={"rubric": {"style": 1}},
    )
    assert len(said) >= 6


def test_broken_toml_is_told_with_its_line() -> None:
    (said,) = problems("schema = 1\nid = \n")
    assert said.startswith("This is no TOML: ")
    assert "line 2" in said


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000, "a = " + "9" * 5000, "x" * 200_000, "\x00", "a = 1\n" * 2, "\ud800"],
    ids=["deep", "large", "long", "null", "twice", "surrogate"],
)
def test_text_that_is_no_toml_is_refused_as_any_mistake(text: str) -> None:
    assert problems(text)


@pytest.mark.parametrize("minutes", ["inf", "nan", "-inf", "1e999999999", "1e-999999999"])
def test_numbers_beyond_measure_are_refused_at_once(minutes: str) -> None:
    text = written(small()).replace('"minutes" = 2', f'"minutes" = {minutes}')
    assert problems(text) == ("turn opening: minutes must be from 0.25 to 180.",)


def test_a_mistake_is_the_typist_s_to_mend() -> None:
    with pytest.raises(InputError) as refused:
        made(name="", id="")
    assert refused.value.exit_code == 2
    assert refused.value.message.splitlines() == [
        "name must have 1 to 60 characters.", "id must have 1 to 40 characters.",
    ]  # fmt: skip


def test_what_no_debate_has_yet_is_noted_and_left_out() -> None:
    sides = [{**side, "seats": 2} for side in SIDES]
    poi = {"open": "1m"}
    turns = [
        speech("a", "for.1", "against.1", "for.2", "against.2", poi=poi),
        speech("reply", "for.1", "for.2", pick="one"),
        speech("answer", "against.2", "against.1", pick="one"),
    ]
    format = made(side=sides, turn=turns, vote={}, clock={"prep": "15m"})
    assert [seat for _, seat in order(format)][-2:] == ["for.1", "against.2"]
    assert len(format.notes) == 4


# Whatever a file says.


def is_fair(format: Format, pace: Pace) -> bool:
    one, other = side_time(format, pace).values()
    return (one.seconds, one.words) == (other.seconds, other.words)


def spent(format: Format, pace: Pace, side: str) -> tuple[int, int]:
    own = [slot for slot in slots(format, pace) if slot.seat and slot.seat.startswith(f"{side}.")]
    return sum(slot.seconds for slot in own), sum(slot.words for slot in own)


def tried(text: str) -> Format | FormatError:
    """The format, or why there is none: at least one mistake is always named."""
    try:
        return read_format(text)
    except FormatError as error:
        return error if error.problems else pytest.fail("refused without a word")


def check_plan(format: Format) -> None:
    for pace in Pace:
        its = slots(format, pace)
        assert [slot.index for slot in its] == list(range(len(its)))
        assert all(slot.seconds > 0 for slot in its)
        for side, time in side_time(format, pace).items():
            seconds, words = spent(format, pace, side)
            assert (seconds, words) == (int(time.seconds), int(time.words))
        if pace is Pace.CHAT:
            assert all(slot.words <= 350 for slot in its)


@settings(max_examples=EXAMPLES)
@given(ANY)
def test_a_format_is_refused_in_sentences_or_gives_both_sides_the_same(said: dict[str, Any]) -> None:
    format = tried(written(said))
    if isinstance(format, FormatError):
        assert all(problem[-1] in ".?" for problem in format.problems)
        return
    check_plan(format)
    assert format.allow_unequal or all(is_fair(format, pace) for pace in Pace)
    assert {seat for _, seat in order(format)} >= set(format.seats)


@settings(max_examples=EXAMPLES)
@given(FAIR)
def test_a_format_in_which_each_turn_is_mirrored_adds_up(said: dict[str, Any]) -> None:
    assume(
        sum(turn["kind"] == "discussion" for turn in said["turn"]) <= 2
    )  # else there may be too many answers
    format = read_format(written(said))
    check_plan(format)
    for pace in Pace:
        assert is_fair(format, pace)
        assert spent(format, pace, "aff") == spent(format, pace, "neg")


def untangled(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything in nested tables and lists."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in untangled(one, (*path, key)))]


OXFORD = tomllib.loads(file("oxford"))
PATHS = untangled(OXFORD)[1:]
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "for.1", "for.*", "wait:2m", "12h", "pre", "cross", "judge", "a b", "“x”"]),
    st.lists(st.sampled_from(["for.1", "against.9", "skip", "x"]), max_size=2),
    st.just({"a": 1}),
)  # fmt: skip


def spoilt(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """The same with what is at the path replaced; `None` takes it out."""
    if not path:
        return junk
    copied = dict(value) if isinstance(value, dict) else list(value)
    inner = spoilt(value[path[0]], path[1:], junk)
    if inner is None:
        del copied[path[0]]
    else:
        copied[path[0]] = inner
    return copied


@settings(max_examples=EXAMPLES * 4)
@given(st.sampled_from(PATHS), JUNK)
def test_a_file_spoilt_anywhere_is_read_or_refused(path: tuple[Any, ...], junk: Any) -> None:
    format = tried(written(spoilt(OXFORD, path, junk)))
    if isinstance(format, Format):
        check_plan(format)


@settings(max_examples=EXAMPLES)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(FormatError):
        read_format(text)


def test_a_slot_tells_a_window_from_a_speech() -> None:
    its: tuple[Slot, ...] = slots(read_format(file("oxford")), Pace.CHAT)
    assert [slot.turn for slot in its if slot.seat is None] == ["questions"]
