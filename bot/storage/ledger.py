"""The tokens that models were asked for, and who asked in the last minute; in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.invocation import Place
from bot.errors import LimitReached, Wait
from bot.model import Payer, Usage
from bot.ports import Allowances, Clock, Limit, Spent, Whose
from bot.storage.engine import Database, insert_row
from bot.storage.tables import model_call, recent_ask

KEPT = timedelta(days=90)
"""How long it is known what a call came to."""

MOST_COST = Decimal(1_000)
"""US dollars; a call said to cost more has no known price."""

_MINUTE = timedelta(minutes=1)
_MOST_TOKENS = 2**31 - 1
_DIGITS = 12
"""Decimal places that a cost is kept with: a token at a millionth of a dollar per million still shows."""

_FOR = {
    Whose.MEMBER: "for a member",
    Whose.COMMUNITY: "for a community",
    Whose.ALL: "for everybody together",
}

_COUNTED = case(
    (model_call.c.settled, model_call.c.prompt + model_call.c.answer), else_=model_call.c.reserved
)


class StoredLedger:
    """`ports.Ledger` on a database. Nothing is counted up anywhere: every sum is a query over the calls.

    Looking at the limits and reserving are one write, and there is one write at a time; so no two calls, of
    whichever processes, get the same last tokens.
    """

    def __init__(self, database: Database, clock: Clock, limits: Allowances) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits

    async def reserve(self, payer: Payer, tokens: int, *, endpoint: str, model: str, purpose: str) -> int:
        """Count tokens before a call and return the call's number. Raises LimitReached, counting nothing.

        A call is refused when it does not fit into what is left of any limit, however much that is. Where the
        process dies before the call is settled or given back, it stays counted for the rest of that day.
        """
        if tokens < 0:
            raise ValueError(f"{tokens} tokens cannot be reserved")
        async with self._database.write() as connection:
            now = self._clock.now()
            for limit in await self._today(connection, payer, now):
                if limit.most is not None and limit.used + tokens > limit.most:
                    left = max(0, limit.most - limit.used)
                    whose = f"of {limit.most:,} tokens a day {_FOR[limit.whose]}"
                    whose += f": {left:,} are left, and this may take {tokens:,}"
                    raise LimitReached(_midnight_after(now), now, whose)
            row = {"day": _day(now), "at": now, "community": payer.community, "member": payer.member}
            asked = {"endpoint": endpoint, "model": model, "purpose": purpose}
            made = insert(model_call).values(**row, **asked, reserved=tokens, settled=False)
            return await insert_row(connection, made)

    async def settle(self, call: int, usage: Usage, cost: Decimal | None) -> None:
        """What the call came to; counts instead of what was reserved. A second time changes nothing."""
        came_to = {
            "prompt": _tokens(usage.prompt),
            "answer": _tokens(usage.answer),
            "cost": _stored(cost),
            "settled": True,
        }
        async with self._database.write() as connection:
            await connection.execute(update(model_call).where(_open(call)).values(**came_to))

    async def give_back(self, call: int) -> None:
        """The call cost nothing: it failed before the endpoint took it up. Changes nothing once settled."""
        async with self._database.write() as connection:
            await connection.execute(delete(model_call).where(_open(call)))

    async def take_turn(self, place: Place, member: str) -> None:
        """Count a question, or a claim to check. Raises Wait when the minute has seen too many.

        A thread counts to its channel. One that has to wait is not counted.
        """
        here = recent_ask.c.community == place.community
        theirs = and_(here, recent_ask.c.member == member)
        in_channel = and_(here, recent_ask.c.channel == place.channel)
        async with self._database.write() as connection:
            now = self._clock.now()
            await connection.execute(delete(recent_ask).where(_not_recent(now)))
            wait_s = max(
                await _wait_s(connection, theirs, self._limits.member_asks, now),
                await _wait_s(connection, in_channel, self._limits.channel_asks, now),
            )
            if wait_s:
                raise Wait(wait_s)
            row = {"community": place.community, "channel": place.channel, "member": member, "at": now}
            await connection.execute(insert(recent_ask).values(**row))

    async def limits(self, payer: Payer) -> tuple[Limit, ...]:
        """The day's limits for a member, their community, and in all, in this order."""
        async with self._database.read() as connection:
            return await self._today(connection, payer, self._clock.now())

    async def spent(self, community: str | None, since: date) -> tuple[Spent, ...]:
        """What was used since a day, by day, endpoint and model; of everybody where no community is named."""
        by = (model_call.c.day, model_call.c.endpoint, model_call.c.model)
        settled = model_call.c.settled
        query = (
            select(
                *by,
                func.count().filter(settled).label("calls"),
                func.coalesce(func.sum(model_call.c.prompt), 0).label("prompt"),
                func.coalesce(func.sum(model_call.c.answer), 0).label("answer"),
                func.sum(model_call.c.cost).label("cost"),
                func.count().filter(settled, model_call.c.cost.is_(None)).label("unpriced"),
                func.count().filter(~settled).label("unfinished"),
            )
            .where(model_call.c.day >= since, true() if community is None else _of(community))
            .group_by(*by)
            .order_by(*by)
        )
        async with self._database.read() as connection:
            return tuple(_spent(row) for row in await connection.execute(query))

    async def purge(self, before: datetime) -> int:
        """Forget who made the calls before an instant, and of calls older than 90 days everything.

        Today's calls keep their members, whatever the instant: the limits stand on them. Returns how many
        calls went. Call it at start.
        """
        now = self._clock.now()
        nameless = and_(model_call.c.day < min(_day(before), _day(now)), model_call.c.member.is_not(None))
        async with self._database.write() as connection:
            await connection.execute(update(model_call).where(nameless).values(member=None))
            gone = await connection.execute(delete(model_call).where(model_call.c.day < _day(now) - KEPT))
            await connection.execute(delete(recent_ask).where(_not_recent(now)))
        return gone.rowcount

    def resets_at(self) -> datetime:
        """When the day's limits start anew: at midnight, UTC."""
        return _midnight_after(self._clock.now())

    async def _today(self, connection: AsyncConnection, payer: Payer, now: datetime) -> tuple[Limit, ...]:
        members = and_(_of(payer.community), model_call.c.member.is_not(None))
        limits: list[tuple[Whose, int | None, ColumnElement[bool]]] = [
            (Whose.MEMBER, self._limits.member_tokens, and_(members, model_call.c.member == payer.member)),
            (Whose.COMMUNITY, self._limits.community_tokens, members),
            (Whose.ALL, self._limits.all_tokens, true()),
        ]
        if payer.member is None:
            limits = limits[-1:]
        sums = [func.coalesce(func.sum(_COUNTED).filter(theirs), 0) for _, _, theirs in limits]
        used = (await connection.execute(select(*sums).where(model_call.c.day == _day(now)))).one()
        return tuple(
            Limit(whose=whose, used=int(tokens), most=most or None)
            for (whose, most, _), tokens in zip(limits, used, strict=True)
        )


async def _wait_s(
    connection: AsyncConnection, theirs: ColumnElement[bool], most: int | None, now: datetime
) -> int:
    """Seconds until fewer than `most` of the questions are in the last minute; 0 where they are already."""
    if not most:
        return 0
    times = select(recent_ask.c.at).where(theirs).order_by(recent_ask.c.at.desc())
    blocking: datetime | None = await connection.scalar(times.offset(most - 1).limit(1))
    return max(1, ceil((blocking + _MINUTE - now).total_seconds())) if blocking else 0


def _not_recent(now: datetime) -> ColumnElement[bool]:
    # What lies far ahead was written before somebody set the clock back, and would block for as long.
    return or_(recent_ask.c.at <= now - _MINUTE, recent_ask.c.at > now + _MINUTE)


def _of(community: str) -> ColumnElement[bool]:
    return model_call.c.community == community


def _open(call: int) -> ColumnElement[bool]:
    return and_(model_call.c.id == call, ~model_call.c.settled)


def _spent(row: Row[Any]) -> Spent:
    return Spent(
        day=row.day,
        endpoint=row.endpoint,
        model=row.model,
        calls=row.calls,
        prompt=int(row.prompt),
        answer=int(row.answer),
        cost=None if row.cost is None else Decimal(row.cost).scaleb(-_DIGITS),
        unpriced=row.unpriced,
        unfinished=row.unfinished,
    )


def _tokens(said: int) -> int:
    """What an endpoint said, as far as it can be so: never less than none, so that it opens no limit."""
    return max(0, min(said, _MOST_TOKENS))


def _stored(cost: Decimal | None) -> int | None:
    """A cost in units of the last digit kept, rounded up; `None` for one that cannot be so."""
    if cost is None or not cost.is_finite() or not 0 <= cost <= MOST_COST:
        return None
    return int(cost.scaleb(_DIGITS).to_integral_value(ROUND_CEILING))


def _day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


def _midnight_after(now: datetime) -> datetime:
    return datetime.combine(_day(now) + timedelta(days=1), time(tzinfo=UTC))
