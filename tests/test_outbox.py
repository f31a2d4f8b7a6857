"""Deliveries, on a real outbox: each message goes out once, oldest first, whatever fails on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.invocation import Place
from bot.chat.reply import Prose, reply
from bot.errors import OperatorError, Passing, RostrumError, StoreError, Unclear
from bot.outbox import STALE_AFTER_S, Deliveries
from bot.ports import Claimed, Outbox, Outgoing
from bot.storage import open_storage


class Clock:
    """A clock that stands still until somebody lets time pass."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Poster:
    """A platform that remembers what was posted, and refuses as often as it is told to."""

    platform = "chat"

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.looked_up: list[str] = []
        self.there: dict[str, str] = {}
        self.refusals: list[str] = []
        self.blind = 0
        self.failing: dict[str, RostrumError] = {}
        self.on_send: Callable[[], None] = lambda: None

    async def send(self, outgoing: Outgoing) -> str:
        await asyncio.sleep(0)
        if outgoing.key in self.refusals:
            self.refusals.remove(outgoing.key)
            raise Passing("Not now.")
        if outgoing.key in self.failing:
            raise self.failing[outgoing.key]
        self.posted.append(outgoing.key)
        self.there[outgoing.key] = f"id of {outgoing.key}"
        self.on_send()
        return self.there[outgoing.key]

    async def find(self, outgoing: Outgoing) -> str | None:
        self.looked_up.append(outgoing.key)
        if self.blind:
            self.blind -= 1
            raise Passing("I cannot look now.")
        return self.there.get(outgoing.key)


class Failing:
    """An outbox whose database fails as often as it is told to."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.claims_to_fail = 0
        self.settlings_to_fail = 0

    async def put(self, outgoing: Outgoing) -> None:
        await self._outbox.put(outgoing)

    async def claim(self, platform: str, *, stale_after_s: float) -> Claimed | None:
        if self.claims_to_fail:
            self.claims_to_fail -= 1
            raise StoreError("The database cannot be read.")
        return await self._outbox.claim(platform, stale_after_s=stale_after_s)

    async def sent(self, claimed: Claimed, message_id: str) -> None:
        self._fail()
        await self._outbox.sent(claimed, message_id)

    async def give_back(self, claimed: Claimed) -> None:
        self._fail()
        await self._outbox.give_back(claimed)

    async def message(self, key: str) -> str | None:
        return await self._outbox.message(key)

    def _fail(self) -> None:
        if self.settlings_to_fail:
            self.settlings_to_fail -= 1
            raise Passing("The database is busy.")


def note(key: str, *, channel: str = "general", platform: str = "chat") -> Outgoing:
    place = Place(platform=platform, community="here", channel=channel)
    return Outgoing(key=key, place=place, reply=reply(Prose(f"note {key}")))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def poster() -> Poster:
    return Poster()


@pytest.fixture
async def outbox(tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    async with open_storage(tmp_path / "data", clock) as storage:
        yield storage.outbox


async def put(outbox: Outbox, *keys: str) -> None:
    for key in keys:
        await outbox.put(note(key))


async def falls_silent(outbox: Outbox) -> str:
    """Somebody claims the oldest message and is never heard of again."""
    claimed = await outbox.claim("chat", stale_after_s=STALE_AFTER_S)
    assert claimed is not None
    return claimed.outgoing.key


async def test_messages_go_out_oldest_first_and_each_once(outbox: Outbox, poster: Poster) -> None:
    await put(outbox, "c", "a", "b")
    deliveries = Deliveries(outbox, poster)
    assert await deliveries.deliver() == 3
    assert await deliveries.deliver() == 0
    assert poster.posted == ["c", "a", "b"]
    assert poster.looked_up == []


async def test_what_is_settled_stays_settled_however_long_ago_that_was(
    outbox: Outbox, poster: Poster, clock: Clock
) -> None:
    await put(outbox, "a")
    await Deliveries(outbox, poster).deliver()
    clock.pass_by(10 * STALE_AFTER_S)
    assert await Deliveries(outbox, Poster()).deliver() == 0


async def test_another_platform_s_messages_are_left_to_it(outbox: Outbox, poster: Poster) -> None:
    await outbox.put(note("theirs", platform="other"))
    await put(outbox, "ours")
    assert await Deliveries(outbox, poster).deliver() == 1
    assert poster.posted == ["ours"]


async def test_what_a_silent_sender_did_post_is_found_and_not_sent_again(
    outbox: Outbox, poster: Poster, clock: Clock
) -> None:
    await put(outbox, "a", "b")
    poster.there[await falls_silent(outbox)] = "posted before the crash"
    deliveries = Deliveries(outbox, poster)
    assert await deliveries.deliver() == 0
    clock.pass_by(STALE_AFTER_S + 1)
    assert await deliveries.deliver() == 2
    assert poster.looked_up == ["a"]
    assert poster.posted == ["b"]
    clock.pass_by(STALE_AFTER_S + 1)
    assert await deliveries.deliver() == 0


async def test_what_a_silent_sender_never_posted_is_sent(
    outbox: Outbox, poster: Poster, clock: Clock
) -> None:
    await put(outbox, "a")
    await falls_silent(outbox)
    clock.pass_by(STALE_AFTER_S + 1)
    assert await Deliveries(outbox, poster).deliver() == 1
    assert (poster.looked_up, poster.posted) == (["a"], ["a"])


async def test_a_message_that_is_refused_for_now_goes_out_later_before_those_after_it(
    outbox: Outbox, poster: Poster
) -> None:
    await put(outbox, "a", "b")
    poster.refusals = ["a"]
    deliveries = Deliveries(outbox, poster)
    assert await deliveries.deliver() == 0
    assert poster.posted == []
    assert await deliveries.deliver() == 2
    assert poster.posted == ["a", "b"]
    assert poster.looked_up == [], "it certainly was not sent, there is nothing to look for"


async def test_a_place_that_refuses_holds_up_no_other_and_is_tried_once_a_round(
    outbox: Outbox, poster: Poster
) -> None:
    for key in ("a1", "b1", "a2", "c1", "b2"):
        await outbox.put(note(key, channel=key[0]))
    poster.refusals = ["a1", "a1", "b2"]
    deliveries = Deliveries(outbox, poster)
    assert await deliveries.deliver() == 2
    assert poster.posted == ["b1", "c1"]
    assert poster.refusals == ["a1"], "once each in a round"
    assert await deliveries.deliver() == 1
    assert await deliveries.deliver() == 2
    assert poster.posted == ["b1", "c1", "b2", "a1", "a2"]


async def test_what_was_refused_many_times_is_tried_as_often_as_what_is_new(
    outbox: Outbox, poster: Poster
) -> None:
    await outbox.put(note("old", channel="a"))
    poster.refusals = ["old"] * 5 + ["new"] * 2
    deliveries = Deliveries(outbox, poster)
    for _ in range(5):
        await deliveries.deliver()
    await outbox.put(note("new", channel="b"))
    assert await deliveries.deliver() == 1
    assert poster.posted == ["old"]


async def test_what_may_have_been_sent_is_looked_up_later_and_holds_up_no_other_place(
    outbox: Outbox, poster: Poster, clock: Clock
) -> None:
    for key in ("a1", "a2", "b1"):
        await outbox.put(note(key, channel=key[0]))
    poster.failing["a1"] = Unclear("No answer came.")
    deliveries = Deliveries(outbox, poster)
    assert await deliveries.deliver() == 1
    assert await deliveries.deliver() == 0
    assert poster.posted == ["b1"]
    clock.pass_by(STALE_AFTER_S + 1)
    poster.there["a1"] = "it was posted after all"
    assert await deliveries.deliver() == 2
    assert (poster.looked_up, poster.posted) == (["a1"], ["b1", "a2"])


async def test_a_place_that_refuses_for_long_is_logged_ever_more_seldom(
    outbox: Outbox, poster: Poster, caplog: pytest.LogCaptureFixture
) -> None:
    await put(outbox, "a")
    poster.refusals = ["a"] * 40
    deliveries = Deliveries(outbox, poster)
    with caplog.at_level(logging.WARNING):
        for _ in range(40):
            await deliveries.deliver()
    assert [record.args[1] for record in caplog.records if record.args] == [1, 2, 4, 8, 16, 32]


async def test_where_somebody_must_mend_something_first_it_is_said_and_nothing_is_lost(
    outbox: Outbox, poster: Poster
) -> None:
    await put(outbox, "a")
    poster.failing["a"] = OperatorError("The token is not valid.")
    with pytest.raises(OperatorError, match="token"):
        await Deliveries(outbox, poster).deliver()
    poster.failing.clear()
    assert await Deliveries(outbox, poster).deliver() == 1
    assert poster.looked_up == []


async def test_whoever_works_beside_the_deliveries_ends_where_somebody_must_mend_something(
    outbox: Outbox, poster: Poster
) -> None:
    await put(outbox, "a")
    poster.failing["a"] = OperatorError("The token is not valid.")
    with pytest.raises(OperatorError, match="token"):
        async with asyncio.timeout(20), Deliveries(outbox, poster).under_way(0.001):
            await asyncio.Event().wait()
    here = asyncio.current_task()
    assert here is not None
    assert not here.cancelling()


async def test_when_whoever_works_beside_them_is_cancelled_what_is_being_sent_is_sent_first(
    outbox: Outbox, poster: Poster
) -> None:
    await put(outbox, "a")
    going_on, begun = asyncio.Event(), asyncio.Event()

    class Slow(Poster):
        async def send(self, outgoing: Outgoing) -> str:
            begun.set()
            await going_on.wait()
            return await super().send(outgoing)

    slow = Slow()

    async def work() -> None:
        async with Deliveries(outbox, slow).under_way(60):
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await begun.wait()
    working.cancel()
    await asyncio.sleep(0)
    going_on.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert slow.posted == ["a"]


async def test_when_it_cannot_be_looked_up_it_is_not_sent_blindly(
    outbox: Outbox, poster: Poster, clock: Clock
) -> None:
    await put(outbox, "a")
    poster.there[await falls_silent(outbox)] = "posted before the crash"
    clock.pass_by(STALE_AFTER_S + 1)
    poster.blind = 1
    deliveries = Deliveries(outbox, poster)
    assert await deliveries.deliver() == 0
    assert await deliveries.deliver() == 1
    assert poster.looked_up == ["a", "a"]
    assert poster.posted == []


async def test_a_refusal_is_logged_with_its_key(
    outbox: Outbox, poster: Poster, caplog: pytest.LogCaptureFixture
) -> None:
    await put(outbox, "a")
    poster.refusals = ["a"]
    with caplog.at_level(logging.WARNING):
        await Deliveries(outbox, poster).deliver()
    assert "key=a" in caplog.text
    assert "Not now." in caplog.text


async def test_an_outbox_that_cannot_be_read_is_logged_and_never_raised(
    outbox: Outbox, poster: Poster, caplog: pytest.LogCaptureFixture
) -> None:
    await put(outbox, "a")
    failing = Failing(outbox)
    failing.claims_to_fail = 1
    deliveries = Deliveries(failing, poster)
    assert await deliveries.deliver() == 0
    assert "The database cannot be read." in caplog.text
    assert await deliveries.deliver() == 1


async def test_a_message_whose_settling_failed_is_looked_up_and_not_sent_twice(
    outbox: Outbox, poster: Poster, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await put(outbox, "a", "b")
    failing = Failing(outbox)
    failing.settlings_to_fail = 1
    deliveries = Deliveries(failing, poster)
    await deliveries.deliver()
    assert "The database is busy." in caplog.text
    clock.pass_by(STALE_AFTER_S + 1)
    await deliveries.deliver()
    assert poster.posted == ["a", "b"]
    assert poster.looked_up == ["a"]


async def test_a_message_that_could_not_even_be_given_back_goes_out_later(
    outbox: Outbox, poster: Poster, clock: Clock
) -> None:
    await put(outbox, "a")
    poster.refusals = ["a"]
    failing = Failing(outbox)
    failing.settlings_to_fail = 1
    deliveries = Deliveries(failing, poster)
    assert await deliveries.deliver() == 0
    clock.pass_by(STALE_AFTER_S + 1)
    assert await deliveries.deliver() == 1
    assert poster.posted == ["a"]


async def test_who_keeps_delivering_goes_on_after_a_failure(outbox: Outbox, poster: Poster) -> None:
    out = asyncio.Event()
    poster.on_send = out.set
    poster.refusals = ["a"]
    failing = Failing(outbox)
    failing.claims_to_fail = 2
    async with asyncio.timeout(20), Deliveries(failing, poster).under_way(0.001):
        await put(outbox, "a")
        await out.wait()
        out.clear()
        await put(outbox, "b")
        await out.wait()
    assert poster.posted == ["a", "b"]


async def test_what_is_being_sent_when_delivering_ends_is_sent_first(outbox: Outbox, poster: Poster) -> None:
    sending = asyncio.Event()
    poster.on_send = sending.set
    await put(outbox, "a")
    async with asyncio.timeout(20), Deliveries(outbox, poster).under_way(60):
        await sending.wait()
    assert poster.posted == ["a"]
    assert await Deliveries(outbox, poster).deliver() == 0


async def test_several_who_deliver_from_one_outbox_never_send_a_message_twice(
    tmp_path: Path, clock: Clock
) -> None:
    posters = [Poster() for _ in range(3)]
    folder = tmp_path / "data"
    async with (
        open_storage(folder, clock) as one,
        open_storage(folder, clock) as two,
        open_storage(folder, clock) as three,
    ):
        keys = [f"{channel}{number}" for number in range(8) for channel in "xyz"]
        for key in keys:
            await one.outbox.put(note(key, channel=key[0]))
        deliveries = [
            Deliveries(storage.outbox, poster)
            for storage, poster in zip((one, two, three), posters, strict=True)
        ]
        sent = 0
        while sent < len(keys):
            sent += sum(await asyncio.gather(*(each.deliver() for each in deliveries)))
    assert sorted(key for poster in posters for key in poster.posted) == sorted(keys)


async def test_a_message_under_way_is_left_to_who_is_sending_it(outbox: Outbox) -> None:
    await put(outbox, "a")
    quick = Poster()
    going_on = asyncio.Event()
    begun = asyncio.Event()

    class Slow(Poster):
        async def send(self, outgoing: Outgoing) -> str:
            begun.set()
            await going_on.wait()
            return await super().send(outgoing)

    slow = Slow()
    sending = asyncio.create_task(Deliveries(outbox, slow).deliver())
    await begun.wait()
    assert await Deliveries(outbox, quick).deliver() == 0
    going_on.set()
    assert await sending == 1
    assert (slow.posted, quick.posted) == (["a"], [])
