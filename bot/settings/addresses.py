"""Base URLs as people write them, made one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.settings.presets import PRESETS, of_host

_QUOTES = "\"'“”‘’<>`"
_CALLS = (
    "/chat/completions", "/completions", "/embeddings", "/responses", "/models", "/api/chat", "/api/generate",
)  # fmt: skip
"""Addresses of single calls; what stands before them is meant."""
_PRIVATE_NAMES = ("localhost", ".localhost", ".local", ".lan", ".internal", ".home", ".home.arpa", ".test")
_SECURE_PORTS = (443, 8443)


class Refused(ValueError):
    """A value that cannot be taken; the words go behind the setting: "must …"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an endpoint is: `base_url` without a slash at its end, `query` for after every address."""

    base_url: str
    query: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The host's name or number."""
        return urlsplit(self.base_url).hostname or ""


def address(text: str) -> Address:
    """The address that somebody means. Raises Refused, ValueError."""
    text = text.strip(_QUOTES + " ")
    if text.casefold() in PRESETS:
        raise Refused("is no URL but a provider; name it in the setting that ends in PROVIDER instead")
    if re.search(r"\s", text):
        raise Refused("must be a URL without spaces")
    parts = _split(text)
    host = parts.hostname or ""
    netloc = parts.netloc.lower()
    if host == "0.0.0.0":  # noqa: S104  # servers show it as theirs; nobody can be reached there
        netloc = netloc.replace(host, "127.0.0.1")
    preset = of_host(host)
    is_azure = preset is not None and preset.name == "azure"
    path = _path(parts.path, is_azure=is_azure)
    return Address(base_url=f"{parts.scheme}://{netloc}{path}", query=parts.query)


def is_private(host: str) -> bool:
    """Whether a host is this machine or one in a network of one's own."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_NAMES)


def _split(text: str) -> SplitResult:
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text.lstrip("/")
    if scheme.casefold() not in ("", "http", "https"):
        raise Refused("must be an http or https URL")
    parts = urlsplit(f"{scheme.lower() or 'http'}://{rest}")
    if "@" in parts.netloc:
        raise Refused("must not hold a user name or password; a key belongs into the setting for it")
    host, port = parts.hostname or "", parts.port
    if port == 0 or not (_is_name(host) or _is_number(host)):
        raise ValueError(text)
    if scheme or is_private(host) or (port and port not in _SECURE_PORTS):
        return parts
    return parts._replace(scheme="https")


def _is_name(host: str) -> bool:
    return bool(re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.?", host)) and not host.isdigit()


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _path(path: str, *, is_azure: bool) -> str:
    path = re.sub(r"/{2,}", "/", path).rstrip("/")
    for call in _CALLS:
        # On Azure a base URL may end in /models.
        if path.casefold().endswith(call) and not (is_azure and call == "/models"):
            path = path[: -len(call)].rstrip("/")
            break
    return path or ("/openai/v1" if is_azure else "")
