"""What a model is told for its turn: motion, side, passages, the debate so far. Nothing about any member."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.chair.quotes import standing
from bot.debating.describing import seat_title
from bot.debating.format import Role, Slot
from bot.debating.motion import Motion, Stance
from bot.debating.quoting import safe
from bot.debating.state import DebateState, Delivered, Open
from bot.knowledge.article import Article, Passage
from bot.knowledge.language import detect, name_of
from bot.knowledge.sentences import sentences
from bot.knowledge.written import CITATION
from bot.model import Request
from bot.model import Turn as Said
from bot.plain import one_line
from bot.prompts import prompt
from bot.writing.excerpts import excerpts, fence, request_of

PURPOSE = "debate"
"""The word under which all of a debate's calls are counted."""
TOKENS_A_WORD, TOKENS_TO_PLAN = 4, 400
"""Room that a model gets for its answer: some scripts take as many tokens for a word."""

_SIDES = {Stance.PRO: "for the motion", Stance.CON: "against the motion"}
_BURDENS = {
    Stance.PRO: "that the motion holds",
    Stance.CON: "that the motion does not hold, or has not been shown to",
    Stance.NONE: "what speaks for and what against the motion",
}
_BEFORE_STOP = re.compile(r" +(?=[.,;:!?](?:\s|$))")
_TAGS = str.maketrans("<>", "‹›")


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """One turn of a model's as it stands: who speaks for which side, about what, with which passages."""

    state: DebateState
    turn: Open
    seat: str
    slot: Slot
    passages: tuple[Passage, ...]
    articles: Mapping[int, Article]

    @property
    def stance(self) -> Stance:
        """Where the side of the seat stands."""
        return self.state.format.side(self.seat).stance

    @property
    def role(self) -> Role:
        """What sort of speech it is; a question that is open is always answered."""
        if self.turn.question:
            return Role.ANSWER
        return self.slot.role or (Role.REBUTTAL if standing(self.state) else Role.OPENING)

    @property
    def language(self) -> str | None:
        """The motion's language, where it shows."""
        return detect(self.state.motion.text)

    @property
    def own(self) -> list[Delivered]:
        """What the seat's side has said so far."""
        return [one for one in standing(self.state) if _side(one.seat) == _side(self.seat)]

    def request(self, again: str = "") -> Request:
        """What the model is asked; `again` says why its last attempt was not accepted."""
        file, mark = prompt(f"debate-{self.role}"), fence()
        given = self._inputs(mark, again)
        asked = request_of(
            file,
            excerpts(self.passages, self.articles),
            **{name: given[name] for name in file.inputs},
        )
        told = self.own if self.role is Role.OPENING else standing(self.state)
        earlier = tuple(Said("user", self._fenced(one, mark)) for one in told)
        tokens = self.turn.words * TOKENS_A_WORD + TOKENS_TO_PLAN
        return replace(
            asked,
            purpose=PURPOSE,
            prompt=replace(asked.prompt, earlier=earlier),
            most_tokens=min(asked.most_tokens, tokens),
        )

    def _inputs(self, mark: str, again: str) -> dict[str, str]:
        motion = self.state.motion
        return {
            "fence": mark,
            "motion": _line(motion.text),
            "definitions": _definitions(motion),
            "side": _SIDES.get(self.stance, "for neither side"),
            "burden": _line(motion.case(self.stance).burden) or _BURDENS[self.stance],
            "duties": self._duties(),
            "question": barred(self.turn.question),
            "limits": "" if self.slot.new_arguments else "No new arguments: only what was said before.\n",
            "words": str(self.turn.words),
            "quotes": str(self.state.format.evidence.quotes_most),
            "language": name_of(self.language) if self.language else "the language of the motion",
            "again": again,
        }

    def _fenced(self, one: Delivered, mark: str) -> str:
        """A speech of the debate, by whose seat, never by a name."""
        own = " (your side)" if _side(one.seat) == _side(self.seat) else ""
        asked = f"| (asked: {_line(one.question)})\n" if one.question else ""
        opens = f"<said {mark}: {_line(seat_title(self.state.format, one.seat))}{own}>"
        return f"{opens}\n{asked}{barred(one.speech.text)}\n</said {mark}>"

    def _duties(self) -> str:
        """The beginnings of the other side's speeches since this side last spoke."""
        last = self.own[-1].seq if self.own else 0
        others = [
            one for one in standing(self.state) if one.seq > last and _side(one.seat) != _side(self.seat)
        ]
        lines = [
            f"- {seat_title(self.state.format, one.seat)}: | {_first_sentence(one.speech.text)}"
            for one in others
        ]
        return "Not answered yet:\n{}\n".format("\n".join(lines)) if lines else ""


def briefing(state: DebateState, passages: Sequence[Passage], articles: Mapping[int, Article]) -> Briefing:
    """The briefing for the turn that is open. Raises ValueError when no seat is at turn."""
    turn = state.turn
    if turn is None or turn.seat is None:
        raise ValueError("no seat is at turn")
    slot = state.slots[turn.at.slot]
    return Briefing(
        state=state, turn=turn, seat=turn.seat, slot=slot, passages=tuple(passages), articles=articles
    )


def stance_request(motion: Motion, text: str) -> Request:
    """Asks which side a text argues, without a word on which one it should."""
    file = prompt("debate-stance")
    asked = request_of(file, fence=fence(), motion=_line(motion.text), text=barred(CITATION.sub("", text)))
    schema = {
        "type": "object",
        "properties": {"side": {"type": "string", "enum": ["for", "against", "neither"]}},
        "required": ["side"],
    }
    return replace(asked, purpose=PURPOSE, schema=schema)


def barred(text: str) -> str:
    """Somebody's words as data: each line behind a bar, nothing in them that acts; numbers stay out."""
    lines = safe(CITATION.sub("", text)).translate(_TAGS).splitlines()
    tidied = (_BEFORE_STOP.sub("", line).strip() for line in lines)
    return "\n".join(f"| {line}" for line in tidied if line)


def _line(text: str) -> str:
    return one_line(text).translate(_TAGS)


def _definitions(motion: Motion) -> str:
    lines = [f"- {_line(term)}: {_line(meaning)}" for term, meaning in motion.definitions.items()]
    dated = f"Its facts are as of {_line(motion.as_of)}.\n" if motion.as_of else ""
    return ("Its terms:\n{}\n".format("\n".join(lines)) if lines else "") + dated


def _first_sentence(text: str) -> str:
    line = " ".join(safe(CITATION.sub("", text)).translate(_TAGS).split())
    spans = sentences(line)
    return line[slice(*spans[0])] if spans else line


def _side(seat: str) -> str:
    return seat.rpartition(".")[0]
