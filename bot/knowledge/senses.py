"""Words that say the same, or the contrary, as `senses.txt` lists them; prefixes that turn a word round."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bot.knowledge.tokens import token_of


def word_set(words: str) -> frozenset[str]:
    """The words of a list, written between spaces."""
    return frozenset(words.split())


_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis", "de")
_SHORTEST = 4
# Not what they look like: the rest of the word is another word.
_NO_PREFIX = word_set(
    "improve improvement inform information impose discover display inside under until union image interest "
    "important invest investment install instance intent intention include input income increase index "
    "indeed industry insight inspect inspection demand depart deposit design detail develop deliver describe "
    "decide deserve defend deprive delight disease district dispute discuss ill illustrate irony "
    "universe uniform unite united unit"
)
_NO_ENDING = word_set("unless nevertheless regardless nonetheless wireless")


class Sense(NamedTuple):
    """What a word stands for: a key that it shares with its contrary, and a sign that tells the two apart."""

    key: str
    sign: int


class _Senses(NamedTuple):
    forms: dict[str, Sense]
    stems: dict[str, Sense]


@lru_cache(maxsize=8)
def _senses(language: str) -> _Senses:
    """Words as listed come first; other inflections go by the first line that has their stem."""
    forms: dict[str, Sense] = {}
    stems: dict[str, Sense] = {}
    for line in Path(__file__).with_name("senses.txt").read_text(encoding="utf-8").splitlines():
        code, _, words = line.partition(" ")
        if code == language:
            for sign, side in zip((1, -1), words.split("|"), strict=False):
                for word in side.split():
                    sense = Sense(f"={words.split()[0]}", sign)
                    forms.setdefault(word, sense)
                    stems.setdefault(token_of(word, language), sense)
    return _Senses(forms, stems)


@lru_cache(maxsize=50_000)
def sense_of(form: str, language: str | None) -> Sense:
    """The sense of a word in lower case; where none is listed, its stem stands for itself."""
    language = language or "en"
    listed = _senses(language)
    stem = token_of(form, language)
    return listed.forms.get(form) or listed.stems.get(stem) or Sense(stem, 1)


@lru_cache(maxsize=50_000)
def turned_round(form: str, language: str | None) -> Sense | None:
    """The contrary sense of what is left without a negative prefix or ending (unsafe, harmless)."""
    if language not in ("en", None):
        return None
    base = _without_prefix(form) or _without_ending(form)
    if base is None:
        return None
    sense = sense_of(base, language)
    return Sense(sense.key, -sense.sign)


def _without_prefix(form: str) -> str | None:
    if form in _NO_PREFIX:
        return None
    rests = (form[len(prefix) :] for prefix in _PREFIXES if form.startswith(prefix))
    return next((rest for rest in rests if len(rest) >= _SHORTEST), None)


def _without_ending(form: str) -> str | None:
    if form in _NO_ENDING or not form.endswith("less"):
        return None
    base = form.removesuffix("less")
    return base if len(base) >= _SHORTEST else None
