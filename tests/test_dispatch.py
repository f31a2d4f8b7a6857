from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest

from bot.chat.catalog import Catalog
from bot.chat.command import Option, command
from bot.chat.invocation import Invocation, Member, Place, Role
from bot.chat.reply import Form, Prose, Reply, reply
from bot.dispatch import Dispatch, paced
from bot.errors import AlreadyHandled, NotAllowed, NotFound, Unexpected

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
    """Remembers what was shown, and what happened in which order."""

    pace_s = 0.0

    def __init__(self, happened: list[str] | None = None) -> None:
        self.acknowledged: list[bool] = []
        self.shown: list[Reply] = []
        self.happened: list[str] = [] if happened is None else happened

    async def acknowledge(self, *, private: bool) -> None:
        self.acknowledged.append(private)
        self.happened.append("acknowledged")

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)
        self.happened.append("shown")

    async def finish(self) -> None:
        self.happened.append("finished")


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


class Mood(StrEnum):
    GLAD = "glad"
    GRUMPY = "grumpy"
    SAD = "sad"


@command("paint", role=Role.MODERATOR)
class Paint:
    """Paint the door."""

    mood: Annotated[Mood, Option("Mood")]
    words: Annotated[str, Option("Words", suggest="words")] = ""
    twice: Annotated[bool, Option("Twice")] = False


@command("count", shell_only=True)
class Count:
    """Count the doors."""


@command("copy")
class Copy:
    """Copy a file."""

    file: Annotated[Path, Option("File")]


class Notes:
    """A use case for any request: notes when it begins and ends, and yields what it was given."""

    def __init__(self, happened: list[str], *replies: Reply, fault: Exception | None = None) -> None:
        self.happened = happened
        self.replies = replies or (reply(Prose("done")),)
        self.fault = fault
        self.going_on = asyncio.Event()
        self.going_on.set()

    async def __call__(self, request: object, call: Invocation) -> AsyncIterator[Reply]:
        self.happened.append("begun")
        try:
            for one in self.replies:
                yield one
                await self.going_on.wait()
            if self.fault:
                raise self.fault
        finally:
            self.happened.append("closed")


def noting(*requests: type, notes: Notes) -> Dispatch:
    return Dispatch(Catalog(requests), dict.fromkeys(requests, notes), [Words()])


def spoken(
    text: str,
    *,
    role: Role = Role.OPERATOR,
    local: bool = False,
    from_shell: bool = False,
    asks_back: bool = True,
) -> Invocation:
    return Invocation(
        member=Member(id="1", name="Ann", role=role),
        place=PLACE,
        text=text,
        local=local,
        from_shell=from_shell,
        asks_back=asks_back,
    )


async def test_it_is_acknowledged_first_then_done_then_shown_then_finished_once() -> None:
    happened: list[str] = []
    dispatch = noting(Lock, notes=Notes(happened))
    screen = Screen(happened)
    await dispatch(spoken("/lock"), screen)
    assert happened[:2] == ["acknowledged", "begun"]
    assert sorted(happened[2:-1]) == ["closed", "shown"]
    assert happened[-1] == "finished"
    assert screen.acknowledged == [True]


async def test_a_form_for_missing_values_is_the_first_answer_that_a_platform_gets() -> None:
    happened: list[str] = []
    await noting(Copy, notes=Notes(happened))(spoken("/copy", local=True), Screen(happened))
    assert happened == ["shown", "finished"]


async def test_a_form_is_for_the_asker_alone_and_keeps_what_was_typed(dispatch: Dispatch) -> None:
    asked = await noting(Paint, notes=Notes([]))(spoken("/paint words:red"), Screen())
    assert asked.private
    form = asked.blocks[0]
    assert isinstance(form, Form)
    assert (form.command, form.known) == ("paint", {"words": "red"})


async def test_a_value_that_does_not_fit_is_refused_after_it_was_acknowledged() -> None:
    happened: list[str] = []
    refused = await noting(Paint, notes=Notes(happened))(spoken("/paint blue"), Screen(happened))
    assert refused.error is not None
    assert happened == ["acknowledged", "shown", "finished"]


@pytest.mark.parametrize("line", ["/nothing", "/paint mood:blue", "/count"])
async def test_an_error_is_shown_and_then_the_screen_is_finished_once(line: str) -> None:
    screen = Screen()
    refused = await noting(Paint, Count, notes=Notes([]))(spoken(line), screen)
    assert refused.error is not None
    assert refused.private
    assert screen.shown == [refused]
    assert screen.happened[-2:] == ["shown", "finished"]
    assert screen.happened.count("finished") == 1


async def test_an_error_in_the_middle_of_the_work_is_its_last_reply() -> None:
    happened: list[str] = []
    notes = Notes(happened, reply(Prose("half")), fault=NotFound("It went away."))
    last = await noting(Lock, notes=notes)(spoken("/lock"), Screen(happened))
    assert last.error is notes.fault
    assert happened[-2:] == ["shown", "finished"]
    assert happened.count("finished") == 1


async def test_work_that_says_nothing_is_finished_all_the_same() -> None:
    happened: list[str] = []

    class Silent:
        async def __call__(self, request: Lock, call: Invocation) -> AsyncIterator[Reply]:
            return
            yield

    screen = Screen(happened)
    assert await Dispatch(Catalog([Lock]), {Lock: Silent()})(spoken("/lock"), screen) == Reply(())
    assert happened == ["acknowledged", "finished"]


async def test_what_is_for_a_shell_is_refused_in_a_chat_also_to_an_operator() -> None:
    happened: list[str] = []
    dispatch = noting(Count, notes=Notes(happened))
    refused = await dispatch(spoken("/count", local=True), Screen(happened))
    assert isinstance(refused.error, NotAllowed)
    assert refused.error.message == "/count works in a shell only."
    assert refused.error.hint == "There it is: rostrum count"
    assert "begun" not in happened
    assert "acknowledged" not in happened
    assert await dispatch(spoken("/count", from_shell=True), Screen()) == reply(Prose("done"))


async def test_files_of_this_machine_are_for_who_sits_at_it(tmp_path: Path) -> None:
    happened: list[str] = []
    dispatch = noting(Copy, notes=Notes(happened))
    for line in ("/copy notes.md", "/copy"):
        refused = await dispatch(spoken(line), Screen(happened))
        assert isinstance(refused.error, NotAllowed)
        assert "you are not there" in refused.error.message
    assert happened == ["shown", "finished"] * 2
    assert await dispatch(spoken("/copy notes.md", local=True), Screen()) == reply(Prose("done"))


async def test_the_role_itself_is_enough_and_the_one_below_is_not() -> None:
    dispatch = noting(Lock, notes=Notes([]))
    assert (await dispatch(spoken("/lock", role=Role.MODERATOR), Screen())).error is None
    assert (await dispatch(spoken("/lock", role=Role.CONTRIBUTOR), Screen())).error is not None


async def test_nobody_gets_completions_for_a_command_that_is_not_for_them() -> None:
    dispatch = noting(Paint, notes=Notes([]))
    paint = dispatch.catalog.commands[0]
    for role, expected in ((Role.MEMBER, []), (Role.MODERATOR, ["r!"]), (Role.ADMIN, ["r!"])):
        assert list(await dispatch.suggest(spoken("", role=role), paint, "words", "r")) == expected
    for role, expected in ((Role.CONTRIBUTOR, []), (Role.MODERATOR, ["glad", "grumpy"])):
        assert list(await dispatch.suggest(spoken("", role=role), paint, "mood", "G")) == expected
    assert await dispatch.suggest(spoken(""), paint, "twice", "") == ["yes", "no"]


async def test_a_source_of_completions_sees_no_invisible_letters() -> None:
    dispatch = noting(Paint, notes=Notes([]))
    assert await dispatch.suggest(spoken(""), dispatch.catalog.commands[0], "words", "a\u200bb") == ["ab!"]


async def test_a_cancelled_dispatch_closes_what_it_ran_and_finishes_nothing() -> None:
    happened: list[str] = []
    notes = Notes(happened, reply(Prose("half")), reply(Prose("whole")))
    notes.going_on.clear()
    shown = asyncio.Event()

    class Seen(Screen):
        async def show(self, reply: Reply) -> None:
            await super().show(reply)
            shown.set()

    running = asyncio.create_task(noting(Lock, notes=notes)(spoken("/lock"), Seen(happened)))
    await shown.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert happened == ["acknowledged", "begun", "shown", "closed"]


async def test_a_screen_that_breaks_ends_the_work_too() -> None:
    happened: list[str] = []

    class Broken(Screen):
        async def show(self, reply: Reply) -> None:
            raise BrokenPipeError

    notes = Notes(happened)
    notes.going_on.clear()
    with pytest.raises(BrokenPipeError):
        await noting(Lock, notes=notes)(spoken("/lock"), Broken(happened))
    assert happened[-1] == "closed"


def numbered(number: int) -> Reply:
    return reply(Prose(str(number)))


async def test_the_first_reply_comes_at_once_and_within_the_pace_no_other() -> None:
    shown: list[Reply] = []
    first_shown = asyncio.Event()
    seen_meanwhile: list[int] = []

    async def flood() -> AsyncIterator[Reply]:
        yield numbered(0)
        await first_shown.wait()
        for number in range(1, 50):
            yield numbered(number)
            for _ in range(5):
                await asyncio.sleep(0)
            seen_meanwhile.append(len(shown))

    async with asyncio.timeout(20), aclosing(paced(flood(), 3600)) as replies:
        async for one in replies:
            shown.append(one)
            first_shown.set()
    assert set(seen_meanwhile) == {1}
    assert shown == [numbered(0), numbered(49)]


async def test_when_the_pace_has_passed_the_newest_is_shown_while_the_work_goes_on() -> None:
    shown: list[Reply] = []
    yielded: list[int] = []

    async def until_three_were_shown() -> AsyncIterator[Reply]:
        while len(shown) < 3:
            yielded.append(len(yielded))
            yield numbered(yielded[-1])
            await asyncio.sleep(0)

    async with asyncio.timeout(20), aclosing(paced(until_three_were_shown(), 0.01)) as replies:
        async for one in replies:
            shown += [one]
    numbers = [int(block.text) for one in shown for block in one.blocks if isinstance(block, Prose)]
    assert numbers[0] == 0
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == yielded[-1]
    assert len(numbers) < len(yielded)


async def test_an_error_of_the_work_reaches_who_reads_its_paced_replies() -> None:
    async def fails() -> AsyncIterator[Reply]:
        yield numbered(0)
        raise NotFound("It went away.")

    replies = paced(fails(), 0.0)
    assert await anext(replies) == numbered(0)
    with pytest.raises(NotFound):
        await anext(replies)


class HeardBefore(Screen):
    async def acknowledge(self, *, private: bool) -> None:
        raise AlreadyHandled


async def test_what_is_delivered_twice_is_done_once_and_answered_once(dispatch: Dispatch) -> None:
    screen = HeardBefore()
    assert await dispatch(call("/echo one"), screen) == Reply(())
    assert screen.shown == []
    assert screen.happened == ["finished"]
