from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import pytest

from bot.chat.catalog import Catalog
from bot.chat.command import Option, command
from bot.chat.invocation import Invocation, Member, Place, Role
from bot.chat.reply import Form, Prose, Reply, reply
from bot.dispatch import Dispatch, paced
from bot.errors import NotAllowed, NotFound, Unexpected

PLACE = Place(platform="test", community="test", channel="c")


@command("echo", private=False)
class Echo:
    """Say it back."""

    words: Annotated[str, Option("Words", suggest="words", rest=True)]


@command("lock", role=Role.MODERATOR)
class Lock:
    """Lock the door."""


@command("fail")
class Fail:
    """Fail."""


class Echoes:
    async def __call__(self, request: Echo, call: Invocation) -> AsyncIterator[Reply]:
        for word in request.words.split():
            yield reply(Prose(word))


class Locks:
    async def __call__(self, request: Lock, call: Invocation) -> AsyncIterator[Reply]:
        yield reply(Prose("locked"))


class Fails:
    async def __call__(self, request: Fail, call: Invocation) -> AsyncIterator[Reply]:
        raise RuntimeError("secret detail")
        yield  # an async iterator, as every use case


class Words:
    source = "words"

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        return [f"{typed}!"]


class Screen:
    """Remembers what was shown."""

    pace_s = 0.0

    def __init__(self) -> None:
        self.acknowledged: list[bool] = []
        self.shown: list[Reply] = []

    async def acknowledge(self, *, private: bool) -> None:
        self.acknowledged.append(private)

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)


@pytest.fixture
def dispatch() -> Dispatch:
    return Dispatch(Catalog([Echo, Lock, Fail]), {Echo: Echoes(), Lock: Locks(), Fail: Fails()}, [Words()])


def call(text: str, role: Role = Role.MEMBER, *, asks_back: bool = True) -> Invocation:
    return Invocation(
        member=Member(id="1", name="Ann", role=role), place=PLACE, text=text, asks_back=asks_back
    )


async def test_a_command_is_acknowledged_before_it_runs_and_its_last_reply_is_shown(
    dispatch: Dispatch,
) -> None:
    screen = Screen()
    last = await dispatch(call("/echo one two three"), screen)
    assert screen.acknowledged == [False]
    assert last == screen.shown[-1] == reply(Prose("three"))


async def test_who_may_not_is_told_which_role_it_takes(dispatch: Dispatch) -> None:
    screen = Screen()
    refused = await dispatch(call("/lock"), screen)
    assert isinstance(refused.error, NotAllowed)
    assert "moderators" in refused.error.message
    assert not screen.acknowledged
    allowed = await dispatch(call("/lock", Role.ADMIN), Screen())
    assert allowed == reply(Prose("locked"))


async def test_an_unknown_command_is_a_reply_with_code_and_hint(dispatch: Dispatch) -> None:
    answer = await dispatch(call("/ecko hi"), Screen())
    assert isinstance(answer.error, NotFound)
    assert answer.data == {
        "error": {
            "code": "E-NOT-FOUND",
            "message": "There is no command /ecko.",
            "hint": "Did you mean /echo?",
        }
    }
    assert answer.private


async def test_a_fault_of_ours_is_told_without_its_details_and_logged_with_its_reference(
    dispatch: Dispatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await dispatch(call("/fail"), Screen())
    assert isinstance(answer.error, Unexpected)
    assert "secret detail" not in answer.error.message
    assert answer.error.reference in caplog.text
    assert "secret detail" in caplog.text


async def test_a_missing_value_is_asked_for_where_that_is_possible(dispatch: Dispatch) -> None:
    asked = await dispatch(call("/echo"), Screen())
    assert isinstance(asked.blocks[0], Form)
    refused = await dispatch(call("/echo", asks_back=False), Screen())
    assert refused.error is not None
    assert refused.error.message == "/echo needs: words."


async def test_what_a_form_brings_back_runs_the_command(dispatch: Dispatch) -> None:
    filled = Invocation(member=Member(id="1", name="Ann"), place=PLACE, text="/echo", values={"words": "hi"})
    assert await dispatch(filled, Screen()) == reply(Prose("hi"))


async def test_completions_come_from_the_declared_source(dispatch: Dispatch) -> None:
    echo = dispatch.catalog.named("echo")
    assert echo
    assert await dispatch.suggest(call(""), echo, "words", "hey") == ["hey!"]
    assert await dispatch.suggest(call(""), echo, "nonsense", "hey") == ()


def test_a_command_that_nothing_runs_is_noticed_at_the_start() -> None:
    with pytest.raises(LookupError, match="nothing runs /echo"):
        Dispatch(Catalog([Echo]), {})
    with pytest.raises(LookupError, match="nothing suggests “words”"):
        Dispatch(Catalog([Echo]), {Echo: Echoes()})


async def test_pacing_leaves_out_what_was_overtaken_but_never_the_last() -> None:
    async def fast() -> AsyncIterator[Reply]:
        for number in range(100):
            yield reply(Prose(str(number)))
            await asyncio.sleep(0)

    shown = [one async for one in paced(fast(), 0.01)]
    assert len(shown) < 100
    assert shown[-1] == reply(Prose("99"))


async def test_cancelling_the_reader_ends_the_work() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[Reply]:
        try:
            while True:
                yield reply(Prose("…"))
                await asyncio.sleep(0)
        finally:
            ended.set()

    replies = paced(endless(), 0.0)
    await anext(replies)
    await replies.aclose()
    assert ended.is_set()
