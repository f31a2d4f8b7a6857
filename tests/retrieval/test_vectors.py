"""Comparing vectors: what is nearest, exactly and by sign bits, and when a community's are read anew."""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Passing
from bot.ports import Rows
from bot.retrieval.vectors import FEW, Matrices, Matrix, direction, unit

MODEL = "m"
WIDE = 256


def rows(
    vectors: Sequence[Sequence[float]],
    *,
    channels: Sequence[str | None] = (),
    articles: Sequence[int] = (),
    upto: int = 1,
) -> Rows:
    """Rows of passages numbered from 100 down, so that their order is not that of their numbers."""
    count = len(vectors)
    return Rows(
        passages=[100 - at for at in range(count)],
        articles=articles or [1] * count,
        channels=channels or [None] * count,
        dimensions=len(vectors[0]) if count else 0,
        data=b"".join(unit(vectors)) if count else b"",
        upto=upto,
    )


def toward(*vector: float) -> np.typing.NDArray[np.floating]:
    found = direction(vector)
    assert found is not None
    return found


def random(count: int, dimensions: int = WIDE, seed: int = 7) -> list[list[float]]:
    made: list[list[float]] = np.random.default_rng(seed).standard_normal((count, dimensions)).tolist()
    return made


def test_a_vector_is_kept_at_unit_length() -> None:
    assert unit([[3.0, 4.0], [0.0, -2.0]]) == [
        struct.pack("<2f", np.float32(0.6), np.float32(0.8)),
        struct.pack("<2f", 0, -1),
    ]


@pytest.mark.parametrize("vector", [[0.0, 0.0], [nan, 1.0], [inf, 1.0]])
def test_a_vector_that_points_nowhere_is_none(vector: list[float]) -> None:
    assert unit([vector, [1.0, 0.0]]) == [b"", struct.pack("<2f", 1, 0)]
    assert direction(vector) is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_whatever_has_a_direction_gets_unit_length(vector: list[float]) -> None:
    found = direction(vector)
    assert found is None or float(np.linalg.norm(found)) == pytest.approx(1, abs=1e-5)


def test_the_nearest_come_first_with_their_cosines() -> None:
    matrix = Matrix(rows([[1, 0], [0, 1], [1, 1], [-1, 0]]))
    near = matrix.nearest(toward(2, 0), 3)
    assert list(near) == [100, 98, 99]
    assert list(near.values()) == pytest.approx([1, 0.5**0.5, 0], abs=1e-6)


def test_cosines_come_for_the_passages_that_have_vectors() -> None:
    matrix = Matrix(rows([[1, 0], [0, 1], [1, 1]]))
    assert matrix.cosines(toward(1, 0), [98, 7, 100, 1000]) == pytest.approx({98: 0.5**0.5, 100: 1})


def test_the_usual_cosine_is_the_mean_of_what_is_visible() -> None:
    matrix = Matrix(
        rows([[1, 0], [0, 1]] * FEW + [[-1, 0]] * 2 * FEW, channels=[None] * 2 * FEW + ["chat"] * 2 * FEW)
    )
    assert matrix.usual(toward(1, 0)) == pytest.approx(0.5)
    assert matrix.usual(toward(1, 0), channel="hall") == pytest.approx(0.5)
    assert matrix.usual(toward(1, 0), channel="chat") == pytest.approx(-0.25)


def test_of_a_few_passages_no_cosine_is_usual() -> None:
    assert Matrix(rows([[1, 0]] * (FEW - 1))).usual(toward(1, 0)) is None
    assert Matrix(rows([[1, 0]] * FEW)).usual(toward(1, 0)) == pytest.approx(1)


def test_a_community_without_passages_has_nothing_near() -> None:
    matrix = Matrix(rows([]))
    assert len(matrix) == 0


@pytest.mark.parametrize("exact_up_to", [1000, 0])
def test_other_channels_and_articles_do_not_come(exact_up_to: int) -> None:
    vectors = [[1.0, 0.0]] * 40 + [[0.0, 1.0], [0.0, -1.0]]
    matrix = Matrix(
        rows(vectors, channels=["board"] * 40 + ["chat", None], articles=[1] * 40 + [2, 3]),
        exact_up_to=exact_up_to,
        shortlist=10,
    )
    question = toward(1, 0.1)
    assert list(matrix.nearest(question, 5, channel="chat")) == [60, 59]
    assert list(matrix.nearest(question, 5)) == list(matrix.nearest(question, 5, channel="hall")) == [59]
    assert list(matrix.nearest(question, 5, channel="chat", article=2)) == [60]
    assert len(matrix.nearest(question, 5, channel="board")) == 5


def clustered(count: int, seed: int) -> list[list[float]]:
    """Vectors as models make them: all a little alike, and in groups of like ones."""
    rng = np.random.default_rng(seed)
    topics = np.random.default_rng(1).standard_normal((25, WIDE))
    made = 0.7 * topics[rng.integers(25, size=count)] + rng.standard_normal((count, WIDE)) + 0.5
    found: list[list[float]] = made.tolist()
    return found


@pytest.mark.parametrize("make", [random, clustered])
def test_sign_bits_find_nearly_what_exact_search_does(make: Callable[..., list[list[float]]]) -> None:
    vectors = make(500, seed=7)
    exact, quick = Matrix(rows(vectors)), Matrix(rows(vectors), exact_up_to=499, shortlist=250)
    shares = []
    for question in make(60, seed=8):
        true, found = exact.nearest(toward(*question), 10), quick.nearest(toward(*question), 10)
        shares.append(len(true.keys() & found.keys()) / 10)
        assert {one: true[one] for one in true.keys() & found.keys()} == pytest.approx(
            {one: found[one] for one in true.keys() & found.keys()}, abs=1e-5
        )
    assert sum(shares) / len(shares) >= 0.95


@pytest.mark.parametrize("dimensions", [3, 8, 63, 65, 130])
def test_sign_bits_take_any_number_of_dimensions(dimensions: int) -> None:
    vectors = random(40, dimensions)
    matrix = Matrix(rows(vectors), exact_up_to=0, shortlist=12)
    assert all(next(iter(matrix.nearest(toward(*one), 3))) == 100 - at for at, one in enumerate(vectors))


def test_a_start_without_vectors_needs_no_numpy() -> None:
    code = "import sys, bot.app, bot.retrieval.hybrid, bot.retrieval.embedding; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


class Changing:
    """Vectors, and the library that they are of. While `open` is not set, reading hangs."""

    def __init__(self) -> None:
        self.latest = 1
        self.there: Rows | None = rows([[1, 0]])
        self.reads = 0
        self.open = asyncio.Event()
        self.open.set()
        self.busy = False

    async def latest_change(self, community: str) -> int:
        return self.latest

    async def rows(self, model: str, community: str) -> Rows | None:
        self.reads += 1
        await self.open.wait()
        if self.busy:
            raise Passing("The database is busy.")
        return self.there


def matrices(changing: Changing) -> Matrices:
    return Matrices(changing, changing)  # type: ignore[arg-type]


async def test_vectors_are_read_once_until_the_library_changes() -> None:
    changing = Changing()
    held = matrices(changing)
    first = await held.current(MODEL, "c", within_s=9)
    assert first is not None
    assert await held.current(MODEL, "c", within_s=9) is first
    changing.latest, changing.there = 2, rows([[1, 0], [0, 1]], upto=2)
    second = await held.current(MODEL, "c", within_s=9)
    assert second is not None
    assert (len(second), changing.reads) == (2, 2)


async def test_who_ask_at_once_read_once() -> None:
    changing = Changing()
    held = matrices(changing)
    found = await asyncio.gather(*(held.current(MODEL, "c", within_s=9) for _ in range(5)))
    assert len({id(one) for one in found}) == changing.reads == 1


async def test_another_models_vectors_are_not_taken_for_the_present_ones() -> None:
    changing = Changing()
    held = matrices(changing)
    first = await held.current(MODEL, "c", within_s=9)
    changing.there = None
    assert await held.current("another", "c", within_s=9) is None
    changing.there = rows([[0, 1]])
    assert await held.current("another", "c", within_s=9) is not first


async def test_reading_that_takes_long_is_for_whoever_asks_next() -> None:
    changing = Changing()
    changing.open.clear()
    held = matrices(changing)
    assert await held.current(MODEL, "c", within_s=0) is None
    changing.open.set()
    assert await held.current(MODEL, "c", within_s=9) is not None
    assert changing.reads == 1


async def test_a_busy_database_is_no_error_and_read_again() -> None:
    changing = Changing()
    changing.busy = True
    held = matrices(changing)
    assert await held.current(MODEL, "c", within_s=9) is None
    changing.busy = False
    assert await held.current(MODEL, "c", within_s=9) is not None
