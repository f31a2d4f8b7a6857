"""Who may take a seat, give it back, or be put into one."""

from __future__ import annotations

import pytest

from bot.debating import rules
from bot.debating.events import (
    Actor,
    SeatLeft,
    SeatTaken,
)
from bot.debating.speech import Vacant
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
)

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


@pytest.mark.parametrize("wanted", ["for", "For the motion", " FOR.1 ", "pro"])
def test_a_member_takes_a_seat_by_its_name_its_side_or_its_stance(wanted: str) -> None:
    assert rules.claim(opened().state, ANN, wanted) == (SeatTaken(seat="for.1", holder=person(ANN)),)


def test_a_side_without_for_or_against_in_its_name_is_found_by_its_stance() -> None:
    (taken,) = rules.claim(opened("lincoln-douglas").state, ANN, "against")
    assert taken == SeatTaken(seat="neg.1", holder=person(ANN))


def test_a_member_takes_the_first_free_seat_of_a_side() -> None:
    (taken,) = rules.claim(opened("oxford", {"for.1": person(BEN)}).state, ANN, "for")
    assert taken == SeatTaken(seat="for.2", holder=person(ANN))


def test_there_is_one_seat_a_person() -> None:
    with pytest.raises(InputError, match="You already have a seat: For the motion"):
        rules.claim(opened(seats=PEOPLE).state, ANN, "against")


def test_nobody_takes_a_persons_seat() -> None:
    with pytest.raises(InputError, match="No seat is free there: For the motion is held by Ann"):
        rules.claim(opened(seats=PEOPLE).state, CID, "for")


def test_once_it_runs_only_open_seats_can_be_taken() -> None:
    state = begun("oxford", {"against.2": Vacant()}).state
    with pytest.raises(InputError, match="No seat is free") as told:
        rules.claim(state, ANN, "for")
    assert told.value.hint == "Free: against.2."
    assert rules.claim(state, ANN, "against") == (SeatTaken(seat="against.2", holder=person(ANN)),)


@pytest.mark.parametrize("name", ["ann", " Ann", "gemma", "LOCAL"])
def test_speaker_names_must_differ(name: str) -> None:
    state = opened("oxford", {"for.1": person(ANN), "for.2": GEMMA}).state
    with pytest.raises(InputError, match="Speaker names must differ"):
        rules.claim(state, Actor("other", name), "against")


def test_nobody_speaks_under_the_name_of_who_spoke_before() -> None:
    debate = begun("oxford", {"for.1": person(ANN), "for.2": Vacant()}).speaks()
    debate.happens(SeatLeft(seat="for.1"))
    with pytest.raises(InputError, match="Speaker names must differ"):
        rules.claim(debate.state, Actor("other", "ANN"), "for")
    assert rules.claim(debate.state, ANN, "for")


def test_an_unknown_side_is_answered_with_the_seats_there_are() -> None:
    with pytest.raises(NotFound, match="no side “middle”") as told:
        rules.claim(opened().state, ANN, "middle")
    assert told.value.hint == "There are: for.1, against.1."


def test_a_member_gives_their_seat_back() -> None:
    assert rules.release(opened(seats=PEOPLE).state, ANN) == (SeatLeft(seat="for.1"),)
    with pytest.raises(NotAllowed, match="You hold no seat"):
        rules.release(opened(seats=PEOPLE).state, CID)


def test_no_seat_changes_hands_once_the_speeches_are_over() -> None:
    debate = begun(seats=PEOPLE)
    debate.happens(*rules.end(debate.state, "", NOON))
    for act in (
        lambda: rules.claim(debate.state, CID, "for"),
        lambda: rules.release(debate.state, ANN),
        lambda: rules.replace(debate.state, "for", GEMMA, ""),
    ):
        with pytest.raises(InputError, match="The speeches are over"):
            act()


def test_a_moderator_gives_a_seat_to_somebody_else() -> None:
    state = begun(seats=PEOPLE).state
    expected = SeatTaken(seat="against.1", holder=GEMMA, reason="ill")
    assert rules.replace(state, "against", GEMMA, "ill") == (expected,)
    for holder, told in (
        (person(BEN), "It is so already"),
        (person(ANN), "Ann has a seat already"),
        (person(Actor("other", "Ben")), "Speaker names must differ"),
    ):
        with pytest.raises(InputError, match=told):
            rules.replace(state, "against.1", holder, "")
    with pytest.raises(NotFound):
        rules.replace(state, "for.2", GEMMA, "")
