"""What communities have chosen, in the database, and remembered for the many who look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args, get_type_hints

from sqlalchemy import Row, and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.choices import Choices
from bot.debating.events import Actor
from bot.errors import Passing, StoreError
from bot.ports import ChoiceMade, Clock
from bot.storage.engine import Database
from bot.storage.tables import choice, choice_change

REMEMBERED = timedelta(seconds=30)
"""So long a community's choices are remembered: another process may change them, too."""

_KINDS: dict[str, type[str]] = {key: get_args(hint)[0] for key, hint in get_type_hints(Choices).items()}


class StoredCommunities:
    """`ports.Communities` on a database. What this process changes is seen by it at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._remembered: dict[str, tuple[datetime, Choices]] = {}
        self._changes = 0

    async def choices(self, community: str) -> Choices:
        """A community's choices. Raises Passing where they cannot be read: then nobody has a role."""
        now = self._clock.now()
        read_at, known = self._remembered.get(community, (None, None))
        if known is not None and read_at is not None and now - read_at < REMEMBERED:
            return known
        changes = self._changes
        try:
            async with self._database.read() as connection:
                found = _choices(await _values(connection, community))
        except StoreError as error:
            raise Passing(
                "I cannot read what this community has chosen.", "Try again in a moment."
            ) from error
        if changes == self._changes:  # else what was read may be older than what is remembered
            self._remembered[community] = (now, found)
        return found

    async def change(self, community: str, by: Actor, changes: Mapping[str, str | None]) -> Choices:
        """Change choices by key, `None` taking one back; differences are logged.

        Raises ValueError for a key that is none.
        """
        if unknown := changes.keys() - _KINDS.keys():
            raise ValueError(f"nobody can choose {', '.join(sorted(unknown))}")
        now = self._clock.now()
        async with self._database.write() as connection:
            values = await _values(connection, community)
            for key, after in changes.items():
                before = values.get(key)
                if before != after:
                    await _put(connection, community, key, after)
                    made = ChoiceMade(key=key, before=before, after=after, by=by, at=now)
                    await _log(connection, community, made)
            chosen = _choices(await _values(connection, community))
        self._changes += 1
        self._remembered[community] = (now, chosen)
        return chosen

    async def history(self, community: str, limit: int) -> tuple[ChoiceMade, ...]:
        """The newest changes, newest first."""
        query = select(choice_change).where(choice_change.c.community == community)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(choice_change.c.id.desc()).limit(limit))
            return tuple(map(_made, rows))


async def _values(connection: AsyncConnection, community: str) -> dict[str, str]:
    query = select(choice.c.key, choice.c.value).where(choice.c.community == community)
    return {row.key: row.value for row in await connection.execute(query)}


def _choices(values: Mapping[str, str]) -> Choices:
    """The choices that values make; those that this version does not know are passed over."""
    known: dict[str, Any] = {key: _KINDS[key](value) for key, value in values.items() if key in _KINDS}
    return Choices(**known)


async def _put(connection: AsyncConnection, community: str, key: str, value: str | None) -> None:
    its = and_(choice.c.community == community, choice.c.key == key)
    await connection.execute(delete(choice).where(its))
    if value is not None:
        await connection.execute(insert(choice).values(community=community, key=key, value=value))


async def _log(connection: AsyncConnection, community: str, made: ChoiceMade) -> None:
    row = insert(choice_change).values(
        community=community,
        key=made.key,
        before=made.before,
        after=made.after,
        actor=made.by.id,
        actor_name=made.by.name,
        at=made.at,
    )
    await connection.execute(row)


def _made(row: Row[Any]) -> ChoiceMade:
    by = Actor(row.actor, row.actor_name)
    return ChoiceMade(key=row.key, before=row.before, after=row.after, by=by, at=row.at)
