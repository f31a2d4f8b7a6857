"""Builds debates for tests: opened by a format's file, moved by rules, with a clock that tests turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.debating import rules
from bot.debating.applying import apply, fold
from bot.debating.deciding import Due, Effect, decide
from bot.debating.events import BOT, Actor, At, Event, Opened, Recorded
from bot.debating.format import Pace
from bot.debating.motion import Case, Motion
from bot.debating.order import speaks_itself
from bot.debating.reading import read_format
from bot.debating.speech import Cards, Holder, Machine, Person, Speech, Vacant
from bot.debating.state import DebateState

FORMATS = Path(__file__).parents[2] / "formats"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

ANN, BEN, CID, DEE = (Actor(name.casefold(), name) for name in ("Ann", "Ben", "Cid", "Dee"))
MO = Actor("mo", "Mo")
GEMMA = Machine("local", "gemma", "on this machine (Ollama)", "open")
GROK = Machine("xai", "grok", "at api.x.ai", "closed")

MOTION = Motion(
    text="This house believes that open weights have done more for AI research than closed models.",
    pro=Case(pressure="Which results needed weights rather than papers?"),
    con=Case(pressure="Which advances would nobody have found without closed models?"),
)

FULL_HOUSE = """
schema = 1
id = "full-house"
name = "Everything at once"
[[side]]
id = "yes"
label = "Yes"
stance = "pro"
seats = 2
[[side]]
id = "no"
label = "No"
stance = "con"
seats = 2
[clock]
words_per_minute = 130
async_window = "12h"
grace = "30s"
prep_pool = "4m"
[absence]
ladder = ["wait:1m", "teammate", "llm_stand_in", "skip"]
[vote]
decide = "swing"
quorum = 5
[[turn]]
id = "before"
kind = "vote"
ballot = "pre"
minutes = 5
[[turn]]
id = "study"
kind = "prep"
minutes = 2
[[turn]]
id = "opening"
kind = "speech"
seats = ["yes.1", "no.1"]
minutes = 2
[[turn]]
id = "cross1"
kind = "cross"
asker = "no.2"
answerer = "yes.1"
minutes = 3
max_questions = 2
[[turn]]
id = "cross2"
kind = "cross"
asker = "yes.2"
answerer = "no.1"
minutes = 3
max_questions = 2
[[turn]]
id = "questions"
kind = "questions"
to = ["yes", "no"]
minutes = 5
answer_minutes = 1
[[turn]]
id = "closing"
kind = "speech"
seats = ["no.2", "yes.2"]
minutes = 1
new_arguments = false
[[turn]]
id = "after"
kind = "vote"
ballot = "post"
minutes = 10
"""
"""A format with a turn of every kind that can be held."""


def text_of(format: str) -> str:
    """The file of a format that ships, or `FULL_HOUSE`, or such a text as it is."""
    if "\n" in format:
        return format
    return FULL_HOUSE if format == "full-house" else (FORMATS / f"{format}.toml").read_text("utf-8")


def person(actor: Actor) -> Person:
    return Person(actor.id, actor.name)


def speech(text: str = "Open weights can be studied.", *, words: int | None = None, by: Holder) -> Speech:
    return Speech(text=text, words=len(text.split()) if words is None else words, by=by)


@dataclass
class Debate:
    """A debate on its way: what happened, how it stands, and what time it is."""

    recorded: list[Recorded]
    now: datetime = NOON
    state: DebateState = field(init=False)

    def __post_init__(self) -> None:
        self.state = fold(self.recorded)

    def happens(self, *events: Event, actor: Actor = BOT) -> Debate:
        for event in events:
            one = Recorded(seq=self.state.seq + 1, at=self.now, actor=actor, event=event)
            self.state = apply(self.state, one)
            self.recorded.append(one)
        return self

    def pass_by(self, seconds: float) -> Debate:
        self.now += timedelta(seconds=seconds)
        return self

    def due(self, effect: Effect) -> Due:
        (only,) = [one for one in decide(self.state) if one.effect is effect]
        return only

    def effects(self) -> list[Effect]:
        return [one.effect for one in decide(self.state)]

    def until(self, due: Due) -> Debate:
        self.now = max(self.now, due.at or self.now)
        return self

    def follows(self, due: Due, stand_in: Machine | None = None) -> Sequence[Event]:
        """What follows from something that is due, where a model says a line."""
        return _performed(self, due, stand_in)

    def perform(self, due: Due, *, stand_in: Machine | None = None) -> Sequence[Event]:
        """Do what is due, at this time."""
        events = self.follows(due, stand_in)
        self.happens(*events)
        return events

    def calls(self) -> Debate:
        """The next turn is called, whatever people are still reading."""
        return self.happens(*rules.call(self.state, self.now), actor=MO)

    def speaks(self, text: str = "Open weights can be studied.") -> Debate:
        """Whoever has the floor speaks."""
        turn = self.state.turn
        assert turn is not None
        holder = self.state.seats[turn.seat or ""]
        if isinstance(holder, Person):
            actor = Actor(holder.id, holder.name)
            said = rules.speak(self.state, actor, speech(text, by=holder), self.now)
            return self.happens(*said, actor=actor)
        return self.happens(*rules.spoken(self.state, turn.at, speech(text, by=holder)))

    def goes_on(self) -> Debate:
        """One step: a speech, an open seat skipped, the next call, or the end of an idle window."""
        turn = self.state.turn
        if turn and turn.seat and isinstance(self.state.seats[turn.seat], Vacant):
            return self.happens(*rules.skip(self.state, "nobody there", self.now))
        if turn and turn.seat:
            return self.speaks()
        if Effect.CALL not in self.effects():
            return self.calls()
        self.until(self.due(Effect.CALL)).perform(self.due(Effect.CALL))
        return self

    def goes_to(self, slot: int, part: int = 0) -> Debate:
        """Until the turn, or the window, at that place is open."""
        while self.state.turn is None or self.state.turn.at != At(slot, part):
            self.goes_on()
        return self

    def runs_out(self) -> Debate:
        """To its end, by doing all that is due when it is due."""
        for _ in range(1000):
            dues = sorted(decide(self.state), key=lambda one: (one.at or self.now, one.effect is Effect.WARN))
            dues = [one for one in dues if one.effect is not Effect.WARN]
            if not dues:
                return self
            self.until(dues[0])
            assert self.perform(dues[0]), f"{dues[0]} came to nothing"
        raise AssertionError("it goes on for ever")


def _performed(debate: Debate, due: Due, stand_in: Machine | None) -> Sequence[Event]:
    state, now = debate.state, debate.now
    match due.effect:
        case Effect.START:
            return rules.started(state, now)
        case Effect.CALL:
            return rules.called(state, now)
        case Effect.SPEAK:
            assert state.turn is not None
            holder = state.seats[state.turn.seat or ""]
            assert speaks_itself(holder)
            return rules.spoken(state, state.turn.at, speech(by=holder))
        case Effect.WARN:
            return ()
        case Effect.EXPIRE:
            return rules.expired(state, None, now, stand_in=stand_in)
        case Effect.CLOSE_WINDOW:
            return rules.window_closed(state, now)
        case Effect.CLOSE_VOTE:
            return rules.vote_closed(state, now)
        case Effect.COUNT:
            return rules.counted(state, {"winner": ""}, now)
        case Effect.ABANDON:
            return rules.abandoned(state, now)


def opened(
    format: str = "quick",
    seats: Mapping[str, Holder] | None = None,
    *,
    live: bool = True,
    attended: bool = True,
    audience: int | None = None,
    breather_s: int = 6,
    motion: Motion = MOTION,
) -> Debate:
    """A debate in its lobby. Seats that are not given are read from cards."""
    text = text_of(format)
    event = Opened(
        motion=motion,
        format=text,
        pace=Pace.CHAT,
        live=live,
        attended=attended,
        audience=audience,
        breather_s=breather_s,
        seats={seat: Cards() for seat in read_format(text).seats} | dict(seats or {}),
    )
    return Debate([Recorded(seq=1, at=NOON, actor=MO, event=event)])


def begun(format: str = "quick", seats: Mapping[str, Holder] | None = None, **how: object) -> Debate:
    """The same debate with its first turn open."""
    return opened(format, seats, **how).calls()  # type: ignore[arg-type]
