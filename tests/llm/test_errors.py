"""The errors of endpoints are drawn, told apart by their codes, and say whether it is worth another try."""

from __future__ import annotations

import pytest

from bot.errors import ModelError
from bot.llm import errors
from bot.llm.errors import (
    Busy,
    ConfigError,
    ContextOverflow,
    EmptyCompletion,
    EndpointError,
    StreamInterrupted,
    TookTooLong,
)


def kinds(of: type[EndpointError] = EndpointError) -> list[type[EndpointError]]:
    below = [deeper for kind in of.__subclasses__() for deeper in kinds(kind)]
    return [of, *below]


@pytest.mark.parametrize("kind", kinds()[1:])
def test_every_kind_is_drawn_and_has_a_code_of_its_own(kind: type[EndpointError]) -> None:
    assert f"── {kind.__name__} " in (errors.__doc__ or "")
    assert [other.code for other in kinds()].count(kind.code) == 1
    assert kind.code.startswith("E-MODEL-")


def test_what_only_the_operator_can_mend_is_neither_tried_again_nor_counted() -> None:
    for kind in kinds(ConfigError):
        assert not kind.retryable
        assert not kind.counts


def test_an_error_keeps_what_is_known_of_the_failure() -> None:
    error = StreamInterrupted(
        "It broke off.", "Ask again.", status=200, partial="The bridge", request_id="r1"
    )
    assert isinstance(error, ModelError)
    assert (error.status, error.partial, error.request_id, error.complaint) == (200, "The bridge", "r1", None)
    assert str(error) == "It broke off. Ask again."
    assert error.as_data()["code"] == "E-MODEL-BROKE-OFF"


def test_the_numbers_of_an_overflow_are_kept() -> None:
    error = ContextOverflow("Too long.", limit=4096, requested=5000, status=400)
    assert (error.limit, error.requested, error.status) == (4096, 5000, 400)


def test_what_was_waited_for_is_kept_and_a_queue_of_our_own_is_no_fault_of_the_endpoint() -> None:
    late = TookTooLong("It stopped.", kind="progress")
    assert (late.kind, late.counts) == ("progress", True)
    assert not TookTooLong("It is not your turn.", kind="queue").counts
    assert not Busy("Too many wait.").counts


def test_an_empty_answer_says_whether_it_was_cut() -> None:
    assert not EmptyCompletion("It said nothing.").cut
    assert EmptyCompletion("It thought too long.", cut=True).cut
