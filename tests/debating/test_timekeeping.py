"""What happens by the clock: calls, absence, failing models, windows, the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.debating import rules
from bot.debating.calling import GENERAL
from bot.debating.deciding import Effect
from bot.debating.events import (
    Abandoned,
    Asked,
    At,
    Called,
    Closed,
    Event,
    Failed,
    Paused,
    SeatTaken,
    Skipped,
    SpeechesOver,
    Spoken,
    Started,
    Struck,
    VoteClosed,
    Waited,
)
from bot.debating.motion import Motion
from bot.debating.speech import Cards, Vacant
from bot.debating.state import Phase
from tests.debating.building import (
    ANN,
    BEN,
    GEMMA,
    GROK,
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


def expires(debate: Debate, **how: object) -> Sequence[Event]:
    """The turn's time is over, and what that comes to happens."""
    debate.until(debate.due(Effect.EXPIRE))
    events = rules.expired(debate.state, None, debate.now, **how)  # type: ignore[arg-type]
    debate.happens(*events)
    return events


def question_at(debate: Debate) -> tuple[str, str]:
    assert debate.state.turn is not None
    return debate.state.turn.question, debate.state.turn.asked_by


# Calls


def test_it_starts_when_the_ballot_closes_and_not_before() -> None:
    debate = opened().pass_by(299)
    assert rules.started(debate.state, debate.now) == ()
    debate.pass_by(1)
    assert rules.started(debate.state, debate.now) == (Started(),)


def test_a_job_that_comes_again_does_nothing() -> None:
    debate = begun().speaks().pass_by(60)
    assert rules.started(debate.state, debate.now) == ()
    (called,) = rules.called(debate.state, debate.now)
    debate.happens(called)
    assert rules.called(debate.state, debate.now) == ()
    assert rules.expired(debate.state, None, debate.now) == ()
    assert rules.window_closed(debate.state, debate.now) == ()
    assert rules.vote_closed(debate.state, debate.now) == ()
    assert rules.counted(debate.state, {}, debate.now) == ()
    assert rules.abandoned(debate.state, debate.now) == ()


def test_a_person_has_a_deadline_and_a_model_none() -> None:
    debate = begun(seats={"for.1": person(ANN), "against.1": GEMMA})
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == NOON + timedelta(minutes=3)
    debate.speaks().calls()
    assert debate.state.turn.deadline is None


def test_a_long_window_is_the_formats_whatever_the_turn() -> None:
    debate = begun(seats=PEOPLE, live=False)
    assert debate.state.turn is not None
    assert debate.state.turn.deadline == NOON + timedelta(hours=12)
    assert debate.state.turn.seconds == 180


def test_after_the_last_turn_the_speeches_are_over() -> None:
    debate = begun().goes_to(7).speaks().pass_by(6)
    assert rules.called(debate.state, debate.now) == (
        SpeechesOver(closes=debate.now + timedelta(minutes=10)),
    )


def test_the_motion_presses_each_side() -> None:
    debate = begun().goes_to(4)
    assert question_at(debate) == (MOTION.pro.pressure, "")
    assert question_at(debate.goes_to(5)) == (MOTION.con.pressure, "")


def test_without_a_pressing_question_a_general_one_is_put() -> None:
    debate = begun(motion=Motion(text=MOTION.text)).goes_to(4)
    assert question_at(debate) == (GENERAL[0], "")


def test_a_side_that_is_pressed_again_gets_another_question() -> None:
    longer = text_of("quick").replace("minutes = 6", "minutes = 12", 1)
    debate = begun(longer)
    put = [question_at(debate.goes_to(slot))[0] for slot in range(4, 8)]
    assert put == [MOTION.pro.pressure, MOTION.con.pressure, GENERAL[0], GENERAL[0]]


def test_the_audience_comes_before_the_motion() -> None:
    debate = opened()
    debate.happens(Asked(number=1, side="against", text="Why?", name="Dee"))
    assert question_at(debate.goes_to(4)) == (MOTION.pro.pressure, "")
    assert question_at(debate.goes_to(5)) == ("Why?", "Dee")
    assert debate.state.questions[0].taken


def test_all_answers_of_a_round_are_to_one_question() -> None:
    debate = begun("oxford").happens(Asked(number=1, side="against", text="Why?", name="Dee"))
    put = [question_at(debate.goes_to(slot)) for slot in range(4, 16)]
    assert put[:4] == [("Why?", "Dee")] * 4
    rounds = [{one for one, _ in put[first : first + 4]} for first in (0, 4, 8)]
    assert [len(one) for one in rounds] == [1, 1, 1]
    assert len(set.union(*rounds)) == 3


def test_a_round_keeps_its_question_where_a_turn_is_skipped() -> None:
    debate = begun("oxford").goes_to(4)
    put = question_at(debate)
    debate.happens(*rules.skip(debate.state, "", debate.now))
    assert question_at(debate.goes_to(5)) == put


def test_an_answer_is_to_what_was_asked_just_before() -> None:
    debate = begun("lincoln-douglas", {"neg.1": person(BEN)}).goes_to(1)
    debate.speaks("What do weights tell that papers do not?")
    assert question_at(debate.goes_to(2)) == ("What do weights tell that papers do not?", "Ben")
    debate = begun("lincoln-douglas").goes_to(1).speaks("Why?")
    assert question_at(debate.goes_to(2)) == ("Why?", "Negative")


def test_nobody_answers_a_struck_question() -> None:
    debate = begun("lincoln-douglas").goes_to(1).speaks("Why are you so stupid?")
    debate.happens(Struck(speech=debate.state.seq, reason="insult")).pass_by(6)
    (skipped,) = rules.called(debate.state, debate.now)
    assert skipped == Skipped(at=At(2), reason="its question was struck")
    assert debate.happens(skipped).state.next == At(3)
    assert debate.runs_out().state.given_s == {"aff": 960, "neg": 960}


def test_questions_are_answered_by_the_side_asked_then_by_the_other_and_seats_take_turns() -> None:
    debate = begun("full-house")
    for number, side in enumerate(("no", "yes", "no"), start=1):
        debate.happens(Asked(number=number, side=side, text=f"Question {number}?", name="Dee"))
    debate.goes_to(11)
    spoke: list[tuple[str | None, int | None]] = []
    while debate.state.next.slot == 11:
        debate.goes_on()
        turn = debate.state.turn
        if turn and turn.seat:
            spoke.append((turn.seat, turn.number))
    assert list(dict.fromkeys(spoke)) == [
        ("no.1", 1),
        ("yes.1", 1),
        ("yes.2", 2),
        ("no.2", 2),
        ("no.1", 3),
        ("yes.1", 3),
    ]


def test_a_question_waits_for_the_reading_of_a_models_answer() -> None:
    debate = begun("full-house")
    debate.happens(*(Asked(number=n, side="no", text=f"Q{n}?", name="Dee") for n in (1, 2)))
    debate.goes_to(11, 2).speaks()
    assert rules.called(debate.state, debate.now) == ()
    debate.pass_by(6)
    (called,) = rules.called(debate.state, debate.now)
    assert isinstance(called, Called)
    assert called.number == 2


# Models


def test_a_models_speech_is_taken_while_it_has_the_floor() -> None:
    debate = begun(seats={"for.1": GEMMA})
    said = speech(by=GEMMA)
    assert rules.spoken(debate.state, At(0), said) == (Spoken(at=At(0), seat="for.1", speech=said),)
    assert rules.spoken(debate.state, At(1), said) == ()
    paused = begun(seats={"for.1": GEMMA}).happens(Paused(kind="moderator", reason=""))
    assert rules.spoken(paused.state, At(0), said) == ()


def test_a_speech_is_lost_whose_speaker_was_replaced_meanwhile() -> None:
    debate = begun(seats={"for.1": GEMMA}).happens(SeatTaken(seat="for.1", holder=GROK))
    assert rules.spoken(debate.state, At(0), speech(by=GEMMA)) == ()
    assert rules.failed(begun(seats=PEOPLE).state, At(0), "blank", "", NOON) == ()


def fails(debate: Debate, times: int) -> Sequence[Event]:
    for _ in range(times):
        assert debate.state.turn is not None
        events = rules.failed(debate.state, debate.state.turn.at, "endpoint", "HTTP 500", debate.now)
        debate.happens(*events)
    return events


def test_a_model_that_fails_three_times_pauses_the_debate() -> None:
    debate = begun(seats={"for.1": GEMMA})
    assert fails(debate, 2) == (Failed(at=At(0), attempt=2, kind="endpoint", why="HTTP 500"),)
    _, paused = fails(debate, 1)
    assert isinstance(paused, Paused)
    assert paused.kind == "model"
    assert "For the motion: gemma on this machine (Ollama), open weights could not speak" in paused.reason
    debate.happens(*rules.resume(debate.state, debate.now))
    assert debate.due(Effect.SPEAK).name == "0.0:speak:0~1"


def test_a_faulty_endpoint_gets_time_to_come_back() -> None:
    debate = begun(seats={"for.1": GEMMA})
    fails(debate, 1)
    assert debate.due(Effect.SPEAK).at == NOON + timedelta(seconds=5)
    fails(debate, 1)
    assert debate.due(Effect.SPEAK).at == NOON + timedelta(seconds=20)


def test_where_nobody_is_waited_for_cards_take_the_place_of_a_failing_model() -> None:
    debate = begun(seats={"for.1": GEMMA}, attended=False)
    fails(debate, 2)
    assert debate.due(Effect.SPEAK).at is None
    _, taken = fails(debate, 1)
    assert isinstance(taken, SeatTaken)
    assert taken.holder == Cards()
    _, skipped = fails(debate, 3)
    assert isinstance(skipped, Skipped)


# Absence


def test_who_does_not_come_in_time_is_waited_for_then_a_model_stands_in() -> None:
    debate = begun(seats=PEOPLE)
    until = NOON + timedelta(seconds=210 + 120)
    assert expires(debate) == (Waited(at=At(0), rung=0, deadline=until),)
    assert debate.due(Effect.EXPIRE).at == until + timedelta(seconds=30)
    assert expires(debate, stand_in=GEMMA) == (
        SeatTaken(seat="for.1", holder=GEMMA, reason="nobody spoke in time"),
    )
    assert debate.effects() == [Effect.SPEAK]


def test_without_a_model_cards_stand_in() -> None:
    debate = begun(seats={"for.1": Vacant()})
    expires(debate)
    assert expires(debate) == (SeatTaken(seat="for.1", holder=Cards(), reason="the seat is open"),)


def test_a_teammate_speaks_for_who_does_not_come() -> None:
    debate = begun("oxford", {"for.1": person(ANN), "for.2": person(BEN)})
    expires(debate)
    waited, taken = expires(debate)
    assert waited == Waited(at=At(0), rung=1, deadline=debate.now + timedelta(minutes=4))
    assert taken == SeatTaken(seat="for.1", holder=person(BEN), reason="nobody spoke in time")
    assert rules.open_for(debate.state, BEN).seat == "for.1"
    assert expires(debate, stand_in=GEMMA) == (
        SeatTaken(seat="for.1", holder=GEMMA, reason="nobody spoke in time"),
    )


def test_a_ladder_can_end_with_a_skip_or_with_a_forfeit() -> None:
    debate = begun("duel", {"model.1": Vacant()})
    expires(debate)
    assert expires(debate) == (Skipped(at=At(0), reason="nobody spoke in time"),)
    debate = begun("lincoln-douglas", {"aff.1": Vacant()})
    expires(debate)
    assert expires(debate) == (Skipped(at=At(0), reason="nobody spoke in time", forfeit=True),)


def test_a_question_nobody_puts_takes_its_answer_along() -> None:
    debate = begun("lincoln-douglas", {"neg.1": person(BEN)}).goes_to(1)
    expires(debate)
    (skipped,) = expires(debate)
    assert isinstance(skipped, Skipped)
    assert (skipped.at, skipped.through) == (At(1), 2)


def test_a_draft_is_taken_when_time_is_up() -> None:
    debate = begun(seats=PEOPLE).pass_by(210)
    draft = speech("As far as I got.", by=person(ANN))
    (spoken,) = rules.expired(debate.state, draft, debate.now)
    assert spoken == Spoken(at=At(0), seat="for.1", speech=replace(draft, ended="time"))


@pytest.mark.parametrize("holder", [person(ANN), Vacant()])
def test_no_draft_is_taken_before_time_or_without_words_or_for_an_open_seat(holder: object) -> None:
    debate = begun(seats={"for.1": holder})  # type: ignore[dict-item]
    draft = speech("As far as I got.", by=person(BEN))
    assert rules.expired(debate.state, draft, debate.now) == ()
    debate.pass_by(210)
    (event,) = rules.expired(debate.state, speech(" ", by=person(ANN)), debate.now)
    assert isinstance(event, Waited)
    if holder == Vacant():
        assert rules.expired(debate.state, draft, debate.now) == (event,)


@pytest.mark.parametrize("format", ["duel", "lincoln-douglas", "oxford"])
@pytest.mark.parametrize("holder", [person(ANN), Vacant()])
def test_where_nobody_is_waited_for_somebody_stands_in_at_once(format: str, holder: object) -> None:
    first = {"duel": "model.1", "lincoln-douglas": "aff.1", "oxford": "for.1"}[format]
    debate = begun(format, {first: holder}, attended=False)  # type: ignore[dict-item]
    (taken,) = expires(debate, stand_in=GROK)
    assert isinstance(taken, SeatTaken)
    assert (taken.seat, taken.holder, debate.now) == (first, GROK, NOON)


def test_who_takes_an_open_seat_in_its_turn_speaks_in_what_is_left_of_it() -> None:
    debate = begun(seats={"for.1": Vacant()}).pass_by(100)
    debate.happens(*rules.claim(debate.state, ANN, "for"), actor=ANN)
    turn = rules.open_for(debate.state, ANN)
    assert turn.deadline == NOON + timedelta(minutes=3)


def test_a_side_that_is_skipped_twice_is_left_to_the_moderator() -> None:
    debate = begun("duel", {"model.1": Vacant(), "member.1": person(ANN)})
    while len(debate.state.passed) < 3:
        if Effect.EXPIRE in debate.effects():
            expires(debate)
        else:
            debate.perform(debate.due(Effect.CALL))
    assert (debate.state.phase, debate.state.pause) == (Phase.LIVE, None)


# Windows and the end


def test_a_window_is_closed_in_time() -> None:
    debate = begun("full-house").pass_by(119)
    assert rules.window_closed(debate.state, debate.now) == ()
    debate.pass_by(1)
    assert rules.window_closed(debate.state, debate.now) == (Skipped(at=At(0), reason="time is over"),)


def test_the_second_ballot_is_closed_in_time_and_the_result_stands() -> None:
    debate = begun("oxford")
    debate.happens(*rules.end(debate.state, "", NOON)).pass_by(599)
    assert rules.vote_closed(debate.state, debate.now) == ()
    debate.pass_by(1)
    assert rules.vote_closed(debate.state, debate.now) == (VoteClosed(),)
    debate.happens(VoteClosed())
    expected = Closed(result={"winner": "for"}, judge="no judge yet")
    assert rules.counted(debate.state, {"winner": "for"}, debate.now) == (expected,)


def test_a_format_without_a_judge_says_nothing_of_one() -> None:
    debate = begun().happens(SpeechesOver(closes=None, early=True), VoteClosed())
    (closed,) = rules.counted(debate.state, {}, NOON)
    assert closed == Closed(result={}, judge="")


def test_a_debate_that_is_paused_for_a_week_is_given_up() -> None:
    debate = begun().happens(Paused(kind="moderator", reason="")).pass_by(7 * 24 * 3600 - 1)
    assert rules.abandoned(debate.state, debate.now) == ()
    debate.pass_by(1)
    (abandoned,) = rules.abandoned(debate.state, debate.now)
    assert isinstance(abandoned, Abandoned)
    assert debate.happens(abandoned).state.phase is Phase.ABANDONED
