"""What is told of models and their windows (sections 1d and 1f)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Json, Outcome, Play
from tests.fakes.writing import CREATED, json_answer, text_answer


def _window(call: Call) -> int:
    return call.server.advertised_window or 131_072


def _cards(change: Callable[[Json, Call], Json]) -> Callable[[Any, Call], Any]:
    def apply(value: Any, call: Call) -> Any:
        return {**value, "data": [{**card, **change(card, call)} for card in value["data"]]}

    return apply


def _openrouter(card: Json, call: Call) -> Json:
    parameters = ["max_tokens", "temperature", "top_p", "stop", "response_format", "seed"]
    return {
        "name": f"Somebody: {card['id']}",
        "context_length": _window(call),
        "top_provider": {
            "context_length": _window(call),
            "max_completion_tokens": 4096,
            "is_moderated": False,
        },
        "supported_parameters": parameters,
        "pricing": {"prompt": "0.0000002", "completion": "0.0000008", "request": "0"},
    }


def _language_models(call: Call) -> Answer | None:
    """xAI's own list: other names, and prices in units of a hundredth of a cent for a million tokens."""
    if call.received.path != f"{call.server.base_path}/language-models":
        return None
    prices = {"prompt_text_token_price": 2000, "completion_text_token_price": 5000}
    models = [
        {"id": model, "object": "model", "created": CREATED, "owned_by": "xai", "aliases": [], **prices}
        for model in call.server.models
    ]
    return json_answer({"models": models})


def _router_props(call: Call) -> Answer | None:
    """Asking a router for its properties loads the model, unless it is told not to."""
    if call.received.path == "/props" and call.received.query.get("autoload") != "false":
        call.server.loaded = True
        call.received.notes.append("loaded the model")
    return None


def _no_models(call: Call) -> Answer:
    return text_answer("404 page not found", status=404)


def _row(name: str, section: str, words: str, does: str, **more: Any) -> Play:
    return Play(name=name, section=section, row=words, does=does, outcome=Outcome.SAME, **more)


def _models_row(name: str, words: str, does: str, **more: Any) -> Play:
    return _row(name, "1d", words, does, route="models", **more)


_MODELS = (
    _models_row(
        "models-with-context-window",
        "Groq adds context_window",
        "so",
        whole=_cards(lambda card, call: {"active": True, "context_window": _window(call)}),
    ),
    _models_row(
        "models-with-max-model-len",
        "vLLM: data[].max_model_len",
        "so",
        whole=_cards(lambda card, call: {"max_model_len": _window(call)}),
    ),
    _models_row(
        "models-as-openrouter",
        "OpenRouter: context_length, top_provider, supported_parameters, pricing strings",
        "so",
        whole=_cards(_openrouter),
    ),
    _models_row(
        "models-as-a-bare-array",
        "Together returned a bare array historically",
        "so",
        whole=lambda value, call: [{**card, "context_length": _window(call)} for card in value["data"]],
    ),
    _models_row("models-missing", "404 for /models", "so", instead=_no_models),
    _models_row(
        "models-empty",
        "a server without a model",
        "an empty list",
        whole=lambda value, call: {**value, "data": []},
    ),
    _models_row(
        "models-data-null",
        "Ollama without a model: data null",
        "data is null",
        whole=lambda value, call: {**value, "data": None},
    ),
    _row(
        "xai-language-models",
        "1d",
        "xAI also /v1/language-models with prices in odd units, `models` key",
        "so",
        route="other",
        instead=_language_models,
    ),
    _row(
        "llamacpp-router-loads-by-props",
        "1d",
        "without autoload=false the router LOADS the model",
        "so, and notes it",
        route="other",
        instead=_router_props,
    ),
)


def _swagger(call: Call) -> Answer | None:
    if call.received.path in ("/", "/health", "/version"):
        return text_answer("<!doctype html><title>Somebody else's</title>", kind="text/html")
    return None


_DETECTION = (
    _row(
        "pages-everywhere",
        "1f",
        "identify by response, never by port",
        "200 and HTML for /, /health and /version",
        route="other",
        instead=_swagger,
    ),
)

PLAYS = (*_MODELS, *_DETECTION)
