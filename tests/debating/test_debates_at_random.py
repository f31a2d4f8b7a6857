"""Anybody does anything at any time, in every format: no debate comes into a state that is not defined."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.debating import rules
from bot.debating.applying import apply, fold
from bot.debating.codec import decode, encode
from bot.debating.deciding import Due, decide
from bot.debating.events import BOT, Actor, At, Event, Recorded
from bot.debating.order import outstanding, planned
from bot.debating.speech import Cards, Holder, Vacant
from bot.debating.state import Phase
from bot.errors import RostrumError
from tests.debating.building import ANN, BEN, CID, DEE, GEMMA, GROK, MO, Debate, opened, person, speech

EVERYTHING = bool(os.environ.get("ROSTRUM_TEST_ALL"))
"""`ROSTRUM_TEST_ALL=1` goes through 10,000 debates, in two minutes or so."""

pytestmark = pytest.mark.timeout(900)

FORMATS = ("quick", "oxford", "lincoln-douglas", "full-house")
people = st.sampled_from((ANN, BEN, CID, DEE))
holders: st.SearchStrategy[Holder] = st.sampled_from(
    (Cards(), GEMMA, GROK, Vacant(), person(ANN), person(BEN))
)
places = st.sampled_from(("for", "against", "no.2", "yes", "for.1", "nowhere"))
some_words = st.sampled_from(("", "Why?", "Open weights can be studied.", "word " * 400))
reasons = st.sampled_from(("", "off the point"))


class AnyDebate(RuleBasedStateMachine):
    """One debate, and all that people, models and the clock can do to it."""

    debate: Debate
    dues: list[Due]

    @initialize(
        format=st.sampled_from(FORMATS),
        held=st.lists(holders, min_size=4, max_size=4),
        live=st.booleans(),
        attended=st.sampled_from((True, True, True, False)),
        audience=st.sampled_from((None, 1, 3)),
        breather_s=st.sampled_from((0, 6)),
        questions=st.integers(0, 3),
        steps=st.integers(0, 70),
    )
    def opens(
        self,
        format: str,
        held: Sequence[Holder],
        live: bool,
        attended: bool,
        audience: int | None,
        breather_s: int,
        questions: int,
        steps: int,
    ) -> None:
        """A debate that has come some way before anything odd happens to it."""
        self.debate = opened(format, live=live, attended=attended, audience=audience, breather_s=breather_s)
        seats = dict(zip(self.debate.state.seats, held, strict=False))
        self.debate = opened(
            format, seats, live=live, attended=attended, audience=audience, breather_s=breather_s
        )
        for number in range(questions):
            self.asks(("for", "against")[number % 2], f"Question {number}?")
        for _ in range(steps):
            if self.debate.state.phase in (Phase.LOBBY, Phase.LIVE):
                self.debate.goes_on()
        self.replayed = fold(self.debate.recorded)
        self.dues = []

    def asks(self, side: str, text: str) -> None:
        with suppress(RostrumError):
            self.debate.happens(*rules.ask(self.debate.state, CID, side, text), actor=CID)

    def tries(self, actor: Actor, act: Callable[[], Sequence[Event]]) -> None:
        """Somebody tries something: it happens, or they are told in words why not."""
        try:
            events = act()
        except RostrumError:
            return
        self.debate.happens(*events, actor=actor)
        for event in events:
            one = Recorded(
                seq=self.replayed.seq + 1, at=self.debate.now, actor=actor, event=decode(encode(event))
            )
            self.replayed = apply(self.replayed, one)

    @invariant()
    def stands_as_its_events_say(self) -> None:
        assert self.replayed == self.debate.state

    @invariant()
    def what_is_due_follows_from_how_it_stands(self) -> None:
        dues = decide(self.debate.state)
        names = [one.name for one in dues]
        assert dues == decide(self.replayed)
        assert len(set(names)) == len(names)
        assert self.debate.state.phase.is_over == (not dues)
        self.dues = [*self.dues[-5:], *dues]

    @invariant()
    def sides_stay_level(self) -> None:
        state = self.debate.state
        to_come, plan = outstanding(state), planned(state)
        surplus = {side: state.given_s[side] + to_come[side] - plan[side] for side in plan}
        assert len(set(surplus.values())) == 1
        assert min(state.owed_s.values()) >= 0

    # The clock

    @rule(seconds=st.sampled_from((1, 20, 130, 700, 50_000)))
    def time_passes(self, seconds: int) -> None:
        self.debate.pass_by(seconds)

    @rule(nth=st.integers(0, 9), waits=st.booleans(), with_stand_in=st.booleans())
    def what_is_due_is_done(self, nth: int, waits: bool, with_stand_in: bool) -> None:
        dues = decide(self.debate.state)
        if dues:
            due = dues[nth % len(dues)]
            if waits:
                self.debate.until(due)
            self.does(due, with_stand_in)

    @rule(with_stand_in=st.booleans())
    def the_first_thing_due_is_done(self, with_stand_in: bool) -> None:
        self.what_is_due_is_done(0, True, with_stand_in)

    @rule(nth=st.integers(0, 9))
    def a_job_comes_late(self, nth: int) -> None:
        """What was due at some time is done, unless the debate has moved on."""
        due = self.dues[nth % len(self.dues)] if self.dues else None
        if due and due in decide(self.debate.state):
            self.does(due, False)

    def does(self, due: Due, with_stand_in: bool) -> None:
        self.tries(BOT, lambda: self.debate.follows(due, GEMMA if with_stand_in else None))

    @rule(slot=st.integers(0, 3), part=st.integers(0, 2), by=holders)
    def a_speech_comes_for_some_place(self, slot: int, part: int, by: Holder) -> None:
        self.tries(BOT, lambda: rules.spoken(self.debate.state, At(slot, part), speech(by=by)))

    @rule(kind=st.sampled_from(("endpoint", "refused", "blank")), times=st.integers(1, 3))
    def a_model_fails(self, kind: str, times: int) -> None:
        for _ in range(times):
            at = self.debate.state.turn.at if self.debate.state.turn else At(0)
            self.tries(BOT, lambda at=at: rules.failed(self.debate.state, at, kind, "", self.debate.now))  # type: ignore[misc]

    # People

    @rule(actor=people, wanted=places)
    def somebody_claims_a_seat(self, actor: Actor, wanted: str) -> None:
        self.tries(actor, lambda: rules.claim(self.debate.state, actor, wanted))

    @rule(actor=people)
    def somebody_leaves(self, actor: Actor) -> None:
        self.tries(actor, lambda: rules.release(self.debate.state, actor))

    @rule(text=some_words, actor=people, at_turn=st.booleans())
    def somebody_speaks(self, text: str, actor: Actor, at_turn: bool) -> None:
        who = rules.person_at_turn(self.debate.state) if at_turn else None
        actor = Actor(who.id, who.name) if who else actor
        said = speech(text, by=person(actor))
        self.tries(actor, lambda: rules.speak(self.debate.state, actor, said, self.debate.now))

    @rule(text=some_words)
    def a_draft_is_taken(self, text: str) -> None:
        draft = speech(text, by=person(ANN))
        self.tries(BOT, lambda: rules.expired(self.debate.state, draft, self.debate.now))

    @rule(what=st.sampled_from(("yields", "prepare", "more")), actor=people)
    def somebody_takes_or_gives_up_time(self, what: str, actor: Actor) -> None:
        who = rules.person_at_turn(self.debate.state)
        actor = Actor(who.id, who.name) if who else actor
        state, now = self.debate.state, self.debate.now
        match what:
            case "yields":
                self.tries(actor, lambda: rules.yields(state, actor, now))
            case "prepare":
                self.tries(actor, lambda: rules.prepare(state, actor, 1, now))
            case _:
                self.tries(actor, lambda: rules.extend_own(state, actor, now))

    @rule(actor=people, side=places, text=some_words)
    def somebody_asks(self, actor: Actor, side: str, text: str) -> None:
        self.tries(actor, lambda: rules.ask(self.debate.state, actor, side, text))

    @rule(actor=people, turnout=st.integers(0, 3))
    def somebody_votes(self, actor: Actor, turnout: int) -> None:
        state = self.debate.state
        try:
            ballot = rules.may_vote(state, actor)
        except RostrumError:
            return
        assert ballot is state.ballot
        assert actor.id not in state.held
        if rules.all_voted(state, turnout):
            self.moderator_calls()

    # Moderators

    @rule()
    def moderator_calls(self) -> None:
        self.tries(MO, lambda: rules.call(self.debate.state, self.debate.now))

    @rule(reason=reasons)
    def moderator_pauses(self, reason: str) -> None:
        self.tries(MO, lambda: rules.pause(self.debate.state, reason, self.debate.now))

    @rule()
    def moderator_resumes(self) -> None:
        self.tries(MO, lambda: rules.resume(self.debate.state, self.debate.now))

    @rule(seconds=st.sampled_from((0, 45, 600, 10**6)))
    def moderator_extends(self, seconds: int) -> None:
        self.tries(MO, lambda: rules.extend(self.debate.state, seconds, self.debate.now))

    @rule(reason=reasons)
    def moderator_skips(self, reason: str) -> None:
        self.tries(MO, lambda: rules.skip(self.debate.state, reason, self.debate.now))

    @rule(which=st.integers(0, 4), strikes=st.booleans())
    def moderator_strikes_or_restores(self, which: int, strikes: bool) -> None:
        act = rules.strike if strikes else rules.restore
        self.tries(MO, lambda: act(self.debate.state, which, "why"))

    @rule(seat=places, holder=holders)
    def moderator_replaces(self, seat: str, holder: Holder) -> None:
        self.tries(MO, lambda: rules.replace(self.debate.state, seat, holder, "why"))

    @rule(really=st.integers(0, 3))
    def moderator_ends(self, really: int) -> None:
        if really == 3:
            self.tries(MO, lambda: rules.end(self.debate.state, "late", self.debate.now))

    def teardown(self) -> None:
        """Left alone, with all done that falls due when it does, every debate ends, its sides level."""
        if not hasattr(self, "debate"):
            return
        state = self.debate.runs_out().state
        assert fold(self.debate.recorded) == state
        assert state.phase.is_over
        ended_early = bool(state.ended_because) or state.phase is not Phase.CLOSED
        if not ended_early and state.next.slot == len(state.slots):
            assert len({state.given_s[side] + state.owed_s[side] for side in state.given_s}) == 1


TestAnyDebate = AnyDebate.TestCase
TestAnyDebate.settings = settings(
    max_examples=10_000 if EVERYTHING else 150,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
