"""What an operator says of a model endpoint: where it is, which model, what it costs, what it is not sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

DEFAULT = "default"
"""The name of the endpoint that is set without a name of its own."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal")  # noqa: S104  # names, none to bind to


_OWN = (
    "ollama", "lmstudio", "llamacpp", "vllm", "sglang", "jan", "koboldcpp", "textgen", "dockermodelrunner",
)  # fmt: skip


class Weights(StrEnum):
    """Whether anybody may run the model, or only who made it."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One place to ask models at. `None` is "nobody said": then it is found out.

    `base_url` has no slash at its end and no `/chat/completions`. `provider` is one of the presets, or what a
    local server was recognised as, and `title` what people call that ("LM Studio"). `query` goes behind every
    address ("api-version=…"). Prices are US dollars for a million tokens. `extra` goes into every request,
    `drop` names fields that are never sent; both count more than anything that was found out.
    """

    name: str
    base_url: str
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    provider: str | None = None
    title: str = ""
    weights: Weights | None = None
    window: int | None = None
    at_once: int | None = None
    price_in: Decimal | None = None
    price_out: Decimal | None = None
    dimensions: int | None = None
    stream: bool = True
    query: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    drop: tuple[str, ...] = ()
    found: bool = False
    """Whether it was found on this machine, not set by anybody."""

    @property
    def host(self) -> str:
        """The host that sees what is asked."""
        return urlsplit(self.base_url).hostname or self.base_url

    def passes_on(self, model: str | None = None) -> bool:
        """Whether a server on this machine is known to send what it is asked on to another one."""
        name = (model or self.model or "").casefold()
        is_remote = self.provider == "litellm" or name.endswith(("-cloud", ":cloud"))
        return self.is_local and is_remote

    @property
    def sends_to(self) -> str | None:
        """Whom what is asked goes to outside this machine; `None` where it stays here, as far as we know."""
        if self.passes_on():
            return f"{self.title or self.host} here, which passes them on"
        return None if self.is_local else self.host

    @property
    def is_free(self) -> bool:
        """Whether asking it costs nothing: a server known to run its models on this machine."""
        return self.is_local and self.provider in _OWN and not self.passes_on()

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine: one call at a time, no bill, and it may take long to load."""
        return self.host in _LOOPBACK
