"""How a debate stands: what a fold over its events comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.debating.events import At
from bot.debating.format import Format, Pace, Slot
from bot.debating.motion import Motion
from bot.debating.speech import Holder, Speech


class Phase(StrEnum):
    """Where a debate stands as a whole."""

    LOBBY = "lobby"
    LIVE = "live"
    POST_VOTE = "post-vote"
    JUDGING = "judging"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen any more (but striking and restoring)."""
        return self in (Phase.CLOSED, Phase.CANCELLED, Phase.ABANDONED)


class Ballot(StrEnum):
    """Which of the two votes."""

    PRE = "pre"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The turn that is open, or without a seat a window: for the audience's questions, or to prepare.

    `seconds` is what its side was given, extensions and time to prepare included. `attempt` counts how often
    its holder could not speak, `repeated` how often somebody else took the seat meanwhile, and `rung` is how
    far down the absence ladder it went. `set_at` is when the deadline was last set, and `retry_at` when a
    model that failed may try again.
    """

    at: At
    seat: str | None
    since: datetime
    deadline: datetime | None
    seconds: int
    words: int
    question: str = ""
    asked_by: str = ""
    number: int | None = None
    attempt: int = 0
    repeated: int = 0
    rung: int = -1
    extended_by_holder: int = 0
    set_at: datetime | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A speech in its place; `seq` is its event's. `struck` is the reason, while it is struck."""

    seq: int
    at: At
    seat: str
    speech: Speech
    opened: datetime
    posted: datetime
    question: str = ""
    asked_by: str = ""
    struck: str | None = None
    struck_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A turn that passed without a speech, and those `through` that slot with it."""

    at: At
    seat: str | None
    reason: str
    forfeit: bool
    when: datetime
    through: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question from the audience, waiting or taken."""

    number: int
    side: str
    text: str
    by: str
    name: str
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """The question under way, which more than one seat answers: put at a slot in a round, by whom."""

    slot: int
    question: str
    asked_by: str
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why the clocks stand still, since when."""

    kind: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateState:
    """A debate at one time. `seq` is the last event's; `slots` are all that happens between the two votes.

    `turn` is the open turn, if any, and `next` the place that is called after it. `window` is that for the
    audience's questions, also while one is answered. `given_s` is the time offered to each side so far,
    `owed_s` what each is still owed for extensions of the other, `prep_s` what was taken from pools.
    `audience` counts seat holders too; `held` has all people who ever held a seat. `unread`: what happened
    last is a speech that no person made, and people get time to read it. `pauses` counts those that are over.
    """

    seq: int
    phase: Phase
    motion: Motion
    format: Format
    pace: Pace
    slots: tuple[Slot, ...]
    live: bool
    attended: bool
    audience: int | None
    breather_s: int
    seats: dict[str, Holder]
    opened: datetime
    since: datetime
    """When the last speech ended, or the phase began: breathers and windows count from here."""
    closes: datetime | None = None
    """When the ballot that is open closes."""
    next: At = field(default_factory=lambda: At(0))
    turn: Open | None = None
    window: Open | None = None
    put: Put | None = None
    speeches: tuple[Delivered, ...] = ()
    passed: tuple[Passed, ...] = ()
    questions: tuple[Question, ...] = ()
    pause: Pause | None = None
    pauses: int = 0
    unread: bool = False
    held: frozenset[str] = frozenset()
    given_s: dict[str, int] = field(default_factory=dict)
    owed_s: dict[str, int] = field(default_factory=dict)
    prep_s: dict[str, int] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    ended_because: str = ""
    rematch_of: int | None = None

    @property
    def ballot(self) -> Ballot | None:
        """The ballot that is open now; none while paused, nor where the format has none."""
        if self.pause:
            return None
        voting = self.format.voting
        if self.phase is Phase.LOBBY and voting.pre_s:
            return Ballot.PRE
        return Ballot.POST if self.phase is Phase.POST_VOTE and voting.post_s else None
