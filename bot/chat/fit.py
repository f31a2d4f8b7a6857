"""Splits a reply into several that each fit a message, at the gentlest places, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.chat.pieces import AT_SENTENCE, STYLED, WITHIN, Pieces, apart
from bot.chat.reply import Block, Heading, Reply

_CLOSE = 0.97  # how near to a full page the next guess aims
_SHARES = 32  # into so many shares of a page goes a run that has no gentle place at all


@dataclass(frozen=True, slots=True)
class Cost:
    """What something takes of a message: characters, and parts of whatever kind are counted."""

    text: int = 0
    parts: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.text + other.text, self.parts + other.parts)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.text - other.text, self.parts - other.parts)

    def within(self, most: Cost) -> bool:
        """Whether there is room for it."""
        return self.text <= most.text and self.parts <= most.parts

    def share(self, room: Cost) -> float:
        """How much of it goes into that room, as a share from 0 to 1."""
        return max(0.0, min(1.0, room.text / max(1, self.text), room.parts / max(1, self.parts)))


def fit(reply: Reply, cost: Callable[[Block], Cost], most: Cost) -> list[Reply]:
    """The reply in as many parts as it takes, at least one; none costs more than `most`.

    Blocks stay whole where they fit a message. Others are cut between paragraphs, items, sentences or words,
    and amid a word only where nothing else is left; a `[n]` stays whole. Headings stay with what follows.
    """
    pages = _Pages(cost, most)
    for block in reply.blocks:
        pages.add(block)
    return [replace(reply, blocks=tuple(page)) for page in pages.all()]


class _Pages:
    def __init__(self, cost: Callable[[Block], Cost], most: Cost) -> None:
        self._cost = cost
        self._most = most
        self._full: list[list[Block]] = []
        self._page: list[Block] = []
        self._left = most

    def all(self) -> list[list[Block]]:
        return [*self._full, self._page] if self._page or not self._full else self._full

    def add(self, block: Block) -> None:
        whole = self._cost(block)
        if not whole.within(self._left) and self._says_more() and whole.within(self._most):
            self._turn()
        if whole.within(self._left):
            self._put(block, whole)
        elif pieces := apart(block):
            self._add_in_pieces(pieces, pieces.letters() / max(1, whole.text))
        else:
            self._turn_all()
            self._put(block, whole)

    def _put(self, block: Block, cost: Cost) -> None:
        self._page.append(block)
        self._left -= cost

    def _says_more(self) -> bool:
        """Whether there is more on the page than headings, which go along with what comes."""
        return any(not isinstance(block, Heading) for block in self._page)

    def _turn(self) -> None:
        """A new page, with the headings that nothing has followed yet."""
        kept = len(self._page)
        while kept and isinstance(self._page[kept - 1], Heading):
            kept -= 1
        headings = self._page[kept:] if kept else []
        self._page = self._page[: len(self._page) - len(headings)]
        self._turn_all()
        for heading in headings:
            self._put(heading, self._cost(heading))

    def _turn_all(self) -> None:
        if self._page:
            self._full.append(self._page)
        self._page, self._left = [], self._most

    def _add_in_pieces(self, pieces: Pieces, density: float) -> None:
        while len(pieces):
            number = self._fitting(pieces, density)
            if not number and self._page:
                self._turn()
            elif not number and (smaller := pieces.smaller(max(1, self._most.text // _SHARES))):
                pieces = smaller
            else:
                head, pieces = pieces.cut(number or 1)
                self._put(head, self._cost(head))
                if len(pieces):
                    self._turn()

    def _fitting(self, pieces: Pieces, density: float) -> int:
        """How many pieces to put on this page: as many as fit, less some for a gentle end.

        `density` is how many letters of the block come to one character of a message.
        """
        number = self._gentle(pieces, pieces.about(int(self._left.text * density * _CLOSE)))
        while number:
            cost = self._cost(pieces.made(number))
            if cost.within(self._left):
                break
            aim = int(number * cost.share(self._left) * _CLOSE)
            number = self._gentle(pieces, min(number - 1, max(1, aim)))
        return number

    def _gentle(self, pieces: Pieces, number: int) -> int:
        """That number or somewhat fewer, for a gentle end; none where a new page would allow one."""
        if number in (0, len(pieces)):
            return number
        for least in range(max(pieces.gentle(number), AT_SENTENCE), WITHIN, -1):
            for end in _backwards(number, number * 2 // 3 if least >= AT_SENTENCE else 0):
                if pieces.gentle(end) >= least:
                    return end
            if least == STYLED:
                break
        return 0 if self._page else number


def _backwards(start: int, end: int) -> Iterator[int]:
    return iter(range(start, end, -1))
