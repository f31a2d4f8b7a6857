"""Draws who spoke when: a row for each turn, to the left those for the motion, to the right those against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.debating.motion import Stance
from bot.debating.state import DebateState
from bot.debating.wording import counted
from bot.drawing.canvas import Align, Canvas
from bot.drawing.palette import HEIGHT, MARGIN, SMALLEST, WIDTH
from bot.drawing.rows import Fate, Row
from bot.drawing.saying import heading, what_became
from bot.drawing.swing import draw_motion

_AXIS = WIDTH / 2
_BAR = 352.0
_LABEL = _AXIS - MARGIN - 22
_TIGHT, _ROOMY, _LOOSE = 44.0, 104.0, 150.0
"""Heights of a row: the least there may be, from which on there are two lines, and the most."""
_MOST_MARKS = 4


@dataclass(frozen=True, slots=True)
class _Folded:
    """Stands for turns that there is no room for."""

    count: int


def draw_timeline(canvas: Canvas, state: DebateState, turns: Sequence[Row]) -> None:
    """The whole picture; where there are too many turns, those in the middle are counted only."""
    y = draw_motion(canvas, state.motion.text, MARGIN)
    canvas.text(
        MARGIN,
        y + 40,
        canvas.cut(heading(state, turns), 36, WIDTH - 2 * MARGIN),
        36,
        colour=canvas.palette.faint,
    )
    _draw_lanes(canvas, state, y + 104)
    top, bottom = y + 146, HEIGHT - MARGIN - 62
    if not turns:
        canvas.text(_AXIS, (top + bottom) / 2, "Nobody spoke.", 46, align="center")
        return
    shown = _folded(turns, int((bottom - top) / _TIGHT))
    high = min(_LOOSE, (bottom - top) / len(shown))
    canvas.box(_AXIS - 2, top, 4, high * len(shown), fill=canvas.palette.rule)
    for n, row in enumerate(shown):
        middle = top + (n + 0.5) * high
        if isinstance(row, _Folded):
            _draw_fold(canvas, row.count, middle, high)
        else:
            _draw_row(canvas, row, middle, high)
    _draw_legend(canvas, turns, HEIGHT - MARGIN - 12)


def _folded(turns: Sequence[Row], room: int) -> list[Row | _Folded]:
    """All turns, or the first and the last with a count of those between."""
    if len(turns) <= room:
        return list(turns)
    last = (room - 1) // 3
    first = room - 1 - last
    return [*turns[:first], _Folded(len(turns) - first - last), *turns[-last:]]


def _draw_lanes(canvas: Canvas, state: DebateState, y: float) -> None:
    """Whose side of the axis is whose."""
    for stance, side, x in ((Stance.PRO, "for", MARGIN), (Stance.CON, "against", WIDTH - MARGIN)):
        labels = [each.label for each in state.format.sides if each.stance is stance]
        if labels:
            label = canvas.cut(labels[0] if len(labels) == 1 else side.capitalize(), 38, _LABEL, bold=True)
            align: Align = "left" if side == "for" else "right"
            canvas.text(x, y, label, 38, bold=True, colour=canvas.palette.of(side), align=align)


def _draw_fold(canvas: Canvas, count: int, middle: float, high: float) -> None:
    canvas.box(_AXIS - 4, middle - high / 2, 8, high, fill=canvas.palette.ground)
    said = f"… {counted(count, 'more turn')} …"
    canvas.text(_AXIS, middle, said, SMALLEST, colour=canvas.palette.faint, align="center")


def _draw_row(canvas: Canvas, row: Row, middle: float, high: float) -> None:
    """The bar on the turn's side of the axis, its label on the other."""
    way = 1 if row.side == "against" else -1
    thick = min(52.0, high * 0.6)
    _draw_bar(canvas, row, middle, thick, way)
    _draw_marks(canvas, row.quotes, middle, way)
    x = _AXIS - way * 22
    align: Align = "right" if way == 1 else "left"
    who = f"{row.title}, {row.who}"
    if high < _ROOMY:
        passed = row.fate in (Fate.SKIPPED, Fate.FORFEITED)
        said = canvas.cut(f"{row.title}: {what_became(row)}" if passed else who, SMALLEST, _LABEL)
        canvas.text(x, middle, said, SMALLEST, align=align)
        return
    became = row.amount if row.fate is Fate.SPOKEN else what_became(row)
    canvas.text(x, middle - 23, canvas.cut(f"{row.title}: {became}", 34, _LABEL), 34, align=align)
    canvas.text(x, middle + 23, canvas.cut(row.who, 34, _LABEL), 34, colour=canvas.palette.faint, align=align)


def _draw_bar(canvas: Canvas, row: Row, middle: float, thick: float, way: int) -> None:
    colour, y = canvas.palette.of(row.side), middle - thick / 2

    def bar(
        share: float, *, fill: str = "none", edge: str = "none", hatch: str = "", dashed: bool = False
    ) -> None:
        long = _BAR * share
        x = _AXIS + 4 if way == 1 else _AXIS - 4 - long
        canvas.box(
            x,
            y,
            long,
            thick,
            fill=fill,
            edge=edge,
            line=0 if edge == "none" else 3,
            hatch=hatch,
            dashed=dashed,
        )

    match row.fate:
        case Fate.SPOKEN:
            bar(1, fill=canvas.palette.empty)
            bar(row.share, fill=colour)
        case Fate.STRUCK:
            bar(1, edge=colour, dashed=True)
            x = _AXIS + way * (4 + _BAR / 2)
            canvas.text(x, middle, "struck", SMALLEST, colour=canvas.palette.faint, align="center")
        case Fate.SKIPPED | Fate.FORFEITED:
            bar(1, edge=canvas.palette.neither, hatch="//")
        case Fate.OPEN:
            bar(1, edge=colour)


def _draw_marks(canvas: Canvas, quotes: int, middle: float, way: int) -> None:
    """A dot for each quotation behind the bar; a number and one dot where they are many."""
    x = _AXIS + way * (_BAR + 24)
    for n in range(quotes if quotes <= _MOST_MARKS else 1):
        canvas.dot(x + way * 24 * n, middle, 9, fill=canvas.palette.ink)
    if quotes > _MOST_MARKS:
        canvas.text(x + way * 20, middle, str(quotes), SMALLEST, align="left" if way == 1 else "right")


def _draw_legend(canvas: Canvas, turns: Sequence[Row], y: float) -> None:
    """What the signs mean, those that are there."""
    x, fates = float(MARGIN), {row.fate for row in turns}
    if any(row.quotes for row in turns):
        canvas.dot(x + 10, y, 9, fill=canvas.palette.ink)
        x = _legend(canvas, "a quotation", x + 34, y)
    if fates & {Fate.SKIPPED, Fate.FORFEITED}:
        canvas.box(x, y - 15, 56, 30, edge=canvas.palette.neither, line=3, hatch="//")
        x = _legend(canvas, "skipped", x + 70, y)
    if Fate.STRUCK in fates:
        canvas.box(x, y - 15, 56, 30, edge=canvas.palette.faint, line=3, dashed=True)
        _legend(canvas, "struck", x + 70, y)


def _legend(canvas: Canvas, text: str, x: float, y: float) -> float:
    canvas.text(x, y, text, SMALLEST, colour=canvas.palette.faint)
    return x + canvas.width(text, SMALLEST) + 48
