"""Reads the turns of a format's file: what each kind of turn says, and who speaks in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.debating.format import Kind, Prompts, Role, Side, Turn
from bot.debating.tables import LEAST_MINUTES, Table, nearest, shown

QUESTIONS = 5
"""A cross-examination has at most so many questions, where the file does not say."""
LEAST_CROSS = Decimal(1)
"""The least minutes of a cross-examination: a question and an answer."""
LATER = ("circle", "queue")
"""Kinds that format files have, and that cannot be held yet."""

_SEAT = re.compile(r"[\w-]{1,40}\.[0-9*]{1,3}")
_ALWAYS = ("id", "kind", "title")
_KEYS: dict[Kind, tuple[str, ...]] = {
    Kind.VOTE: ("ballot", "minutes"),
    Kind.SPEECH: ("seats", "minutes", "new_arguments", "role", "pick", "poi"),
    Kind.CROSS: ("asker", "answerer", "minutes", "max_questions"),
    Kind.DISCUSSION: ("seats", "minutes", "answer_minutes", "prompts", "new_arguments", "role"),
    Kind.QUESTIONS: ("to", "minutes", "answer_minutes", "per_question"),
    Kind.PREP: ("minutes",),
    Kind.JUDGE: (),
}
_ALL = {key for keys in _KEYS.values() for key in keys}


def read_turn(table: Table, sides: Sequence[Side], notes: list[str]) -> Turn:
    """One turn, its seats spelt out. What the file asks for and no debate has yet is noted for people.

    A turn of an unknown kind, which is a mistake, counts as a speech of nobody.
    """
    kind, name = _kind(table), table.name("id")
    if kind is None:
        return Turn(id=name, title=name, kind=Kind.SPEECH)
    table.knows((*_ALWAYS, *_KEYS[kind]), elsewhere=_ALL)
    turn = Turn(id=name, title=table.text("title", titled(name), most=40), kind=kind)
    if "minutes" in _KEYS[kind]:
        least = LEAST_CROSS if kind is Kind.CROSS else LEAST_MINUTES
        turn = replace(turn, minutes=table.minutes(least=least))
    match kind:
        case Kind.VOTE:
            return replace(turn, ballot=table.one_of("ballot", ("pre", "post")))
        case Kind.SPEECH:
            return _speech(turn, table, sides, notes)
        case Kind.CROSS:
            return _cross(turn, table, sides)
        case Kind.DISCUSSION:
            return _discussion(turn, table, sides)
        case Kind.QUESTIONS:
            return _questions(turn, table, sides)
        case _:
            return turn


def _speech(turn: Turn, table: Table, sides: Sequence[Side], notes: list[str]) -> Turn:
    seats = _picked(table, _seats(table, sides), notes)
    if table.has("poi"):
        notes.append("There are no points of information yet; turns run without them.")
    return replace(turn, seats=seats, role=_role(table), new_arguments=_new_arguments(table))


def _cross(turn: Turn, table: Table, sides: Sequence[Side]) -> Turn:
    asker, answerer = (_one_seat(table, key, sides) for key in ("asker", "answerer"))
    if asker and answerer and asker.rpartition(".")[0] == answerer.rpartition(".")[0]:
        table.wrong(f"{asker} and {answerer} are on the same side.")
    most = table.whole("max_questions", QUESTIONS, least=1, most=20)
    return replace(turn, asker=asker, answerer=answerer, questions=most)


def _discussion(turn: Turn, table: Table, sides: Sequence[Side]) -> Turn:
    return replace(
        turn,
        seats=_seats(table, sides),
        answer_minutes=table.minutes("answer_minutes"),
        prompts=Prompts(table.one_of("prompts", [*Prompts], Prompts.MODERATOR)),
        new_arguments=_new_arguments(table),
        role=_role(table),
    )


def _questions(turn: Turn, table: Table, sides: Sequence[Side]) -> Turn:
    return replace(
        turn,
        seats=_asked(table, sides),
        answer_minutes=table.minutes("answer_minutes"),
        question_s=table.duration("per_question", 30, most=600),
    )


def _new_arguments(table: Table) -> bool:
    if table.says("new_arguments", "rebuttal_only"):
        table.wrong("new arguments for rebuttal only are not known yet; they come later.")
        return False
    return table.flag("new_arguments", True)


def _role(table: Table) -> Role | None:
    return Role(table.one_of("role", [*Role])) if table.has("role") else None


def titled(name: str) -> str:
    """What people call a turn whose file gives it no title: `pre_vote` is Pre vote, `1AR` stays."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _kind(table: Table) -> Kind | None:
    name = table.text("kind", most=40)
    if name in LATER:
        table.wrong(f"turns of the kind {name} are not known yet; they come later.")
        return None
    if table.has("repeat"):
        table.wrong("turns that repeat are not known yet; they come later.")
    if name and name not in [*Kind]:
        near = nearest(name, [*Kind])
        known = "" if near.endswith("?") else f" I know {', '.join(Kind)}."
        table.wrong(f"unknown kind {shown(name)}{near}{known}")
    return Kind(name) if name in [*Kind] else None


def _seats(table: Table, sides: Sequence[Side]) -> tuple[str, ...]:
    names = table.texts("seats")
    if table.has("seats") and not names:
        table.wrong("seats names nobody.")
    found = [seat for name in names for seat in _spelt_out(table, name, sides)]
    for seat in dict.fromkeys(seat for seat in found if found.count(seat) > 1):
        table.wrong(f"{seat} has a turn twice.")
    return tuple(found)


def _picked(table: Table, seats: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    """Where one of several is to speak, the first of them does."""
    if not table.has("pick"):
        return seats
    table.one_of("pick", ("one",))
    if len(seats) > 1:
        notes.append(f"Nobody can be picked for {table.where} yet; {seats[0]} speaks.")
    return seats[:1]


def _asked(table: Table, sides: Sequence[Side]) -> tuple[str, ...]:
    """Everybody of the sides that questions go to: of both, as each also answers what the other is asked."""
    known, named = [side.id for side in sides], table.texts("to")
    for name in named:
        if name not in known:
            table.wrong(f"there is no side {shown(name)}{nearest(name, known)}")
    if table.has("to") and set(named) < set(known):
        table.wrong("questions must go to both sides.")
    return tuple(seat for side in sides for seat in _of(side) if side.id in named)


def _spelt_out(table: Table, name: str, sides: Sequence[Side]) -> list[str]:
    """The seats that `for.1` or `for.*` stands for; a mistake is noted where there is none."""
    side, _, which = name.rpartition(".")
    own = [seat for one in sides for seat in _of(one) if one.id == side]
    if own and which == "*":
        return own
    if name in own:
        return [name]
    if name == "host":
        table.wrong("a turn of the host is not known yet; it comes later.")
        return []
    seats = [seat for one in sides for seat in _of(one)]
    said = name if _SEAT.fullmatch(name) else shown(name)
    table.wrong(f"there is no seat {said}{'.' if own else nearest(name, seats)}")
    return []


def _one_seat(table: Table, key: str, sides: Sequence[Side]) -> str:
    name = table.text(key, most=60)
    return next(iter(_spelt_out(table, name, sides)), "") if name else ""


def _of(side: Side) -> list[str]:
    return [f"{side.id}.{n}" for n in range(1, side.seats + 1)]
