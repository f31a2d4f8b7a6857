"""How many tokens a text may come to, without a tokenizer: by the scripts it is written in."""

from __future__ import annotations

import re

MARGIN = 1.15
"""An estimate is taken this much larger where running over would hurt."""

_LETTERS, _DIGITS, _MARKS = r"A-Za-z", r"0-9", r"!-/:-@\[-`{-~"
# Characters to a token, as the common byte-pair vocabularies come out: letters of the scripts they were made
# from are cheap, others cost up to a token each. Spaces belong to the word behind them.
_SCRIPTS = {
    _LETTERS: 3.9,
    _DIGITS: 2.0,
    _MARKS: 1.4,
    "\n": 1.5,
    r"\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff": 1.6,  # accented Latin, Greek
    r"\u0400-\u052f": 2.2,  # Cyrillic
    r"\u0590-\u06ff\u0750-\u077f": 1.3,  # Hebrew, Arabic
    r"\u2010-\u2027": 1.25,  # dashes and quotation marks
    r"\u0900-\u109f\u1780-\u17ff": 0.95,  # the scripts of India, Thai, Burmese, Khmer
    r"\u3000-\u30ff\uac00-\ud7af\uff00-\uffef": 1.0,  # kana, Hangul, wide punctuation
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff": 0.9,  # Chinese characters
    r"\u2600-\u27bf\U0001f000-\U0001faff": 0.4,  # emoji
}
_ANY = [(re.compile(f"[{letters}]+"), per_token) for letters, per_token in _SCRIPTS.items()]
_ANY.append((re.compile(rf"[^\s{''.join(_SCRIPTS)}]+"), 0.9))
_ASCII = [*_ANY[:4], _ANY[-1]]
_MESSAGE = 6
"""Tokens that a message costs beside its text."""


def estimate(text: str) -> int:
    """About how many tokens a text has; right within a quarter for most languages."""
    runs = _ASCII if text.isascii() else _ANY
    return 1 + int(sum(sum(map(len, run.findall(text))) / per_token for run, per_token in runs))


def of_messages(texts: list[str]) -> int:
    """About how many tokens the messages of a request have."""
    return sum(estimate(text) + _MESSAGE for text in texts)
