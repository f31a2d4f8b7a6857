"""The contract of `ports.Debates`: the log is kept with what it comes to and what it says, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.invocation import Place
from bot.chat.reply import Prose, reply
from bot.debating.events import (
    BOT,
    At,
    Cancelled,
    Closed,
    Event,
    Paused,
    Resumed,
    Skipped,
    Spoken,
    Started,
    Struck,
)
from bot.debating.speech import Cards, Speech
from bot.debating.state import Phase
from bot.errors import InputError, MovedOn, NotFound, StoreError
from bot.ports import Debate, Outgoing, Post
from bot.storage import open_storage
from tests.storage.conftest import PLACE, Clock, Kept, Open, sqlite
from tests.storage.standing import ANN, NOON, begin, opened, standing

LATER = NOON + timedelta(hours=1)
ELSEWHERE = replace(PLACE, channel="elsewhere")
THIRD = replace(PLACE, channel="third")
ABROAD = replace(PLACE, community="abroad")
SPOKEN = Spoken(at=At(0), seat="for.1", speech=Speech(text="“So.” [1]", words=1, by=Cards()))


def said(*texts: str, head: bool = False) -> list[Post]:
    return [Post(reply=reply(Prose(text)), head=head) for text in texts]


async def append(kept: Kept, number: int, events: Sequence[Event], state: Any, *posts: str) -> None:
    await kept.debates.append(number, BOT, LATER, events, state, said(*posts))


async def outgoing(kept: Kept) -> list[tuple[str, Any, Place]]:
    """Key, words and place of all that is to be posted, as it would be sent."""
    return [(out.key, out.reply.blocks, out.place) for out in await sent(kept)]


async def sent(kept: Kept) -> list[Outgoing]:
    """All that is to be posted, as it would be sent."""
    found = []
    while claimed := await kept.outbox.claim(PLACE.platform, stale_after_s=60):
        await kept.outbox.sent(claimed, "1")
        found.append(claimed.outgoing)
    return found


async def directed(kept: Kept, place: Place, motion: str = "Bread is good") -> list[tuple[str, str | None]]:
    """For each post of a debate the title of its thread, and the key it stands below or replaces."""
    state = standing(motion=replace(standing().motion, text=motion))
    announced = said("Announced", head=True)
    number = await kept.debates.open(place, ANN, opened(), state, lambda number: announced)
    posts = [*said("A speech"), *said("Under way", head=True)]
    await kept.debates.append(number, BOT, LATER, [Started()], standing(2, Phase.LIVE), posts)
    return [(out.thread_title, out.below or out.replaces) for out in await sent(kept)]


async def log_of(kept: Kept, number: int) -> list[tuple[int, Event]]:
    debate = await kept.debates.debate(PLACE.community, number)
    return [(one.seq, one.event) for one in debate.events]


async def test_a_debate_is_there_as_it_was_opened(kept: Kept) -> None:
    thread = replace(PLACE, thread="t1")
    number = await begin(kept.debates, thread)
    debate = await kept.debates.debate(PLACE.community, number)
    assert isinstance(debate, Debate)
    assert (debate.id, debate.place, debate.opened_by) == (number, thread, ANN)
    first = debate.events[0]
    assert (len(debate.events), first.seq, first.at, first.actor) == (1, 1, NOON, ANN)
    assert first.event == opened()


async def test_what_is_said_at_the_opening_knows_the_number_and_goes_to_the_place_of_the_debate(
    kept: Kept,
) -> None:
    thread = replace(PLACE, thread="t1")
    number = await kept.debates.open(
        thread, ANN, opened(), standing(), lambda number: said(f"Debate {number}", "Vote")
    )
    assert await outgoing(kept) == [
        (f"debate:{number}:1:1", (Prose(f"Debate {number}"),), thread),
        (f"debate:{number}:1:2", (Prose("Vote"),), thread),
    ]


async def test_what_happened_is_kept_in_order_with_who_did_it_when(kept: Kept) -> None:
    number = await begin(kept.debates)
    await kept.debates.append(number, ANN, LATER, [Started(early=True)], standing(2, Phase.LIVE), [])
    await append(kept, number, [SPOKEN, Skipped(at=At(1), reason="")], standing(4, Phase.LIVE))
    debate = await kept.debates.debate(PLACE.community, number)
    assert [one.seq for one in debate.events] == [1, 2, 3, 4]
    assert [one.event for one in debate.events[1:]] == [
        Started(early=True),
        SPOKEN,
        Skipped(at=At(1), reason=""),
    ]
    assert [(one.at, one.actor) for one in debate.events[1:]] == [(LATER, ANN), (LATER, BOT), (LATER, BOT)]


async def test_posts_are_keyed_by_the_first_event_that_causes_them(kept: Kept) -> None:
    number = await begin(kept.debates)
    await append(kept, number, [Started(), SPOKEN], standing(3, Phase.LIVE), "Begun", "A speech")
    assert [(key, blocks) for key, blocks, _ in await outgoing(kept)] == [
        (f"debate:{number}:2:1", (Prose("Begun"),)),
        (f"debate:{number}:2:2", (Prose("A speech"),)),
    ]


async def test_a_debate_has_one_message_in_its_channel_and_all_else_in_its_thread(kept: Kept) -> None:
    assert await directed(kept, PLACE) == [
        ("Debate 1: Bread is good", None),
        ("", "debate:1:1:1"),
        ("", "debate:1:1:1"),
    ]
    number = await begin(kept.debates, ELSEWHERE, said=said("Announced", head=True))
    await append(kept, number, [Started()], standing(2, Phase.LIVE), "A speech")
    _, speech = await sent(kept)
    assert (speech.below, speech.replaces) == ("debate:2:1:1", None)
    posts = said("Under way", head=True)
    await kept.debates.append(number, BOT, LATER, [Cancelled(reason="")], standing(3), posts)
    [edit] = await sent(kept)
    assert (edit.below, edit.replaces) == (None, "debate:2:1:1")


async def test_a_debate_that_is_held_in_a_thread_opens_none(kept: Kept) -> None:
    assert await directed(kept, replace(PLACE, thread="t1")) == [
        ("", None),
        ("", None),
        ("", "debate:1:1:1"),
    ]


@pytest.mark.parametrize(("length", "ends"), [(90, "xxx"), (91, "xx…"), (300, "xx…")])
async def test_the_title_of_a_thread_is_not_longer_than_platforms_take(
    kept: Kept, length: int, ends: str
) -> None:
    [(title, _), *_] = await directed(kept, PLACE, "x" * length)
    assert title.startswith("Debate 1: x")
    assert len(title) == min(100, length + 10)
    assert title.endswith(ends)


async def test_a_debate_that_has_moved_on_is_left_as_it_is(kept: Kept) -> None:
    number = await begin(kept.debates)
    await append(kept, number, [Started()], standing(2, Phase.LIVE))
    for seq in (1, 2, 4, 5):
        with pytest.raises(MovedOn):
            await append(kept, number, [Cancelled(reason="")], standing(seq, Phase.CANCELLED), "Cancelled")
    assert [seq for seq, _ in await log_of(kept, number)] == [1, 2]
    assert await outgoing(kept) == []
    (outline,) = await kept.debates.recent(PLACE.community, 1)
    assert outline.phase is Phase.LIVE


async def test_of_many_who_saw_the_same_only_one_goes_on(kept: Kept, open_again: Open) -> None:
    number = await begin(kept.debates)

    async def start(one: Kept, name: str) -> bool:
        try:
            await append(one, number, [Started()], standing(2, Phase.LIVE), name)
        except MovedOn:
            return False
        return True

    async with open_again() as other:
        went = await asyncio.gather(*(start(one, str(n)) for n in range(10) for one in (kept, other)))
    assert sum(went) == 1
    assert len(await log_of(kept, number)) == 2
    assert len(await outgoing(kept)) == 1


async def test_nothing_is_kept_where_anything_fails(kept: Kept) -> None:
    number = await begin(kept.debates)
    broken = Post(reply=replace(reply(Prose("x")), data=object()))
    with pytest.raises(TypeError):
        await kept.debates.append(
            number, BOT, LATER, [Started()], standing(2, Phase.LIVE), [*said("fine"), broken]
        )
    with pytest.raises(TypeError):
        await kept.debates.open(ELSEWHERE, ANN, opened(), standing(), lambda number: [*said("fine"), broken])
    assert len(await log_of(kept, number)) == 1
    assert [outline.phase for outline in await kept.debates.recent(PLACE.community, 9)] == [Phase.LOBBY]
    assert await outgoing(kept) == []


async def test_that_nothing_happened_is_not_kept(kept: Kept) -> None:
    number = await begin(kept.debates)
    with pytest.raises(ValueError, match="nothing happened"):
        await append(kept, number, [], standing(1), "words")


async def test_one_channel_has_one_debate_at_a_time(kept: Kept) -> None:
    number = await begin(kept.debates)
    for place in (PLACE, replace(PLACE, thread="t1")):
        with pytest.raises(InputError) as refused:
            await begin(kept.debates, place, said=said("not this"))
        assert refused.value.message == f"A debate is running here: number {number}."
        assert refused.value.hint
    assert await outgoing(kept) == []
    await append(kept, number, [Cancelled(reason="")], standing(2, Phase.CANCELLED))
    assert await begin(kept.debates) == number + 1


async def test_one_community_has_two_debates_at_a_time(kept: Kept) -> None:
    await begin(kept.debates)
    second = await begin(kept.debates, ELSEWHERE)
    with pytest.raises(InputError) as refused:
        await begin(kept.debates, THIRD)
    assert refused.value.message == "Two debates are running already."
    assert refused.value.hint
    await begin(kept.debates, ABROAD)
    await append(kept, second, [Cancelled(reason="")], standing(2, Phase.CANCELLED))
    await begin(kept.debates, THIRD)


async def test_a_debate_that_nobody_attends_takes_no_room(kept: Kept) -> None:
    for _ in range(3):
        await begin(kept.debates, attended=False)
    assert await kept.debates.under_way(PLACE) is None
    assert await kept.debates.live(PLACE.platform) == ()
    number = await begin(kept.debates)
    await begin(kept.debates, ELSEWHERE)
    assert await kept.debates.under_way(replace(PLACE, thread="t")) == number


async def test_many_at_once_open_one_debate_in_a_channel(kept: Kept, open_again: Open) -> None:
    async def start(one: Kept) -> bool:
        try:
            await begin(one.debates)
        except InputError:
            return False
        return True

    async with open_again() as other:
        went = await asyncio.gather(*(start(one) for _ in range(8) for one in (kept, other)))
    assert sum(went) == 1


async def test_the_one_under_way_and_the_newest_of_a_channel_are_found(kept: Kept) -> None:
    assert await kept.debates.under_way(PLACE) is None
    assert await kept.debates.latest(PLACE) is None
    first = await begin(kept.debates)
    assert (await kept.debates.under_way(PLACE), await kept.debates.latest(PLACE)) == (first, first)
    await append(kept, first, [Cancelled(reason="")], standing(2, Phase.CANCELLED))
    assert (await kept.debates.under_way(PLACE), await kept.debates.latest(PLACE)) == (None, first)
    second = await begin(kept.debates, attended=False)
    assert (await kept.debates.under_way(PLACE), await kept.debates.latest(PLACE)) == (None, second)


async def test_the_live_debates_of_a_platform_are_listed(kept: Kept) -> None:
    first, other = await begin(kept.debates), await begin(kept.debates, ABROAD)
    await begin(kept.debates, replace(PLACE, platform="radio", community="radio:1"))
    assert await kept.debates.live(PLACE.platform) == ((PLACE.community, first), (ABROAD.community, other))
    await append(kept, first, [Paused(kind="moderator", reason="")], standing(2, paused=True))
    await append(kept, other, [Cancelled(reason="")], standing(2, Phase.CANCELLED))
    assert await kept.debates.live(PLACE.platform) == ((PLACE.community, first),)


async def test_the_newest_debates_are_outlined_first(kept: Kept) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(await begin(kept.debates))
        await append(kept, numbers[-1], [Cancelled(reason="")], standing(2, Phase.CANCELLED))
    outlines = await kept.debates.recent(PLACE.community, 2)
    assert [outline.id for outline in outlines] == [numbers[2], numbers[1]]


async def test_an_outline_follows_the_debate(kept: Kept) -> None:
    number = await begin(kept.debates)

    async def outline() -> Any:
        return (await kept.debates.recent(PLACE.community, 1))[0]

    new = await outline()
    assert (new.place, new.motion, new.format) == (PLACE, standing().motion.text, "Quick debate")
    assert (new.phase, new.paused, new.opened_at, new.closed_at, new.result) == (
        Phase.LOBBY,
        False,
        NOON,
        None,
        None,
    )
    await append(kept, number, [Paused(kind="model", reason="")], standing(2, paused=True))
    assert (await outline()).paused
    await append(kept, number, [Resumed(seconds=1)], standing(3))
    assert not (await outline()).paused
    result = {"told": "totals", "swing": {"for": "3/8"}, "flow": [["for", "against", 3]]}
    closed = standing(4, Phase.CLOSED, result=result)
    await append(kept, number, [Closed(result=result)], closed)
    over = await outline()
    assert (over.phase, over.closed_at, over.result) == (Phase.CLOSED, LATER, result)
    struck = replace(closed, seq=5)
    much_later = LATER + timedelta(days=1)
    await kept.debates.append(number, ANN, much_later, [Struck(speech=3, reason="")], struck, [])
    assert (await outline()).closed_at == LATER


async def test_another_community_sees_nothing_of_a_debate(kept: Kept) -> None:
    number = await begin(kept.debates)
    texts = set()
    for community, wanted in (("abroad", number), (PLACE.community, number + 1)):
        with pytest.raises(NotFound, match=r"^No debate with that number here\.") as missing:
            await kept.debates.debate(community, wanted)
        texts.add(str(missing.value))
    assert len(texts) == 1
    assert await kept.debates.recent("abroad", 9) == ()
    assert await kept.debates.latest(ABROAD) is None
    assert await kept.debates.under_way(ABROAD) is None
    assert await kept.debates.latest(ELSEWHERE) is None


async def test_nothing_happens_in_a_debate_that_is_not_there(kept: Kept) -> None:
    with pytest.raises(NotFound):
        await append(kept, 7, [Started()], standing(1, Phase.LIVE))


async def test_an_event_of_a_newer_version_is_told_and_left_alone(kept: Kept) -> None:
    number = await begin(kept.debates)
    body = '{"is": "Adjourned"}'
    async with kept.database.write() as connection:
        await connection.exec_driver_sql("UPDATE debate_event SET body = ?", (body,))
    with pytest.raises(StoreError, match=rf"Event 1 of debate {number} .*newer.*'Adjourned'.* Install"):
        await kept.debates.debate(PLACE.community, number)


async def test_a_draft_is_kept_for_one_member_and_replaced(kept: Kept) -> None:
    number, other = await begin(kept.debates), await begin(kept.debates, ELSEWHERE)
    assert await kept.debates.draft(number, "u1") == ""
    await kept.debates.keep_draft(number, "u1", "First")
    await kept.debates.keep_draft(number, "u1", "Second\n\nthoughts")
    await kept.debates.keep_draft(number, "u2", "Mine")
    assert await kept.debates.draft(number, "u1") == "Second\n\nthoughts"
    assert await kept.debates.draft(number, "u2") == "Mine"
    assert await kept.debates.draft(other, "u1") == ""
    await kept.debates.keep_draft(number, "u1", "")
    assert await kept.debates.draft(number, "u1") == ""
    assert await kept.debates.draft(number, "u2") == "Mine"


async def test_all_of_it_is_there_after_opening_again(tmp_path: Any) -> None:
    async with open_storage(tmp_path, Clock()) as storage:
        number = await storage.debates.open(PLACE, ANN, opened(), standing(), lambda number: [])
        await storage.debates.keep_draft(number, "u1", "words")
    async with open_storage(tmp_path, Clock()) as storage:
        debate = await storage.debates.debate(PLACE.community, number)
        assert [one.event for one in debate.events] == [opened()]
        assert await storage.debates.draft(number, "u1") == "words"
        assert await storage.ballots.own(number, "u1") == {}


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2)), max_size=12)


@settings(max_examples=25)
@given(STEPS)
def test_the_log_has_no_gap_whatever_is_tried(tmp_path_factory: pytest.TempPathFactory, steps: Any) -> None:
    async def run() -> None:
        async with sqlite(tmp_path_factory.getbasetemp() / "debates", Clock())() as kept:
            number = await begin(kept.debates, attended=False)
            expected: list[Event] = [opened(attended=False)]
            for count, off in steps:
                events = [Skipped(at=At(len(expected), part), reason="") for part in range(count)]
                state = standing(len(expected) + count + off, Phase.LIVE, attended=False)
                fits = count and not off
                with nullcontext() if fits else pytest.raises((MovedOn, ValueError)):
                    await append(kept, number, events, state)
                expected += events if fits else []
            assert await log_of(kept, number) == list(enumerate(expected, 1))

    asyncio.run(run())
