"""What the chair has said of a debate goes where it belongs; its message changes when it must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.chair.chair import Chair
from bot.chair.costs import Cost
from bot.chair.files import Files
from bot.chair.speaker import Speaker
from bot.chair.words import Words
from bot.chat.invocation import Place
from bot.debating import rules
from bot.debating.deciding import Effect, decide
from bot.debating.state import DebateState
from bot.ports import Job, Jobs, Outgoing, Pictures
from bot.storage import Storage, open_storage
from tests.debating.scenes import MODERATOR, NOON, opening

PLACE = Place(platform="chat", community="here", channel="general")


class Clock:
    """A clock that stands still until somebody sets it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


class NoJobs:
    """Nothing happens by itself."""

    async def enqueue(self, name: str, job: Job, *, after: datetime | None = None) -> None:
        return None


class Silent:
    """Nobody speaks; it costs a call."""

    def cost(self, state: DebateState) -> Cost:
        return Cost(1, 2000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def storage(tmp_path: Path, clock: Clock) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "data", clock) as storage:
        yield storage


@pytest.fixture
def chair(storage: Storage, clock: Clock, tmp_path: Path) -> Chair:
    return Chair(
        storage.debates,
        storage.ballots,
        cast(Jobs, NoJobs()),
        storage.outbox,
        clock,
        cast(Speaker, Silent()),
        Files(cast(Pictures, None), tmp_path),
        Words(storage.communities),
    )


async def sent(storage: Storage) -> list[Outgoing]:
    found = []
    while claimed := await storage.outbox.claim("chat", stale_after_s=60):
        await storage.outbox.sent(claimed, "1")
        found.append(claimed.outgoing)
    return found


async def warned(chair: Chair, storage: Storage, clock: Clock, place: Place) -> Outgoing:
    """The warning that time runs out, with all that was said before it out already."""
    sitting = await chair.open(place, MODERATOR, opening())
    sitting = await chair.act(sitting, MODERATOR, rules.call)
    await sent(storage)
    due = next(one for one in decide(sitting.state) if one.effect is Effect.WARN)
    assert due.at is not None
    clock.time = due.at
    await chair.perform({"community": "here", "number": sitting.number, "due": due.name})
    [warning] = await sent(storage)
    return warning


async def test_a_warning_for_the_speaker_belongs_to_the_thread_of_the_debate(
    chair: Chair, storage: Storage, clock: Clock
) -> None:
    warning = await warned(chair, storage, clock, PLACE)
    assert warning.reply.private
    assert (warning.below, warning.place) == ("debate:1:1:1", PLACE)


async def test_in_a_debate_that_is_held_in_a_thread_a_warning_stays_there(
    chair: Chair, storage: Storage, clock: Clock
) -> None:
    thread = replace(PLACE, thread="t1")
    warning = await warned(chair, storage, clock, thread)
    assert (warning.below, warning.place) == (None, thread)


async def test_no_event_but_phase_seats_and_the_end_of_the_vote_changes_the_head(
    chair: Chair, storage: Storage, clock: Clock
) -> None:
    sitting = await chair.open(PLACE, MODERATOR, opening())
    sitting = await chair.act(sitting, MODERATOR, rules.call)
    steps: list[tuple[Any, list[str]]] = [
        (lambda state, now: rules.extend(state, 60, now), ["live"]),
        (lambda state, now: rules.skip(state, "late", now), []),
        (lambda state, now: rules.end(state, "enough", now), ["post-vote"]),
    ]
    for step, phases in steps:
        clock.time += timedelta(seconds=1)
        sitting = await chair.act(sitting, MODERATOR, step)
        said = [one.reply.data["phase"] for one in await sent(storage) if one.replaces]
        assert said == phases
