"""The contract of `ports.Outbox`: each message is sent by one process, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.ports import Claimed, Delivery
from tests.storage.conftest import Clock, Kept, Open, note


async def claim(kept: Kept, platform: str = "chat") -> Claimed | None:
    return await kept.outbox.claim(platform, stale_after_s=60)


async def key(kept: Kept, platform: str = "chat") -> str | None:
    claimed = await claim(kept, platform)
    return claimed.outgoing.key if claimed else None


async def test_a_message_is_claimed_as_it_was_put(kept: Kept) -> None:
    await kept.outbox.put(note())
    claimed = await claim(kept)
    assert claimed is not None
    assert (claimed.outgoing, claimed.attempt, claimed.unsure) == (note(), 1, False)


async def test_what_one_process_claimed_no_other_gets(kept: Kept) -> None:
    await kept.outbox.put(note())
    assert await key(kept) == "k"
    assert await key(kept) is None


async def test_the_same_key_is_said_once_ever(kept: Kept) -> None:
    await kept.outbox.put(note())
    await kept.outbox.put(note())
    claimed = await claim(kept)
    assert claimed is not None
    await kept.outbox.sent(claimed, "1")
    await kept.outbox.put(note())
    assert await key(kept) is None


async def test_each_platform_gets_its_own(kept: Kept) -> None:
    await kept.outbox.put(note("a", platform="other"))
    assert await key(kept) is None
    assert await key(kept, "other") == "a"


async def test_messages_to_one_channel_keep_their_order(kept: Kept) -> None:
    for name in ("a", "b"):
        await kept.outbox.put(note(name))
    first = await claim(kept)
    assert first is not None
    assert await claim(kept) is None
    await kept.outbox.sent(first, "1")
    assert await key(kept) == "b"


async def test_a_channel_that_refuses_does_not_hold_up_the_others(kept: Kept) -> None:
    for name, channel in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        await kept.outbox.put(note(name, channel=channel))
    refused = await claim(kept)
    assert refused is not None
    await kept.outbox.give_back(refused)
    assert [await key(kept), await key(kept), await key(kept)] == ["b1", "a1", None]


async def test_a_message_given_back_is_ready_again(kept: Kept) -> None:
    await kept.outbox.put(note())
    first = await claim(kept)
    assert first is not None
    await kept.outbox.give_back(first)
    again = await claim(kept)
    assert again is not None
    assert (again.attempt, again.unsure) == (2, False)


async def test_a_sender_that_fell_silent_leaves_a_doubt_that_stays(
    kept: Kept, clock: Clock, open_again: Open
) -> None:
    await kept.outbox.put(note())
    assert await key(kept) == "k"
    async with open_again() as restarted:
        assert await claim(restarted) is None
        clock.pass_by(seconds=61)
        second = await claim(restarted)
        assert second is not None
        assert (second.attempt, second.unsure) == (2, True)
        await restarted.outbox.give_back(second)
        third = await claim(restarted)
        assert third is not None
        assert (third.attempt, third.unsure) == (3, True)


async def test_one_who_comes_back_late_changes_nothing_but_that_it_is_sent(kept: Kept, clock: Clock) -> None:
    await kept.outbox.put(note())
    late = await claim(kept)
    clock.pass_by(seconds=61)
    taken_over = await claim(kept)
    assert late is not None
    assert taken_over is not None
    await kept.outbox.give_back(late)
    assert await claim(kept) is None
    await kept.outbox.sent(late, "1")
    clock.pass_by(seconds=61)
    await kept.outbox.sent(taken_over, "2")
    assert await claim(kept) is None
    async with kept.database.read() as connection:
        assert (await connection.exec_driver_sql("SELECT state, message_id FROM outbox")).one() == (
            "sent",
            "1",
        )


async def test_many_at_once_never_claim_the_same(kept: Kept, open_again: Open) -> None:
    for number in range(20):
        await kept.outbox.put(note(str(number), channel=str(number)))
    async with open_again() as other:
        found = await asyncio.gather(*(key(one) for one in (kept, other) for _ in range(15)))
    names = [name for name in found if name is not None]
    assert sorted(names, key=int) == [str(number) for number in range(20)]


@pytest.mark.parametrize("body", ["", "no JSON", '{"data": {}}', "[" * 100_000])
async def test_a_message_that_cannot_be_read_is_put_aside_and_holds_up_nobody(
    kept: Kept, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    for name in ("broken", "next"):
        await kept.outbox.put(note(name))
    async with kept.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET body = ? WHERE key = 'broken'", (body,))
    assert await key(kept) == "next"
    assert await key(kept) is None
    assert "key=broken" in caplog.text
    async with kept.database.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT state, body FROM outbox ORDER BY id")).all()
    assert rows[0] == (Delivery.UNREADABLE.value, body)
    assert rows[1].state == Delivery.SENDING.value


async def test_where_it_is_said_is_claimed_as_it_was_put(kept: Kept) -> None:
    told = replace(note(), thread_title="Debate 1: bread", below="head", replaces="older")
    await kept.outbox.put(told)
    claimed = await claim(kept)
    assert claimed is not None
    assert claimed.outgoing == told


async def test_the_id_of_a_message_is_known_once_it_is_sent(kept: Kept) -> None:
    await kept.outbox.put(note())
    assert await kept.outbox.message("k") is None
    claimed = await claim(kept)
    assert claimed is not None
    assert await kept.outbox.message("k") is None
    await kept.outbox.sent(claimed, "77")
    assert await kept.outbox.message("k") == "77"
    assert await kept.outbox.message("nobody's") is None


async def test_nothing_goes_below_or_in_place_of_a_message_before_it_is_out(kept: Kept) -> None:
    for told in (note("head"), replace(note("b"), below="head"), replace(note("e"), replaces="head")):
        await kept.outbox.put(told)
    seen = []
    while claimed := await claim(kept):
        assert await claim(kept) is None
        await kept.outbox.sent(claimed, "1")
        seen.append(claimed.outgoing.key)
    assert seen == ["head", "b", "e"]


async def test_of_several_that_wait_to_replace_a_message_only_the_newest_does(kept: Kept) -> None:
    await kept.outbox.put(note("head"))
    for name in ("e1", "e2", "e3"):
        await kept.outbox.put(replace(note(name), replaces="head"))
    await kept.outbox.put(replace(note("f"), replaces="another"))
    await kept.outbox.put(replace(note("e1"), replaces="head"))
    seen = []
    while claimed := await claim(kept):
        await kept.outbox.sent(claimed, "1")
        seen.append(claimed.outgoing.key)
    assert seen == ["head", "e3", "f"]


async def test_an_edit_that_is_under_way_is_not_left_out_for_a_newer_one(kept: Kept) -> None:
    await kept.outbox.put(replace(note("e1"), replaces="head"))
    under_way = await claim(kept)
    assert under_way is not None
    await kept.outbox.put(replace(note("e2"), replaces="head"))
    await kept.outbox.give_back(under_way)
    assert await key(kept) == "e1"
