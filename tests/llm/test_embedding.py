"""Vectors from an endpoint: asked for, counted, checked."""

from __future__ import annotations

import asyncio
import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LimitReached
from bot.llm.embedder import EndpointEmbedder
from bot.llm.errors import (
    AuthFailed,
    BadRequest,
    ConnectFailed,
    EndpointError,
    ModelNotFound,
    ProtocolError,
    RateLimited,
    TookTooLong,
)
from bot.llm.vectors import vectors
from bot.model import Payer, Usage
from tests.fakes.connection import Act, Answer
from tests.fakes.kinds import KINDS
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.fakes.vectors import vector
from tests.fakes.writing import json_answer
from tests.llm.asking import MODEL, client_of, soon
from tests.llm.ledger import MemoryLedger

PAYER = Payer(member="embedding", community="club")
TEXTS = [f"The {colour} light." for colour in ("red", "green", "blue")]


def rows(*embeddings: Any) -> Answer:
    data = [{"index": index, "embedding": each} for index, each in enumerate(embeddings)]
    return json_answer({"object": "list", "data": data})


# One request.


async def test_vectors_come_in_the_order_of_their_texts() -> None:
    async with FakeModelServer() as server, client_of(server) as client:
        made, usage = await client.embed(TEXTS, soon())
    assert made == [vector(text, 64) for text in TEXTS]
    assert usage == Usage(prompt=sum(-(-len(text) // 4) for text in TEXTS), answer=0)


async def test_as_many_numbers_are_asked_for_as_the_operator_says() -> None:
    async with FakeModelServer() as server, client_of(server, dimensions=32) as client:
        made, _ = await client.embed(TEXTS, soon())
    assert {len(each) for each in made} == {32}
    assert server.calls[0].body["dimensions"] == 32


@pytest.mark.parametrize("texts", [[], ["", "a"], ["a", " \n"]])
async def test_a_text_without_words_is_not_sent(texts: list[str]) -> None:
    async with FakeModelServer() as server, client_of(server) as client:
        with pytest.raises(BadRequest, match="without words"):
            await client.embed(texts, soon())
    assert server.calls == []


WRONG = [
    pytest.param(rows([1.0], [1.0]), "2 vectors for 3 texts", id="too few"),
    pytest.param(rows([1.0], [1.0], [1.0], [1.0]), "4 vectors for 3 texts", id="too many"),
    pytest.param(rows([1.0], [1.0, 2.0], [1.0]), "not of one length", id="ragged"),
    pytest.param(rows([], [], []), "not of one length", id="empty"),
    pytest.param(rows([1.0], [None], [1.0]), "no list of numbers", id="null"),
    pytest.param(rows([1.0], ["x"], [1.0]), "no list of numbers", id="words"),
    pytest.param(rows([1.0], None, [1.0]), "no list of numbers", id="no vector"),
    pytest.param(rows([1.0], [float("nan")], [1.0]), "no list of numbers", id="not a number"),
    pytest.param(rows([1.0], [10**400], [1.0]), "no list of numbers", id="beyond all numbers"),
    pytest.param(rows("!", "!", "!"), "base64", id="no base64"),
    pytest.param(
        json_answer({"data": [{"index": 0, "embedding": [1.0]}] * 3}), "are not those", id="one thrice"
    ),
    pytest.param(json_answer({"data": None}), "no vectors for 3 texts", id="nothing"),
    pytest.param(json_answer([1, 2, 3]), "no vectors for 3 texts", id="a list"),
]


@pytest.mark.parametrize(("answer", "problem"), WRONG)
async def test_what_is_no_vector_is_told(answer: Answer, problem: str) -> None:
    async with FakeModelServer(script=[answer]) as server, client_of(server) as client:
        with pytest.raises(ProtocolError, match=problem) as raised:
            await client.embed(TEXTS, soon())
    assert "LLM_MODEL" in raised.value.hint
    assert "LLM_DIMENSIONS" in raised.value.hint


async def test_other_dimensions_than_asked_for_are_not_taken() -> None:
    async with (
        FakeModelServer(script=[rows([1.0], [1.0], [1.0])]) as server,
        client_of(server, dimensions=2) as client,
    ):
        with pytest.raises(ProtocolError, match="vectors of 1 dimensions where 2 were asked for"):
            await client.embed(TEXTS, soon())


@given(
    st.lists(
        st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_base64_means_the_same_numbers(numbers: list[list[float]]) -> None:
    import struct

    packed = [base64.b64encode(struct.pack("<3f", *each)).decode() for each in numbers]
    value = {"data": [{"index": index, "embedding": each} for index, each in enumerate(packed)]}
    made, usage = vectors(value, len(numbers), 3)
    assert made == numbers
    assert usage is None


@given(st.binary(max_size=40), st.integers(0, 2))
def test_whatever_an_endpoint_sends_is_a_vector_or_a_value_error(raw: bytes, count: int) -> None:
    value = {"data": [{"index": 0, "embedding": base64.b64encode(raw).decode()}][:count]}
    try:
        made, _ = vectors(value, count, None)
    except ValueError:
        return
    assert len(made) == count


REFUSALS = [
    pytest.param(openai_error(401, "No."), AuthFailed, id="401"),
    pytest.param(openai_error(429, "Slow.", headers={"retry-after": "9"}), RateLimited, id="429"),
    pytest.param(openai_error(404, "model 'x' not found"), ModelNotFound, id="404"),
    pytest.param(json_answer({"error": {"code": "invalid_api_key"}}), AuthFailed, id="200 with an error"),
    pytest.param(Answer(parts=(Act.CLOSE,), head=False), ConnectFailed, id="closed"),
    pytest.param(Answer(parts=(b"<html></html>",)), BadRequest, id="a page"),
    pytest.param(Answer(parts=(b"ok",)), ProtocolError, id="no JSON"),
    pytest.param(Answer(parts=(b"[" * 100_000,)), ProtocolError, id="JSON without an end"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "error"), REFUSALS)
async def test_refusals_mean_the_same_as_for_answers(answer: Answer, error: type[EndpointError]) -> None:
    async with FakeModelServer(script=[answer]) as server, client_of(server) as client:
        with pytest.raises(error):
            await client.embed(TEXTS, soon())


@pytest.mark.parametrize("kind", KINDS)
async def test_an_address_without_its_v1_is_found_to_lack_it(kind: str) -> None:
    async with FakeModelServer(kind=kind) as server, client_of(server.url) as client:
        made, _ = await client.embed(TEXTS, soon())
        await client.embed(TEXTS, soon())
    assert len(made) == 3
    assert [call.path for call in server.calls].count("/v1/embeddings") == 2


# What it is counted for.


async def test_all_texts_go_in_one_request_that_is_counted_once() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer() as server, client_of(server) as client:
        made = await EndpointEmbedder(client, ledger).embed(TEXTS, PAYER, within_s=20)
    assert made == [vector(text, 64) for text in TEXTS]
    assert [call.body["input"] for call in server.calls] == [TEXTS]
    (entry,) = ledger.settled
    assert (entry.purpose, entry.payer) == ("embedding", PAYER)
    ledger.check()


async def test_no_texts_take_no_request() -> None:
    async with FakeModelServer() as server, client_of(server) as client:
        assert await EndpointEmbedder(client, MemoryLedger()).embed([], PAYER, within_s=20) == []
    assert server.requests == []


async def test_tokens_are_settled_by_what_was_said_and_cost_what_they_cost() -> None:
    ledger = MemoryLedger()
    priced: dict[str, Any] = {"price_in": Decimal(1), "price_out": Decimal(0)}
    async with FakeModelServer() as server, client_of(server, **priced) as client:
        await EndpointEmbedder(client, ledger).embed(TEXTS, PAYER, within_s=20)
    (entry,) = ledger.entries
    assert entry.usage == Usage(prompt=12, answer=0)
    assert entry.cost == Decimal(12) / 1_000_000
    assert entry.reserved >= 12


async def test_what_fails_is_given_back() -> None:
    ledger = MemoryLedger()
    refusal = openai_error(401, "Incorrect API key provided.")
    async with FakeModelServer(script=[refusal]) as server, client_of(server) as client:
        with pytest.raises(AuthFailed):
            await EndpointEmbedder(client, ledger).embed(TEXTS, PAYER, within_s=20)
    assert ledger.used == 0
    ledger.check()


SILENT = Answer(parts=(Act.HANG,), head=False)


def estimated(ledger: MemoryLedger) -> Usage:
    """What the only call came to, which nobody has told."""
    ledger.check()
    (entry,) = ledger.entries
    assert entry.usage is not None
    assert entry.usage.estimated
    assert 5 < entry.usage.total <= entry.reserved
    return entry.usage


async def test_what_takes_too_long_is_charged_by_an_estimate() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer(script=[SILENT]) as server, client_of(server) as client:
        with pytest.raises(TookTooLong):
            await EndpointEmbedder(client, ledger).embed(TEXTS, PAYER, within_s=0.1)
    assert estimated(ledger).answer == 0


async def test_vectors_that_cannot_be_used_are_charged_by_an_estimate() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer(script=[rows([1.0])]) as server, client_of(server) as client:
        with pytest.raises(ProtocolError):
            await EndpointEmbedder(client, ledger).embed(TEXTS, PAYER, within_s=20)
    assert estimated(ledger).answer == 0


async def test_whoever_leaves_pays_for_what_was_sent() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer(script=[SILENT]) as server, client_of(server) as client:
        embedder = EndpointEmbedder(client, ledger)
        asking = asyncio.create_task(embedder.embed(TEXTS, PAYER, within_s=20))
        await server.until(lambda: len(server.calls) == 1)
        asking.cancel()
        await asyncio.wait([asking])
        await server.until(lambda: len(server.cancelled) == 1)
    assert estimated(ledger).answer == 0


class SettlesSlowly(MemoryLedger):
    """Settles when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def settle(self, call: int, usage: Usage, cost: Decimal | None) -> None:
        self.asked.set()
        await self.may.wait()
        await super().settle(call, usage, cost)


async def test_vectors_that_came_are_charged_though_nobody_waits_any_more() -> None:
    ledger = SettlesSlowly()
    async with FakeModelServer() as server, client_of(server) as client:
        embedder = EndpointEmbedder(client, ledger)
        asking = asyncio.create_task(embedder.embed(TEXTS, PAYER, within_s=20))
        await ledger.asked.wait()
        asking.cancel()
        await asyncio.wait([asking])
        assert len(ledger.open) == 1
        asyncio.get_running_loop().call_soon(ledger.may.set)
        await embedder.close()
    assert [entry.usage for entry in ledger.entries] == [Usage(prompt=12, answer=0)]
    ledger.check()


async def test_a_limit_that_is_reached_keeps_the_request_from_being_sent() -> None:
    async with FakeModelServer() as server, client_of(server) as client:
        with pytest.raises(LimitReached):
            await EndpointEmbedder(client, MemoryLedger(most=5)).embed(TEXTS, PAYER, within_s=20)
    assert server.calls == []


async def test_vectors_are_kept_under_endpoint_model_and_size() -> None:
    async with FakeModelServer() as server:
        async with client_of(server, dimensions=32) as client:
            assert await EndpointEmbedder(client, MemoryLedger()).name() == f"{server.base_url} {MODEL} 32"
        async with client_of(server) as client:
            assert await EndpointEmbedder(client, MemoryLedger()).name() == f"{server.base_url} {MODEL}"


async def test_the_operator_has_the_last_word_on_fields() -> None:
    more: dict[str, Any] = {"extra": {"truncate": True}, "drop": ("encoding_format",)}
    async with FakeModelServer() as server, client_of(server, **more) as client:
        await client.embed(TEXTS, soon())
    assert server.calls[0].body.keys() == {"model", "input", "truncate"}
    assert json.loads(server.calls[0].raw)["input"] == TEXTS
