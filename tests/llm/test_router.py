"""Which endpoint is asked, when another one takes over, and until when."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot.errors import LimitReached, ModelError
from bot.llm.errors import (
    AuthFailed,
    ConnectFailed,
    Overloaded,
    ProtocolError,
    StreamInterrupted,
    TookTooLong,
)
from bot.model import Meanwhile, Prompt
from tests.fakes.connection import Act
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.llm.asking import MODEL, QUICK, SCHEMA, asked
from tests.llm.ledger import MemoryLedger
from tests.llm.routing import PAYER, client, hear, router_over
from tests.llm.saying import said_in_turn, stream, words

NOBODY = "http://127.0.0.1:9/v1"


# The order.


async def test_the_default_one_is_asked_and_no_other() -> None:
    async with (
        FakeModelServer() as server,
        FakeModelServer() as other,
        router_over(client(other, "spare"), client(server), fallback=["spare"]) as router,
    ):
        heard = await hear(router, asked())
    assert heard.error is None
    assert len(server.calls) == 1
    assert other.requests == []


async def test_where_one_fails_the_next_of_the_fallback_takes_over() -> None:
    async with FakeModelServer(quirks=["server-error"]) as server, FakeModelServer(models=["big"]) as other:
        clients = client(server), client(NOBODY, "dead"), client(other, "spare", model="big")
        async with router_over(*clients, fallback=["dead", "spare"]) as router:
            heard = await hear(router, asked())
    assert heard.error is None
    assert heard.text.startswith("This is what I was asked")
    assert heard.started == [MODEL, MODEL, "big"]
    assert len(server.calls) == 3


async def test_the_fallback_has_its_own_order() -> None:
    async with FakeModelServer() as first, FakeModelServer() as second:
        clients = client(NOBODY), client(first, "one"), client(second, "two")
        async with router_over(*clients, fallback=["two", "one"]) as router:
            await hear(router, asked())
    assert (len(first.calls), len(second.calls)) == (0, 1)


async def test_an_endpoint_that_nobody_meant_for_it_does_not_take_over() -> None:
    async with FakeModelServer() as other, router_over(client(NOBODY), client(other, "costly")) as router:
        heard = await hear(router, asked())
    assert type(heard.error) is ConnectFailed
    assert other.requests == []


async def test_an_endpoint_that_is_named_is_asked_alone() -> None:
    async with (
        FakeModelServer() as server,
        FakeModelServer(quirks=["server-error"]) as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"]) as router,
    ):
        heard = await hear(router, asked(), endpoint="spare")
    assert type(heard.error) is Overloaded
    assert server.requests == []


async def test_a_name_that_is_none_is_told_with_those_there_are() -> None:
    async with router_over(client(NOBODY), client(NOBODY, "spare")) as router:
        heard = await hear(router, asked(), endpoint="spar")
    assert isinstance(heard.error, ModelError)
    assert "There is: default, spare." in heard.error.hint


async def test_without_any_endpoint_it_is_said_what_to_do() -> None:
    async with router_over() as router:
        assert not await router.is_there()
        heard = await hear(router, asked())
    assert type(heard.error) is ConnectFailed
    assert "set LLM_BASE_URL" in heard.error.hint


async def test_of_several_failures_the_one_that_can_be_mended_is_told() -> None:
    async with (
        FakeModelServer(quirks=["unauthorised"]) as server,
        router_over(client(NOBODY), client(server, "spare"), fallback=["spare"]) as router,
    ):
        heard = await hear(router, asked())
    assert type(heard.error) is AuthFailed
    assert "LLM_SPARE_API_KEY" in heard.error.hint


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET])
async def test_once_there_was_text_no_other_endpoint_takes_over(act: Act) -> None:
    broken = stream([*words("A ", "word"), act])
    async with (
        FakeModelServer(script=[broken]) as server,
        FakeModelServer() as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"]) as router,
    ):
        heard = await hear(router, asked())
    assert type(heard.error) is StreamInterrupted
    assert heard.error.partial == "A word"
    assert other.requests == []


async def test_the_models_are_told_in_the_order_of_trying() -> None:
    async with FakeModelServer(models=["found"]) as server:
        clients = client(NOBODY, "dead", model=None), client(server, model=None), client(server, "idle")
        async with router_over(*clients, fallback=["dead"]) as router:
            assert await router.is_there()
            first, second = await router.models()
    assert (first.name, first.endpoint, first.is_local, first.problem) == ("found", "default", True, "")
    assert (second.name, second.endpoint) == ("", "dead")
    assert "Nobody answers" in second.problem


# One owner of the deadline.


async def test_tries_do_not_stack() -> None:
    async with FakeModelServer(quirks=["server-error"]) as server:
        clients = client(server), client(server, "two"), client(server, "three")
        async with router_over(*clients, fallback=["two", "three"]) as router:
            heard = await hear(router, asked())
    assert type(heard.error) is Overloaded
    assert len(server.calls) == 9


async def test_when_the_time_is_up_nobody_else_is_asked() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(script=[stream([Act.HANG])]) as server,
        FakeModelServer() as other,
        router_over(client(server), client(other, "spare"), fallback=["spare"], ledger=ledger) as router,
    ):
        heard = await hear(router, asked(), within_s=0.5)
    assert isinstance(heard.error, TookTooLong)
    assert heard.error.kind == "total"
    assert heard.started == [MODEL]
    assert other.calls == []
    ledger.check()


async def test_one_that_does_not_begin_leaves_time_for_the_next() -> None:
    patience = replace(QUICK, first_s=0.05)
    async with FakeModelServer(script=[stream([Act.HANG])]) as server, FakeModelServer() as other:
        clients = client(server, patience=patience), client(other, "spare")
        async with router_over(*clients, fallback=["spare"]) as router:
            heard = await hear(router, asked())
    assert heard.error is None
    assert (len(server.calls), len(other.calls)) == (1, 1)


# Whole answers.


async def test_a_whole_answer_comes_from_whoever_can() -> None:
    async with (
        FakeModelServer() as other,
        router_over(client(NOBODY), client(other, "spare"), fallback=["spare"]) as router,
    ):
        done = await router.complete(asked(), PAYER, within_s=10)
    assert done.model.endpoint == "spare"
    assert done.text.startswith("This is what I was asked")
    assert [notice.kind for notice in done.notices] == [Meanwhile.RETRYING] * 2
    assert done.usage.answer > 0


async def test_json_is_asked_for_once_more_and_both_calls_are_counted() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(author=said_in_turn("Blue.", '{"text": "blue"}')) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        value, _ = await router.complete_json(asked(schema=SCHEMA), PAYER, within_s=10)
    assert value == {"text": "blue"}
    assert len(ledger.settled) == 2
    ledger.check()


async def test_json_that_is_none_twice_is_an_error_of_the_endpoint_that_was_named() -> None:
    async with FakeModelServer(author=said_in_turn("Blue.")) as server, router_over(client(server)) as router:
        with pytest.raises(ProtocolError):
            await router.complete_json(asked(schema=SCHEMA), PAYER, within_s=10, endpoint="default")
    assert len(server.calls) == 2


# The log.


async def test_the_log_holds_neither_keys_nor_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret, question = "quite-secret-4711", "Does Ada owe Charles 300 pounds?"
    echo = openai_error(400, f"Bearer {secret} sent: {question}", headers={"x-request-id": "req-7"})
    async with FakeModelServer(quirks=[], script=[echo]) as server, FakeModelServer() as other:
        clients = client(server, api_key=secret), client(other, "spare")
        async with router_over(*clients, fallback=["spare"]) as router:
            prompt = Prompt(system="You answer.", closing=question)
            assert (await hear(router, asked(prompt=prompt))).error is None
    failed = [record for record in caplog.records if record.name == "bot.llm.router"]
    assert [record.getMessage() for record in failed] == [
        "endpoint failed name=default code=E-MODEL-REQUEST status=400 request=req-7"
    ]
    assert secret not in caplog.text
    assert question not in caplog.text


async def test_a_limit_that_is_reached_is_no_failure_of_the_endpoint() -> None:
    ledger = MemoryLedger(most=10)
    async with FakeModelServer() as server, FakeModelServer() as other:
        clients = client(server), client(other, "spare")
        async with router_over(*clients, fallback=["spare"], ledger=ledger) as router:
            for _ in range(4):
                with pytest.raises(LimitReached):
                    await router.complete(asked(), PAYER, within_s=10)
    assert server.calls == other.calls == []
    assert ledger.entries == []
