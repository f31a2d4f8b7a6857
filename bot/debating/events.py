"""Everything that can happen in a debate. The log of these is the truth; the state is a fold over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.debating.format import Pace
from bot.debating.motion import Motion
from bot.debating.speech import Holder, Speech


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a member, or the bot itself (`BOT`)."""

    id: str
    name: str


BOT = Actor("", "Rostrum")


@dataclass(frozen=True, slots=True)
class At:
    """A place in the order of speaking: the slot's index and, if it has several parts, which, from 0."""

    slot: int
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The debate was announced and the first ballot opened. Always the first event.

    `format` is the text of the format's file. `attended` says whether anybody is waited for: without, all
    windows close at once. `audience` is how many people there are, seat holders too, where that is known:
    when all who may vote have, a ballot closes early. `breather_s` is how long people get to read a machine's
    speech before the next. `seats` has every seat. `live`: minutes count; otherwise every turn has the
    format's long window.
    """

    motion: Motion
    format: str
    pace: Pace
    live: bool
    attended: bool
    audience: int | None
    breather_s: int
    seats: dict[str, Holder]
    rematch_of: int | None = None
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken:
    """Somebody holds a seat now: claimed, or given by a moderator or the absence ladder (`reason`)."""

    seat: str
    holder: Holder
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLeft:
    """Its holder released a seat."""

    seat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The first ballot is closed, the debate is live."""

    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A turn is open: `seat` may speak until `deadline` (`None`: nobody is waited for), or, without a seat, a
    window for the audience's questions or for preparation is open. `question` is what is to be answered, put
    by `asked_by` (empty: the motion itself). `owed_s` of the time makes up for the other side's extension.
    """

    at: At
    seat: str | None
    deadline: datetime | None
    seconds: int
    words: int
    question: str = ""
    asked_by: str = ""
    number: int | None = None
    owed_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """Nobody spoke in time; `rung` of the absence ladder was tried, and there is time until `deadline`."""

    at: At
    rung: int
    deadline: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A model could not speak, the `attempt`-th time: `kind` is "endpoint", "refused", "blank", "side"."""

    at: At
    attempt: int
    kind: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A speech was accepted, and is posted."""

    at: At
    seat: str
    speech: Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A turn passes without a speech, or a window is over. `forfeit`: the side gave it up.

    `through` is the last slot that is passed over with it, where it is not that one alone.
    """

    at: At
    reason: str
    forfeit: bool = False
    through: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """The open turn got more time; the other side is owed as much. `held`: its speaker asked for it."""

    at: At
    seconds: int
    deadline: datetime
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The open turn's side took time from its pool."""

    at: At
    seconds: int
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A member put a question to a side. `number` counts from 1."""

    number: int
    side: str
    text: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """All clocks stand still: `kind` is "moderator" or "model"."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The clocks go on; deadlines have moved by `seconds`."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A moderator took the speech that was the `speech`-th event out of the record; its place stays."""

    speech: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A struck speech is back."""

    speech: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechesOver:
    """The last turn is done, or it was ended `early`: the second ballot is open until `closes`."""

    closes: datetime | None
    early: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteClosed:
    """The second ballot is closed."""

    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The result stands: `result` is `ballots.Result.as_data()`, `judge` why there is no verdict of one."""

    result: dict[str, Any]
    judge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """It ended before it began."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """It was paused for too long, or nobody could speak. Ballots are kept; there is no verdict."""

    reason: str


Event = (
    Opened | SeatTaken | SeatLeft | Started | Called | Waited | Failed | Spoken | Skipped | Extended
    | Prepared | Asked | Paused | Resumed | Struck | Restored | SpeechesOver | VoteClosed | Closed
    | Cancelled | Abandoned
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event in its place: the `seq`-th of the debate, from 1, at an instant, by an actor."""

    seq: int
    at: datetime
    actor: Actor
    event: Event
