"""Who argues: the names that people give for a side, as holders of its seats."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chair.sitting import Sitting
from bot.chair.speaking import SpeaksByModel
from bot.chat.invocation import Invocation
from bot.debating.events import Actor
from bot.debating.format import Format
from bot.debating.motion import Stance
from bot.debating.speech import Cards, Holder, Person, Vacant
from bot.errors import InputError
from bot.ports import Debates, LanguageModel

CARDS = ("evidence", "cards")
ME = ("me", "myself")
OPEN = ("open", "person", "member")


def actor_of(call: Invocation) -> Actor:
    """The person behind an invocation."""
    return Actor(call.member.id, call.member.name)


class Seating:
    """Turns names into holders of seats."""

    def __init__(self, models: SpeaksByModel, model: LanguageModel) -> None:
        self._models = models
        self._model = model

    async def seats(
        self, format: Format, named: dict[Stance, str | None], call: Invocation
    ) -> dict[str, Holder]:
        """A holder for every seat of a format. Raises InputError, NotFound."""
        if all(name and name.casefold() in ME for name in named.values()):
            raise InputError("You cannot argue both sides.", "Name another one for one of them.")
        seats: dict[str, Holder] = {}
        for side in format.sides:
            name = named.get(side.stance) or (ME[0] if side.id == "member" and call.stays else None)
            holder = await self.holder(name, call)
            for n in range(1, side.seats + 1):
                taken = isinstance(holder, Person) and n > 1
                seats[f"{side.id}.{n}"] = await self.holder(None, call) if taken else holder
        return seats

    async def holder(self, name: str | None, call: Invocation) -> Holder:
        """Who is meant by a name; without one, a model if there is any, else evidence cards."""
        wanted = (name or "").strip().casefold()
        if wanted in CARDS:
            return Cards()
        if wanted in ME or wanted in OPEN:
            if not call.stays:
                raise InputError(
                    "Nobody is waited for here, so no person can take a seat.",
                    "Open the chat with rostrum run to take part.",
                )
            return Person(call.member.id, call.member.name) if wanted in ME else Vacant()
        if not wanted:
            return await self._usual()
        return await self._models.machine(name or "")

    async def _usual(self) -> Holder:
        able = [one for one in await self._model.models() if not one.problem]
        return await self._models.machine(able[0].endpoint) if able else Cards()


class Debaters:
    """Completes who can argue for a side."""

    source = "debater"

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        names = [*(one.endpoint for one in await self._model.models(every=True)), CARDS[0], ME[0], OPEN[0]]
        return [name for name in names if name.startswith(typed.casefold())][:25]


class Sides:
    """Completes the two sides."""

    source = "side"

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        return [name for name in ("for", "against") if name.startswith(typed.casefold())]


class Seats:
    """Completes the seats of the debate that is under way."""

    source = "seat"

    def __init__(self, debates: Debates) -> None:
        self._debates = debates

    async def __call__(self, typed: str, call: Invocation) -> Sequence[str]:
        number = await self._debates.under_way(call.place)
        if number is None:
            return ()
        debate = await self._debates.debate(call.place.community, number)
        seats = Sitting.of(debate).state.format.seats
        return [seat for seat in seats if seat.startswith(typed.casefold())][:25]
