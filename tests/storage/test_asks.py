"""The contract of `ports.Asks`: questions, what they quoted, and ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from bot.errors import NotFound
from bot.ports import Quoted
from tests.storage.conftest import HERE, PLACE, Clock, Kept, draft

THREAD = replace(PLACE, thread="t1")


async def quoted(kept: Kept, text: str = "One two.") -> Quoted:
    article = (await kept.library.add(HERE, draft(text))).article
    return Quoted(article=article.id, revision=article.revision, start=0, end=3)


async def test_a_question_is_kept_with_what_it_quoted(kept: Kept) -> None:
    quotes = [one := await quoted(kept), replace(one, start=4, end=7)]
    number = await kept.asks.record(PLACE, "ann", "why?", quotes, answered=True)
    asked = await kept.asks.asked(PLACE, number)
    assert (asked.id, asked.place, asked.member) == (number, PLACE, "ann")
    assert (asked.question, asked.answered, asked.quoted) == ("why?", True, tuple(quotes))
    assert asked.asked_at.tzinfo == UTC
    assert await kept.asks.recent(PLACE, 5) == (asked,)


async def test_the_recent_questions_are_those_of_that_place_newest_first(kept: Kept) -> None:
    assert await kept.asks.recent(PLACE, 5) == ()
    first = await kept.asks.record(PLACE, "ann", "1", [await quoted(kept)], answered=True)
    second = await kept.asks.record(PLACE, "bob", "2", [], answered=False)
    third = await kept.asks.record(THREAD, "ann", "3", [], answered=False)
    recent = await kept.asks.recent(PLACE, 5)
    assert [(one.id, len(one.quoted)) for one in recent] == [(second, 0), (first, 1)]
    assert await kept.asks.recent(PLACE, 1) == recent[:1]
    assert [one.id for one in await kept.asks.recent(THREAD, 5)] == [third]
    assert await kept.asks.recent(replace(PLACE, community="other"), 5) == ()


async def test_a_question_opens_in_its_channel_and_threads_and_nowhere_else(kept: Kept) -> None:
    number = await kept.asks.record(PLACE, "ann", "1", [], answered=False)
    assert (await kept.asks.asked(THREAD, number)).id == number
    for place in (replace(PLACE, channel="other"), replace(PLACE, community="other")):
        with pytest.raises(NotFound):
            await kept.asks.asked(place, number)
        with pytest.raises(NotFound):
            await kept.asks.rate(place, number, "ann", helpful=True)


async def test_nothing_is_kept_when_a_quoted_article_was_removed_meanwhile(kept: Kept) -> None:
    one, other = await quoted(kept), Quoted(article=999, revision=999, start=0, end=1)
    for quotes in ([one, other], [replace(one, article=999)]):
        with pytest.raises(NotFound):
            await kept.asks.record(PLACE, "ann", "why?", quotes, answered=True)
    await kept.library.remove(HERE, one.article)
    with pytest.raises(NotFound):
        await kept.asks.record(PLACE, "ann", "why?", [one], answered=True)
    assert await kept.asks.recent(PLACE, 5) == ()


async def test_a_removed_article_is_quoted_no_more_even_while_its_words_are_kept(kept: Kept) -> None:
    one = await quoted(kept)
    await kept.asks.record(PLACE, "ann", "why?", [one], answered=True)
    await kept.library.remove(HERE, one.article)
    with pytest.raises(NotFound):
        await kept.asks.record(PLACE, "ann", "why?", [one], answered=True)


async def test_words_that_were_replaced_meanwhile_can_still_be_quoted(kept: Kept) -> None:
    one = await quoted(kept)
    await quoted(kept, "Other words.")
    number = await kept.asks.record(PLACE, "ann", "why?", [one], answered=True)
    assert (await kept.asks.asked(PLACE, number)).quoted == (one,)


async def test_another_communitys_article_cannot_be_quoted(kept: Kept) -> None:
    one = await quoted(kept)
    with pytest.raises(NotFound):
        await kept.asks.record(replace(PLACE, community="other"), "ann", "why?", [one], answered=True)


async def test_a_member_has_one_rating_and_the_latest_counts(kept: Kept) -> None:
    number = await kept.asks.record(PLACE, "ann", "1", [], answered=True)
    for helpful in (True, True, False):
        await kept.asks.rate(PLACE, number, "ann", helpful=helpful)
    await kept.asks.rate(PLACE, number, "bob", helpful=True)
    async with kept.database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT member, helpful FROM rating ORDER BY member")
        assert [(member, bool(helpful)) for member, helpful in rows.all()] == [("ann", False), ("bob", True)]
    with pytest.raises(NotFound):
        await kept.asks.rate(PLACE, 999, "ann", helpful=True)


async def test_a_purge_forgets_old_questions_with_their_ratings(kept: Kept, clock: Clock) -> None:
    old = await kept.asks.record(PLACE, "ann", "1", [await quoted(kept)], answered=True)
    await kept.asks.rate(PLACE, old, "ann", helpful=True)
    clock.pass_by(days=30)
    limit = clock.now()
    new = await kept.asks.record(PLACE, "ann", "2", [], answered=False)
    assert await kept.asks.purge(limit) == 1
    assert await kept.asks.purge(limit) == 0
    with pytest.raises(NotFound):
        await kept.asks.asked(PLACE, old)
    assert (await kept.asks.asked(PLACE, new)).question == "2"
