"""Takes out of incoming text what no reader can see: controls, bidi marks, hidden instructions."""

from __future__ import annotations

import re
import unicodedata

# Controls but tab and newline; soft hyphen; bidi marks and overrides; zero-width space, word joiner,
# invisible operators; byte order mark; interlinear annotation; lone surrogates; tag characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# Joiners shape Indic and Arabic letters and emoji; anywhere else they only hide.
_STRAY_JOINER = re.compile("(?<![\u0600-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+")
_BREAK = re.compile("\r\n?|[\u0085\u2028\u2029\x0b\x0c]")


def plain(text: str) -> str:
    """The same text in NFC, lines ended by newline, without anything invisible."""
    text = _BREAK.sub("\n", text)
    return unicodedata.normalize("NFC", _STRAY_JOINER.sub("", _UNSEEN.sub("", text)))


def one_line(text: str) -> str:
    """`plain` text on a single line, white space joined."""
    return " ".join(plain(text).split())
