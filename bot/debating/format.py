"""How a debate runs: sides, turns in order, their time and length. Formats are data (`formats/*.toml`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bot.debating.motion import Stance

CHAT_PACE = 50
"""Words a minute where people type."""
MOST_WORDS = 350
"""A speech at the chat pace has at most so many."""


class Kind(StrEnum):
    """What sort of turn it is."""

    VOTE = "vote"
    SPEECH = "speech"
    CROSS = "cross"
    DISCUSSION = "discussion"
    QUESTIONS = "questions"
    PREP = "prep"
    JUDGE = "judge"


class Pace(StrEnum):
    """How long speeches are: for a chat (50 words a minute, 350 at most), or by the book."""

    CHAT = "chat"
    FULL = "full"


class Prompts(StrEnum):
    """Who puts the questions of a discussion: the moderator, or the motion itself, to press each side."""

    MODERATOR = "moderator"
    PRESSURE = "pressure"


class Decide(StrEnum):
    """What decides a debate."""

    SWING = "swing"
    FINAL = "final"
    JUDGE = "judge"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side; its seats are `<id>.1` to `<id>.<seats>`."""

    id: str
    label: str
    stance: Stance
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One thing tried when nobody speaks.

    `what` is "wait" (so many `seconds`), "teammate", "substitute_list", "llm_stand_in", "skip" or "forfeit".
    """

    what: str
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The times that hold for every turn. `prep_pool_s` is a side's own time to prepare, when asked for."""

    words_per_minute: int = 130
    async_window_s: int = 12 * 3600
    warn_at: tuple[Fraction, ...] = (Fraction(1, 2), Fraction(9, 10))
    grace_s: int = 30
    extensions: int = 1
    prep_pool_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voting:
    """How the audience votes. `pre_s` and `post_s` are how long the ballots are open; 0: there is none."""

    options: tuple[str, ...] = ("for", "against", "undecided")
    pre_s: int = 0
    post_s: int = 0
    decide: Decide = Decide.SWING
    quorum: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """What holds for quotations: at most so many a speech, and so many passages for a model's turn."""

    cite: str = "required"
    quotes_most: int = 4
    passages: int = 8


class Role(StrEnum):
    """What is to be said in a slot; names the prompt that a model gets and the use of listed sentences."""

    OPENING = "opening"
    REBUTTAL = "rebuttal"
    ANSWER = "answer"
    QUESTION = "question"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One thing that happens in a running debate, in order; turns of several seats are several slots.

    `seat` speaks; it is `None` for the audience's questions and for time to prepare, which are windows.
    `turn` is the turn it belongs to, `title` what people call it ("Opening"). `seconds` and `words` are its
    time and length at the debate's pace. In a QUESTIONS slot every question is answered by a seat of the side
    asked, then as long by one of the other side: `seats` are who may, `seconds` the window, `answer_s` and
    `words` hold for an answer. A slot that answers something put by nobody's seat has `prompts`. Slots of one
    discussion that get the same question share their `round`.
    """

    index: int
    turn: str
    title: str
    kind: Kind
    role: Role | None = None
    seat: str | None = None
    seats: tuple[str, ...] = ()
    seconds: int
    words: int = 0
    answer_s: int = 0
    new_arguments: bool = True
    prompts: Prompts | None = None
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One `[[turn]]` of a format file."""

    id: str
    title: str
    kind: Kind
    role: Role | None = None
    seats: tuple[str, ...] = ()
    asker: str = ""
    answerer: str = ""
    minutes: Fraction = Fraction(0)
    answer_minutes: Fraction = Fraction(0)
    question_s: int = 0
    questions: int = 0
    new_arguments: bool = True
    ballot: str = ""
    prompts: Prompts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format as its file says.

    `text` is that file, kept with every debate that runs by it, `hash` its SHA-256; `judged` says whether a
    judge is foreseen.
    """

    id: str
    name: str
    about: str
    sources: tuple[str, ...]
    sides: tuple[Side, ...]
    clock: Clock
    absence: tuple[Rung, ...]
    voting: Voting
    evidence: EvidenceRules
    judged: bool
    allow_unequal: bool
    text: str
    hash: str
    turns: tuple[Turn, ...]
    notes: tuple[str, ...] = ()
    """What the file asks for that no debate has yet, each in a sentence."""

    @property
    def seats(self) -> tuple[str, ...]:
        """All seats, side by side: `for.1`, `for.2`, `against.1`, …"""
        return tuple(f"{side.id}.{n}" for side in self.sides for n in range(1, side.seats + 1))

    def side(self, seat: str) -> Side:
        """The side that a seat (`for.1`) is on. Raises KeyError."""
        return {side.id: side for side in self.sides}[seat.rpartition(".")[0]]
