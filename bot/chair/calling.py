"""What is said when a turn opens, and, to its speaker alone, when its time runs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.chair import buttons
from bot.chat.prose import escape
from bot.chat.reply import Actions, Block, Mention, Prose, Reply, reply
from bot.debating.events import Called
from bot.debating.format import Kind
from bot.debating.happenings import place
from bot.debating.pieces import is_within
from bot.debating.speech import Cards, Machine, Person, Vacant
from bot.debating.state import DebateState, Open
from bot.debating.wording import by_when, counted, spell
from bot.plain import one_line


def called(number: int, event: Called, state: DebateState, now: datetime) -> tuple[Block, ...]:
    """Who has the floor, how long, for what; nothing where nobody is waited for and nothing is asked."""
    if event.seat is None:
        return tuple(_window(number, event, state, now))
    asked = tuple(_question(event, state))
    match state.seats[event.seat]:
        case Person(id=id, name=name):
            return (Mention(member=id, name=name), *asked, *_turn(number, event, state, now))
        case Vacant():
            return (*asked, *_open_seat(number, event, state, now))
        case Machine() as model:
            writing = f"{model.model or model.endpoint} is writing: {place(state, event.at, event.seat)}"
            return (*asked, Prose(f"_{escape(one_line(writing))}._"))
        case Cards():
            return asked


def called_again(number: int, turn: Open, state: DebateState, now: datetime) -> tuple[Block, ...]:
    """The same for whoever has taken the seat of an open turn."""
    event = Called(
        at=turn.at,
        seat=turn.seat,
        deadline=turn.deadline,
        seconds=turn.seconds,
        words=turn.words,
        question=turn.question,
        asked_by=turn.asked_by,
    )
    return called(number, event, state, now)


def _window(number: int, event: Called, state: DebateState, now: datetime) -> Iterator[Block]:
    if event.deadline is None:
        return
    until = by_when(event.deadline, now)
    if state.slots[event.at.slot].kind is Kind.QUESTIONS:
        yield Prose(f"**Questions from the audience.** Put yours to a side until {until}.")
        yield Actions((buttons.question(number),))
    else:
        yield Prose(f"**Time to prepare:** {spell(event.seconds)}, until {until}.")


def _question(event: Called, state: DebateState) -> Iterator[Block]:
    """What is to be answered, where it does not stand right above as the speech before."""
    before = state.speeches[-1].speech.text if state.speeches else ""
    if event.question and not is_within(event.question, before):
        asker = f" from {escape(one_line(event.asked_by))}" if event.asked_by else ""
        yield Prose(f"**Question{asker}:** {escape(one_line(event.question))}")


def _turn(number: int, event: Called, state: DebateState, now: datetime) -> Iterator[Block]:
    owed = f"; {spell(event.owed_s)} of it make up for the other side's" if event.owed_s else ""
    until = f", until {by_when(event.deadline, now)}" if event.deadline else ""
    length = f"At most {counted(event.words, 'word')}, {spell(event.seconds)}{until}{owed}."
    where = escape(place(state, event.at, event.seat))
    yield Prose(f"Your turn: **{where}**. {length} Type `/debate speak` and your words.")
    yield Actions((buttons.speak(number),))


def _open_seat(number: int, event: Called, state: DebateState, now: datetime) -> Iterator[Block]:
    until = f" until {by_when(event.deadline, now)}" if event.deadline else ""
    yield Prose(
        f"**{escape(place(state, event.at, event.seat))}:** the seat is open; take it and speak{until}."
    )
    yield Actions((buttons.take_seat(number, state.format.side(event.seat or "")),))


def warning(number: int, state: DebateState, left_s: int) -> Reply:
    """Tells the speaker of the open turn alone how much time is left. Raises ValueError without one."""
    turn = state.turn
    if turn is None or turn.seat is None:
        raise ValueError("nobody has the floor")
    holder = state.seats[turn.seat]
    mention = [Mention(member=holder.id, name=holder.name)] if isinstance(holder, Person) else []
    where = escape(place(state, turn.at, turn.seat))
    hint = "What you keep with `/debate draft` is taken when time is up."
    return reply(
        *mention,
        Prose(f"**{spell(left_s)} left**: {where}. {hint}"),
        Actions((buttons.speak(number),)),
        data={"event": "warning", "debate": number, "seat": turn.seat, "left_s": left_s},
        private=True,
    )
