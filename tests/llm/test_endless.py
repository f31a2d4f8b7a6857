"""A model that does not stop is left, and an endpoint that tells nonsense of itself breaks nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bot.llm.attempt import LEAST_THOUGHTS, LONGEST_TOKEN
from bot.llm.errors import EmptyCompletion
from bot.model import Finish, Reason
from tests.fakes.connection import Answer, Part
from tests.fakes.model_server import FakeModelServer
from tests.fakes.writing import chunk, event
from tests.llm.asking import MODEL, SCHEMA, Heard, asked, client_of, hear
from tests.llm.saying import END, stream, words

MOST = 100
WORD = "again and again "


def endless(of: Callable[[str], Part]) -> Answer:
    """Far more than anybody asked for, in pieces."""
    return stream([of(WORD * 10) for _ in range(4000)])


def text(said: str) -> Part:
    return event(chunk(MODEL, {"content": said}))


def thought(said: str) -> Part:
    return event(chunk(MODEL, {"reasoning_content": said}))


async def heard_of(*answers: Answer, **more: Any) -> tuple[Heard, FakeModelServer]:
    async with FakeModelServer(script=answers) as server, client_of(server) as client:
        heard = await hear(client, asked(most_tokens=MOST, **more))
        await server.until(lambda: server.at_work == 0)
    return heard, server


async def test_an_answer_without_an_end_is_left_and_counts_as_cut() -> None:
    heard, server = await heard_of(endless(text))
    assert heard.error is None
    assert heard.finish == Finish(Reason.LENGTH, "length")
    assert len(heard.text) == MOST * LONGEST_TOKEN
    assert heard.usage is not None
    assert heard.usage.estimated
    assert heard.usage.answer > MOST
    assert len(server.calls) == len(server.cancelled) == 1


async def test_thoughts_without_an_end_are_left_and_it_is_asked_once_more_with_more_room() -> None:
    heard, server = await heard_of(endless(thought), endless(thought))
    assert isinstance(heard.error, EmptyCompletion)
    assert heard.error.cut
    assert len(heard.reasoning) == 2 * LEAST_THOUGHTS * LONGEST_TOKEN
    assert len(server.calls) == len(server.cancelled) == 2


async def test_long_thoughts_before_a_short_answer_are_no_fault() -> None:
    parts = [thought(WORD * 10) for _ in range(100)]
    heard, _ = await heard_of(stream([*parts, *words("The sky is blue."), *END]))
    assert heard.error is None
    assert heard.text == "The sky is blue."
    assert heard.finish == Finish(Reason.STOP, "stop")


async def test_text_that_turned_out_to_be_thought_takes_nothing_from_the_answer() -> None:
    piece = "x" * (MOST * LONGEST_TOKEN - 10)
    heard, _ = await heard_of(stream([*words(piece, "</think>", piece), *END]))
    assert heard.error is None
    assert heard.text == piece
    assert heard.finish == Finish(Reason.STOP, "stop")


async def test_an_answer_in_one_piece_is_cut_as_well() -> None:
    whole = {"choices": [{"message": {"content": WORD * 1000}, "finish_reason": "stop"}]}
    heard, _ = await heard_of(Answer(parts=(json.dumps(whole).encode(),)))
    assert heard.error is None
    assert heard.finish == Finish(Reason.LENGTH, "length")
    assert len(heard.text) == MOST * LONGEST_TOKEN


async def test_what_is_written_in_other_scripts_is_far_from_too_long() -> None:
    said = ["天は青い。" * 4] * 10
    heard, _ = await heard_of(stream([*words(*said), *END]))
    assert (heard.text, heard.finish) == ("".join(said), Finish(Reason.STOP, "stop"))


async def test_json_given_as_thoughts_is_still_taken() -> None:
    heard, _ = await heard_of(stream([thought('{"text": "blue"}'), *END]), schema=SCHEMA)
    assert json.loads(heard.text) == {"text": "blue"}


@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens", "total_tokens", "cost"])
@pytest.mark.parametrize("value", [10**400, 1e300, -(10**400)], ids=["400 digits", "1e300", "below nothing"])
async def test_numbers_beyond_all_sense_do_no_harm(name: str, value: float) -> None:
    said = {"prompt_tokens": 30, "completion_tokens": 5, name: value}
    last = event({"choices": [], "usage": said})
    heard, _ = await heard_of(stream([*words("Blue."), END[0], last, END[1]]))
    assert heard.error is None
    assert heard.usage is not None
    assert 0 < heard.usage.total <= 2 * 10**9
    assert heard.usage.cost is None or heard.usage.cost <= Decimal(10**6)


@pytest.mark.parametrize("size", [4, 1000])
async def test_an_error_of_any_length_is_read_in_a_moment(size: int) -> None:
    """It is looked through by many patterns, on the loop that everybody else waits for."""
    said = b"event: error\ndata: " + b"the model a is odd " * 50 * size + b"\n\n"
    answers = [stream([said])] * 3
    heard, _ = await heard_of(*answers)
    assert heard.error is not None
    assert heard.error.complaint is not None  # type: ignore[attr-defined]
    assert len(heard.error.complaint.text) <= 4000  # type: ignore[attr-defined]
