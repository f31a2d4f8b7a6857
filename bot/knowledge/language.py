"""Recognises the language of a text: by its script, then by its function words and telling letters."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from bot.knowledge.stopwords import STOP_WORDS
from bot.knowledge.tokens import words

_SAMPLE = 3_000
_SHARE = 0.08
_ENOUGH_WORDS = 100
_SIGN = 0.6
_LEAD = 1.2
"""How far the likeliest language must be ahead of the next."""

_SCRIPTS = {
    "Latin": "a-zA-Z\u00aa-\u024f\u1e00-\u1eff",
    "Cyrillic": "\u0400-\u052f",
    "Arabic": "\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0900-\u097f",
    "Hebrew": "\u0591-\u05f4",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff",
    "Kana": "\u3040-\u30ff",
    "ko": "\uac00-\ud7a3\u1100-\u11ff",
    "th": "\u0e01-\u0e4e",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "lo": "\u0e80-\u0ece",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17d3",
    "hy": "\u0530-\u058f",
}
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
# A character of these says as much as several letters of an alphabet.
_DENSITY = dict.fromkeys(("Han", "Kana", "ko", "th", "lo", "my", "km"), 3)
_KANA = 0.1
_USERS = {
    "Latin": "en de nl sv da no fi es pt fr it ca ro pl cs sk hr sl hu et lt lv tr id ms vi sw eu eo sq ga",
    "Cyrillic": "ru uk be bg sr",
    "Arabic": "ar fa ur",
    "Devanagari": "hi mr ne",
    "Hebrew": "he yi",
}
_LANGUAGES = {script: users.split() for script, users in _USERS.items()}
# Letters that hardly any other language of the same script writes.
_TELLING = {
    "de": "ßẞ",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "fr": "œèùêâûîëç",
    "ca": "·",
    "ro": "ăâșțşţ",
    "pl": "ąęłńśźż",
    "cs": "ěřů",
    "sk": "ľĺŕô",
    "hu": "őű",
    "lt": "ėįųū",
    "lv": "āēīģķļņ",
    "et": "õ",
    "tr": "ğışİ",
    "sv": "å",
    "da": "æøå",
    "no": "æøå",
    "eo": "ĉĝĥĵŝŭ",
    "vi": "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơưăâêô",
    "ru": "ыэё",
    "uk": "іїєґ",
    "be": "ўі",
    "bg": "ъ",
    "sr": "ђјљњћџ",
    "ar": "ةىيكإأ",
    "fa": "پچژگکی",
    "ur": "ٹڈڑںےہھکی",
    "mr": "ळ",
    "yi": "ײױ",
}
_TELLS = 0.4


NAMES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip
"""What people call the languages, in English."""


def name_of(language: str) -> str:
    """The English name of a language; its code where there is none here."""
    return NAMES.get(language, language)


def detect(text: str) -> str | None:
    """The ISO 639-1 code of the language that most of a text is in, or `None` where it does not show.

    Sure for a paragraph; for a few words it answers only on clear signs.
    """
    script = _script(text[:_SAMPLE])
    if script not in _LANGUAGES:
        return script
    found = words(text[:_SAMPLE], None)
    ranked = sorted(_scores(found, script).items(), key=lambda scored: -scored[1])
    if not ranked:
        return None
    (best, score), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    enough = _SHARE * min(len(found), _ENOUGH_WORDS)
    return best if score >= max(_SIGN, enough) and score >= _LEAD * second else None


def most_common(texts: Iterable[str]) -> str | None:
    """The language that most of several texts are in."""
    found = Counter(filter(None, map(detect, texts)))
    return found.most_common(1)[0][0] if found else None


def _script(text: str) -> str | None:
    """The script that most of a text is in, or the language where it is the only one in that script."""
    if text.isascii():
        return "Latin" if _LETTERS["Latin"].search(text) else None
    count = {name: len(letters.findall(text)) * _DENSITY.get(name, 1) for name, letters in _LETTERS.items()}
    han, kana = count.pop("Han"), count.pop("Kana")
    count["ja" if kana > _KANA * (han + kana) else "zh"] = han + kana
    most = max(count, key=lambda name: count[name])
    return most if count[most] else None


def _scores(found: list[str], script: str) -> dict[str, float]:
    """What speaks for each language: function words and letters, each shared among those that use it."""
    signs, letters = _signs(script)
    scores: dict[str, float] = defaultdict(float)
    for word in found:
        for language, weight in signs.get(word, {}).items():
            scores[language] += weight
        for letter in set(word) & letters.keys():
            for language in letters[letter]:
                scores[language] += _TELLS / len(letters[letter])
    return scores


@cache
def _signs(script: str) -> tuple[dict[str, dict[str, float]], dict[str, list[str]]]:
    """For each function word of a script what it says for which languages, and who writes which letter."""
    users: dict[str, list[str]] = {}
    letters: dict[str, list[str]] = {}
    for language in _LANGUAGES[script]:
        for word in set(words(STOP_WORDS.get(language, ""), None)):
            users.setdefault(word, []).append(language)
        for letter in _TELLING.get(language, ""):
            letters.setdefault(letter, []).append(language)
    signs = {word: dict.fromkeys(languages, 1 / len(languages)) for word, languages in users.items()}
    return signs, letters
