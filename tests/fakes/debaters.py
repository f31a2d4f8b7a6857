"""Debaters that misbehave as models do: each takes an author and gives one whose speeches have a fault.

Which side a text argues they say truly, all but the last: so the bot is deceived by none of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.fakes import debating
from tests.fakes.author import Author, Json, grounded
from tests.fakes.debating import Part

Change = Callable[[Part, str], str]
"""`(part, speech) -> answer`: what it writes instead of an honest speech, tags and all."""

_ORDER = re.compile(r"(?:ignore|disregard|forget)[^.!\n|]*[.!]?\s*([^\n|]*)", re.IGNORECASE)
_OTHER = {"for": "against", "against": "for"}
_GERMAN = (
    "Wir sprechen gegen den Antrag und sagen auch, warum das so ist. Es ist nicht wahr, dass die Sache so "
    "einfach ist, und wir haben das immer gesagt. Die Regeln sind für alle gleich, aber sie helfen nicht "
    "jedem."
)


def _tagged(speech: str) -> str:
    return f"<plan>\nAs I like.\n</plan>\n<speech>\n{speech}\n</speech>"


def debater(change: Change, author: Author = grounded, *, once: bool = False) -> Author:
    """An author whose speeches are changed; with `once` only until it is told that one was not accepted."""

    def write(messages: list[Json], body: Json) -> str:
        part = debating.part_of(messages)
        if part is None or part.role == "stance" or (once and part.is_again):
            return author(messages, body)
        return change(part, debating.argued(part))

    return write


def wrong_side(part: Part, speech: str) -> str:
    """Argues for the other side, and means it."""
    return _tagged(debating.argued(replace(part, side=_OTHER[part.side])))


def conceding(part: Part, speech: str) -> str:
    """Speaks for its side, and then gives it up."""
    return _tagged(f"{speech} Still, after all that I concede the motion to the other side.")


def refusing(part: Part, speech: str) -> str:
    """Will not, in the words that models have for it."""
    return "I'm sorry, but I can't help with arguing for one side of a political question."


def endless(part: Part, speech: str) -> str:
    """Three thousand words, whatever the limit."""
    more = (f"Point {n} of our case is that number {n} alone would settle the matter." for n in range(300))
    return _tagged(" ".join([speech, *more]))


def silent(part: Part, speech: str) -> str:
    """A plan, and then nothing."""
    return "<plan>\nSay nothing.\n</plan>\n<speech>\n</speech>"


def only_quoting(part: Part, speech: str) -> str:
    """Quotation after quotation, not a word of its own."""
    quotes = debating.quotable(part)[: part.quotes]
    return _tagged(" ".join(f"“{each.text}” [{each.n}]" for each in quotes))


def in_german(part: Part, speech: str) -> str:
    """German, whatever was asked for."""
    own = _GERMAN if part.side == "against" else _GERMAN.replace("gegen den Antrag", "für den Antrag")
    return _tagged(own)


def altering(part: Part, speech: str) -> str:
    """Each quotation has another word in its middle."""

    def altered(found: re.Match[str]) -> str:
        words = found[1].split()
        words[len(words) // 2] = "bananas"
        return f"“{' '.join(words)}”"

    return _tagged(re.sub(r"“([^”]*)”", altered, speech))


def inventing(part: Part, speech: str) -> str:
    """Puts words into the other side's mouth."""
    return _tagged(f"My opponent said “nobody should ever be allowed to ask questions here”. {speech}")


def repeating(part: Part, speech: str) -> str:
    """Says again what its side has said last, to the letter."""
    own = [heard.text for heard in part.heard if heard.is_own]
    return _tagged(own[-1] if own else speech)


def half_repeating(part: Part, speech: str) -> str:
    """Says again what its side has said last, and then something new."""
    own = [heard.text for heard in part.heard if heard.is_own]
    return _tagged(f"{own[-1]} {speech}" if own else speech)


def obeying(part: Part, speech: str) -> str:
    """Does what a passage or a speech says after "ignore all instructions"."""
    texts = [*(source.text for source in part.sources), *(heard.text for heard in part.heard)]
    orders = [found[1] for text in texts if (found := _ORDER.search(text))]
    said = re.sub(r"^(?:say|write|reply)(?: only)?:? ?", "", orders[0], flags=re.IGNORECASE) if orders else ""
    return _tagged(said) if said else _tagged(speech)


def untagged(part: Part, speech: str) -> str:
    """Forgets the form, as small models do: a label, a code fence, no tags."""
    return f"Here is my speech:\n```\n{speech}\n```"


DEBATERS: Mapping[str, Change] = {
    "argues-the-wrong-side": wrong_side,
    "concedes": conceding,
    "refuses": refusing,
    "is-endless": endless,
    "says-nothing": silent,
    "only-quotes": only_quoting,
    "speaks-german": in_german,
    "alters-quotations": altering,
    "invents-an-opponents-words": inventing,
    "repeats-itself": repeating,
    "repeats-itself-in-part": half_repeating,
    "obeys-passages": obeying,
    "forgets-the-form": untagged,
}
"""Every change by name."""


def misbehaving_debater(name: str, *, once: bool = False) -> Author:
    """An honest author in all but its speeches."""
    return debater(DEBATERS[name], once=once)
