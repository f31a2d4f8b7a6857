"""Whole debates as people type them: voting, seats, speeches, questions, a moderator's powers, the record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, opened
from bot.chat.invocation import Invocation, Member, Role
from bot.chat.reply import Actions, Reply
from bot.debating.record import verify
from bot.endpoint import Endpoint, Weights
from bot.outbox import Deliveries
from bot.ports import Outgoing
from bot.settings import Settings
from tests.fakes.debaters import misbehaving_debater
from tests.fakes.model_server import FakeModelServer
from tests.features.room import prose
from tests.screens import Silent

ROOT = Path(__file__).parents[2]
FORMATS = ("quick", "duel", "oxford", "lincoln-douglas")
BO = Member(id="bo", name="Bo", role=Role.MEMBER)
QUOTED = (
    "Advocates of open weights argue that they have done more for AI research than closed frontier models"
)


class Keeping:
    """Keeps what is posted, in order."""

    platform = "terminal"

    def __init__(self) -> None:
        self.posted: list[Reply] = []

    async def send(self, outgoing: Outgoing) -> str:
        self.posted.append(outgoing.reply)
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        return None


@dataclass
class Hall:
    """A bot that runs on, with a moderator at the keyboard and others in the audience."""

    app: App
    posts: Keeping

    async def type(self, line: str, *, by: Member | None = None, waits: bool = True) -> Reply:
        call = Invocation(
            member=by or self.app.operator,
            place=replace(self.app.home, thread="t1"),
            text=line,
            asks_back=waits,
            local=False,
        )
        return await self.app.dispatch(call, Silent())

    async def until(self, true: Callable[[str], bool]) -> str:
        """What was posted, once it fits."""
        deliveries = Deliveries(self.app.outbox, self.posts)
        async with asyncio.timeout(60):
            while True:
                await deliveries.deliver()
                said = "\n".join(whole(reply) for reply in self.posts.posted)
                if true(said):
                    return said
                await asyncio.sleep(0.02)

    async def stands(self) -> dict[str, Any]:
        data: dict[str, Any] = (await self.type("/debate status")).data
        return data


def whole(reply: Reply) -> str:
    return repr(reply.blocks)


def text(reply: Reply) -> str:
    return f"{reply.error}" if reply.error else prose(reply)


@asynccontextmanager
async def hall_in(folder: Path, **settled: Any) -> AsyncIterator[Hall]:
    async with opened(Settings(data=folder, discover=False, **settled), platform="terminal") as app:
        yield Hall(app, Keeping())


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall_in(tmp_path / "data") as hall:
        yield hall


# By models.


@pytest.mark.parametrize("format", FORMATS)
async def test_each_endpoint_is_asked_for_its_own_side_and_no_other(tmp_path: Path, format: str) -> None:
    async with FakeModelServer() as one, FakeModelServer() as two:
        endpoints = (
            Endpoint(name="one", base_url=one.base_url, model="small-model", weights=Weights.OPEN),
            Endpoint(name="two", base_url=two.base_url, model="small-model", weights=Weights.CLOSED),
        )
        settled = {"endpoints": endpoints, "member_tokens": None, "community_tokens": None}
        async with hall_in(tmp_path / "data", **settled) as hall:
            ended = await hall.type(f"/debate start 1 format:{format} for:one against:two", waits=False)
            assert ended.error is None, ended.error
            said = await hall.until(lambda said: "All have spoken" in said)
        lines = ended.data["speeches"]
        by_side = {line["side"] for line in lines}
        assert len(by_side) == 2
        assert all(line["by"].startswith("small-model") for line in lines)
        assert {line["weights"] for line in lines} == {"open", "closed"}
        assert "open weights" in said
        assert "closed weights" in said
        for server, weights in ((one, "open"), (two, "closed")):
            own = sum(line["weights"] == weights for line in lines)
            chats = [asked for asked in server.requests if asked.path.endswith("/chat/completions")]
            # A speech and the look whether it argues its side, and both again where it was sent back, once.
            assert own <= len(chats) <= 4 * own


@pytest.mark.parametrize(
    "fault", ["argues-the-wrong-side", "refuses", "is-endless", "says-nothing", "alters-quotations"]
)
async def test_a_model_that_misbehaves_does_not_keep_a_debate_from_its_end(
    tmp_path: Path, fault: str
) -> None:
    async with FakeModelServer(author=misbehaving_debater(fault)) as bad, FakeModelServer() as good:
        endpoints = (
            Endpoint(name="bad", base_url=bad.base_url, model="small-model"),
            Endpoint(name="good", base_url=good.base_url, model="small-model"),
        )
        settled = {"endpoints": endpoints, "member_tokens": None, "community_tokens": None}
        async with hall_in(tmp_path / "data", **settled) as hall:
            ended = await hall.type("/debate start 1 for:bad against:good", waits=False)
            assert ended.error is None, ended.error
            said = await hall.until(lambda said: "All have spoken" in said)
    mine = [line for line in ended.data["speeches"] if line["side"] == "for"]
    assert len(mine) == 4
    assert all(line["words"] <= 150 for line in mine)
    if fault not in ("is-endless", "alters-quotations"):
        assert any(line["by"] == "evidence cards" for line in mine)
        assert "evidence" in said


async def test_a_model_that_will_not_speak_pauses_a_debate_until_cards_are_read(tmp_path: Path) -> None:
    async with FakeModelServer(author=misbehaving_debater("refuses")) as bad:
        endpoints = (Endpoint(name="bad", base_url=bad.base_url, model="small-model"),)
        settled = {"endpoints": endpoints, "member_tokens": None, "community_tokens": None}
        async with hall_in(tmp_path / "data", **settled) as hall:
            await hall.type("/debate start 1 for:bad against:evidence")
            await hall.type("/moderate call")
            said = await hall.until(lambda said: "moderate replace" in said)
            assert "moderate skip" in said
            assert "moderate resume" in said
            await hall.type("/moderate replace for by:evidence")
            await hall.until(lambda said: "Advocates of" in said)


# By hand.


async def test_a_vote_is_changed_and_a_seat_holder_has_none(hall: Hall) -> None:
    await hall.type("/debate start 2 for:me")
    assert "Your vote: **for**" in text(await hall.type("/debate vote for", by=BO))
    assert "Changed your vote to **against**." in text(await hall.type("/debate vote against", by=BO))
    refused = await hall.type("/debate vote for")
    assert refused.error is not None
    assert "seat" in str(refused.error)


async def test_nothing_tells_how_a_vote_goes_before_it_is_closed(hall: Hall) -> None:
    await hall.type("/debate start 2")
    empty = [await hall.type(line) for line in LOOKING]
    await hall.type("/debate vote against", by=BO)
    looked = [await hall.type(line) for line in LOOKING]
    for before, after in zip(empty, looked, strict=True):
        told = json.dumps(after.data, default=str).replace('"turnout": 1', '"turnout": 0')
        assert told == json.dumps(before.data, default=str)
        assert whole(after).replace("1 so far", "0 so far") == whole(before)


LOOKING = (
    "/debate status", "/debate list", "/debate catchup", "/debate transcript", "/debate vote",
)  # fmt: skip


async def test_what_cannot_be_is_refused_in_words(hall: Hall) -> None:
    assert "No debate is running here." in text(await hall.type("/moderate end"))
    assert "No debate with that number here." in text(await hall.type("/debate status debate:77"))
    assert (await hall.type("/debate start Cats are good")).error is not None
    for command in ("/debate start", "/moderate pause"):
        refused = await hall.type(command, by=BO)
        assert refused.error is not None
        assert "moderators" in refused.error.message
    await hall.type("/debate start 2")
    assert "A debate is running here" in text(await hall.type("/debate start 3"))
    assert (await hall.type("/debate start 3 format:qick")).error is not None


async def test_a_person_speaks_after_they_were_told_of_a_false_quotation(hall: Hall) -> None:
    await hall.type("/debate start 2 for:me")
    await hall.type("/moderate call")
    long = await hall.type(f"/debate speak {'word ' * 170}")
    assert long.error is not None
    assert "170" in str(long.error)
    doubtful = await hall.type(
        '/debate speak They write that "open weights cured every illness in the land".'
    )
    assert "Not posted yet" in prose(doubtful)
    assert (await hall.stands())["speeches"] == 0
    posted = await hall.type(f'/debate speak As one article has it: "{QUOTED}". So say I.')
    assert posted.error is None, posted.error
    said = await hall.until(lambda said: "So say I" in said)
    assert QUOTED in said


async def test_a_draft_with_a_false_quotation_is_posted_marked_when_asked_for(hall: Hall) -> None:
    await hall.type("/debate start 2 for:me")
    await hall.type("/moderate call")
    drafted = await hall.type(
        '/debate draft They say "open weights cured every illness in the land" and more.'
    )
    assert drafted.data["faults"]
    assert (await hall.type("/debate submit")).data == {"posted": False, "faults": drafted.data["faults"]}
    assert (await hall.type("/debate submit anyway:yes")).data["posted"]
    said = await hall.until(lambda said: "not found in the articles" in said)
    assert "“open weights cured" not in said


async def test_seats_are_taken_and_given_back(hall: Hall) -> None:
    await hall.type("/debate start 2")
    assert "You speak" in text(await hall.type("/debate join for", by=BO))
    assert (await hall.type("/debate join against", by=BO)).error is not None
    assert "Evidence for your side" in text(await hall.type("/debate brief", by=BO))
    assert "free again" in text(await hall.type("/debate leave", by=BO))
    assert (await hall.type("/debate brief", by=BO)).error is not None


async def test_a_question_from_the_audience_is_the_one_that_is_answered(hall: Hall) -> None:
    await hall.type("/debate start 2", waits=True)
    await hall.type("/debate question for Who pays for all those weights?", by=BO)
    for _ in range(8):
        await hall.type("/moderate call")
        await hall.type("/moderate skip to the questions")
        if "Who pays" in await hall.until(lambda said: True):
            break
    await hall.until(lambda said: said.count("Who pays for all those weights?") >= 2)


async def test_a_speech_is_struck_restored_and_struck_again(hall: Hall) -> None:
    await hall.type("/debate start 2", waits=False)
    before = (await hall.type("/debate transcript")).data
    assert (await hall.type("/moderate strike 1 Not to the point")).error is None
    assert (await hall.type("/moderate strike 1")).error is not None
    struck = (await hall.type("/debate transcript")).data
    assert struck[0]["text"] == ""
    assert struck[0]["struck"] == "Not to the point"
    assert [line["hash"] for line in struck] == [line["hash"] for line in before]
    await hall.type("/moderate restore 1")
    assert (await hall.type("/debate transcript")).data == before
    assert (await hall.type("/moderate strike 1 After all")).error is None


async def test_a_moderator_pauses_goes_on_and_ends(hall: Hall) -> None:
    await hall.type("/debate start 2 for:me")
    await hall.type("/moderate call")
    await hall.type("/moderate pause A short break")
    assert (await hall.type("/debate speak Too early.")).error is not None
    await hall.type("/moderate resume")
    assert "There is time until" in text(await hall.type("/moderate extend 2"))
    await hall.type("/moderate end Enough said")
    assert (await hall.stands())["phase"] == "post-vote"
    await hall.type("/debate vote for", by=BO)
    await hall.type("/moderate end")
    await hall.until(lambda said: "No verdict" in said)
    assert "Voting has closed." in text(await hall.type("/debate vote against", by=BO))


async def test_a_rematch_swaps_the_sides(hall: Hall) -> None:
    await hall.type("/debate start 2 for:me")
    await hall.type("/moderate end")
    again = await hall.type("/debate rematch")
    assert again.error is None
    rows = whole(await hall.type("/debate status"))
    assert "'Against the motion', value='" in rows
    assert rows.index("Against the motion") < rows.index(hall.app.operator.name)


async def test_a_draft_is_gone_once_it_was_given_and_when_the_debate_is_over(hall: Hall) -> None:
    await hall.type("/debate start 2 for:me")
    await hall.type("/moderate call")
    await hall.type("/debate draft Weights can be opened.")
    assert (await hall.type("/debate submit")).error is None
    assert "There is no draft yet." in text(await hall.type("/debate draft"))


async def test_a_shell_waits_for_nobody_even_where_somebody_could_be_asked(hall: Hall) -> None:
    call = Invocation(
        member=hall.app.operator,
        place=hall.app.home,
        arguments=("debate", "start", "2"),
        asks_back=True,
        local=True,
        from_shell=True,
    )
    ended = await hall.app.dispatch(call, Silent())
    assert ended.data["speeches"]


async def test_the_transcript_in_the_chat_leaves_out_what_was_struck(hall: Hall) -> None:
    await hall.type("/debate start 2", waits=False)
    said = (await hall.type("/debate transcript")).data[0]["sources"][0]["quote"]
    await hall.type("/moderate strike 1 Not to the point")
    shown = whole(await hall.type("/debate transcript"))
    assert said not in shown
    assert "Not to the point" in shown


# The record.


async def test_the_record_has_every_quotation_on_a_line_of_its_own_and_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    async with opened(Settings(data=tmp_path / "data", discover=False), platform="shell") as app:
        call = Invocation(
            member=app.operator,
            place=app.home,
            arguments=("debate", "start", "1", "--format", "oxford", "--out", str(out)),
            asks_back=False,
            local=True,
            from_shell=True,
        )
        ended = await app.dispatch(call, Silent())
    assert ended.error is None
    names = {"transcript.md", "transcript.jsonl", "timeline.png", "timeline-dark.png"}
    assert {file.name for file in files(out)} == names
    shipped = [" ".join(file.read_text().split()) for file in files(ROOT / "articles")]
    lines = (out / "transcript.md").read_text(encoding="utf-8").splitlines()
    quoted = [line.removeprefix("> ") for line in lines if line.startswith(">")]
    assert len(quoted) == len(set(quoted)) > 10
    assert all(any(line in article for article in shipped) for line in quoted)
    jsonl = (out / "transcript.jsonl").read_text(encoding="utf-8")
    assert verify(jsonl) == []
    assert verify(jsonl.replace('"text": "', '"text": "Not ', 1)) != []
    keys = {"seq", "turn", "side", "seat", "text", "sources", "prev_hash", "hash"}
    assert all(keys <= json.loads(line).keys() for line in jsonl.splitlines())
    assert not any(isinstance(block, Actions) for block in ended.blocks)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_a_debate_is_not_seen_from_another_channel(hall: Hall) -> None:
    opened = await hall.type("/debate start 1")
    assert opened.error is None
    elsewhere = Invocation(
        member=BO,
        place=replace(hall.app.home, channel="another"),
        text=f"/debate transcript {opened.data['debate']}",
        asks_back=True,
    )
    refused = await hall.app.dispatch(elsewhere, Silent())
    assert "No debate with that number here." in text(refused)
    listed = await hall.app.dispatch(replace(elsewhere, text="/debate list"), Silent())
    assert listed.data == []
