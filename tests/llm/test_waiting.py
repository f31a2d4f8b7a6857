"""How long the client waits for what, when it tries again, and when it gives up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ModelError
from bot.llm.errors import (
    ConnectFailed,
    ModelLoading,
    Overloaded,
    RateLimited,
    StreamInterrupted,
    TookTooLong,
)
from bot.model import Event, Finish, Meanwhile, Notice, Reason, Started, Text
from tests.fakes.connection import Act, Answer, Part
from tests.fakes.model_server import FakeModelServer
from tests.fakes.play import openai_error
from tests.fakes.writing import chunk, event
from tests.llm.asking import MODEL, QUICK, asked, client_of, hear, soon
from tests.llm.saying import END, PINGS, slowly, stream, words

BUSY = openai_error(503, "Busy.", headers={"retry-after": "0"})


# Silence.


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(parts=(Act.HANG,), head=False), id="accepts and never answers"),
        pytest.param(stream([Act.HANG]), id="headers and then nothing"),
        pytest.param(stream(PINGS), id="nothing but pings"),
    ],
)
async def test_the_first_word_is_waited_for_only_so_long(answer: Answer) -> None:
    patience = replace(QUICK, first_s=0.15)
    async with (
        FakeModelServer(script=[answer]) as server,
        client_of(server, patience=patience) as client,
    ):
        heard = await hear(client, asked())
        await server.until(lambda: len(server.cancelled) == 1)
    assert isinstance(heard.error, TookTooLong)
    assert heard.error.kind == "first token"
    assert len(server.calls) == 1


async def test_signs_of_life_are_no_progress() -> None:
    drip = stream([*words("A word."), *PINGS])
    patience = replace(QUICK, progress_s=0.15)
    async with FakeModelServer(script=[drip]) as server, client_of(server, patience=patience) as client:
        heard = await hear(client, asked())
    assert type(heard.error) is StreamInterrupted
    assert heard.error.partial == "A word."
    assert "stopped in mid-answer" in heard.error.message


async def test_words_are_progress_however_slowly_they_come() -> None:
    """The answer takes longer than any one word may."""
    slow = stream([*slowly(0.1, words(*["more "] * 20)), *END])
    patience = replace(QUICK, progress_s=1.5)
    async with FakeModelServer(script=[slow]) as server, client_of(server, patience=patience) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.text == "more " * 20


async def test_the_deadline_ends_an_answer_that_does_not_end() -> None:
    endless = stream(slowly(0.02, words(*["more "] * 500)))
    async with FakeModelServer(script=[endless]) as server, client_of(server) as client:
        heard = await hear(client, asked(), until=asyncio.get_running_loop().time() + 0.6)
        await server.until(lambda: len(server.cancelled) == 1)
    assert type(heard.error) is StreamInterrupted
    assert "took too long to answer" in heard.error.message
    assert heard.error.partial == heard.text != ""


async def test_thoughts_may_take_longer_than_an_answer() -> None:
    thoughts: list[Part] = [event(chunk(MODEL, {"reasoning": "well "}))] * 30
    slow = stream([*slowly(0.03, thoughts), *words("Yes."), *END])
    patience = replace(QUICK, total_s=0.6)
    async with FakeModelServer(script=[slow]) as server, client_of(server, patience=patience) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.text == "Yes."


async def test_what_hangs_after_its_reason_has_said_all() -> None:
    hanging = stream(
        [*words("A ", "word."), event(chunk(MODEL, {}, "stop")), b'data: {"choices":[],"usage":{', Act.HANG]
    )
    patience = replace(QUICK, grace_s=0.02)
    async with FakeModelServer(script=[hanging]) as server, client_of(server, patience=patience) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.text == "A word."
    assert heard.finish == Finish(Reason.STOP, "stop")


async def test_a_local_server_that_is_silent_is_said_to_be_loading() -> None:
    patience = replace(QUICK, first_s=0.1, late_s=0.01)
    async with FakeModelServer(quirks=["headers-then-nothing"]) as server:
        server.script = [Answer(parts=(Act.HANG,), head=False)]
        async with client_of(server, patience=patience) as client:
            heard = await hear(client, asked())
    assert heard.notices == [Meanwhile.LOADING]
    assert type(heard.error) is TookTooLong


# Breaking off.


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET])
async def test_nothing_is_tried_again_once_there_was_text(act: Act) -> None:
    broken = stream([*words("A ", "word"), act])
    async with FakeModelServer(script=[broken]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert type(heard.error) is StreamInterrupted
    assert heard.error.partial == "A word"
    assert len(server.calls) == 1


async def test_what_breaks_off_before_any_text_is_tried_again() -> None:
    broken = stream([event(chunk(MODEL, {"role": "assistant", "content": ""})), Act.CLOSE])
    async with FakeModelServer(script=[broken]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.notices == [Meanwhile.RETRYING]
    assert len(server.calls) == 2


async def test_text_that_came_with_an_error_behind_it_is_kept() -> None:
    burst = stream(
        [event(chunk(MODEL, {"content": "A word"})) + event({"error": {"message": "Oh.", "code": 500}})]
    )
    async with FakeModelServer(script=[burst]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert type(heard.error) is StreamInterrupted
    assert "cannot answer now (500: Oh)" in heard.error.message
    assert heard.error.partial == "A word"
    assert len(server.calls) == 1


async def test_the_consumer_may_leave_and_the_server_hears_of_it_at_once() -> None:
    async with FakeModelServer(hold_after=3) as server, client_of(server) as client:
        async with client.stream(await client.prepare(asked(), soon()), soon()) as events:
            async for each in events:
                if type(each) is Text:
                    break
        await server.until(lambda: len(server.cancelled) == 1)
        assert server.at_work == 0


# Trying again.


async def test_two_more_tries_are_made_and_each_is_told() -> None:
    async with FakeModelServer(script=[BUSY, BUSY]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.notices == [Meanwhile.RETRYING] * 2
    assert len(server.calls) == 3


async def test_a_third_try_is_not_made() -> None:
    async with FakeModelServer(script=[BUSY] * 5) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert type(heard.error) is Overloaded
    assert len(server.calls) == 3


async def test_a_port_that_opens_meanwhile_is_found_open() -> None:
    opening: list[asyncio.Task[None]] = []

    async with FakeModelServer(quirks=["port-closed-until-ready"]) as server, client_of(server) as client:

        def meanwhile(each: Event) -> None:
            if isinstance(each, Notice) and not opening:
                opening.append(asyncio.create_task(server.open_port()))

        heard = await hear(client, asked(), meanwhile=meanwhile)
    assert heard.error is None
    assert heard.notices == [Meanwhile.RETRYING]


async def test_the_wait_that_was_asked_for_is_kept() -> None:
    limited = openai_error(429, "Slow.", headers={"retry-after-ms": "60"})
    async with FakeModelServer(script=[limited]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert server.calls[1].at - server.calls[0].at >= 0.06


@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_wait_is_left_to_whoever_asked(status: int) -> None:
    limited = openai_error(status, "Slow.", headers={"retry-after": "21"})
    async with FakeModelServer(script=[limited]) as server, client_of(server) as client:
        heard = await hear(client, asked(), until=asyncio.get_running_loop().time() + 100)
    assert isinstance(heard.error, RateLimited | Overloaded)
    assert heard.error.retry_after_s == 21
    assert len(server.calls) == 1


async def test_nothing_is_waited_for_beyond_the_deadline() -> None:
    limited = openai_error(429, "Slow.", headers={"retry-after": "5"})
    async with FakeModelServer(script=[limited]) as server, client_of(server) as client:
        heard = await hear(client, asked(), until=asyncio.get_running_loop().time() + 2.0)
    assert type(heard.error) is RateLimited
    assert "Ask again in 5 s." in heard.error.hint
    assert len(server.calls) == 1


async def test_waits_grow_and_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("bot.llm.recovery.asyncio.sleep", sleep)
    spreads = _Spread()
    async with client_of("http://127.0.0.1:9/v1", patience=replace(QUICK, backoff_s=0.5)) as client:
        client._rng = spreads  # type: ignore[assignment]
        heard = await hear(client, asked())
    assert type(heard.error) is ConnectFailed
    assert spreads.bounds == [(0, 0.5), (0, 1.0)]
    assert waits == [0.25, 0.5]


class _Spread:
    """Takes the middle, and remembers between what."""

    def __init__(self) -> None:
        self.bounds: list[tuple[float, float]] = []

    def uniform(self, least: float, most: float) -> float:
        self.bounds.append((least, most))
        return (least + most) / 2


# Loading.


async def test_while_a_model_loads_its_server_is_asked_whether_it_is_well() -> None:
    async with (
        FakeModelServer(kind="llamacpp", quirks=["loading"], loading_calls=6) as server,
        client_of(server, provider="llamacpp") as client,
    ):
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.notices == [Meanwhile.LOADING]
    assert len(server.calls) == 2
    assert [call.path for call in server.requests].count("/health") == 6


async def test_a_model_that_never_loads_is_given_up() -> None:
    async with (
        FakeModelServer(quirks=["loading"], loading_calls=10_000) as server,
        client_of(server, patience=replace(QUICK, load_s=0.1)) as client,
    ):
        heard = await hear(client, asked())
    assert type(heard.error) is ModelLoading
    assert "Ask again in a minute." in heard.error.hint
    assert heard.notices == [Meanwhile.LOADING]


async def test_a_server_that_cannot_say_how_it_is_is_asked_again_itself() -> None:
    loading = openai_error(503, "Model is loading.")
    async with FakeModelServer(script=[loading] * 4) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert heard.error is None
    assert heard.notices == [Meanwhile.LOADING]
    assert len(server.calls) == 5


async def test_waiting_for_a_model_ends_at_the_deadline() -> None:
    async with (
        FakeModelServer(quirks=["loading"], loading_calls=10_000) as server,
        client_of(server) as client,
    ):
        heard = await hear(client, asked(), until=asyncio.get_running_loop().time() + 0.2)
    assert type(heard.error) is ModelLoading


# The order of events.


async def test_usage_comes_once_and_the_end_comes_last() -> None:
    async with FakeModelServer(script=["server-error"]) as server, client_of(server) as client:
        heard = await hear(client, asked())
    assert [each.__name__ for each in heard.order[:1] + heard.order[-2:]] == ["Started", "Usage", "Finish"]
    assert heard.order.count(Finish) == heard.order.count(Started) == 1


async def test_a_closed_client_says_so() -> None:
    async with FakeModelServer(hold_after=2) as server, client_of(server) as client:
        asking: asyncio.Task[Any] = asyncio.create_task(hear(client, asked()))
        await server.until(lambda: len(server.calls) == 1)
        await client.close()
        heard = await asking
    assert isinstance(heard.error, ModelError)
