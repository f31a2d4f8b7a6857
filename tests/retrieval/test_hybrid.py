"""Search by words and meaning together, and by words alone whenever meaning is not to be had."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import ModelError
from bot.knowledge.article import Scope
from bot.knowledge.findings import Findings, Hit
from bot.ports import Rows
from bot.retrieval.hybrid import DEPTH, HybridSearch, fused
from bot.retrieval.questions import PAUSE_S
from bot.retrieval.vectors import FEW, unit
from tests.retrieval.embedders import FakeEmbedder
from tests.retrieval.meaning import HERE, World, by_meaning, texts, world
from tests.retrieval.shelf import Shelf, passage

BOARD = Scope(community="here", channel="board")


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path / "data") as opened:
        await opened.add_others()
        yield opened


# What a score is made of.


def test_a_score_is_half_cosine_and_half_bm25_over_half_its_maximum() -> None:
    # ½ · 0.6 + ½ · 3.3 / (½ · 5.5) = 0.3 + 1.65 / 2.75 = 0.3 + 0.6
    assert fused(3.3, 0.6, 5.5) == pytest.approx(0.9)
    assert fused(0.0, -0.5, 5.5) == pytest.approx(-0.25)
    assert fused(0.0, 0.8, 0.0) == pytest.approx(0.4)


class Told:
    """A search by words that finds what it was told, and the vectors of these passages."""

    def __init__(self, findings: Findings, vectors: dict[int, list[float]]) -> None:
        self._findings = findings
        self._vectors = vectors

    async def find(
        self, scope: Scope, query: str, *, limit: int = 10, article: int | None = None
    ) -> Findings:
        return self._findings

    async def rows(self, model: str, community: str) -> Rows:
        ids = list(self._vectors)
        return Rows(
            passages=ids,
            articles=[1] * len(ids),
            channels=[None] * len(ids),
            dimensions=2,
            data=b"".join(unit(list(self._vectors.values()))),
            upto=1,
        )


class Pointing(FakeEmbedder):
    """Every text points to (0.8, 0.6)."""

    async def embed(self, *given: object, **named: object) -> list[list[float]]:
        return [[0.8, 0.6]]


async def test_scores_are_those_computed_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.retrieval.vectors.FEW", 3)
    shelf = Shelf()
    a, b, c = (passage(text, id=number) for number, text in enumerate(["A", "B", "C"], 1))
    shelf.put(a, b, c)
    by_words = Findings(query="q", hits=(Hit(passage=a, score=4.4), Hit(passage=c, score=2.2)), ceiling=8.8)
    told = Told(by_words, {1: [1, 0], 2: [0.6, 0.8], 3: [0, 1]})
    search = HybridSearch(told, told, Pointing(), shelf)  # type: ignore[arg-type]
    found = await search.find(HERE, "q")
    # A: words and meaning. ½ · 0.8 + ½ · 4.4 / (½ · 8.8) = 0.4 + 2.2 / 4.4 = 0.90
    # C: words and meaning. ½ · 0.6 + ½ · 2.2 / (½ · 8.8) = 0.3 + 1.1 / 4.4 = 0.55
    # B: meaning alone.     ½ · (0.8 · 0.6 + 0.6 · 0.8) = ½ · 0.96 = 0.48
    assert [(hit.passage.text, round(hit.score, 6)) for hit in found.hits] == [
        ("A", 0.9),
        ("C", 0.55),
        ("B", 0.48),
    ]
    assert [hit.bm25 for hit in found.hits] == [4.4, 2.2, 0.0]
    assert [hit.cosine for hit in found.hits] == pytest.approx([0.8, 0.6, 0.96])
    assert found.usual_cosine == pytest.approx((0.8 + 0.96 + 0.6) / 3)


async def test_with_few_passages_meaning_orders_what_words_find_and_finds_nothing_itself() -> None:
    shelf = Shelf()
    a, b, c = (passage(text, id=number) for number, text in enumerate(["A", "B", "C"], 1))
    shelf.put(a, b, c)
    by_words = Findings(query="q", hits=(Hit(passage=a, score=2.2), Hit(passage=c, score=2.1)), ceiling=8.8)
    told = Told(by_words, {1: [1, 0], 2: [0.6, 0.8], 3: [0.8, 0.6]})
    found = await HybridSearch(told, told, Pointing(), shelf).find(HERE, "q")  # type: ignore[arg-type]
    assert texts(found) == ["C", "A"]
    assert found.usual_cosine is None


# What is found.


async def test_a_passage_without_the_words_is_found_by_its_meaning(kept: World) -> None:
    await kept.add("Trees grow slowly in the northern forest.")
    await kept.add("The cabinet met twice to talk about tax law.")
    await kept.embed()
    kept.embedder.means["oaks?"] = "Notes\nTrees grow slowly in the northern forest."
    found = await kept.find("oaks?")
    assert texts(found) == ["Trees grow slowly in the northern forest."]
    assert (found.hits[0].bm25, found.hits[0].cosine) == (0.0, pytest.approx(1.0, abs=1e-5))


async def test_what_is_near_in_no_way_is_not_found(kept: World) -> None:
    await kept.add("Trees grow slowly in the northern forest.")
    await kept.add("The cabinet met twice to talk about tax law.")
    await kept.embed()
    found = await kept.find("volcano eruptions")
    assert by_meaning(found)
    assert texts(found) == []


async def test_words_are_found_as_before(kept: World) -> None:
    for text in ("Open weights let anyone study.", "Closed weights are safer.", "A dog barks at night."):
        await kept.add(text)
    by_words = await kept.find("dog barks")
    await kept.embed()
    both = await kept.find("dog barks")
    assert texts(both)[0] == texts(by_words)[0] == "A dog barks at night."
    assert both.hits[0].bm25 == pytest.approx(by_words.hits[0].score)
    assert (both.weights, both.ceiling) == (by_words.weights, by_words.ceiling)


async def test_no_more_is_found_than_asked_for(kept: World) -> None:
    for number in range(6):
        await kept.add(f"Weights number {number} are open.")
    await kept.embed()
    found = await kept.find("open weights", limit=4)
    assert by_meaning(found)
    assert len(found.hits) == 4


async def test_what_words_rank_second_may_come_first_by_its_meaning(kept: World) -> None:
    long = "Anyone may study weights that they can download to a machine at home."
    await kept.add("Weights are heavy.")
    await kept.add(long)
    await kept.embed()
    kept.embedder.means["weights"] = f"Notes\n{long}"
    assert texts(await kept.lexical.find(HERE, "weights", limit=1)) == ["Weights are heavy."]
    assert texts(await kept.find("weights", limit=1)) == [long]


async def test_a_search_can_stay_in_one_article(kept: World) -> None:
    await kept.add("Open weights let anyone study.")
    other = await kept.add("Open weights are a gift.")
    await kept.embed()
    found = await kept.search.find(HERE, "open weights", article=other.id)
    assert by_meaning(found)
    assert texts(found) == ["Open weights are a gift."]


async def test_another_channels_passage_never_comes(kept: World) -> None:
    secret = await kept.add("Secret oaks grow here.", BOARD, private=True)
    await kept.add("A dog barks at night.")
    await kept.embed()
    kept.embedder.means["trees?"] = "Notes\nSecret oaks grow here."
    assert texts(await kept.find("trees?", BOARD)) == ["Secret oaks grow here."]
    for query in ("trees?", "secret oaks"):
        found = await kept.find(query)
        assert by_meaning(found)
        assert secret.id not in [hit.passage.article for hit in found.hits]


async def test_nearer_passages_of_another_channel_do_not_crowd_out_ones_own(kept: World) -> None:
    for number in range(DEPTH + 5):
        await kept.add(f"Oaks grow here {number}.", BOARD, private=True)
    await kept.add("Oaks grow tall here.")
    await kept.embed()
    kept.embedder.means["trees?"] = "Oaks grow here"
    assert texts(await kept.find("trees?")) == ["Oaks grow tall here."]


async def test_another_communitys_passage_never_comes(kept: World) -> None:
    elsewhere = Scope(community="elsewhere")
    await kept.add_others(elsewhere)
    await kept.add("Secret oaks grow here.", elsewhere)
    await kept.add("A dog barks at night.")
    await kept.embed()
    kept.embedder.means["trees?"] = "Notes\nSecret oaks grow here."
    assert texts(await kept.find("trees?")) == []
    assert texts(await kept.find("trees?", elsewhere)) == ["Secret oaks grow here."]


async def test_a_removed_article_is_found_no_more(kept: World) -> None:
    gone = await kept.add("Oaks grow here.")
    await kept.add("A dog barks at night.")
    await kept.embed()
    kept.embedder.means["trees?"] = "Notes\nOaks grow here."
    assert len((await kept.find("trees?")).hits) == 1
    await kept.storage.library.remove(HERE, gone.id)
    found = await kept.find("trees?")
    assert by_meaning(found)
    assert texts(found) == []


async def test_a_question_is_embedded_for_its_community_and_once(kept: World) -> None:
    await kept.add("Open weights let anyone study.")
    await kept.embed()
    kept.embedder.batches.clear()
    for _ in range(3):
        await kept.find("open weights")
    assert kept.embedder.batches == [["open weights"]]
    assert (kept.embedder.payers[-1].member, kept.embedder.payers[-1].community) == (None, "here")


async def test_a_question_without_any_words_is_not_embedded(kept: World) -> None:
    await kept.add("Open weights let anyone study.")
    await kept.embed()
    kept.embedder.batches.clear()
    assert texts(await kept.find("  ")) == []
    assert kept.embedder.batches == []


# When meaning is not to be had.


async def test_until_everything_is_embedded_words_alone_are_searched_and_nothing_is_spent(
    kept: World,
) -> None:
    await kept.add("Open weights let anyone study.")
    await kept.embed()
    assert by_meaning(await kept.find("weights"))
    await kept.add("Closed weights are safer.")
    kept.embedder.batches.clear()
    found = await kept.find("closed weights")
    assert texts(found)[0] == "Closed weights are safer."
    assert not by_meaning(found)
    assert kept.embedder.batches == []
    await kept.embed()
    assert by_meaning(await kept.find("closed weights"))


async def test_an_empty_library_is_searched_without_a_vector(kept: World) -> None:
    assert texts(await kept.find("weights", Scope(community="nowhere"))) == []
    assert kept.embedder.batches == []


async def embedded(kept: World) -> None:
    await kept.add("Open weights let anyone study.")
    await kept.embed()
    kept.embedder.batches.clear()


async def test_a_slow_endpoint_is_waited_for_only_shortly(kept: World) -> None:
    await embedded(kept)
    kept.embedder.open.clear()
    found = await kept.another_search(within_s=0.01).find(HERE, "weights")
    assert texts(found) == ["Open weights let anyone study."]
    assert not by_meaning(found)


async def test_a_failing_endpoint_is_left_alone_for_a_while_and_told_of_once(
    kept: World, caplog: pytest.LogCaptureFixture
) -> None:
    await embedded(kept)
    kept.embedder.fails = ModelError("Nobody answers.")
    for question in ("weights", "open", "study"):
        found = await kept.find(question)
        assert texts(found) == ["Open weights let anyone study."]
        assert not by_meaning(found)
    assert kept.embedder.texts == ["weights"]
    kept.now += PAUSE_S
    assert not by_meaning(await kept.find("open"))
    assert kept.embedder.texts == ["weights", "open"]
    assert [record.getMessage() for record in caplog.records] == [
        "searching by words alone community=all: ModelError code=E-MODEL status=None"
    ]


async def test_an_endpoint_that_works_again_is_used_again_and_its_next_failure_told(
    kept: World, caplog: pytest.LogCaptureFixture
) -> None:
    await embedded(kept)
    failure = ModelError("Nobody answers.")
    for fails in (failure, None, failure):
        kept.embedder.fails = fails
        kept.now += PAUSE_S
        assert by_meaning(await kept.find(f"weights {kept.now}")) is (fails is None)
    assert len(caplog.records) == 2


@pytest.mark.parametrize("status", [400, 500])
async def test_what_was_asked_stays_out_of_the_log_when_an_endpoint_repeats_it(
    kept: World, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    await embedded(kept)
    kept.embedder.fails = ModelError("It cannot read 'weights of Ada'.", "See 'Ada'.", status=status)
    await kept.find("weights of Ada")
    assert len(caplog.records) == 1
    assert caplog.records[0].getMessage().endswith(f": ModelError code=E-MODEL status={status}")
    assert "Ada" not in caplog.text


async def test_a_question_that_the_endpoint_refuses_stops_no_other(kept: World) -> None:
    await embedded(kept)
    await kept.add("Closed weights are safer.")
    await kept.embed()
    kept.embedder.refused = {"poison"}
    refused = await kept.find("weights poison", limit=1)
    assert not by_meaning(refused)
    assert len(refused.hits) == 1
    assert by_meaning(await kept.find("open weights"))


async def test_a_day_that_is_used_up_is_told_of_once(kept: World, caplog: pytest.LogCaptureFixture) -> None:
    await embedded(kept)
    kept.embedder.is_limited = True
    for question in ("weights", "open"):
        found = await kept.find(question)
        assert texts(found) == ["Open weights let anyone study."]
        assert not by_meaning(found)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert caplog.records[0].getMessage().startswith("searching by words alone community=here: Today's limit")


class Nameless(FakeEmbedder):
    """Does not even say which model it has."""

    async def name(self) -> str:
        raise ModelError("There is no model.")


async def test_an_endpoint_without_a_model_leaves_words(kept: World) -> None:
    await embedded(kept)
    search = HybridSearch(kept.lexical, kept.storage.vectors, Nameless(), kept.storage.library)
    found = await search.find(HERE, "weights")
    assert texts(found) == ["Open weights let anyone study."]
    assert not by_meaning(found)


async def test_vectors_of_another_length_than_the_questions_are_made_anew(kept: World) -> None:
    await embedded(kept)
    assert by_meaning(await kept.find("weights"))
    kept.embedder.dimensions = 32  # another model under the same name
    assert not by_meaning(await kept.find("open weights"))
    assert await kept.lacks() == FEW + 1
    await kept.embed()
    # This one was asked before, when its vector was longer.
    assert by_meaning(await kept.find("weights"))
    assert await kept.lacks() == 0


async def test_who_gives_up_asking_leaves_nothing_behind(kept: World) -> None:
    await embedded(kept)
    kept.embedder.open.clear()
    kept.embedder.entered.clear()
    asking = asyncio.create_task(kept.find("weights"))
    await kept.embedder.entered.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    kept.embedder.open.set()
    assert by_meaning(await kept.find("weights"))


# While everything is embedded anew.


async def test_embedding_anew_never_blocks_an_answer(kept: World) -> None:
    await kept.add("Open weights let anyone study.")
    await kept.add("A dog barks at night.")
    await kept.embed()
    by_both = await kept.find("weights")
    kept.embedder.model = "large"
    kept.embedder.open.clear()
    kept.embedder.entered.clear()
    background = asyncio.create_task(kept.embedding.go_on())
    await kept.embedder.entered.wait()
    # The endpoint hangs from here on, and the answer comes all the same.
    found = await kept.find("weights")
    assert texts(found) == ["Open weights let anyone study."]
    assert not by_meaning(found)
    assert not background.done()
    kept.embedder.open.set()
    await background
    again = await kept.find("weights")
    assert texts(again) == texts(by_both)
    assert by_meaning(again)


async def test_the_background_stands_back_while_somebody_waits(kept: World) -> None:
    await kept.add("Open weights let anyone study.")
    with kept.embedding.asking():
        background = asyncio.create_task(kept.embedding.go_on())
        for _ in range(5):
            await kept.find("weights")
        assert kept.embedder.batches == []
    await background
    assert await kept.lacks() == 0


async def test_a_question_marks_that_somebody_waits(kept: World) -> None:
    await embedded(kept)
    await kept.add("A dog barks at night.")
    await kept.embed()
    kept.embedder.open.clear()
    kept.embedder.entered.clear()
    asking = asyncio.create_task(kept.find("weights"))
    await kept.embedder.entered.wait()
    await kept.add("Closed weights are safer.")
    background = asyncio.create_task(kept.embedding.go_on())
    for _ in range(5):
        assert await kept.lacks() == 1
    assert kept.embedder.texts[-1] == "weights"
    kept.embedder.open.set()
    await asyncio.gather(asking, background)
    assert await kept.lacks() == 0
