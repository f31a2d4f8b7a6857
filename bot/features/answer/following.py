"""Follow-up questions: what a short question leaves out is taken from those before it in the conversation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from bot.chat.invocation import Invocation
from bot.knowledge.findings import Findings
from bot.knowledge.gate import is_enough
from bot.knowledge.ranking import choose
from bot.ports import Asks, Search, payer_of, scope_of
from bot.writing import Rewording

# A beginning that goes on from something, or a word that points back to it.
_GOES_ON = re.compile(
    r"^\W*(and|or|but|so|also|why|why not|how so|since when|which one|when|where|who)\W*$"
    r"|^\W*(and|or|but|so|then|also|what about|how about|why not|since when)\b"
    r"|\b(it|its|they|them|their|that one|those|these|he|she|him|his|her|the same)\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\W*(and|or|but|so|then|also|what about|how about|why|since when)\b", re.IGNORECASE)
LONGEST = 8
"""A question of more words than this stands on its own, wherever its pronouns point."""
OWN_WORDS = 3
"""With so many words to look for, a question is answered by itself even if a pronoun points back."""
BACK = 3
"""How many questions a chain of follow-ups is followed back."""


def goes_on(question: str) -> bool:
    """Whether a question leans on the one before it."""
    return len(question.split()) <= LONGEST and bool(_GOES_ON.search(question))


def in_context(question: str, before: Sequence[str]) -> str:
    """The question with those it leans on, newest first in `before`; its own words count twice."""
    if not before or not goes_on(question):
        return question
    leant_on = [before[0]]
    for earlier in before[1:]:
        if not goes_on(leant_on[-1]):
            break
        leant_on.append(earlier)
    return " ".join([question, question, *leant_on])


def stands_alone(question: str, findings: Findings) -> bool:
    """Whether a question says enough by itself: it begins nothing that goes on, and has words of its own."""
    return not _BEGINS.match(question) and len(findings.weights) >= OWN_WORDS


class Following:
    """Searches for a question together with those it leans on, asked in the same thread before it.

    Both in one query: measured on follow-ups, fusing the ranks of two searches finds less.
    """

    def __init__(self, search: Search, asks: Asks, rewording: Rewording) -> None:
        self._search = search
        self._asks = asks
        self._rewording = rewording

    async def find(self, call: Invocation, question: str, article: int | None) -> tuple[Findings, list[str]]:
        """What search finds for the question in its context, and the questions before it, newest first.

        Where little is found, it searches once more for the question as a model rewords it.
        """
        scope = scope_of(call)
        alone = await self._search.find(scope, question, article=article)
        if call.place.thread is None or not goes_on(question):
            return alone, []
        recent = await self._asks.recent(call.place, BACK)
        before = [asked.question for asked in recent if asked.answered]
        if not before:
            return alone, []
        found = alone
        if not stands_alone(question, alone):
            found = await self._search.find(scope, in_context(question, before), article=article)
        if await asyncio.to_thread(_is_weak, alone) and await asyncio.to_thread(_is_weak, found):
            said = await self._rewording.standing_alone(question, before, payer_of(call))
            if said is not None:
                return await self._search.find(scope, said, article=article), before
        return found, before


def _is_weak(findings: Findings) -> bool:
    return not is_enough(findings, choose(findings, limit=1))
