"""Measures what the turns of debates read from evidence cards cost this machine.

`python -m benchmarks.debates` runs every format that ships on the first motion, in a library of its own, and
tells the CPU time of a turn: rules, search, quotations checked, storage and posts; pictures are drawn after
the last turn and are not in it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time

from bot.app import App, opened
from bot.chair.chair import Chair
from bot.chair.sitting import Sitting
from bot.chat.invocation import Invocation
from bot.debating.deciding import Due, Effect
from bot.settings import Settings
from tests.screens import Silent

FORMATS = ("quick", "duel", "oxford", "lincoln-douglas")
MOST_MS = 150.0
ROUNDS = 3


@contextmanager
def measured(turns: list[float]) -> Iterator[None]:
    """Notes the milliseconds of CPU of every turn that any chair has spoken meanwhile."""
    perform = Chair._perform

    async def timed(self: Chair, sitting: Sitting, due: Due) -> Sitting:
        began = process_time()
        after = await perform(self, sitting, due)
        spent = (process_time() - began) * 1000
        if due.effect is Effect.SPEAK:
            turns.append(spent)
        elif turns and due.effect is Effect.CALL:
            turns[-1] += spent
        return after

    Chair._perform = timed  # type: ignore[method-assign]  # put back below
    try:
        yield
    finally:
        Chair._perform = perform  # type: ignore[method-assign]


async def run(app: App, format: str) -> None:
    """One debate from motion to result."""
    arguments = ("debate", "start", "1", "--format", format)
    call = Invocation(member=app.operator, place=app.home, arguments=arguments, asks_back=False, local=True)
    last = await app.dispatch(call, Silent())
    assert last.error is None, last.error


async def main() -> None:
    """Print a line a format."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Settings(data=Path(folder), discover=False), platform="shell") as app:
            await run(app, FORMATS[0])  # fills caches
            for format in FORMATS:
                turns: list[float] = []
                with measured(turns):
                    for _ in range(ROUNDS):
                        await run(app, format)
                worst = max(turns)
                print(
                    f"{format:16} {len(turns)} turns  median {median(turns):6.1f} ms  worst {worst:6.1f} ms"
                )
                assert worst <= MOST_MS, f"a turn of {format} took {worst:.0f} ms of CPU"


if __name__ == "__main__":
    asyncio.run(main())
