"""About how many calls and tokens the models of a debate will take, told before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from bot.debating.format import Role, Slot
from bot.debating.motion import Stance
from bot.debating.speech import Machine
from bot.debating.state import DebateState

TOKENS_A_WORD = 1.35
INSTRUCTIONS = 620
"""Tokens of a prompt without passages, transcript and the motion's own words."""
PASSAGE = 210
PLAN = 60
STANCE = 260
"""Tokens of the question which side a speech argues, without the speech."""
FILLED = 0.85
"""The share of its words that a speech has, usually."""


@dataclass(frozen=True, slots=True)
class Cost:
    """So many calls, and all their tokens together, of questions and answers."""

    calls: int
    tokens: int


def cost(state: DebateState) -> Cost:
    """What is still to come of all slots whose seat a model holds now.

    Each is one speech, and one question which side it argues; what has to be written twice, and answers to
    questions of the audience, come on top.
    """
    calls, tokens, heard = 0, 0.0, 0.0
    fixed = INSTRUCTIONS + PASSAGE * state.format.evidence.passages + _motion(state)
    for slot in state.slots:
        if slot.seat is None:
            continue
        length = slot.words * FILLED * TOKENS_A_WORD
        if slot.index >= state.next.slot and isinstance(state.seats.get(slot.seat), Machine):
            calls += 1
            tokens += fixed + (0 if slot.role is Role.OPENING else heard) + length + PLAN
            if is_asked(state, slot):
                calls += 1
                tokens += STANCE + length
        heard += length
    return Cost(calls, round(tokens))


def is_asked(state: DebateState, slot: Slot) -> bool:
    """Whether it is looked at which side a speech argues: a question argues none."""
    stance = state.format.side(slot.seat).stance if slot.seat else Stance.NONE
    return stance is not Stance.NONE and slot.role is not Role.QUESTION


def _motion(state: DebateState) -> float:
    motion = state.motion
    words = " ".join([motion.text, motion.pro.burden, *motion.definitions.values(), *motion.definitions])
    return len(words.split()) * TOKENS_A_WORD
