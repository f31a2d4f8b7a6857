"""Checks the quotations of a speech, whoever wrote it, against the articles and the debate so far."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.debating.describing import seat_title
from bot.debating.lengths import count
from bot.debating.misquoting import UNFOUND, Misquoted, Wrong
from bot.debating.quoting import (
    CheckedText,
    Earlier,
    Source,
    check_speech,
    quoted_in,
    shortened,
)
from bot.debating.speech import Cards, Holder, Machine, Person, Speech, Vacant
from bot.debating.state import DebateState, Delivered
from bot.errors import NotFound
from bot.knowledge.article import Passage, Scope
from bot.ports import Library, WordSearch

LOOKED_UP = 16
"""So many quotations of a speech are searched for; no format lets as many stand."""
CANDIDATES = 6
"""Passages in which the words of a quotation are looked for."""
LONGEST_QUERY = 400

_MARKED = re.compile(r"“[^“”]*”")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSpeech:
    """A speech as it would be posted, its length in words, and every quotation that has lost its marks.

    `uncut` is the length before a model's speech was cut.
    """

    speech: Speech
    words: int
    faults: tuple[Misquoted, ...] = ()
    uncut: int = 0

    @property
    def own_words(self) -> int:
        """The words that are not in quotation marks."""
        return count(_MARKED.sub(" ", self.speech.text))


class ChecksQuotes:
    """Finds the articles that a speech quotes, and leaves in quotation marks only what stands there."""

    def __init__(self, library: Library, search: WordSearch) -> None:
        self._library = library
        self._search = search

    async def checked(
        self,
        scope: Scope,
        text: str,
        state: DebateState,
        *,
        by: Holder,
        words_most: int,
        passages: Sequence[Passage] = (),
    ) -> CheckedSpeech:
        """The speech as it would be posted. Nothing stops it: what is not found only loses its marks.

        `passages` are those that its writer was shown, numbered from 1. A model's speech is cut at
        `words_most` words; of a person's it is only told how many it has.
        """
        texts = await self._texts(scope, text, state, passages)
        checked = await asyncio.to_thread(
            check_speech,
            text,
            texts,
            earlier(state, seat_of(state, by)),
            most=state.format.evidence.quotes_most,
            shown=passages,
            known=known(state),
        )
        kept = checked
        if isinstance(by, Machine) and checked.words > words_most:
            kept = await asyncio.to_thread(shortened, checked, words_most)
        notes = (
            *((f"cut at {words_most} words",) if kept is not checked else ()),
            *_notes(checked),
        )
        speech = Speech(text=kept.text, words=kept.words, by=by, sources=kept.sources, notes=notes)
        return CheckedSpeech(speech=speech, words=kept.words, faults=checked.faults, uncut=checked.words)

    async def _texts(
        self, scope: Scope, text: str, state: DebateState, passages: Sequence[Passage]
    ) -> list[Source]:
        """The revisions that may be quoted: shown ones, those quoted before, and those with like words."""
        revisions = [one.revision for one in passages]
        for quote in (await asyncio.to_thread(quoted_in, text))[:LOOKED_UP]:
            found = await self._search.find(scope, quote[:LONGEST_QUERY], limit=CANDIDATES)
            revisions += [hit.passage.revision for hit in found.hits]
        revisions += [source.revision for one in state.speeches for source in one.speech.sources]
        texts = [await self._source(scope, revision) for revision in dict.fromkeys(revisions)]
        return [text for text in texts if text is not None]

    async def _source(self, scope: Scope, revision: int) -> Source | None:
        """`None` for one that has been removed since it was shown or quoted."""
        try:
            return Source.of(await self._library.revision(scope, revision))
        except NotFound:
            return None


def seat_of(state: DebateState, by: Holder) -> str | None:
    """The seat that a holder speaks for: the one at turn if it is theirs, else the first of theirs."""
    own = [seat for seat, holder in state.seats.items() if holder == by]
    if state.turn and state.turn.seat and (state.turn.seat in own or not own):
        return state.turn.seat
    return own[0] if own else None


def standing(state: DebateState) -> list[Delivered]:
    """The speeches that count: those that nobody has struck."""
    return [one for one in state.speeches if one.struck is None]


def earlier(state: DebateState, seat: str | None) -> list[Earlier]:
    """The speeches that may be quoted, as whoever holds a seat sees them."""
    own = _side(seat)
    return [
        Earlier(
            id=one.seq,
            text=one.speech.text,
            who=seat_title(state.format, one.seat),
            names=(state.format.side(one.seat).label, *_names(one.speech.by)),
            is_own=_side(one.seat) == own,
        )
        for one in standing(state)
    ]


def known(state: DebateState) -> list[str]:
    """Words that everybody has before them and may repeat: the motion, its terms, the questions."""
    motion = state.motion
    terms = [f"{term} {meaning}" for term, meaning in motion.definitions.items()]
    questions = [one.question for one in state.speeches if one.question]
    asked = [state.turn.question] if state.turn and state.turn.question else []
    burdens = [case.burden for case in (motion.pro, motion.con) if case.burden]
    return [motion.text, *terms, *motion.definitions, *burdens, *questions, *asked]


def _side(seat: str | None) -> str | None:
    return seat.rpartition(".")[0] if seat else None


def _names(holder: Holder) -> tuple[str, ...]:
    match holder:
        case Person(name=name):
            return (name,)
        case Machine(endpoint=endpoint, model=model):
            return tuple(filter(None, (model, endpoint)))
        case Cards() | Vacant():
            return ()


def _notes(checked: CheckedText) -> tuple[str, ...]:
    """What was done to quotations, for people."""
    wrong = [fault.wrong for fault in checked.faults]
    unfound = sum(one in UNFOUND for one in wrong)
    counted = (
        (unfound, "not word for word, marks taken away"),
        (wrong.count(Wrong.TOO_MANY), "too many, marks taken away"),
        (wrong.count(Wrong.REPEATED), "repeated, marks taken away"),
        (wrong.count(Wrong.UNATTRIBUTED), "from this debate without saying whose, marks taken away"),
    )
    return tuple(f"{n} quotation{'' if n == 1 else 's'} {what}" for n, what in counted if n)
