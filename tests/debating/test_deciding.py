"""What is due next, when, and under which name."""

from __future__ import annotations

from datetime import timedelta

from bot.debating import rules
from bot.debating.deciding import Due, Effect, decide
from bot.debating.events import At, Failed, SeatTaken
from bot.debating.speech import Cards, Vacant
from tests.debating.building import ANN, BEN, DEE, GEMMA, MO, NOON, Debate, begun, opened, person

PEOPLE = {"for.1": person(ANN), "against.1": person(BEN)}


def names(debate: Debate) -> list[str]:
    return [one.name for one in decide(debate.state)]


def test_a_lobby_ends_when_its_ballot_closes() -> None:
    closes = NOON + timedelta(minutes=5)
    expected = Due(name=f"start:{int(closes.timestamp())}", effect=Effect.START, at=closes)
    assert decide(opened(seats=PEOPLE).state) == (expected,)


def test_a_lobby_ends_at_once_where_nobody_is_waited_for() -> None:
    assert decide(opened(attended=False).state) == (Due(name="start", effect=Effect.START, at=None),)


def test_a_lobby_ends_at_once_where_all_there_are_hold_seats() -> None:
    assert opened(seats=PEOPLE, audience=2).due(Effect.START).at is None
    assert opened(seats=PEOPLE, audience=3).due(Effect.START).at == NOON + timedelta(minutes=5)


def test_a_lobby_waits_for_its_open_seats() -> None:
    assert opened(seats={"for.1": Vacant()}, audience=0).due(Effect.START).at is not None


def test_the_first_turn_is_called_at_once() -> None:
    debate = opened(seats=PEOPLE).pass_by(300)
    debate.perform(debate.due(Effect.START))
    assert decide(debate.state) == (Due(name="0.0:call", effect=Effect.CALL, at=None, place=At(0)),)


def test_people_get_time_to_read_what_no_person_said() -> None:
    debate = begun(seats={"for.1": GEMMA}).pass_by(20).speaks()
    assert debate.due(Effect.CALL).at == debate.now + timedelta(seconds=6)


def test_nobody_needs_time_to_read_after_a_person_a_skip_or_where_nobody_is_waited_for() -> None:
    assert begun(seats=PEOPLE).speaks().due(Effect.CALL).at is None
    assert begun(attended=False).speaks().due(Effect.CALL).at is None
    debate = begun()
    assert debate.happens(*rules.skip(debate.state, "", NOON)).due(Effect.CALL).at is None


def test_models_and_cards_speak_at_once() -> None:
    for holder in (GEMMA, Cards()):
        expected = Due(name="0.0:speak:0", effect=Effect.SPEAK, at=None, place=At(0))
        assert decide(begun(seats={"for.1": holder}).state) == (expected,)


def test_each_try_of_a_model_has_a_name_of_its_own() -> None:
    debate = begun(seats={"for.1": GEMMA}).happens(Failed(at=At(0), attempt=1, kind="blank", why=""))
    assert names(debate) == ["0.0:speak:1"]
    assert names(debate.happens(SeatTaken(seat="for.1", holder=Cards()))) == ["0.0:speak:0.1"]


def test_a_person_is_warned_twice_and_then_their_time_is_over() -> None:
    dues = decide(begun(seats=PEOPLE).state)
    assert [(one.effect, one.at) for one in dues] == [
        (Effect.WARN, NOON + timedelta(seconds=90)),
        (Effect.WARN, NOON + timedelta(seconds=162)),
        (Effect.EXPIRE, NOON + timedelta(seconds=180 + 30)),
    ]


def test_a_long_window_has_a_tenth_of_it_as_grace() -> None:
    due = begun(seats=PEOPLE, live=False).due(Effect.EXPIRE)
    assert due.at == NOON + timedelta(hours=12 + 1.2)


def test_an_open_seat_is_waited_for_like_a_person() -> None:
    assert begun(seats={"for.1": Vacant()}).due(Effect.EXPIRE).at == NOON + timedelta(seconds=210)


def test_an_open_seat_is_not_waited_for_where_nobody_is() -> None:
    debate = begun(seats={"for.1": Vacant()}, attended=False)
    assert decide(debate.state) == (Due(name="0.0:expire", effect=Effect.EXPIRE, at=None, place=At(0)),)


def test_a_deadline_that_moved_is_another_thing_to_do_and_old_warnings_are_gone() -> None:
    debate = begun(seats=PEOPLE)
    before = set(names(debate))
    debate.pass_by(170).happens(*rules.extend(debate.state, 60, debate.now))
    assert not before & set(names(debate))
    assert [one.at for one in decide(debate.state) if one.effect is Effect.WARN] == [
        NOON + timedelta(seconds=216)
    ]


def test_names_stay_while_nothing_happens_that_matters() -> None:
    debate = begun("oxford", {"for.1": person(ANN)})
    before = decide(debate.state)
    debate.pass_by(10).happens(*rules.ask(debate.state, DEE, "against", "Why?"), actor=DEE)
    assert decide(debate.state) == before


def test_a_paused_debate_is_only_ever_given_up() -> None:
    debate = begun(seats=PEOPLE).pass_by(10)
    debate.happens(*rules.pause(debate.state, "", debate.now), actor=MO)
    (only,) = decide(debate.state)
    assert (only.effect, only.at) == (Effect.ABANDON, debate.now + timedelta(days=7))


def test_what_was_due_before_a_pause_has_another_name_after_it() -> None:
    debate = begun(seats={"for.1": GEMMA})
    before = names(debate)
    debate.happens(*rules.pause(debate.state, "", debate.now))
    debate.happens(*rules.resume(debate.state, debate.now))
    assert names(debate) == [f"{name}~1" for name in before]


def test_warnings_move_with_the_clocks() -> None:
    debate = begun(seats=PEOPLE).pass_by(60)
    debate.happens(*rules.pause(debate.state, "", debate.now)).pass_by(100)
    debate.happens(*rules.resume(debate.state, debate.now))
    warned = [one.at for one in decide(debate.state) if one.effect is Effect.WARN]
    assert warned == [NOON + timedelta(seconds=190), NOON + timedelta(seconds=262)]


def test_what_was_told_before_a_pause_is_not_told_again() -> None:
    debate = begun(seats=PEOPLE).pass_by(100)
    debate.happens(*rules.pause(debate.state, "", debate.now)).pass_by(100)
    debate.happens(*rules.resume(debate.state, debate.now))
    warned = [one.at for one in decide(debate.state) if one.effect is Effect.WARN]
    assert warned == [NOON + timedelta(seconds=262)]


def test_a_window_takes_the_next_question_and_ends_in_time() -> None:
    debate = begun("full-house").goes_to(11)
    assert debate.effects() == [Effect.CLOSE_WINDOW]
    debate.happens(*rules.ask(debate.state, DEE, "yes", "Why?"), actor=DEE)
    assert debate.effects() == [Effect.CALL, Effect.CLOSE_WINDOW]
    assert debate.due(Effect.CLOSE_WINDOW).at == debate.now + timedelta(minutes=5)


def test_a_window_that_is_over_takes_no_question_more() -> None:
    debate = begun("full-house")
    debate.happens(*rules.ask(debate.state, DEE, "yes", "Why?"), actor=DEE)
    debate.happens(*rules.ask(debate.state, DEE, "yes", "How?"), actor=DEE)
    debate.goes_to(11, 2).pass_by(400).speaks()
    assert debate.effects() == [Effect.CLOSE_WINDOW]


def test_where_nobody_is_waited_for_a_window_ends_when_no_question_waits() -> None:
    debate = begun("full-house", attended=False)
    debate.happens(*rules.ask(debate.state, DEE, "yes", "Why?"), actor=DEE)
    debate.goes_to(11)
    assert debate.effects() == [Effect.CALL]
    debate.goes_to(11, 2).speaks()
    assert debate.effects() == [Effect.CLOSE_WINDOW]


def test_the_vote_is_closed_then_counted_then_nothing_is_due() -> None:
    debate = begun()
    debate.happens(*rules.end(debate.state, "", NOON))
    due = debate.due(Effect.CLOSE_VOTE)
    assert due.at == NOON + timedelta(minutes=10)
    debate.until(due).perform(due)
    assert decide(debate.state) == (Due(name="count", effect=Effect.COUNT, at=None),)
    debate.perform(debate.due(Effect.COUNT))
    assert decide(debate.state) == ()


def test_all_have_voted_once_everybody_without_a_seat_has() -> None:
    state = opened(seats=PEOPLE, audience=5).state
    assert not rules.all_voted(state, 2)
    assert rules.all_voted(state, 3)
    assert not rules.all_voted(opened(seats=PEOPLE).state, 1000)
    assert not rules.all_voted(opened(seats={"for.1": Vacant()}, audience=1).state, 1)
