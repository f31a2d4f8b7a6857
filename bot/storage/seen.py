"""What platforms have delivered already, in the database, for a day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, insert

from bot.ports import Clock
from bot.storage.engine import Database, insert_new
from bot.storage.tables import seen

KEPT = timedelta(days=1)
"""So long a delivery is remembered; no platform repeats one as late as that."""
PURGE_EVERY = 1000
"""After so many new ones those that are older are forgotten."""


class StoredSeen:
    """`ports.Seen` on a database: of two processes that ask at once, one is the first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._until_purge = 1  # a start that comes often purges all the same

    async def first(self, platform: str, delivery: str) -> bool:
        """Whether a delivery comes for the first time; from now on it does not."""
        now = self._clock.now()
        self._until_purge -= 1
        async with self._database.write() as connection:
            if self._until_purge == 0:
                self._until_purge = PURGE_EVERY
                await connection.execute(delete(seen).where(seen.c.at < now - KEPT))
            row = insert(seen).values(platform=platform, delivery=delivery, at=now)
            return await insert_new(connection, row)
