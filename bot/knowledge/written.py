"""Takes apart what a model wrote: its sentences, the numbers that they cite, the words in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.knowledge.bare import bare
from bot.knowledge.sentences import marker, sentences

SENTINEL = "NOT_IN_SOURCES"
"""What a model is told to write when the passages do not answer."""

_SENTINEL = re.compile(
    r"\bNOT[\s_-]+IN[\s_-]+(?:THE[\s_-]+)?SOURCES?\b|(?i:\bnot[\s-]*_[\s_-]*in[\s_-]+sources?\b)"
    r"|(?i:\bnot[\s-]+in[\s-]*_[\s_-]*sources?\b)"
)
_NUMBERS = r"\d{1,9}(?:\s*(?:[,;&/]|and|[-–—])\s*\d{1,9})*"
_NAMED = r"(?:\^|#|(?:sources?|src|docs?|documents?|passages?|s|n)\s*[:#=_]?\s*)?"
CITATION = re.compile(rf"(?<!\[)\[+\s*{_NAMED}({_NUMBERS})\s*(?:†[^\[\]]*)?\]+", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-–—]\s*(\d+)|(\d+)")
PLACEHOLDER = re.compile(
    r"(?<!\[)\[+\s*(?:source[_ ]?id|sources?|citation(?: needed)?|n|id|number|ref)\s*\]+", re.IGNORECASE
)
_PHRASE = re.compile(
    r"(?P<opens>^|\n|(?<=[.!?])\s+)?\b(?:according to"
    r"|as (?:stated|noted|reported|mentioned|described|shown|said|seen) (?:in|by)|see|per|in|from|by)"
    r"\s+(?:the\s+)?(?:(?:sources?|passages?|documents?)\s+)?"
    rf"(?P<cited>{CITATION.pattern}(?:[\s,;]*{CITATION.pattern})*)\s*,?\s*(?P<next>\w?)",
    re.IGNORECASE,
)
_THE_SOURCE = re.compile(rf"\b(the\s+)?(source|passage|document)s?\s+(?={CITATION.pattern})", re.IGNORECASE)
_LINE_OPENS = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•–]|\d{1,3}[.)])?[ \t]*$")

# A straight mark opens behind anything but a letter or number and closes before anything but one.
_PAIRS = ("“”", "„“”", "«»", "»«", "‹›", "「」", "『』", "《》", "〝〞〟")
_QUOTED = re.compile(
    "|".join(
        [
            *(rf"{pair[0]}([^{pair}\n]{{1,1000}})[{pair[1:]}]" for pair in _PAIRS),
            r'(?<![^\W_])"([^"\n]{1,1000})"(?![^\W_])',
            r"(?<![\w’'])‘((?:[^‘’\n]|(?<=\w)’(?=\w)){1,1000})’(?!\w)",
            r"(?<![\w'’])'((?:[^'\n]|(?<=\w)'(?=\w)){1,1000})'(?!\w)",
        ]
    )
)
_OMISSION = re.compile(r"[\[(]\s*(?:\.{3}|…)\s*[\])]")
_BRACKETS = str.maketrans("[]", "()")
_EMPTY = re.compile(r"\(\s*[,;]*\s*\)")
_BEFORE_STOP = re.compile(r"(?:\s|,(?=\s*[.!?…]))+(?=[,.;:!?)…](?:\s|$))")
_MOST = 99
_OPEN, _SHUT, _LEADS, _KEPT = "\ue000", "\ue001", "\ue002", "\ue003"
_NO_BRACKETS = str.maketrans("", "", "[]")
_DOUBLE_MARKS = re.compile("[\"“”„‟«»‹›「」『』《》〝〞〟＂]|''")
_SINGLE_MARKS = re.compile(r"(?<!\w)['‘‚‛](?=\S)|(?<=[^\s\w])['’‘](?!\w)|(?<=\w)['’](?=[\s.,;:!?)]|$)|‘")
_OF_MANY = re.compile(r"(?<=[sxz])['’](?=\s\w)")
_HALF = re.compile(
    r"!?\[[^\[\]\n]*\]\([^()\n]*$|!?\[[^\[\]\n]*$|<(?:/?[a-z!@#:&?][^<>\n]{0,300})?$|\b(?:https?|www)\b\S*$|@\w*$",
    re.IGNORECASE,
)
_LONGEST_TAIL = 30
_BEGINNING = re.compile(r"\bn", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s_-]+")
_LABEL = re.compile(r"(?:answer|sources?|references?|quotes?|citations?)\s*:\s*", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One sentence of an answer: its words, quotation marks still around them, and the numbers it cites."""

    text: str
    cites: tuple[int, ...]


class Quotation(NamedTuple):
    """Words in quotation marks, and where they stand, with the marks."""

    words: str
    start: int
    end: int


class _Mark(NamedTuple):
    """A citation that was taken out: where, what it cites, and whether it belongs to what follows."""

    at: int
    cites: tuple[int, ...]
    leads: bool


def sentinel(text: str) -> int | None:
    """Where in a bare text the sentinel begins, whatever joins its words; `None` without one."""
    found = _SENTINEL.search(text)
    return found.start() if found else None


def cited(group: str) -> tuple[int, ...]:
    """The numbers of one citation: `1`, `1, 2`, `1-3`."""
    numbers: list[int] = []
    for first, last, single in _RANGE.findall(group):
        low, high = (int(first), int(last)) if first else (int(single), int(single))
        numbers += range(low, min(high, low + 99) + 1)
    return tuple(numbers)


def quotations(text: str) -> list[Quotation]:
    """The stretches of a text in quotation marks of any kind, in order."""
    return [
        Quotation(next(words for words in found.groups() if words is not None), *found.span())
        for found in _QUOTED.finditer(text)
    ]


def unquoted(text: str) -> str:
    """A text without any quotation marks; an apostrophe stays."""
    kept = _OF_MANY.sub(_KEPT, text)
    return _SINGLE_MARKS.sub("", _DOUBLE_MARKS.sub("", kept)).replace(_KEPT, "’")


def taken_apart(answer: str, sources: int, language: str | None = None) -> list[Written]:
    """The sentences of a bare answer, each with those of the numbers 1 to `sources` that it cites.

    A number belongs to the sentence it stands in or behind; where it opens a line, to the one that follows.
    """
    text, marks = _without_citations(PLACEHOLDER.sub("", answer))
    spans = _whole(text, sentences(text, language))
    numbers: list[dict[int, None]] = [{} for _ in spans]
    for mark in marks if spans else ():
        at = _owner(mark, spans)
        numbers[at].update(dict.fromkeys(number for number in mark.cites if 1 <= number <= sources))
    tidied = [_tidy(text[start + marker(text[start:end]) : end]) for start, end in spans]
    return [
        Written(text=words, cites=tuple(cites))
        for words, cites in zip(tidied, numbers, strict=True)
        if _LETTER.search(words)
    ]


def plain_draft(text: str) -> str:
    """A text that is still being written, and unchecked, as it may be shown meanwhile.

    Without quotation marks, links, mentions and markup; numbers in brackets from 1 to 99 stay, one to a
    bracket. What is only half written, and anything that may become the sentinel, is held back.
    """
    words = _before_sentinel(bare(_HALF.sub("", text)))
    words = PLACEHOLDER.sub("", words)
    words = CITATION.sub(lambda found: "".join(_marked(n) for n in cited(found[1]) if 1 <= n <= _MOST), words)
    words = unquoted(words).translate(_NO_BRACKETS).replace(_OPEN, "[").replace(_SHUT, "]")
    lines = (_BEFORE_STOP.sub("", " ".join(line.split())) for line in words.splitlines())
    return "\n".join(filter(None, lines))


def _marked(number: int) -> str:
    return f"{_OPEN}{number}{_SHUT}"


def _before_sentinel(text: str) -> str:
    """The text up to the sentinel, or up to what may be the beginning of it at the end."""
    end = sentinel(text)
    if end is not None:
        return text[:end]
    start = max(0, len(text) - _LONGEST_TAIL)
    for found in _BEGINNING.finditer(text, start):
        if SENTINEL.startswith(_BETWEEN.sub("_", text[found.start() :]).upper().rstrip("_")):
            return text[: found.start()]
    return text


def _without_citations(text: str) -> tuple[str, list[_Mark]]:
    text = _PHRASE.sub(_without_phrase, _THE_SOURCE.sub(_the_source, text))
    kept, marks, last = "", [], 0
    for found in CITATION.finditer(text):
        kept += text[last : found.start()]
        leads = bool(_LINE_OPENS.search(kept)) or kept.endswith(_LEADS)
        kept = kept.removesuffix(_LEADS)
        last = found.end()
        following = text[last : last + 1]
        kept = kept if leads else kept.rstrip(" \t")
        marks.append(_Mark(len(kept), cited(found[1]), leads))
        if following and not following.isspace() and _LETTER.match(following) and not leads:
            kept += " "
    return kept + text[last:], _leading(text, marks)


def _the_source(found: re.Match[str]) -> str:
    """ "Source [1] says" becomes "The source [1] says"."""
    opens = found[0][:1].isupper()
    return f"{'The' if opens else 'the'} {found[2].lower()} "


def _without_phrase(found: re.Match[str]) -> str:
    """ "According to [1], it was" becomes "[1] It was", with a mark that it belongs to what follows."""
    if found["opens"] is None and found.start() > 0:
        return f"{found['cited']} {found['next']}"
    following = found.string[found.end() : found.end() + 1]
    first = found["next"] if following.isupper() else found["next"].upper()
    return f"{found['opens'] or ''}{_LEADS}{found['cited']} {first}"


def _leading(text: str, marks: list[_Mark]) -> list[_Mark]:
    """Where an answer on one line begins with a number and ends without one, each number leads."""
    last = max((found.end() for found in CITATION.finditer(text)), default=0)
    ends_bare = bool(_LETTER.search(text, last))
    if len(marks) > 1 and marks[0].leads and "\n" not in text.strip() and ends_bare:
        return [mark._replace(leads=True) for mark in marks]
    return marks


def _whole(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences joined where a quotation runs on over the end of one."""
    quoted = [(found.start, found.end) for found in quotations(text)]
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and any(begin < joined[-1][1] < stop and begin < start < stop for begin, stop in quoted):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _owner(mark: _Mark, spans: Sequence[tuple[int, int]]) -> int:
    if mark.leads:
        return next((at for at, (_, end) in enumerate(spans) if end > mark.at), len(spans) - 1)
    return max((at for at, (start, _) in enumerate(spans) if start < mark.at), default=0)


def _tidy(text: str) -> str:
    text = _EMPTY.sub("", _OMISSION.sub("…", text).translate(_BRACKETS).replace(_LEADS, ""))
    words = _BEFORE_STOP.sub("", " ".join(text.split())).strip(" ,;-–—")
    found = _LABEL.match(words)
    return words[found.end() :] if found else words
