"""A debate as the chair has it before them: what happened, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat.invocation import Place
from bot.debating.applying import apply, fold
from bot.debating.events import Actor, Event, Opened, Recorded
from bot.debating.state import DebateState
from bot.knowledge.article import Scope
from bot.model import Payer
from bot.ports import Debate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One debate: its number, where it is held, who opened it, what happened, and the state that comes to."""

    number: int
    place: Place
    opened_by: Actor
    recorded: tuple[Recorded, ...]
    state: DebateState

    @classmethod
    def of(cls, debate: Debate) -> Sitting:
        """The debate as it is kept, folded."""
        return cls(
            number=debate.id,
            place=debate.place,
            opened_by=debate.opened_by,
            recorded=debate.events,
            state=fold(debate.events),
        )

    @property
    def scope(self) -> Scope:
        """What is visible where it is held."""
        return Scope(community=self.place.community, channel=self.place.channel)

    @property
    def payer(self) -> Payer:
        """Whom its models' work is counted for: whoever opened it."""
        return Payer(member=self.opened_by.id, community=self.place.community)

    @property
    def is_told(self) -> bool:
        """Whether what happens is posted."""
        opened = self.recorded[0].event
        return isinstance(opened, Opened) and opened.told

    def after(self, actor: Actor, at: datetime, events: Sequence[Event]) -> Sitting:
        """The same debate once these events have happened. Raises ValueError where they cannot."""
        state, added = self.state, list[Recorded]()
        for event in events:
            added.append(Recorded(seq=state.seq + 1, at=at, actor=actor, event=event))
            state = apply(state, added[-1])
        return replace(self, recorded=(*self.recorded, *added), state=state)
