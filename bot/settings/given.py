"""What was set and where; what is wrong with it is collected here, and no secret gets out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream

from bot.settings.addresses import Refused
from bot.settings.declared import Setting

_SHOWN = 60
_LOOKS_SECRET = re.compile(
    r"(?i)\b(?:sk|pk|xai|gsk|hf|key|tgp|csk|nvapi|xox[a-z])[-_][\w-]{8,}|\bAIza[\w-]{20,}|\bbearer\s+\S+"
    r"|[A-Za-z0-9_-]{32,}"
)
_IN_URL = re.compile(r"(?<=://).*@|^(?!.*://).*@|\?.*", re.DOTALL)
"""What may be secret in a URL: user name and password, and the query."""
_SECRET_KEY = re.compile(r"(?:API_KEY|TOKEN)$")
_LEAST_SECRET = 8
"""Shorter ones are no keys but words that people write where any key will do."""


class Given:
    """The environment, and the `.env` file behind it."""

    def __init__(self, environment: Mapping[str, str], dotenv: Path) -> None:
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self._environment = environment
        self._dotenv = dotenv
        self._values = {**_read(dotenv, self.problems), **environment}

    def __contains__(self, key: str) -> bool:
        return bool(self.text(key))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(key for key in self._values if key in self))

    def text(self, key: str) -> str:
        """What a key is set to; empty where it is not."""
        return self._values.get(key, "").strip()

    def value(self, setting: Setting, key: str) -> Any:
        """The value of a key; `None` where it is not set, or is wrong, which is noted in `problems`."""
        text = self.text(key)
        if not text:
            return None
        try:
            return setting.read(text)
        except Refused as refused:
            self.wrong(key, f"{refused}", setting)
        except (ValueError, KeyError, RuntimeError):
            self.wrong(key, f"must be {setting.allowed}", setting)
        return None

    def wrong(self, key: str, what: str, setting: Setting | None = None) -> None:
        """Note a mistake: key, value, where it stands, and what is wrong."""
        secret = (setting and setting.is_secret) or _SECRET_KEY.search(key)
        text = "…" if secret else _masked(self.safe([self.text(key)])[0])[:_SHOWN]
        where = "the environment" if key in self._environment else str(self._dotenv)
        self.problems.append(f"{key}={text} in {where}: {what}.")

    def safe(self, lines: Iterable[str]) -> list[str]:
        """The same lines with every key and token that was set taken out."""
        words = {text for key in self if _SECRET_KEY.search(key) for text in _forms(self.text(key))}
        secrets = sorted((word for word in words if len(word) >= _LEAST_SECRET), key=len, reverse=True)
        return [_without(line, secrets) for line in lines]


def _forms(text: str) -> Iterator[str]:
    yield text
    for word in re.findall(r"[!-~]+", text):
        yield from (word, word.strip("\"'`"))


def _without(line: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, "…")
    return line


def _masked(text: str) -> str:
    text = _IN_URL.sub(lambda found: "…@" if found[0].endswith("@") else "?…", text)
    return _LOOKS_SECRET.sub("…", text)


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
