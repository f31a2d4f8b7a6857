"""A format with its sides the other way round, for who wants to argue the side that a format gives away."""

from __future__ import annotations

import re

from bot.debating.format import Format
from bot.debating.reading import read_format

_SWAPPED = {
    'stance = "pro"': 'stance = "con"',
    'stance = "con"': 'stance = "pro"',
    "for the motion": "against the motion",
    "against the motion": "for the motion",
}
_EITHER = re.compile("|".join(map(re.escape, _SWAPPED)))


def turned(format: Format) -> Format:
    """The same format where every side takes the other stance; who speaks when stays. Raises FormatError."""
    return read_format(_EITHER.sub(lambda found: _SWAPPED[found[0]], format.text))
