"""Reads the tables of a format's file key by key, and notes every mistake as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from bot.plain import one_line

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""What sides and turns may be called."""
LEAST_MINUTES, MOST_MINUTES = Decimal("0.25"), 180
"""A turn takes so long."""
_LEAST_SHARE = Decimal("0.001")

_DURATION = re.compile(r"([0-9]{1,6})(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def nearest(word: str, names: Iterable[str]) -> str:
    """`; did you mean speech?`, or nothing where no name is near."""
    near = get_close_matches(word.casefold(), [*names], 1, 0.6)
    return f"; did you mean {near[0]}?" if near else "."


def shown(value: object) -> str:
    """A value of a file in quotation marks, on one line and not too long."""
    text = one_line(str(value))
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"


class Table:
    """One table of the file. `where` names it to people; what is wrong with it goes to `problems`.

    Every reader returns the default where the key is missing or wrong, so that reading goes on to the next
    mistake; without a default a missing key is a mistake itself, and something harmless is returned.
    """

    def __init__(self, values: dict[str, Any], where: str, problems: list[str]) -> None:
        self._values = values
        self._problems = problems
        self.where = where

    def wrong(self, sentence: str) -> None:
        """Note a mistake. The sentence has its full stop or question mark."""
        self._problems.append(f"{self.where}: {sentence}" if self.where else sentence)

    def has(self, key: str) -> bool:
        """Whether the file says anything under that key."""
        return key in self._values

    def says(self, key: str, value: str) -> bool:
        """Whether the file says just that under that key."""
        return self._values.get(key) == value

    def knows(self, keys: Sequence[str], elsewhere: Iterable[str] = ()) -> None:
        """Note every key that is not one of these; those known `elsewhere` as out of place."""
        for key in self._values:
            if key in keys:
                continue
            if key in elsewhere:
                self.wrong(f"{key} has no use here.")
            else:
                self.wrong(f"unknown key {shown(key)}{nearest(key, keys)}")

    def text(self, key: str, default: str | None = None, *, most: int = 200) -> str:
        """A text on one line."""
        value = self._of(key, default, str, "a text in quotation marks")
        line = one_line(value if isinstance(value, str) else default or "")
        if self.has(key) and isinstance(value, str) and not 1 <= len(line) <= most:
            self.wrong(f"{key} must have 1 to {most} characters.")
        return line

    def name(self, key: str) -> str:
        """What a side or a turn is called in the file."""
        value = self.text(key, most=40)
        if value and not ID.fullmatch(value):
            self.wrong(f"{key} {shown(value)} may have letters, digits, - and _ alone.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._of(key, default, bool, "true or false")
        return value if isinstance(value, bool) else default

    def whole(self, key: str, default: int | None = None, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._of(key, default, int, f"a whole number from {least} to {most}")
        if type(value) is not int:
            return least if default is None else default
        if not least <= value <= most:
            self.wrong(f"{key} must be a whole number from {least} to {most}.")
            return least if default is None else default
        return value

    def minutes(self, key: str = "minutes", *, least: Decimal = LEAST_MINUTES) -> Fraction:
        """So many minutes."""
        value = self._of(key, None, (int, Decimal), "a number of minutes, such as 4 or 1.5")
        if value is None:
            return Fraction(1)
        if not _between(value, least, MOST_MINUTES):
            self.wrong(f"{key} must be from {least} to {MOST_MINUTES}.")
            return Fraction(1)
        return Fraction(value)

    def shares(self, key: str, default: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        """Numbers between 0 and 1, from small to large."""
        values = self._of(key, default, (list, tuple), "a list of numbers between 0 and 1")
        if not isinstance(values, list):
            return default
        if not all(isinstance(value, Decimal) and _between(value, _LEAST_SHARE, 1) for value in values):
            self.wrong(f"{key} must be a list of numbers between 0 and 1.")
            return default
        return tuple(sorted({Fraction(value) for value in values}))

    def duration(self, key: str, default: int, *, most: int) -> int:
        """So many seconds, written as 30s, 2m or 12h."""
        value = self._of(key, "", str, "a time such as 30s, 2m or 12h")
        if not isinstance(value, str) or not self.has(key):
            return default
        seconds = duration(value)
        if seconds is None:
            self.wrong(f"{key} {shown(value)} is no time; write it as 30s, 2m or 12h.")
            return default
        if seconds > most:
            self.wrong(f"{key} is longer than {spoken(most)}.")
            return default
        return seconds

    def one_of(self, key: str, names: Sequence[str], default: str | None = None) -> str:
        """One of the names, the nearest being told for any other."""
        value = self._of(key, default, str, f"one of {', '.join(names)}")
        if isinstance(value, str) and value in names:
            return value
        if isinstance(value, str) and self.has(key):
            near = nearest(value, names)
            known = "" if near.endswith("?") else f" I know {', '.join(names)}."
            self.wrong(f"unknown {key} {shown(value)}{near}{known}")
        return names[0] if default is None else default

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        values = self._of(key, default, (list, tuple), "a list of texts in quotation marks")
        if not isinstance(values, list):
            return default or ()
        if not all(isinstance(value, str) for value in values):
            self.wrong(f"{key} must be a list of texts in quotation marks.")
            return default or ()
        return tuple(one_line(value) for value in values)

    def numbers(self, key: str) -> dict[str, int]:
        """A table of whole numbers by name; empty where there is none."""
        values = self._of(key, {}, dict, "a table of whole numbers")
        if not isinstance(values, dict):
            return {}
        if not all(type(value) is int and 0 < value <= 1000 for value in values.values()):
            self.wrong(f"{key} must be a table of whole numbers above 0.")
            return {}
        return values

    def table(self, key: str) -> Table:
        """A table inside; an empty one where there is none."""
        values = self._of(key, {}, dict, f"a table, headed [{key}]")
        return Table(values if isinstance(values, dict) else {}, key, self._problems)

    def tables(self, key: str) -> list[Table]:
        """The tables of a list, each called by its id, or its number where it says none."""
        values = self._of(key, [], list, f"a list of tables, each headed [[{key}]]")
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            if isinstance(values, list):
                self.wrong(f"{key} must be a list of tables, each headed [[{key}]].")
            return []
        return [
            Table(value, f"{key} {_called(value, number)}", self._problems)
            for number, value in enumerate(values, start=1)
        ]

    def _of(self, key: str, default: Any, kinds: type | tuple[type, ...], what: str) -> Any:
        """What the file has under a key, or the default; `None`, and a mistake noted, where it is neither."""
        if key not in self._values:
            if default is None:
                self.wrong(f"{key} is missing.")
            return default
        value = self._values[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            self.wrong(f"{key} must be {what}.")
            return None
        return value


def _called(values: dict[str, Any], number: int) -> str:
    value = values.get("id")
    return value if isinstance(value, str) and ID.fullmatch(value) else str(number)


def _between(value: int | Decimal, least: Decimal, most: int) -> bool:
    # Decimals are compared before anything else is done with them: as fractions, 1e999999999 fills a machine.
    return Decimal(value).is_finite() and least <= value <= most


def duration(text: str) -> int | None:
    """The seconds that `30s`, `2m` or `12h` are; `None` for anything else."""
    found = _DURATION.fullmatch(text)
    return int(found[1]) * _SECONDS[found[2]] if found else None


def spoken(seconds: int) -> str:
    """`30 s`, `2 min` or `12 h`."""
    if seconds % 3600 == 0 and seconds:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 and seconds else f"{seconds} s"
