"""The word list: what is found in a text, what is taken out of it, and who is told."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chair.evidence import ReadsCards
from bot.chair.sitting import Sitting
from bot.chair.speaker import Speaker
from bot.chair.words import LEFT_OUT, Words, found_in, masked
from bot.chat.choices import Choices
from bot.chat.invocation import Place
from bot.debating.events import BOT, Actor, Asked, Spoken
from bot.debating.events import At as Turn
from bot.debating.speech import Cards, Person, Speech
from bot.errors import InputError
from bot.ports import ChoiceMade
from bot.storage import Storage, open_storage
from tests.chair.hall import at, hall, opened
from tests.storage.conftest import Clock

ANN = Actor("1", "Ann")
LISTED = ("scheiße", "damn fool", "café", "傻瓜", "किन")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You damn fool!", ["damn fool"]),
        ("DAMN \n  FOOL", ["damn fool"]),
        ("_damn fool_ and **damn fool**", ["damn fool", "damn fool"]),
        ("SCHEISSE, Scheisse, scheiße", ["scheiße"] * 3),
        ("the cafe and the CAFÉ", ["café", "café"]),
        ("the cafe\u0301s of the cafe\u0301.", ["café"]),
        ("ｃａｆｅ", ["café"]),
        ("你是傻瓜吗", ["傻瓜"]),
        ("a damn foolish cafés, damnfool, decaf\u00e9", []),
        ("किनारा", []),
        ("किन है", ["किन"]),
        ("", []),
    ],
)
def test_listed_words_are_found_whole_whatever_their_case_and_accents(text: str, found: list[str]) -> None:
    assert [word for _, _, word in found_in(text, LISTED)] == found


def test_without_a_list_nothing_is_found() -> None:
    assert found_in("damn fool", ()) == []
    assert found_in("damn fool", ("", "  ")) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("You damn \n fool!", f"You {LEFT_OUT}!"),
        ("Ein Scheiße-Tag", f"Ein {LEFT_OUT}-Tag"),
        ("at the cafe\u0301.", f"at the {LEFT_OUT}."),
        ("nothing here", "nothing here"),
        ("你是傻瓜吗", f"你是{LEFT_OUT}吗"),
    ],
)
def test_what_is_left_out_leaves_a_mark_and_all_else_as_it_was(text: str, left: str) -> None:
    assert masked(text, LISTED) == left


def test_words_that_overlap_leave_one_mark() -> None:
    assert masked("a damn fool b", ("damn", "damn fool", "fool")) == f"a {LEFT_OUT} b"
    assert masked("a damn fool b", ("a damn", "damn fool")) == f"{LEFT_OUT} b"


@given(
    st.lists(st.text(st.sampled_from("aAéÉßſk ･.,_\u0301傻瓜\u0130कि"), max_size=4), max_size=4),
    st.text(st.sampled_from("aAéÉßſk ･.,_\u0301傻瓜\u0130कि"), max_size=30),
)
def test_what_was_masked_has_no_listed_word_left_and_nothing_else_is_gone(
    listed: list[str], text: str
) -> None:
    found = found_in(text, listed)
    assert all(0 <= start < end <= len(text) for start, end, _ in found)
    outside = [n for n in range(len(text)) if not any(start <= n < end for start, end, _ in found)]
    rest = masked(text, listed).replace(LEFT_OUT, "")
    assert rest == "".join(text[n] for n in outside)


@given(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12))
def test_a_word_is_found_in_any_case_and_any_form(word: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        for said in (word, word.casefold()):
            text = f"so, {unicodedata.normalize(form, said)}!"
            assert found_in(text, (word,)) or not any(
                unicodedata.category(letter)[0] in "LN" for letter in unicodedata.normalize("NFKD", word)
            )


# Who is told.


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "data", Clock()) as kept:
        await kept.communities.change("here", ANN, {"words": "damn fool, Café"})
        yield kept


@pytest.fixture
def words(storage: Storage) -> Words:
    return Words(storage.communities)


async def test_a_person_is_told_which_word_is_not_allowed(words: Words) -> None:
    with pytest.raises(InputError, match="not allowed here: café"):
        await words.refuse("here", "fine", "Meet me at the CAFE")
    await words.refuse("here", "Meet me at the cafeteria")
    await words.refuse("there", "Meet me at the cafe")


async def test_questions_and_speeches_of_people_are_held_to_it_and_the_bots_are_not(words: Words) -> None:
    speech = Speech(text="You damn fool", words=3, by=Cards())
    for event in (
        Asked(number=1, side="for", text="Who, damn fool?", name="Ann"),
        Spoken(at=Turn(0), seat="for.1", speech=speech),
    ):
        with pytest.raises(InputError, match="damn fool"):
            await words.refuse_in("here", ANN, [event])
        await words.refuse_in("here", BOT, [event])
        await words.refuse_in("there", ANN, [event])


async def test_a_speech_without_a_listed_word_stays_the_very_same(words: Words) -> None:
    speech = Speech(text="All is well", words=3, by=Cards())
    assert await words.masked_speech("here", speech) is speech


async def test_a_speech_with_listed_words_says_how_many_were_left_out(words: Words) -> None:
    speech = Speech(text="Damn fool! To the cafe.", words=5, by=Cards(), notes=("cut",))
    said = await words.masked_speech("here", speech)
    assert said.text == f"{LEFT_OUT}! To the {LEFT_OUT}."
    assert said.notes == ("cut", "2 words left out that the community does not allow")
    assert (await words.masked_speech("there", speech)) is speech


async def test_a_list_is_read_where_it_is_needed(words: Words, storage: Storage) -> None:
    changes: Mapping[str, str | None] = {"words": None}
    assert await storage.communities.change("here", ANN, changes) == Choices()
    await words.refuse("here", "damn fool")
    made: tuple[ChoiceMade, ...] = await storage.communities.history("here", 1)
    assert made[0].before == "damn fool, Café"


async def test_a_draft_that_time_takes_goes_without_words_that_were_listed_since(tmp_path: Path) -> None:
    async with hall(tmp_path, library=False) as room:
        words = Words(room.storage.communities)
        await room.storage.communities.change("terminal", ANN, {"words": "frobnicate"})
        cards = ReadsCards(room.storage.library, room.search)
        speaker = Speaker(room.speaks, cards, room.quotes, room.router, words)
        state = at(opened(pro=Person("1", "Ann")), 0)
        place = Place(platform="terminal", community="terminal", channel="chat")
        sitting = Sitting(number=1, place=place, opened_by=ANN, recorded=(), state=state)
        rule = await speaker.by_time(sitting, "We shall frobnicate them all.")
        assert state.turn is not None
        assert state.turn.deadline is not None
        events = rule(state, state.turn.deadline + timedelta(hours=1))
    assert [one.speech.text for one in events if isinstance(one, Spoken)] == [
        f"We shall {LEFT_OUT} them all."
    ]
