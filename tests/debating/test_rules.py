"""What members and moderators may do to a debate, and in what words they are told that they may not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.debating import rules
from bot.debating.events import (
    Actor,
    At,
    Called,
    Cancelled,
    Event,
    Extended,
    Paused,
    Prepared,
    Resumed,
    SeatLeft,
    SeatTaken,
    Skipped,
    SpeechesOver,
    Spoken,
    Started,
    Struck,
    VoteClosed,
)
from bot.debating.speech import Cards, Machine, Speech, Vacant
from bot.debating.state import Ballot, Phase
from bot.errors import InputError, NotAllowed, NotFound
from tests.debating.building import (
    ANN,
    BEN,
    CID,
    DEE,
    GEMMA,
    GROK,
    NOON,
    Debate,
    begun,
    opened,
    person,
    speech,
)

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


def closed() -> Debate:
    return begun().runs_out()


# Seats


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


# Speaking


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


# The audience


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


# Moderators


def test_call_begins_the_debate_with_its_first_turn() -> None:
    started, first = rules.call(opened().state, NOON)
    assert started == Started(early=True)
    assert isinstance(first, Called)
    assert (first.at, first.seat) == (At(0), "for.1")


def test_call_does_not_wait_until_people_have_read() -> None:
    debate = begun().speaks()
    assert rules.called(debate.state, debate.now) == ()
    (called,) = rules.call(debate.state, debate.now)
    assert isinstance(called, Called)


def test_call_takes_nobodys_floor() -> None:
    with pytest.raises(InputError, match="For the motion has the floor: Ann") as told:
        rules.call(begun(seats=PEOPLE).state, NOON)
    assert "/moderate skip" in told.value.hint
    with pytest.raises(InputError, match="is about to speak"):
        rules.call(begun(seats={"for.1": GEMMA}).state, NOON)


def test_call_closes_a_window_and_then_the_vote() -> None:
    debate = begun("full-house")
    assert rules.call(debate.state, NOON) == (Skipped(at=At(0), reason="closed by a moderator"),)
    debate.happens(*rules.end(debate.state, "", NOON))
    assert rules.call(debate.state, NOON) == (VoteClosed(early=True),)


def test_call_waits_for_the_count_and_for_the_end_of_a_pause() -> None:
    debate = begun().happens(Paused(kind="moderator", reason=""))
    with pytest.raises(InputError, match="The debate is paused"):
        rules.call(debate.state, NOON)
    debate = begun().happens(SpeechesOver(closes=None, early=True), VoteClosed())
    for act in (rules.call, lambda state, now: rules.end(state, "", now)):
        with pytest.raises(InputError, match="being counted"):
            act(debate.state, NOON)


def test_after_the_end_nothing_moves_on() -> None:
    state = closed().state
    for act in (
        lambda: rules.call(state, NOON),
        lambda: rules.pause(state, "", NOON),
        lambda: rules.resume(state, NOON),
        lambda: rules.extend(state, 60, NOON),
        lambda: rules.skip(state, "", NOON),
        lambda: rules.end(state, "", NOON),
        lambda: rules.replace(state, "for", GEMMA, ""),
        lambda: rules.claim(state, DEE, "for"),
        lambda: rules.ask(state, DEE, "for", "Why?"),
    ):
        with pytest.raises(NotFound, match="No debate is running here"):
            act()


def test_pause_and_resume_go_together() -> None:
    debate = begun(seats=PEOPLE)
    with pytest.raises(InputError, match="not paused"):
        rules.resume(debate.state, NOON)
    debate.happens(*rules.pause(debate.state, "noise", NOON)).pass_by(90.5)
    with pytest.raises(InputError, match="paused already"):
        rules.pause(debate.state, "", debate.now)
    assert rules.resume(debate.state, debate.now) == (Resumed(seconds=91),)


def test_a_debate_cannot_be_paused_while_votes_are_counted() -> None:
    debate = begun().happens(SpeechesOver(closes=None, early=True), VoteClosed())
    with pytest.raises(InputError, match="nothing to pause"):
        rules.pause(debate.state, "", NOON)


def test_a_moderator_gives_time_to_who_has_the_floor() -> None:
    state = begun(seats=PEOPLE).state
    assert rules.extend(state, 60, NOON) == (
        Extended(at=At(0), seconds=60, deadline=NOON + timedelta(minutes=4)),
    )
    for seconds in (0, -5, 24 * 3600 + 1):
        with pytest.raises(InputError, match="Give 1 second to 24 hours"):
            rules.extend(state, seconds, NOON)


def test_a_window_can_be_longer_and_owes_nothing() -> None:
    debate = begun("full-house")
    debate.happens(*rules.extend(debate.state, 60, NOON))
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == NOON + timedelta(minutes=3)
    assert set(debate.state.owed_s.values()) == {0}
    debate.goes_to(11)
    closes = debate.state.turn.deadline
    debate.happens(*rules.extend(debate.state, 60, debate.now))
    assert debate.state.turn is debate.state.window
    assert debate.state.turn.deadline != closes


def test_time_given_during_a_pause_is_not_lost() -> None:
    debate = begun(seats=PEOPLE).pass_by(200)
    debate.happens(*rules.pause(debate.state, "", debate.now)).pass_by(1000)
    debate.happens(*rules.extend(debate.state, 60, debate.now))
    debate.happens(*rules.resume(debate.state, debate.now))
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == debate.now + timedelta(seconds=60)


def test_there_is_no_time_to_give_where_nobody_needs_it() -> None:
    with pytest.raises(InputError, match="has not begun yet"):
        rules.extend(opened().state, 60, NOON)
    with pytest.raises(InputError, match="Nobody is waited for"):
        rules.extend(begun().state, 60, NOON)
    with pytest.raises(InputError, match="No turn is open"):
        rules.extend(begun().speaks().state, 60, NOON)
    debate = begun().happens(SpeechesOver(closes=None, early=True))
    with pytest.raises(InputError, match="The speeches are over"):
        rules.skip(debate.state, "", NOON)


def test_a_question_that_is_skipped_is_not_answered() -> None:
    debate = begun("lincoln-douglas").goes_to(1)
    assert rules.skip(debate.state, "off the point", NOON) == (
        Skipped(at=At(1), reason="off the point", through=2),
    )


def test_a_turn_can_be_skipped_while_it_is_paused() -> None:
    debate = begun(seats=PEOPLE).happens(Paused(kind="model", reason=""))
    debate.happens(*rules.skip(debate.state, "", NOON))
    assert (debate.state.turn, debate.state.next) == (None, At(1))


def test_speeches_are_struck_by_their_number_and_restored_also_after_the_end() -> None:
    debate = closed()
    (struck,) = rules.strike(debate.state, 2, "insult")
    assert struck == Struck(speech=debate.state.speeches[1].seq, reason="insult")
    debate.happens(struck)
    with pytest.raises(InputError, match="Speech 2 is struck already"):
        rules.strike(debate.state, 2, "")
    with pytest.raises(InputError, match="Speech 1 is not struck"):
        rules.restore(debate.state, 1, "")
    debate.happens(*rules.restore(debate.state, 2, ""))
    assert debate.state.speeches[1].struck is None


@pytest.mark.parametrize("which", [0, -1, 9])
def test_only_speeches_that_are_there_are_struck(which: int) -> None:
    with pytest.raises(NotFound, match=f"There is no speech {which}") as told:
        rules.strike(closed().state, which, "")
    assert told.value.hint == "There are 8."
    with pytest.raises(NotFound, match="There is no speech"):
        rules.restore(opened().state, which, "")


def ends(debate: Debate) -> tuple[Event, ...]:
    return rules.end(debate.state, "late", debate.now)


def test_end_calls_off_ends_early_and_closes_the_vote() -> None:
    assert ends(opened()) == (Cancelled(reason="late"),)
    debate = begun()
    over = SpeechesOver(closes=NOON + timedelta(minutes=10), early=True, reason="late")
    assert ends(debate) == (over,)
    assert ends(debate.happens(over)) == (VoteClosed(early=True),)


def test_what_is_paused_can_be_ended() -> None:
    debate = begun().happens(Paused(kind="moderator", reason="")).pass_by(60)
    debate.happens(*ends(debate))
    assert (debate.state.phase, debate.state.pause) == (Phase.POST_VOTE, None)
    debate = opened().happens(Paused(kind="moderator", reason=""))
    assert debate.happens(*ends(debate)).state.phase is Phase.CANCELLED


def test_no_rule_changes_the_state_it_is_given() -> None:
    debate = begun("oxford", {"for.1": GEMMA, "against.1": person(ANN)})
    before = repr(debate.state)
    assert rules.ask(debate.state, DEE, "for", "Why?")
    assert rules.strike(closed().state, 1, "")
    assert rules.replace(debate.state, "for.1", Machine("other"), "")
    assert rules.spoken(debate.state, At(0), Speech(text="So.", words=1, by=GEMMA))
    debate.happens(*rules.replace(debate.state, "for.1", GROK, ""))
    assert before != repr(debate.state)
    assert rules.spoken(debate.state, At(0), Speech(text="So.", words=1, by=Cards())) == ()
