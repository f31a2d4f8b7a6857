"""Runs debates: applies rules to how one stands, keeps what happens, and has done what must happen next."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.chair import posts
from bot.chair.files import Files
from bot.chair.sitting import Sitting
from bot.chair.speaker import Speaker
from bot.chair.words import Words
from bot.chat.invocation import Place
from bot.chat.reply import Actions, Picture, Reply
from bot.debating import ballots as tally
from bot.debating import rules
from bot.debating.applying import apply
from bot.debating.deciding import Due, Effect, decide
from bot.debating.events import BOT, Actor, Event, Opened, Recorded
from bot.debating.state import DebateState
from bot.errors import MovedOn, NotFound, RostrumError
from bot.ports import Ballots, Clock, Debates, Job, Jobs, Outbox, Outgoing, Post, head_of

log = logging.getLogger(__name__)

KIND = "debate"
"""The kind of the chair's jobs."""
TRIES = 5
"""How often a rule is applied anew because something else happened first."""

Rule = Callable[[DebateState, datetime], Sequence[Event]]
"""What follows, by the rules, from how a debate stands. Raises InputError for what may not be."""


class Chair:
    """Everything that happens in a debate happens here, as events; who may do what is in the rules."""

    def __init__(
        self,
        debates: Debates,
        ballots: Ballots,
        jobs: Jobs,
        outbox: Outbox,
        clock: Clock,
        speaker: Speaker,
        files: Files,
        words: Words,
    ) -> None:
        self._debates = debates
        self._ballots = ballots
        self._jobs = jobs
        self._outbox = outbox
        self._clock = clock
        self._speaker = speaker
        self._files = files
        self._words = words

    async def open(self, place: Place, actor: Actor, opened: Opened) -> Sitting:
        """A new debate, announced. Raises InputError where one is under way in the channel."""
        await self._words.refuse_in(place.community, actor, [opened])
        first = Recorded(seq=1, at=self._clock.now(), actor=actor, event=opened)
        state = apply(None, first)
        cost = self._speaker.cost(state)

        def says(number: int) -> Sequence[Post]:
            said = posts.announcement(number, state, calls=cost.calls, tokens=cost.tokens)
            return _posted([Post(reply=said, head=True)], state) if opened.told else ()

        number = await self._debates.open(place, actor, opened, state, says)
        sitting = Sitting(number=number, place=place, opened_by=actor, recorded=(first,), state=state)
        await self._hand_over(sitting)
        return sitting

    async def look(self, community: str, number: int) -> Sitting:
        """How a debate stands. Raises NotFound."""
        return Sitting.of(await self._debates.debate(community, number))

    async def here(self, place: Place, number: int | None) -> Sitting:
        """The debate of that number, else the one under way in a channel. Raises NotFound."""
        if number is None:
            number = await self._debates.under_way(place)
        if number is None:
            raise NotFound("No debate is running here.", "/debate start opens one.")
        return await self._in_channel(place, number)

    async def last(self, place: Place, number: int | None) -> Sitting:
        """The debate of that number, else the newest of a channel, over or not. Raises NotFound."""
        if number is None:
            number = await self._debates.latest(place)
        if number is None:
            raise NotFound("There has been no debate here yet.", "/debate start opens one.")
        return await self._in_channel(place, number)

    async def _in_channel(self, place: Place, number: int) -> Sitting:
        """A debate of that channel: what is said in one channel is not for those who see another."""
        sitting = await self.look(place.community, number)
        if sitting.place.channel != place.channel:
            raise NotFound("No debate with that number here.")
        return sitting

    async def act(self, sitting: Sitting, actor: Actor, rule: Rule) -> Sitting:
        """Apply a rule, keep what follows and have it posted. Raises what the rule raises, and MovedOn."""
        for _ in range(TRIES):
            now = self._clock.now()
            events = rule(sitting.state, now)
            if not events:
                return sitting
            await self._words.refuse_in(sitting.place.community, actor, events)
            try:
                return await self._keep(sitting, actor, now, events)
            except MovedOn:
                sitting = await self.look(sitting.place.community, sitting.number)
        raise MovedOn

    async def move_on_if_all_voted(self, sitting: Sitting) -> Sitting:
        """Close a ballot early once everybody who may vote has."""
        ballot = sitting.state.ballot
        if ballot is None:
            return sitting
        turnout = await self._ballots.turnout(sitting.number, ballot)
        if not rules.all_voted(sitting.state, turnout):
            return sitting
        return await self.act(
            sitting, BOT, lambda state, now: rules.call(state, now) if state.ballot is ballot else ()
        )

    async def run_through(self, sitting: Sitting) -> AsyncGenerator[Sitting, None]:
        """An unattended debate, step by step to its end, without waiting for anybody."""
        while dues := decide(sitting.state):
            before, sitting = sitting, await self._perform(sitting, dues[0])
            if sitting.state.seq == before.state.seq:
                raise RuntimeError(f"debate {sitting.number} stands still at {dues[0].name}")
            yield sitting

    async def perform(self, values: Mapping[str, str | int]) -> None:
        """A job: do what was due, unless the debate has moved on."""
        sitting = await self.look(str(values["community"]), int(values["number"]))
        due = _still_due(sitting.state, str(values["due"]))
        if due and (due.at is None or due.at <= self._clock.now()):
            await self._perform(sitting, due)

    async def sweep(self, platform: str) -> None:
        """Hand over again what every debate under way on a platform needs."""
        for community, number in await self._debates.live(platform):
            try:
                await self._hand_over(await self.look(community, number))
            except (RostrumError, ValueError) as error:
                log.error("debate %d cannot go on: %s", number, error)  # and must not keep the others

    async def _perform(self, sitting: Sitting, due: Due) -> Sitting:
        match due.effect:
            case Effect.START:
                return await self._by_clock(sitting, due, rules.started)
            case Effect.CALL:
                return await self._by_clock(sitting, due, rules.called)
            case Effect.CLOSE_WINDOW:
                return await self._by_clock(sitting, due, rules.window_closed)
            case Effect.CLOSE_VOTE:
                return await self._by_clock(sitting, due, rules.vote_closed)
            case Effect.ABANDON:
                return await self._by_clock(sitting, due, rules.abandoned)
            case Effect.SPEAK:
                return await self._by_clock(sitting, due, await self._speaker.by_machine(sitting))
            case Effect.EXPIRE:
                draft = await self._draft(sitting)
                return await self._by_clock(sitting, due, await self._speaker.by_time(sitting, draft))
            case Effect.WARN:
                await self._warn(sitting, due)
                return sitting
            case Effect.COUNT:
                return await self._count(sitting, due)

    async def _by_clock(self, sitting: Sitting, due: Due, rule: Rule) -> Sitting:
        def still(state: DebateState, now: datetime) -> Sequence[Event]:
            return rule(state, now) if _still_due(state, due.name) else ()

        return await self.act(sitting, BOT, still)

    async def _draft(self, sitting: Sitting) -> str:
        holder = rules.person_at_turn(sitting.state)
        return await self._debates.draft(sitting.number, holder.id) if holder else ""

    async def _warn(self, sitting: Sitting, due: Due) -> None:
        turn = sitting.state.turn
        if turn is None or turn.deadline is None or not sitting.is_told:
            return
        left = int((turn.deadline - self._clock.now()).total_seconds())
        said = posts.warning(sitting.number, sitting.state, left)
        key = f"debate:{sitting.number}:{due.name}"
        below = None if sitting.place.thread else head_of(sitting.number)
        await self._outbox.put(Outgoing(key=key, place=sitting.place, reply=said, below=below))

    async def _count(self, sitting: Sitting, due: Due) -> Sitting:
        """Count the votes, draw the pictures, close."""
        voting = sitting.state.format.voting
        casts = await self._ballots.casts(sitting.number)
        result = tally.result(casts, quorum=voting.quorum, decide=voting.decide)
        return await self._by_clock(
            sitting, due, lambda state, now: rules.counted(state, result.as_data(), now)
        )

    async def _keep(self, sitting: Sitting, actor: Actor, now: datetime, events: Sequence[Event]) -> Sitting:
        after = sitting.after(actor, now, events)
        said = await self._said(sitting, after) if sitting.is_told else []
        await self._debates.append(sitting.number, actor, now, events, after.state, said)
        await self._hand_over(after)
        return after

    async def _said(self, before: Sitting, after: Sitting) -> Sequence[Post]:
        new = after.recorded[len(before.recorded) :]
        said = [Post(reply=one) for one in posts.after(after.number, new, before.state, after.state)]
        if not after.state.attended:
            return _posted(said, after.state)
        if after.state.result is not None and before.state.result is None:
            card = await self.result(after)
            return [*said, Post(reply=card), Post(reply=card, head=True)]
        if after.state.result is None and posts.is_due(before.state, after.state):
            said.append(Post(reply=self._head(after), head=True))
        return said

    def _head(self, sitting: Sitting) -> Reply:
        state = sitting.state
        cost = self._speaker.cost(state)
        return posts.head(sitting.number, state, calls=cost.calls, tokens=cost.tokens)

    async def result(self, sitting: Sitting) -> Reply:
        """The result card of a closed debate, with its pictures."""
        return posts.result_card(sitting.number, sitting.state, await self.pictures(sitting))

    async def pictures(self, sitting: Sitting) -> Sequence[Picture]:
        """The pictures of a closed debate, drawn into its folder."""
        return await self._files.pictures(sitting, self._files.home(sitting))

    async def _hand_over(self, sitting: Sitting) -> None:
        if not sitting.state.attended:
            return
        for due in decide(sitting.state):
            values: dict[str, str | int] = {"community": sitting.place.community, "number": sitting.number}
            job = Job(kind=KIND, values={**values, "due": due.name})
            await self._jobs.enqueue(f"debate:{sitting.number}:{due.name}", job, after=due.at)


def _still_due(state: DebateState, name: str) -> Due | None:
    return next((due for due in decide(state) if due.name == name), None)


def _posted(said: Sequence[Post], state: DebateState) -> Sequence[Post]:
    """Of a debate that nobody attends, without its buttons."""
    return said if state.attended else [replace(one, reply=_without_buttons(one.reply)) for one in said]


def _without_buttons(said: Reply) -> Reply:
    return replace(said, blocks=tuple(block for block in said.blocks if not isinstance(block, Actions)))
