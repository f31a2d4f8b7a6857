"""Statuses and what providers say with them (section 1c)."""

from __future__ import annotations

from tests.fakes.connection import Answer
from tests.fakes.play import Call, openai_error
from tests.fakes.quirks.errors import named, refused, retried
from tests.fakes.quirks.mistral import mistral_error
from tests.fakes.quirks.shapes import PAGE
from tests.fakes.writing import json_answer, text_answer


def _cloudflare(status: int, said: str) -> Answer:
    return text_answer(PAGE.format(f"{status}: {said}"), status=status, kind="text/html; charset=UTF-8")


def _model_missing(call: Call) -> Answer:
    return openai_error(
        404, f"model '{call.body.get('model')}' not found", kind="not_found_error", param="model"
    )


_TPM = (
    "Request too large for model `small-model` in organization `org_1` on tokens per minute (TPM): "
    "Limit 6000, Requested 9000, please reduce your message size and try again."
)
PLAYS = (
    refused("unauthorised", "401 auth", named(401, "Incorrect API key provided.", "invalid_api_key")),
    refused(
        "no-balance-openrouter",
        "402 no balance (OpenRouter)",
        json_answer({"error": {"code": 402, "message": "Insufficient credits. Add more."}}, status=402),
    ),
    refused(
        "no-balance-deepseek",
        "402 no balance (DeepSeek)",
        named(402, "Insufficient Balance", "invalid_request_error", "unknown_error"),
    ),
    refused(
        "moderated",
        "403 moderation (OpenRouter)",
        json_answer(
            {
                "error": {
                    "code": 403,
                    "message": "Your input was flagged.",
                    "metadata": {"reasons": ["violence"], "flagged_input": "…", "provider_name": "Somebody"},
                }
            },
            status=403,
        ),
    ),
    refused(
        "region-refused",
        "403 region",
        named(403, "Country, region, or territory not supported", "unsupported_country_region_territory"),
    ),
    refused("model-not-found", "404 model (Ollama `model 'x' not found`)", _model_missing),
    refused("route-not-found", "404 route", text_answer("404 page not found", status=404)),
    retried("request-timeout", "408", named(408, "Request timed out.")),
    retried("conflict", "409", named(409, "Conflict.")),
    refused("too-large", "413 too large", _cloudflare(413, "Request Entity Too Large")),
    refused(
        "groq-tokens-per-minute", "413 (Groq TPM too)", named(413, _TPM, "rate_limit_exceeded", "tokens")
    ),
    refused(
        "bad-parameters-mistral", "422 bad params (Mistral)", mistral_error(["prompt_mode"], "reasoning")
    ),
    refused(
        "bad-parameters-deepseek",
        "422 bad params (DeepSeek)",
        named(422, "Failed to deserialize the JSON body into the target type: invalid parameters"),
    ),
    retried("groq-dependency-failed", "424 (Groq)", named(424, "Failed dependency.")),
    retried(
        "groq-capacity-exceeded",
        "498 (Groq)",
        named(498, "Flex tier capacity exceeded.", "capacity_exceeded"),
    ),
    retried("groq-cancelled", "499 (Groq)", named(499, "Request cancelled.")),
    retried("server-error", "500", named(500, "The server had an error.", "server_error", "server_error")),
    retried(
        "bad-gateway",
        "502 upstream",
        text_answer(PAGE.format("502 Bad Gateway"), status=502, kind="text/html"),
    ),
    retried(
        "unavailable", "503 upstream", named(503, "The engine is currently overloaded.", kind="server_error")
    ),
    retried(
        "gateway-timeout",
        "504",
        text_answer(PAGE.format("504 Gateway Time-out"), status=504, kind="text/html"),
    ),
    retried(
        "cloudflare-520", "520-524 Cloudflare", _cloudflare(520, "Web server is returning an unknown error")
    ),
    retried("cloudflare-521", "520-524 Cloudflare", _cloudflare(521, "Web server is down")),
    retried("cloudflare-522", "520-524 Cloudflare", _cloudflare(522, "Connection timed out")),
    retried("cloudflare-523", "520-524 Cloudflare", _cloudflare(523, "Origin is unreachable")),
    retried("cloudflare-524", "520-524 Cloudflare", _cloudflare(524, "A timeout occurred")),
    retried(
        "anthropic-overloaded",
        "529 Anthropic overloaded",
        json_answer(
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, status=529
        ),
    ),
)
