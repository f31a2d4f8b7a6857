"""Leaves of a model's text the words alone: no links, mentions, tags or markup that a chat could act on."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.plain import plain

_WIDE = str.maketrans("［］＠＜＞｜｀＊＃＼【】〔〕", "[]@<>|`*#\\[][]", "\ue000\ue001\ue002\ue003")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-=_*|:]+[ \t]*){3,}$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.*)$", re.MULTILINE)
_LONGEST_HEADING = 6
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_ADDRESS = re.compile(
    r"<?\b(?:[a-z][a-z0-9+.-]{1,20}:(?=//)[^\s\[\]<>]*|mailto:[^\s\[\]<>]+|www\.[^\s\[\]<>]+"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d+)?/[^\s\[\]<>]*)(?<![.,;:!?)'\"”’»])>?",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z!@#:&?][^<>]{0,300}>", re.IGNORECASE)
_CROWD = re.compile(r"(?<!@)@+\s?(?:everyone|here|channel)\b", re.IGNORECASE)
_AT = re.compile(r"(?<!@)@+(?=\S)|:/+|\bwww\.", re.IGNORECASE)
_MARKS = re.compile(r"\*+|`+|~~+|(?<!\w)_+(?=\w)|(?<=[\w.!?,;:)])_+(?!\w)")
_QUOTE_BAR = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_BAR = re.compile(r"[ \t]*\|+[ \t]*")


def bare(text: str) -> str:
    """The words of a text, its lines kept; brackets with words in them, such as `[1]`, stay as they are.

    A link leaves its words, a mention of everybody nothing, one of somebody the name. Headings of a few words
    go, longer ones stay as sentences.
    """
    text = _RULE.sub("", _FENCE.sub("", plain(text).translate(_WIDE)))
    text = _QUOTE_BAR.sub("", _HEADING.sub(_heading, text))
    return _settled(_stripped, text)


def _heading(found: re.Match[str]) -> str:
    words = found[1].strip()
    is_sentence = len(words.split()) > _LONGEST_HEADING or words.endswith((".", "!", "?"))
    return words if is_sentence else ""


def _settled(change: Callable[[str], str], text: str) -> str:
    """Again and again, for what is left may fit together to what was taken out; each time it is shorter."""
    while (changed := change(text)) != text:
        text = changed
    return text


def _stripped(text: str) -> str:
    text = _LINK.sub(lambda found: f"[{found[1]}]" if found[1].strip().isdigit() else found[1], text)
    text = text.replace("\\", "")
    for unwanted in (_ADDRESS, _TAG, _CROWD, _AT, _MARKS):
        text = unwanted.sub("", text)
    return _BAR.sub(" ", text)
