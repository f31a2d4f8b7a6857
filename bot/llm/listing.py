"""Which models an endpoint has, and which of them to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.endpoint import Endpoint
from bot.llm.entries import Entry, entries, is_same
from bot.llm.errors import ModelNotFound
from bot.llm.judging import key_name
from bot.llm.windows import of_entry
from bot.plain import one_line

_SHOWN = 12
"""Names that a message lists at most."""

_CHAT = ("llm", "vlm", "chat")
_OTHER = (
    "embedding", "embeddings", "rerank", "reranker", "moderation", "image", "image_generation", "video",
    "audio", "tts", "stt", "transcribe", "transcription", "audio_transcription", "audio_speech",
)  # fmt: skip
_OTHER_NAME = re.compile(
    r"embed|bge-|minilm|paraphrase-|rerank|whisper|parakeet|dall-e|imagen|stable-?diffusion|transcribe"
    r"|moderation|guard(?:ian)?(?![a-z])|shieldgemma|gpt-3\.5-turbo-instruct"
    r"|(?<![a-z0-9])(?:e5|gte|tts|image|imagine|flux|sdxl|sora|veo|clip|siglip|colbert|kokoro|realtime"
    r"|davinci-002|babbage-002)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A model that an endpoint has. `window` is tokens, `loaded` that the endpoint says it is in memory."""

    id: str
    window: int | None = None
    is_chat: bool = True
    loaded: bool = False


def read_models(body: Any) -> list[Listed]:
    """The models in the JSON answer of `/models` or of a server's own list, in any of their shapes."""
    return [
        Listed(
            id=name,
            window=of_entry(entry),
            is_chat=_is_chat(name, entry),
            loaded=_is_loaded(entry),
        )
        for name, entry in entries(body)
    ]


def merged(models: Iterable[Listed], more: Sequence[Listed]) -> list[Listed]:
    """The same models with what another list of that server adds: what is loaded, and in which window."""
    return [
        replace(
            model,
            window=other.window or model.window,
            is_chat=other.is_chat,
            loaded=model.loaded or other.loaded,
        )
        if (other := next((one for one in more if is_same(one.id, model.id)), None))
        else model
        for model in models
    ]


def choose(models: Sequence[Listed], wanted: str | None = None, endpoint: Endpoint | None = None) -> str:
    """The name of the model to ask: the wanted one, else the one that is loaded, else the only one.

    Models that cannot chat do not count. Raises ModelNotFound where that leaves none or several: it lists
    them and names the setting of the endpoint that says which.
    """
    key = "LLM_MODEL" if endpoint is None or endpoint.found else key_name(endpoint, "MODEL")
    chat = [model for model in models if model.is_chat]
    if wanted:
        return _found(wanted, models, chat, key)
    loaded = [model for model in chat if model.loaded]
    for some in (loaded, chat):
        if len(some) == 1:
            return some[0].id
    if not chat:
        raise _nothing(models)
    names = _names(loaded or chat)
    raise ModelNotFound(
        f"There are several models and nobody said which: {names}.", f"Set {key} to one of them."
    )


def _found(wanted: str, models: Sequence[Listed], chat: Sequence[Listed], key: str) -> str:
    for same in (str.__eq__, is_same):
        for model in models:
            if not same(model.id, wanted):
                continue
            if model.is_chat:
                return model.id
            hint = f"Set {key} to one of these: {_names(chat)}." if chat else "Load one that writes text."
            raise ModelNotFound(f"{_shown(wanted)} is no model that writes text.", hint)
    if not chat:
        raise _nothing(models)
    near = _nearest(wanted, chat)
    meant = f"Did you mean {near}? " if near else ""
    raise ModelNotFound(
        f"There is no model {_shown(wanted)} there.", f"{meant}Set {key} to one of these: {_names(chat)}."
    )


def _nothing(models: Sequence[Listed]) -> ModelNotFound:
    if models:
        return ModelNotFound(
            f"There is no model that writes text, only {_names(models)}.", "Load one there first."
        )
    return ModelNotFound("There is no model there yet.", "Load one there first.")


def _nearest(wanted: str, chat: Sequence[Listed]) -> str:
    from difflib import get_close_matches  # loads slowly, and most names are right

    names = {model.id.casefold(): model.id for model in chat}
    asked = wanted.casefold()
    near = [name for name in names if asked in name] or get_close_matches(asked, list(names), 1, 0.6)
    return _shown(names[near[0]]) if near else ""


def _names(models: Sequence[Listed]) -> str:
    names = [_shown(model.id) for model in models]
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _shown(name: str) -> str:
    return one_line(name)[:100]


def _is_loaded(entry: Entry) -> bool:
    match entry:
        case {"loaded_instances": list() as instances}:
            return bool(instances)
        case {"state": "loaded"} | {"status": {"value": "loaded"}} | {"expires_at": _}:
            return True
    return False


def _is_chat(name: str, entry: Entry) -> bool:
    """By what the endpoint says of it, else by its name."""
    match entry:
        case {"capabilities": {"completion_chat": bool() as can} | {"chat_completion": bool() as can}}:
            return can
        case {"capabilities": list() as can} if "completion" in can or "embedding" in can:
            return "completion" in can
        case {"architecture": {"output_modalities": list() as gives}} if gives and "text" not in gives:
            return False
        case {"type": str() as kind} | {"mode": str() as kind} if kind in _CHAT + _OTHER:
            return kind in _CHAT
    return not _OTHER_NAME.search(name)
