"""Reports: kept for moderators, told to them where a channel is chosen, and answered to the member."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation, Member, Role
from bot.chat.reply import Form, Quote, Reply, Sources
from bot.ports import Outgoing
from bot.settings import Settings
from tests.features.room import facts, prose
from tests.screens import Silent

ADMIN = Member(id="1", name="Ann", role=Role.ADMIN)
BO = Member(id="2", name="Bo")
LINK = "https://discord.com/channels/5/6/7"
REPORT = f'/report "I know where you live" reason:"a threat" link:{LINK}'


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with opened(Settings(data=tmp_path, library=False, discover=False), platform="shell") as app:
        yield app


async def said(app: App, line: str, by: Member = BO) -> Reply:
    place = replace(app.home, platform="discord", community="discord:5", thread="t1")
    call = Invocation(member=by, place=place, text=line, names={"77": "Judges"})
    return await app.dispatch(call, Silent())


async def posted(app: App) -> list[Outgoing]:
    found = list[Outgoing]()
    while claimed := await app.outbox.claim("discord", stale_after_s=60):
        found.append(claimed.outgoing)
        await app.outbox.sent(claimed, str(len(found)))
    return found


async def test_moderators_see_a_report_in_their_channel_with_who_made_it(app: App) -> None:
    await said(app, "/settings set reports:99", ADMIN)
    assert prose(await said(app, REPORT)) == "Reported. Moderators will look at it."
    [notice] = await posted(app)
    assert (notice.place.community, notice.place.channel, notice.place.thread) == ("discord:5", "99", None)
    assert Quote("I know where you live") in notice.reply.blocks
    shown = facts(notice.reply)
    assert (shown["Reported by"], shown["Reason"]) == ("Bo", "a threat")
    assert [
        one.url for block in notice.reply.blocks if isinstance(block, Sources) for one in block.entries
    ] == [LINK]


async def test_without_a_channel_the_report_is_kept_and_the_member_told_whom_to_write_to(app: App) -> None:
    answered = await said(app, REPORT)
    assert answered.data == {"reported": True, "told": False}
    assert "write to a moderator as well" in prose(answered)
    assert await posted(app) == []
    await said(app, "/settings set moderators:77", ADMIN)
    assert "write to @Judges as well" in prose(await said(app, REPORT.replace("5/6/7", "5/6/8")))


async def test_the_same_message_is_reported_once_by_each_member(app: App) -> None:
    await said(app, "/settings set reports:99", ADMIN)
    await said(app, REPORT)
    assert "already" in prose(await said(app, REPORT))
    await said(app, REPORT, replace(BO, id="3", name="Cy"))
    assert [facts(one.reply)["Reported by"] for one in await posted(app)] == ["Bo", "Cy"]


async def test_a_report_without_words_asks_for_them(app: App) -> None:
    asked = await said(app, "/report")
    assert isinstance(asked.blocks[0], Form)
    assert [field.name for field in asked.blocks[0].fields] == ["text"]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://evil.example",
        "https://discord.com.evil.example/channels/1/2/3",
        "https://discord.com/channels/1/2/3?x=https://evil.example",
        "https://evil.example/x.slack.com/archives/C1/p1",
    ],
)
async def test_a_link_that_leads_elsewhere_is_refused(app: App, link: str) -> None:
    refused = await said(app, f'/report "Look at this" link:{link}')
    assert refused.error is not None
    assert "not the link of a message" in refused.error.message


async def test_nobody_floods_the_moderators(app: App) -> None:
    await said(app, "/settings set reports:99", ADMIN)
    answers = [await said(app, f"/report number{n}") for n in range(9)]
    assert answers[-1].error is not None
    assert answers[-1].error.code == "E-WAIT"
    assert 0 < len(await posted(app)) < 9


async def test_a_report_is_private_and_in_the_menu_of_a_message(app: App) -> None:
    command = app.dispatch.catalog.named("report")
    assert command is not None
    assert (command.private, command.menu) == (True, "Report to moderators")
    assert command.parameters[0].name == "text"
