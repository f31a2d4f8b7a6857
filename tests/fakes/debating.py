"""A debater for the fake model: it reads the prompts of a debate and argues its side out of the passages.

`argued` writes speeches, `sided` says truly which side a text argues; `tests.fakes.author.grounded` hands
over to both. Debaters that misbehave are in `tests.fakes.debaters`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes import weighing
from tests.fakes.reading import Sentence, Source, task_of
from tests.fakes.writing import text_of

_SAID = re.compile(r"<said \w+: ([^>\n]*)>\n(.*?)</said \w+>", re.DOTALL)
_TEXT = re.compile(r"<text (\w+)>\n(.*?)</text \1>", re.DOTALL)
_ROLES = {
    "Write your opening speech": "opening",
    "Write your rebuttal": "rebuttal",
    "Answer the question": "answer",
    "Ask one question": "question",
    "Write your closing speech": "closing",
}
_REFUSED = "Your last attempt was not accepted"
_QUOTED = re.compile('[“"][^“”"]*[”"]')
_SIDES = {
    "for": re.compile(
        r"\bfor (?:the|this) motion|motion (?:holds|stands|is right)|carry (?:the|this) motion"
        r"|für den Antrag",
        re.IGNORECASE,
    ),
    "against": re.compile(
        r"\bagainst (?:the|this) motion|motion (?:fails|falls|is wrong)|reject (?:the|this) motion"
        r"|gegen den Antrag",
        re.IGNORECASE,
    ),
}
_OPENS = {
    "opening": ("We speak {side} and say why.", "Here is our case {side} in a nutshell."),
    "rebuttal": (
        "Nothing heard so far weakens the case {side}.",
        "Listen closely, and what speaks {side} only grows.",
    ),
    "answer": ("Yes, gladly, and the answer speaks {side}.", "The plain reply to that counts {side}."),
    "closing": (
        "When all is weighed, vote {side}.",
        "At the end of this evening one thing is left: vote {side}.",
    ),
}
_LINKS = (
    "The record is clear about one thing: {quote} {mark}.",
    "Consider also what was written elsewhere: {quote} {mark}.",
    "Another page adds to that: {quote} {mark}.",
    "And nobody has disputed this: {quote} {mark}.",
)
_MATTERS = {
    "for": (
        "Whoever reads that fairly will see why this motion stands.",
        "Rules that everybody can inspect make trust cheaper for all of us.",
        "A promise is worth little while nobody outside may test it.",
        "Students, small firms and public bodies gain the most from such a change.",
        "Where many eyes look, mistakes are found before they do harm.",
        "The burden that our critics fear is small beside what is won.",
        "No market stays honest when its buyers must take everything on faith.",
        "History shows that shared tools were improved faster than hoarded ones.",
        "A common standard would end a quarrel over words that has lasted years.",
        "Even those who doubt us admit that the present state pleases nobody.",
        "Ask yourselves who benefits when things stay as dark as they are.",
        "Progress of this kind was never a gift from those who held the keys.",
        "We would rather argue over evidence than over assurances.",
        "It costs a laboratory little, and it spares the public a great deal.",
        "Careful people can agree to this without agreeing on everything else.",
        "That is a modest demand, and a fair one.",
    ),
    "against": (
        "Whoever reads that fairly will see why this motion fails.",
        "A duty that sounds simple on paper can stop good work in practice.",
        "Harm that is done once cannot be called back by a later regret.",
        "Those who carry the risk should have a say in how it is taken.",
        "One strict rule for every case serves the large and punishes the small.",
        "Our opponents name the gains and leave the bill to somebody else.",
        "Caution is no vice where the facts are still coming in.",
        "There are milder remedies, and they have hardly been tried.",
        "Definitions that ask for the impossible end up being ignored by everyone.",
        "Responsibility needs an address, and this proposal removes it.",
        "Good intentions were never a substitute for a workable plan.",
        "Some knowledge spreads safely, and some of it plainly does not.",
        "A slower road that can be corrected beats a fast one that cannot.",
        "Nothing prevents willing makers from doing all this on their own.",
        "The hard cases decide whether a principle is any good, and here it breaks.",
        "That is why prudence asks you to say no tonight.",
    ),
    "neither": ("Both views deserve a hearing before anybody makes up their mind.",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A speech of the debate so far, as the prompt tells it."""

    who: str
    text: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a prompt of a debate asks for: the `role` to play, or "stance" for the side that a text argues."""

    role: str
    motion: str
    side: str = "neither"
    words: int = 150
    quotes: int = 4
    sources: tuple[Source, ...] = ()
    heard: tuple[Heard, ...] = ()
    question: str = ""
    text: str = ""
    is_again: bool = False


def part_of(messages: Sequence[Mapping[str, Any]]) -> Part | None:
    """The part in a debate that a prompt sets; `None` for any other prompt."""
    told = [text_of(each.get("content")) for each in messages]
    text = told[-1] if told else ""
    motion = _line("Motion:", text)
    if found := _TEXT.search(text):
        return Part(role="stance", motion=motion, text=_unbarred(found[2])) if "neither" in text else None
    role = next((role for words, role in _ROLES.items() if re.search(rf"^{words}", text, re.MULTILINE)), "")
    if not role or not motion:
        return None
    side = _line("You speak:", text)
    asked = re.search(r"^Question:\n((?:\|.*\n?)+)", text, re.MULTILINE)
    return Part(
        role=role,
        motion=motion,
        side="for" if side.startswith("for the") else "against" if side.startswith("against") else "neither",
        words=_number(r"at most (\d+) words", text, 150),
        quotes=_number(r"at most (\d+) of them", told[0], 4),
        sources=task_of(messages).sources,
        heard=tuple(
            Heard(
                who=who.removesuffix(" (your side)"), text=_unbarred(said), is_own=who.endswith("(your side)")
            )
            for who, said in _SAID.findall(text)
        ),
        question=_unbarred(asked[1]) if asked else "",
        is_again=_REFUSED in text,
    )


def _line(label: str, text: str) -> str:
    found = re.findall(rf"^{re.escape(label)}[ \t]*(.+)$", text, re.MULTILINE)
    return found[-1].strip() if found else ""


def _number(pattern: str, text: str, usual: int) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else usual


def _unbarred(text: str) -> str:
    return "\n".join(line.lstrip("|").strip() for line in text.splitlines())


def answered(part: Part) -> str:
    """What an honest debater of modest gifts answers."""
    if part.role == "stance":
        return json.dumps({"side": sided(part.text)})
    return f"<plan>\nArgue {part.side}, {part.role}.\n</plan>\n<speech>\n{argued(part)}\n</speech>"


def sided(text: str) -> str:
    """The side that a text argues by its own words; quoted ones are not its own."""
    own = _QUOTED.sub("", text)
    found = {side: len(signs.findall(own)) for side, signs in _SIDES.items()}
    if found["for"] == found["against"]:
        return "neither"
    return max(found, key=lambda side: found[side])


def argued(part: Part) -> str:
    """A speech for the part's side: quotations that nobody has used yet, its own words around them."""
    if part.role == "question":
        return _asked(part)
    said = " ".join(" ".join(heard.text.split()) for heard in part.heard)
    side = {"for": "for the motion", "against": "against the motion"}.get(part.side, "for neither side")
    count = sum(heard.is_own for heard in part.heard)
    lines = [_OPENS[part.role][count % 2].format(side=side)]
    if part.role == "rebuttal" and (theirs := _theirs(part, said)):
        lines.append(f"The other side said “{theirs}”, and that settles nothing at all.")
    own = [line for line in _MATTERS[part.side] if line not in said]
    quotes = [each for each in quotable(part) if each.text not in said]
    for n in range(max(0, part.quotes - 1)):
        if quotes:
            quote = quotes.pop(0)
            lines.append(_LINKS[(n + count) % 4].format(quote=f"“{quote.text}”", mark=f"[{quote.n}]"))
        lines += own[:2]
        own = own[2:]
    return " ".join(_within(lines, int(part.words * 0.9)))


def _within(lines: list[str], most: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if sum(len(each.split()) for each in [*kept, line]) <= most:
            kept.append(line)
    return kept


def quotable(part: Part) -> list[Sentence]:
    """Whole sentences of the sources that can be quoted, those nearest to the motion or question first."""
    wanted = weighing.content_of(part.question or part.motion)
    pool = [
        each
        for source in part.sources
        for each in source.sentences
        if 8 <= len(each.text.split()) <= 26 and each.text[:1].isupper() and each.text[-1:] in ".!?"
        and not set('“”"[]|') & set(each.text)
    ]  # fmt: skip
    parity = {"for": 1, "against": 0}.get(part.side, 1)
    return sorted(
        pool, key=lambda each: (each.n % 2 != parity, -len(wanted & weighing.stems_of(each.text)), each.n)
    )


def _theirs(part: Part, said: str) -> str:
    """Some words of the other side's that it did not quote itself, and that this side has not quoted yet."""
    for heard in reversed(part.heard):
        if heard.is_own:
            continue
        own = _QUOTED.sub("", heard.text)
        for line in reversed(re.split(r"(?<=[.!?])\s+", own)):
            words = line.strip().rstrip(".!?").strip()
            if len(words.split()) >= 6 and words in heard.text and f"“{words}”" not in said:
                return words
    return ""


def _asked(part: Part) -> str:
    count = sum(heard.is_own for heard in part.heard)
    what = (
        "can you name one case that proves it",
        "who pays when that goes wrong",
        "what would change your mind",
    )
    return f"You have told us much tonight; {what[count % 3]}?"
