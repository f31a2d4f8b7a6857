"""The words of counting: what a figure is, when two mean the same, and the pieces that they are read from."""

from __future__ import annotations

import re
from collections.abc import Sequence
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


class Piece(NamedTuple):
    """A word, a numeral or a sign, in lower case; `gap` is what stands between it and the piece before."""

    form: str
    gap: str
    start: int
    end: int
    is_capital: bool


Read = tuple[list[Figure], int]
"""The figures that begin at a piece, and the piece after them."""

# Names of months in nine languages, January first.

SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12} | {
    "tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9, "mio": 1e6,
    "millions": 1e6, "milliards": 1e9, "milliard": 1e9, "millones": 1e6, "millón": 1e6, "milhões": 1e6,
    "milioni": 1e6, "miliardi": 1e9, "miljoen": 1e6, "miljard": 1e9, "тысяч": 1e3, "тысячи": 1e3, "млн": 1e6,
    "миллиона": 1e6, "миллионов": 1e6, "млрд": 1e9, "миллиарда": 1e9, "миллиардов": 1e9,
    "千": 1e3, "万": 1e4, "億": 1e8, "亿": 1e8,
}  # fmt: skip
"""What words multiply a number by."""
PERCENT = word_set("% ‰ percent percentage prozent pct")
CURRENCIES = {"dollar": "$", "dollars": "$", "usd": "$", "euro": "€", "euros": "€", "eur": "€"} | {
    "pound": "£", "pounds": "£", "gbp": "£", "yen": "¥", "$": "$", "€": "€", "£": "£", "¥": "¥",
}  # fmt: skip
"""The sign of each currency."""
BETWEEN = word_set("and or to und bis et y e и")
"""What joins two figures that share what follows: 5 and 7 August, 7 or 32 billion."""
ENDINGS = word_set("st nd rd th er")
"""What makes a rank of digits."""

_PIECE = re.compile(
    r"\d+(?:[.,٫٬]\d+|(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))\d{3})*|[千万億亿年月日号년월일]|[^\W\d_]+|[%‰$€£¥½⅓⅔¼¾]"
)


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


def pieces_of(text: str) -> list[Piece]:
    """The words, numerals and signs of a text, in order."""
    pieces: list[Piece] = []
    last = 0
    for found in _PIECE.finditer(text):
        start, end = found.span()
        form = found.group()
        pieces.append(Piece(form.lower(), text[last:start], start, end, form[0].isupper()))
        last = end
    return pieces


def sticks(pieces: Sequence[Piece], at: int) -> bool:
    """Whether letters stand right before: R1 is a name."""
    return at > 0 and not pieces[at].gap and pieces[at - 1].form.isalpha()
