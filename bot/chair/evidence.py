"""Reads evidence cards for a seat that nobody holds: a claim line, a verbatim quotation, its source."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.chair.cards import Card, FindsCards
from bot.chat.prose import escape
from bot.debating.format import Role, Slot
from bot.debating.lengths import count
from bot.debating.motion import PASSAGES_A_SIDE, Motion, Stance
from bot.debating.speech import Cards, Citation, Machine, Person, Speech
from bot.debating.state import DebateState, Open
from bot.errors import InputError
from bot.knowledge.article import Scope
from bot.knowledge.shorten import shorten
from bot.knowledge.tokens import query_tokens, tokens
from bot.knowledge.wording import wording
from bot.ports import Library, Search
from bot.writing.quoting import quotation

NOT_JUDGED = "evidence, side not judged"
"""Said of cards that nobody has read for what side they speak for."""
TWO_FROM = 150
"""In an opening or a closing of so many words two cards are read."""
BRIEFED = 6
"""So much evidence is told to a person who prepares."""
LEAST_QUOTE = 8
"""A quotation is cut to no fewer words to fit into a short turn."""

_SIDES = {Stance.PRO: "for", Stance.CON: "against"}


class ReadsCards:
    """Makes speeches of evidence cards, none of which is ever read twice in a debate."""

    def __init__(self, library: Library, search: Search) -> None:
        self._library = library
        self._finds = FindsCards(library, search)

    async def speech(self, scope: Scope, state: DebateState) -> Speech | None:
        """What is read for the seat at turn; `None` where nothing is left to read.

        Two cards in an opening or closing of 150 words or more, if enough remain for the turns to come, else
        one. A question that is to be answered decides which. Raises ValueError when no seat is at turn.
        """
        turn = state.turn
        if turn is None or turn.seat is None:
            raise ValueError("no seat is at turn")
        stance = state.format.side(turn.seat).stance
        left = await self._left(scope, state, stance)
        # What nobody judged is found for both sides alike, so that they share it.
        to_come = _to_come(state, turn, stance if is_judged(state.motion, stance) else None)
        read = _picked(left, turn, _role(state.slots[turn.at.slot]), to_come)
        return _read_out(read) if read else None

    async def cards(self, scope: Scope, motion: Motion, stance: Stance) -> tuple[Card, ...]:
        """All that a side could read, listed sentences first."""
        return await self._finds.cards(scope, motion, stance)

    async def unread(
        self, scope: Scope, state: DebateState, stance: Stance
    ) -> tuple[tuple[str, Citation], ...]:
        """Up to six claim lines, each with its quotation, that nobody has read yet and a side could use."""
        left = (await self._left(scope, state, stance))[:BRIEFED]
        return tuple((card.claim, _citation(n, card)) for n, card in enumerate(left, start=1))

    async def _left(self, scope: Scope, state: DebateState, stance: Stance) -> list[Card]:
        said = _Said.of(state)
        return [card for card in await self.cards(scope, state.motion, stance) if not said.has(card)]

    async def supply(self, scope: Scope, motion: Motion) -> dict[Stance, int]:
        """How many passages each of the two sides has; one that both would read counts for half."""
        pro, con = [await self.cards(scope, motion, stance) for stance in _SIDES]
        shared = sum(any(card.overlaps(one) for one in con) for card in pro)
        return {
            Stance.PRO: len(pro) - shared + (shared + 1) // 2,
            Stance.CON: len(con) - shared + shared // 2,
        }

    async def refuse_unless_supplied(self, scope: Scope, motion: Motion) -> None:
        """Raises InputError where a side has too little to stand on, NotFound for an article that is away."""
        for name in (*motion.pro.articles, *motion.con.articles):
            await self._library.article(scope, name)
        if error := lacking(await self.supply(scope, motion)):
            raise error


def lacking(supply: Mapping[Stance, int]) -> InputError | None:
    """Which side has too few passages, and what to add; `None` where both have enough."""
    short = [(name, supply[stance]) for stance, name in _SIDES.items() if supply[stance] < PASSAGES_A_SIDE]
    if not short:
        return None
    counted = " ".join(
        f"{name.capitalize()} the motion there {'is' if count == 1 else 'are'} {count} of {PASSAGES_A_SIDE} "
        "passages."
        for name, count in short
    )
    sides = " and ".join(name for name, _ in short)
    options = " and ".join(f"{name}_articles:…" for name, _ in short)
    return InputError(
        counted, f"Add articles that speak {sides} it with /articles add, or name some with {options}."
    )


def is_judged(motion: Motion, stance: Stance) -> bool:
    """Whether somebody said what speaks for that side."""
    case = motion.case(stance)
    return bool(case.listed or case.words or case.articles)


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands in the speeches so far, struck ones included."""

    sources: tuple[Citation, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, state: DebateState) -> _Said:
        speeches = [delivered.speech for delivered in state.speeches]
        sources = tuple(source for speech in speeches for source in speech.sources)
        return cls(sources, tuple(_folded(speech.text) for speech in speeches))

    def has(self, card: Card) -> bool:
        """Whether words of a card were quoted, at that place or, in another revision, as they are."""
        quoted, words = card.quoted, _folded(card.quoted.text)
        return any(words in text for text in self.texts) or any(
            (one.revision == quoted.revision and one.start < quoted.end and quoted.start < one.end)
            or _folded(one.quote) in words
            for one in self.sources
        )


def _folded(text: str) -> str:
    return f" {' '.join(word.form for word in wording(text))} "


def _role(slot: Slot) -> Role:
    return slot.role or Role.ANSWER


def _to_come(state: DebateState, turn: Open, stance: Stance | None) -> list[Role]:
    """What the seats of that stance, or all, still have to read from the same cards after this turn."""
    return [
        _role(slot)
        for slot in state.slots[turn.at.slot + 1 :]
        if any(
            stance in (None, state.format.side(seat).stance)
            and not isinstance(state.seats.get(seat), Person | Machine)
            for seat in ((slot.seat,) if slot.seat else slot.seats)
        )
    ]


def _picked(cards: Sequence[Card], turn: Open, role: Role, to_come: Sequence[Role]) -> list[Card]:
    """The cards to read now, within the turn's words."""
    two = role in (Role.OPENING, Role.CLOSING) and turn.words >= TWO_FROM
    most = 2 if two and len(cards) >= 2 + len(to_come) else 1
    room, picked = turn.words, list[Card]()
    for card in _ordered(cards, turn, role, to_come):
        if len(picked) < most and (fitted := _fitted(card, room)):
            picked.append(fitted)
            room -= fitted.words
    return picked


def _ordered(cards: Sequence[Card], turn: Open, role: Role, to_come: Sequence[Role]) -> list[Card]:
    """What somebody judged first; then what needs no cut, answers the question, is meant for such a turn."""
    answers = _answering(cards, turn.question)

    def order(at: int) -> tuple[bool, bool, float, int]:
        card = cards[at]
        fits = 0 if card.use == role else 1 if not card.use else 3 if card.use in to_come else 2
        return not card.judged, card.words > turn.words, -answers[at], fits

    return [cards[at] for at in sorted(range(len(cards)), key=order)]


def _answering(cards: Sequence[Card], question: str) -> list[float]:
    """How much of a question stands in each card; what stands in all of them tells none apart."""
    words = [set(tokens(f"{card.claim} {card.quoted.text}", card.language)) for card in cards]
    asked = [set(query_tokens(question, card.language)) if question else set[str]() for card in cards]
    seen = Counter(word for said in words for word in said)
    return [
        sum(math.log(len(cards) / seen[word] + 1) for word in said & sought)
        for said, sought in zip(words, asked, strict=True)
    ]


def _fitted(card: Card, room: int) -> Card | None:
    """The card, its quotation cut if need be; `None` where there is no room for it."""
    if card.words <= room:
        return card
    most = room - count(escape(card.claim))
    if most < LEAST_QUOTE:
        return None
    quoted = card.quoted
    start, end = shorten(card.revision.text, quoted.start, quoted.end, language=card.language, most=most)
    cut = quotation(card.revision, start, end, (), card.language)
    fitted = replace(card, quoted=cut) if cut else None
    return fitted if fitted and fitted.words <= room else None


def _read_out(cards: Sequence[Card]) -> Speech:
    return Speech(
        text="\n\n".join(f"{card.spoken} [{n}]" for n, card in enumerate(cards, start=1)),
        words=sum(card.words for card in cards),
        by=Cards(),
        sources=tuple(_citation(n, card) for n, card in enumerate(cards, start=1)),
        notes=() if all(card.judged for card in cards) else (NOT_JUDGED,),
    )


def _citation(n: int, card: Card) -> Citation:
    said, quoted = card.article.particulars, card.quoted
    return Citation(
        n=n,
        article=quoted.article,
        revision=quoted.revision,
        start=quoted.start,
        end=quoted.end,
        quote=quoted.text,
        title=said.title,
        author=said.author,
        date=said.date.isoformat() if said.date else None,
        url=said.url,
    )
