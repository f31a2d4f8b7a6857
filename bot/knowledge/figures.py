"""Finds the numbers, dates, percentages and amounts of a text, also spelt out, and tells which mean the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.knowledge.senses import word_set


class Kind(StrEnum):
    """What a figure counts."""

    NUMBER = "number"
    SHARE = "percentage"
    MONEY = "amount"
    RANK = "rank"
    DATE = "date"
    VAGUE = "vague number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure at `start` to `end` of its text, in code points.

    `value` counts units (120 billion is 1.2e11) or percent (a third is 33.3); `unit` is a currency, or the
    letters that stick to the digits. A date has `year`, `month` and `day` as far as it says them.
    """

    kind: Kind
    start: int
    end: int
    value: float = 0.0
    unit: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None


class _Piece(NamedTuple):
    """A word, a numeral or a sign, in lower case; `gap` is what stands between it and the piece before."""

    form: str
    gap: str
    start: int
    end: int
    is_capital: bool


_Read = tuple[list[Figure], int]
"""The figures that begin at a piece, and the piece after them."""

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
_BETWEEN_DAYS = word_set("and or to und bis et y e и")
_OF = word_set("of de")
_ENDINGS = word_set("st nd rd th er")

_TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS = {word: float(at) for at, word in enumerate(_TEENS.split())} | {
    word: 20.0 + 10 * at for at, word in enumerate(_TENS.split())
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_RANKS = {word: float(at) for at, word in enumerate(_ORDINALS.split(), start=1)}
_PARTS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0} | {
    "halves": 50.0, "thirds": 100 / 3, "quarters": 25.0, "fifths": 20.0, "tenths": 10.0,
    "½": 50.0, "⅓": 100 / 3, "⅔": 200 / 3, "¼": 25.0, "¾": 75.0,
}  # fmt: skip
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12} | {
    "tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9, "mio": 1e6,
    "millions": 1e6, "milliards": 1e9, "milliard": 1e9, "millones": 1e6, "millón": 1e6, "milhões": 1e6,
    "milioni": 1e6, "miliardi": 1e9, "miljoen": 1e6, "miljard": 1e9, "тысяч": 1e3, "тысячи": 1e3, "млн": 1e6,
    "миллиона": 1e6, "миллионов": 1e6, "млрд": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "千": 1e3, "万": 1e4, "億": 1e8, "亿": 1e8,
}  # fmt: skip
_LETTERS = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12, "tn": 1e12}
_VAGUE = {"dozens": 12.0, "hundreds": 1e2, "thousands": 1e3, "millions": 1e6, "billions": 1e9, "trillions": 1e12}
_TIMES = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "doubles": 2.0, "doubling": 2.0, "twofold": 2.0} | {
    "thrice": 3.0, "triple": 3.0, "tripled": 3.0, "threefold": 3.0, "tenfold": 10.0, "dozen": 12.0,
}  # fmt: skip
_PERCENT = word_set("% ‰ percent percentage prozent pct")
_CURRENCIES = {"dollar": "$", "dollars": "$", "usd": "$", "euro": "€", "euros": "€", "eur": "€"} | {
    "pound": "£", "pounds": "£", "gbp": "£", "yen": "¥", "$": "$", "€": "€", "£": "£", "¥": "¥",
}  # fmt: skip

_PIECE = re.compile(
    r"\d+(?:[.,٫٬]\d+|(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))\d{3})*|[千万億亿年月日号년월일]|[^\W\d_]+|[%‰$€£¥½⅓⅔¼¾]"
)
_MINUS = re.compile(r"[\s(][-−]$")
_EASTERN = {"年": "year", "년": "year", "月": "month", "월": "month", "日": "day", "号": "day", "일": "day"}
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order; none overlaps another."""
    pieces = _pieces(text)
    found: list[Figure] = []
    at = 0
    while at < len(pieces):
        counts = pieces[at].form[0].isdecimal() or pieces[at].form in _COUNTING
        read = next(filter(None, (reader(pieces, at) for reader in _READERS)), None) if counts else None
        found += read[0] if read else []
        at = read[1] if read else at + 1
    return found


def same(claimed: Figure, stated: Figure) -> bool:
    """Whether a text that states one figure also gives the other: a date may be given less exactly."""
    if claimed.kind is Kind.DATE and stated.kind is Kind.DATE:
        parts = ((claimed.year, stated.year), (claimed.month, stated.month), (claimed.day, stated.day))
        return all(own is None or own == other for own, other in parts)
    if Kind.DATE in (claimed.kind, stated.kind):
        return _as_number(claimed) is not None and _as_number(claimed) == _as_number(stated)
    if claimed.kind is not stated.kind:
        return {claimed.kind, stated.kind} == {Kind.NUMBER, Kind.MONEY} and claimed.value == stated.value
    return claimed.value == stated.value and claimed.unit == stated.unit


def _as_number(figure: Figure) -> float | None:
    """A year alone may as well be a number of that size."""
    if figure.kind is Kind.NUMBER:
        return figure.value
    return figure.year if figure.kind is Kind.DATE and figure.month is None else None


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    last = 0
    for found in _PIECE.finditer(text):
        start, end = found.span()
        form = found.group()
        pieces.append(_Piece(form.lower(), text[last:start], start, end, form[0].isupper()))
        last = end
    return pieces


def _date(pieces: Sequence[_Piece], at: int) -> _Read | None:
    """Days before a month or a day behind it, with or without a year; or the month alone."""
    days, month = _days(pieces, at)
    if month >= len(pieces) or pieces[month].form not in _MONTHS or (days and pieces[month].gap.strip(" -.º")):
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
    pieces: Sequence[_Piece], days: Sequence[int], at: int, end: int, when: tuple[int | None, int]
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


def _days(pieces: Sequence[_Piece], at: int) -> tuple[list[int], int]:
    """The days that a month follows (5 and 7 August, the 5th of August), and where it should stand."""
    days: list[int] = []
    while after := _day(pieces, at):
        days.append(at)
        at = after
        joins = at < len(pieces) and pieces[at].form in _BETWEEN_DAYS
        if not (joins or (at < len(pieces) and pieces[at].gap.strip() in (",", "-", "–", "—", "/"))):
            break
        at += joins
    at += bool(days) and at < len(pieces) and pieces[at].form in _OF
    return days, at


def _day(pieces: Sequence[_Piece], at: int) -> int | None:
    """Where it goes on behind the day of a month, if one stands here."""
    if at >= len(pieces) or not (pieces[at].form.isdecimal() and len(pieces[at].form) < 3):
        return None
    if not 1 <= int(pieces[at].form) <= 31:
        return None
    has_ending = at + 1 < len(pieces) and pieces[at + 1].form in _ENDINGS and not pieces[at + 1].gap
    return at + 1 + has_ending


def _is_year(pieces: Sequence[_Piece], at: int) -> bool:
    if at >= len(pieces) or not (pieces[at].form.isdecimal() and len(pieces[at].form) == 4):
        return False
    return 1100 <= int(pieces[at].form) < 2200


def _is_month_alone(pieces: Sequence[_Piece], at: int) -> bool:
    piece = pieces[at]
    if piece.form in _AMBIGUOUS:
        return piece.is_capital and at > 0 and pieces[at - 1].form in _BEFORE_A_TIME
    return piece.is_capital or len(piece.form) > 4


def _numbered_date(pieces: Sequence[_Piece], at: int) -> _Read | None:
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


def _eastern_date(pieces: Sequence[_Piece], at: int) -> _Read | None:
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


def _year(pieces: Sequence[_Piece], at: int) -> _Read | None:
    """A year alone; what follows a currency or comes before a unit is a number."""
    if not _is_year(pieces, at) or (at and pieces[at - 1].form in _CURRENCIES):
        return None
    after = pieces[at + 1] if at + 1 < len(pieces) else None
    if after and (not after.gap or after.form in _SCALES or after.form in _PERCENT or after.form in _CURRENCIES):
        return None
    if _sticks(pieces, at):
        return None
    piece = pieces[at]
    return [Figure(kind=Kind.DATE, start=piece.start, end=piece.end, year=int(piece.form))], at + 1


def _sticks(pieces: Sequence[_Piece], at: int) -> bool:
    """Whether letters stand right before: R1 is a name."""
    return at > 0 and not pieces[at].gap and pieces[at - 1].form.isalpha()


def _numeral(pieces: Sequence[_Piece], at: int) -> _Read | None:
    """Digits, with what they count in."""
    piece = pieces[at]
    if not piece.form[0].isdecimal() or _sticks(pieces, at):
        return None
    value, unit = _value(piece.form)
    if _MINUS.search(piece.gap) or (at == 0 and piece.gap in ("-", "−")):
        value = -value
    after = at + 1
    follower = pieces[after] if after < len(pieces) else None
    if follower and not follower.gap and follower.form.isalpha() and follower.form not in _SCALES:
        after += 1
        if follower.form in _ENDINGS:
            return [Figure(kind=Kind.RANK, start=piece.start, end=follower.end, value=value)], after
        value, unit = value * _LETTERS.get(follower.form, 1), "" if follower.form in _LETTERS else follower.form
    return _counted(pieces, at, after, value, unit)


def _counted(pieces: Sequence[_Piece], at: int, after: int, value: float, unit: str = "") -> _Read:
    """A number with its scale, percent or currency; a scale further on counts for "7 and 32 billion" too."""
    scale, after = _scale(pieces, after)
    if scale == 1 and not unit:
        scale = _shared_scale(pieces, after)
    value = value * scale
    unit_form = pieces[after].form if after < len(pieces) else ""
    per_cent = unit_form == "per" and after + 1 < len(pieces) and pieces[after + 1].form == "cent"
    kind = Kind.NUMBER
    if unit_form in _PERCENT or per_cent:
        kind, after = Kind.SHARE, after + 1 + per_cent
    elif unit_form in _CURRENCIES and unit_form.isalpha():
        kind, unit, after = Kind.MONEY, _CURRENCIES[unit_form], after + 1
    elif at and pieces[at - 1].form in _CURRENCIES and not pieces[at].gap.strip():
        kind, unit = Kind.MONEY, _CURRENCIES[pieces[at - 1].form]
    start, end = pieces[at].start, pieces[after - 1].end
    return [Figure(kind=kind, start=start, end=end, value=round(value, 6), unit=unit)], after


def _scale(pieces: Sequence[_Piece], at: int) -> tuple[float, int]:
    scale = 1.0
    while at < len(pieces) and pieces[at].form in _SCALES and not pieces[at].gap.strip(" \u00a0-"):
        scale *= _SCALES[pieces[at].form]
        at += 1
    return scale, at


def _shared_scale(pieces: Sequence[_Piece], at: int) -> float:
    if at + 1 >= len(pieces):
        return 1.0
    joined = pieces[at].form in _BETWEEN_DAYS
    if not joined and pieces[at].gap.strip() not in ("-", "–", "—"):
        return 1.0
    number = pieces[at + joined]
    if not (number.form[0].isdecimal() or number.form in _CARDINALS):
        return 1.0
    return _scale(pieces, at + joined + 1)[0]


def _value(numeral: str) -> tuple[float, str]:
    """The value of digits; of what is no one number (2.5.1) the digits as they stand, for a unit."""
    digits = "".join(str(unicodedata.decimal(char, char)) for char in numeral)
    digits = digits.replace("\u00a0", "").replace("\u202f", "").replace("٫", ".").replace("٬", ",")
    if _GROUPED.fullmatch(digits):
        return float(re.sub("[.,]", "", digits)), ""
    if whole := _GROUPED.match(digits):
        digits = re.sub("[.,]", "", whole.group()) + digits[whole.end() :]
    try:
        return float(digits.replace(",", ".")), ""
    except ValueError:
        return 0.0, digits


def _spelt(pieces: Sequence[_Piece], at: int) -> _Read | None:
    """Two; twenty-five; three hundred and ten million; two thirds."""
    end = at
    total = current = 0.0
    while end < len(pieces):
        form = pieces[end].form
        if form in _CARDINALS:
            current += _CARDINALS[form]
        elif form in _SCALES and end > at:
            current = max(current, 1.0) * _SCALES[form]
            if _SCALES[form] > 100:
                total, current = total + current, 0.0
        elif not (form == "and" and _goes_on(pieces, end)):
            break
        end += 1
        if end < len(pieces) and pieces[end].gap.strip(" -"):
            break
    if end == at:
        return None
    part = pieces[end].form if end < len(pieces) else ""
    if part in _PARTS and part not in _PARTS.keys() & {"half"}:
        share = round((total + current) * _PARTS[part], 4)
        return [Figure(kind=Kind.SHARE, start=pieces[at].start, end=pieces[end].end, value=share)], end + 1
    return _counted(pieces, at, end, total + current)


def _goes_on(pieces: Sequence[_Piece], at: int) -> bool:
    """Whether "and" joins parts of one number: behind hundred, thousand, million, before a smaller one."""
    follows = at + 1 < len(pieces) and pieces[at + 1].form in _CARDINALS
    return follows and at > 0 and pieces[at - 1].form in _SCALES


def _other_word(pieces: Sequence[_Piece], at: int) -> _Read | None:
    """Half, a third of, third, twice, millions."""
    piece = pieces[at]
    before = pieces[at - 1].form if at else ""
    after = pieces[at + 1].form if at + 1 < len(pieces) else ""
    if piece.form in _PARTS and (piece.form not in _RANKS and piece.form != "quarter" or (before, after) in _PORTIONS):
        kind, value = Kind.SHARE, round(_PARTS[piece.form], 4)
    elif piece.form in _RANKS:
        kind, value = Kind.RANK, _RANKS[piece.form]
    elif piece.form in _TIMES:
        kind, value = Kind.NUMBER, _TIMES[piece.form]
    elif piece.form in _VAGUE:
        kind, value = Kind.VAGUE, _VAGUE[piece.form]
    else:
        return None
    return [Figure(kind=kind, start=piece.start, end=piece.end, value=value)], at + 1


_PORTIONS = {("a", "of"), ("one", "of")}
_COUNTING = frozenset((*_MONTHS, *_CARDINALS, *_PARTS, *_RANKS, *_TIMES, *_VAGUE, *_SCALES))
_READERS: tuple[Callable[[Sequence[_Piece], int], _Read | None], ...] = (
    _numbered_date,
    _eastern_date,
    _date,
    _year,
    _numeral,
    _spelt,
    _other_word,
)
