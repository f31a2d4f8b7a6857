"""Calls what comes next: a turn with its time, its words and what is to be answered, a window, or the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.debating.deciding import Effect, is_due
from bot.debating.describing import seat_title
from bot.debating.events import At, Called, Event, Skipped, SpeechesOver
from bot.debating.format import Kind, Prompts, Role, Slot
from bot.debating.order import (
    asked_side,
    ballot_s,
    begins_question,
    deadline_for,
    is_over,
    seat_at,
    seconds_at,
    side_of,
    slot_at,
    waiting,
)
from bot.debating.speech import Person
from bot.debating.state import DebateState, Put

GENERAL = (
    "What would have to be true for you to change your mind?",
    "What is the strongest point of the other side, and what do you say to it?",
    "Who bears the cost if your side turns out to be wrong?",
    "Which of your claims rests on the least evidence?",
    "What should be done first if your side is right?",
)
"""What is asked where neither the audience nor the motion has a question."""

STRUCK = "its question was struck"


def called(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """The next call, where it is due: a turn, a window, or that the speeches are over. Else nothing."""
    return call_next(state, now) if is_due(state, Effect.CALL, now) else ()


def call_next(state: DebateState, now: datetime) -> tuple[Event, ...]:
    """The next call at once, however long people have had to read; for a live debate without an open turn."""
    if is_over(state):
        return (speeches_over(state, now),)
    at = state.next
    slot = slot_at(state, at)
    if slot.kind is Kind.PREP or (slot.kind is Kind.QUESTIONS and at.part == 0):
        return (_window(state, at, slot, now),)
    if slot.kind is Kind.CROSS and slot.role is Role.ANSWER and _is_struck(state, slot.index - 1):
        return (Skipped(at=at, reason=STRUCK),)
    return (_turn(state, at, slot, now),)


def speeches_over(
    state: DebateState, now: datetime, *, early: bool = False, reason: str = ""
) -> SpeechesOver:
    """The end of the speeches: the second ballot opens, where people are waited for."""
    lasts = timedelta(seconds=ballot_s(state.format.voting.post_s, live=state.live))
    return SpeechesOver(closes=now + lasts if state.attended else None, early=early, reason=reason)


def _window(state: DebateState, at: At, slot: Slot, now: datetime) -> Called:
    lasts = timedelta(seconds=slot.seconds if state.live else state.format.clock.async_window_s)
    ends = now + lasts if state.attended else None
    return Called(at=at, seat=None, deadline=ends, seconds=slot.seconds, words=0)


def _turn(state: DebateState, at: At, slot: Slot, now: datetime) -> Called:
    put = _put(state, at, slot)
    asked = state.questions[put.number - 1].side if put.number else asked_side(state)
    seat = seat_at(state, at, asked) or ""
    owed = state.owed_s[side_of(seat)]
    seconds = seconds_at(state, at) + owed
    return Called(
        at=at,
        seat=seat,
        deadline=deadline_for(state, at, state.seats[seat], seconds, now),
        seconds=seconds,
        words=slot.words,
        question=put.question,
        asked_by=put.asked_by,
        number=put.number,
        owed_s=owed,
    )


def _put(state: DebateState, at: At, slot: Slot) -> Put:
    """What is to be answered at a place; an empty question where it is the motion itself."""
    if slot.kind is Kind.QUESTIONS:
        goes_on = state.put if not begins_question(state, at) else None
        return goes_on or _from_audience(state, slot) or _of_chair(slot, "")
    if slot.kind is Kind.CROSS and slot.role is Role.ANSWER:
        return _of_asker(state, slot)
    if slot.prompts is Prompts.MODERATOR:
        return _shared(state, slot) or _from_audience(state, slot) or _of_chair(slot, _round(state, slot))
    if slot.prompts is Prompts.PRESSURE:
        own = side_of(slot.seat or "")
        return _from_audience(state, slot, own) or _of_chair(slot, _pressure(state, slot, own))
    return _of_chair(slot, "")


def _from_audience(state: DebateState, slot: Slot, side: str = "") -> Put | None:
    question = waiting(state, side)
    if question is None:
        return None
    return Put(slot=slot.index, question=question.text, asked_by=question.name, number=question.number)


def _of_chair(slot: Slot, question: str) -> Put:
    return Put(slot=slot.index, question=question, asked_by="", number=None)


def _of_asker(state: DebateState, slot: Slot) -> Put:
    """What was asked in the slot before, by whoever cross-examines."""
    for said in reversed(state.speeches):
        if said.at.slot == slot.index - 1:
            by = said.speech.by
            name = by.name if isinstance(by, Person) else seat_title(state.format, said.seat)
            return Put(slot=slot.index, question=said.speech.text, asked_by=name, number=None)
    return _of_chair(slot, "")


def _is_struck(state: DebateState, slot: int) -> bool:
    return any(said.at.slot == slot and said.struck is not None for said in state.speeches)


def _shared(state: DebateState, slot: Slot) -> Put | None:
    """The question of the round, where it was put already."""
    put = state.put
    before = state.slots[put.slot] if put else None
    return put if before and (before.turn, before.round) == (slot.turn, slot.round) else None


def _round(state: DebateState, slot: Slot) -> str:
    """Another question for each round: first what presses the sides, then general ones."""
    pressing = [state.motion.case(side.stance).pressure for side in state.format.sides]
    pool = [*filter(None, pressing), *GENERAL]
    before = {(one.turn, one.round) for one in state.slots[: slot.index] if one.prompts is Prompts.MODERATOR}
    return pool[len(before - {(slot.turn, slot.round)}) % len(pool)]


def _pressure(state: DebateState, slot: Slot, side: str) -> str:
    """What presses a side most; where it is pressed once more, a general question."""
    pressing = state.motion.case(state.format.side(slot.seat or "").stance).pressure
    pool = [*filter(None, [pressing]), *GENERAL]
    before = [
        one
        for one in state.slots[: slot.index]
        if one.prompts is Prompts.PRESSURE and side_of(one.seat or "") == side
    ]
    return pool[len(before) % len(pool)]
