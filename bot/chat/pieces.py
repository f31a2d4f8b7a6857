"""Blocks taken apart into what they can be cut between, and made of some of that again."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Generic, TypeVar

from bot.chat.prose import Part, Span, parse
from bot.chat.reply import Actions, Block, Button, Fact, Facts, Heading, Prose, Quote, Source, Sources
from bot.chat.written import written

WITHIN, STYLED, AT_WORD, AT_SENTENCE, AT_PART = range(5)
"""How gently a text is cut: amid a word, amid what is marked, between words, sentences, or paragraphs."""

_WORD = re.compile(r"\S+\s*|\s+")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")
_CLOSING = "\"'”’»)]"
_IN_ROW = 5
T = TypeVar("T")


class Pieces(ABC):
    """A block taken apart."""

    @abstractmethod
    def __len__(self) -> int:
        """How many pieces are left."""

    @abstractmethod
    def letters(self) -> int:
        """How many letters they have."""

    @abstractmethod
    def about(self, letters: int) -> int:
        """How many of the first pieces have about so many letters; at least one."""

    @abstractmethod
    def gentle(self, number: int) -> int:
        """How gentle a cut before that piece is."""

    @abstractmethod
    def made(self, number: int) -> Block:
        """The block that the first pieces make."""

    @abstractmethod
    def cut(self, number: int) -> tuple[Block, Pieces]:
        """That block, and the other pieces."""

    @abstractmethod
    def smaller(self, letters: int) -> Pieces | None:
        """The same with the first piece broken up; `None` where it is one thing."""


class _Listed(Pieces, Generic[T]):
    def __init__(self, pieces: Sequence[T]) -> None:
        self.pieces = pieces

    def __len__(self) -> int:
        return len(self.pieces)

    def letters(self) -> int:
        return sum(map(self._letters, self.pieces))

    def about(self, letters: int) -> int:
        number = 0
        for piece in self.pieces:
            letters -= self._letters(piece)
            if letters < 0:
                break
            number += 1
        return max(1, number)

    def gentle(self, number: int) -> int:
        if not 0 < number < len(self.pieces):
            return AT_PART
        return self._seam(self.pieces[number - 1], self.pieces[number])

    def made(self, number: int) -> Block:
        return self._made(self.pieces[:number])

    def cut(self, number: int) -> tuple[Block, Pieces]:
        return self.made(number), self._of(self.pieces[number:])

    def smaller(self, letters: int) -> Pieces | None:
        first = self._broken(self.pieces[0], letters)
        return self._of([*first, *self.pieces[1:]]) if len(first) > 1 else None

    def _of(self, pieces: Sequence[T]) -> Pieces:
        return type(self)(pieces)

    def _letters(self, piece: T) -> int:
        return 1

    def _seam(self, before: T, after: T) -> int:
        return AT_PART

    def _broken(self, piece: T, letters: int) -> Sequence[T]:
        return [piece]

    @abstractmethod
    def _made(self, pieces: Sequence[T]) -> Block: ...


@dataclass(frozen=True, slots=True)
class _Atom:
    """A word, a citation, a piece of code: one span of a part; `first` is the one behind the marker."""

    number: int
    part: Part
    span: Span
    first: bool


class _ProsePieces(_Listed[_Atom]):
    def _letters(self, piece: _Atom) -> int:
        return len(piece.span.text)

    def _seam(self, before: _Atom, after: _Atom) -> int:
        if before.number != after.number:
            return AT_PART
        here, there = before.span, after.span
        if not (here.text[-1:].isspace() or there.text[:1].isspace()):
            return WITHIN
        if there.cites is not None or (_styles(here) == _styles(there) and any(_styles(here))):
            return STYLED
        return _between(here.text)

    def _broken(self, piece: _Atom, letters: int) -> Sequence[_Atom]:
        if piece.span.cites is not None:
            return [piece]
        return [
            replace(piece, span=replace(piece.span, text=text), first=piece.first and not number)
            for number, text in enumerate(_broken(piece.span.text, letters))
        ]

    def _made(self, pieces: Sequence[_Atom]) -> Block:
        return Prose(written(_parts(pieces)))


def _styles(span: Span) -> tuple[bool, bool]:
    return span.bold, span.italic


def _between(before: str) -> int:
    ended = before.rstrip().rstrip(_CLOSING)
    return AT_SENTENCE if ended.endswith(_SENTENCE_ENDS) else AT_WORD


def _parts(atoms: Sequence[_Atom]) -> Iterator[Part]:
    for _, group in groupby(atoms, lambda atom: atom.number):
        same = list(group)
        part = same[0].part
        spans = tuple(atom.span for atom in same)
        if part.kind == "code":
            spans = (Span(text="".join(span.text for span in spans).rstrip("\n"), code=True),)
        yield replace(part, spans=spans, marker=part.marker if same[0].first else "")


def _atoms(parts: Iterable[Part]) -> Iterator[_Atom]:
    for number, part in enumerate(parts):
        bare = replace(part, spans=())
        for place, span in enumerate(_words(part)):
            yield _Atom(number, bare, span, first=not place)


def _words(part: Part) -> Iterator[Span]:
    for span in part.spans:
        if part.kind == "code":
            texts = span.text.splitlines(keepends=True)
        elif span.code or span.cites is not None:
            texts = [span.text]
        else:
            texts = _WORD.findall(span.text)
        if len(texts) == 1:
            yield span
        else:
            yield from (replace(span, text=text) for text in texts)


def _broken(text: str, letters: int) -> list[str]:
    size = letters if letters < len(text) else max(1, len(text) // 2)
    return [text[start : start + size] for start in range(0, len(text), size)]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of plain text, where it begins there."""

    start: int
    text: str


class _PlainPieces(_Listed[_Word]):
    """The words of a quotation or of a heading."""

    def __init__(self, block: Quote | Heading, pieces: Sequence[_Word]) -> None:
        super().__init__(pieces)
        self._block = block

    def _of(self, pieces: Sequence[_Word]) -> Pieces:
        return _PlainPieces(self._block, pieces)

    def _letters(self, piece: _Word) -> int:
        return len(piece.text)

    def _seam(self, before: _Word, after: _Word) -> int:
        return _between(before.text) if before.text[-1:].isspace() else WITHIN

    def _broken(self, piece: _Word, letters: int) -> Sequence[_Word]:
        words, start = [], piece.start
        for text in _broken(piece.text, letters):
            words.append(_Word(start, text))
            start += len(text)
        return words

    def _made(self, pieces: Sequence[_Word]) -> Block:
        text = "".join(piece.text for piece in pieces)
        if isinstance(self._block, Heading):
            return Heading(text)
        start = pieces[0].start
        strong = self._block.strong and _moved(self._block.strong, start, len(text))
        return Quote(text, self._block.n, strong)


def _moved(strong: tuple[int, int], start: int, length: int) -> tuple[int, int] | None:
    begin, end = max(0, strong[0] - start), min(length, strong[1] - start)
    return (begin, end) if begin < end else None


def _plain_words(text: str) -> list[_Word]:
    return [_Word(found.start(), found[0]) for found in _WORD.finditer(text)]


class _FactPieces(_Listed[Fact]):
    def _letters(self, piece: Fact) -> int:
        return len(piece.label) + len(piece.value)

    def _broken(self, piece: Fact, letters: int) -> Sequence[Fact]:
        """Rows of the same label, each with some of the words."""
        return [replace(piece, value=value) for value in _lines(piece.value, letters * 16)]

    def _made(self, pieces: Sequence[Fact]) -> Block:
        return Facts(tuple(pieces))


def _lines(text: str, letters: int) -> list[str]:
    """A text in several, each of at most so many letters, between words where that can be."""
    letters = letters if letters < len(text) else max(1, len(text) // 2)
    lines, line = [], ""
    for word in _WORD.findall(text):
        for piece in [word] if len(word) <= letters else _broken(word, letters):
            if line and len(line) + len(piece) > letters:
                lines.append(line)
                line = ""
            line += piece
    return [*lines, line]


class _SourcePieces(_Listed[Source]):
    def _seam(self, before: Source, after: Source) -> int:
        return WITHIN if before.article == after.article else AT_PART

    def _made(self, pieces: Sequence[Source]) -> Block:
        return Sources(tuple(pieces))


class _ActionPieces(_Listed[tuple[Button, ...]]):
    def _made(self, pieces: Sequence[tuple[Button, ...]]) -> Block:
        return Actions(tuple(button for row in pieces for button in row))


def apart(block: Block) -> Pieces | None:
    """A block's pieces; `None` where it is one thing, or nothing."""
    pieces = _apart(block)
    return pieces if pieces is not None and len(pieces) else None


def _apart(block: Block) -> Pieces | None:
    match block:
        case Prose(text):
            return _ProsePieces(list(_atoms(parse(text))))
        case Quote(text) | Heading(text):
            return _PlainPieces(block, _plain_words(text))
        case Facts(rows):
            return _FactPieces(rows)
        case Sources():
            return _SourcePieces([source for same in block.by_article() for source in same])
        case Actions(buttons):
            starts = range(0, len(buttons), _IN_ROW)
            return _ActionPieces([buttons[start : start + _IN_ROW] for start in starts])
        case _:
            return None
