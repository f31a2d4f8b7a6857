"""A community's word list: what nobody may write through the bot, and models may not say."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.debating.events import BOT, Actor, Asked, Event, Opened, Spoken
from bot.debating.speech import Speech
from bot.errors import InputError
from bot.knowledge.tokens import is_gram
from bot.plain import plain
from bot.ports import Communities

LEFT_OUT = "[…]"
"""Stands where a word was."""


class Words:
    """Holds what is written in a debate against the list of its community. Articles stay as they are."""

    def __init__(self, communities: Communities) -> None:
        self._communities = communities

    async def refuse(self, community: str, *texts: str) -> None:
        """Raises InputError that names the first word in a person's words that is on the list."""
        listed = (await self._communities.choices(community)).banned
        for text in texts if listed else ():
            if found := found_in(text, listed):
                raise InputError(f"That word is not allowed here: {found[0][2]}.", "Say it in other words.")

    async def refuse_in(self, community: str, actor: Actor, events: Iterable[Event]) -> None:
        """The same for what a person wrote in events; what the bot does is left alone."""
        if actor != BOT:
            await self.refuse(community, *(text for event in events for text in _written(event)))

    async def masked_speech(self, community: str, speech: Speech) -> Speech:
        """A speech without the words of the list; a note says so."""
        listed = (await self._communities.choices(community)).banned
        found = len(found_in(speech.text, listed))
        if not found:
            return speech
        note = f"{found} word{'' if found == 1 else 's'} left out that the community does not allow"
        return replace(speech, text=masked(speech.text, listed), notes=(*speech.notes, note))


def masked(text: str, listed: Sequence[str]) -> str:
    """The text with a mark in place of each listed word."""
    pieces, position = [], 0
    for start, end, _ in found_in(text, listed):
        if start >= position:
            pieces += [text[position:start], LEFT_OUT]
        position = max(position, end)
    return "".join([*pieces, text[position:]])


def found_in(text: str, listed: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where listed words stand in a text, as whole words, in order: start, end, and the word as listed.

    Neither case nor accents matter. In scripts without spaces a word is found wherever it stands.
    """
    letters = list(_folded(text)) if listed else []
    whole = "".join(letter for letter, _ in letters)
    found = []
    for word in listed:
        wanted = " ".join("".join(letter for letter, _ in _folded(plain(word))).split())
        for start in _places(whole, wanted):
            first, last = letters[start][1], letters[start + len(wanted) - 1][1]
            found.append((first, _with_marks(text, last + 1), word))
    return sorted(found, key=lambda one: (one[0], -one[1]))


def _written(event: Event) -> tuple[str, ...]:
    match event:
        case Opened(motion=motion):
            return (motion.text,)
        case Asked(text=text):
            return (text,)
        case Spoken(speech=speech):
            return (speech.text,)
        case _:
            return ()


def _places(whole: str, wanted: str) -> Iterator[int]:
    start = whole.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if is_gram(wanted) or not (_joins(whole[start - 1 : start]) or _joins(whole[end : end + 1])):
            yield start
        start = whole.find(wanted, start + 1)


def _joins(letter: str) -> bool:
    """Whether a letter beside a word makes it another word."""
    return letter != "" and unicodedata.category(letter)[0] in "LMN"


def _folded(text: str) -> Iterator[tuple[str, int]]:
    """The letters of a text in lower case without accents, each with the place it comes from.

    White space is one blank, however much there is.
    """
    for is_space, run in groupby(enumerate(text), key=lambda one: one[1].isspace()):
        for place, letter in run:
            if is_space:
                yield " ", place
                break
            yield from ((piece, place) for piece in _bare(letter))


def _bare(letter: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    return unicodedata.normalize("NFC", "".join(one for one in apart if not _is_accent(one)))


def _is_accent(letter: str) -> bool:
    """Accents of Latin, Greek and Cyrillic letters; the vowel signs of other scripts are letters."""
    return "\u0300" <= letter <= "\u036f"


def _with_marks(text: str, end: int) -> int:
    while end < len(text) and _is_accent(text[end]):
        end += 1
    return end
