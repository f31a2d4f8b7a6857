"""When an endpoint is left alone, for how long, and what a single call after that decides."""

from __future__ import annotations

import pytest

from bot.llm.breaker import CONFIG_REST_S, IN_A_ROW, LONGEST_REST_S, REST_S, Breaker
from bot.llm.errors import (
    AuthFailed,
    BadRequest,
    Busy,
    ConnectFailed,
    ContentFiltered,
    ContextOverflow,
    EmptyCompletion,
    EndpointError,
    ModelLoading,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    StreamInterrupted,
    TookTooLong,
)

DOWN = Overloaded("It cannot answer now.", status=503)
NOW = 1000.0


def failing(*errors: EndpointError, at: float = NOW) -> Breaker:
    breaker = Breaker("models.example.org")
    for error in errors:
        assert breaker.refusal(at) is None
        breaker.failed(error, at)
    return breaker


def is_open(breaker: Breaker, at: float = NOW) -> bool:
    """Whether it refuses a call; one that it lets through comes to nothing."""
    if breaker.refusal(at):
        return True
    breaker.gave_up()
    return False


def rests_for(breaker: Breaker, seconds: float) -> bool:
    return is_open(breaker, NOW + seconds - 0.01) and not is_open(breaker, NOW + seconds)


def test_three_failures_in_a_row_open_it_for_half_a_minute() -> None:
    assert not is_open(failing(*[DOWN] * (IN_A_ROW - 1)))
    assert rests_for(failing(*[DOWN] * IN_A_ROW), REST_S)


@pytest.mark.parametrize(
    "error",
    [
        DOWN,
        ConnectFailed("x"),
        StreamInterrupted("x"),
        ProtocolError("x"),
        TookTooLong("x", kind="first token"),
        TookTooLong("x", kind="progress"),
    ],
)
def test_failures_to_answer_count(error: EndpointError) -> None:
    assert is_open(failing(*[error] * IN_A_ROW))


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("x", status=400),
        ModelNotFound("x", status=404),
        ContextOverflow("x", status=400),
        ContentFiltered("x", status=403),
        RateLimited("x", status=429),
        RateLimited("x", status=429, retry_after_s=20),
        ModelLoading("x", status=503),
        EmptyCompletion("x"),
        Busy("x"),
        TookTooLong("x", kind="queue"),
    ],
)
def test_refusals_and_waits_of_our_own_do_not_count(error: EndpointError) -> None:
    assert not is_open(failing(*[error] * 10))


def test_an_answer_in_between_starts_the_count_anew_if_only_a_refusal() -> None:
    refused, unasked = BadRequest("x", status=400), Busy("x")
    assert not is_open(failing(DOWN, DOWN, refused, DOWN, DOWN))
    assert is_open(failing(DOWN, DOWN, unasked, DOWN))
    breaker = failing(DOWN, DOWN)
    breaker.succeeded()
    breaker.failed(DOWN, NOW)
    breaker.failed(DOWN, NOW)
    assert not is_open(breaker)


@pytest.mark.parametrize("error", [AuthFailed("x", status=401), QuotaExceeded("x", status=429)])
def test_a_wrong_key_and_an_empty_account_open_it_at_once_for_five_minutes(error: EndpointError) -> None:
    assert rests_for(failing(error), CONFIG_REST_S)


def test_a_long_rate_limit_opens_it_as_long_as_it_says_up_to_an_hour() -> None:
    assert not is_open(failing(RateLimited("x", status=429, retry_after_s=20.0)))
    assert rests_for(failing(RateLimited("x", status=429, retry_after_s=20.5)), 20.5)
    assert rests_for(failing(RateLimited("x", status=429, retry_after_s=86_400)), LONGEST_REST_S)


def test_it_says_why_and_for_how_long() -> None:
    refusal = failing(AuthFailed("The key is wrong.", status=401)).refusal(NOW + 100)
    assert refusal is not None
    assert refusal.message == "I leave models.example.org alone for 200 s: The key is wrong."
    assert refusal.retry_after_s == 200
    assert "rostrum doctor" in refusal.hint


def test_after_the_rest_a_single_call_is_let_through() -> None:
    breaker = failing(*[DOWN] * IN_A_ROW)
    later = NOW + REST_S
    assert breaker.refusal(later) is None
    for after in (0, 1, 1000):
        refusal = breaker.refusal(later + after)
        assert refusal is not None
        assert refusal.retry_after_s == 1
    breaker.succeeded()
    assert breaker.refusal(later) is None
    assert breaker.refusal(later) is None


def probing() -> Breaker:
    breaker = failing(*[DOWN] * IN_A_ROW)
    assert breaker.refusal(NOW + REST_S) is None
    return breaker


def test_a_probe_that_fails_means_another_rest() -> None:
    breaker = probing()
    breaker.failed(DOWN, NOW + REST_S + 5)
    assert rests_for(breaker, REST_S + 5 + REST_S)


def test_a_probe_that_fails_means_a_rest_also_where_a_single_refusal_came_before() -> None:
    breaker = failing(AuthFailed("x", status=401))
    assert breaker.refusal(NOW + CONFIG_REST_S) is None
    breaker.failed(DOWN, NOW + CONFIG_REST_S)
    assert rests_for(breaker, CONFIG_REST_S + REST_S)


def test_a_probe_that_is_refused_shows_that_it_is_alive() -> None:
    breaker = probing()
    breaker.failed(BadRequest("x", status=400), NOW + REST_S)
    assert breaker.refusal(NOW + REST_S) is None
    assert breaker.refusal(NOW + REST_S) is None
    breaker.failed(DOWN, NOW + REST_S)
    assert not is_open(breaker, NOW + REST_S)


def test_a_probe_with_a_wrong_key_means_the_longer_rest() -> None:
    breaker = probing()
    breaker.failed(AuthFailed("x", status=401), NOW + REST_S)
    assert rests_for(breaker, REST_S + CONFIG_REST_S)


@pytest.mark.parametrize("error", [None, Busy("x"), TookTooLong("x", kind="queue"), BadRequest("too long")])
def test_a_probe_that_was_never_made_leaves_the_next_one_to_see(error: EndpointError | None) -> None:
    breaker = probing()
    if error:
        breaker.failed(error, NOW + REST_S)
    else:
        breaker.gave_up()
    assert breaker.refusal(NOW + REST_S) is None
    assert breaker.refusal(NOW + REST_S) is not None
    breaker.failed(DOWN, NOW + REST_S)
    assert is_open(breaker, NOW + REST_S + 1)
