"""A ledger that behaves like the one in the database, and remembers all that was done to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.chat.invocation import Place
from bot.errors import LimitReached
from bot.model import Payer, Usage
from bot.ports import Ledger, Limit, Spent, Whose


@dataclass(slots=True, kw_only=True)
class Entry:
    """One call as it is counted: by what was reserved, then by what it came to, or not at all."""

    payer: Payer
    reserved: int
    endpoint: str
    model: str
    purpose: str
    usage: Usage | None = None
    cost: Decimal | None = None
    given_back: bool = False

    @property
    def counts(self) -> int:
        """The tokens that count now."""
        if self.given_back:
            return 0
        return self.reserved if self.usage is None else self.usage.total

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what became of it."""
        return self.usage is None and not self.given_back


class MemoryLedger:
    """`ports.Ledger` with one limit, for everybody together. `done` counts what was done to which call."""

    def __init__(self, most: int | None = None) -> None:
        self.entries: list[Entry] = []
        self.done: Counter[tuple[str, int]] = Counter()
        self._most = most

    async def reserve(self, payer: Payer, tokens: int, *, endpoint: str, model: str, purpose: str) -> int:
        """Count tokens before a call and return the call's number. Raises LimitReached, counting nothing."""
        if self._most is not None and self.used + tokens > self._most:
            raise LimitReached(self.resets_at(), datetime.now(UTC), f"of {self._most:,} tokens a day")
        self.entries.append(
            Entry(payer=payer, reserved=tokens, endpoint=endpoint, model=model, purpose=purpose)
        )
        return len(self.entries)

    async def settle(self, call: int, usage: Usage, cost: Decimal | None) -> None:
        """What the call came to; a second time changes nothing."""
        self.done["settled", call] += 1
        entry = self.entries[call - 1]
        if entry.is_open:
            entry.usage, entry.cost = usage, cost

    async def give_back(self, call: int) -> None:
        """The call cost nothing. Changes nothing once settled."""
        self.done["given back", call] += 1
        entry = self.entries[call - 1]
        if entry.is_open:
            entry.given_back = True

    async def take_turn(self, place: Place, member: str) -> None:
        """Every minute has room here."""

    async def limits(self, payer: Payer) -> tuple[Limit, ...]:
        """The limit for everybody."""
        return (Limit(whose=Whose.ALL, used=self.used, most=self._most),)

    async def spent(self, community: str | None, since: date) -> tuple[Spent, ...]:
        """What each endpoint and model was used for, all on one day."""
        made: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            if not entry.given_back and community in (None, entry.payer.community):
                made.setdefault((entry.endpoint, entry.model), []).append(entry)
        return tuple(_spent(endpoint, model, entries) for (endpoint, model), entries in made.items())

    async def purge(self, before: datetime) -> int:
        """Nothing here is old."""
        return 0

    def resets_at(self) -> datetime:
        """Tomorrow."""
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC)

    @property
    def used(self) -> int:
        """All tokens that count now."""
        return sum(entry.counts for entry in self.entries)

    @property
    def open(self) -> list[Entry]:
        """Calls that nobody has said the end of."""
        return [entry for entry in self.entries if entry.is_open]

    @property
    def settled(self) -> list[Entry]:
        """Calls that cost something."""
        return [entry for entry in self.entries if entry.usage is not None]

    def check(self) -> None:
        """Every call was settled or given back, and either once."""
        assert self.open == []
        assert sorted(call for _, call in self.done.elements()) == list(range(1, len(self.entries) + 1))


def _spent(endpoint: str, model: str, entries: Sequence[Entry]) -> Spent:
    usages = [entry.usage for entry in entries if entry.usage is not None]
    costs = [entry.cost for entry in entries if entry.usage is not None]
    known = [cost for cost in costs if cost is not None]
    return Spent(
        day=datetime.now(UTC).date(),
        endpoint=endpoint,
        model=model,
        calls=len(usages),
        prompt=sum(usage.prompt for usage in usages),
        answer=sum(usage.answer for usage in usages),
        cost=sum(known, Decimal(0)) if known else None,
        unpriced=len(costs) - len(known),
        unfinished=len(entries) - len(usages),
    )


def _is_one(ledger: MemoryLedger) -> Ledger:
    return ledger  # the type checker holds it to the port
