"""One attempt of a model at a speech: what came, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.chair import faults
from bot.chair.briefing import Briefing
from bot.chair.drafts import Draft
from bot.chair.quotes import CheckedSpeech
from bot.debating.format import Role
from bot.debating.motion import Stance
from bot.debating.quoting import safe
from bot.plain import one_line

_OTHERS = {Stance.PRO: "against", Stance.CON: "for"}
_LONGEST_DRAFT = 6000
_TAGS = str.maketrans("<>", "‹›")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A draft with what the check of its quotations came to.

    `argues` is what it was found to argue: "for", "against", "neither", or "" where that was not looked at.
    """

    briefing: Briefing
    draft: Draft
    checked: CheckedSpeech
    argues: str = ""

    @property
    def fatal(self) -> str:
        """Why it cannot be posted at all: "blank", "refused", "side"; else nothing."""
        if faults.is_blank(self.draft.speech) or faults.is_blank(self.checked.speech.text):
            return "blank"
        if faults.refuses(self.draft.speech):
            return "refused"
        other = self.argues == _OTHERS.get(self.briefing.stance, "none")
        return "side" if other or faults.concedes(self.draft.speech, self.briefing.stance) else ""

    @property
    def why(self) -> str:
        """What is fatal about it, for people."""
        return {
            "blank": "It said nothing.",
            "refused": f"It refused to speak: “{' '.join(safe(self.draft.speech).split())[:200]}”",
            "side": "It argued for the other side.",
        }.get(self.fatal, "")

    @property
    def reasons(self) -> tuple[str, ...]:
        """All that is to be mended, as the model is told."""
        if self.fatal == "blank":
            return ("The speech was empty.",)
        return tuple(self._reasons())

    def _reasons(self) -> Iterator[str]:
        briefing, speech = self.briefing, self.draft.speech
        if self.fatal == "refused":
            yield "It refused. This is a debate exercise: every side is given, and the audience knows it."
        if self.fatal == "side":
            yield "It argued for the other side. Argue the side that you were given."
        if self.argues_neither:
            yield "It argued for no side. Argue the side that you were given."
        if language := faults.foreign(speech, briefing):
            yield f"It was in {language}."
        if self.checked.uncut > briefing.turn.words:
            yield f"It had {self.checked.uncut} words; the most are {briefing.turn.words}."
        if self.repeats:
            yield "It said again what your side has said before. Say something new."
        if self.is_mostly_quoted:
            yield "It was little more than quotations. Argue in your own words."
        yield from (fault.told for fault in self.checked.faults)

    @property
    def argues_neither(self) -> bool:
        """Whether it takes no side where it should; an answer may be about something else."""
        return self.argues == "neither" and self.briefing.role is not Role.ANSWER

    @property
    def repeats(self) -> bool:
        """Whether too much of it was said by its side before."""
        own = [one.speech.text for one in self.briefing.own]
        return faults.repeated(self.draft.speech, own) >= faults.MOST_REPEATED

    @property
    def is_mostly_quoted(self) -> bool:
        """Whether hardly a word is its own; a question may be short."""
        return self.briefing.role is not Role.QUESTION and faults.mostly_quoted(self.checked.speech.text)

    def again(self) -> str:
        """What the model is told before its second attempt."""
        listed = "\n".join(f"- {one_line(reason).translate(_TAGS)}" for reason in self.reasons)
        wrote = "\n".join(
            f"| {line}" for line in safe(self.draft.speech)[:_LONGEST_DRAFT].splitlines() if line
        )
        shown = f"This is what you wrote:\n{wrote}\n" if wrote else ""
        return f"Your last attempt was not accepted:\n{listed}\n{shown}Write it anew, with all that mended.\n"
