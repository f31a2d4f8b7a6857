"""The numbers of a text by what they count, and whether those of two texts agree."""

from __future__ import annotations

import re

from bot.knowledge.tokens import tokens

_WORDS = dict(enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2))
_DIGITS = {word: str(number) for number, word in _WORDS.items()}
_MONTHS = re.findall(
    r"\S+", "january february march april may june july august september october november december"
)
_SPELT = re.compile(rf"\b(?:{'|'.join(_DIGITS)})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAMED = re.compile(r"\b([A-Z][\w-]*?)[ -]?(\d+(?:\.\d+)*)\b")
_NO_NAMES = frozenset([*_MONTHS, "in", "on", "by", "of", "since", "until", "the", "article"])
_UNIT = re.compile(r"(?:,? (?:and|or|to) \d+)?\s?(%|per cent\b|percent\b|[^\W\d_]+)?")
_DAY = re.compile(rf"\s(?:{'|'.join(_MONTHS)})\b", re.IGNORECASE)


MONTHS = {stem for month in _MONTHS for stem in tokens(month, "en")}
"""The stems of the months: they count, they are no names."""


def numbered_names(text: str) -> set[tuple[str, str]]:
    """Names with the number that belongs to them: ("grok", "2"), ("gpt", "2"); no months."""
    found = {(name.lower().rstrip("-").split("-")[-1], number) for name, number in _NAMED.findall(text)}
    return {(name, number) for name, number in found if name not in _NO_NAMES and len(number) < 4}


def confuses(claim: str, sentence: str) -> bool:
    """Whether a sentence speaks of a relative of what the claim names: of Grok 1.5, not of Grok 2."""
    mine, theirs = numbered_names(claim), numbered_names(sentence)
    relatives = {name for name, _ in theirs}
    return any(name in relatives and (name, number) not in theirs for name, number in mine)


def numbers_of(text: str) -> dict[str, set[str]]:
    """The numbers of a text by what they count: "year", "month", "day", "%", or the stem of a noun."""
    text = re.sub(r"\b(\d+)B\b", r"\1 billion", text)
    text = _SPELT.sub(lambda word: _DIGITS[word[0].lower()], text)
    found: dict[str, set[str]] = {}
    for match in _NUMBER.finditer(text):
        if not _is_a_name(text, match):
            found.setdefault(_counted(text, match), set()).add(match[0].replace(",", ""))
    for month in _MONTHS:
        if re.search(rf"\b{month.capitalize()}\b", text):
            found.setdefault("month", set()).add(month)
    return found


def _counted(text: str, match: re.Match[str]) -> str:
    if _DAY.match(text, match.end()):
        return "day"
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", match[0]):
        return "year"
    unit = _UNIT.match(text, match.end())
    word = unit[1] if unit else None
    if word is None or word.startswith(("%", "per")):
        return "%" if word else ""
    return (tokens(word, "en") or [""])[0]


def _is_a_name(text: str, match: re.Match[str]) -> bool:
    """Whether the number belongs to a name: GPT-2, Grok 2, Apache 2.0."""
    named = re.search(r"([\w-]*\w)[ -]$", text[: match.start()])
    return named is not None and (named[1].lower().split("-")[-1], match[0]) in numbered_names(text)


def numbers_agree(claim: str, sentence: str) -> bool | None:
    """Whether the claim's numbers stand in the sentence; `None` where it has none to compare them with."""
    mine, theirs = numbers_of(claim), numbers_of(sentence)
    everything = {number for numbers in theirs.values() for number in numbers}
    compared = [numbers <= theirs[kind] for kind, numbers in mine.items() if kind in theirs]
    unknown = [kind for kind, numbers in mine.items() if kind not in theirs and not numbers <= everything]
    if not all(compared):
        return False
    return None if unknown else True
