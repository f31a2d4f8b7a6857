"""Draws how the votes moved: as far as it may be told, the turnout, the totals, or who went where."""

from __future__ import annotations

from collections.abc import Mapping

from bot.debating.ballots import Choice, Result, Told, percent, points
from bot.debating.verdict import leader
from bot.drawing.canvas import Canvas
from bot.drawing.flowing import draw_flow
from bot.drawing.palette import HATCHES, HEIGHT, MARGIN, SMALLEST, WIDTH
from bot.drawing.saying import every_vote, share_of, turnout

_ROOM = WIDTH - 2 * MARGIN
_MOST_DOTS = 30


def draw_swing(canvas: Canvas, result: Result, motion: str) -> None:
    """The whole picture; what is told of the result decides what is on it."""
    y = draw_motion(canvas, motion, MARGIN)
    if result.told is Told.TURNOUT:
        _draw_turnout(canvas, result, y + 40)
        return
    y = _paragraph(canvas, y + 30, result.sentence, 36, 8)
    if result.swing:
        y = _draw_swing(canvas, result, y + 34)
    bottom = _draw_foot(canvas, every_vote(result) if result.before else [], HEIGHT - MARGIN)
    if result.flow and result.before and result.after:
        draw_flow(canvas, result.flow, result.before, result.after, y + 40, bottom)
    else:
        _draw_totals(
            canvas, result.before or result.before_all, result.after or result.after_all, y + 40, bottom
        )


def draw_motion(canvas: Canvas, motion: str, y: float) -> float:
    """The motion as a heading, in smaller letters where it is long. Returns where it ends."""
    size, lines = 46.0, canvas.wrapped(motion, 46, _ROOM, 4, bold=True)
    if len(lines) > 3:
        size, lines = 38.0, canvas.wrapped(motion, 38, _ROOM, 4, bold=True)
    for line in lines:
        canvas.text(MARGIN, y + size * 0.6, line, size, bold=True)
        y += size * 1.3
    canvas.box(MARGIN, y + 12, _ROOM, 3, fill=canvas.palette.rule)
    return y + 15


def _paragraph(canvas: Canvas, y: float, text: str, size: float, most: int, *, faint: bool = False) -> float:
    for line in canvas.wrapped(text, size, _ROOM, most):
        canvas.text(MARGIN, y + size * 0.6, line, size, colour=canvas.palette.faint if faint else "")
        y += size * 1.35
    return y


def _draw_foot(canvas: Canvas, said: list[str], bottom: float) -> float:
    """Sentences at the bottom. Returns where they begin."""
    lines = canvas.wrapped(" ".join(said), SMALLEST, _ROOM, 3)
    top = bottom - len(lines) * SMALLEST * 1.35
    _paragraph(canvas, top, " ".join(said), SMALLEST, 3, faint=True)
    return top - (20 if lines else 0)


def _draw_turnout(canvas: Canvas, result: Result, y: float) -> None:
    """How many voted both times of how many that takes, and nothing else."""
    middle = WIDTH / 2
    canvas.text(middle, y + 130, f"{result.paired} of {result.quorum} needed", 100, bold=True, align="center")
    y = _draw_dots(canvas, result.paired, result.quorum, y + 270)
    canvas.text(middle, y + 90, "No verdict", 64, bold=True, align="center")
    y = _paragraph(canvas, y + 190, result.sentence, 38, 6)
    _paragraph(canvas, y + 26, turnout(result), 38, 3, faint=True)


def _draw_dots(canvas: Canvas, have: int, need: int, y: float) -> float:
    """A dot for each vote that is needed, ten a row; a bar where they are many. Returns where they end."""
    if need > _MOST_DOTS:
        canvas.box(MARGIN, y, _ROOM, 60, fill=canvas.palette.empty)
        canvas.box(MARGIN, y, _ROOM * have / need, 60, fill=canvas.palette.ink)
        return y + 60
    step, in_row = (150, need) if need <= 6 else (92, 10)
    for n in range(need):
        row, column = divmod(n, in_row)
        across = min(in_row, need - row * in_row)
        x = WIDTH / 2 + (column - (across - 1) / 2) * step
        fill, edge = (canvas.palette.ink, "none") if n < have else ("none", canvas.palette.faint)
        canvas.dot(x, y + step / 2 + row * step, step * 0.32, fill=fill, edge=edge)
    return y + step * (1 + (need - 1) // in_row)


def _draw_swing(canvas: Canvas, result: Result, y: float) -> float:
    """A card for each side with its points, the edge thick of the one ahead. Returns where they end."""
    swing, rates = result.swing or {}, result.conversion or {}
    ahead, gap = leader(swing), 30.0
    wide, high = (_ROOM - gap) / 2, 246.0 if any(rates.values()) else 196.0
    for n, side in enumerate(swing):
        x, colour = MARGIN + n * (wide + gap), canvas.palette.of(side)
        canvas.card(
            x,
            y,
            wide,
            high,
            edge=colour if side == ahead else canvas.palette.rule,
            line=8 if side == ahead else 3,
        )
        draw_swatch(canvas, side, x + 30, y + 30, 36)
        canvas.text(x + 80, y + 49, side.capitalize(), 40, bold=True)
        figure = points(swing[side])
        canvas.text(x + 30, y + 131, figure, 84, bold=True)
        canvas.text(
            x + 46 + canvas.width(figure, 84, bold=True),
            y + 144,
            "points",
            SMALLEST,
            colour=canvas.palette.faint,
        )
        rate = rates.get(side)
        if rate is not None:
            canvas.text(
                x + 30, y + 210, f"won {percent(rate)} of the others", SMALLEST, colour=canvas.palette.faint
            )
    return y + high


def draw_swatch(canvas: Canvas, choice: str, x: float, y: float, size: float) -> None:
    """The sign of a choice: its colour and its pattern."""
    canvas.box(x, y, size, size, fill=canvas.palette.of(choice), hatch=HATCHES.get(choice, ""))


def _draw_totals(
    canvas: Canvas, before: Mapping[str, int] | None, after: Mapping[str, int] | None, y: float, bottom: float
) -> None:
    """Two bars for each choice, before and after."""
    room = (bottom - y) / 3
    for n, choice in enumerate(Choice):
        top = y + n * room
        draw_swatch(canvas, choice, MARGIN, top + 4, 36)
        canvas.text(MARGIN + 52, top + 23, choice.capitalize(), 38, bold=True)
        bars = [(when, counts) for when, counts in (("before", before), ("after", after)) if counts]
        high = min(62.0, (room - 70) / 2 - 8)
        for row, (when, counts) in enumerate(bars):
            _draw_bar(canvas, choice, when, counts, top + 56 + row * (high + 8), high)


def _draw_bar(
    canvas: Canvas, choice: str, when: str, counts: Mapping[str, int], y: float, high: float
) -> None:
    voters, x, whole = sum(counts.values()), MARGIN + 140, 580.0
    long = whole * counts[choice] / voters
    canvas.text(MARGIN, y + high / 2, when, SMALLEST, colour=canvas.palette.faint)
    canvas.box(x, y, whole, high, fill=canvas.palette.empty)
    canvas.box(x, y, long, high, fill=canvas.palette.of(choice), hatch=HATCHES.get(choice, ""))
    canvas.text(
        x + whole + 18,
        y + high / 2,
        f"{counts[choice]} of {voters}, {share_of(counts[choice], voters)}",
        SMALLEST,
    )
