"""How formats look: a line each, or the order of one with its minutes and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import floor
from typing import Any

from bot.chat.prose import escape
from bot.chat.reply import Block, Fact, Facts, Heading, Prose, Reply, reply
from bot.debating.format import Decide, Format, Kind, Pace, Role, Slot
from bot.debating.plan import SideTime, side_time, slots
from bot.debating.wording import counted, spell

_PACES = {Pace.CHAT: "in a chat", Pace.FULL: "by the book"}
_DECIDES = {
    Decide.SWING: "the swing from the vote before to the vote after",
    Decide.FINAL: "the vote after",
    Decide.JUDGE: "a judge",
    Decide.NONE: "nobody",
}


def listed(formats: Sequence[Format]) -> Reply:
    """Every format with what it is, its sides, turns, minutes and words in a chat."""
    data = [_data(format) for format in formats]
    if not formats:
        return reply(Prose("There are no formats; something is missing where I am installed."), data=data)
    rows = tuple(Fact(format.id, f"{format.about}\n{_in_short(format)}") for format in formats)
    closing = Prose("`/debate formats` and a name shows how one runs. Lengths are those in a chat.")
    return reply(Heading(counted(len(formats), "format")), Facts(rows), closing, data=data)


def _in_short(format: Format) -> str:
    sides = " v ".join(f"{side.id} ({side.seats})" if side.seats > 1 else side.id for side in format.sides)
    times = side_time(format, Pace.CHAT).values()
    seconds, words = sum(time.seconds for time in times), sum(time.words for time in times)
    turns = counted(sum(time.turns for time in times), "turn")
    return f"{sides} · {turns} · {_minutes(floor(seconds))} · {floor(words):,} words"


def shown(format: Format) -> Reply:
    """How one format runs in a chat, and what each side is given at both paces."""
    return reply(
        *_heading(format), *_order(format, Pace.CHAT), *_given(format), *_notes(format), data=_data(format)
    )


def checked(format: Format) -> Reply:
    """What a file makes: the order at both paces, and what each side is given."""
    orders = [block for pace in Pace for block in _order(format, pace)]
    adds_up = Prose(f"**It adds up.** {_fairness(format)}")
    return reply(*_heading(format), *orders, *_given(format), *_notes(format), adds_up, data=_data(format))


def _fairness(format: Format) -> str:
    given = [{(time.seconds, time.words) for time in side_time(format, pace).values()} for pace in Pace]
    if all(len(times) == 1 for times in given):
        return "Both sides are given the same time and words."
    return "The sides are not given the same, as the file allows."


def _heading(format: Format) -> Iterator[Block]:
    yield Heading(f"{format.name} ({format.id})")
    if format.about != format.name:
        yield Prose(escape(format.about))


def _order(format: Format, pace: Pace) -> Iterator[Block]:
    """The order of speaking, a row a speech, a row for all of a cross-examination or discussion."""
    yield Heading(f"Order {_PACES[pace]}")
    yield Facts(tuple(Fact(f"{n} {title}", what) for n, (title, what) in enumerate(_rows(format, pace), 1)))


def _rows(format: Format, pace: Pace) -> Iterator[tuple[str, str]]:
    if format.voting.pre_s:
        yield "Vote before", spell(format.voting.pre_s)
    for _, together in groupby(slots(format, pace), key=lambda slot: slot.turn):
        yield from _turn(list(together))
    if format.voting.post_s:
        yield "Vote after", spell(format.voting.post_s)
    if format.judged:
        yield "Judge", "an advisory verdict"


def _turn(its: Sequence[Slot]) -> Iterator[tuple[str, str]]:
    first = its[0]
    match first.kind:
        case Kind.CROSS:
            answer = next(slot for slot in its if slot.role is Role.ANSWER)
            pairs = counted(len(its) // 2, "question")
            yield first.title, f"{first.seat} asks {answer.seat} · {_length(its)} · {pairs}"
        case Kind.DISCUSSION:
            seats = ", ".join(dict.fromkeys(slot.seat or "" for slot in its))
            each = f"{_minutes(first.seconds)} each"
            yield first.title, f"{seats} answer · {_length(its)} · {counted(its[-1].round, 'round')}, {each}"
        case Kind.QUESTIONS:
            answers = f"answers of {spell(first.answer_s)}, {counted(first.words, 'word')}"
            yield first.title, f"the audience asks · {spell(first.seconds)} · {answers}"
        case Kind.PREP:
            yield first.title, f"time to prepare · {spell(first.seconds)}"
        case _:
            for slot in its:
                yield (
                    slot.title,
                    f"{slot.seat} · {_length([slot])}{'' if slot.new_arguments else ' · nothing new'}",
                )


def _length(its: Iterable[Slot]) -> str:
    its = list(its)
    words = sum(slot.words for slot in its)
    return f"{_minutes(sum(slot.seconds for slot in its))} · {counted(words, 'word')}"


def _minutes(seconds: int) -> str:
    """`4 min`, `1 min 30 s`: minutes however many, as formats are told, and no second lost."""
    minutes, left = divmod(seconds, 60)
    return " ".join(f"{n} {unit}" for n, unit in ((minutes, "min"), (left, "s")) if n) or "0 s"


def _given(format: Format) -> Iterator[Block]:
    yield Heading("Each side")
    rows = []
    for pace, at_pace in _PACES.items():
        for side, time in side_time(format, pace).items():
            rows.append(Fact(f"{side} {at_pace}", _time(time)))
    yield Facts((*rows, Fact("Decided by", _DECIDES[format.voting.decide])))


def _time(time: SideTime) -> str:
    return f"{_minutes(floor(time.seconds))} · {floor(time.words):,} words · {counted(time.turns, 'turn')}"


def _notes(format: Format) -> Iterator[Block]:
    yield from (Prose(escape(note)) for note in format.notes)


def _data(format: Format) -> dict[str, Any]:
    """A format as `--json` prints it."""
    return {
        "format": format.id,
        "name": format.name,
        "about": format.about,
        "sources": list(format.sources),
        "sides": [
            {"id": side.id, "label": side.label, "stance": side.stance.value, "seats": side.seats}
            for side in format.sides
        ],
        "vote_before_s": format.voting.pre_s,
        "vote_after_s": format.voting.post_s,
        "decide": format.voting.decide.value,
        "judged": format.judged,
        "hash": format.hash,
        "paces": {pace.value: _pace_data(format, pace) for pace in Pace},
        "notes": list(format.notes),
    }


def _pace_data(format: Format, pace: Pace) -> dict[str, Any]:
    given = side_time(format, pace).items()
    return {
        "order": [_slot_data(slot) for slot in slots(format, pace)],
        "sides": {
            side: {"minutes": float(time.minutes), "words": float(time.words), "turns": time.turns}
            for side, time in given
        },
    }


def _slot_data(slot: Slot) -> dict[str, Any]:
    return {
        "turn": slot.turn,
        "title": slot.title,
        "kind": slot.kind.value,
        "role": slot.role.value if slot.role else None,
        "seat": slot.seat,
        "seats": list(slot.seats),
        "seconds": slot.seconds,
        "words": slot.words,
        "answer_seconds": slot.answer_s,
        "new_arguments": slot.new_arguments,
        "prompts": slot.prompts.value if slot.prompts else None,
        "round": slot.round,
    }
