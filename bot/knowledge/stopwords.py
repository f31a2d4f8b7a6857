"""Function words and question words by language: dropped from questions, and what tells languages apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path


def _read(name: str) -> dict[str, str]:
    """A line for each language: its code, then words; an indented line goes on with the language above it."""
    listed: dict[str, str] = {}
    code = ""
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            listed[code] += line
        elif not line.startswith("#"):
            code, words = line.split(maxsplit=1)
            listed[code] = words
    return listed


STOP_WORDS: Mapping[str, str] = _read("stopwords.txt")
"""The words of each language (ISO 639-1), between spaces."""

QUESTION_PHRASES: Mapping[str, re.Pattern[str]] = {
    code: re.compile("|".join(phrases.split())) for code, phrases in _read("questions.txt").items()
}
"""What asks in a script without spaces, to be cut out before n-grams are taken."""
