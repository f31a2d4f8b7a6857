"""The contract of `ports.Reports`: each is kept once for a member, with the notices of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.debating.events import Actor
from bot.errors import StoreError
from bot.ports import Report
from bot.storage.reports import StoredReports
from tests.storage.conftest import PLACE, Kept, note

LINK = "https://chat.example/1/2/3"
REPORT = Report(
    text="I know where you live",
    link=LINK,
    reason="threat",
    by=Actor("1", "Ann"),
    at=datetime(2026, 5, 1, 12, tzinfo=UTC),
)


@pytest.fixture
def reports(kept: Kept) -> StoredReports:
    return StoredReports(kept.database)


async def rows(kept: Kept) -> list[tuple[str, ...]]:
    query = text("SELECT community, channel, text, link, reason, member, member_name FROM report ORDER BY id")
    async with kept.database.read() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def said(kept: Kept) -> str | None:
    claimed = await kept.outbox.claim("chat", stale_after_s=60)
    return claimed.outgoing.key if claimed else None


async def test_a_report_is_kept_with_its_notice(reports: StoredReports, kept: Kept) -> None:
    assert await reports.file(PLACE, REPORT, notices=[note("n")])
    assert await rows(kept) == [("here", "general", REPORT.text, LINK, "threat", "1", "Ann")]
    assert await said(kept) == "n"


async def test_the_same_member_reports_the_same_message_once(reports: StoredReports, kept: Kept) -> None:
    assert await reports.file(PLACE, REPORT, notices=[])
    assert not await reports.file(PLACE, replace(REPORT, reason="again"), notices=[note("n")])
    assert len(await rows(kept)) == 1
    assert await said(kept) is None


async def test_two_reports_at_the_same_moment_are_one(reports: StoredReports) -> None:
    kept_one = await asyncio.gather(*(reports.file(PLACE, REPORT, notices=[]) for _ in range(5)))
    assert sorted(kept_one) == [False] * 4 + [True]


@pytest.mark.parametrize("other", [{"by": Actor("2", "Bo")}, {"link": f"{LINK}4"}])
async def test_another_member_or_another_message_is_another_report(
    reports: StoredReports, other: dict[str, object]
) -> None:
    assert await reports.file(PLACE, REPORT, notices=[])
    assert await reports.file(PLACE, replace(REPORT, **other), notices=[])  # type: ignore[arg-type]


async def test_another_community_is_another_report(reports: StoredReports) -> None:
    assert await reports.file(PLACE, REPORT, notices=[])
    assert await reports.file(replace(PLACE, community="there"), REPORT, notices=[])


async def test_without_a_link_the_text_tells_messages_apart(reports: StoredReports) -> None:
    linkless = replace(REPORT, link="")
    assert await reports.file(PLACE, linkless, notices=[])
    assert not await reports.file(PLACE, linkless, notices=[])
    assert await reports.file(PLACE, replace(linkless, text="Something else"), notices=[])


async def test_a_notice_that_cannot_be_kept_keeps_the_report_out_as_well(
    reports: StoredReports, kept: Kept
) -> None:
    async with kept.database.write() as connection:
        await connection.execute(text("ALTER TABLE outbox RENAME TO gone"))
    with pytest.raises(StoreError):
        await reports.file(PLACE, REPORT, notices=[note("n")])
    assert await rows(kept) == []
