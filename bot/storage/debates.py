"""The debates, all that happened in them and what is said about it, in the database; and members' drafts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.invocation import Place
from bot.debating import codec
from bot.debating.events import Actor, Recorded, Spoken
from bot.debating.events import Event as DebateEvent
from bot.debating.speech import Person
from bot.debating.state import DebateState, Phase
from bot.errors import InputError, MovedOn, NotFound, StoreError
from bot.plain import one_line
from bot.ports import Debate, Outgoing, Outline, Post, head_of
from bot.storage import outbox
from bot.storage.engine import Database, insert_new, insert_row
from bot.storage.tables import debate, debate_draft, debate_event

MOST_AT_ONCE = 2
"""So many attended debates may be under way in a community."""

_KEY_BYTES = 32
_TITLE = 100
"""Characters of a thread's title."""

_UNDER_WAY = and_(debate.c.closed_at.is_(None), debate.c.attended)


class StoredDebates:
    """`ports.Debates` on a database. The row of a debate is what its log comes to, written along with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self,
        place: Place,
        actor: Actor,
        opened: DebateEvent,
        state: DebateState,
        says: Callable[[int], Sequence[Post]],
    ) -> int:
        """Keep a new debate with its first event, and return its number; `says` makes of that what is posted.

        `state` is how it stands after the event. Raises InputError where an attended debate is under way in
        that channel, or two are in the community.
        """
        async with self._database.write() as connection:
            await _check_room(connection, place)
            number = await insert_row(connection, insert(debate).values(**_new(place, actor, state)))
            # As in the state: what is read back must come to the very same.
            await _log(connection, number, actor, state.opened, [opened], state)
            await _post(connection, number, place, state, state.seq, says(number))
        return number

    async def append(
        self,
        debate: int,
        actor: Actor,
        at: datetime,
        events: Sequence[DebateEvent],
        state: DebateState,
        posts: Sequence[Post],
    ) -> None:
        """Keep what happened, `state` being how it stands after that, and put the `posts` into the outbox.

        All of it or nothing. Raises MovedOn where the last event kept is not `state.seq - len(events)`.
        """
        if not events:
            raise ValueError("nothing happened")
        async with self._database.write() as connection:
            row = await _held(connection, debate)
            before = state.seq - len(events)
            if await _last(connection, debate) != before:
                raise MovedOn
            await _log(connection, debate, actor, at, events, state)
            await _restate(connection, row, state, at)
            await _post(connection, debate, _place(row), state, before + 1, posts)
            await _forget_drafts(connection, debate, events, state)

    async def debate(self, community: str, number: int) -> Debate:
        """One debate of a community. Raises NotFound; StoreError where a newer version went on with it."""
        async with self._database.read() as connection:
            here = and_(debate.c.id == number, debate.c.community == community)
            row = (await connection.execute(select(debate).where(here))).one_or_none()
            if row is None:
                raise _no_debate()
            events = select(debate_event).where(debate_event.c.debate == number)
            rows = (await connection.execute(events.order_by(debate_event.c.seq))).all()
        return Debate(
            id=number,
            place=_place(row),
            opened_by=Actor(row.opened_by, row.opened_by_name),
            events=tuple(_recorded(one) for one in rows),
        )

    async def under_way(self, place: Place) -> int | None:
        """The attended debate that is under way in the channel of a place."""
        return await self._newest(_in_channel(place), _UNDER_WAY)

    async def recent(self, community: str, limit: int) -> tuple[Outline, ...]:
        """The newest debates of a community, newest first."""
        here = select(debate).where(debate.c.community == community)
        query = here.order_by(debate.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return tuple(_outline(row) for row in await connection.execute(query))

    async def latest(self, place: Place) -> int | None:
        """The newest debate of the channel of a place, over or not."""
        return await self._newest(_in_channel(place))

    async def live(self, platform: str) -> tuple[tuple[str, int], ...]:
        """Community and number of every attended debate on a platform that is not over."""
        query = select(debate.c.community, debate.c.id).where(debate.c.platform == platform, _UNDER_WAY)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(debate.c.id))
            return tuple((row.community, row.id) for row in rows)

    async def keep_draft(self, debate: int, member: str, text: str) -> None:
        """Keep what a member means to say next, in place of the draft before; an empty text forgets it."""
        theirs = _draft_of(debate, member)
        async with self._database.write() as connection:
            await connection.execute(delete(debate_draft).where(theirs))
            if text:
                kept = insert(debate_draft).values(debate=debate, member=member, text=text)
                if not await insert_new(connection, kept):
                    await connection.execute(update(debate_draft).where(theirs).values(text=text))

    async def draft(self, debate: int, member: str) -> str:
        """What a member means to say next, or nothing."""
        query = select(debate_draft.c.text).where(_draft_of(debate, member))
        async with self._database.read() as connection:
            return await connection.scalar(query) or ""

    async def _newest(self, *where: ColumnElement[bool]) -> int | None:
        async with self._database.read() as connection:
            number: int | None = await connection.scalar(select(func.max(debate.c.id)).where(*where))
        return number


async def _check_room(connection: AsyncConnection, place: Place) -> None:
    """Raise InputError unless one more debate may begin in a channel."""
    running = select(debate.c.id).where(_UNDER_WAY)
    number = await connection.scalar(running.where(_in_channel(place)).limit(1))
    if number is not None:
        raise InputError(
            f"A debate is running here: number {number}.", "Wait until it is over, or see /debate status."
        )
    here = running.where(debate.c.community == place.community).limit(MOST_AT_ONCE)
    if len((await connection.execute(here)).all()) == MOST_AT_ONCE:
        raise InputError(
            "Two debates are running already.", "Wait until one of them is over; /debate list has them."
        )


async def _held(connection: AsyncConnection, number: int) -> Row[Any]:
    """The row of a debate, which no other transaction can change before this one is over."""
    query = select(debate).where(debate.c.id == number).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise _no_debate()
    return row


async def _last(connection: AsyncConnection, number: int) -> int:
    query = select(func.max(debate_event.c.seq)).where(debate_event.c.debate == number)
    return await connection.scalar(query) or 0


async def _log(
    connection: AsyncConnection,
    number: int,
    actor: Actor,
    at: datetime,
    events: Sequence[DebateEvent],
    state: DebateState,
) -> None:
    by = {"debate": number, "at": at, "actor": actor.id, "actor_name": actor.name}
    rows = [
        {**by, "seq": seq, "kind": type(event).__name__, "body": codec.encode(event)}
        for seq, event in enumerate(events, state.seq - len(events) + 1)
    ]
    await connection.execute(insert(debate_event), rows)


async def _restate(connection: AsyncConnection, row: Row[Any], state: DebateState, at: datetime) -> None:
    standing = _standing(state)
    if state.phase.is_over:
        # Striking is possible after the end, and does not move it.
        standing["closed_at"] = row.closed_at or at
    await connection.execute(update(debate).where(debate.c.id == row.id).values(**standing))


async def _post(
    connection: AsyncConnection,
    number: int,
    place: Place,
    state: DebateState,
    seq: int,
    posts: Sequence[Post],
) -> None:
    for n, post in enumerate(posts, 1):
        key = f"debate:{number}:{seq}:{n}"
        outgoing = Outgoing(key=key, place=place, reply=post.reply)
        await outbox.put(connection, _directed(outgoing, number, state, head=post.head))


def _directed(outgoing: Outgoing, number: int, state: DebateState, *, head: bool) -> Outgoing:
    """The same, to be said in the thread of the debate's first message, or in that message itself.

    A debate that was opened in a thread is held there; none is opened for it.
    """
    first, in_thread = head_of(number), outgoing.place.thread is not None
    if outgoing.key == first:
        return outgoing if in_thread else replace(outgoing, thread_title=_title(number, state))
    if head:
        return replace(outgoing, replaces=first)
    return outgoing if in_thread else replace(outgoing, below=first)


def _title(number: int, state: DebateState) -> str:
    title = f"Debate {number}: {one_line(state.motion.text)}"
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip()}…"


def _new(place: Place, actor: Actor, state: DebateState) -> dict[str, Any]:
    return {
        "platform": place.platform,
        "community": place.community,
        "channel": place.channel,
        "thread": place.thread,
        "opened_by": actor.id,
        "opened_by_name": actor.name,
        "opened_at": state.opened,
        "attended": state.attended,
        "motion": state.motion.text,
        "format": state.format.name,
        "voter_key": secrets.token_bytes(_KEY_BYTES),
        **_standing(state),
    }


def _standing(state: DebateState) -> dict[str, Any]:
    """The columns that tell how a debate stands."""
    return {
        "phase": state.phase.value,
        "paused": state.pause is not None,
        "ballot": state.ballot and state.ballot.value,
        "result": state.result,
    }


def _recorded(row: Row[Any]) -> Recorded:
    try:
        event = codec.decode(row.body)
    except ValueError as error:
        hint = "Install the newer version again, or restore a backup made with this one."
        where = f"Event {row.seq} of debate {row.debate} cannot be read, it may be a newer version's"
        raise StoreError(f"{where}: {error}.", hint) from error
    return Recorded(seq=row.seq, at=row.at, actor=Actor(row.actor, row.actor_name), event=event)


def _outline(row: Row[Any]) -> Outline:
    return Outline(
        id=row.id,
        place=_place(row),
        motion=row.motion,
        format=row.format,
        phase=Phase(row.phase),
        paused=row.paused,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        result=row.result,
    )


def _place(row: Row[Any]) -> Place:
    return Place(platform=row.platform, community=row.community, channel=row.channel, thread=row.thread)


def _in_channel(place: Place) -> ColumnElement[bool]:
    return and_(debate.c.community == place.community, debate.c.channel == place.channel)


async def _forget_drafts(
    connection: AsyncConnection, number: int, events: Sequence[DebateEvent], state: DebateState
) -> None:
    """A draft goes with the speech that its writer gives, and all of them with the end."""
    theirs = debate_draft.c.debate == number
    spoke = [
        one.speech.by.id for one in events if isinstance(one, Spoken) and isinstance(one.speech.by, Person)
    ]
    if state.phase.is_over:
        await connection.execute(delete(debate_draft).where(theirs))
    elif spoke:
        await connection.execute(delete(debate_draft).where(theirs, debate_draft.c.member.in_(spoke)))


def _draft_of(number: int, member: str) -> ColumnElement[bool]:
    return and_(debate_draft.c.debate == number, debate_draft.c.member == member)


def _no_debate() -> NotFound:
    return NotFound("No debate with that number here.", "/debate list has those that there were.")
