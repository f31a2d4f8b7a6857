"""What is to be said without being asked, in the database: each row is sent by one process, once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat import codec
from bot.chat.invocation import Place
from bot.ports import Claimed, Clock, Delivery, Outgoing
from bot.storage.engine import Database, insert_new
from bot.storage.tables import outbox

log = logging.getLogger(__name__)

_older = outbox.alias("older")

_FIRST_IN_PLACE = ~(
    select(_older.c.id)
    .where(
        _older.c.platform == outbox.c.platform,
        _older.c.community == outbox.c.community,
        _older.c.channel == outbox.c.channel,
        _older.c.thread.is_not_distinct_from(outbox.c.thread),
        _older.c.state.in_((Delivery.READY.value, Delivery.SENDING.value)),
        _older.c.id < outbox.c.id,
    )
    .exists()
)


async def put(connection: AsyncConnection, outgoing: Outgoing) -> None:
    """Have it said, if the transaction is kept. The same key again is nothing new.

    What takes the place of a message comes instead of all that waits to do so, too.
    """
    place = outgoing.place
    row = insert(outbox).values(
        key=outgoing.key,
        platform=place.platform,
        community=place.community,
        channel=place.channel,
        thread=place.thread,
        body=codec.encode(outgoing.reply),
        state=Delivery.READY.value,
        unsure=False,
        attempts=0,
        thread_title=outgoing.thread_title,
        below=outgoing.below,
        replaces=outgoing.replaces,
    )
    if await insert_new(connection, row) and outgoing.replaces is not None:
        await _skip_older(connection, outgoing)


async def _skip_older(connection: AsyncConnection, outgoing: Outgoing) -> None:
    """Nobody needs to see what would be replaced at once."""
    waiting = and_(
        outbox.c.replaces == outgoing.replaces,
        outbox.c.key != outgoing.key,
        outbox.c.state == Delivery.READY.value,
    )
    await connection.execute(update(outbox).where(waiting).values(state=Delivery.SENT.value, body=""))


class StoredOutbox:
    """`ports.Outbox` on a database. Of the messages to one place only the oldest unsent one can be claimed.

    So each place keeps its order, and one that refuses for now does not hold up the others.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, outgoing: Outgoing) -> None:
        """Have it said. The same key again is nothing new."""
        async with self._database.write() as connection:
            await put(connection, outgoing)

    async def claim(self, platform: str, *, stale_after_s: float) -> Claimed | None:
        """The oldest message ready for a platform, or one whose sender fell silent that long ago.

        Messages that were tried less often come first. One that cannot be read is put aside.
        """
        while taken := await self._take(platform, stale_after_s):
            row, unsure = taken
            try:
                return _claimed(row, unsure=unsure)
            except (ValueError, RecursionError) as error:
                log.error("outgoing message put aside, it cannot be read key=%s: %s", row.key, error)
                await self._settle(_taken(row.id, row.attempts + 1), state=Delivery.UNREADABLE.value)
        return None

    async def _take(self, platform: str, stale_after_s: float) -> tuple[Row[Any], bool] | None:
        """Make a message one's own: the row as it was, and whether somebody may have sent it already."""
        now = self._clock.now()
        stale = and_(
            outbox.c.state == Delivery.SENDING.value,
            outbox.c.claimed_at <= now - timedelta(seconds=stale_after_s),
        )
        free = or_(outbox.c.state == Delivery.READY.value, stale)
        query = (
            select(outbox)
            .where(outbox.c.platform == platform, free, _FIRST_IN_PLACE)
            .order_by(outbox.c.attempts, outbox.c.id)
            .limit(1)
        )
        # Most looks find nothing: they must not take the write lock.
        async with self._database.read() as connection:
            if (await connection.execute(query)).one_or_none() is None:
                return None
        async with self._database.write() as connection:
            row = (await connection.execute(query.with_for_update(skip_locked=True))).one_or_none()
            if row is None:
                return None
            unsure = row.unsure or row.state == Delivery.SENDING.value
            taken = {"state": Delivery.SENDING.value, "claimed_at": now, "unsure": unsure}
            untouched = and_(outbox.c.id == row.id, outbox.c.attempts == row.attempts)
            await connection.execute(
                update(outbox).where(untouched).values(attempts=row.attempts + 1, **taken)
            )
            return row, unsure

    async def sent(self, claimed: Claimed, message_id: str) -> None:
        """It is out there, under that id. What it said is forgotten here; its key never is."""
        # Also when another process has taken it over meanwhile: what is out there must not be sent again.
        unsettled = and_(outbox.c.id == claimed.id, outbox.c.state != Delivery.SENT.value)
        await self._settle(unsettled, state=Delivery.SENT.value, message_id=message_id, body="")

    async def give_back(self, claimed: Claimed) -> None:
        """It was certainly not sent this time; somebody may try again. An earlier doubt stays."""
        await self._settle(_taken(claimed.id, claimed.attempt), state=Delivery.READY.value)

    async def message(self, key: str) -> str | None:
        """The id of the message that was sent for a key."""
        query = select(outbox.c.message_id).where(outbox.c.key == key)
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(query)
        return found

    async def _settle(self, where: ColumnElement[bool], **values: Any) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(outbox).where(where).values(**values))


def _taken(number: int, attempt: int) -> ColumnElement[bool]:
    """The message as long as nobody has taken it over from whoever made that attempt."""
    return and_(
        outbox.c.id == number,
        outbox.c.attempts == attempt,
        outbox.c.state == Delivery.SENDING.value,
    )


def _claimed(row: Row[Any], *, unsure: bool) -> Claimed:
    """Raises ValueError or RecursionError for a body that this version cannot read."""
    reply = codec.decode(row.body)
    place = Place(platform=row.platform, community=row.community, channel=row.channel, thread=row.thread)
    outgoing = Outgoing(
        key=row.key,
        place=place,
        reply=reply,
        thread_title=row.thread_title,
        below=row.below,
        replaces=row.replaces,
    )
    return Claimed(id=row.id, outgoing=outgoing, attempt=row.attempts + 1, unsure=unsure)
