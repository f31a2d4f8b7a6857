"""Reads dates: in words and in digits, days before the month or behind it, several that share one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.quantities import (
    BETWEEN,
    CURRENCIES,
    ENDINGS,
    PERCENT,
    SCALES,
    Figure,
    Kind,
    Piece,
    Read,
    sticks,
)
from bot.knowledge.senses import word_set

# Names of months in nine languages, January first.
_MONTH_NAMES = (
    "january jan januar janvier janv enero ene gennaio gen janeiro januari января январь січня stycznia",
    "february feb februar février févr febrero febbraio fevereiro fev februari февраля февраль лютого lutego",
    "march mar märz mars marzo março maart марта март березня marca",
    "april apr avril avr abril abr aprile апреля апрель квітня kwietnia",
    "may mai mayo maggio mag maio mei мая май травня maja",
    "june jun juni juin junio giugno giu junho июня июнь червня czerwca",
    "july jul juli juillet juil julio luglio lug julho июля июль липня lipca",
    "august aug août aout agosto ago augustus augusti августа август серпня sierpnia",
    "september sept sep septembre septiembre settembre setembro сентября сентябрь вересня września",
    "october oct oktober okt octobre octubre ottobre ott outubro октября октябрь жовтня października",
    "november nov novembre noviembre novembro ноября ноябрь листопада listopada",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro декабря декабрь грудня grudnia",
)
_MONTHS = {name: at for at, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
# Also words or names: months only beside a day or a year, or behind a word that a time follows.
_AMBIGUOUS = word_set("may march mar mars mei mai gen mag ago jan sep dec ene")
_BEFORE_A_TIME = word_set("in since of by until till from before after during early late mid last next")
_OF = word_set("of de")
_EASTERN = {"年": "year", "년": "year", "月": "month", "월": "month", "日": "day", "号": "day", "일": "day"}

MONTHS = frozenset(_MONTHS)
"""The names of months, in lower case."""


def date(pieces: Sequence[Piece], at: int) -> Read | None:
    """Days before a month or a day behind it, with or without a year; or the month alone."""
    days, month = _days(pieces, at)
    if (
        month >= len(pieces)
        or pieces[month].form not in _MONTHS
        or (days and pieces[month].gap.strip(" -.º"))
    ):
        return None
    behind = month + 1
    if not days and (day := _day(pieces, behind)) and pieces[behind].gap in (" ", "\u00a0", ". "):
        days, behind = [behind], day
    year = behind + (behind < len(pieces) and pieces[behind].form in _OF)
    has_year = _is_year(pieces, year) and pieces[year].gap.strip(" .\u00a0\n") in ("", ",")
    if not (days or has_year) and not _is_month_alone(pieces, month):
        return None
    end = year + 1 if has_year else behind
    when = int(pieces[year].form) if has_year else None
    number = _MONTHS[pieces[month].form]
    return _dated(pieces, days, at, end, (when, number)), end


def _dated(
    pieces: Sequence[Piece], days: Sequence[int], at: int, end: int, when: tuple[int | None, int]
) -> list[Figure]:
    """One date for each of the days; the first and the last take in what is around them."""
    year, month = when
    starts = [pieces[at].start, *(pieces[day].start for day in days[1:])]
    ends = [*(pieces[day].end for day in days[:-1]), pieces[end - 1].end]
    numbers: list[int | None] = [int(pieces[day].form) for day in days] or [None]
    return [
        Figure(kind=Kind.DATE, start=start, end=stop, year=year, month=month, day=day)
        for start, stop, day in zip(starts, ends, numbers, strict=True)
    ]


def _days(pieces: Sequence[Piece], at: int) -> tuple[list[int], int]:
    """The days that a month follows (5 and 7 August, the 5th of August), and where it should stand."""
    days: list[int] = []
    while after := _day(pieces, at):
        days.append(at)
        at = after
        joins = at < len(pieces) and pieces[at].form in BETWEEN
        if not (joins or (at < len(pieces) and pieces[at].gap.strip() in (",", "-", "–", "—", "/"))):
            break
        at += joins
    at += bool(days) and at < len(pieces) and pieces[at].form in _OF
    return days, at


def _day(pieces: Sequence[Piece], at: int) -> int | None:
    """Where it goes on behind the day of a month, if one stands here."""
    if at >= len(pieces) or not (pieces[at].form.isdecimal() and len(pieces[at].form) < 3):
        return None
    if not 1 <= int(pieces[at].form) <= 31:
        return None
    has_ending = at + 1 < len(pieces) and pieces[at + 1].form in ENDINGS and not pieces[at + 1].gap
    return at + 1 + has_ending


def _is_year(pieces: Sequence[Piece], at: int) -> bool:
    if at >= len(pieces) or not (pieces[at].form.isdecimal() and len(pieces[at].form) == 4):
        return False
    return 1100 <= int(pieces[at].form) < 2200


def _is_month_alone(pieces: Sequence[Piece], at: int) -> bool:
    piece = pieces[at]
    if piece.form in _AMBIGUOUS:
        return piece.is_capital and at > 0 and pieces[at - 1].form in _BEFORE_A_TIME
    return piece.is_capital or len(piece.form) > 4


def numbered_date(pieces: Sequence[Piece], at: int) -> Read | None:
    """2025-08-05."""
    parts = pieces[at : at + 3]
    if len(parts) < 3 or not _is_year(pieces, at) or any(part.gap != "-" for part in parts[1:]):
        return None
    if not all(part.form.isdecimal() and len(part.form) == 2 for part in parts[1:]):
        return None
    year, month, day = (int(part.form) for part in parts)
    return [
        Figure(kind=Kind.DATE, start=parts[0].start, end=parts[2].end, year=year, month=month, day=day)
    ], at + 3


def eastern_date(pieces: Sequence[Piece], at: int) -> Read | None:
    """2025年8月5日."""
    parts: dict[str, int] = {}
    end = at
    while end + 1 < len(pieces) and pieces[end].form.isdecimal() and pieces[end + 1].form in _EASTERN:
        parts[_EASTERN[pieces[end + 1].form]] = int(pieces[end].form)
        end += 2
    if not parts:
        return None
    date = Figure(
        kind=Kind.DATE,
        start=pieces[at].start,
        end=pieces[end - 1].end,
        year=parts.get("year"),
        month=parts.get("month"),
        day=parts.get("day"),
    )
    return [date], end


def year(pieces: Sequence[Piece], at: int) -> Read | None:
    """A year alone; what follows a currency or comes before a unit is a number."""
    if not _is_year(pieces, at) or (at and pieces[at - 1].form in CURRENCIES):
        return None
    after = pieces[at + 1] if at + 1 < len(pieces) else None
    if after and (not after.gap or after.form in SCALES or after.form in PERCENT or after.form in CURRENCIES):
        return None
    if sticks(pieces, at):
        return None
    piece = pieces[at]
    return [Figure(kind=Kind.DATE, start=piece.start, end=piece.end, year=int(piece.form))], at + 1
