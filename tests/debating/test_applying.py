"""What each event makes of a debate; and that events which cannot happen are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.debating import rules
from bot.debating.applying import apply, fold
from bot.debating.events import (
    BOT,
    Abandoned,
    Asked,
    At,
    Called,
    Cancelled,
    Closed,
    Event,
    Extended,
    Failed,
    Opened,
    Paused,
    Prepared,
    Recorded,
    Restored,
    Resumed,
    SeatLeft,
    SeatTaken,
    Skipped,
    SpeechesOver,
    Spoken,
    Started,
    Struck,
    VoteClosed,
    Waited,
)
from bot.debating.format import Pace
from bot.debating.order import outstanding, planned
from bot.debating.speech import Cards, Vacant
from bot.debating.state import Ballot, Phase
from tests.debating.building import (
    ANN,
    BEN,
    GEMMA,
    MO,
    MOTION,
    NOON,
    Debate,
    begun,
    opened,
    person,
    speech,
    text_of,
)

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


def refused(debate: Debate, event: Event) -> None:
    before = debate.state
    with pytest.raises(ValueError, match="undefined state"):
        debate.happens(event)
    assert debate.state is before


def test_a_debate_opens_in_its_lobby_with_the_first_ballot() -> None:
    state = opened(seats=PEOPLE).state
    assert (state.phase, state.ballot, state.closes) == (Phase.LOBBY, Ballot.PRE, NOON + timedelta(minutes=5))
    assert state.held == {"ann", "ben"}
    assert state.given_s == {"for": 0, "against": 0}


def test_a_debate_of_long_windows_keeps_each_ballot_open_for_a_day() -> None:
    debate = opened(live=False)
    assert debate.state.closes == NOON + timedelta(hours=24)
    debate.calls().happens(*rules.end(debate.state, "", debate.now))
    assert debate.state.closes == NOON + timedelta(hours=24)


def test_where_nobody_is_waited_for_no_ballot_has_a_time() -> None:
    assert opened(attended=False).state.closes is None


def test_nothing_comes_before_the_opening() -> None:
    with pytest.raises(ValueError, match="undefined state"):
        apply(None, Recorded(seq=1, at=NOON, actor=BOT, event=Started()))
    with pytest.raises(ValueError, match="nothing happened"):
        fold(())


def test_a_debate_opens_once() -> None:
    debate = opened()
    refused(debate, debate.recorded[0].event)


def test_events_follow_one_another_without_a_gap() -> None:
    debate = opened()
    for seq in (1, 3):
        with pytest.raises(ValueError, match="out of order"):
            apply(debate.state, Recorded(seq=seq, at=NOON, actor=BOT, event=Started()))


def test_the_opening_names_every_seat() -> None:
    event = Opened(
        motion=MOTION,
        format=text_of("quick"),
        pace=Pace.CHAT,
        live=True,
        attended=True,
        audience=None,
        breather_s=6,
        seats={"for.1": Cards()},
    )
    with pytest.raises(ValueError, match="undefined state"):
        fold([Recorded(seq=1, at=NOON, actor=MO, event=event)])


def test_the_start_closes_the_ballot_and_a_call_opens_a_turn() -> None:
    state = begun(seats=PEOPLE).state
    assert (state.phase, state.ballot, state.closes) == (Phase.LIVE, None, None)
    assert state.turn is not None
    assert (state.turn.at, state.turn.seat, state.turn.words) == (At(0), "for.1", 150)
    assert state.turn.deadline == NOON + timedelta(minutes=3)
    assert state.next == At(1)
    assert state.given_s == {"for": 180, "against": 0}


def test_what_has_no_place_in_the_lobby_is_undefined() -> None:
    at = At(0)
    said = speech(by=Cards())
    for event in (
        Called(at=at, seat="for.1", deadline=None, seconds=1, words=1),
        Waited(at=at, rung=0, deadline=None),
        Failed(at=at, attempt=1, kind="blank", why=""),
        Spoken(at=at, seat="for.1", speech=said),
        Skipped(at=at, reason=""),
        Extended(at=at, seconds=1, deadline=NOON),
        Prepared(at=at, seconds=1, deadline=NOON),
        Resumed(seconds=1),
        Struck(speech=1, reason=""),
        Restored(speech=1, reason=""),
        SpeechesOver(closes=None),
        VoteClosed(),
        Closed(result={}),
        SeatLeft(seat="for.1"),
        SeatTaken(seat="for.9", holder=GEMMA),
        Asked(number=2, side="for", text="Why?", name="Dee"),
        Asked(number=1, side="nobody", text="Why?", name="Dee"),
    ):
        refused(opened(), event)


def test_only_the_next_place_is_called_and_only_for_its_seat() -> None:
    debate = begun().speaks()
    for at, seat in ((At(0), "for.1"), (At(2), "for.1"), (At(1), "for.1"), (At(1), None)):
        refused(debate, Called(at=at, seat=seat, deadline=None, seconds=180, words=150))
    debate.calls()
    refused(debate, Called(at=At(2), seat="for.1", deadline=None, seconds=180, words=150))


def test_a_speech_belongs_to_the_open_turn() -> None:
    debate = begun()
    refused(debate, Spoken(at=At(1), seat="against.1", speech=speech(by=Cards())))
    refused(debate, Spoken(at=At(0), seat="against.1", speech=speech(by=Cards())))
    debate.pass_by(40).speaks()
    (said,) = debate.state.speeches
    assert (said.seq, said.seat, said.opened, said.posted) == (4, "for.1", NOON, debate.now)
    assert debate.state.turn is None
    assert debate.state.unread


def test_a_skipped_turn_is_remembered_and_counts_as_offered() -> None:
    debate = begun().happens(Skipped(at=At(0), reason="ill", forfeit=True))
    (passed,) = debate.state.passed
    assert (passed.at, passed.seat, passed.reason, passed.forfeit) == (At(0), "for.1", "ill", True)
    assert debate.state.given_s["for"] == 180
    assert not debate.state.unread


def test_slots_that_pass_uncalled_count_as_offered_too() -> None:
    debate = begun("lincoln-douglas").goes_to(1)
    debate.happens(Skipped(at=At(1), reason="no more questions", through=4))
    assert debate.state.next == At(5)
    assert debate.state.given_s == {"aff": 360 + 54 + 54, "neg": 36 + 36}


def test_nothing_is_skipped_that_is_not_at_hand() -> None:
    debate = begun()
    refused(debate, Skipped(at=At(1), reason=""))
    refused(debate, Skipped(at=At(0), reason="", through=99))
    debate = begun("full-house").goes_to(1)
    refused(debate, Skipped(at=At(1), reason="", through=-1))


def test_a_model_fails_once_more_each_time() -> None:
    debate = begun(seats={"for.1": GEMMA})
    refused(debate, Failed(at=At(0), attempt=2, kind="blank", why=""))
    debate.happens(Failed(at=At(0), attempt=1, kind="blank", why=""))
    assert debate.state.turn is not None
    assert (debate.state.turn.attempt, debate.state.turn.retry_at) == (1, None)


def test_a_model_whose_endpoint_fails_waits_before_it_tries_again() -> None:
    debate = begun(seats={"for.1": GEMMA})
    debate.happens(Failed(at=At(0), attempt=1, kind="endpoint", why="HTTP 500"))
    assert debate.state.turn is not None
    assert debate.state.turn.retry_at == NOON + timedelta(seconds=5)


def test_the_ladder_is_gone_down_one_way() -> None:
    debate = begun(seats=PEOPLE).happens(Waited(at=At(0), rung=1, deadline=NOON + timedelta(hours=1)))
    refused(debate, Waited(at=At(0), rung=1, deadline=NOON))
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == NOON + timedelta(hours=1)


def test_an_extension_owes_the_other_side_as_much_and_its_next_turn_pays() -> None:
    debate = begun(seats=PEOPLE)
    debate.happens(Extended(at=At(0), seconds=60, deadline=NOON + timedelta(minutes=4), held=True))
    assert (debate.state.given_s["for"], debate.state.owed_s) == (240, {"for": 0, "against": 60})
    assert debate.state.turn is not None
    assert (debate.state.turn.seconds, debate.state.turn.extended_by_holder) == (240, 1)
    debate.speaks().calls()
    assert debate.state.turn is not None
    assert debate.state.turn.seconds == 240
    assert debate.state.given_s == {"for": 240, "against": 240}
    assert debate.state.owed_s == {"for": 0, "against": 0}


def test_time_to_prepare_is_taken_from_the_pool_and_owed_to_nobody() -> None:
    debate = begun("lincoln-douglas", {"aff.1": person(ANN)})
    debate.happens(Prepared(at=At(0), seconds=120, deadline=NOON + timedelta(minutes=8)))
    assert debate.state.prep_s == {"aff": 120, "neg": 0}
    assert (debate.state.given_s["aff"], debate.state.owed_s["neg"]) == (360, 0)


def test_a_pause_lets_every_deadline_stand_and_the_end_of_it_moves_them() -> None:
    debate = begun(seats=PEOPLE).pass_by(60).happens(Paused(kind="moderator", reason="noise"))
    assert debate.state.pause is not None
    refused(debate, Paused(kind="moderator", reason=""))
    refused(debate, Spoken(at=At(0), seat="for.1", speech=speech(by=person(ANN))))
    debate.pass_by(100).happens(Resumed(seconds=100))
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == NOON + timedelta(seconds=280)
    assert (debate.state.pause, debate.state.pauses) == (None, 1)


def test_a_paused_lobby_has_no_open_ballot() -> None:
    debate = opened().happens(Paused(kind="moderator", reason=""))
    assert debate.state.ballot is None
    debate.pass_by(60).happens(Resumed(seconds=60))
    assert debate.state.ballot is Ballot.PRE
    assert debate.state.closes == NOON + timedelta(minutes=6)


def test_a_seat_that_changes_hands_in_its_turn_begins_that_turn_anew() -> None:
    debate = begun(seats={"for.1": GEMMA}).happens(Failed(at=At(0), attempt=1, kind="blank", why=""))
    debate.pass_by(30).happens(SeatTaken(seat="for.1", holder=person(ANN)))
    assert debate.state.turn is not None
    assert (debate.state.turn.attempt, debate.state.turn.repeated) == (0, 1)
    assert debate.state.turn.deadline == debate.now + timedelta(minutes=3)
    debate.happens(SeatTaken(seat="for.1", holder=Cards()))
    assert debate.state.turn.deadline is None


def test_whoever_takes_over_from_a_person_has_the_time_that_is_left() -> None:
    debate = begun(seats=PEOPLE).pass_by(100).happens(SeatLeft(seat="for.1"))
    assert debate.state.seats["for.1"] == Vacant()
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == NOON + timedelta(minutes=3)
    assert "ann" in debate.state.held


def test_a_speech_is_struck_and_restored() -> None:
    debate = begun().speaks()
    refused(debate, Struck(speech=1, reason=""))
    refused(debate, Restored(speech=4, reason=""))
    debate.happens(Struck(speech=4, reason="insult"), actor=MO)
    assert (debate.state.speeches[0].struck, debate.state.speeches[0].struck_by) == ("insult", "Mo")
    refused(debate, Struck(speech=4, reason=""))
    debate.happens(Restored(speech=4, reason="a mistake"))
    assert debate.state.speeches[0].struck is None


def test_questions_wait_until_they_are_taken() -> None:
    debate = begun("full-house").happens(Asked(number=1, side="no", text="Why?", name="Dee"))
    window = 11
    debate.goes_to(window, 1)
    assert debate.state.turn is not None
    assert (debate.state.turn.seat, debate.state.turn.question) == ("no.1", "Why?")
    assert debate.state.questions[0].taken
    refused(debate.speaks(), Called(at=At(window, 2), seat="yes.2", deadline=None, seconds=60, words=50))


def test_a_taken_question_is_not_taken_again() -> None:
    debate = begun("full-house").happens(Asked(number=1, side="no", text="Why?", name="Dee"))
    debate.goes_to(11, 2).speaks()
    again = Called(at=At(11, 3), seat="no.2", deadline=None, seconds=60, words=50, number=1)
    refused(debate, again)
    refused(debate, Called(at=At(11, 3), seat="no.2", deadline=None, seconds=60, words=50))
    refused(debate, Called(at=At(11, 3), seat="no.2", deadline=None, seconds=60, words=50, number=7))


def test_the_speeches_are_over_when_all_slots_are_or_early() -> None:
    debate = begun()
    refused(debate, SpeechesOver(closes=None))
    debate.happens(SpeechesOver(closes=NOON, early=True, reason="late"))
    assert (debate.state.phase, debate.state.ballot) == (Phase.POST_VOTE, Ballot.POST)
    assert (debate.state.turn, debate.state.ended_because) == (None, "late")


def test_votes_are_closed_then_counted_then_it_is_over() -> None:
    debate = begun().happens(SpeechesOver(closes=NOON, early=True))
    refused(debate, Closed(result={}))
    debate.happens(VoteClosed())
    assert (debate.state.phase, debate.state.ballot) == (Phase.JUDGING, None)
    refused(debate, Paused(kind="moderator", reason=""))
    debate.happens(Closed(result={"winner": "for"}))
    assert (debate.state.phase, debate.state.result) == (Phase.CLOSED, {"winner": "for"})
    for event in (Abandoned(reason=""), SeatTaken(seat="for.1", holder=GEMMA), Cancelled(reason="")):
        refused(debate, event)


def test_a_debate_is_called_off_in_its_lobby_alone() -> None:
    debate = opened().happens(Cancelled(reason="nobody came"))
    assert (debate.state.phase, debate.state.ended_because) == (Phase.CANCELLED, "nobody came")
    refused(begun(), Cancelled(reason=""))


def test_an_abandoned_debate_keeps_what_was_said() -> None:
    debate = begun().speaks().happens(Paused(kind="model", reason=""), Abandoned(reason="a week"))
    assert (debate.state.phase, debate.state.pause) == (Phase.ABANDONED, None)
    assert len(debate.state.speeches) == 1


@pytest.mark.parametrize("format", ["quick", "oxford", "lincoln-douglas", "full-house"])
def test_what_sides_are_given_and_owed_is_level_at_the_end(format: str) -> None:
    debate = begun(format)
    plan = planned(debate.state)
    assert len(set(plan.values())) == 1
    given = debate.runs_out().state.given_s
    assert given == plan
    assert set(outstanding(debate.state).values()) == {0}


def test_while_one_side_has_answered_a_question_the_other_is_still_to_be_given_as_much() -> None:
    debate = begun("oxford").goes_to(15)
    debate.happens(Asked(number=1, side="against", text="Why?", name="Dee")).goes_to(16, 1)
    state = debate.state
    gap = {side: state.given_s[side] + outstanding(state)[side] for side in state.given_s}
    assert state.given_s["against"] - state.given_s["for"] == 60
    assert len(set(gap.values())) == 1


def test_what_a_side_was_still_to_answer_stays_known_when_it_ends_early() -> None:
    debate = begun("full-house").happens(Asked(number=1, side="no", text="Why?", name="Dee"))
    debate.goes_to(11, 1).speaks()
    before = outstanding(debate.state)
    debate.happens(SpeechesOver(closes=None, early=True))
    assert outstanding(debate.state) == before
    assert before["yes"] - before["no"] == 60
