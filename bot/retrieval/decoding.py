"""Bytes of a file as text, in whatever encoding it was saved, or a word on why they are not text."""

from __future__ import annotations

import codecs
import re
import unicodedata

from bot.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What charset-normalizer may choose from: the others are near-twins of these, often taken wrongly.
_LEGACY = (
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip

_SAMPLE = 200_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LETTER_OR_INSIDE = re.compile(r"[^\W\d_ª²³¹º¼½¾µ\x00-\x7f]|(?<=[^\W\d_])[ª²³¹º¼½¾µ¡¿£¥¢©®±¶](?=[^\W\d_])")

# Letters beyond ASCII that languages of Western Europe use.
_ALPHABETS = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "äöüßéèêàçñ",
        "àâæçèéêëîïôœùûüÿ",
        "áéíñóúüçàèòï",
        "áâãàçéêíóôõúü",
        "àèéìíîòóùú",
        "åäöæøéüèàšžõ",
        "áðéíóúýþæö",
        "éëïóöüèáêçâ",
    )
)


def decode(data: bytes) -> str:
    """The text. Raises InputError where there is none, or where nobody could say how to read it."""
    if not data:
        raise InputError("That file is empty.")
    text = _decoded(data)
    if "\x00" in text or len(_CONTROL.findall(text[:_SAMPLE])) * 100 > len(text):
        raise _no_text()
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    if b"\x00" in data:
        return _utf_16(data)
    return _utf_8(data) or _western(data) or _guessed(data)


def _utf_16(data: bytes) -> str:
    """UTF-16 without a mark has zeros on one side only, never few, where its letters are not Chinese."""
    first, second = data[::2].count(0), data[1::2].count(0)
    if max(first, second) * 40 < len(data) or min(first, second) * 20 > max(first, second):
        raise _no_text()
    try:
        text = data.decode("utf-16-be" if first > second else "utf-16-le")
    except UnicodeDecodeError as error:
        raise _no_text() from error
    sample = text[:_SAMPLE]
    if sum(char >= "\u2e80" or unicodedata.category(char) == "Cn" for char in sample) * 10 > len(sample):
        raise _no_text()
    return text


def _utf_8(data: bytes) -> str | None:
    """UTF-8, also with a few broken characters where there are many good ones."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken and broken * 10 > len(text) - len(text.encode("ascii", "ignore")):
        return None
    return text


def _western(data: bytes) -> str | None:
    """Windows-1252, where the letters beyond ASCII are those of one Western language."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters = _LETTER_OR_INSIDE.findall(text[:_SAMPLE])
    most = max(sum(letter in alphabet for letter in letters) for alphabet in _ALPHABETS)
    return text if most * 100 >= len(letters) * 97 else None


def _guessed(data: bytes) -> str:
    # Imported when needed: hardly any file is.
    from charset_normalizer import from_bytes

    cut = data.rfind(b"\n", 0, _SAMPLE) + 1 or len(data)
    best = from_bytes(data if len(data) <= _SAMPLE else data[:cut], cp_isolation=list(_LEGACY)).best()
    if best is None:
        raise _unknown_encoding()
    return _strictly(data, best.encoding)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unknown_encoding() from error


def _no_text() -> InputError:
    return InputError("That is not a text file.", "I read Markdown and plain text.")


def _unknown_encoding() -> InputError:
    return InputError("I can't read the text encoding.", "Save the file as UTF-8.")
