"""Every quirk of the model server, asked through the real client over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.llm.errors import ProtocolError, RateLimited
from bot.model import Meanwhile
from tests.fakes.model_server import QUIRKS, FakeModelServer
from tests.fakes.play import Outcome
from tests.fakes.vectors import vector
from tests.llm.asking import MODEL, QUICK, asked, client_of, hear, soon
from tests.llm.expected import Expected, check
from tests.llm.expected_errors import ERRORS
from tests.llm.expected_requests import REQUESTS
from tests.llm.expected_streams import STREAMS

EXPECTED: Mapping[str, Expected] = {**REQUESTS, **STREAMS, **ERRORS}
HURRIED: dict[str, dict[str, float]] = {
    "pings-without-progress": {"progress_s": 0.1},
    "open-for-ever-after-the-reason": {"grace_s": 0.02},
    "loading-without-headers": {"late_s": 0.01},
}
"""Where something that does not come is waited for."""

VECTORS: Mapping[str, str] = {
    "embeddings-base64-unless-float": "",
    "embeddings-base64-always": "",
    "embeddings-base64-refused": "",
    "embeddings-shuffled": "",
    "embeddings-without-index": "",
    "embeddings-too-few": "5 vectors for 6 texts",
    "embeddings-of-another-dimension": "48 dimensions where 64 were asked for",
    "embeddings-ragged": "not of one length",
    "embeddings-with-nulls": "no list of numbers",
    "embeddings-at-most-2048-inputs": "",
    "embeddings-at-most-8192-tokens-each": "",
    "embeddings-at-most-300000-tokens": "",
    "embeddings-at-most-32-inputs": "",
    "embeddings-empty-string-refused": "",
    "embeddings-dimensions-refused": "",
}
"""Section 1e: what is wrong with the vectors, if something is."""


def named(names: Mapping[str, object]) -> list[object]:
    return [pytest.param(name, id=f"{QUIRKS[name].section}-{name}") for name in names]


def of_outcome(*outcomes: Outcome) -> dict[str, Expected]:
    return {name: each for name, each in EXPECTED.items() if QUIRKS[name].outcome in outcomes}


def test_nothing_that_the_server_plays_is_left_out() -> None:
    sections = {"1a": REQUESTS, "1b": STREAMS, "1c": ERRORS, "1e": VECTORS}
    for section, expected in sections.items():
        assert expected.keys() == {name for name, play in QUIRKS.items() if play.section == section}


@pytest.mark.parametrize("name", named(EXPECTED))
async def test_a_quirk_comes_out_as_it_should(name: str) -> None:
    expected = EXPECTED[name]
    patience = replace(QUICK, **HURRIED.get(name, {}))
    async with (
        expected.serving(name) as server,
        client_of(server, patience=patience, **expected.endpoint) as client,
    ):
        await check(expected, server, client)
        await server.until(lambda: not server.at_work)


ONCE = of_outcome(Outcome.RETRIED, Outcome.WAITED, Outcome.EMPTY)
del ONCE["port-closed-until-ready"]
"""Whose port has to be opened: see `test_client`."""


@pytest.mark.parametrize("name", named(ONCE))
async def test_what_fails_once_comes_out_at_the_second_try(name: str) -> None:
    async with (
        FakeModelServer(script=[name], wait_s=0.0, loading_calls=1) as server,
        client_of(server) as client,
    ):
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.text == server.author(server.calls[-1].body["messages"], server.calls[-1].body)
    assert len(server.calls) == (1 if name == "loading-without-headers" else 2)
    assert set(heard.notices) <= {Meanwhile.RETRYING, Meanwhile.LOADING}


LONG = [name for name in of_outcome(Outcome.WAITED) if name not in ("loading", "loading-without-headers")]
LONG.remove("rate-limit-exceeded")  # says no time


@pytest.mark.parametrize("name", named(dict.fromkeys(LONG)))
async def test_a_wait_that_is_too_long_is_refused_and_told(name: str) -> None:
    async with FakeModelServer(quirks=[name], wait_s=40) as server, client_of(server) as client:
        heard = await hear(client, asked(), until=asyncio.get_running_loop().time() + 100)
    assert type(heard.error) is RateLimited
    assert heard.error.retry_after_s == pytest.approx(40, abs=2)
    assert len(server.calls) == 1
    assert heard.notices == []


ADAPTED = {name: each for name, each in EXPECTED.items() if Meanwhile.ADAPTED in each.notices}


@pytest.mark.parametrize("name", named(ADAPTED))
async def test_what_was_refused_is_not_sent_again_at_the_next_question(name: str) -> None:
    expected = ADAPTED[name]
    async with expected.serving(name) as server, client_of(server, **expected.endpoint) as client:
        await hear(client, expected.request)
        heard = await hear(client, expected.request)
    assert heard.error is None
    assert heard.notices == []
    assert len(server.calls) == 3


@pytest.mark.parametrize("name", named(VECTORS))
async def test_vectors_come_out_as_they_should(name: str) -> None:
    texts = [f"The {colour} light." for colour in ("red", "green", "blue", "white", "grey", "pale")]
    dimensions = 64 if name == "embeddings-of-another-dimension" else None
    async with (
        FakeModelServer(quirks=[name], embedding_models=[MODEL]) as server,
        client_of(server, dimensions=dimensions) as client,
    ):
        if VECTORS[name]:
            with pytest.raises(ProtocolError, match=VECTORS[name]):
                await client.embed(texts, soon())
        else:
            made, usage = await client.embed(texts, soon())
            assert made == [pytest.approx(vector(text, 64), abs=1e-6) for text in texts]
            assert usage.prompt > 0
            assert usage.answer == 0
    assert len(server.calls) == 1
    assert server.calls[0].body.keys() == {"model", "input", "encoding_format"} | (
        {"dimensions"} if dimensions else set()
    )
