"""Answers as people get them: real search over a small library, follow-ups, corrections, sources, ratings."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.chat.invocation import Invocation, Member
from bot.chat.reply import Actions, Quote
from bot.errors import NotFound, Passing
from bot.features.answer.command import Ask
from bot.features.answer.following import goes_on, in_context
from bot.features.answer.usecase import AnswersQuestion
from bot.knowledge.article import Scope
from bot.retrieval.search import IndexSearch
from tests.features.room import (
    BREAD,
    CLOCKS,
    WOMBATS,
    NoModel,
    Room,
    facts,
    prose,
    room_in,
    sources,
)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with room_in(tmp_path / "data") as made:
        yield made


async def test_an_answer_quotes_word_for_word_and_says_where_from(room: Room) -> None:
    article = await room.add("Clocks", CLOCKS, author="Ann", date=date(2026, 1, 2), url="https://a.example/c")
    await room.add("Bread", BREAD)
    answer = await room.run("ask", "Who built the first pendulum clock?")
    first = answer.data["sources"][0]
    assert first["quote"] == "Huygens built the first pendulum clock in 1656."
    assert CLOCKS[first["start"] : first["end"]] == first["quote"]
    assert (first["article"], first["revision"]) == (article.id, article.revision)
    entry = sources(answer).entries[0]
    assert (entry.title, entry.author, entry.date, entry.url) == (
        "Clocks",
        "Ann",
        "2026-01-02",
        "https://a.example/c",
    )
    assert Quote(first["quote"], 1) in answer.blocks


async def test_an_answer_is_short_whatever_the_articles_are(room: Room) -> None:
    endless = (
        "The wombat of Kassel, "
        + ", ".join(f"which digs burrow number {n} under hill number {n}" for n in range(60))
        + ", sleeps by day."
    )
    for number in range(5):
        await room.add(
            f"Wombats {number}", f"{endless} The wombat of Kassel digs {number} burrows a night. {WOMBATS}"
        )
    data = await room.ask("How many burrows does the wombat of Kassel dig under the hills?")
    assert 1 <= len(data["sources"]) <= 3
    assert all(len(source["quote"].split()) <= 40 for source in data["sources"])
    assert len(data["text"].split()) <= 120
    for source in data["sources"]:
        revision = await room.storage.library.revision(room.scope, source["revision"])
        assert revision.text[source["start"] : source["end"]] == source["quote"]


async def test_what_is_kept_to_one_channel_is_quoted_nowhere_else(room: Room) -> None:
    await room.stock()
    question = "What does the secret treaty of Kassel say about wombats?"
    secret = "The secret treaty of Kassel says that wombats own the hills."
    hidden = await room.add("The secret treaty", secret, channel="cabinet")
    outside = await room.run("ask", question)
    cited = {one["article"] for key in ("sources", "nearest") for one in outside.data.get(key, [])}
    assert hidden.id not in cited
    assert secret not in str(outside)
    assert "secret treaty" not in prose(outside).casefold()
    inside = await room.ask(question, place=replace(room.place, channel="cabinet"))
    assert secret in inside["text"]


async def test_a_correction_in_another_channel_is_not_told_of(room: Room) -> None:
    await room.stock()
    await room.add(
        "Hidden mending",
        "Wombats dig nothing in the Kassel hills.",
        channel="cabinet",
        corrects=("Wombats",),
    )
    answer = await room.run("ask", "Where do wombats dig long burrows?")
    assert answer.data["answered"]
    assert "Hidden mending" not in str(answer)


async def test_a_question_may_be_kept_to_one_article(room: Room) -> None:
    stocked = await room.stock()
    await room.add("More wombats", "A wombat of Tasmania digs burrows in soft sand.")
    data = await room.ask("Where do wombats dig burrows?", "--article", "More wombats")
    assert {source["title"] for source in data["sources"]} == {"More wombats"}
    by_number = await room.ask("Where do wombats dig burrows?", "--article", str(stocked["Wombats"].id))
    assert {source["title"] for source in by_number["sources"]} == {"Wombats"}
    unknown = await room.run("ask", "Where?", "--article", "no such thing")
    assert isinstance(unknown.error, NotFound)


# What vanishes while an answer is looked for.


class Vanishing:
    """A port that does something else first, once, when one of its methods is called or has been."""

    def __init__(
        self, port: Any, method: str, happens: Callable[[], Awaitable[None]], *, after: bool
    ) -> None:
        self._port = port
        self._method = method
        self._happens: Callable[[], Awaitable[None]] | None = happens
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return self._first if name == self._method else getattr(self._port, name)

    async def _first(self, *args: Any, **named: Any) -> Any:
        happens, self._happens = self._happens, None
        if happens and not self._after:
            await happens()
        found = await getattr(self._port, self._method)(*args, **named)
        if happens and self._after:
            await happens()
        return found


@pytest.mark.parametrize(
    ("port", "method", "after"),
    [
        ("search", "find", True),
        ("library", "corrections", False),
        ("library", "revision", False),
        ("library", "revision", True),
        ("library", "current", False),
        ("asks", "record", False),
    ],
)
async def test_an_article_that_vanishes_under_the_answer_is_not_quoted(
    room: Room, port: str, method: str, after: bool
) -> None:
    stocked = await room.stock()
    await room.add("Other wombats", "Wombats dig at night on Flinders Island, too.")

    async def vanish() -> None:
        await room.storage.library.remove(room.scope, stocked["Wombats"].id)

    ports: dict[str, Any] = {
        "library": room.storage.library,
        "search": search_of(room),
        "asks": room.storage.asks,
    }
    ports[port] = Vanishing(ports[port], method, vanish, after=after)
    ports |= {"model": NoModel()}
    shown = [one async for one in AnswersQuestion(**ports)(Ask(question="Where do wombats dig?"), call(room))]
    assert len(shown) == 1
    assert shown[0].data["answered"]
    assert shown[0].data["sources"][0]["title"] == "Other wombats"
    assert stocked["Wombats"].id not in [source["article"] for source in shown[0].data["sources"]]
    recent = await room.storage.asks.recent(room.place, 5)
    assert [asked.question for asked in recent] == ["Where do wombats dig?"]


async def test_a_library_that_never_stands_still_is_asked_to_be_patient(room: Room) -> None:
    class Restless:
        """Whatever is found is gone a moment later."""

        def __init__(self) -> None:
            self.finds = 0

        async def find(self, scope: Scope, query: str, **named: Any) -> Any:
            self.finds += 1
            found = await search_of(room).find(scope, query, **named)
            for article in {hit.passage.article for hit in found.hits}:
                await room.storage.library.remove(room.scope, article)
            await room.add("Wombats", f"{WOMBATS} {self.finds}")
            return found

    await room.stock()
    restless = Restless()
    library, asks = room.storage.library, room.storage.asks
    answers = AnswersQuestion(library, restless, asks, NoModel())
    with pytest.raises(Passing):
        await anext(answers(Ask(question="Where do wombats dig?"), call(room)))
    assert restless.finds == 3
    assert await room.storage.asks.recent(room.place, 5) == ()


def search_of(room: Room) -> IndexSearch:
    async def on_rebuilt(community: str, reason: str) -> None:
        pass

    return IndexSearch(room.folder / "another index", room.storage.library, on_rebuilt)


def call(room: Room) -> Invocation:
    return Invocation(member=Member(id="1", name="Ann"), place=room.place)


# Corrections.


async def with_two_corrections(room: Room) -> None:
    await room.stock()
    await room.add(
        "Wombats, mended",
        "No burrow was ever seen near Kassel by anybody who looked.",
        corrects=("Wombats",),
        date=date(2026, 3, 4),
    )
    await room.add(
        "Lighthouses, mended",
        "At Cuxhaven they used whale oil, whatever others wrote.",
        corrects=("Lighthouses",),
    )


async def test_two_articles_that_are_each_corrected_bring_both_corrections(room: Room) -> None:
    await with_two_corrections(room)
    question = "Do wombats dig long burrows at night, and was the lighthouse built of red brick at Cuxhaven?"
    answer = await room.run("ask", question)
    titles = [source["title"] for source in answer.data["sources"]]
    assert len(titles) == 3
    assert {"Wombats, mended", "Lighthouses, mended"} < set(titles)
    assert titles[0] in ("Wombats", "Lighthouses"), "the best one stays, and stays first"


async def test_a_source_says_once_by_which_of_the_others_it_is_corrected(room: Room) -> None:
    await with_two_corrections(room)
    answer = await room.run("ask", "Where do wombats dig long burrows at night, and what do they eat?")
    entries = sources(answer).entries
    mended = next(entry for entry in entries if entry.title == "Wombats, mended")
    assert mended.note == ""
    said = [entry.note for entry in entries if entry.title == "Wombats"]
    assert len(said) == 2, "two quotations, so that the note could stand twice"
    assert said == [f"Corrected by [{mended.n}] Wombats, mended, 2026-03-04", ""]


async def test_a_correction_that_has_nothing_to_say_to_the_question_is_named_all_the_same(room: Room) -> None:
    await room.stock()
    await room.add("Bread, mended", "Sourdough is another matter altogether.", corrects=("Bread",))
    entries = sources(await room.run("ask", "How long do bakers in Westphalia bake pumpernickel?")).entries
    assert entries[0].title == "Bread"
    assert entries[0].note == "Corrected by Bread, mended"


async def test_the_newest_of_several_corrections_counts(room: Room) -> None:
    await room.stock()
    for title in ("First mending", "Second mending"):
        await room.add(title, f"{title}: pumpernickel is baked in Westphalia.", corrects=("Bread",))
    entries = sources(await room.run("ask", "How long do bakers in Westphalia bake pumpernickel?")).entries
    note = next(entry.note for entry in entries if entry.title == "Bread")
    assert "Second mending" in note
    assert "First mending" not in note


# Follow-ups.


@pytest.mark.parametrize(
    "question",
    [
        "Who kept it?",
        "And the lamp?",
        "Why?",
        "What about the steps?",
        "When?",
        "Since when?",
        "is it THEIRS",
    ],
)
def test_a_question_that_points_back_goes_on(question: str) -> None:
    assert goes_on(question)


@pytest.mark.parametrize(
    "question",
    [
        "When was the lighthouse built?",
        "Who built clocks?",
        "Where do wombats dig?",
        "What did the keeper of the lighthouse do with it every evening?",
    ],
)
def test_a_question_that_says_what_it_means_does_not(question: str) -> None:
    assert not goes_on(question)


def test_a_follow_up_counts_its_own_words_twice_and_leans_on_the_one_before() -> None:
    assert in_context("Who kept it?", ["Where is the lighthouse?", "Where do wombats dig?"]) == (
        "Who kept it? Who kept it? Where is the lighthouse?"
    )


def test_a_chain_of_follow_ups_is_followed_back_to_the_question_that_stands() -> None:
    before = ["And who kept it?", "Where is the lighthouse?", "Where do wombats dig?"]
    assert in_context("Why?", before) == "Why? Why? And who kept it? Where is the lighthouse?"


def test_nothing_is_put_to_a_question_that_stands_or_has_none_before_it() -> None:
    assert in_context("Where do wombats dig?", ["Where is the lighthouse?"]) == "Where do wombats dig?"
    assert in_context("Who kept it?", []) == "Who kept it?"


async def test_a_chain_of_three_still_knows_what_it_is_about(room: Room) -> None:
    await room.stock()
    assert "Cuxhaven" in await room.texts("Where was the lighthouse built?")
    for question in ("And who climbed it?", "Why?"):
        data = await room.ask(question)
        assert data["answered"], question
        assert data["sources"][0]["title"] == "Lighthouses"


async def test_outside_any_thread_nothing_is_leant_on(room: Room) -> None:
    await room.stock()
    place = replace(room.place, thread=None)
    assert (await room.ask("Where was the lighthouse built?", place=place))["answered"]
    assert not (await room.ask("Why?", place=place))["answered"]


async def test_another_thread_s_question_is_not_leant_on(room: Room) -> None:
    await room.stock()
    await room.ask("Where was the lighthouse built?")
    assert not (await room.ask("Why?", place=replace(room.place, thread="t2")))["answered"]
    assert (await room.ask("Why?"))["answered"]


async def test_a_question_that_was_refused_is_not_leant_on(room: Room) -> None:
    await room.stock()
    await room.ask("Where was the lighthouse built?")
    assert not (await room.ask("What is the capital of Peru?"))["answered"]
    leaning = await room.ask("Why?")
    assert leaning["answered"], "it leans on the question before, that was answered"
    assert leaning["sources"][0]["title"] == "Lighthouses"


async def test_a_question_with_enough_words_of_its_own_stands_alone(room: Room) -> None:
    await room.stock()
    await room.ask("Where was the lighthouse at Cuxhaven built?")
    leaning = "Do bakers in Westphalia bake it sixteen hours?"
    assert goes_on(leaning)
    before = await room.ask(leaning)
    alone = await room.ask(leaning, place=replace(room.place, thread="fresh"))
    assert before["sources"] == alone["sources"]
    assert before["sources"][0]["title"] == "Bread"


# What cannot be answered.


async def test_an_empty_library_says_what_to_do_first(room: Room) -> None:
    answer = await room.run("ask", "Where do wombats dig?")
    assert not answer.data["answered"]
    assert answer.data["sources"] == []
    assert prose(answer) == "Add an article first: `/articles add` and a file."


async def test_a_library_without_a_word_of_the_question_is_not_called_empty(room: Room) -> None:
    await room.stock()
    answer = await room.run("ask", "Quetzalcoatl?")
    assert "The articles here do not say." in prose(answer)
    assert "Add an article first" not in prose(answer)


async def test_a_question_in_a_language_that_no_article_has_is_told_so(room: Room) -> None:
    await room.stock()
    german = "Warum haben die Bürger der Stadt sich gegen die Entscheidung des Rates gewehrt?"
    assert "I can only search in English here." in prose(await room.run("ask", german))
    await room.add("Uhren", "Die Uhr mit dem Pendel steht in der Stube.", language="de")
    assert "I can only search" not in prose(await room.run("ask", german))
    french = "Pourquoi les citoyens de la ville se sont-ils opposés à la décision du conseil ?"
    assert "I can only search in German and English here." in prose(await room.run("ask", french))


async def test_a_question_in_the_articles_language_is_not_told_about_languages(room: Room) -> None:
    await room.stock()
    refused = await room.run("ask", "Why did the citizens of the town resist the decision of the council?")
    assert not refused.data["answered"]
    assert "I can only search" not in prose(refused)


async def test_what_comes_nearest_is_named_but_nothing_of_it_is_quoted(room: Room) -> None:
    await room.stock()
    refused = await room.run("ask", "Which bakers vote for the senate in the capital city of Peru today?")
    assert not refused.data["answered"]
    assert "- Bread" in prose(refused)
    assert not any(isinstance(block, Quote) for block in refused.blocks)


# Sources and ratings.


async def answered(room: Room) -> int:
    answer = await room.run("ask", "Who built the first pendulum clock?")
    buttons = next(block.buttons for block in answer.blocks if isinstance(block, Actions))
    return int(buttons[0].action.split("ask:")[1].split()[0])


async def test_a_source_is_shown_in_its_place(room: Room) -> None:
    await room.stock()
    await answered(room)
    shown = await room.run("source", "1")
    quote = next(block for block in shown.blocks if isinstance(block, Quote))
    assert quote.strong is not None
    assert quote.text == CLOCKS
    start, end = quote.strong
    assert quote.text[start:end] == "Huygens built the first pendulum clock in 1656."
    assert "Now" not in facts(shown)


async def test_a_source_whose_article_has_changed_since_says_so(room: Room) -> None:
    await room.stock()
    number = await answered(room)
    await room.add("Clocks", CLOCKS.replace("1656", "1657"))
    shown = await room.run("source", "1", "--ask", str(number))
    assert facts(shown)["Now"] == "The article has changed since."
    assert "1656" in shown.data["context"], "the words are those that were quoted"


async def test_a_source_whose_article_was_removed_since_says_so(room: Room) -> None:
    stocked = await room.stock()
    number = await answered(room)
    await room.storage.library.remove(room.scope, stocked["Clocks"].id)
    shown = await room.run("source", "1", "--ask", str(number))
    assert facts(shown)["Now"] == "The article has been removed since."
    assert shown.data["quote"] == "Huygens built the first pendulum clock in 1656."


async def test_a_source_that_is_not_there_says_how_many_are(room: Room) -> None:
    await room.stock()
    nothing_yet = await room.run("source", "1")
    assert isinstance(nothing_yet.error, NotFound)
    assert nothing_yet.error.hint == "Ask a question first."
    data = await room.ask("Who built the first pendulum clock?")
    too_many = await room.run("source", "9")
    assert isinstance(too_many.error, NotFound)
    assert too_many.error.hint == f"It has {len(data['sources'])}."
    await room.ask("What is the capital of Peru?")
    nothing = await room.run("source", "1")
    assert isinstance(nothing.error, NotFound)
    assert nothing.error.hint == "It quoted nothing."


async def test_an_answer_of_another_channel_shows_no_source_here(room: Room) -> None:
    await room.stock()
    number = await answered(room)
    elsewhere = replace(room.place, channel="elsewhere")
    assert isinstance((await room.run("source", "1", "--ask", str(number), place=elsewhere)).error, NotFound)
    assert isinstance((await room.run("rate", str(number), "yes", place=elsewhere)).error, NotFound)


async def test_the_latest_rating_of_a_member_counts(room: Room) -> None:
    await room.stock()
    number = await answered(room)
    assert prose(await room.run("rate", str(number), "yes")) == "Noted, thank you."
    assert prose(await room.run("rate", str(number), "no")) == "Noted: that did not help."
    assert await ratings(room) == [(number, 0)]
    await room.run("rate", str(number), "yes")
    assert await ratings(room) == [(number, 1)]


async def ratings(room: Room) -> list[tuple[int, int]]:
    def read() -> list[tuple[int, int]]:
        with closing(sqlite3.connect(room.folder / "app.db")) as database:
            return database.execute("SELECT ask, helpful FROM rating").fetchall()

    return await asyncio.to_thread(read)


async def test_what_search_finds_stands_as_it_is_and_as_many_as_are_wanted(room: Room) -> None:
    await room.stock()
    await room.add("More wombats", "A wombat of Tasmania digs burrows in soft sand.")
    both = await room.run("search", "wombat burrow")
    assert {hit["title"] for hit in both.data} == {"Wombats", "More wombats"}
    assert len((await room.run("search", "wombat burrow", "--limit", "1")).data) == 1
    nothing = await room.run("search", "quetzalcoatl")
    assert nothing.data == []
    assert "No passage here speaks of “quetzalcoatl”." in prose(nothing)
