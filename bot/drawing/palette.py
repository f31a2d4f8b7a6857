"""The colours of pictures: a pair that colour-blind people can tell apart (Okabe and Ito), light and dark."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT = 1080, 1350
"""Pixels of every picture."""
MARGIN = 60
SMALLEST = 33
"""Pixels of the smallest letters: 11 where the picture is shown 360 wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Which colour is what. `faint` is for words of less weight, `empty` for what could have been filled."""

    ground: str
    ink: str
    faint: str
    rule: str
    empty: str
    pro: str
    con: str
    neither: str

    def of(self, side: str) -> str:
        """The colour of "for", "against", or of neither."""
        return {"for": self.pro, "against": self.con}.get(side, self.neither)


LIGHT = Palette(
    ground="#ffffff",
    ink="#16181d",
    faint="#4d535e",
    rule="#c6cad2",
    empty="#e9ebef",
    pro="#0072b2",
    con="#d55e00",
    neither="#858b96",
)
DARK = Palette(
    ground="#15171c",
    ink="#f2f3f5",
    faint="#b6bcc7",
    rule="#454b57",
    empty="#2a2e37",
    pro="#56b4e9",
    con="#e69f00",
    neither="#8f96a3",
)
HATCHES = {"against": "//", "undecided": ".."}
"""So that colour is never the only sign: for is solid, against hatched, undecided dotted."""
