"""Debates made by hand: how one stands at a time, and what was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.chat.invocation import Place
from bot.debating.events import Actor, Opened
from bot.debating.format import Clock, EvidenceRules, Format, Pace, Voting
from bot.debating.motion import Motion
from bot.debating.speech import Cards
from bot.debating.state import DebateState, Pause, Phase
from bot.storage.debates import StoredDebates
from tests.storage.conftest import PLACE

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANN = Actor("u1", "Ann")
MOTION = Motion(text="This house would rather have open weights")

FORMAT = Format(
    id="quick",
    name="Quick debate",
    about="",
    sources=(),
    sides=(),
    clock=Clock(),
    absence=(),
    voting=Voting(pre_s=60, post_s=60),
    evidence=EvidenceRules(),
    judged=False,
    allow_unequal=False,
    text="[format]\n",
    hash="",
    turns=(),
)


def opened(**changed: Any) -> Opened:
    """The first event of a debate."""
    event = Opened(
        motion=MOTION,
        format=FORMAT.text,
        pace=Pace.CHAT,
        live=True,
        attended=True,
        audience=None,
        breather_s=0,
        seats={"for.1": Cards()},
    )
    return replace(event, **changed)


def standing(
    seq: int = 1, phase: Phase = Phase.LOBBY, *, paused: bool = False, **changed: Any
) -> DebateState:
    """How a debate stands after its `seq`-th event."""
    state = DebateState(
        seq=seq,
        phase=phase,
        motion=MOTION,
        format=FORMAT,
        pace=Pace.CHAT,
        slots=(),
        live=True,
        attended=True,
        audience=None,
        breather_s=0,
        seats={},
        opened=NOON,
        since=NOON,
        pause=Pause(kind="moderator", reason="", since=NOON) if paused else None,
    )
    return replace(state, **changed)


async def begin(
    debates: StoredDebates, place: Place = PLACE, *, attended: bool = True, said: Any = ()
) -> int:
    """Open a debate and return its number."""
    state = standing(attended=attended)
    return await debates.open(place, ANN, opened(attended=attended), state, lambda number: said)
