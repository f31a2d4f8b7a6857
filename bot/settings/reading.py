"""From the text of a setting to its value; whatever is no such value raises ValueError or KeyError."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.endpoint import Weights
from bot.settings.addresses import Refused
from bot.settings.presets import PRESETS

NAME = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*")
"""What an endpoint may be called."""

_QUOTES = "\"'“”‘’` "
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_DEAREST = 100_000


def folder(text: str) -> Path:
    """A folder, `~` being one's own."""
    return Path(text).expanduser()


def on_off(text: str) -> bool:
    """on or off."""
    return {"on": True, "off": False}[text.casefold()]


def level(text: str) -> str:
    """A level of logging, as the logging module calls it."""
    if text.casefold() not in ("debug", "info", "warning", "error"):
        raise ValueError(text)
    return text.upper()


def whole(least: int, most: int) -> Callable[[str], int]:
    """Whole numbers within bounds; "50,000" and "50_000" are 50000."""

    def read(text: str) -> int:
        if re.fullmatch(r"\d{1,3}(?:[,_ ]\d{3})+", text):
            text = re.sub(r"\D", "", text)
        if not re.fullmatch(r"[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return read


def limit(most: int) -> Callable[[str], int | None]:
    """A number from 1 up, or off."""
    read = whole(1, most)
    return lambda text: None if text.casefold() == "off" else read(text)


def provider(text: str) -> str:
    """One of the presets, however it is spelt. Raises Refused with the nearest."""
    name = re.sub(r"[^a-z0-9]", "", text.casefold())
    if name in PRESETS:
        return name
    near = get_close_matches(name, list(PRESETS), 1, 0.6)
    meant = f"; did you mean {near[0]}?" if near else "."
    raise Refused(f"is no provider that I know{meant} I know {', '.join(PRESETS)}")


def model(text: str) -> str:
    """The name of a model."""
    text = text.strip(_QUOTES)
    if not text or len(text) > 300 or re.search(r"\s", text):
        raise ValueError(text)
    return text


def api_key(text: str) -> str:
    """A key, out of quotes and without the word that goes before it in a header."""
    text = re.sub(r"^(?:authorization\s*:)?\s*bearer(?:\s+|$)", "", text.strip(_QUOTES), flags=re.IGNORECASE)
    text = text.strip(_QUOTES)
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError
    return text


def bot_token(text: str) -> str:
    """A bot's token, out of quotes and without the word that goes before it in a header."""
    text = re.sub(r"^bot\s+", "", text.strip(_QUOTES), flags=re.IGNORECASE).strip(_QUOTES)
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError
    return text


def snowflake(text: str) -> int:
    """An id as Discord makes them."""
    if not re.fullmatch(r"[0-9]{15,20}", text):
        raise ValueError(text)
    return int(text)


def url(*schemes: str) -> Callable[[str], str]:
    """A URL of one of the schemes, without a slash at its end."""

    def read(text: str) -> str:
        parts = urlsplit(text.strip(_QUOTES))
        if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc or parts.port == 0:
            raise ValueError(text)
        if re.search(r"[\s{}]", text) or parts.query or parts.fragment:
            raise ValueError(text)
        return parts.geturl().rstrip("/")

    return read


def weights(text: str) -> Weights:
    """open or closed."""
    return Weights(text.casefold())


def price(text: str) -> Decimal:
    """US dollars."""
    try:
        amount = Decimal(text.removeprefix("$").strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or not 0 <= amount <= _DEAREST:
        raise ValueError(text)
    return amount


def fields(text: str) -> Mapping[str, Any]:
    """A JSON object."""
    value = json.loads(text, parse_constant=_no_number)
    if not isinstance(value, dict):
        raise ValueError(text)
    return value


def field_names(text: str) -> tuple[str, ...]:
    """Names of request fields that can be left out."""
    names = _words(text)
    if not all(map(_FIELD.fullmatch, names)) or {"messages", "model", "input"} & set(names):
        raise ValueError(text)
    return names


def endpoint_names(text: str) -> tuple[str, ...]:
    """Names of endpoints, in small letters, each once."""
    names = _words(text)
    if not all(map(NAME.fullmatch, names)):
        raise ValueError(text)
    return tuple(dict.fromkeys(name.lower() for name in names))


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\s,;]+", text))


def _no_number(name: str) -> None:
    raise ValueError(name)
