"""Reads numbers: in digits and in words, with their scale, percent or currency, ranks and parts."""

from __future__ import annotations

import re
import unicodedata
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
_LETTERS = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12, "tn": 1e12}
_VAGUE = {
    "dozens": 12.0,
    "hundreds": 1e2,
    "thousands": 1e3,
    "millions": 1e6,
    "billions": 1e9,
    "trillions": 1e12,
}
_TIMES = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "doubles": 2.0, "doubling": 2.0, "twofold": 2.0} | {
    "thrice": 3.0, "triple": 3.0, "tripled": 3.0, "threefold": 3.0, "tenfold": 10.0, "dozen": 12.0,
}  # fmt: skip
_MINUS = re.compile(r"[\s(][-−]$")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_PORTIONS = {("a", "of"), ("one", "of")}

COUNTING = frozenset((*_CARDINALS, *_PARTS, *_RANKS, *_TIMES, *_VAGUE))
"""The words that count by themselves, in English."""


def numeral(pieces: Sequence[Piece], at: int) -> Read | None:
    """Digits, with what they count in."""
    piece = pieces[at]
    if not piece.form[0].isdecimal() or sticks(pieces, at):
        return None
    value, unit = _value(piece.form)
    if _MINUS.search(piece.gap) or (at == 0 and piece.gap in ("-", "−")):
        value = -value
    after = at + 1
    follower = pieces[after] if after < len(pieces) else None
    if follower and not follower.gap and _is_unit(follower.form):
        after += 1
        if follower.form in ENDINGS:
            return [Figure(kind=Kind.RANK, start=piece.start, end=follower.end, value=value)], after
        value, unit = (
            value * _LETTERS.get(follower.form, 1),
            "" if follower.form in _LETTERS else follower.form,
        )
    return _counted(pieces, at, after, value, unit)


def _is_unit(letters: str) -> bool:
    """Whether letters that stick to digits belong to them; in scripts without spaces they may be anything."""
    return letters.isascii() and letters.isalpha() and letters not in SCALES


def _counted(pieces: Sequence[Piece], at: int, after: int, value: float, unit: str = "") -> Read:
    """A number with its scale, percent or currency; a scale further on counts for "7 and 32 billion" too."""
    scale, after = _scale(pieces, after)
    if scale == 1 and not unit:
        scale = _shared_scale(pieces, after)
    value = value * scale
    unit_form = pieces[after].form if after < len(pieces) else ""
    per_cent = unit_form == "per" and after + 1 < len(pieces) and pieces[after + 1].form == "cent"
    kind = Kind.NUMBER
    if unit_form in PERCENT or per_cent:
        kind, after = Kind.SHARE, after + 1 + per_cent
    elif unit_form in CURRENCIES and unit_form.isalpha():
        kind, unit, after = Kind.MONEY, CURRENCIES[unit_form], after + 1
    elif at and pieces[at - 1].form in CURRENCIES and not pieces[at].gap.strip():
        kind, unit = Kind.MONEY, CURRENCIES[pieces[at - 1].form]
    start, end = pieces[at].start, pieces[after - 1].end
    return [Figure(kind=kind, start=start, end=end, value=round(value, 6), unit=unit)], after


def _scale(pieces: Sequence[Piece], at: int) -> tuple[float, int]:
    scale = 1.0
    while at < len(pieces) and pieces[at].form in SCALES and not pieces[at].gap.strip(" \u00a0-"):
        scale *= SCALES[pieces[at].form]
        at += 1
    return scale, at


def _shared_scale(pieces: Sequence[Piece], at: int) -> float:
    if at + 1 >= len(pieces):
        return 1.0
    joined = pieces[at].form in BETWEEN
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


def spelt(pieces: Sequence[Piece], at: int) -> Read | None:
    """Two; twenty-five; three hundred and ten million; two thirds."""
    end = at
    total = current = 0.0
    while end < len(pieces):
        form = pieces[end].form
        if form in _CARDINALS:
            current += _CARDINALS[form]
        elif form in SCALES and end > at:
            current = max(current, 1.0) * SCALES[form]
            if SCALES[form] > 100:
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


def _goes_on(pieces: Sequence[Piece], at: int) -> bool:
    """Whether "and" joins parts of one number: behind hundred, thousand, million, before a smaller one."""
    follows = at + 1 < len(pieces) and pieces[at + 1].form in _CARDINALS
    return follows and at > 0 and pieces[at - 1].form in SCALES


def other_word(pieces: Sequence[Piece], at: int) -> Read | None:
    """Half, a third of, third, twice, millions."""
    piece = pieces[at]
    before = pieces[at - 1].form if at else ""
    after = pieces[at + 1].form if at + 1 < len(pieces) else ""
    if piece.form in _PARTS and (
        (piece.form not in _RANKS and piece.form != "quarter") or (before, after) in _PORTIONS
    ):
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
