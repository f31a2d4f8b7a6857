"""Vectors are kept by passage and model, and go with their passage."""

from __future__ import annotations

import struct

import pytest

from bot.knowledge.article import Passage, Scope
from bot.ports import Embedded
from bot.storage.vectors import StoredVectors
from tests.storage.conftest import HERE, Kept, Open, draft

THERE = Scope(community="there")


@pytest.fixture
def vectors(kept: Kept) -> StoredVectors:
    return StoredVectors(kept.database)


def numbers(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


async def add(kept: Kept, text: str, scope: Scope = HERE, channel: str | None = None) -> list[Passage]:
    """A new article, a passage a line."""
    said = draft(text, source=f"file:/{text}", channel=channel)
    article = (await kept.library.add(scope, said)).article
    return list(await kept.library.passages(scope, article.id))


async def lacking(vectors: StoredVectors, model: str = "m", limit: int = 10) -> list[str]:
    found = await vectors.lacking(model, limit=limit)
    return [passage.text for passage in found.passages] if found else []


async def test_what_lacks_a_vector_comes_newest_article_first_and_in_reading_order(
    kept: Kept, vectors: StoredVectors
) -> None:
    assert await vectors.lacking("m", limit=10) is None
    await add(kept, "one\ntwo")
    await add(kept, "three\nfour")
    assert await lacking(vectors) == ["three", "four", "one", "two"]
    assert await lacking(vectors, limit=3) == ["three", "four", "one"]


async def test_a_passage_that_lacks_a_vector_comes_as_the_library_has_it(
    kept: Kept, vectors: StoredVectors
) -> None:
    passages = await add(kept, "one\ntwo", channel=HERE.channel)
    found = await vectors.lacking("m", limit=10)
    assert found is not None
    assert (found.community, list(found.passages)) == (HERE.community, passages)


async def test_what_comes_together_is_of_one_community(kept: Kept, vectors: StoredVectors) -> None:
    await add(kept, "one")
    await add(kept, "two", THERE)
    await add(kept, "three")
    assert await lacking(vectors) == ["three", "one"]
    found = await vectors.lacking("m", limit=10)
    assert found is not None
    await vectors.put("m", {one.id: numbers(1, 0) for one in found.passages})
    found = await vectors.lacking("m", limit=10)
    assert found is not None
    assert (found.community, [one.text for one in found.passages]) == ("there", ["two"])


async def test_what_has_a_vector_lacks_none_but_by_another_model(kept: Kept, vectors: StoredVectors) -> None:
    one, two = await add(kept, "one\ntwo")
    await vectors.put("m", {one.id: numbers(1, 0)})
    assert await lacking(vectors) == ["two"]
    assert await vectors.progress("m") == Embedded(done=1, total=2)
    await vectors.put("m", {two.id: numbers(0, 1)})
    assert await lacking(vectors) == []
    assert await lacking(vectors, "other") == ["one", "two"]
    assert await vectors.progress("other") == Embedded(done=0, total=2)


async def test_the_rows_of_a_community_tell_whose_they_are(kept: Kept, vectors: StoredVectors) -> None:
    shared = (await add(kept, "one"))[0]
    own = (await add(kept, "two", channel=HERE.channel))[0]
    elsewhere = (await add(kept, "three", THERE))[0]
    await vectors.put("m", {shared.id: numbers(0.5, -2), own.id: numbers(3, 4), elsewhere.id: numbers(5, 6)})
    rows = await vectors.rows("m", "here")
    assert rows is not None
    told = list(zip(rows.passages, rows.articles, rows.channels, strict=True))
    assert told == [(shared.id, shared.article, None), (own.id, own.article, HERE.channel)]
    assert (rows.dimensions, rows.data) == (2, numbers(0.5, -2, 3, 4))
    assert rows.upto == await kept.library.latest_change("here")


async def test_there_are_no_rows_while_a_passage_lacks_its_vector(kept: Kept, vectors: StoredVectors) -> None:
    one, two = await add(kept, "one\ntwo")
    await vectors.put("m", {one.id: numbers(1)})
    assert await vectors.rows("m", "here") is None
    await vectors.put("m", {two.id: numbers(1)})
    assert await vectors.rows("m", "here") is not None
    await add(kept, "three")
    assert await vectors.rows("m", "here") is None


async def test_a_community_without_passages_lacks_nothing(vectors: StoredVectors) -> None:
    rows = await vectors.rows("m", "nowhere")
    assert rows is not None
    assert (len(rows.passages), rows.dimensions, rows.data, rows.upto) == (0, 0, b"", 0)


async def test_a_vector_goes_with_its_passage(kept: Kept, vectors: StoredVectors) -> None:
    old = (await add(kept, "one"))[0]
    gone = (await add(kept, "two"))[0]
    await vectors.put("m", {old.id: numbers(1), gone.id: numbers(2)})
    await kept.library.add(HERE, draft("one, revised", source="file:/one"))
    await kept.library.remove(HERE, gone.article)
    assert await vectors.progress("m") == Embedded(done=0, total=1)
    assert await lacking(vectors) == ["one, revised"]


async def test_the_vector_of_a_passage_that_went_meanwhile_is_passed_over(
    kept: Kept, vectors: StoredVectors
) -> None:
    one, two = (await add(kept, "one"))[0], (await add(kept, "two"))[0]
    await kept.library.remove(HERE, one.article)
    await vectors.put("m", {one.id: numbers(1), two.id: numbers(2)})
    rows = await vectors.rows("m", "here")
    assert rows is not None
    assert list(rows.passages) == [two.id]


async def test_a_refused_passage_lacks_nothing_and_has_no_row(kept: Kept, vectors: StoredVectors) -> None:
    one, two = await add(kept, "one\ntwo")
    await vectors.put("m", {one.id: b"", two.id: numbers(1, 2)})
    assert await lacking(vectors) == []
    rows = await vectors.rows("m", "here")
    assert rows is not None
    assert (list(rows.passages), rows.dimensions) == ([two.id], 2)


async def test_a_vector_put_again_takes_the_place_of_the_old_one(kept: Kept, vectors: StoredVectors) -> None:
    one = (await add(kept, "one"))[0]
    for value in (1, 2):
        await vectors.put("m", {one.id: numbers(value)})
    rows = await vectors.rows("m", "here")
    assert rows is not None
    assert rows.data == numbers(2)


async def test_vectors_of_another_length_make_those_before_them_lacking(
    kept: Kept, vectors: StoredVectors
) -> None:
    one, two, three = await add(kept, "one\ntwo\nthree")
    await vectors.put("m", {one.id: numbers(1, 2), two.id: b""})
    await vectors.put("other", {one.id: numbers(1, 2)})
    await vectors.put("m", {three.id: numbers(1, 2, 3)})
    assert await lacking(vectors) == ["one"]
    assert await vectors.progress("other") == Embedded(done=1, total=3)


async def test_vectors_of_an_unexpected_length_are_forgotten(kept: Kept, vectors: StoredVectors) -> None:
    one, two = await add(kept, "one\ntwo")
    await vectors.put("m", {one.id: numbers(1, 2), two.id: b""})
    await vectors.expect("m", 2)
    assert await lacking(vectors) == []
    await vectors.expect("m", 3)
    assert await lacking(vectors) == ["one"]


async def test_only_one_models_vectors_are_kept_when_so_asked(kept: Kept, vectors: StoredVectors) -> None:
    one = (await add(kept, "one"))[0]
    for model in ("old", "older", "m"):
        await vectors.put(model, {one.id: numbers(1)})
    await vectors.keep_only("m")
    assert [(await vectors.progress(model)).done for model in ("old", "older", "m")] == [0, 0, 1]


async def test_many_vectors_are_forgotten_part_by_part(
    kept: Kept, vectors: StoredVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.vectors._FORGOTTEN_AT_ONCE", 2)
    passages = await add(kept, "\n".join(f"line {number}" for number in range(7)))
    for model in ("old", "m"):
        await vectors.put(model, {one.id: numbers(1) for one in passages})
    await vectors.keep_only("m")
    assert [(await vectors.progress(model)).done for model in ("old", "m")] == [0, 7]


async def test_another_process_sees_the_vectors(kept: Kept, vectors: StoredVectors, open_again: Open) -> None:
    one = (await add(kept, "one"))[0]
    async with open_again() as other:
        await StoredVectors(other.database).put("m", {one.id: numbers(1)})
    assert await lacking(vectors) == []
