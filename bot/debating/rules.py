"""The rules of a debate: from how it stands and what somebody wants, to what happens; or why it may not.

Each is a pure function that returns events, none where nothing is due any more. What is not allowed raises
InputError, NotFound or NotAllowed in words for whoever tried.
"""

from __future__ import annotations

from bot.debating.asking import ask, may_vote
from bot.debating.calling import called
from bot.debating.deciding import all_voted
from bot.debating.moderating import call, end, extend, pause, restore, resume, skip, strike
from bot.debating.order import outstanding
from bot.debating.seats import claim, release, replace
from bot.debating.speaking import (
    extend_own,
    open_for,
    person_at_turn,
    prepare,
    speak,
    words_next,
    yields,
)
from bot.debating.timekeeping import (
    abandoned,
    counted,
    expired,
    failed,
    spoken,
    started,
    vote_closed,
    window_closed,
)

__all__ = [
    "abandoned",
    "all_voted",
    "ask",
    "call",
    "called",
    "claim",
    "counted",
    "end",
    "expired",
    "extend",
    "extend_own",
    "failed",
    "may_vote",
    "open_for",
    "outstanding",
    "pause",
    "person_at_turn",
    "prepare",
    "release",
    "replace",
    "restore",
    "resume",
    "skip",
    "speak",
    "spoken",
    "started",
    "strike",
    "vote_closed",
    "window_closed",
    "words_next",
    "yields",
]
