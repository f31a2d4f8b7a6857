"""Quotations are looked up in a real library by a real search, for people's speeches as for models'."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chair.quotes import CheckedSpeech
from bot.debating.misquoting import Wrong
from bot.debating.speech import Holder, Machine, Person
from bot.debating.state import DebateState
from bot.knowledge.article import Scope
from tests.chair.hall import CON, PRO, SCOPE, Hall, after, at, hall, opened

ADA = Person("m17", "Ada Lovelace")
BIAS = "Bias, copied passages and leaked test questions have their cause in the training data"
MEDICAL = "Training text holds names, medical details and works under copyright"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as made:
        yield made


async def checked(
    room: Hall, text: str, state: DebateState | None = None, *, by: Holder = ADA, words: int = 150
) -> CheckedSpeech:
    state = state or at(opened(pro=ADA), 0)
    return await room.quotes.checked(SCOPE, text, state, by=by, words_most=words)


async def test_the_article_is_found_by_the_quoted_words_alone(room: Hall) -> None:
    found = await checked(room, f'As they write: "{BIAS.lower()}".')
    assert found.speech.text == f"As they write: “{BIAS}” [1]."
    [source] = found.speech.sources
    assert source.title.startswith("Seeing inside")
    revision = await room.revision(source)
    assert revision.text[source.start : source.end] == source.quote == BIAS
    assert (found.words, found.faults, found.speech.notes) == (17, (), ())
    assert found.speech.by == ADA


async def test_several_articles_are_found(room: Hall) -> None:
    found = await checked(room, f"One says “{BIAS}”. Another says “{MEDICAL}”.")
    assert [source.n for source in found.speech.sources] == [1, 2]
    assert len({source.article for source in found.speech.sources}) == 2


async def test_a_persons_false_quotation_stops_nobody_and_is_marked(room: Hall) -> None:
    found = await checked(room, f"One says “{MEDICAL.replace('medical', 'musical')}”.")
    [fault] = found.faults
    assert fault.wrong is Wrong.ALTERED
    assert "there it says “medical”, not “musical”" in fault.why
    assert "“" not in found.speech.text
    assert found.speech.text.endswith("(not found in the articles).")
    assert found.speech.notes == ("1 quotation not word for word, marks taken away",)


async def test_a_persons_speech_is_never_cut_and_a_models_is(room: Hall) -> None:
    text = "This is a sentence of seven words. " * 10
    assert (await checked(room, text, words=20)).words == 70
    state = at(opened(), 0)
    short = await checked(room, text, state, by=PRO, words=20)
    assert (short.words, short.uncut) == (14, 70)
    assert short.speech.words == 14
    assert short.speech.notes == ("cut at 20 words",)


async def test_words_of_the_other_side_are_found_in_the_debate(room: Hall) -> None:
    state = after(at(opened(pro=ADA), 0), "Hidden data make for hidden faults, and we all pay for them.")
    state = at(state, 1)
    fair = await checked(room, "Ada Lovelace said “we all pay for them” or so.", state, by=CON)
    assert "“we all pay for them”" in fair.speech.text
    unfair = await checked(room, "My opponent said “nobody should pay for any of them”.", state, by=CON)
    assert [fault.wrong for fault in unfair.faults] == [Wrong.INVENTED]


async def test_a_struck_speech_can_be_quoted_no_more(room: Hall) -> None:
    state = after(at(opened(pro=ADA), 0), "Hidden data make for hidden faults, always.", struck="rude")
    found = await checked(
        room, "My opponent said “Hidden data make for hidden faults”.", at(state, 1), by=CON
    )
    assert [fault.wrong for fault in found.faults] == [Wrong.INVENTED]


async def test_an_article_of_another_channel_can_not_be_quoted(room: Hall) -> None:
    await room.add("Secret plans", "The secret plans speak of seven green lighthouses at the river.")
    other = Scope(community="another", channel="chat")
    state = at(opened(pro=ADA), 0)
    text = "They say “The secret plans speak of seven green lighthouses”."
    assert (await room.quotes.checked(SCOPE, text, state, by=ADA, words_most=150)).faults == ()
    [fault] = (await room.quotes.checked(other, text, state, by=ADA, words_most=150)).faults
    assert fault.wrong is Wrong.NOT_FOUND


async def test_an_article_that_was_removed_does_not_stand_in_the_way(room: Hall) -> None:
    await room.add("Plans", "The old plans speak of seven green lighthouses at the river.")
    state = at(opened(pro=ADA), 0)
    first = await checked(room, "They say “The old plans speak of seven green lighthouses”.", state)
    state = at(after(state, first.speech), 1)
    await room.storage.library.remove(SCOPE, first.speech.sources[0].article)
    found = await checked(room, "They say “The old plans speak of seven green lighthouses”.", state, by=CON)
    assert [fault.wrong for fault in found.faults] in ([Wrong.NOT_FOUND], [Wrong.UNATTRIBUTED])


async def test_the_motion_and_the_question_are_no_quotations(room: Hall) -> None:
    state = at(opened(pro=ADA), 4)
    assert state.turn is not None
    found = await checked(room, f"“{state.motion.text}”? “{state.turn.question}”, you ask.", state)
    assert found.faults == ()
    assert "“" not in found.speech.text
    assert "‘This house believes" in found.speech.text


async def test_a_text_full_of_quotations_is_checked_all_the_same(room: Hall) -> None:
    text = " ".join(f"“made up words number {n} in this text”." for n in range(60))
    found = await checked(room, text)
    assert len(found.faults) == 60
    assert not re.search("[“”]", found.speech.text)


async def test_a_machine_that_holds_no_seat_may_still_be_checked(room: Hall) -> None:
    found = await checked(room, f"They write “{BIAS}”.", by=Machine("spare"))
    assert found.faults == ()
