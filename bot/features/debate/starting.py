"""Starts debates, and where nobody is waited for runs them to their end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from bot.chair.chair import Chair
from bot.chair.evidence import ReadsCards
from bot.chair.files import Files
from bot.chair.speaking import SpeaksByModel
from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.debating.events import Opened
from bot.debating.format import Format, Pace
from bot.debating.motion import Motion, Stance
from bot.debating.speech import Cards, Holder, Person
from bot.debating.turning import turned
from bot.errors import InputError
from bot.features.debate import reply as replies
from bot.features.debate.command import Rematch, StartDebate
from bot.features.debate.seating import ME, Seating, actor_of
from bot.ports import Formats, LanguageModel, Motions, scope_of

FIRST_MOTION, FIRST_FORMAT = "1", "quick"
MEMBER_SIDE = "member"
"""The side of a format that a member argues, whichever it is."""
BREATHER_S = 6
"""How long people get to read what no person said, before the next turn."""


class StartsDebate:
    """Opens a debate in the channel, on a motion that both sides can argue."""

    def __init__(
        self,
        formats: Formats,
        motions: Motions,
        models: SpeaksByModel,
        model: LanguageModel,
        cards: ReadsCards,
        chair: Chair,
        files: Files,
    ) -> None:
        self._formats = formats
        self._motions = motions
        self._seating = Seating(models, model)
        self._cards = cards
        self._runs = Runs(chair, files)

    async def __call__(self, request: StartDebate, call: Invocation) -> AsyncIterator[Reply]:
        motion = _with_articles(await self._motions.matching(request.motion or FIRST_MOTION), request)
        format = _for_whom(await self._formats.named(request.format or FIRST_FORMAT), request)
        named = {Stance.PRO: request.for_, Stance.CON: request.against}
        await self._cards.refuse_unless_supplied(scope_of(call), motion)
        opened = _opened(
            call,
            motion=motion,
            format=format,
            pace=request.pace,
            live=not request.slow,
            seats=await self._seating.seats(format, named, call),
            watch=request.watch,
        )
        async with aclosing(self._runs(opened, call, request.out)) as steps:
            async for reply in steps:
                yield reply


class RunsRematch:
    """Opens a debate once more, the sides swapped."""

    def __init__(self, chair: Chair, files: Files) -> None:
        self._chair = chair
        self._runs = Runs(chair, files)

    async def __call__(self, request: Rematch, call: Invocation) -> AsyncIterator[Reply]:
        earlier = await self._chair.last(call.place, request.debate)
        state = earlier.state
        opened = _opened(
            call,
            motion=state.motion,
            format=state.format,
            pace=state.pace,
            live=state.live,
            seats=_swapped(state.format, state.seats, people=call.stays),
            watch=request.watch,
            rematch_of=earlier.number,
        )
        async with aclosing(self._runs(opened, call, request.out)) as steps:
            async for reply in steps:
                yield reply


class Runs:
    """Opens a debate and, where nobody is waited for, takes it to its end and shows the result."""

    def __init__(self, chair: Chair, files: Files) -> None:
        self._chair = chair
        self._files = files

    async def __call__(
        self, opened: Opened, call: Invocation, out: Path | None
    ) -> AsyncGenerator[Reply, None]:
        if out and opened.attended:
            raise InputError(
                "The record can be written once the debate is over.",
                "Then type /debate transcript out:FOLDER.",
            )
        if out:
            await self._files.check(out)
        sitting = await self._chair.open(call.place, actor_of(call), opened)
        if opened.attended:
            yield replies.opened(sitting)
            return
        async with aclosing(self._chair.run_through(sitting)) as steps:
            async for sitting in steps:
                yield replies.under_way(sitting)
        if out:
            await self._files.write(sitting, out)
        yield replies.finished(sitting, await self._chair.result(sitting), out)


def _opened(
    call: Invocation,
    *,
    motion: Motion,
    format: Format,
    pace: Pace,
    live: bool,
    seats: dict[str, Holder],
    watch: bool,
    rematch_of: int | None = None,
) -> Opened:
    return Opened(
        motion=motion,
        format=format.text,
        pace=pace,
        live=live,
        attended=call.stays,
        audience=1 if call.local else None,
        breather_s=BREATHER_S,
        seats=seats,
        rematch_of=rematch_of,
        told=watch or not call.from_shell,
    )


def _for_whom(format: Format, request: StartDebate) -> Format:
    """The format turned round where a member wants the side that it gives to the model."""
    theirs = next((side.stance for side in format.sides if side.id == MEMBER_SIDE), None)
    wanted = {Stance.PRO: request.for_, Stance.CON: request.against}
    mine = next((stance for stance, name in wanted.items() if name and name.casefold() in ME), None)
    return turned(format) if theirs and mine and theirs is not mine else format


def _with_articles(motion: Motion, request: StartDebate) -> Motion:
    """The motion with the articles that were named for its sides."""
    pro = replace(motion.pro, articles=_names(request.for_articles) or motion.pro.articles)
    con = replace(motion.con, articles=_names(request.against_articles) or motion.con.articles)
    return replace(motion, pro=pro, con=con)


def _names(named: str | None) -> tuple[str, ...]:
    return tuple(name for part in (named or "").split(",") if (name := part.strip()))


def _swapped(format: Format, seats: Mapping[str, Holder], *, people: bool) -> dict[str, Holder]:
    """The same holders on the other side. A person has one seat, and none where nobody is waited for."""
    machine = next((one for one in seats.values() if not isinstance(one, Person)), Cards())
    mirror: dict[str, Holder] = {}
    for side in format.sides:
        other = next((one for one in format.sides if one.stance is not side.stance), side)
        for n in range(1, side.seats + 1):
            holder = seats[f"{other.id}.{min(n, other.seats)}"]
            may = not isinstance(holder, Person) or (people and holder not in mirror.values())
            mirror[f"{side.id}.{n}"] = holder if may else machine
    return mirror
