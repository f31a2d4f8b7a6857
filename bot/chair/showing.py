"""How a speech looks in the thread: whose it is, what was said, and where each quotation comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat.prose import escape
from bot.chat.reply import Block, Heading, Prose, Quote, Source, Sources
from bot.debating.happenings import place
from bot.debating.pieces import pieces
from bot.debating.speech import Citation, Person, Speech
from bot.debating.state import DebateState, Delivered
from bot.debating.wording import credit
from bot.plain import one_line

_NUMBER = re.compile(r"\\\[(\d{1,3})\\\]")
_LIKE_A_QUOTE = re.compile(r"^(\s*(?:(?:[-*+]|\d+[.)])\s+)*)>", re.MULTILINE)


def speech(delivered: Delivered, state: DebateState) -> tuple[Block, ...]:
    """A speech as it is posted."""
    said = delivered.speech
    return (
        Heading(place(state, delivered.at, delivered.seat)),
        Prose(f"**{escape(credit(said.by))}**"),
        *_text(said),
        *([Sources(tuple(map(_source, said.sources)))] if said.sources else []),
        *(Prose(f"_{escape(one_line(note))}_") for note in said.notes),
    )


def _text(said: Speech) -> Iterator[Block]:
    for piece in pieces(said):
        if isinstance(piece, Citation):
            yield Quote(piece.quote, piece.n)
        else:
            yield Prose(_by_person(piece, said) if isinstance(said.by, Person) else _own(piece))


def _by_person(text: str, said: Speech) -> str:
    """A person's words letter by letter, so that they look like nobody else's; their `[n]` still point."""
    numbers = {str(source.n) for source in said.sources}
    return _NUMBER.sub(lambda found: f"[{found[1]}]" if found[1] in numbers else found[0], escape(text))


def _own(text: str) -> str:
    """Words in the small grammar, without what would look like a quotation and is none."""
    return _LIKE_A_QUOTE.sub(r"\1›", text)


def _source(source: Citation) -> Source:
    return Source(
        n=source.n,
        article=source.article,
        title=source.title,
        quote=source.quote,
        author=source.author,
        date=source.date,
        url=source.url,
    )


def as_data(number: int, delivered: Delivered, state: DebateState) -> Mapping[str, Any]:
    """A speech in plain values."""
    said = delivered.speech
    return {
        "turn": state.slots[delivered.at.slot].turn,
        "side": state.format.side(delivered.seat).id,
        "seat": delivered.seat,
        "speech": number,
        "by": credit(said.by),
        "text": said.text,
        "words": said.words,
        "sources": [
            {
                "n": one.n, "title": one.title, "author": one.author, "date": one.date, "url": one.url,
                "quote": one.quote, "article": one.article, "revision": one.revision,
                "start": one.start, "end": one.end,
            }
            for one in said.sources
        ],
        "notes": list(said.notes),
    }  # fmt: skip
