"""Several processes work on one data folder, and any of them may be killed at any time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot.ports import Outcome
from tests.storage.conftest import HERE, Clock, Kept, Open, draft, note, sqlite

PROCESS = """
    import asyncio, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from bot.knowledge.article import Draft, Particulars, Scope
    from bot.storage import open_storage

    class Clock:
        def now(self):
            return datetime.now(UTC)

    async def main(folder, name, articles):
        async with open_storage(folder, Clock()) as storage:
            for number in range(articles):
                particulars = Particulars(title=f"{name} {number}")
                source = f"file:/{name}/{number}"
                text = f"Article {number} of {name}."
                draft = Draft(particulars=particulars, text=text, source=source, added_by=name)
                await storage.library.add(Scope(community="here"), draft)
                print(number, flush=True)

    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
"""


def start(folder: Path, name: str, articles: int) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        textwrap.dedent(PROCESS),
        str(folder),
        name,
        str(articles),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def test_what_one_process_writes_the_other_reads(kept: Kept, open_again: Open) -> None:
    async with open_again() as other:
        added = await kept.library.add(HERE, draft())
        assert (await other.library.add(HERE, draft())).outcome is Outcome.SAME
        await other.library.remove(HERE, added.article.id)
    assert await kept.library.articles(HERE) == ()


async def test_many_writers_lose_nothing_and_leave_no_gap(kept: Kept, open_again: Open) -> None:
    async with open_again() as other:
        adding = [
            one.library.add(HERE, draft(str(number), source=f"file:/{number}"))
            for number, one in enumerate([kept, other] * 20)
        ]
        await asyncio.gather(*adding)
    assert len(await kept.library.articles(HERE)) == await kept.library.latest_change("here") == 40


async def test_the_same_article_added_by_many_at_once_is_there_once(kept: Kept, open_again: Open) -> None:
    async with open_again() as other:
        notices = [note("added")]
        adding = [one.library.add(HERE, draft(), notices=notices) for one in [kept, other] * 5]
        outcomes = [added.outcome for added in await asyncio.gather(*adding)]
    assert sorted(outcomes) == [Outcome.NEW] + [Outcome.SAME] * 9
    assert await kept.library.latest_change("here") == 1


async def test_a_read_sees_one_state_while_others_write(kept: Kept) -> None:
    async with kept.database.read() as connection:
        count = "SELECT count(*) FROM article"
        before = (await connection.exec_driver_sql(count)).scalar()
        await asyncio.wait_for(kept.library.add(HERE, draft()), 20)
        assert (await connection.exec_driver_sql(count)).scalar() == before
    assert len(await kept.library.articles(HERE)) == 1


async def test_a_cancelled_write_leaves_nothing_behind_and_nothing_locked(kept: Kept) -> None:
    for delay in range(12):
        adding = asyncio.create_task(kept.library.add(HERE, draft(str(delay), source=f"file:/{delay}")))
        await asyncio.sleep(delay / 2000)
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
    await asyncio.wait_for(kept.library.add(HERE, draft("last", source="file:/last")), 20)
    count = len(await kept.library.articles(HERE))
    assert count == await kept.library.latest_change("here")


@pytest.mark.parametrize("processes", [4])
def test_processes_that_start_at_once_on_an_empty_folder_all_work(tmp_path: Path, processes: int) -> None:
    started = [start(tmp_path / "data", f"p{number}", 10) for number in range(processes)]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    assert asyncio.run(titles(tmp_path / "data")) == {
        f"p{p} {n}" for p in range(processes) for n in range(10)
    }


def test_a_kill_at_any_time_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for round_ in range(4):
        names = [f"r{round_}p{number}" for number in range(2)]
        started = [start(tmp_path / "data", name, 1000) for name in names]
        for process, name in zip(started, names, strict=True):
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(5 + 7 * round_)]
            process.kill()
            said += process.communicate(timeout=60)[0].splitlines()
            acknowledged |= {f"{name} {number.strip()}" for number in said if number.strip()}
    assert acknowledged
    assert acknowledged <= asyncio.run(titles(tmp_path / "data"))


async def titles(folder: Path) -> set[str]:
    async with sqlite(folder, Clock())() as kept:
        async with kept.database.read() as connection:
            assert (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar() == "ok"
        return {article.particulars.title for article in await kept.library.articles(HERE)}
