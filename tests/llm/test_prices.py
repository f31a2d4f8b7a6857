"""What a call costs: whose word counts first, and what the list of prices fits."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.endpoint import Endpoint
from bot.llm.prices import LONG, cost, vendors
from bot.model import Usage

OPENAI = "https://api.openai.com/v1"
GROQ = "https://api.groq.com/openai/v1"
PROXY = "https://models.example.org/v1"
LOCAL = "http://localhost:11434/v1"
USED = Usage(prompt=10_000, answer=1_000)


def at(
    url: str, price_in: str | None = None, price_out: str | None = None, provider: str | None = None
) -> Endpoint:
    said = [None if price is None else Decimal(price) for price in (price_in, price_out)]
    provider = provider or ("ollama" if url == LOCAL else None)
    return Endpoint(name="e", base_url=url, price_in=said[0], price_out=said[1], provider=provider)


def price(model: str, url: str = OPENAI, usage: Usage = USED) -> Decimal | None:
    return cost(usage, at(url), model)


def test_what_the_endpoint_says_counts_before_all_else() -> None:
    said = Usage(prompt=10_000, answer=1_000, cost=Decimal("0.001"))
    assert cost(said, at(OPENAI, "1", "1"), "gpt-5") == Decimal("0.001")
    assert cost(said, at(LOCAL), "anything") == Decimal("0.001")
    free = Usage(prompt=10_000, answer=1_000, cost=Decimal(0))
    assert cost(free, at(OPENAI, "1", "1"), "gpt-5") == 0


@pytest.mark.parametrize("nonsense", ["NaN", "-Infinity", "Infinity", "-0.01"])
def test_what_the_endpoint_says_does_not_count_where_it_cannot_be_so(nonsense: str) -> None:
    said = Usage(prompt=10_000, answer=1_000, cost=Decimal(nonsense))
    assert cost(said, at(OPENAI), "gpt-5") == Decimal("0.0225")


def test_the_operators_prices_count_before_the_list_and_on_this_machine_too() -> None:
    assert cost(USED, at(OPENAI, "1", "2"), "gpt-5") == Decimal("0.012")
    assert cost(USED, at(LOCAL, "1", "2"), "gpt-5") == Decimal("0.012")
    assert cost(USED, at(OPENAI, "0", "0"), "gpt-5") == 0


def test_a_price_that_the_operator_left_out_comes_from_elsewhere() -> None:
    assert cost(USED, at(OPENAI, "1"), "gpt-5") == Decimal("0.02")
    assert cost(USED, at(LOCAL, None, "2"), "gpt-5") == Decimal("0.002")
    assert cost(USED, at(PROXY, "1"), "my-own") is None
    assert cost(Usage(prompt=10_000, answer=0), at(PROXY, "1"), "my-own") == Decimal("0.01")


def test_on_this_machine_a_model_costs_nothing_whatever_it_is_called() -> None:
    for model in ("qwen3:4b", "gpt-5", ""):
        assert price(model, LOCAL) == 0


def test_what_is_only_passed_on_here_costs_what_it_costs_elsewhere() -> None:
    proxy = at("http://localhost:4000/v1", provider="litellm")
    assert cost(USED, proxy, "gpt-5") == price("gpt-5", PROXY)
    assert cost(USED, proxy, "my-own") is None
    assert cost(USED, at(LOCAL), "gpt-oss:120b-cloud") is None


def test_of_a_server_here_that_nobody_recognised_the_price_is_unknown() -> None:
    unnamed = Endpoint(name="e", base_url="http://localhost:9000/v1")
    assert cost(USED, unnamed, "my-own") is None


def test_a_model_that_nobody_knows_has_no_price() -> None:
    for model in ("my-own", "", "/", "gpt", "gpt-5/other"):
        assert price(model) is None


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("gpt-5-2025-08-07", "gpt-5"),
        ("GPT-5-Mini", "gpt-5-mini"),
        ("openai/gpt-5-mini", "gpt-5-mini"),
        ("gpt-5-chat-latest", "gpt-5-chat"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4o-2024-11-20", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("anthropic/claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"),
        ("gemini-3-pro-preview", "gemini-3-pro"),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("x-ai/grok-4-latest", "grok-4"),
    ],
)
def test_a_version_costs_what_its_model_does(model: str, like: str) -> None:
    found = price(model, PROXY)
    assert found is not None
    assert found == listed(like)


@pytest.mark.parametrize(
    "model",
    [
        "gpt-5.9",
        "gpt-50",
        "gpt-5-ultra",
        "gpt-5:free",
        "gpt-4o-audio-preview",
        "gpt-4o-mini-search-preview",
        "claude-opus-4-9",
        "claude-opus-4-9-20270101",
        "gemini-2.5-pro-preview-tts",
        "my-gpt-5",
        "mistral-large-2612",
    ],
)
def test_another_model_that_only_begins_alike_has_no_price(model: str) -> None:
    assert price(model, PROXY) is None
    assert price(model) is None


def listed(name: str) -> Decimal:
    """By the list alone, the cost of what is used here."""
    [(asked, answered)] = [vendor.models[name] for vendor in vendors() if name in vendor.models]
    return (USED.prompt * asked + USED.answer * answered) / 1_000_000


def test_open_models_have_the_price_of_the_host_that_runs_them_and_none_elsewhere() -> None:
    assert price("openai/gpt-oss-120b", GROQ) == Decimal("0.0021")
    assert price("gpt-oss-120b", GROQ) == Decimal("0.0021")
    assert price("openai/gpt-oss-120b", PROXY) is None
    assert price("openai/gpt-oss-120b") is None
    assert price("mistral-large-2512", "https://api.mistral.ai/v1") is not None
    assert price("mistral-large-2512", PROXY) is None


def test_cached_tokens_are_counted_in_full() -> None:
    assert price("gpt-5", usage=Usage(prompt=10_000, answer=1_000, cached=9_000)) == price("gpt-5")


def test_a_prompt_that_may_cost_more_for_its_length_has_no_price_of_the_list() -> None:
    assert price("gpt-5.5", usage=Usage(prompt=LONG, answer=1)) is not None
    long = Usage(prompt=LONG + 1, answer=1)
    assert price("gpt-5.5", usage=long) is None
    assert cost(long, at(OPENAI, "1", "1"), "gpt-5.5") is not None


def test_a_call_that_used_nothing_costs_nothing() -> None:
    assert price("my-own", usage=Usage(prompt=0, answer=0)) == 0


def test_costs_of_single_tokens_are_exact() -> None:
    assert price("gpt-5-nano", usage=Usage(prompt=1, answer=1)) == Decimal("0.00000045")


@given(st.text(max_size=60), st.integers(-5, 10**40), st.integers(-5, 10**40))
def test_any_name_and_any_count_has_a_price_or_none_and_never_a_negative_one(
    model: str, prompt: int, answer: int
) -> None:
    found = price(model, PROXY, Usage(prompt=prompt, answer=answer))
    assert found is None or found >= 0


def test_a_long_name_is_read_in_no_time() -> None:
    assert price("gpt-5" + "-123-45-67" * 20_000 + "!") is None


def test_every_price_has_its_date_and_its_host_and_answers_cost_no_less_than_questions() -> None:
    hosts = [host for vendor in vendors() for host in vendor.hosts]
    assert len(hosts) == len(set(hosts)) >= 7
    for vendor in vendors():
        assert isinstance(vendor.read, date)
        assert all(before < after for before, after in pairwise(vendor.models))
        for name, (asked, answered) in vendor.models.items():
            assert name == name.casefold()
            assert 0 < asked < 100
            assert asked <= answered < 500 or "embed" in name


def test_the_list_is_not_read_before_somebody_asks() -> None:
    code = (
        "import bot.llm.prices as p; print(p.vendors.cache_info().currsize);"
        "p.vendors(); print(p.vendors.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]
