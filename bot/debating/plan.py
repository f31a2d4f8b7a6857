"""From a format to what happens in a debate, in order: slots, with their time and length at a pace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import chain, zip_longest
from math import floor

from bot.debating.format import CHAT_PACE, MOST_WORDS, Format, Kind, Pace, Role, Slot, Turn

QUESTION_WORDS = 40
"""A question in a cross-examination has at most so many words."""
EXCHANGE_WORDS = 75
"""A question and its answer take at least so many words together, where there are several."""

_QUESTION_SHARE = Fraction(2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTime:
    """What one side is given in a whole debate: `seconds` and `words`, exactly, in so many `turns`.

    Answers to the audience's questions are not in it: each is followed by one of the other side, as long.
    """

    seconds: Fraction
    words: Fraction
    turns: int

    @property
    def minutes(self) -> Fraction:
        """Its minutes."""
        return self.seconds / 60


@dataclass(frozen=True, slots=True)
class _Part:
    """A slot whose time and length are still exact."""

    slot: Slot
    seconds: Fraction
    words: Fraction


@lru_cache(maxsize=256)
def slots(format: Format, pace: Pace) -> tuple[Slot, ...]:
    """All that happens between the two votes, in order.

    Seconds and words are whole. What a side loses in one slot for that it gets in a later one, so that sides
    that are given the same stay level.
    """
    spent: dict[str, tuple[Fraction, Fraction]] = {}
    found: list[Slot] = []
    for part in _parts(format, pace):
        side = part.slot.seat.rpartition(".")[0] if part.slot.seat else f"window {len(found)}"
        seconds, words = spent.get(side, (Fraction(0), Fraction(0)))
        spent[side] = seconds + part.seconds, words + part.words
        found.append(
            replace(
                part.slot,
                index=len(found),
                seconds=floor(spent[side][0]) - floor(seconds),
                words=floor(spent[side][1]) - floor(words),
            )
        )
    return tuple(found)


def side_time(format: Format, pace: Pace) -> dict[str, SideTime]:
    """What each side is given, by its id."""
    parts = [part for part in _parts(format, pace) if part.slot.seat]
    own = {
        side.id: [part for part in parts if format.side(part.slot.seat or "") is side]
        for side in format.sides
    }
    return {
        side: SideTime(
            seconds=sum((part.seconds for part in its), Fraction(0)),
            words=sum((part.words for part in its), Fraction(0)),
            turns=len(its),
        )
        for side, its in own.items()
    }


def _parts(format: Format, pace: Pace) -> Iterator[_Part]:
    """The slots, with exact time and length, not yet numbered."""
    speeches = [turn for turn in format.turns if turn.kind is Kind.SPEECH]
    for turn in format.turns:
        match turn.kind:
            case Kind.SPEECH:
                for seat in turn.seats:
                    role = turn.role or _guessed(format, speeches, turn, seat)
                    yield _part(format, pace, turn, turn.minutes, seat=seat, role=role)
            case Kind.CROSS:
                yield from _cross(format, pace, turn)
            case Kind.DISCUSSION:
                for number, seat in _rounds(format, turn):
                    part = _part(
                        format, pace, turn, turn.answer_minutes, seat=seat, role=turn.role or Role.ANSWER
                    )
                    yield replace(part, slot=replace(part.slot, prompts=turn.prompts, round=number))
            case Kind.QUESTIONS:
                yield _window(format, pace, turn)
            case Kind.PREP:
                yield _Part(_slot(turn), turn.minutes * 60, Fraction(0))
            case Kind.VOTE | Kind.JUDGE:
                pass


def _slot(turn: Turn) -> Slot:
    return Slot(
        index=0, turn=turn.id, title=turn.title, kind=turn.kind, seconds=0, new_arguments=turn.new_arguments
    )


def _length(format: Format, pace: Pace, minutes: Fraction) -> Fraction:
    """The words that so many minutes are."""
    return minutes * (CHAT_PACE if pace is Pace.CHAT else format.clock.words_per_minute)


def _capped(pace: Pace, words: Fraction, seconds: Fraction) -> tuple[Fraction, Fraction]:
    """Seconds and words of a speech: in a chat no more than what is read at one go."""
    if pace is Pace.CHAT and words > MOST_WORDS:
        return Fraction(MOST_WORDS * 60, CHAT_PACE), Fraction(MOST_WORDS)
    return seconds, words


def _part(format: Format, pace: Pace, turn: Turn, minutes: Fraction, *, seat: str, role: Role) -> _Part:
    seconds, words = _capped(pace, _length(format, pace, minutes), minutes * 60)
    return _Part(replace(_slot(turn), seat=seat, role=role), seconds, words)


def _cross(format: Format, pace: Pace, turn: Turn) -> Iterator[_Part]:
    """Questions of one seat, each answered by the other: as many as fit, at least one."""
    words = _length(format, pace, turn.minutes)
    pairs = max(1, min(turn.questions, floor(words / EXCHANGE_WORDS)))
    seconds, each = turn.minutes * 60 / pairs, words / pairs
    asked = min(Fraction(QUESTION_WORDS), each * _QUESTION_SHARE)
    question = _Part(replace(_slot(turn), seat=turn.asker, role=Role.QUESTION), seconds * asked / each, asked)
    answer = _Part(
        replace(_slot(turn), seat=turn.answerer, role=Role.ANSWER),
        *_capped(pace, each - asked, seconds * (each - asked) / each),
    )
    return chain.from_iterable((question, answer) for _ in range(pairs))


def _rounds(format: Format, turn: Turn) -> Iterator[tuple[int, str]]:
    """The seats of a discussion with the number of the round: one answer a seat, the sides taking turns.

    Whoever began a round does not begin the next.
    """
    sides = [[seat for seat in turn.seats if format.side(seat) is side] for side in format.sides]
    sides.sort(key=lambda seats: turn.seats.index(seats[0]) if seats else len(turn.seats))
    rounds = max(1, floor(turn.minutes / (turn.answer_minutes * len(turn.seats))))
    for number in range(1, rounds + 1):
        yield from ((number, seat) for together in zip_longest(*sides) for seat in together if seat)
        sides = [*sides[1:], *sides[:1]]


def _window(format: Format, pace: Pace, turn: Turn) -> _Part:
    """The time for the audience's questions; how long an answer is stands beside it."""
    seconds, words = _capped(pace, _length(format, pace, turn.answer_minutes), turn.answer_minutes * 60)
    slot = replace(_slot(turn), seats=turn.seats, role=Role.ANSWER, answer_s=floor(seconds))
    return _Part(slot, turn.minutes * 60, words)


def _guessed(format: Format, speeches: Sequence[Turn], turn: Turn, seat: str) -> Role:
    """A side's first speech opens, its last one closes, all between are rebuttals."""
    side = format.side(seat)
    own = [one for one in speeches if any(format.side(other) is side for other in one.seats)]
    if turn is own[0]:
        return Role.OPENING
    return Role.CLOSING if turn is own[-1] else Role.REBUTTAL
