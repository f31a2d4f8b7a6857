"""What a moderator may do to a debate, and in what words they are told that they may not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.debating import rules
from bot.debating.events import (
    At,
    Called,
    Cancelled,
    Event,
    Extended,
    Paused,
    Resumed,
    Skipped,
    SpeechesOver,
    Started,
    Struck,
    VoteClosed,
)
from bot.debating.speech import Cards, Machine, Speech
from bot.debating.state import Phase
from bot.errors import InputError, NotFound
from tests.debating.building import (
    ANN,
    BEN,
    DEE,
    GEMMA,
    GROK,
    NOON,
    Debate,
    begun,
    opened,
    person,
)

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


def closed() -> Debate:
    return begun().runs_out()


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
    debate.pass_by(500).happens(*rules.resume(debate.state, debate.now))
    assert debate.state.since == debate.now


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
