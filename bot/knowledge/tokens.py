"""Cuts text into the tokens that search indexes and compares: folded, stemmed words and character n-grams."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.knowledge.stems import stems_of, unaccented
from bot.knowledge.stopwords import QUESTION_PHRASES, STOP_WORDS

# Vowel signs and accents belong to the word they stand in, but `\w` knows only letters and digits.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711-\u07f3\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u08e1\u08e3-\u0963"
    "\u0981-\u09e3\u09fe-\u0a75\u0a81-\u0ae3\u0afa-\u0b63\u0b82-\u0bd7\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0d4d"
    "\u0d57-\u0d63\u0d81-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84"
    "\u0f86-\u0fbc\u0fc6\u102b-\u103e\u1056-\u109d\u135d-\u135f\u1712-\u1734\u1752-\u17d3\u17dd\u180b-\u180d"
    "\u180f-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1abd\u1abf-\u1b44\u1b6b-\u1b73\u1b80-\u1bf3\u1c24-\u1c37"
)
# Scripts without spaces between words, and Korean, whose particles stick to its words.
_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PAIRED = f"{_HAN}\u3040-\u30ff\uac00-\ud7a3"
_TRIPLED = "\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
# 1,000 and 1.000.000,50 and 3.5 are one number each; 12.05.2020 is three.
_NUMBER = r"(?<!\d[.,])(?:\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d{1,3}\.\d+)(?![.,]?\w)"

_ASCII_WORD = re.compile(rf"{_NUMBER}|[a-z0-9]+")
_WORD = re.compile(rf"{_NUMBER}|[\w{_MARKS}]+")
_PIECE = re.compile(
    rf"(?P<pairs>[{_PAIRED}]+)|(?P<triples>[{_TRIPLED}]+)|{_NUMBER}|(?:(?![{_PAIRED}{_TRIPLED}])[\w{_MARKS}])+"
)
_UNSPACED = re.compile(rf"[{_PAIRED}{_TRIPLED}]")
_IDEOGRAM = re.compile(rf"[{_HAN}]")
_COMPATIBLE = re.compile("[\ufb00-\ufdff\ufe70-\ufefc\uff01-\uffef]+")
_INNER_JOINER = re.compile("(?<=[\u0900-\u0dff])[\u200c\u200d]")
_CONTRACTION = re.compile(r"n['’]t\b|['’](?:s|d|ll|re|ve|m)\b")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HAS_HUMP = re.compile(r"[a-z][A-Z]")
_HUMPED = re.compile(r"\w*[a-z][A-Z]\w*")


def tokens(text: str, language: str | None) -> list[str]:
    """The tokens of a text in its order, as they are indexed; `language` (ISO 639-1) chooses the stemmer.

    A word in camelCase comes whole and in its parts. A run of Chinese, Japanese or Korean comes as
    overlapping pairs of characters, then, of Chinese characters, each; a run of Thai, Lao, Khmer or
    Burmese as overlapping triples.
    """
    stems = stems_of(language)
    return [stems[word] for word in words(text, language)]


def query_tokens(text: str, language: str | None) -> list[str]:
    """The tokens of a question without question words and stop words; repeats are kept.

    A question made of nothing else keeps all its tokens.
    """
    stems = stems_of(language)
    return [stems[word] for word in query_words(text, language)]


def words(text: str, language: str | None) -> list[str]:
    """The words and n-grams of a text in lower case, not stemmed yet: one for each of `tokens`."""
    lowered = _lower(text, language)
    if lowered.isascii():
        return _ASCII_WORD.findall(lowered)
    if not _UNSPACED.search(lowered):
        return _WORD.findall(lowered)
    return [gram for piece in _PIECE.finditer(lowered) for gram in _grams(piece)]


def query_words(text: str, language: str | None) -> list[str]:
    """The words of a question without question words and stop words: one for each of `query_tokens`."""
    phrases = QUESTION_PHRASES.get(language or "")
    asked = words(phrases.sub(" ", text) if phrases else text, language)
    stop = stop_words(language)
    return [word for word in asked if word not in stop] or words(text, language)


def compounds(text: str) -> dict[str, tuple[str, ...]]:
    """The words of a text in camelCase, in lower case, each with its parts, as `words` gives both."""
    return {word.casefold(): tuple(_HUMP.sub(" ", word).casefold().split()) for word in _HUMPED.findall(text)}


def token_of(word: str, language: str | None) -> str:
    """The token of one of `words`."""
    return stems_of(language)[word]


def is_gram(word: str) -> bool:
    """Whether one of `words` or `tokens` is an n-gram: a piece of a script without spaces, not a word."""
    return not word.isascii() and bool(_UNSPACED.match(word))


def is_ideogram_pair(token: str) -> bool:
    """Whether a token is a pair of Chinese characters, which are tokens themselves."""
    return len(token) == 2 and bool(_IDEOGRAM.match(token) and _IDEOGRAM.match(token, 1))


@lru_cache(maxsize=128)
def stop_words(language: str | None) -> frozenset[str]:
    """The function and question words of a language, as `words` spells them, also without their accents."""
    listed = words(STOP_WORDS.get(language or "", ""), language)
    return frozenset(listed) | frozenset(unaccented(word, language) for word in listed)


def _lower(text: str, language: str | None) -> str:
    """Lower case, one code for each letter, the parts of compounds and contractions apart."""
    if _HAS_HUMP.search(text):
        text = _HUMPED.sub(lambda found: f"{found[0]} {_HUMP.sub(' ', found[0])}", text)
    if language in ("tr", "az"):
        text = text.replace("I", "ı").replace("İ", "i")
    if not text.isascii():
        text = _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
        text = unicodedata.normalize("NFC", _INNER_JOINER.sub("", text))
    text = text.casefold().replace("_", " ")
    if language in ("en", None) and ("'" in text or "’" in text):
        return _CONTRACTION.sub(" ", text)
    return text


def _grams(piece: re.Match[str]) -> list[str]:
    run = piece[0]
    if piece["pairs"]:
        return _overlapping(run, 2) + (_IDEOGRAM.findall(run) if len(run) > 1 else [])
    return _overlapping(run, 3) if piece["triples"] else [run]


def _overlapping(run: str, size: int) -> list[str]:
    return [run[at : at + size] for at in range(max(1, len(run) - size + 1))]
