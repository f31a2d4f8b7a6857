"""The kinds of server: what each answers beside /v1, its errors, and what it does with long prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.connection import Answer, Received
from tests.fakes.writing import CREATED, json_answer, text_answer

if TYPE_CHECKING:
    from tests.fakes.model_server import FakeModelServer

Json = dict[str, Any]
Route = Callable[["FakeModelServer", Received], Answer]

TRAINED = 131_072
"""The window that local models were trained with, however small a one is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """An error before it has a shape."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong:
    """A prompt, and the answer asked for, that do not fit the window; all in tokens."""

    prompt: int
    answer: int
    window: int

    @property
    def total(self) -> int:
        """What would have had to fit."""
        return self.prompt + self.answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of server.

    `error` gives an error its shape; `overflow` what is said of too long a prompt, `None` where it is not
    said ("truncates" or "falls silent" tells what happens instead). `counts_answer` says whether the answer
    must fit as well. `habits` are the quirks that it always has. `routes` are those beside /v1.
    """

    name: str
    error: Callable[[Wrong], Json]
    overflow: Callable[[TooLong], Answer] | None = None
    truncates: bool = False
    counts_answer: bool = False
    habits: tuple[str, ...] = ()
    card: Callable[[FakeModelServer, str], Json] = field(default=lambda server, model: {})
    routes: Mapping[tuple[str, str], Route] = field(default_factory=dict)
    elsewhere: Route = field(default=lambda server, received: json_answer({"error": "Not Found"}, status=404))
    missing: str = "The model `{model}` does not exist or you do not have access to it."


def _openai_shape(wrong: Wrong) -> Json:
    named = {"message": wrong.message, "type": wrong.kind, "param": wrong.param, "code": wrong.code}
    return {"error": named}


def _llamacpp_shape(wrong: Wrong) -> Json:
    return {"error": {"code": wrong.status, "message": wrong.message, "type": wrong.kind}}


def _vllm_shape(wrong: Wrong) -> Json:
    kind = {404: "NotFoundError", 401: "Unauthorized"}.get(wrong.status, "BadRequestError")
    return {"error": {"message": wrong.message, "type": kind, "param": wrong.param, "code": wrong.status}}


def _sglang_shape(wrong: Wrong) -> Json:
    flat = {"object": "error", "message": wrong.message, "type": "BadRequest"}
    return {**flat, "param": wrong.param, "code": wrong.status}


def _text_shape(wrong: Wrong) -> Json:
    return {"error": wrong.message}


def _openai_overflow(long: TooLong) -> Answer:
    message = (
        f"This model's maximum context length is {long.window} tokens. However, you requested "
        f"{long.total} tokens ({long.prompt} in the messages, {long.answer} in the completion). "
        "Please reduce the length of the messages or completion."
    )
    wrong = Wrong(status=400, message=message, param="messages", code="context_length_exceeded")
    return json_answer(_openai_shape(wrong), status=400)


def _vllm_overflow(long: TooLong) -> Answer:
    if long.prompt < long.window:
        message = (
            f"'max_tokens' or 'max_completion_tokens' is too large: {long.answer}. This model's "
            f"maximum context length is {long.window} tokens and your request has {long.prompt} input tokens "
            f"({long.answer} > {long.window} - {long.prompt})."
        )
    else:
        message = (
            f"This model's maximum context length is {long.window} tokens. However, your request has "
            f"{long.prompt} input tokens. Please reduce the length of the input messages."
        )
    return json_answer(_vllm_shape(Wrong(status=400, message=message)), status=400)


def _sglang_overflow(long: TooLong) -> Answer:
    if long.prompt < long.window:
        message = (
            f"Requested token count exceeds the model's maximum context length of {long.window} tokens. You "
            f"requested a total of {long.total} tokens: {long.prompt} tokens from the input messages and "
            f"{long.answer} tokens for the completion."
        )
    else:
        length = f"the model's context length ({long.window} tokens)"
        message = f"The input ({long.prompt} tokens) is longer than {length}."
    return json_answer(_sglang_shape(Wrong(status=400, message=message)), status=400)


def _llamacpp_overflow(long: TooLong) -> Answer:
    said = (
        f"request ({long.prompt} tokens) exceeds the available context size ({long.window} tokens), "
        "try increasing it"
    )
    counted = {"n_prompt_tokens": long.prompt, "n_ctx": long.window}
    error = {"code": 400, "message": said, "type": "exceed_context_size_error", **counted}
    return json_answer({"error": error}, status=400)


def _ollama_ps(server: FakeModelServer, received: Received) -> Answer:
    loaded = [
        {
            "name": model,
            "model": model,
            "size": 2_000_000_000,
            "context_length": server.context_window or 4096,
        }
        for model in (server.models if server.loaded else ())
    ]
    return json_answer({"models": loaded})


def _ollama_show(server: FakeModelServer, received: Received) -> Answer:
    asked = received.body if isinstance(received.body, dict) else {}
    model = asked.get("model") or asked.get("name")
    if model not in server.models:
        return json_answer({"error": f"model '{model}' not found"}, status=404)
    info = {"general.architecture": "llama", "llama.context_length": server.advertised_window or TRAINED}
    return json_answer({"model_info": info, "details": {"family": "llama"}, "capabilities": ["completion"]})


def _lmstudio_v1(server: FakeModelServer, received: Received) -> Answer:
    instances = [{"config": {"context_length": server.context_window or 4096}}] if server.loaded else []
    models = [
        {
            "type": "llm",
            "key": model,
            "display_name": model,
            "max_context_length": server.advertised_window or TRAINED,
            "loaded_instances": [{"id": model, **each} for each in instances],
        }
        for model in server.models
    ]
    return json_answer({"models": models})


def _lmstudio_v0(server: FakeModelServer, received: Received) -> Answer:
    window = {"loaded_context_length": server.context_window or 4096} if server.loaded else {}
    state = {"state": "loaded" if server.loaded else "not-loaded", **window}
    longest = {"max_context_length": server.advertised_window or TRAINED}
    models = [{"id": model, "object": "model", "type": "llm", **state, **longest} for model in server.models]
    return json_answer({"object": "list", "data": models})


def _lmstudio_elsewhere(server: FakeModelServer, received: Received) -> Answer:
    return json_answer({"error": f"Unexpected endpoint or method. ({received.method} {received.path})"})


def _llamacpp_props(server: FakeModelServer, received: Received) -> Answer:
    settings = {"n_ctx": server.context_window or 4096, "n_predict": -1}
    model = received.query.get("model") or server.models[0]
    about = {"total_slots": 1, "model_path": f"/models/{model}.gguf", "build_info": "b7100-1a2b3c4d"}
    return json_answer({"default_generation_settings": settings, **about})


def _llamacpp_card(server: FakeModelServer, model: str) -> Json:
    return {
        "meta": {"n_ctx_train": server.advertised_window or TRAINED, "n_ctx": server.context_window or 4096}
    }


def _vllm_card(server: FakeModelServer, model: str) -> Json:
    return {"root": model, "max_model_len": server.advertised_window or server.context_window or 4096}


def _sglang_info(server: FakeModelServer, received: Received) -> Answer:
    model = server.models[0]
    return json_answer({"model_path": model, "tokenizer_path": model, "is_generation": True})


def _says(value: Json) -> Route:
    return lambda server, received: json_answer(value)


def _shows(text: str, kind: str = "text/html; charset=utf-8") -> Route:
    return lambda server, received: text_answer(text, kind=kind)


def _listed(server: FakeModelServer, received: Received) -> Answer:
    return json_answer(model_list(server))


def model_list(server: FakeModelServer) -> Json:
    """What GET /v1/models answers."""
    owner = {"ollama": "library", "lmstudio": "organization_owner"}.get(server.kind.name, server.kind.name)
    cards = [
        {
            "id": model,
            "object": "model",
            "created": CREATED,
            "owned_by": owner,
            **server.kind.card(server, model),
        }
        for model in (*server.models, *server.embedding_models)
    ]
    return {"object": "list", "data": cards}


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="openai",
            error=_openai_shape,
            overflow=_openai_overflow,
            counts_answer=True,
            habits=("role-only-first-delta", "usage-null-until-the-end"),
        ),
        Kind(
            name="ollama",
            error=_openai_shape,
            truncates=True,
            missing="model '{model}' not found",
            habits=("role-in-every-delta",),
            routes={
                ("GET", "/"): _shows("Ollama is running", "text/plain; charset=utf-8"),
                ("GET", "/api/version"): _says({"version": "0.13.1"}),
                ("GET", "/api/ps"): _ollama_ps,
                ("POST", "/api/show"): _ollama_show,
            },
            elsewhere=lambda server, received: text_answer("404 page not found", status=404),
        ),
        Kind(
            name="lmstudio",
            error=_text_shape,
            missing='Model "{model}" not found.',
            routes={("GET", "/api/v1/models"): _lmstudio_v1, ("GET", "/api/v0/models"): _lmstudio_v0},
            elsewhere=_lmstudio_elsewhere,
        ),
        Kind(
            name="llamacpp",
            error=_llamacpp_shape,
            overflow=_llamacpp_overflow,
            card=_llamacpp_card,
            habits=("content-null-in-the-first-delta",),
            routes={
                ("GET", "/"): _shows("<!doctype html><title>llama.cpp</title>"),
                ("GET", "/health"): _says({"status": "ok"}),
                ("GET", "/props"): _llamacpp_props,
                ("GET", "/models"): _listed,
            },
        ),
        Kind(
            name="vllm",
            error=_vllm_shape,
            overflow=_vllm_overflow,
            counts_answer=True,
            card=_vllm_card,
            missing="The model `{model}` does not exist.",
            habits=("role-only-first-delta",),
            routes={
                ("GET", "/health"): lambda server, received: Answer(),
                ("GET", "/version"): _says({"version": "0.19.1"}),
            },
        ),
        Kind(
            name="sglang",
            error=_sglang_shape,
            overflow=_sglang_overflow,
            counts_answer=True,
            card=_vllm_card,
            habits=("role-only-first-delta",),
            routes={
                ("GET", "/health"): lambda server, received: Answer(),
                ("GET", "/get_model_info"): _sglang_info,
            },
        ),
        Kind(
            name="jan",
            error=_openai_shape,
            overflow=_llamacpp_overflow,
            routes={("GET", "/"): _shows("<!doctype html><title>Jan API Reference</title>")},
        ),
    )
}
"""The kinds of server by name."""
