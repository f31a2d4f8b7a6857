"""Section 1a, what providers refuse or ignore in a request: what should come of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.llm.errors import AuthFailed, ContentFiltered
from bot.model import Prompt, Turn
from tests.llm.asking import SCHEMA
from tests.llm.expected import A, C, Expected

_THINKER: dict[str, Any] = {"provider": "openai", "model": "gpt-5-mini"}
"""A model that is known to think first: it is asked for little of that, and at no temperature."""

_NO_TEMPERATURE = frozenset({"temperature"})
_AGAIN: dict[str, Any] = {"requests": 2, "notices": (A,)}
_OPTIONAL: dict[str, Any] = {**SCHEMA, "required": []}
_TALK = Prompt(
    system="You answer in one sentence.",
    earlier=(Turn("user", "What is light?"), Turn("assistant", "A wave.")),
    closing="And red light?",
)


def _never(*names: str) -> Expected:
    """Nothing is refused, as this is never sent."""
    return Expected(never=names)


REQUESTS = {
    # OpenAI
    "max-tokens-unsupported": Expected(
        **_AGAIN,
        learnt={"tokens_field": "max_completion_tokens"},
        sent={"max_completion_tokens": 400, "max_tokens": None},
    ),
    "temperature-only-one": Expected(**_AGAIN, learnt={"drop": _NO_TEMPERATURE}, sent={"temperature": None}),
    "top-p-unsupported": _never("top_p"),
    "penalties-unsupported": _never("presence_penalty", "frequency_penalty"),
    "logit-bias-unsupported": _never("logit_bias"),
    "logprobs-unsupported": _never("logprobs"),
    "stop-unsupported": _never("stop"),
    "sampling-only-with-effort-none": Expected(
        **_AGAIN, learnt={"drop": _NO_TEMPERATURE}, never=("top_p", "stop", "logprobs")
    ),
    "effort-none-refused": Expected(endpoint=_THINKER, sent={"reasoning_effort": "low"}),
    "effort-minimal-refused": Expected(endpoint=_THINKER, sent={"reasoning_effort": "low"}),
    "tools-with-effort-refused": Expected(endpoint=_THINKER, never=("tools",)),
    "json-object-wants-the-word": Expected(
        **_AGAIN,
        json=True,
        endpoint={"provider": "deepseek"},
        learnt={"json_mode": "none"},
        sent={"response_format": None},
    ),
    "unverified-organisation-streams-not": Expected(
        **_AGAIN, learnt={"streams": False}, sent={"stream": False, "stream_options": None}
    ),
    # Azure
    "azure-key-header": Expected(
        endpoint={"provider": "azure", "api_key": "azure-4711"}, server={"api_key": "azure-4711"}
    ),
    "azure-wants-a-version": Expected(endpoint={"query": "api-version=2024-10-21"}),
    "azure-content-filter": Expected(error=ContentFiltered, says="Word the question differently."),
    "max-completion-tokens-unsupported": Expected(
        **_AGAIN,
        endpoint={"provider": "openai"},
        learnt={"tokens_field": "max_tokens"},
        sent={"max_tokens": 400, "max_completion_tokens": None},
    ),
    # xAI
    "xai-refuses-stop": _never("stop"),
    "xai-refuses-presence-penalty": _never("presence_penalty"),
    "xai-refuses-frequency-penalty": _never("frequency_penalty"),
    "xai-refuses-penalties-of-zero": _never("presence_penalty", "frequency_penalty"),
    "xai-refuses-effort": Expected(
        **_AGAIN, endpoint=_THINKER, learnt={"effort": None}, sent={"reasoning_effort": None}
    ),
    "xai-refuses-effort-none": Expected(endpoint=_THINKER, sent={"reasoning_effort": "low"}),
    # Anthropic
    "anthropic-clamps-temperature": Expected(sent={"temperature": 0.1}),
    "anthropic-ignores-fields": Expected(
        json=True,
        notes=("ignored response_format",),
        never=("seed", "presence_penalty", "frequency_penalty", "logprobs"),
    ),
    "anthropic-hoists-system-messages": Expected(asks={"prompt": _TALK}),
    "blank-stop-refused": _never("stop"),
    "anthropic-wants-a-workspace": Expected(error=AuthFailed, says="anthropic-workspace-id"),
    # Gemini
    "gemini-unknown-name": _never("seed", "frequency_penalty"),
    "gemini-refuses-effort-minimal": Expected(endpoint=_THINKER, sent={"reasoning_effort": "low"}),
    "gemini-refuses-effort-medium": Expected(endpoint=_THINKER, sent={"reasoning_effort": "low"}),
    "gemini-refuses-optional-fields": Expected(
        **_AGAIN,
        json=True,
        schema=_OPTIONAL,
        learnt={"json_mode": "json_object"},
        sent={"response_format": {"type": "json_object"}},
    ),
    # Mistral
    "mistral-refuses-max-completion-tokens": Expected(
        **_AGAIN,
        endpoint={"provider": "openai"},
        learnt={"tokens_field": "max_tokens"},
        sent={"max_tokens": 400, "max_completion_tokens": None},
    ),
    "mistral-refuses-seed": _never("seed"),
    "mistral-refuses-include-usage": Expected(
        **_AGAIN,
        learnt={"drop": frozenset({"stream_options"})},
        sent={"stream": True, "stream_options": None},
        estimated=True,
    ),
    "mistral-refuses-frequency-penalty": _never("frequency_penalty"),
    "mistral-refuses-tool-choice-required": _never("tools", "tool_choice"),
    # DeepSeek
    "deepseek-refuses-seed": _never("seed"),
    "deepseek-refuses-tool-choice-required": _never("tools", "tool_choice"),
    "deepseek-refuses-json-schema": Expected(
        **_AGAIN,
        json=True,
        learnt={"json_mode": "json_object"},
        sent={"response_format": {"type": "json_object"}},
    ),
    "deepseek-refuses-reasoning-in-messages": Expected(asks={"prompt": _TALK}),
    # Groq
    "groq-refuses-logprobs": _never("logprobs"),
    "groq-refuses-top-logprobs": _never("top_logprobs"),
    "groq-refuses-logit-bias": _never("logit_bias"),
    "groq-n-must-be-one": _never("n"),
    "groq-refuses-reasoning-fields": Expected(
        **_AGAIN,
        endpoint=_THINKER,
        learnt={"effort": None},
        sent={"reasoning_effort": None},
        never=("reasoning_format", "include_reasoning"),
    ),
    "groq-refuses-json-schema": Expected(
        **_AGAIN,
        json=True,
        learnt={"json_mode": "json_object"},
        sent={"response_format": {"type": "json_object"}},
    ),
    "groq-refuses-message-names": Expected(asks={"prompt": _TALK}),
    "groq-temperature-zero": Expected(
        asks={"temperature": 0.0}, sent={"temperature": 0.0}, notes=("took temperature 0 for 1e-8",)
    ),
    # Others
    "system-role-refused": Expected(**_AGAIN, learnt={"merges_system": True}),
    "together-refuses-a-null-seed": _never("seed"),
    "openrouter-ignores-max-completion-tokens": Expected(
        endpoint={"provider": "openrouter"}, sent={"max_tokens": 400}, never=("max_completion_tokens",)
    ),
    "vllm-max-tokens-beyond-the-window": Expected(
        requests=2,
        notices=(C,),
        asks={"most_tokens": 2000},
        server={"context_window": 1000},
        learnt={"window": 1000},
    ),
    "vllm-max-tokens-at-least-one": Expected(
        requests=2, notices=(C,), long=True, learnt={"window": pytest.approx(1150, rel=0.2)}
    ),
    "llamacpp-tools-want-jinja": _never("tools"),
    "ollama-ignores-strict": Expected(json=True, value={"text": "blue", "note": "not asked for"}),
    "lmstudio-refuses-json-object": Expected(
        **_AGAIN, json=True, endpoint={"provider": "deepseek"}, learnt={"json_mode": "json_schema"}
    ),
    "litellm-wraps-the-error": _never("stop"),
}
