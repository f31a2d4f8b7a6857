"""The contract of `ports.Communities`: choices are kept, remembered, logged, and each community's own."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.chat.choices import KEYS, Choices
from bot.chat.command import ChannelId, RoleId
from bot.debating.events import Actor
from bot.errors import Passing
from bot.storage.communities import REMEMBERED, StoredCommunities
from tests.storage.conftest import Clock, Kept, Open

ANN = Actor("1", "Ann")


@pytest.fixture
def communities(kept: Kept, clock: Clock) -> StoredCommunities:
    return StoredCommunities(kept.database, clock)


async def spoil(kept: Kept) -> None:
    async with kept.database.write() as connection:
        await connection.execute(text("DROP TABLE choice"))


async def test_a_community_that_chose_nothing_has_no_choices(communities: StoredCommunities) -> None:
    assert await communities.choices("here") == Choices()


async def test_what_is_chosen_is_read_back_as_what_it_is(
    communities: StoredCommunities, kept: Kept, clock: Clock
) -> None:
    every = {key: str(n) for n, key in enumerate(KEYS)}
    changed = await communities.change("here", ANN, every)
    read = await StoredCommunities(kept.database, clock).choices("here")
    assert changed == read
    assert {key: getattr(read, key) for key in KEYS} == every
    assert type(read.moderators) is RoleId
    assert type(read.duels) is ChannelId
    assert type(read.words) is str


async def test_a_choice_is_replaced_and_taken_back_and_the_others_stay(
    communities: StoredCommunities,
) -> None:
    await communities.change("here", ANN, {"moderators": "7", "words": "bad"})
    assert (await communities.change("here", ANN, {"moderators": "8"})).moderators == "8"
    left = await communities.change("here", ANN, {"moderators": None})
    assert left == Choices(words="bad") == await communities.choices("here")


async def test_each_community_has_its_own(communities: StoredCommunities) -> None:
    await communities.change("here", ANN, {"words": "bad"})
    assert await communities.choices("there") == Choices()
    assert await communities.history("there", 10) == ()


async def test_a_key_that_is_none_changes_nothing(communities: StoredCommunities) -> None:
    with pytest.raises(ValueError, match="colour"):
        await communities.change("here", ANN, {"words": "bad", "colour": "red"})
    assert await communities.choices("here") == Choices()


async def test_differences_are_logged_newest_first_and_nothing_else(communities: StoredCommunities) -> None:
    await communities.change("here", ANN, {"moderators": "7", "duels": None})
    await communities.change("here", Actor("2", "Bo"), {"moderators": "7", "words": "bad"})
    await communities.change("here", ANN, {"moderators": None})
    made = await communities.history("here", 10)
    assert [(one.key, one.before, one.after, one.by.name) for one in made] == [
        ("moderators", "7", None, "Ann"),
        ("words", None, "bad", "Bo"),
        ("moderators", None, "7", "Ann"),
    ]
    assert made[0].at > made[1].at > made[2].at
    assert await communities.history("here", 2) == made[:2]


async def test_reading_again_asks_no_database(communities: StoredCommunities, kept: Kept) -> None:
    await communities.change("here", ANN, {"words": "bad"})
    await spoil(kept)
    assert (await communities.choices("here")).words == "bad"


async def test_choices_that_cannot_be_read_are_no_choices_but_a_passing_fault(
    communities: StoredCommunities, kept: Kept
) -> None:
    await spoil(kept)
    with pytest.raises(Passing, match="what this community has chosen"):
        await communities.choices("here")


async def test_what_another_process_changes_is_seen_before_long(
    communities: StoredCommunities, open_again: Open, clock: Clock
) -> None:
    assert (await communities.choices("here")).moderators is None
    async with open_again() as other:
        await StoredCommunities(other.database, clock).change("here", ANN, {"moderators": "7"})
    clock.pass_by(seconds=REMEMBERED.total_seconds())
    assert (await communities.choices("here")).moderators == "7"


async def test_changes_of_two_processes_at_once_are_all_kept(
    communities: StoredCommunities, open_again: Open, clock: Clock
) -> None:
    async with open_again() as other:
        second = StoredCommunities(other.database, clock)
        given = [(one, key) for one, key in zip([communities, second] * 3, KEYS, strict=True)]
        await asyncio.gather(*(one.change("here", ANN, {key: key}) for one, key in given))
        read = await StoredCommunities(other.database, clock).choices("here")
    assert {key: getattr(read, key) for key in KEYS} == {key: key for key in KEYS}
    assert len(await communities.history("here", 50)) == len(KEYS)


async def test_a_choice_of_a_newer_version_is_passed_over(communities: StoredCommunities, kept: Kept) -> None:
    async with kept.database.write() as connection:
        await connection.execute(text("INSERT INTO choice VALUES ('here', 'colour', 'red')"))
    assert await communities.choices("here") == Choices()
