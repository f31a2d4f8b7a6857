"""Each refusal becomes the error of whoever can help: what happened, what to do, which setting it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.endpoint import Endpoint
from bot.errors import ModelError
from bot.llm.complaint import Complaint, of, read
from bot.llm.errors import (
    AuthFailed,
    BadRequest,
    ConfigError,
    ContentFiltered,
    ContextOverflow,
    EndpointError,
    ModelLoading,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
)
from bot.llm.judging import Refusal, judged, key_name, no_api

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
URL = "https://models.example.org/v1"
HOST = "models.example.org"
MODEL = "small-model"
KEY = "Xk7-only-this-endpoint-knows"
DEFAULT = Endpoint(name="default", base_url=URL, api_key=KEY)
BIG = Endpoint(name="big", base_url=URL, api_key=KEY)
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def judge(
    status: int,
    body: Any = "",
    *,
    headers: Mapping[str, str] | None = None,
    endpoint: Endpoint = DEFAULT,
    model: str = MODEL,
) -> EndpointError:
    said = read(body if isinstance(body, str) else json.dumps(body))
    refusal = Refusal(status=status, said=said, headers=headers or {}, endpoint=endpoint, model=model)
    return judged(refusal, NOW)


def error(
    message: str, code: str | int | None = None, kind: str | None = None, **more: Any
) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **more}}


# Statuses and codes.

_TPM = "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000."
_REGION = "Country, region, or territory not supported"
_POLICY = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
_BUSY = "server busy, please try again.  maximum pending requests exceeded"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(401, error("Incorrect API key provided.", "invalid_api_key"), AuthFailed, id="401"),
        pytest.param(401, "", AuthFailed, id="401 without a word"),
        pytest.param(401, PAGE.format("401"), AuthFailed, id="401 with a page"),
        pytest.param(402, error("Insufficient credits. Add more.", 402), QuotaExceeded, id="402 OpenRouter"),
        pytest.param(
            402, error("Insufficient Balance", "invalid_request_error"), QuotaExceeded, id="402 DeepSeek"
        ),
        pytest.param(402, "", QuotaExceeded, id="402 without a word"),
        pytest.param(403, error("Your input was flagged.", 403), ContentFiltered, id="403 moderation"),
        pytest.param(403, error(_REGION, "unsupported_country"), AuthFailed, id="403 region"),
        pytest.param(403, PAGE.format("Attention required"), AuthFailed, id="403 page"),
        pytest.param(
            404, error("model 'x' not found", kind="not_found_error"), ModelNotFound, id="404 Ollama"
        ),
        pytest.param(404, error("The model `x` does not exist.", 404), ModelNotFound, id="404 vLLM"),
        pytest.param(404, error("No access to it", "model_not_found"), ModelNotFound, id="404 OpenAI's code"),
        pytest.param(404, error("models/x is not found for API version v1"), ModelNotFound, id="404 Gemini"),
        pytest.param(404, error("Unable to access model x"), ModelNotFound, id="404 Together"),
        pytest.param(404, error("It does not exist.", "DeploymentNotFound"), ModelNotFound, id="404 Azure"),
        pytest.param(400, error("Model Not Exist"), ModelNotFound, id="400 DeepSeek"),
        pytest.param(400, error("Invalid model: x", "1500"), ModelNotFound, id="400 Mistral"),
        pytest.param(400, error("x is not a valid model ID", 400), ModelNotFound, id="400 OpenRouter"),
        pytest.param(400, {"error": "No models loaded."}, ModelNotFound, id="400 LM Studio"),
        pytest.param(
            503, {"error": "No model is loaded, model x not found"}, ModelNotFound, id="503 none loaded"
        ),
        pytest.param(404, "404 page not found", BadRequest, id="404 route"),
        pytest.param(404, {"detail": "Not Found"}, BadRequest, id="404 FastAPI's route"),
        pytest.param(404, error("Resource not found", "404"), BadRequest, id="404 Azure's version"),
        pytest.param(404, PAGE.format("model not found"), BadRequest, id="404 page"),
        pytest.param(404, error("Invalid URL (POST /chat/completions)"), BadRequest, id="404 OpenAI's route"),
        pytest.param(
            404, error("text-moderation-x: no such model"), ModelNotFound, id="404 a moderation model"
        ),
        pytest.param(429, error("The model x is not available now"), RateLimited, id="429 of a model"),
        pytest.param(200, error("x", kind="rate_limit_error"), RateLimited, id="200 rate limit"),
        pytest.param(405, {"detail": "Method Not Allowed"}, BadRequest, id="405"),
        pytest.param(408, error("Request timed out."), Overloaded, id="408"),
        pytest.param(409, error("Conflict."), Overloaded, id="409"),
        pytest.param(413, PAGE.format("413 Request Entity Too Large"), ContextOverflow, id="413"),
        pytest.param(413, error(_TPM, "rate_limit_exceeded", "tokens"), ContextOverflow, id="413 Groq"),
        pytest.param(422, {"detail": [{"loc": ["body", "x"], "msg": "no"}]}, BadRequest, id="422 FastAPI"),
        pytest.param(422, error("Failed to deserialize the JSON body"), BadRequest, id="422 DeepSeek"),
        pytest.param(400, error("Unsupported parameter: 'top_p'"), BadRequest, id="400"),
        pytest.param(400, "", BadRequest, id="400 without a word"),
        pytest.param(400, PAGE.format("400 Bad Request"), BadRequest, id="400 page"),
        pytest.param(424, error("Failed dependency."), Overloaded, id="424 Groq"),
        pytest.param(429, error("Slow down.", "rate_limit_exceeded"), RateLimited, id="429"),
        pytest.param(429, "", RateLimited, id="429 without a word"),
        pytest.param(429, PAGE.format("Too many requests"), RateLimited, id="429 page"),
        pytest.param(429, error("Slow down.", "slow_down"), RateLimited, id="429 slow down"),
        pytest.param(503, error("Slow down.", "slow_down"), RateLimited, id="503 slow down"),
        pytest.param(498, error("Capacity exceeded.", "capacity_exceeded"), RateLimited, id="498 Groq"),
        pytest.param(499, error("Request cancelled."), Overloaded, id="499 Groq"),
        pytest.param(500, error("The server had an error.", "server_error"), Overloaded, id="500"),
        pytest.param(500, error("error loading model: out of memory"), Overloaded, id="500 cannot load"),
        pytest.param(501, error("This server does not support embeddings."), BadRequest, id="501"),
        pytest.param(502, PAGE.format("502 Bad Gateway"), Overloaded, id="502"),
        pytest.param(503, error("The engine is currently overloaded."), Overloaded, id="503"),
        pytest.param(503, {"error": _BUSY}, Overloaded, id="503 Ollama"),
        pytest.param(504, PAGE.format("504 Gateway Time-out"), Overloaded, id="504"),
        *[
            pytest.param(status, PAGE.format(status), Overloaded, id=str(status))
            for status in range(520, 525)
        ],
        pytest.param(529, error("Overloaded", kind="overloaded_error"), Overloaded, id="529 Anthropic"),
        pytest.param(
            503, error("Loading model", 503, "unavailable_error"), ModelLoading, id="503 llama.cpp loads"
        ),
        pytest.param(
            503, PAGE.format("The model is loading. Please wait."), ModelLoading, id="503 page, loads"
        ),
        *[
            pytest.param(503, error(text), ModelLoading, id=text)
            for text in (
                "Model x is currently loading",
                "The model is being loaded",
                "model is still loading",
            )
        ],
        pytest.param(400, error(_POLICY, "content_filter"), ContentFiltered, id="400 Azure's filter"),
        pytest.param(400, error("API key not valid. Please pass one."), AuthFailed, id="400 Gemini's key"),
        pytest.param(
            403, error("Invalid authentication", kind="authentication_error"), AuthFailed, id="403 key"
        ),
        pytest.param(500, error("System role not supported"), BadRequest, id="500 a template"),
        pytest.param(
            200, {"error": "Unexpected endpoint or method."}, BadRequest, id="200 LM Studio's route"
        ),
        pytest.param(200, PAGE.format("Welcome"), BadRequest, id="200 page"),
        pytest.param(200, error("Something odd."), ProtocolError, id="200 any error"),
        pytest.param(200, error("model 'x' not found"), ModelNotFound, id="200 no model"),
    ],
)
def test_status_and_words_tell_what_helps(status: int, body: Any, kind: type[EndpointError]) -> None:
    judgement = judge(status, body)
    assert type(judgement) is kind
    assert judgement.status == status
    assert judgement.message.endswith((".", ". ", ")."))
    assert HOST in judgement.message or MODEL in judgement.message
    assert judgement.hint.endswith(".")


@pytest.mark.parametrize("code", ["credit_balance_exhausted", "organization_spend_limit_exceeded",
                                  "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
                                  "insufficient_quota", "billing_hard_limit_reached"])  # fmt: skip
def test_an_empty_account_is_not_asked_again(code: str) -> None:
    wait = {"retry-after": "1"}
    for body in (error("Over the limit.", code), error("Over the limit.", 429, code)):
        judgement = judge(429, body, headers=wait)
        assert type(judgement) is QuotaExceeded
        assert not judgement.retryable
        assert not judgement.counts
        assert HOST in judgement.message


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (429, "You exceeded your current quota, please check your plan and billing details."),
        (400, "Your credit balance is too low to access the API."),
        (403, "Your newly created team doesn't have any credits yet."),
        (429, "Your team has either used all available credits or reached its monthly spending limit."),
        (200, "Payment required"),
    ],
)
def test_an_empty_account_is_known_by_the_words_too(status: int, text: str) -> None:
    assert type(judge(status, error(text))) is QuotaExceeded


def test_a_quota_that_comes_back_in_a_minute_is_a_rate() -> None:
    text = (
        "You exceeded your current quota, please check your plan and billing details. Please retry in 41.7s."
    )
    judgement = judge(429, [error(text, 429, status="RESOURCE_EXHAUSTED")])
    assert type(judgement) is RateLimited
    assert judgement.retry_after_s == 41.7


def test_what_may_be_asked_again_is_told_from_what_may_not() -> None:
    for status in (408, 409, 424, 429, 498, 499, 500, 502, 503, 504, 520, 529):
        assert judge(status).retryable
    for status in (301, 400, 401, 402, 403, 404, 405, 413, 422, 501):
        assert not judge(status).retryable


def test_only_an_endpoint_that_cannot_answer_counts_as_failing() -> None:
    for status in (408, 500, 502, 503, 504, 520, 529):
        assert judge(status).counts
    for status in (301, 400, 401, 402, 403, 404, 413, 422, 429, 498):
        assert not judge(status).counts


@pytest.mark.parametrize("status", [100, 200, 226, 304, 399, 418, 451, 499, 511, 599, 999])
def test_any_status_is_judged(status: int) -> None:
    for body in ("", "{}", "null", error("x"), PAGE.format("x")):
        assert isinstance(judge(status, body), ModelError)


# Waits.


def test_a_rate_limit_says_how_long_to_wait() -> None:
    judgement = judge(429, error("Slow down."), headers={"retry-after": "41.2"})
    assert judgement.retry_after_s == 41.2
    assert judgement.hint == "Ask again in 42 s."
    assert judge(429, headers={"retry-after-ms": "120"}).hint == "Ask again in 1 s."
    assert judge(429, headers={"retry-after": "0"}).retry_after_s == 0
    assert judge(429, headers={"retry-after": "0"}).hint == "Ask again in 1 s."
    assert judge(429).hint == "Ask again in a minute."
    assert judge(429).retry_after_s is None


def test_a_server_that_is_down_may_say_so_too() -> None:
    assert judge(503, headers={"retry-after": "7"}).retry_after_s == 7


# Windows.


@pytest.mark.parametrize(
    ("status", "body", "limit", "requested"),
    [
        (400, error("Your input exceeds the context window.", "context_length_exceeded"), None, None),
        (
            400,
            error(
                "This model's maximum context length is 4096 tokens. However, your messages resulted in "
                "5000 tokens."
            ),
            4096,
            5000,
        ),
        (400, error("The prompt and answer exceed context limit."), None, None),
        (
            400,
            error("input length and `max_tokens` exceed context limit: 4000 + 500 > 4096, decrease it"),
            4096,
            4500,
        ),
        (
            422,
            error(
                "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and "
                "500 `max_new_tokens`"
            ),
            4096,
            4500,
        ),
        (
            400,
            error(
                "the request exceeds the available context size, try increasing it",
                400,
                "exceed_context_size_error",
                n_prompt_tokens=5000,
                n_ctx=4096,
            ),
            4096,
            5000,
        ),
        (
            400,
            error("It is too much.", 400, "exceed_context_size_error", n_prompt_tokens=5000, n_ctx=4096),
            4096,
            5000,
        ),
        (500, error("Context size has been exceeded.", 500, "server_error"), None, None),
        (
            400,
            [error("The input token count (5000) exceeds the maximum number of tokens allowed (4096).", 400)],
            4096,
            5000,
        ),
        (
            400,
            error("The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
            4096,
            5000,
        ),
        (
            400,
            error("Input tokens exceed the configured limit of 4096 tokens. It resulted in 5000 tokens."),
            4096,
            5000,
        ),
        (400, error("current length is 5000 while limit is 4096"), 4096, 5000),
        (
            400,
            {"object": "error", "message": "max_tokens must be at least 1, got -186.", "code": 400},
            None,
            None,
        ),
        (200, error("This model's maximum context length is 4096 tokens."), 4096, None),
        (
            400,
            error(
                "max_tokens is too large: 900. This model's maximum context length is 4096 tokens and your "
                "request has 4000 input tokens."
            ),
            4096,
            4900,
        ),
    ],
)
def test_too_long_a_text_teaches_the_window(
    status: int, body: Any, limit: int | None, requested: int | None
) -> None:
    judgement = judge(status, body)
    assert type(judgement) is ContextOverflow
    assert (judgement.limit, judgement.requested) == (limit, requested)
    assert MODEL in judgement.message


def test_a_single_string_that_is_too_long_is_another_matter() -> None:
    body = error("string too long, maximum context length is 5", "string_above_max_length", param="messages")
    assert type(judge(400, body)) is BadRequest


@pytest.mark.parametrize(
    "text",
    [
        "Invalid 'max_tokens': no more than 4096 tokens, please.",
        "Invalid number of tokens requested",
        "There is no tokenizer for this",
        "Unsupported parameter: 'seed' is not supported with this model.",
        "This response_format type is not available for this model",
        "Author names are not allowed",
    ],
)
def test_a_refusal_of_a_field_is_taken_for_nothing_else(text: str) -> None:
    assert type(judge(400, error(text))) is BadRequest


def test_a_model_that_does_not_know_a_field_is_there() -> None:
    body = error("The model x: 'reasoning_effort' is not available", param="reasoning_effort")
    assert type(judge(400, body)) is BadRequest


# Sent elsewhere.


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_told_and_not_followed(status: int) -> None:
    to = "https://other.example.org/v1/chat/completions"
    judgement = judge(status, headers={"location": f"{to}?key=secret"})
    assert type(judgement) is BadRequest
    assert to in judgement.message
    assert "secret" not in str(judgement)
    assert "LLM_BASE_URL" in judgement.hint
    assert "elsewhere" in judge(status).message
    assert "\n" not in judge(status, headers={"location": "a\nb"}).message


# Settings.


@pytest.mark.parametrize(
    ("endpoint", "prefix"),
    [(DEFAULT, "LLM_"), (BIG, "LLM_BIG_"), (Endpoint(name="my_own", base_url=URL), "LLM_MY_OWN_")],
)
def test_the_setting_is_named(endpoint: Endpoint, prefix: str) -> None:
    assert key_name(endpoint, "API_KEY") == f"{prefix}API_KEY"
    named = {
        "API_KEY": judge(401, endpoint=endpoint),
        "MODEL": judge(404, error("model 'x' not found"), endpoint=endpoint),
        "BASE_URL": judge(404, endpoint=endpoint),
        "DROP": judge(400, error("Unsupported parameter: 'top_k'"), endpoint=endpoint),
    }
    for setting, judgement in named.items():
        assert isinstance(judgement, ConfigError)
        assert f"{prefix}{setting}" in judgement.hint
    assert f"{prefix}BASE_URL" in judge(301, endpoint=endpoint).hint
    assert f"{prefix}BASE_URL" in no_api(endpoint, 200).hint
    assert URL in no_api(endpoint, 200).message


def test_where_no_key_is_set_one_is_wanted() -> None:
    without = judge(401, endpoint=Endpoint(name="default", base_url=URL))
    assert without.message == f"{HOST} wants a key."
    assert without.hint == "Set LLM_API_KEY in .env to the one it gave you."
    assert judge(401).message == f"{HOST} does not accept the key."
    assert judge(401).hint == f"Correct LLM_API_KEY in .env: it is the key that {HOST} gave you."


def test_a_key_that_is_wrong_is_told_from_one_that_may_not() -> None:
    wrong, may_not = judge(403, error("Invalid API key")), judge(403, error("Not for you"))
    assert wrong.message == f"{HOST} does not accept the key: Invalid API key."
    assert may_not.message == f"{HOST} refuses access: Not for you."
    assert "LLM_API_KEY" in wrong.hint


def test_a_model_that_nobody_named_is_told_so() -> None:
    assert "none was named" in judge(404, error("no such model"), model="").message


# What is told of it.


def test_the_endpoints_own_words_are_quoted() -> None:
    assert judge(500, error("Out of memory.")).message == f"{HOST} cannot answer now (500: Out of memory)."
    assert judge(500).message == f"{HOST} cannot answer now (500)."
    assert (
        judge(502, PAGE.format("502 Bad Gateway")).message
        == f"{HOST} cannot answer now (502: 502 Bad Gateway)."
    )
    assert "no such thing as x" in judge(404, error("No model: no such thing as x")).message


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 422, 429, 500])
def test_the_key_is_never_told(status: int) -> None:
    for text in (f"The key {KEY} is wrong.", "x" * 190 + KEY, f"model {KEY} not found", f"{KEY} flagged"):
        told = str(judge(status, error(text)))
        assert KEY not in told
        assert KEY[:6] not in told


def test_a_word_in_the_place_of_a_key_is_no_secret() -> None:
    local = Endpoint(name="default", base_url=URL, api_key="a")
    assert "a bad day" in judge(500, error("a bad day"), endpoint=local).message


def test_status_request_and_complaint_are_kept() -> None:
    judgement = judge(500, error("x", "a_code"), headers={"x-request-id": "req-1"})
    assert (judgement.status, judgement.request_id) == (500, "req-1")
    assert (
        judgement.complaint == Complaint(text="x", code="a_code", is_known=True) == of(error("x", "a_code"))
    )
    assert judge(500).request_id == ""


def test_the_number_of_a_request_is_fit_for_a_terminal() -> None:
    wild = judge(500, headers={"x-request-id": "a\x1b]0;owned\x07\x1b[31mred\nnext" + "x" * 500})
    assert wild.request_id.startswith("a]0;owned[31mred next")
    assert wild.request_id.isprintable()
    assert len(wild.request_id) == 80
