"""Whose words a speech says that it quotes: whether a speaker is named nearby, whether the other side is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.knowledge.written import CITATION

_OTHERS = (
    r"opponents?|opposition|proposition|affirmative|the negative|adversar(?:y|ies)|interlocutor"
    r"|(?:other|opposing|opposite) (?:side|team|bench|speakers?)|(?:for|against) the motion"
    r"|(?:first|second|third|fourth|last|previous|next) (?:speaker|speech)"
    r"|gegner\w*|gegenseite|andere seite|adversaires?|l['’]autre camp|adversari[oa]s?|oponentes?"
    r"|оппонент\w*|соперник\w*|对方|相手"
)
_OTHER = re.compile(rf"\b(?:{_OTHERS})|对方|相手", re.IGNORECASE)
_OWN = re.compile(
    r"\b(?:I|we|my|our|me|us|colleague|team-?mate|partner|ich|wir|unser\w*|mein\w*|je|nous|notre|yo|nosotros"
    r"|nuestr[oa]s?|я|мы|наш\w*)\b|我",
    re.IGNORECASE,
)
_SAYS = (
    r"(?:sa(?:id|ys?)|claim(?:s|ed)?|argue[sd]?|admit(?:s|ted)?|conced(?:e|es|ed)|told (?:us|you|this house)"
    r"|tells? us|stat(?:e|es|ed)|assert(?:s|ed)?|wr(?:ote|ites?)|put(?:s)? it|insist(?:s|ed)?|announced"
    r"|promised|declared|behauptet\w*|sagt\w*|affirm\w+|dijo|dice)"
)
_SAID_BY_OTHER = re.compile(
    rf"\b(?:{_OTHERS})\b(?:(?!\b(?:never|nothing|not)\b)[^.!?“”\"]){{0,60}}?\b{_SAYS}\b"
    r"(?:(?!\b(?:never|nothing|not|nor|about|while|whereas)\b)[^.!?“”\"]){0,25}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A speech of the debate as one may quote from it; `id` is its number there.

    `who` is how its speaker is called, `names` what else a quotation may call them; `is_own` says that it was
    given for the side that speaks now.
    """

    id: int
    text: str
    who: str
    names: tuple[str, ...] = ()
    is_own: bool = False


def said(speech: Earlier) -> Earlier:
    """The speech without its numbers in brackets, so that its words alone are compared."""
    return Earlier(
        id=speech.id,
        text=CITATION.sub("", speech.text),
        who=speech.who,
        names=speech.names,
        is_own=speech.is_own,
    )


def is_named(around: str, speech: Earlier) -> bool:
    """Whether the words around a quotation tell that this speech's speaker, or side, said it."""
    folded = around.casefold()
    if any(_stands(name.casefold(), folded) for name in (speech.who, *speech.names) if name):
        return True
    return bool((_OWN if speech.is_own else _OTHER).search(around))


def _stands(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def is_put_to_others(before: str) -> bool:
    """Whether the words right before a quotation say that the other side said it."""
    return bool(_SAID_BY_OTHER.search(before.rstrip()))
