"""Has the open turn spoken where no person holds its seat; and what time does where one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.chair.evidence import ReadsCards
from bot.chair.quotes import CheckedSpeech, ChecksQuotes
from bot.chair.sitting import Sitting
from bot.chair.speaking import Cost, Fault, SpeaksByModel
from bot.chair.words import Words
from bot.debating import rules
from bot.debating.events import Event
from bot.debating.speech import Holder, Machine, Speech
from bot.debating.state import DebateState, Open
from bot.ports import LanguageModel

Rule = Callable[[DebateState, datetime], Sequence[Event]]

NO_MORE = "no further evidence on this side"


class Speaker:
    """Speeches for every kind of seat: by models, from evidence cards, from people's drafts."""

    def __init__(
        self,
        models: SpeaksByModel,
        cards: ReadsCards,
        quotes: ChecksQuotes,
        model: LanguageModel,
        words: Words,
    ) -> None:
        self._models = models
        self._cards = cards
        self._quotes = quotes
        self._model = model
        self._words = words

    def cost(self, state: DebateState) -> Cost:
        """About how many calls and tokens the models' speeches will take."""
        return self._models.cost(state)

    async def by_machine(self, sitting: Sitting) -> Rule:
        """What follows from a model's speech, from evidence cards, or from their lack."""
        state = sitting.state
        turn, holder = _at_turn(state)
        said: Speech | Fault | None
        if isinstance(holder, Machine):
            said = await self._models.speech(sitting.scope, sitting.payer, state)
            if isinstance(said, Speech):
                said = await self._words.masked_speech(sitting.place.community, said)
        else:
            said = await self._cards.speech(sitting.scope, state)
        match said:
            case None:
                return lambda now_state, now: rules.skip(now_state, NO_MORE, now)
            case Fault(kind=kind, why=why):
                return lambda now_state, now: rules.failed(now_state, turn.at, kind, why, now)
            case Speech():
                return lambda now_state, now: rules.spoken(now_state, turn.at, said)

    async def by_time(self, sitting: Sitting, draft: str) -> Rule:
        """What follows when a person's time is over: their draft is taken, or somebody stands in."""
        taken = await self._draft(sitting, draft) if draft.strip() else None
        stand_in = await self._stand_in()
        return lambda state, now: rules.expired(state, taken, now, stand_in=stand_in)

    async def checked(self, sitting: Sitting, text: str) -> CheckedSpeech:
        """A person's words for the open turn, their quotations checked."""
        turn, holder = _at_turn(sitting.state)
        return await self.checked_for(sitting, text, holder, turn.words)

    async def checked_for(self, sitting: Sitting, text: str, holder: Holder, words: int) -> CheckedSpeech:
        """A person's words for a turn of so many words, their quotations checked.

        Raises InputError for a word that the community does not allow.
        """
        await self._words.refuse(sitting.place.community, text)
        return await self._quotes.checked(sitting.scope, text, sitting.state, by=holder, words_most=words)

    async def _draft(self, sitting: Sitting, text: str) -> Speech:
        """A draft that is taken as a speech. Nobody can mend it now, so words not allowed are left out."""
        turn, holder = _at_turn(sitting.state)
        state, most = sitting.state, turn.words
        checked = await self._quotes.checked(sitting.scope, text, state, by=holder, words_most=most)
        return await self._words.masked_speech(sitting.place.community, checked.speech)

    async def _stand_in(self) -> Machine | None:
        for one in await self._model.models():
            if not one.problem:
                return await self._models.machine(one.endpoint)
        return None


def _at_turn(state: DebateState) -> tuple[Open, Holder]:
    turn = state.turn
    if turn is None or turn.seat is None:
        raise ValueError("nobody has the floor")
    return turn, state.seats[turn.seat]
