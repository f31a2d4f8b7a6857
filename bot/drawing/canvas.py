"""A sheet to draw on: pixels from the top left, words cut or broken to fit, shapes, and a PNG at the end."""

from __future__ import annotations

import unicodedata
from io import BytesIO
from typing import Any, Literal

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patches import Circle, FancyBboxPatch, Patch, PathPatch, Rectangle
from matplotlib.path import Path as Outline

from bot.drawing.palette import HEIGHT, WIDTH, Palette
from bot.plain import one_line

Align = Literal["left", "center", "right"]
_DPI = 100
_FONTS = f"{matplotlib.get_data_path()}/fonts/ttf"
_FILES = {False: f"{_FONTS}/DejaVuSans.ttf", True: f"{_FONTS}/DejaVuSans-Bold.ttf"}
_UNKNOWN = "□"
_MIDDLE = 0.365
"""From the middle of a capital letter down to the line it stands on, in letter sizes."""


class Canvas:
    """One picture in the making. Sizes of letters and all lengths are pixels."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self.figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=palette.ground)
        self._agg: Any = FigureCanvasAgg(self.figure)  # its methods carry no types
        self._axes = self.figure.add_axes((0, 0, 1, 1), frameon=False, xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        self._axes.set_axis_off()

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide words come out."""
        font = _font(size, bold=bold)
        return float(self._agg.get_renderer().get_text_width_height_descent(_drawable(text), font, False)[0])

    def cut(self, text: str, size: float, width: float, *, bold: bool = False) -> str:
        """The words on one line, cut with an ellipsis where they would be wider."""
        line = _drawable(text)
        if self.width(line, size, bold=bold) <= width:
            return line
        kept = self._fitting(line, size, width - self.width("…", size, bold=bold), bold=bold)
        return kept.rstrip() + "…"

    def wrapped(self, text: str, size: float, width: float, lines: int, *, bold: bool = False) -> list[str]:
        """The words on at most so many lines; where they are more, the last is cut with an ellipsis."""
        left, done = _drawable(text), list[str]()
        while left and len(done) < lines - 1 and self.width(left, size, bold=bold) > width:
            kept = self._fitting(left, size, width, bold=bold)
            if left[len(kept)] != " " and " " in kept.strip():
                kept = kept[: kept.rindex(" ")]
            done.append(kept.strip())
            left = left[len(kept) :].strip()
        return [*done, self.cut(left, size, width, bold=bold)] if left else done

    def _fitting(self, line: str, size: float, width: float, *, bold: bool) -> str:
        """As many letters from the start as fit; at least one."""
        least, most = 1, len(line)
        while least < most:
            half = (least + most + 1) // 2
            least, most = (
                (half, most) if self.width(line[:half], size, bold=bold) <= width else (least, half - 1)
            )
        return line[:least]

    def text(
        self,
        x: float,
        middle: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = "",
        align: Align = "left",
    ) -> None:
        """Words on one line; `middle` is the height of the middle of its capital letters."""
        self._axes.text(
            x,
            middle + _MIDDLE * size,
            _drawable(text),
            fontproperties=_font(size, bold=bold),
            color=colour or self.palette.ink,
            horizontalalignment=align,
            verticalalignment="baseline",
            parse_math=False,
            usetex=False,
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 0,
        hatch: str = "",
        dashed: bool = False,
    ) -> None:
        """A rectangle; `hatch` is drawn in the colour of the ground on a fill, else in that of the edge."""
        shape = Rectangle((x, y), width, height)
        self._styled(shape, fill=fill, edge=edge, line=line, hatch=hatch)
        shape.set_linestyle((0, (4, 3)) if dashed else "-")

    def card(self, x: float, y: float, width: float, height: float, *, edge: str, line: float) -> None:
        """A rectangle with round corners."""
        shape = FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=18")
        self._styled(shape, fill="none", edge=edge, line=line)

    def dot(self, x: float, y: float, radius: float, *, fill: str = "none", edge: str = "none") -> None:
        """A circle, filled or not."""
        self._styled(Circle((x, y), radius), fill=fill, edge=edge, line=4 if edge != "none" else 0)

    def ribbon(
        self,
        left: tuple[float, float],
        right: tuple[float, float],
        thick: float,
        *,
        fill: str,
        hatch: str = "",
    ) -> None:
        """A band that swings from one place to another, each given by x and its upper edge."""
        (x, y), (to_x, to_y), half = left, right, (left[0] + right[0]) / 2
        points = [
            (x, y), (half, y), (half, to_y), (to_x, to_y), (to_x, to_y + thick),
            (half, to_y + thick), (half, y + thick), (x, y + thick), (x, y),
        ]  # fmt: skip
        steps = [
            Outline.MOVETO,
            *[Outline.CURVE4] * 3,
            Outline.LINETO,
            *[Outline.CURVE4] * 3,
            Outline.CLOSEPOLY,
        ]
        shape = PathPatch(Outline(points, steps))
        self._styled(shape, fill=fill, edge="none", line=0, hatch=hatch)
        shape.set_alpha(0.6)

    def _styled(self, shape: Patch, *, fill: str, edge: str, line: float, hatch: str = "") -> None:
        shape.set(facecolor=fill, edgecolor=edge, linewidth=line * 72 / _DPI)
        if hatch:
            shape.set_hatch(hatch)
            shape.set_hatchcolor(self.palette.ground if fill != "none" else edge)
            shape.set_hatch_linewidth(2.5)
        self._axes.add_patch(shape)

    def png(self) -> bytes:
        """The picture as a PNG file."""
        file = BytesIO()
        self._agg.print_png(file, metadata={"Software": None})
        return file.getvalue()


def _font(size: float, *, bold: bool) -> FontProperties:
    return FontProperties(fname=_FILES[bold], size=size * 72 / _DPI)


def _drawable(text: str) -> str:
    """The text on one line, with a small box for each letter that the font lacks."""
    font = get_font(_FILES[False])
    return "".join(_letter(letter, bool(font.get_char_index(ord(letter)))) for letter in one_line(text))


def _letter(letter: str, known: bool) -> str:
    if known or letter == " ":
        return letter
    return "" if unicodedata.category(letter)[0] in "MC" else _UNKNOWN
