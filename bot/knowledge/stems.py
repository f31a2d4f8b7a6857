"""Reduces a word to what its inflections share: Snowball stems by language, accents and spellings folded."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

from Stemmer import Stemmer

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
# Written or not: Hebrew points, Arabic vowel signs and tatweel, nuktas of Devanagari, Bengali, Gurmukhi.
_OPTIONAL = (*range(0x0591, 0x05C8), *range(0x064B, 0x0653), 0x0640, 0x0670, 0x093C, 0x09BC, 0x0A3C)
_SPELLINGS = {**dict.fromkeys(_OPTIONAL), ord("ё"): "е", ord("ँ"): "ं"}
_CACHED = 200_000
_LONGEST = 64


_LONG_ENOUGH = 4
_AMERICAN = {
    "licens": "licenc", "defens": "defenc", "offens": "offenc", "pretens": "pretenc", "behavior": "behaviour",
    "color": "colour", "favor": "favour", "flavor": "flavour", "honor": "honour", "labor": "labour",
    "neighbor": "neighbour", "rumor": "rumour", "center": "centr", "theater": "theatr", "analyz": "analys",
    "catalog": "catalogu", "dialog": "dialogu", "program": "programm", "artifact": "artefact",
}  # fmt: skip


class Stems(dict[str, str]):
    """The token of each word of a language, worked out when first asked for. Threads may share it."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._language = language
        self._own = threading.local()  # PyStemmer allows one thread to a stemmer

    def __missing__(self, word: str) -> str:
        token = self._token(word[:_LONGEST])
        if len(self) < _CACHED:
            self[word] = token
        return token

    def _token(self, word: str) -> str:
        if word[0].isdecimal():
            return _number(word)
        plain = word if word.isascii() else word.translate(_SPELLINGS) or word
        if self._language == "en":  # its stemmer knows no accents, those of others go by them
            plain = unaccented(plain, "en")
        stemmer = self._stemmer()
        stem = unaccented(stemmer.stemWord(plain) if stemmer else plain, self._language) or plain
        return _british(stem) if self._language == "en" else stem

    def _stemmer(self) -> Stemmer | None:
        if not hasattr(self._own, "stemmer"):
            algorithm = _ALGORITHMS.get(self._language or "")
            self._own.stemmer = Stemmer(algorithm) if algorithm else None
        stemmer: Stemmer | None = self._own.stemmer
        return stemmer


@lru_cache(maxsize=128)
def stems_of(language: str | None) -> Stems:
    """The tokens of the words of a language; without a stemmer for it, words are only folded."""
    return Stems(language)


def _british(stem: str) -> str:
    """One stem for what British and American writers spell differently."""
    if len(stem) > _LONG_ENOUGH and stem.endswith("iz"):
        return f"{stem[:-1]}s"
    return _AMERICAN.get(stem, stem)


def unaccented(word: str, language: str | None) -> str:
    """Latin and Greek letters without accents; in Vietnamese, where accents tell words apart, as it is."""
    return word if word.isascii() or language == "vi" else word.translate(_BASE_LETTERS)


def _number(word: str) -> str:
    digits = "".join(str(unicodedata.decimal(char, char)) for char in word)
    whole = _GROUPED.match(digits)
    if whole is None:
        return digits
    rest = digits[whole.end() :].replace(",", ".")
    return whole[0].replace(",", "").replace(".", "") + rest


def _base_letters() -> dict[int, str]:
    letters = {ord("ø"): "o", ord("đ"): "d", ord("ł"): "l", ord("ı"): "i", ord("æ"): "ae", ord("œ"): "oe"}
    for code in (*range(0xC0, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x2000)):
        letter = chr(code)
        parts = unicodedata.normalize("NFD", letter)
        if len(parts) > 1 and letter.isalpha():
            letters[code] = parts[0]
    return letters


_BASE_LETTERS = _base_letters()
