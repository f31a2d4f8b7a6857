"""Exact wording: the canonical tokens in which two texts must agree, and the words that negate."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# Scripts written without spaces between words: there each character, with its marks, is a token.
_SOLID = (
    "\u0e00-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Combining marks, which `\w` leaves out: Latin, Cyrillic, Hebrew, Arabic, Indic, Thai to Khmer, and joiners.
_MARK = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a4d"
    "\u0a81-\u0acd\u0b01-\u0b57\u0b82-\u0bd7\u0c00-\u0c56\u0c81-\u0cd6\u0d00-\u0d57\u0d81-\u0df3\u0e31"
    "\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200b-\u200d\u2060"
    "\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f"
)
_MONEY = "$¢£¤¥₠-₿฿﷼￡￥＄"
_LETTER = rf"[^\W_{_SOLID}]"
_TOKEN = re.compile(
    rf"(?:(?:(?<=[^\n])[<>≤≥≠≈~±]\s?|(?<![\w.,%)\]{_MONEY}]))[-+−–﹣－＋]?(?:[{_MONEY}]\s?)?[-−]?\.?(?=\d))?"
    rf"(?:[{_SOLID}][{_MARK}]*"
    rf"|{_LETTER}(?:{_LETTER}|[{_MARK}])*(?:(?<=\d)[.,٫٬](?=\d)(?:{_LETTER}|[{_MARK}])+)*)"
    r"(?:['’ʼ＇](?:(?:t|s|re|ve|ll|d|m)\b|(?=[^\W\d_]))"
    rf"|(?<=[\d½¼¾])(?:\s?[%‰％]|[ \u00a0\u202f]?[°{_MONEY}](?!\s?\d)))?",
    re.IGNORECASE,
)
_STRAIGHT = str.maketrans("−–﹣－＋’ʼ＇", "----+'''")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f\\s]")
_NEGATIONS = frozenset(
    re.findall(
        r"\S+",
        """
        no not never without cannot nor neither none nobody nothing nowhere hardly barely
        scarcely nicht kein keine keinen keinem keiner keines nie niemals ohne weder n' ne pas
        jamais aucun aucune sans ni nul nulle nunca jamás ningún ninguna tampoco nada não nem
        nenhum nenhuma sem non senza mai né nessun nessuno nessuna niet geen nooit zonder не нет
        ни без никогда нельзя ні ані немає nigdy bez ani nikdy ikke aldrig aldri uten uden inte
        utan değil asla لا لم لن ليس ليست غير بدون دون לא אין בלי नहीं नही बिना không chẳng
        tidak bukan tanpa
        """,
    )
)
_SOLID_NEGATION = re.compile("不(?![同仅僅但断斷过過久])|[没沒無无勿莫]|未(?![来來])|非(?![常洲])|ไม่|ไร้")


class Token(NamedTuple):
    """A word, number or character in canonical form, and its span in the text, in code points."""

    form: str
    start: int
    end: int


def wording(text: str) -> list[Token]:
    """The canonical tokens of a text, in order.

    Unicode compatibility forms, case, typography, soft hyphens and all punctuation are folded away; a number
    keeps its decimal point, sign, comparison, percent sign and currency. A token is a word, the part of a
    compound between hyphens, or one character in scripts that put no spaces between words.
    """
    return [Token(_canonical(found[0]), *found.span()) for found in _TOKEN.finditer(text)]


def negates(text: str, tokens: Sequence[Token]) -> bool:
    """Whether a negation is among some successive tokens of a text, in any of about twenty languages."""
    if not tokens:
        return False
    if _SOLID_NEGATION.search(text, tokens[0].start, tokens[-1].end + 1):
        return True
    return any(
        (token.form in _NEGATIONS or token.form.endswith("n't"))
        and not (token.form == "non" and text[token.end : token.end + 1] == "-")
        for token in tokens
    )


def _canonical(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.lower()
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", word).translate(_STRAIGHT)).casefold()
