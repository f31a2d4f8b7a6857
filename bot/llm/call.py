"""A request on its way: what is sent, what of the answer has been given, and what all of it took."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from functools import reduce

from bot.llm.charging import was_taken_up
from bot.llm.fitting import Fitted
from bot.llm.memory import Known
from bot.llm.shape import Shape
from bot.llm.tokens import MARGIN, of_messages
from bot.model import Notice, Request, Usage


@dataclass(slots=True, kw_only=True)
class Call:
    """A request on its way: what is sent, and what of the answer has been given."""

    request: Request
    fitted: Fitted
    model: str
    known: Known
    shape: Shape
    most_tokens: int
    notices: tuple[Notice, ...] = ()
    said: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    learnt: bool = False
    _spent: list[Usage] = field(default_factory=list)

    @property
    def reserves(self) -> int:
        """Tokens that it may cost at most, as far as can be told before."""
        return int(self.fitted.tokens * MARGIN) + self.most_tokens

    @property
    def used(self) -> Usage | None:
        """What all attempts took that are over; `None` where no endpoint took any of them up."""
        return reduce(_added, self._spent) if self._spent else None

    def learn(self, shape: Shape) -> None:
        """Put it otherwise from now on; kept as a lesson when an answer comes of it."""
        self.shape, self.learnt = shape, True

    def become(self, other: Call) -> None:
        """Go on as a call that was prepared anew."""
        self.model, self.known, self.shape = other.model, other.known, other.shape
        self.fitted, self.most_tokens = other.fitted, other.most_tokens

    def count(self, reported: Usage | None) -> None:
        """Add what an attempt took that is over: as reported, what lacks of it by an estimate.

        Nothing for one that the endpoint did not take up: called while an attempt fails, it looks at why.
        """
        text = "".join(self.thought + self.said)
        if not reported and not text and not was_taken_up(sys.exception()):
            return
        usage = reported or Usage(prompt=0, answer=0)
        prompt = usage.prompt or self.fitted.tokens
        answer = usage.answer or (of_messages([text]) if text else 0)
        as_said = (usage.prompt, usage.answer) == (prompt, answer)
        self._spent.append(replace(usage, prompt=prompt, answer=answer, estimated=not as_said))


def _added(one: Usage, other: Usage) -> Usage:
    return Usage(
        prompt=one.prompt + other.prompt,
        answer=one.answer + other.answer,
        cached=one.cached + other.cached,
        reasoning=one.reasoning + other.reasoning,
        cost=None if one.cost is None or other.cost is None else one.cost + other.cost,
        estimated=one.estimated or other.estimated,
    )
