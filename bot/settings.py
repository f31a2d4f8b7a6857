"""Typed settings from the environment and `.env`; all mistakes are reported at once."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from dotenv.parser import parse_stream

from bot.errors import SettingsError

_OURS = ("ROSTRUM_", "LLM_", "DISCORD_", "SLACK_")
_COMING = {
    "LLM_BASE_URL": "model endpoints",
    "LLM_MODEL": "model endpoints",
    "LLM_API_KEY": "model endpoints",
    "DISCORD_TOKEN": "Discord",
    "SLACK_BOT_TOKEN": "Slack",
    "SLACK_APP_TOKEN": "Slack",
}
"""Keys that later versions will read, and for what; people set them in good faith already."""


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _on_off(text: str) -> bool:
    return {"on": True, "off": False}[text.casefold()]


def _level(text: str) -> str:
    if text.casefold() not in ("debug", "info", "warning", "error"):
        raise ValueError(text)
    return text.upper()


def _days(text: str) -> int:
    if not 1 <= int(text) <= 3650:
        raise ValueError(text)
    return int(text)


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands beside a field: its key, how its text is read, which values it takes."""

    key: str
    read: Callable[[str], Any]
    allowed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator chose."""

    data: Annotated[Path, Setting("ROSTRUM_DATA", _folder, "a folder, such as ./data")] = Path("data")
    library: Annotated[bool, Setting("ROSTRUM_LIBRARY", _on_off, "on or off")] = True
    asks_kept_days: Annotated[
        int, Setting("ROSTRUM_ASKS_KEPT_DAYS", _days, "a number of days from 1 to 3650")
    ] = 30
    log_level: Annotated[str, Setting("ROSTRUM_LOG_LEVEL", _level, "debug, info, warning or error")] = (
        "WARNING"
    )
    warnings: tuple[str, ...] = ()


@cache
def declared() -> dict[str, Setting]:
    """Every setting by the name of its field."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items() if get_origin(hint) is Annotated}


def keys() -> list[str]:
    """Every key that settings are read from."""
    return [setting.key for setting in declared().values()]


def load(environment: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """The settings, the environment's before those of the `.env` file.

    Raises SettingsError with every mistake in it: key, value, where it stands, what it may be. An unknown key
    of ours is no mistake but a line in `warnings` that names the nearest right one.
    """
    environment = os.environ if environment is None else environment
    problems: list[str] = []
    given = {**_read(dotenv, problems), **environment}
    values = {}
    for name, setting in declared().items():
        if text := given.get(setting.key, "").strip():
            where = "the environment" if setting.key in environment else str(dotenv)
            values[name] = _value(setting, text, where, problems)
    if problems:
        raise SettingsError(problems)
    return Settings(**values, warnings=tuple(_warnings(given)))


def _read(dotenv: Path, problems: list[str]) -> dict[str, str]:
    try:
        lines = list(parse_stream(io.StringIO(dotenv.read_text(encoding="utf-8-sig"))))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problems.append(f"{dotenv} cannot be read: it is no UTF-8 text.")
        return {}
    except OSError as error:
        problems.append(f"{dotenv} cannot be read: {error.strerror}.")
        return {}
    wrong = [f"{dotenv}, line {line.original.line}: is not KEY=value." for line in lines if line.error]
    problems.extend(wrong)
    return {line.key: line.value or "" for line in lines if line.key and not line.error}


def _value(setting: Setting, text: str, where: str, problems: list[str]) -> Any:
    try:
        return setting.read(text)
    except (ValueError, KeyError, RuntimeError):
        problems.append(f"{setting.key}={text[:60]} in {where}: must be {setting.allowed}.")
        return None


def _warnings(given: Mapping[str, str]) -> list[str]:
    return [
        _warning(key, value)
        for key, value in sorted(given.items())
        if key.startswith(_OURS) and key not in keys()
    ]


def _warning(key: str, value: str) -> str:
    if key in _COMING and value:
        return f"{key} is set, but this version has no {_COMING[key]} yet; it makes no difference."
    near = get_close_matches(key, [*keys(), *_COMING], 1, 0.6)
    return f"I do not know the setting {key}. " + (
        f"Did you mean {near[0]}?" if near else f"I know {', '.join(keys())}."
    )
