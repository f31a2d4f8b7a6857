"""Which server it is that answers, told by what it answers; the port says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.llm.entries import entries

MODELS = "/v1/models"
ENGINES = "/engines/v1/models"
"""Where older Docker Model Runners have what others have at MODELS."""
DESCRIPTION = "/openapi.json"

Said = Mapping[str, Any]
"""What a server answered by path: a JSON value, or else text; `None` or nothing where it did not."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of server: its name among providers, and what people call it."""

    provider: str | None
    title: str


UNNAMED = Kind(None, "an OpenAI-compatible server")

_OLLAMA = Kind("ollama", "Ollama")
_LMSTUDIO = Kind("lmstudio", "LM Studio")
_LLAMACPP = Kind("llamacpp", "llama.cpp")
_VLLM = Kind("vllm", "vLLM")
_SGLANG = Kind("sglang", "SGLang")
_JAN = Kind("jan", "Jan")
_KOBOLDCPP = Kind("koboldcpp", "KoboldCpp")
_TEXTGEN = Kind("textgen", "text-generation-webui")
_LITELLM = Kind("litellm", "LiteLLM")
_DOCKER = Kind("dockermodelrunner", "Docker Model Runner")

_BY_OWNER = {
    "llamacpp": _LLAMACPP, "vllm": _VLLM, "sglang": _SGLANG, "koboldcpp": _KOBOLDCPP, "docker": _DOCKER,
}  # fmt: skip


def is_model_list(body: Any) -> bool:
    """Whether a JSON value is a list of models as OpenAI's API gives it."""
    match body:
        case {"data": []}:
            return bool(body.get("object") == "list")
        case {"data": [*items]}:
            return all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items)
    return False


def owners(body: Any) -> set[str]:
    """Who owns the models, as a list of them says; servers of one's own mostly name themselves."""
    return {str(entry.get("owned_by", "")) for _, entry in entries(body)}


def by_owner(body: Any) -> Kind | None:
    """The server that a list of models names as the owner of them all."""
    names = owners(body)
    return _BY_OWNER.get(names.pop()) if len(names) == 1 else None


def by_answers(said: Said) -> Kind:
    """The server that gives these answers, MODELS among them; UNNAMED where nothing tells."""
    return next((kind for kind, is_it in _SIGNS if is_it(said)), UNNAMED)


def _is_docker(said: Said) -> bool:
    return is_model_list(said.get(ENGINES))


def _is_lmstudio(said: Said) -> bool:
    match said.get("/api/v1/models"):
        case {"models": [*models]}:
            return all(isinstance(model, dict) and "loaded_instances" in model for model in models)
    match said.get("/api/v0/models"):
        case {"data": [{"state": str()}, *_]}:
            return True
    return False


def _is_koboldcpp(said: Said) -> bool:
    # Others answer as if they were it; their models are not KoboldCpp's own.
    match said.get("/api/extra/version"):
        case {"result": "KoboldCpp"}:
            return owners(said.get(MODELS)) <= {"koboldcpp", ""}
    return False


def _is_sglang(said: Said) -> bool:
    match said.get("/get_model_info"):
        case {"model_path": _, "is_generation": _}:
            return True
    return False


def _is_llamacpp(said: Said) -> bool:
    match said.get("/props?autoload=false"):
        case {"default_generation_settings": {}}:
            return True
    return False


def _is_textgen(said: Said) -> bool:
    match said.get("/v1/internal/model/info"):
        case {"model_name": _, "lora_names": _}:
            return True
    return False


def _is_litellm(said: Said) -> bool:
    return said.get("/health/liveliness") == "I'm alive!"


def _is_jan(said: Said) -> bool:
    match said.get(DESCRIPTION):
        case {"info": {"title": str() as title}}:
            return title.startswith("Jan ")
    return "<title>Jan API" in _text(said.get("/"))


def _is_ollama(said: Said) -> bool:
    if "Ollama is running" in _text(said.get("/")):
        return True
    match said.get("/api/version"):
        case {"version": str()}:
            return owners(said.get(MODELS)) <= {"library"}
    return False


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


_SIGNS: tuple[tuple[Kind, Callable[[Said], bool]], ...] = (
    # Docker, KoboldCpp and SGLang also speak as Ollama does, so Ollama comes after them.
    (_DOCKER, _is_docker),
    (_LMSTUDIO, _is_lmstudio),
    (_KOBOLDCPP, _is_koboldcpp),
    (_SGLANG, _is_sglang),
    (_LLAMACPP, _is_llamacpp),
    (_TEXTGEN, _is_textgen),
    (_LITELLM, _is_litellm),
    (_JAN, _is_jan),
    (_OLLAMA, _is_ollama),
)

QUESTIONS = (
    "/", ENGINES, "/api/v1/models", "/api/v0/models", "/api/extra/version", "/get_model_info",
    "/props?autoload=false", "/v1/internal/model/info", "/health/liveliness", "/api/version",
)  # fmt: skip
"""What to ask a server whose list of models does not tell which it is."""
