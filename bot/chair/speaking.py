"""Speeches by models: checked before anybody sees them, sent back once, mended if they must be."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from bot.chair import faults
from bot.chair.attempts import Attempt
from bot.chair.briefing import Briefing, briefing, stance_request
from bot.chair.costs import Cost, cost
from bot.chair.drafts import draft_of
from bot.chair.passages import FindsPassages
from bot.chair.quotes import CheckedSpeech, ChecksQuotes
from bot.debating.format import Role
from bot.debating.motion import Stance
from bot.debating.speech import Machine, Speech
from bot.debating.state import DebateState
from bot.errors import LimitReached, ModelError, NotFound
from bot.knowledge.article import Scope
from bot.model import Payer, Reason
from bot.ports import LanguageModel, Library, Search

__all__ = ["Cost", "Fault", "SpeaksByModel"]

log = logging.getLogger(__name__)

WITHIN_S = 300.0
"""Seconds that a speech may take, with waiting in line and thinking; a model on this machine is slow."""
STANCE_S = 60.0
"""Seconds for the question which side a speech argues."""

_KINDS = {"E-MODEL-FILTER": "refused", "E-MODEL-EMPTY": "blank"}
"""Failures of an endpoint that say that the model would not, or could not, say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A model could not speak: `kind` is "endpoint", "refused", "blank" or "side", `why` is for people."""

    kind: str
    why: str


class SpeaksByModel:
    """Has the model that holds the seat at turn speak. Only its own endpoint is asked, never another."""

    def __init__(self, library: Library, search: Search, model: LanguageModel, quotes: ChecksQuotes) -> None:
        self._finds = FindsPassages(library, search)
        self._model = model
        self._quotes = quotes

    async def speech(self, scope: Scope, payer: Payer, state: DebateState) -> Speech | Fault:
        """A speech that may be posted, or why there is none.

        What is wrong with the first attempt is told to the model once. What is wrong with the second is taken
        out, and noted, unless nothing could be posted then. Raises ValueError when no model is at turn.
        """
        turn = state.turn
        holder = state.seats[turn.seat] if turn and turn.seat else None
        if not isinstance(holder, Machine):
            raise ValueError("no model is at turn")
        passages = await self._finds.passages(scope, state)
        articles = await self._finds.articles(scope, passages)
        desk = _Desk(self._model, self._quotes, scope, payer, holder, briefing(state, passages, articles))
        try:
            first = await desk.attempt()
        except (ModelError, LimitReached) as error:
            return _fault(error)
        if not first.reasons:
            return _posted(first)
        try:
            second = await desk.attempt(first.again())
        except (ModelError, LimitReached) as error:
            log.info("no second attempt endpoint=%s code=%s", holder.endpoint, error.code)
            return await desk.mended(first) if not first.fatal else _failed(first, error)
        best = min((second, first), key=lambda one: (bool(one.fatal), len(one.reasons)))
        return _failed(second) if best.fatal else await desk.mended(best)

    def cost(self, state: DebateState) -> Cost:
        """About how many calls and tokens all speeches to come will take that a model is to give."""
        return cost(state)

    async def machine(self, endpoint_name: str) -> Machine:
        """The model behind an endpoint, as the holder of a seat. Raises NotFound naming those there are."""
        models = await self._model.models(every=True)
        wanted = endpoint_name.strip().casefold()
        found = next((one for one in models if one.endpoint.casefold() == wanted), None)
        if found is None:
            names = ", ".join(one.endpoint for one in models)
            there = f"There are: {names}." if models else "There is none: set LLM_BASE_URL, or use cards."
            raise NotFound(f"There is no endpoint “{endpoint_name.strip()}”.", there)
        weights = found.weights.value if found.weights else ""
        return Machine(endpoint=found.endpoint, model=found.name, where=found.where, weights=weights)


class _Desk:
    """One turn: asks, checks and mends."""

    def __init__(
        self,
        model: LanguageModel,
        quotes: ChecksQuotes,
        scope: Scope,
        payer: Payer,
        holder: Machine,
        briefing: Briefing,
    ) -> None:
        self._model = model
        self._quotes = quotes
        self._scope = scope
        self._payer = payer
        self._holder = holder
        self._briefing = briefing

    async def attempt(self, again: str = "") -> Attempt:
        """Ask for a speech, and look at it. Raises ModelError, LimitReached."""
        request = self._briefing.request(again)
        done = await self._model.complete(
            request, self._payer, within_s=WITHIN_S, endpoint=self._holder.endpoint
        )
        draft = await asyncio.to_thread(draft_of, done.text, broke_off=done.finish.reason is Reason.LENGTH)
        attempt = Attempt(briefing=self._briefing, draft=draft, checked=await self._checked(draft.speech))
        if attempt.fatal or not self._argues_a_side:
            return attempt
        return replace(attempt, argues=await self._argued(attempt.checked.speech.text))

    async def mended(self, attempt: Attempt) -> Speech:
        """The best that can be made of an attempt, with notes on what is not as it should be."""
        checked, notes = attempt.checked, list[str]()
        if attempt.repeats:
            said = [one.speech.text for one in self._briefing.own]
            shorter = await asyncio.to_thread(faults.without_repetition, attempt.draft.speech, said)
            if not faults.is_blank(shorter) and shorter != attempt.draft.speech:
                checked = await self._checked(shorter)
                notes.append("sentences that repeated an earlier speech left out")
            else:
                notes.append("repeats an earlier speech")
        if attempt.is_mostly_quoted:
            notes.append("little more than quotations")
        if attempt.argues_neither:
            notes.append("argues neither side")
        if language := faults.foreign(attempt.draft.speech, self._briefing):
            notes.append(f"in {language}")
        return _posted(replace(attempt, checked=checked), *notes)

    @property
    def _argues_a_side(self) -> bool:
        return self._briefing.stance is not Stance.NONE and self._briefing.role is not Role.QUESTION

    async def _checked(self, text: str) -> CheckedSpeech:
        return await self._quotes.checked(
            self._scope,
            text,
            self._briefing.state,
            by=self._holder,
            words_most=self._briefing.turn.words,
            passages=self._briefing.passages,
        )

    async def _argued(self, text: str) -> str:
        """Which side a speech argues: "for", "against", "neither"; "" where the model could not say."""
        request = stance_request(self._briefing.state.motion, text)
        try:
            said, _ = await self._model.complete_json(
                request, self._payer, within_s=STANCE_S, endpoint=self._holder.endpoint
            )
        except (ModelError, LimitReached) as error:
            log.info("side not checked endpoint=%s code=%s", self._holder.endpoint, error.code)
            return "unknown"
        return str(said["side"])


def _posted(attempt: Attempt, *notes: str) -> Speech:
    speech = attempt.checked.speech
    unknown = ("side not checked",) if attempt.argues == "unknown" else ()
    return replace(speech, plan=attempt.draft.plan, notes=(*speech.notes, *notes, *unknown))


def _failed(attempt: Attempt, error: ModelError | LimitReached | None = None) -> Fault:
    if error is None:
        return Fault(kind=attempt.fatal, why=attempt.why)
    return _fault(error)


def _fault(error: ModelError | LimitReached) -> Fault:
    return Fault(kind=_KINDS.get(error.code, "endpoint"), why=str(error))
