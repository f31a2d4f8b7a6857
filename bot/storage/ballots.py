"""The votes in debates, in the database: one for each voter and ballot, and no names."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.debating.ballots import Cast, Choice
from bot.debating.state import Ballot, Phase
from bot.errors import InputError
from bot.ports import Clock
from bot.storage import tables
from bot.storage.engine import Database

_VOTING = (Phase.LOBBY.value, Phase.POST_VOTE.value)
"""In these phases a ballot is open, or is going to be again after a pause."""

_ballots, _debates = tables.ballot, tables.debate


class StoredBallots:
    """`ports.Ballots` on a database. Which ballot is open stands in the debate's row.

    A vote looks there and is written in one transaction, and there is one write at a time: none can come
    after the close, whichever process closes.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def cast(
        self, debate: int, ballot: Ballot, member: str, choice: Choice, *, late: bool
    ) -> Choice | None:
        """Keep a member's vote, and return the one it takes the place of.

        `late` marks a member who joined after the announcement. Raises InputError "Voting has closed." unless
        that ballot is open at this moment: closing and voting are never at the same time.
        """
        async with self._database.write() as connection:
            voter = _voter(await _key_while_open(connection, debate, ballot), member)
            theirs = and_(_of(debate, ballot), _ballots.c.voter == voter)
            former: str | None = await connection.scalar(select(_ballots.c.choice).where(theirs))
            said = {"choice": choice.value, "late": late, "cast_at": self._clock.now()}
            if former is None:
                new = {"debate": debate, "ballot": ballot.value, "voter": voter, "changes": 0}
                await connection.execute(insert(_ballots).values(**new, **said))
            elif former != choice.value:
                changes = _ballots.c.changes + 1
                await connection.execute(update(_ballots).where(theirs).values(**said, changes=changes))
        return Choice(former) if former else None

    async def own(self, debate: int, member: str) -> Mapping[Ballot, Choice]:
        """A member's own votes."""
        async with self._database.read() as connection:
            key = await connection.scalar(select(_debates.c.voter_key).where(_debates.c.id == debate))
            if key is None:
                return {}
            theirs = and_(_ballots.c.debate == debate, _ballots.c.voter == _voter(key, member))
            rows = await connection.execute(select(_ballots.c.ballot, _ballots.c.choice).where(theirs))
            return {Ballot(row.ballot): Choice(row.choice) for row in rows}

    async def turnout(self, debate: int, ballot: Ballot) -> int:
        """How many members have voted."""
        query = select(func.count()).select_from(_ballots).where(_of(debate, ballot))
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def casts(self, debate: int) -> tuple[Cast, ...]:
        """Everybody's votes, nameless, in no order that tells. Raises ValueError while a ballot is open.

        A pause does not count as closed: voting goes on after it.
        """
        columns = (_ballots.c.voter, _ballots.c.ballot, _ballots.c.choice, _ballots.c.late)
        query = select(*columns).where(_ballots.c.debate == debate).order_by(_ballots.c.voter)
        async with self._database.read() as connection:
            phase = await connection.scalar(select(_debates.c.phase).where(_debates.c.id == debate))
            if phase in _VOTING:
                raise ValueError(f"a ballot of debate {debate} is open")
            rows = (await connection.execute(query)).all()
        casts = [_cast(tuple(theirs)) for _, theirs in groupby(rows, lambda row: row.voter)]
        return tuple(sorted(casts, key=lambda cast: (cast.before or "", cast.after or "", cast.late)))


async def _key_while_open(connection: AsyncConnection, debate: int, ballot: Ballot) -> bytes:
    """The key that makes voters of members. Raises InputError unless the ballot is open, and keeps it so."""
    columns = (_debates.c.ballot, _debates.c.voter_key, _debates.c.paused)
    query = select(*columns).where(_debates.c.id == debate).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None or row.ballot != ballot.value:
        hint = "The debate is paused; vote again when it goes on." if row and row.paused else ""
        raise InputError("Voting has closed.", hint)
    key: bytes = row.voter_key
    return key


def _voter(key: bytes, member: str) -> str:
    """Who a member is to the ballot box of one debate: the same each time, and to nobody else."""
    return hmac.new(key, member.encode(), hashlib.sha256).hexdigest()


def _of(debate: int, ballot: Ballot) -> ColumnElement[bool]:
    return and_(_ballots.c.debate == debate, _ballots.c.ballot == ballot.value)


def _cast(rows: Sequence[Any]) -> Cast:
    """What one voter's rows come to."""
    choices = {row.ballot: Choice(row.choice) for row in rows}
    late = any(row.late for row in rows)
    return Cast(before=choices.get(Ballot.PRE), after=choices.get(Ballot.POST), late=late)
