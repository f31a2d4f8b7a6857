"""How a check-up looks: part by part, a mark before each line, and below it what to do."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.reply import Block, Fact, Facts, Heading, Progress, Prose, Reply, reply
from bot.errors import OperatorError, RostrumError, SettingsError
from bot.ports import Point, State


def looking(points: Sequence[Point]) -> Reply:
    """Says how far it is."""
    last = points[-1]
    return reply(Progress(f"Looked at {last.part}: {last.what}"))


def bad(part: str, what: str, error: RostrumError) -> Point:
    """What an error says of a part."""
    return Point(
        part=part, what=what, state=State.BAD, found=f"{error.message} ({error.code})", to_do=error.hint
    )


def failed(error: RostrumError) -> Reply:
    """The table when the bot could not even be opened."""
    if isinstance(error, SettingsError):
        problems = [
            Point(part="Settings", what=f"mistake {n}", state=State.BAD, found=problem, to_do=error.hint)
            for n, problem in enumerate(error.problems, 1)
        ]
        return table(problems)
    return table([bad("Start", "data" if isinstance(error, OperatorError) else "bot", error)])


def table(points: Sequence[Point]) -> Reply:
    """Everything that was looked at, the sum of it last."""
    blocks: list[Block] = []
    for part in dict.fromkeys(point.part for point in points):
        rows = tuple(_row(point) for point in points if point.part == part)
        blocks += [Heading(part), Facts(rows)]
    wrong = [point for point in points if point.state is State.BAD]
    doubtful = [point for point in points if point.state is State.DOUBTFUL]
    blocks.append(Prose(_sum(len(wrong), len(doubtful))))
    data = {
        "well": not wrong,
        "points": [
            {
                "part": point.part,
                "what": point.what,
                "state": point.state.value,
                "found": point.found,
                "to_do": point.to_do,
            }
            for point in points
        ],
    }
    return Reply(tuple(blocks), data=data, failed=bool(wrong))


def _row(point: Point) -> Fact:
    to_do = f"\n→ {point.to_do}" if point.to_do and point.state is not State.GOOD else ""
    return Fact(point.what, f"{point.found}{to_do}", point.state.value)


def _sum(wrong: int, doubtful: int) -> str:
    if wrong:
        return f"**{wrong} thing{'s' if wrong != 1 else ''} to mend.** What to do stands behind the arrows."
    if doubtful:
        return f"**All works.** {doubtful} thing{'s' if doubtful != 1 else ''} could be better."
    return "**All is well.**"
