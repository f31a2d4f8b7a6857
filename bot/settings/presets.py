"""What is known of providers: where they are, whether they want a key, whether their models are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.endpoint import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Defaults for one provider. `key` is the variable that its key customarily is in.

    Without a `base_url` every customer has their own; `hosts` then are what their names end in.
    """

    name: str
    title: str
    base_url: str | None = None
    hosts: tuple[str, ...] = ()
    needs_key: bool = False
    key: str | None = None
    weights: Weights | None = None

    def owns(self, host: str) -> bool:
        """Whether a host is this provider's, so that its key may go there."""
        hosts = self.hosts or ((urlsplit(self.base_url).hostname or "",) if self.base_url else ())
        return self.needs_key and any(host == own or host.endswith(f".{own}") for own in hosts)


_CLOSED = Weights.CLOSED

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="xai", title="xAI", base_url="https://api.x.ai/v1",
            needs_key=True, key="XAI_API_KEY", weights=_CLOSED,
        ),
        Preset(
            name="openai", title="OpenAI", base_url="https://api.openai.com/v1",
            needs_key=True, key="OPENAI_API_KEY", weights=_CLOSED,
        ),
        Preset(
            name="anthropic", title="Anthropic", base_url="https://api.anthropic.com/v1",
            needs_key=True, key="ANTHROPIC_API_KEY", weights=_CLOSED,
        ),
        Preset(
            name="gemini", title="Gemini", base_url="https://generativelanguage.googleapis.com/v1beta/openai",
            needs_key=True, key="GEMINI_API_KEY", weights=_CLOSED,
        ),
        Preset(
            name="mistral", title="Mistral", base_url="https://api.mistral.ai/v1",
            needs_key=True, key="MISTRAL_API_KEY",
        ),
        Preset(
            name="deepseek", title="DeepSeek", base_url="https://api.deepseek.com/v1",
            needs_key=True, key="DEEPSEEK_API_KEY",
        ),
        Preset(
            name="groq", title="Groq", base_url="https://api.groq.com/openai/v1",
            needs_key=True, key="GROQ_API_KEY",
        ),
        Preset(
            name="together", title="Together", base_url="https://api.together.xyz/v1",
            needs_key=True, key="TOGETHER_API_KEY",
        ),
        Preset(
            name="openrouter", title="OpenRouter", base_url="https://openrouter.ai/api/v1",
            needs_key=True, key="OPENROUTER_API_KEY",
        ),
        Preset(
            name="azure", title="Azure", needs_key=True,
            hosts=("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com"),
        ),
        Preset(name="ollama", title="Ollama", base_url="http://127.0.0.1:11434/v1"),
        Preset(name="lmstudio", title="LM Studio", base_url="http://127.0.0.1:1234/v1"),
        Preset(name="llamacpp", title="llama.cpp", base_url="http://127.0.0.1:8080/v1"),
        Preset(name="vllm", title="vLLM", base_url="http://127.0.0.1:8000/v1"),
        Preset(name="sglang", title="SGLang", base_url="http://127.0.0.1:30000/v1"),
        Preset(name="litellm", title="LiteLLM", base_url="http://127.0.0.1:4000/v1"),
    )
}  # fmt: skip
"""Every provider that can be named, by its name."""


def of_host(host: str) -> Preset | None:
    """The provider whose host it is."""
    return next((preset for preset in PRESETS.values() if preset.owns(host)), None)
