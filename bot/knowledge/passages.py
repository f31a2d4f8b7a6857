"""Splits an article into passages of about 120 words, along paragraphs, never across a heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge.sentences import sentences

TARGET = 120
"""Words that a passage aims at: at this size most answers fit into a given length of reading."""
LONGEST = 160
OVERLAP = 25
"""The last sentence of a passage also begins the next when it has no more words than this."""
_LEAST = 30
_WHOLE = 0.6

_HEADING = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_RUN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W_]+")
_PAIRED = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SPACELESS = re.compile("[\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u109f\u1780-\u17d3]")
_LONGEST_WORD = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a passage stands in its text, in code points, and the path of headings over it ("A > B")."""

    start: int
    end: int
    heading: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    size: float
    opens: bool
    """Whether a paragraph begins with it."""


def split(text: str, language: str | None = None) -> list[Span]:
    """The passages of a text, in order, without white space at their ends.

    Together they hold every word but Markdown headings (`#` lines). Passages that follow one another inside a
    paragraph share at most one sentence, of at most `OVERLAP` words; none has more than `LONGEST` words.
    """
    return [
        Span(start=pack[0].start, end=pack[-1].end, heading=heading)
        for start, end, heading in _sections(text)
        for pack in _packs(list(_pieces(text, start, end, language)))
    ]


def size(text: str) -> float:
    """The words of a text. Without spaces: two characters of Chinese or Japanese, four of Thai count as one.

    Words of no language, such as addresses, count by their length.
    """
    if text.isascii():
        counted = float(len(_WORD.findall(text)))
    else:
        paired, spaceless = len(_PAIRED.findall(text)), len(_SPACELESS.findall(text))
        spaced = _SPACELESS.sub(" ", _PAIRED.sub(" ", text)) if paired or spaceless else text
        counted = len(_spaced_words(spaced)) + paired / 2 + spaceless / 4
    return max(counted, sum(map(len, text.split())) / _LONGEST_WORD)


def _spaced_words(text: str) -> list[str]:
    return [run for run in _RUN.findall(text) if _WORD.search(run)]


def _sections(text: str) -> Iterator[tuple[int, int, str]]:
    """The stretches between headings: start, end, path of headings."""
    path: list[tuple[int, str]] = []
    begin = at = 0
    fenced = False
    for line in text.splitlines(keepends=True):
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.fullmatch(line.rstrip())
        if found:
            yield begin, at, _path(path)
            level = len(found[1])
            path = [(above, title) for above, title in path if above < level]
            path.append((level, (found[2] or "").strip()))
            begin = at + len(line)
        at += len(line)
    yield begin, len(text), _path(path)


def _path(headings: list[tuple[int, str]]) -> str:
    return " > ".join(title for _, title in headings if title)


def _pieces(text: str, start: int, end: int, language: str | None) -> Iterator[_Sentence]:
    """The sentences of a section, those too long for a passage in parts."""
    last = start
    for begin, stop in sentences(text[start:end], language):
        begin, stop = start + begin, start + stop
        opens = begin == start or bool(_BLANK_LINE.search(text, last, begin))
        for cut, until in _parts(text, begin, stop):
            yield _Sentence(cut, until, size(text[cut:until]), opens)
            opens = False
        last = stop


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if size(text[start:end]) <= TARGET:
        yield start, end
        return
    begin, until, total = start, start, 0.0
    for run_start, run_end in _runs(text, start, end):
        weight = size(text[run_start:run_end])
        if total and total + weight > TARGET:
            yield begin, until
            begin, total = run_start, 0.0
        until, total = run_end, total + weight
    yield begin, until


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands between white space, long runs in pieces that leave a character with its marks."""
    for run in _RUN.finditer(text, start, end):
        at = run.start()
        while run.end() - at > TARGET:
            cut = at + TARGET
            while cut < run.end() and unicodedata.category(text[cut]).startswith("M"):
                cut += 1
            yield at, cut
            at = cut
        if at < run.end():
            yield at, run.end()


def _packs(pieces: list[_Sentence]) -> list[list[_Sentence]]:
    packs: list[list[_Sentence]] = []
    pack: list[_Sentence] = []
    for at, piece in enumerate(pieces):
        if pack and _is_full(pack, pieces, at):
            packs.append(pack)
            pack = _carried(pack, piece)
        pack.append(piece)
    if pack:
        packs.append(pack)
    return _without_crumb(packs)


def _is_full(pack: list[_Sentence], pieces: list[_Sentence], at: int) -> bool:
    total = _total(pack)
    if total + pieces[at].size > TARGET:
        return True
    return pieces[at].opens and total >= _WHOLE * TARGET and total + _paragraph(pieces, at) > TARGET


def _paragraph(pieces: list[_Sentence], at: int) -> float:
    total = pieces[at].size
    for piece in pieces[at + 1 :]:
        if piece.opens or total > TARGET:
            break
        total += piece.size
    return total


def _carried(pack: list[_Sentence], piece: _Sentence) -> list[_Sentence]:
    last = pack[-1]
    fits = len(pack) > 1 and last.size <= OVERLAP and last.size + piece.size <= TARGET
    return [last] if fits and not piece.opens else []


def _without_crumb(packs: list[list[_Sentence]]) -> list[list[_Sentence]]:
    """A last passage of a few words joins the one before it."""
    if len(packs) > 1:
        new = [piece for piece in packs[-1] if piece not in packs[-2]]
        if _total(new) < _LEAST and _total(packs[-2]) + _total(new) <= LONGEST:
            return [*packs[:-2], packs[-2] + new]
    return packs


def _total(pack: list[_Sentence]) -> float:
    return sum(piece.size for piece in pack)
