"""Embeddings of the fake model server: similar texts are near, and every quirk plays what its row says."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.model_server import PLAYS, FakeModelServer
from tests.fakes.raw import Reply, ask
from tests.fakes.vectors import vector

TEXTS = ["The bridge was opened in 1911.", "When was the bridge opened?", "Weights under a custom licence."]


async def embed(server: FakeModelServer, texts: object = TEXTS, **more: Any) -> Reply:
    return await ask(server.base_url, {"model": "small-model", "input": texts, **more}, "/embeddings")


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def test_similar_texts_are_nearer_than_others() -> None:
    first, second, third = (vector(text, 256) for text in TEXTS)
    assert cosine(first, second) > 0.5 > cosine(first, third)


@pytest.mark.parametrize("dimensions", [1, 8, 768])
def test_vectors_have_the_length_one(dimensions: int) -> None:
    assert math.isclose(math.hypot(*vector("anything at all", dimensions)), 1.0)


async def test_each_text_gets_its_vector() -> None:
    async with FakeModelServer(dimensions=32) as server:
        reply = (await embed(server)).json
    assert [row["index"] for row in reply["data"]] == [0, 1, 2]
    assert reply["data"][1]["embedding"] == vector(TEXTS[1], 32)
    assert reply["usage"]["prompt_tokens"] == sum(math.ceil(len(text) / 4) for text in TEXTS)


async def test_a_single_text_is_a_batch_of_one() -> None:
    async with FakeModelServer() as server:
        assert len((await embed(server, "one")).json["data"]) == 1


@pytest.mark.parametrize("texts", [[], [""], "", None, [3]])
async def test_what_is_no_text_is_refused(texts: object) -> None:
    async with FakeModelServer() as server:
        assert (await embed(server, texts)).status == 400


def unpacked(row: dict[str, Any]) -> list[float]:
    raw = base64.b64decode(row["embedding"])
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


async def test_base64_holds_the_same_numbers() -> None:
    async with FakeModelServer(quirks=["embeddings-base64-always"]) as server:
        rows = (await embed(server, encoding_format="float")).json["data"]
    assert unpacked(rows[0]) == pytest.approx(vector(TEXTS[0], 64), abs=1e-6)


async def test_base64_comes_unless_floats_are_asked_for() -> None:
    async with FakeModelServer(quirks=["embeddings-base64-unless-float"]) as server:
        assert isinstance((await embed(server)).json["data"][0]["embedding"], str)
        assert isinstance((await embed(server, encoding_format="float")).json["data"][0]["embedding"], list)


async def test_base64_can_be_refused() -> None:
    async with FakeModelServer(quirks=["embeddings-base64-refused"]) as server:
        assert (await embed(server)).status == 400
        assert (await embed(server, encoding_format="float")).status == 200


async def test_shuffled_rows_keep_their_index() -> None:
    async with FakeModelServer(quirks=["embeddings-shuffled"]) as server:
        rows = (await embed(server)).json["data"]
    assert [row["index"] for row in rows] != [0, 1, 2]
    assert all(row["embedding"] == vector(TEXTS[row["index"]], 64) for row in rows)


WRONG = {
    "embeddings-too-few": [64, 64],
    "embeddings-of-another-dimension": [48, 48, 48],
    "embeddings-ragged": [64, 64, 63],
    "embeddings-with-nulls": [64, 64, 64],
    "embeddings-without-index": [64, 64, 64],
}


@pytest.mark.parametrize("name", sorted(WRONG))
async def test_what_is_wrong_with_the_rows_is_just_that(name: str) -> None:
    async with FakeModelServer(quirks=[name]) as server:
        rows = (await embed(server)).json["data"]
    assert [len(row["embedding"]) for row in rows] == WRONG[name]
    assert (rows[0]["embedding"][0] is None) == (name == "embeddings-with-nulls")
    assert ("index" in rows[0]) == (name != "embeddings-without-index")


LIMITS: dict[str, tuple[list[str], list[str], int]] = {
    "embeddings-at-most-2048-inputs": (["x"] * 2048, ["x"] * 2049, 400),
    "embeddings-at-most-8192-tokens-each": (["x" * 32768], ["x" * 32769], 400),
    "embeddings-at-most-300000-tokens": (["x" * 30000] * 40, ["x" * 30000] * 41, 400),
    "embeddings-at-most-32-inputs": (["x"] * 32, ["x"] * 33, 413),
    "embeddings-empty-string-refused": (["x"], ["x", ""], 400),
}


@pytest.mark.parametrize("name", sorted(LIMITS))
async def test_limits_are_just_there(name: str) -> None:
    fine, too_much, status = LIMITS[name]
    async with FakeModelServer(quirks=[name], dimensions=4) as server:
        assert (await embed(server, fine)).status == 200
        assert (await embed(server, too_much)).status == status


async def test_dimensions_can_be_refused() -> None:
    async with FakeModelServer(quirks=["embeddings-dimensions-refused"]) as server:
        assert (await embed(server, dimensions=16)).status == 400
    async with FakeModelServer() as server:
        assert len((await embed(server, dimensions=16)).json["data"][0]["embedding"]) == 16


def test_every_quirk_of_embeddings_is_tested_here() -> None:
    base64s = {f"embeddings-base64-{rest}" for rest in ("always", "unless-float", "refused")}
    tested = {*WRONG, *LIMITS, *base64s, "embeddings-shuffled", "embeddings-dimensions-refused"}
    assert tested == {name for name, play in PLAYS.items() if play.route == "embeddings"}
