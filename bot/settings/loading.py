"""Reads the settings, the environment's before those of the `.env` file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from bot.errors import SettingsError
from bot.settings.declared import PREFIX, Settings, declared, keys, suffixes
from bot.settings.endpoints import endpoints_of, split, warn_of_no_place
from bot.settings.given import Given

_OURS = ("ROSTRUM_", "LLM_", "DISCORD_", "SLACK_")
_COMING = {"SLACK_BOT_TOKEN": "Slack", "SLACK_APP_TOKEN": "Slack"}
"""Keys that later versions will read, and for what; people set them in good faith already."""


def load(environment: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """The settings, the environment's before those of the `.env` file.

    Raises SettingsError with every mistake in it: key, value, where it stands, what it may be. An unknown key
    of ours is no mistake but a line in `warnings` that names the nearest right one. Secrets are in neither.
    """
    given = Given(os.environ if environment is None else environment, dotenv)
    values = {
        name: given.value(setting, setting.key)
        for name, setting in declared().items()
        if setting.key in given
    }
    values |= endpoints_of(given, values.get("fallback") or ())
    warn_of_no_place(given, discover=values.get("discover") is not False)
    unknown = list(_unknown(given))
    if given.problems:
        raise SettingsError(given.safe([*given.problems, *unknown]))
    return Settings(**values, warnings=tuple(given.safe([*unknown, *_coming(given), *given.warnings])))


def _coming(given: Given) -> Iterator[str]:
    for key, what in _COMING.items():
        if key in given:
            yield f"{key} is set, but this version has no {what} yet; it makes no difference."


def _unknown(given: Given) -> Iterator[str]:
    names = {found[0].upper() for key in given if (found := split(key))}
    for key in given:
        if not key.startswith(_OURS) or key in keys() or key in _COMING or split(key):
            continue
        family, _, rest = key.partition("_")
        known = [one for one in (*keys(), *_COMING) if one.startswith(f"{family}_")]
        rests = [one.partition("_")[2] for one in (*known, *_endpoint_keys(key, names))]
        near = get_close_matches(rest, rests, 1, 0.6)
        hint = f"Did you mean {family}_{near[0]}?" if near else f"I know {', '.join(known)}."
        yield f"I do not know the setting {key}. {hint}"


def _endpoint_keys(key: str, names: set[str]) -> Iterator[str]:
    """Keys of endpoints with a name that an unknown one may be meant for."""
    if not key.startswith(PREFIX):
        return
    for name in names:
        yield from (f"{PREFIX}{name}_{suffix}" for suffix in suffixes())
    words = re.findall(r"[^_]+", key.removeprefix(PREFIX))
    for length in range(1, len(words)):
        near = get_close_matches("_".join(words[length:]), suffixes(), 1, 0.7)
        meant = f"{PREFIX}{'_'.join(words[:length])}_{near[0]}" if near else ""
        if meant and split(meant):
            yield meant
