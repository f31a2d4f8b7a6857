"""What the audience may ask and when it may vote."""

from __future__ import annotations

import pytest

from bot.debating import rules
from bot.debating.events import (
    Paused,
    SeatLeft,
)
from bot.debating.state import Ballot
from bot.errors import InputError, NotAllowed
from tests.debating.building import (
    ANN,
    BEN,
    CID,
    DEE,
    NOON,
    begun,
    opened,
    person,
)

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


def test_a_question_waits_for_its_side() -> None:
    debate = opened()
    debate.happens(*rules.ask(debate.state, DEE, "against", "  Why\nthat? "), actor=DEE)
    (question,) = debate.state.questions
    assert (question.number, question.side, question.text) == (1, "against", "Why that?")
    assert (question.by, question.name, question.taken) == ("dee", "Dee", False)


@pytest.mark.parametrize("text", ["", " \u200b\n", "x" * 301])
def test_a_question_has_1_to_300_characters(text: str) -> None:
    with pytest.raises(InputError, match="Ask in 1 to 300 characters"):
        rules.ask(opened().state, DEE, "for", text)


def test_the_same_question_waits_once() -> None:
    debate = opened()
    debate.happens(*rules.ask(debate.state, DEE, "for", "Why?"), actor=DEE)
    with pytest.raises(InputError, match="in the queue already"):
        rules.ask(debate.state, CID, "against", "why?")


def test_who_holds_a_seat_asks_nothing_of_the_audiences() -> None:
    with pytest.raises(NotAllowed, match="for the audience"):
        rules.ask(opened(seats=PEOPLE).state, ANN, "against", "Why?")


def test_questions_are_over_with_the_last_slot_that_takes_them() -> None:
    debate = begun().goes_to(4)
    assert rules.ask(debate.state, DEE, "against", "Why?")
    with pytest.raises(InputError, match="time for questions to that side is over"):
        rules.ask(debate.state, DEE, "for", "Why?")


def test_a_format_may_take_no_questions() -> None:
    with pytest.raises(InputError, match="takes no questions"):
        rules.ask(opened("lincoln-douglas").state, DEE, "for", "Why?")


def test_members_vote_while_a_ballot_is_open() -> None:
    debate = opened(seats=PEOPLE)
    assert rules.may_vote(debate.state, DEE) is Ballot.PRE
    debate.calls()
    with pytest.raises(InputError, match="has not begun again yet: it opens after the last speech"):
        rules.may_vote(debate.state, DEE)
    debate.happens(*rules.end(debate.state, "", NOON))
    assert rules.may_vote(debate.state, DEE) is Ballot.POST
    with pytest.raises(InputError, match=r"Voting has closed\."):
        rules.may_vote(debate.runs_out().state, DEE)


def test_who_held_a_seat_has_no_vote_even_after_giving_it_back() -> None:
    debate = opened(seats=PEOPLE).happens(SeatLeft(seat="for.1"))
    with pytest.raises(NotAllowed, match="has no vote"):
        rules.may_vote(debate.state, ANN)


def test_nobody_votes_while_it_is_paused() -> None:
    debate = opened().happens(Paused(kind="moderator", reason=""))
    with pytest.raises(InputError, match="paused, and the vote with it"):
        rules.may_vote(debate.state, DEE)
