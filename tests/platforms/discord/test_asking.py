"""Which messages ask something, where, and what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.invocation import Place
from bot.chat.reply import Prose, reply
from bot.errors import InputError
from bot.platforms.discord.asking import Asking
from bot.platforms.discord.places import is_direct, place_of, text_of
from bot.ports import Post
from bot.storage import Storage, open_storage
from tests.platforms.discord.made import ANN, BOT, GUILD, channel, direct, message, person, server, thread
from tests.storage.conftest import Clock
from tests.storage.standing import begin

HALL = Place(platform="discord", community="discord:100", channel="300")
THREAD = replace(HALL, thread="400")
TO_BOT = {"mentions": [person(BOT, "rostrum")]}


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "data", Clock()) as opened:
        yield opened


def asking(storage: Storage, *, goes_on: bool = True) -> Asking:
    return Asking(storage.asks, storage.debates, storage.outbox, goes_on=goes_on)


async def ask(storage: Storage, content: str, place: Place = HALL, **more: Any) -> str | None:
    guild = server()
    hall = channel(guild)
    where = thread(guild) if place.thread else hall
    return await asking(storage).question(message(where, content, **more), place)


async def test_a_mention_asks_what_stands_beside_it(storage: Storage) -> None:
    assert await ask(storage, "<@1>  What is\nan open weight? <@!1>", **TO_BOT) == "What is an open weight?"


async def test_a_reply_to_the_bot_that_pings_it_asks_all_that_it_says(storage: Storage) -> None:
    asked = await ask(storage, "And since when?", type=19, **TO_BOT)
    assert asked == "And since when?"


async def test_people_beside_the_bot_appear_by_their_names(storage: Storage) -> None:
    both = {"mentions": [person(BOT, "rostrum"), person(8, "bob")]}
    assert await ask(storage, "<@1> is <@8> right, <@9>?", **both) == "is @Bob right, <@9>?"


async def test_a_mention_alone_asks_nothing(storage: Storage) -> None:
    assert await ask(storage, "<@1>", **TO_BOT) == ""


async def test_other_talk_is_not_meant(storage: Storage) -> None:
    assert await ask(storage, "What is an open weight?") is None
    assert await ask(storage, "<@8> what do you think?", mentions=[person(8, "bob")]) is None
    assert await ask(storage, "<@&1> a role of the same number") is None


async def test_in_a_direct_conversation_everything_is_a_question(storage: Storage) -> None:
    place = place_of(direct(), None, ANN)
    assert is_direct(place)
    assert await asking(storage).question(message(direct(), "What is it?"), place) == "What is it?"


async def test_who_asked_in_a_thread_goes_on_without_a_mention(storage: Storage) -> None:
    await storage.asks.record(THREAD, str(ANN), "What is it?", (), answered=False)
    assert await ask(storage, "And why?", THREAD) == "And why?"


async def test_who_has_not_asked_in_a_thread_is_left_alone(storage: Storage) -> None:
    await storage.asks.record(THREAD, "8", "What is it?", (), answered=False)
    await storage.asks.record(HALL, str(ANN), "What is it?", (), answered=False)
    assert await ask(storage, "And why?", THREAD) is None


async def test_what_is_said_to_others_in_a_thread_is_not_meant(storage: Storage) -> None:
    await storage.asks.record(THREAD, str(ANN), "What is it?", (), answered=False)
    to_bob = await ask(storage, "<@8> and you?", THREAD, mentions=[person(8, "bob")])
    reference = {"message_id": "5", "channel_id": "400", "guild_id": str(GUILD)}
    answering = await ask(storage, "no", THREAD, type=19, message_reference=reference)
    assert (to_bob, answering) == (None, None)
    assert await ask(storage, " ", THREAD) is None


async def test_without_the_right_to_read_messages_nobody_goes_on(storage: Storage) -> None:
    await storage.asks.record(THREAD, str(ANN), "What is it?", (), answered=False)
    further = asking(storage, goes_on=False)
    where = thread(server())
    assert await further.question(message(where, "And why?"), THREAD) is None


async def test_in_the_thread_of_a_debate_only_a_mention_asks(storage: Storage) -> None:
    await begin(storage.debates, HALL, said=[Post(reply=reply(Prose("A debate")), head=True)])  # type: ignore[arg-type]
    claimed = await storage.outbox.claim("discord", stale_after_s=60)
    assert claimed
    await storage.outbox.sent(claimed, "400")
    await storage.asks.record(THREAD, str(ANN), "What is it?", (), answered=False)
    assert await ask(storage, "I disagree.", THREAD) is None
    assert await ask(storage, "<@1> And why?", THREAD, **TO_BOT) == "And why?"


async def test_a_debate_that_was_opened_in_a_thread_keeps_it_free_too(storage: Storage) -> None:
    await begin(storage.debates, THREAD)  # type: ignore[arg-type]
    await storage.asks.record(THREAD, str(ANN), "What is it?", (), answered=False)
    assert await ask(storage, "I disagree.", THREAD) is None


async def test_a_thread_is_a_place_of_its_own_in_its_channel() -> None:
    guild = server()
    assert place_of(channel(guild), GUILD, ANN) == HALL
    assert place_of(thread(guild), GUILD, ANN) == THREAD
    with pytest.raises(InputError, match="I do not know this kind of channel"):
        place_of(None, GUILD, ANN)


def test_a_message_of_components_says_all_their_texts() -> None:
    inner = [{"type": 10, "content": "Two."}, {"type": 1, "components": [{"type": 2, "label": "no"}]}]
    components = [{"type": 10, "content": "One."}, {"type": 17, "components": inner}]
    assert text_of({"content": "", "components": components}) == "One.\nTwo."
    assert text_of({"content": " Said. ", "components": components}) == "Said."


@given(
    st.recursive(
        st.text(max_size=20).map(lambda text: [{"type": 10, "content": text}]),
        lambda inner: st.lists(inner.map(lambda some: {"type": 17, "components": some}), max_size=4),
    )
)
def test_no_text_of_any_nesting_is_lost(components: list[dict[str, Any]]) -> None:
    def texts(some: list[dict[str, Any]]) -> list[str]:
        return [
            text for one in some for text in (one.get("content"), *texts(one.get("components", []))) if text
        ]

    assert all(text in text_of({"components": components}) for text in texts(components))
