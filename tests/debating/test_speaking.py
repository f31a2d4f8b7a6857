"""What the person may do who has the floor, and in what words others are told that they may not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.debating import rules
from bot.debating.events import (
    Actor,
    At,
    Extended,
    Paused,
    Prepared,
    Skipped,
    Spoken,
)
from bot.errors import InputError, NotAllowed, NotFound
from tests.debating.building import (
    ANN,
    BEN,
    CID,
    GEMMA,
    NOON,
    begun,
    opened,
    person,
    speech,
)

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


def test_a_speech_is_taken_from_whose_turn_it_is() -> None:
    said = speech("We begin.", by=person(ANN))
    assert rules.speak(begun(seats=PEOPLE).state, ANN, said, NOON) == (
        Spoken(at=At(0), seat="for.1", speech=said),
    )


def test_a_speech_is_always_its_holders() -> None:
    (spoken,) = rules.speak(begun(seats=PEOPLE).state, ANN, speech("We begin.", by=GEMMA), NOON)
    assert isinstance(spoken, Spoken)
    assert spoken.speech.by == person(ANN)


@pytest.mark.parametrize(
    ("actor", "told"),
    [(BEN, "It is not your turn: For the motion has the floor"), (CID, "You hold no seat in this debate")],
)
def test_others_are_told_whose_turn_it_is(actor: Actor, told: str) -> None:
    with pytest.raises(NotAllowed, match=told):
        rules.open_for(begun(seats=PEOPLE).state, actor)


def test_nobody_has_the_floor_before_between_and_after_the_speeches() -> None:
    debate = opened("full-house", {"yes.1": person(ANN)})
    with pytest.raises(NotAllowed, match="has not begun yet"):
        rules.open_for(debate.state, ANN)
    with pytest.raises(NotAllowed, match="Study is under way"):
        rules.open_for(debate.calls().state, ANN)
    with pytest.raises(NotAllowed, match="Questions is open to the audience"):
        rules.open_for(debate.goes_to(11).state, ANN)
    with pytest.raises(NotAllowed, match="No turn is open"):
        rules.open_for(debate.calls().state, ANN)
    debate.happens(*rules.end(debate.state, "", debate.now))
    with pytest.raises(NotAllowed, match="The speeches are over"):
        rules.open_for(debate.state, ANN)
    with pytest.raises(NotFound, match="No debate is running here"):
        rules.open_for(debate.runs_out().state, ANN)


def test_nobody_speaks_while_it_is_paused() -> None:
    debate = begun(seats=PEOPLE).happens(Paused(kind="moderator", reason=""))
    with pytest.raises(NotAllowed, match="The debate is paused"):
        rules.speak(debate.state, ANN, speech(by=person(ANN)), NOON)


@pytest.mark.parametrize("text", ["", "  \n", "…"])
def test_an_empty_speech_is_refused(text: str) -> None:
    said = speech(text, words=0, by=person(ANN))
    with pytest.raises(InputError, match="nothing in that speech"):
        rules.speak(begun(seats=PEOPLE).state, ANN, said, NOON)


def test_a_speech_may_be_a_tenth_too_long_and_no_more() -> None:
    state = begun(seats=PEOPLE).state
    assert rules.speak(state, ANN, speech(words=165, by=person(ANN)), NOON)
    with pytest.raises(InputError, match="That is 166 words; this turn has 150") as told:
        rules.speak(state, ANN, speech(words=166, by=person(ANN)), NOON)
    assert told.value.hint == "Up to 165 are taken."


def test_a_speech_comes_too_late_after_deadline_and_grace() -> None:
    state, said = begun(seats=PEOPLE).state, speech(by=person(ANN))
    assert rules.speak(state, ANN, said, NOON + timedelta(seconds=210))
    with pytest.raises(InputError, match="Time is up"):
        rules.speak(state, ANN, said, NOON + timedelta(seconds=211))


def test_in_a_long_window_a_speech_is_taken_as_long_as_the_turn_is_open() -> None:
    state = begun(seats=PEOPLE, live=False).state
    assert rules.speak(state, ANN, speech(by=person(ANN)), NOON + timedelta(hours=20))


def test_a_person_passes() -> None:
    assert rules.yields(begun(seats=PEOPLE).state, ANN, NOON) == (
        Skipped(at=At(0), reason="its speaker passed"),
    )


def test_who_cross_examines_passes_all_questions_left() -> None:
    debate = begun("lincoln-douglas", {"neg.1": person(BEN)}).goes_to(1)
    assert rules.yields(debate.state, BEN, NOON) == (
        Skipped(at=At(1), reason="no more questions", through=4),
    )
    debate.goes_to(3)
    (skipped,) = rules.yields(debate.state, BEN, debate.now)
    assert debate.happens(skipped).state.next == At(5)


def test_time_to_prepare_is_taken_from_the_sides_pool() -> None:
    debate = begun("lincoln-douglas", {"aff.1": person(ANN)})
    (prepared,) = rules.prepare(debate.state, ANN, 3, NOON)
    assert prepared == Prepared(at=At(0), seconds=180, deadline=NOON + timedelta(minutes=9))
    debate.happens(prepared)
    with pytest.raises(InputError, match="Your side has 1 min 0 s left"):
        rules.prepare(debate.state, ANN, 2, NOON)
    with pytest.raises(InputError, match="left to prepare"):
        rules.prepare(debate.state, ANN, 0, NOON)


def test_a_format_without_a_pool_has_no_time_to_prepare() -> None:
    with pytest.raises(InputError, match="no time to prepare"):
        rules.prepare(begun(seats=PEOPLE).state, ANN, 1, NOON)


def test_a_speaker_gets_half_of_their_time_once_more() -> None:
    debate = begun(seats=PEOPLE)
    (extended,) = rules.extend_own(debate.state, ANN, NOON)
    expected = Extended(at=At(0), seconds=90, deadline=NOON + timedelta(seconds=270), held=True)
    assert extended == expected
    with pytest.raises(InputError, match="can be extended once"):
        rules.extend_own(debate.happens(extended).state, ANN, NOON)


def test_in_long_windows_half_a_window_is_added() -> None:
    (extended,) = rules.extend_own(begun(seats=PEOPLE, live=False).state, ANN, NOON)
    assert isinstance(extended, Extended)
    assert extended.deadline == NOON + timedelta(hours=18)


def test_an_extension_in_the_grace_counts_from_now_and_after_it_comes_too_late() -> None:
    state = begun(seats=PEOPLE).state
    now = NOON + timedelta(seconds=200)
    (extended,) = rules.extend_own(state, ANN, now)
    assert isinstance(extended, Extended)
    assert extended.deadline == now + timedelta(seconds=90)
    with pytest.raises(InputError, match="Time is up"):
        rules.extend_own(state, ANN, NOON + timedelta(seconds=300))


def test_where_nobody_is_waited_for_no_time_is_added() -> None:
    state = begun(seats=PEOPLE, attended=False).state
    with pytest.raises(InputError, match="Nobody is waited for"):
        rules.extend_own(state, ANN, NOON)


def test_the_words_of_a_seats_next_turn_are_known() -> None:
    debate = begun("oxford", PEOPLE)
    assert rules.words_next(debate.state, "for.1") == 200
    assert rules.words_next(debate.goes_to(4).state, "for.1") == 75
    assert rules.words_next(debate.goes_to(15).state, "for.2") == 50
    debate.goes_to(18)
    with pytest.raises(InputError, match="no turn any more"):
        rules.words_next(debate.state, "against.1")


def test_who_has_the_floor_is_known_where_it_is_a_person() -> None:
    debate = begun(seats={"for.1": person(ANN)})
    assert rules.person_at_turn(debate.state) == person(ANN)
    assert rules.person_at_turn(debate.speaks().state) is None
    assert rules.person_at_turn(debate.calls().state) is None
