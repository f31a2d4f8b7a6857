"""Embedding what lacks a vector: all of it while somebody waits, or little by little in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import LimitReached, ModelError, OperatorError, StoreError
from bot.knowledge.article import Scope
from bot.ports import Embedded
from bot.retrieval.embedding import LIMITED_S, LOOK_S, NoEmbedding, PassageEmbedding, keep_embedding
from tests.retrieval.meaning import World, by_meaning, world

THERE = Scope(community="there")


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path / "data") as opened:
        yield opened


async def told(embedding: PassageEmbedding) -> list[tuple[int, int]]:
    return [(progress.done, progress.total) async for progress in embedding.finish()]


# All at once.


async def test_everything_is_embedded_in_batches_with_its_progress(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 2)
    for number in range(5):
        await kept.add(f"Note {number}.")
    assert await told(kept.embedding) == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert [len(batch) for batch in kept.embedder.batches] == [2, 2, 1]
    assert await told(kept.embedding) == [(5, 5)]
    assert len(kept.embedder.batches) == 3


async def test_title_and_heading_are_embedded_with_the_text(kept: World) -> None:
    await kept.add("# Trees\n\nOaks grow slowly.")
    await kept.embed()
    assert kept.embedder.texts == ["Notes\nTrees\nOaks grow slowly."]


async def test_the_newest_article_comes_first(kept: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 1)
    for text in ("Old.", "New.", "Newest."):
        await kept.add(text)
    await kept.embed()
    assert kept.embedder.texts == ["Notes\nNewest.", "Notes\nNew.", "Notes\nOld."]


async def test_each_communitys_passages_are_counted_for_it(kept: World) -> None:
    await kept.add("Here.")
    await kept.add("There.", THERE)
    await kept.embed()
    counted = [(payer.member, payer.community) for payer in kept.embedder.payers]
    assert sorted(counted) == [(None, "here"), (None, "there")]


async def test_what_was_done_before_a_failure_stays_done(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 1)
    for number in range(3):
        await kept.add(f"Note {number}.")
    finishing = kept.embedding.finish()
    assert [(await anext(finishing)).done for _ in range(3)] == [0, 1, 2]
    kept.embedder.fails = ModelError("It broke.")
    with pytest.raises(ModelError, match="It broke"):
        await anext(finishing)
    assert await kept.lacks() == 1


async def test_who_waits_is_told_that_the_day_is_used_up(kept: World) -> None:
    await kept.add("Here.")
    kept.embedder.is_limited = True
    with pytest.raises(LimitReached):
        await kept.embed()


async def test_processes_that_embed_at_once_embed_nothing_twice(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 1)
    for number in range(8):
        await kept.add(f"Note {number}.")
    await asyncio.gather(told(kept.embedding), told(kept.another_embedding()))
    assert len(kept.embedder.texts) == len(set(kept.embedder.texts)) == 8


async def test_a_folder_that_cannot_be_written_is_the_operators_to_mend(kept: World) -> None:
    await kept.add("Here.")
    (kept.folder / "embedding.lock").mkdir()
    with pytest.raises(StoreError, match=r"embedding\.lock cannot be written"):
        await kept.embed()


async def test_without_an_endpoint_it_says_how_to_set_one() -> None:
    with pytest.raises(OperatorError, match=r"No embeddings endpoint is set.*Set LLM_EMBEDDINGS_MODEL"):
        NoEmbedding("Set LLM_EMBEDDINGS_MODEL in .env.").finish()


# Another model.


async def test_another_models_vectors_go_when_all_are_made_anew(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 1)
    for number in range(2):
        await kept.add(f"Note {number}.")
    await kept.embed()
    old = await kept.embedder.name()
    kept.embedder.model = "large"
    left = [await kept.storage.vectors.progress(old) async for _ in kept.embedding.finish()]
    assert left == [Embedded(done=2, total=2)] * 3
    assert await kept.storage.vectors.progress(old) == Embedded(done=0, total=2)


async def test_a_model_replaced_under_its_name_has_all_made_anew(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 1)
    await kept.add("Old.")
    await kept.embed()
    kept.embedder.dimensions = 32
    await kept.add("New.")
    await kept.embed()
    assert kept.embedder.texts == ["Notes\nOld.", "Notes\nNew.", "Notes\nOld."]


# What the endpoint does not take.


async def test_a_refused_text_is_set_aside_and_the_others_are_embedded(
    kept: World, caplog: pytest.LogCaptureFixture
) -> None:
    await kept.add_others()
    added = [await kept.add(text) for text in ("One.", "Two.", "Poison three.", "Four.")]
    kept.embedder.refused = {"Poison"}
    await kept.embed()
    assert await kept.lacks() == 0
    found = await kept.find("poison")
    assert [hit.passage.text for hit in found.hits] == ["Poison three."]
    assert by_meaning(found)
    assert [record.getMessage() for record in caplog.records] == [
        "refused by the embeddings endpoint, found by its words alone: "
        f"article={added[2].id} passage={found.hits[0].passage.id}"
    ]
    assert "Poison" not in caplog.text


async def test_an_endpoint_that_refuses_everything_sets_nothing_aside(kept: World) -> None:
    await kept.add("One.")
    kept.embedder.refused = {""}
    with pytest.raises(ModelError, match="refuses"):
        await kept.embed()
    assert await kept.lacks() == 1


# In the background.


async def test_the_background_embeds_what_is_there_and_looks_again(kept: World) -> None:
    await kept.add("One.")
    assert await kept.embedding.go_on() == LOOK_S
    assert (kept.embedding.model, kept.embedding.progress) == (
        await kept.embedder.name(),
        Embedded(done=1, total=1),
    )
    kept.embedder.batches.clear()
    assert await kept.embedding.go_on() == LOOK_S
    assert kept.embedder.batches == []


async def test_the_background_goes_on_until_cancelled_and_sees_what_is_added(kept: World) -> None:
    rested: asyncio.Queue[float] = asyncio.Queue()
    go = asyncio.Semaphore(0)

    async def sleep(seconds: float) -> None:
        rested.put_nowait(seconds)
        await go.acquire()

    keeping = asyncio.create_task(keep_embedding(kept.embedding, sleep=sleep))
    assert await rested.get() == LOOK_S
    await kept.add("One.")
    go.release()
    assert await rested.get() == LOOK_S
    assert await kept.lacks() == 0
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_failures_are_waited_out_longer_and_longer_and_told_of_once(
    kept: World, caplog: pytest.LogCaptureFixture
) -> None:
    await kept.add("One.")
    kept.embedder.fails = ModelError("Nobody answers.")
    waits = [await kept.embedding.go_on() for _ in range(10)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert [record.getMessage() for record in caplog.records] == [
        "not embedded community=all: ModelError code=E-MODEL status=None"
    ]
    kept.embedder.fails = None
    assert await kept.embedding.go_on() == LOOK_S
    await kept.add("Two.")
    kept.embedder.fails = ModelError("Nobody answers.")
    assert await kept.embedding.go_on() == 5
    assert len(caplog.records) == 2


async def test_another_cause_is_told_of_as_well(kept: World, caplog: pytest.LogCaptureFixture) -> None:
    class Other(ModelError):
        """Something else."""

    await kept.add("One.")
    for error in (ModelError("One."), Other("Two.", status=500), Other("Two, again.")):
        kept.embedder.fails = error
        await kept.embedding.go_on()
    assert [record.getMessage() for record in caplog.records] == [
        "not embedded community=all: ModelError code=E-MODEL status=None",
        "not embedded community=all: Other code=E-MODEL status=500",
    ]


async def test_an_endpoint_that_says_when_to_come_again_is_left_alone_until_then(kept: World) -> None:
    await kept.add("One.")
    kept.embedder.fails = ModelError("Too fast.", status=429, retry_after_s=77)
    assert await kept.embedding.go_on() == 77


async def test_the_background_waits_a_while_where_the_day_is_used_up_and_tells_once(
    kept: World, caplog: pytest.LogCaptureFixture
) -> None:
    await kept.add("There.", THERE)
    await kept.add("Here.")
    kept.embedder.is_limited = True
    for _ in range(2):
        assert await kept.embedding.go_on() == LIMITED_S
    assert len(kept.embedder.batches) == 2
    assert await kept.lacks() == 2
    assert len(caplog.records) == 1
    assert caplog.records[0].getMessage().startswith("not embedded community=all: Today's limit")
    kept.embedder.is_limited = False
    assert await kept.embedding.go_on() == LOOK_S
    assert await kept.lacks() == 0


async def test_old_vectors_stay_while_the_day_is_used_up(kept: World) -> None:
    await kept.add("Here.")
    await kept.embed()
    old = await kept.embedder.name()
    kept.embedder.model = "large"
    kept.embedder.is_limited = True
    await kept.embedding.go_on()
    assert (await kept.storage.vectors.progress(old)).done == 1
    kept.embedder.is_limited = False
    await kept.embedding.go_on()
    assert (await kept.storage.vectors.progress(old)).done == 0


async def test_the_model_may_change_while_it_goes_on(kept: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.retrieval.embedding.BATCH", 1)
    for number in range(3):
        await kept.add(f"Note {number}.")
    kept.embedder.open.clear()
    background = asyncio.create_task(kept.embedding.go_on())
    await kept.embedder.entered.wait()
    kept.embedder.model = "large"
    kept.embedder.open.set()
    await background
    assert await kept.lacks() == 0


async def test_cancelling_the_background_lets_others_embed(kept: World) -> None:
    await kept.add("One.")
    kept.embedder.open.clear()
    background = asyncio.create_task(kept.embedding.go_on())
    await kept.embedder.entered.wait()
    background.cancel()
    await asyncio.gather(background, return_exceptions=True)
    kept.embedder.open.set()
    assert await told(kept.another_embedding()) == [(0, 1), (1, 1)]
