"""Draws who went where between the two votes: a column before, one after, and bands between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.debating.ballots import Choice
from bot.drawing.canvas import Align, Canvas
from bot.drawing.palette import HATCHES, MARGIN, SMALLEST, WIDTH
from bot.drawing.saying import share_of

_GAP = 26.0
"""Between the choices of a column."""
_LABEL = 92.0
"""A label of two lines takes so much."""
_COLUMN = 44.0
_LEFT, _RIGHT = MARGIN + 250.0, WIDTH - MARGIN - 250.0 - _COLUMN


def draw_flow(
    canvas: Canvas,
    flow: Sequence[tuple[str, str, int]],
    before: Mapping[str, int],
    after: Mapping[str, int],
    y: float,
    bottom: float,
) -> None:
    """The columns and the bands; those in groups too small to tell have no band, only their number below."""
    merged = sum(n for one, _, n in flow if one == "other")
    canvas.text(_LEFT + _COLUMN, y + 20, "before", SMALLEST, colour=canvas.palette.faint, align="right")
    canvas.text(_RIGHT, y + 20, "after", SMALLEST, colour=canvas.palette.faint)
    if merged:
        bottom -= 50
        said = f"{merged} not drawn: groups too small to tell"
        canvas.text(WIDTH / 2, bottom + 32, said, SMALLEST, colour=canvas.palette.faint, align="center")
    top = y + 56
    unit = (bottom - top - 2 * _GAP) / sum(before.values())
    left, right = _edges(before, top, unit), _edges(after, top, unit)
    _draw_bands(canvas, flow, left, right, unit)
    _draw_column(canvas, before, left, unit, _LEFT, bottom)
    _draw_column(canvas, after, right, unit, _RIGHT, bottom)


def _edges(counts: Mapping[str, int], top: float, unit: float) -> dict[str, float]:
    """The upper edge of each choice in a column."""
    edges = {}
    for choice in Choice:
        edges[choice.value] = top
        top += counts[choice] * unit + _GAP
    return edges


def _draw_bands(
    canvas: Canvas,
    flow: Sequence[tuple[str, str, int]],
    left: Mapping[str, float],
    right: Mapping[str, float],
    unit: float,
) -> None:
    start, end = dict(left), dict(right)
    for one, other, n in flow:
        if one == "other":
            continue
        canvas.ribbon(
            (_LEFT + _COLUMN, start[one]),
            (_RIGHT, end[other]),
            n * unit,
            fill=canvas.palette.of(one),
            hatch=HATCHES.get(one, ""),
        )
        start[one] += n * unit
        end[other] += n * unit


def _draw_column(
    canvas: Canvas,
    counts: Mapping[str, int],
    edges: Mapping[str, float],
    unit: float,
    x: float,
    bottom: float,
) -> None:
    voters = sum(counts.values())
    align: Align = "right" if x == _LEFT else "left"
    beside = x - 18 if x == _LEFT else x + _COLUMN + 18
    wanted = [edges[choice] + counts[choice] * unit / 2 for choice in Choice]
    for choice, middle in zip(Choice, _apart(wanted, bottom), strict=True):
        n = counts[choice]
        canvas.box(
            x, edges[choice], _COLUMN, n * unit, fill=canvas.palette.of(choice), hatch=HATCHES.get(choice, "")
        )
        canvas.text(beside, middle - 21, choice.capitalize(), 36, bold=True, align=align)
        canvas.text(beside, middle + 23, f"{n}, {share_of(n, voters)}", 36, align=align)


def _apart(wanted: Sequence[float], bottom: float) -> list[float]:
    """The middles of labels, moved as little as it takes for none to lie over another or below the bottom."""
    placed: list[float] = []
    for middle in wanted:
        placed.append(max(middle, placed[-1] + _LABEL) if placed else middle)
    limit = bottom - _LABEL / 2
    for n in reversed(range(len(placed))):
        placed[n] = min(placed[n], limit)
        limit = placed[n] - _LABEL
    return placed
