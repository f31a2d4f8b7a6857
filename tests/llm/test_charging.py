"""Tokens are reserved before a call and settled after it, once, whatever happens in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from bot.errors import LimitReached, ModelError
from bot.llm import recovery
from bot.llm.charging import was_taken_up
from bot.llm.errors import (
    BadRequest,
    Busy,
    ConnectFailed,
    EmptyCompletion,
    Overloaded,
    ProtocolError,
    RateLimited,
    StreamInterrupted,
    TookTooLong,
)
from bot.model import Event, Payer, Prompt, Reasoning, Started, Text, Usage
from tests.fakes.connection import Act, Answer, Part
from tests.fakes.model_server import FakeModelServer
from tests.fakes.writing import chunk, event
from tests.llm.asking import MODEL, QUICK, asked, asked_at_length, soon
from tests.llm.ledger import MemoryLedger
from tests.llm.routing import PAYER, client, hear, router_over
from tests.llm.saying import stream, words


async def test_tokens_are_reserved_while_the_call_runs_and_settled_by_what_it_came_to() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer(hold_after=1) as server, router_over(client(server), ledger=ledger) as router:
        asking = asyncio.create_task(hear(router, asked(purpose="check")))
        await server.until(lambda: len(server.calls) == 1)
        (entry,) = ledger.open
        reserved = entry.reserved
        assert ledger.used == reserved >= 400
        server.go_on()
        heard = await asking
    assert (entry.endpoint, entry.model, entry.purpose, entry.payer) == ("default", MODEL, "check", PAYER)
    assert entry.usage == heard.usage == Usage(prompt=21, answer=20)
    assert entry.usage is not None
    assert entry.usage.total <= reserved
    ledger.check()


async def test_what_a_call_costs_is_settled_with_it() -> None:
    ledger = MemoryLedger()
    priced: dict[str, Any] = {"price_in": Decimal(2), "price_out": Decimal(10)}
    async with FakeModelServer() as server, router_over(client(server, **priced), ledger=ledger) as router:
        await hear(router, asked())
    assert ledger.entries[0].cost == (21 * Decimal(2) + 20 * Decimal(10)) / 1_000_000


async def test_where_nobody_says_what_it_took_it_is_estimated() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(quirks=["usage-null"]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        await hear(router, asked())
    usage = ledger.entries[0].usage
    assert usage is not None
    assert usage.estimated
    assert usage.prompt > 10
    assert usage.answer > 10
    ledger.check()


REFUSED = ["server-error", "unauthorised", "error-shape-openai", "closes-without-a-word"]


@pytest.mark.parametrize("quirk", REFUSED)
async def test_what_the_endpoint_did_not_take_up_is_given_back(quirk: str) -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(quirks=[quirk]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        assert (await hear(router, asked())).error is not None
    assert ledger.used == 0
    assert len(ledger.entries) == 1
    ledger.check()


async def test_where_nobody_listens_all_is_given_back() -> None:
    ledger = MemoryLedger()
    async with router_over(client("http://127.0.0.1:9/v1"), ledger=ledger) as router:
        assert type((await hear(router, asked())).error) is ConnectFailed
    assert len(ledger.entries) == 1
    assert ledger.used == 0
    ledger.check()


def reads_the_prompt(*more: Part) -> Answer:
    """An answer that begins, and has no word yet."""
    return stream([event(chunk(MODEL, {"role": "assistant", "content": ""})), *more])


def prompt_tokens(ledger: MemoryLedger) -> int:
    """What a call without a word was charged by: the prompt, and nothing else."""
    ledger.check()
    (entry,) = ledger.entries
    assert entry.usage is not None
    assert entry.usage.estimated
    assert entry.usage.answer == 0
    assert 10 < entry.usage.prompt < entry.reserved
    return entry.usage.prompt


@pytest.mark.parametrize("silent", [Answer(parts=(Act.HANG,), head=False), reads_the_prompt(Act.HANG)])
async def test_who_waits_no_longer_for_the_first_word_pays_for_the_prompt(silent: Answer) -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(script=[silent]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        asking = asyncio.create_task(hear(router, asked()))
        await server.until(lambda: len(server.calls) == 1)
        asking.cancel()
        await asyncio.wait([asking])
    assert prompt_tokens(ledger) > 0


@pytest.mark.parametrize("silent", [Answer(parts=(Act.HANG,), head=False), reads_the_prompt(Act.HANG)])
async def test_an_answer_that_we_cut_off_before_its_first_word_costs_its_prompt(silent: Answer) -> None:
    ledger = MemoryLedger()
    patience = replace(QUICK, first_s=0.05)
    async with (
        FakeModelServer(script=[silent]) as server,
        router_over(client(server, patience=patience), ledger=ledger) as router,
    ):
        assert type((await hear(router, asked())).error) is TookTooLong
    assert prompt_tokens(ledger) > 0


async def test_an_answer_without_a_word_costs_its_prompt_each_time() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer(quirks=["zero-deltas"]) as server:
        asked_of = client(server)
        async with router_over(asked_of, ledger=ledger) as router:
            heard = await hear(router, asked())
            once = (await asked_of.prepare(asked(), soon())).fitted.tokens
    assert type(heard.error) is EmptyCompletion
    assert prompt_tokens(ledger) == once * len(server.calls) == once * 2


async def test_who_leaves_again_and_again_does_not_get_past_the_limit() -> None:
    ledger = MemoryLedger(most=600)
    async with (
        FakeModelServer(script=[reads_the_prompt(Act.HANG)] * 100) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        for calls in range(1, 101):
            asking = asyncio.create_task(hear(router, asked()))
            asked_for = asyncio.create_task(server.until(partial(came, server, calls)))
            await asyncio.wait([asking, asked_for], return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                asked_for.cancel()
                break
            asking.cancel()
            await asyncio.wait([asking])
    assert isinstance(asking.exception(), LimitReached)
    assert 1 < len(server.calls) < 100
    assert ledger.used <= 600
    ledger.check()


def came(server: FakeModelServer, calls: int) -> bool:
    """Whether so many calls have come."""
    return len(server.calls) == calls


async def test_who_leaves_while_tokens_are_being_reserved_has_reserved_none() -> None:
    ledger = ReservesSlowly()
    async with FakeModelServer() as server, router_over(client(server), ledger=ledger) as router:
        asking = asyncio.create_task(hear(router, asked()))
        await ledger.asked.wait()
        asking.cancel()
        await asyncio.wait([asking])
        ledger.may.set()
        await router.close()
    assert server.calls == []
    assert len(ledger.entries) == 1
    assert ledger.used == 0
    ledger.check()


class ReservesSlowly(MemoryLedger):
    """Writes down what is reserved when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def reserve(self, payer: Payer, tokens: int, *, endpoint: str, model: str, purpose: str) -> int:
        self.asked.set()
        await self.may.wait()
        return await super().reserve(payer, tokens, endpoint=endpoint, model=model, purpose=purpose)


NOT_TAKEN_UP: list[BaseException] = [
    ConnectFailed("Nobody answers."),
    Busy("Many wait."),
    BadRequest("A page.", status=200),
    Overloaded("Not now.", status=503),
    RateLimited("Slowly.", status=429),
    TookTooLong("Our own queue.", kind="queue"),
    TookTooLong("It takes nothing in.", kind="write"),
]
TAKEN_UP: list[BaseException] = [
    asyncio.CancelledError(),
    GeneratorExit(),
    TookTooLong("No word.", kind="first token"),
    TookTooLong("No vectors.", kind="lookup"),
    StreamInterrupted("It broke off."),
    EmptyCompletion("Nothing.", cut=True),
    ProtocolError("No JSON."),
]


@pytest.mark.parametrize("failure", NOT_TAKEN_UP + TAKEN_UP, ids=repr)
def test_what_an_endpoint_may_have_worked_on_was_taken_up(failure: BaseException) -> None:
    assert was_taken_up(failure) is (failure in TAKEN_UP)


BROKEN = [
    pytest.param(stream([*words("A ", "word"), Act.RESET]), id="reset"),
    pytest.param(stream([*words("A ", "word"), Act.CLOSE]), id="closed"),
    pytest.param(
        stream([*words("A ", "word"), event({"error": {"message": "Oh.", "code": 500}})]), id="error"
    ),
    pytest.param(stream([*words("A ", "word"), event(chunk(MODEL, {}, "abort"))]), id="aborted"),
]


@pytest.mark.parametrize("answer", BROKEN)
async def test_an_answer_that_breaks_off_is_settled_once_by_an_estimate(answer: Answer) -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(script=[answer]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        assert type((await hear(router, asked())).error) is StreamInterrupted
    (entry,) = ledger.entries
    assert entry.usage is not None
    assert entry.usage.estimated
    assert entry.usage.prompt > 0
    assert 0 < entry.usage.answer < 20
    ledger.check()


async def test_an_answer_that_breaks_off_is_settled_by_what_was_said_of_it_so_far() -> None:
    ledger = MemoryLedger()
    said = {"prompt_tokens": 300, "completion_tokens": 2}
    broken = stream([event(chunk(MODEL, {"content": "A word"}, usage=said)), Act.CLOSE])
    async with (
        FakeModelServer(script=[broken]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        await hear(router, asked())
    assert ledger.entries[0].usage == Usage(prompt=300, answer=2)
    ledger.check()


@pytest.mark.parametrize("until", [Text, Reasoning])
async def test_whoever_leaves_in_the_middle_pays_for_what_came(until: type[Event]) -> None:
    ledger = MemoryLedger()
    thinking = [event(chunk(MODEL, {"reasoning": "well "}))] * 5
    answer = stream([*thinking, *words("A ", "word"), Act.HANG])
    async with (
        FakeModelServer(script=[answer]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        async with router.stream(asked(), PAYER, within_s=10) as events:
            async for each in events:
                if type(each) is until:
                    break
        ledger.check()
        await server.until(lambda: len(server.cancelled) == 1)
    (entry,) = ledger.entries
    assert entry.usage is not None
    assert entry.usage.estimated
    assert entry.usage.answer > 0


async def test_whoever_leaves_before_a_word_came_pays_nothing() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer() as server,
        router_over(client(server), ledger=ledger) as router,
        router.stream(asked(), PAYER, within_s=10) as events,
    ):
        async for each in events:
            assert type(each) is Started
            break
    assert server.calls == []
    assert ledger.used == 0
    ledger.check()


class SlowLedger(MemoryLedger):
    """Settles when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def settle(self, call: int, usage: Usage, cost: Decimal | None) -> None:
        self.asked.set()
        await self.may.wait()
        await super().settle(call, usage, cost)


async def test_even_a_task_that_is_cancelled_again_and_again_settles() -> None:
    ledger = SlowLedger()
    async with FakeModelServer(hold_after=4) as server, router_over(client(server), ledger=ledger) as router:
        came = asyncio.Event()
        asking = asyncio.create_task(
            hear(router, asked(), meanwhile=lambda each: came.set() if type(each) is Text else None)
        )
        await came.wait()
        asking.cancel()
        await ledger.asked.wait()
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        assert len(ledger.open) == 1
        asyncio.get_running_loop().call_soon(ledger.may.set)
        await router.close()
    assert len(ledger.settled) == 1
    ledger.check()


async def test_a_try_that_was_billed_is_counted_with_the_one_that_worked() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(quirks=["reasoning-eats-the-budget"]) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        await hear(router, asked())
    assert len(server.calls) == 2
    usage = ledger.entries[0].usage
    assert usage is not None
    assert usage.prompt == 42
    ledger.check()


async def test_a_prompt_that_had_to_be_cut_is_not_charged_for_the_try_before() -> None:
    ledger = MemoryLedger()
    async with (
        FakeModelServer(context_window=1000) as server,
        router_over(client(server), ledger=ledger) as router,
    ):
        heard = await hear(router, asked_at_length())
    assert heard.error is None
    assert len(server.calls) == 2
    assert ledger.used < 1000
    ledger.check()


async def test_each_endpoint_is_counted_for_itself() -> None:
    ledger = MemoryLedger()
    async with FakeModelServer(quirks=["server-error"]) as server, FakeModelServer() as other:
        clients = client(server), client(other, "spare")
        async with router_over(*clients, fallback=["spare"], ledger=ledger) as router:
            await hear(router, asked())
    assert [(entry.endpoint, entry.given_back) for entry in ledger.entries] == [
        ("default", True),
        ("spare", False),
    ]
    ledger.check()


async def test_a_limit_that_is_reached_keeps_the_request_from_being_sent() -> None:
    ledger = MemoryLedger(most=450)
    async with FakeModelServer() as server, router_over(client(server), ledger=ledger) as router:
        assert (await hear(router, asked())).error is None
        with pytest.raises(LimitReached):
            await router.complete(asked(), PAYER, within_s=10)
    assert len(server.calls) == 1
    assert ledger.used == 41
    ledger.check()


async def test_what_is_reserved_at_once_does_not_exceed_the_limit() -> None:
    ledger = MemoryLedger(most=1000)
    async with FakeModelServer(gap_s=0.002) as server, router_over(client(server), ledger=ledger) as router:
        heard = await asyncio.gather(
            *(router.complete(asked(), PAYER, within_s=10) for _ in range(6)), return_exceptions=True
        )
    assert sum(isinstance(each, LimitReached) for each in heard) == 4
    assert len(server.calls) == 2
    ledger.check()


@pytest.mark.parametrize("tries", [0, 2], ids=["without another try", "with two more tries"])
@pytest.mark.parametrize("at_once", [1, 8])
async def test_a_hundred_questions_get_a_hundred_answers_and_none_is_charged_twice(
    at_once: int, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "RETRIES", tries)
    ledger = MemoryLedger()
    async with FakeModelServer(quirks=["fails-every-third-call"]) as server, FakeModelServer() as other:
        clients = client(server, at_once=at_once), client(other, "spare", at_once=at_once)
        async with router_over(*clients, fallback=["spare"], ledger=ledger) as router:
            room = asyncio.Semaphore(20)

            async def ask(number: int) -> str:
                async with room:
                    question = asked(prompt=Prompt(system="You answer.", closing=f"Question {number}?"))
                    return (await router.complete(question, PAYER, within_s=20)).text

            said = await asyncio.gather(*map(ask, range(100)))
    assert said == [f"This is what I was asked: Question {number}?" for number in range(100)]
    assert len(ledger.settled) == 100
    assert len(server.calls) > 100 if tries else len(other.calls) > 30
    ledger.check()


@pytest.mark.parametrize(
    "fault", ["dies-with-a-reset", "finish-reason-abort", "error-event-openai-amid-text"]
)
async def test_a_hundred_questions_of_which_every_third_breaks_off(fault: str) -> None:
    ledger = MemoryLedger()
    async with FakeModelServer() as server, FakeModelServer() as other:
        server.script = ["fine", "fine", fault] * 40
        clients = client(server), client(other, "spare")
        async with router_over(*clients, fallback=["spare"], ledger=ledger) as router:
            heard = [await hear(router, asked()) for _ in range(100)]
    broken = [each.error for each in heard if each.error]
    assert len(broken) == 33
    assert all(isinstance(error, ModelError) and error.partial and error.hint for error in broken)
    assert len(ledger.settled) == 100
    ledger.check()
