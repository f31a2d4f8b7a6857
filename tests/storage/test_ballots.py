"""The contract of `ports.Ballots`: one vote a member and ballot, secret, and none once it is closed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.debating.ballots import Cast, Choice
from bot.debating.events import BOT, Started
from bot.debating.state import Ballot, Phase
from bot.errors import InputError
from tests.storage.conftest import PLACE, Clock, Kept, sqlite
from tests.storage.standing import NOON, begin, standing

PRE, POST = Ballot.PRE, Ballot.POST
FOR, AGAINST, UNDECIDED = Choice.FOR, Choice.AGAINST, Choice.UNDECIDED
CHOICES = list(Choice)


async def go(kept: Kept, number: int, seq: int, phase: Phase, *, paused: bool = False) -> None:
    """Have the debate stand in a phase after its `seq`-th event."""
    state = standing(seq, phase, paused=paused)
    await kept.debates.append(number, BOT, NOON, [Started()], state, [])


async def vote(kept: Kept, number: int, member: str, choice: Choice, ballot: Ballot = PRE) -> Choice | None:
    return await kept.ballots.cast(number, ballot, member, choice, late=False)


async def rows(kept: Kept) -> Sequence[Any]:
    async with kept.database.read() as connection:
        return (await connection.exec_driver_sql("SELECT * FROM ballot ORDER BY voter, ballot")).all()


@pytest.fixture
async def number(kept: Kept) -> int:
    return await begin(kept.debates)


async def test_a_vote_is_ones_own_to_see_and_to_change(kept: Kept, number: int) -> None:
    assert await kept.ballots.own(number, "ann") == {}
    assert await vote(kept, number, "ann", FOR) is None
    assert await vote(kept, number, "bob", UNDECIDED) is None
    assert await vote(kept, number, "ann", AGAINST) is FOR
    assert await kept.ballots.own(number, "ann") == {PRE: AGAINST}
    assert await kept.ballots.own(number, "bob") == {PRE: UNDECIDED}
    assert await kept.ballots.own(number + 1, "ann") == {}
    assert await kept.ballots.turnout(number, PRE) == 2
    assert await kept.ballots.turnout(number, POST) == 0


async def test_how_often_a_vote_was_changed_is_kept_but_not_what_it_was(kept: Kept, number: int) -> None:
    for choice in (FOR, FOR, AGAINST, AGAINST, FOR):
        await vote(kept, number, "ann", choice)
    (row,) = await rows(kept)
    assert (row.choice, row.changes) == ("for", 2)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.LOBBY])
async def test_no_vote_is_taken_when_the_first_ballot_is_not_open(
    kept: Kept, number: int, phase: Phase
) -> None:
    await vote(kept, number, "ann", FOR)
    await go(kept, number, 2, phase)
    for member in ("ann", "bob"):
        with pytest.raises(InputError) as refused:
            await vote(kept, number, member, AGAINST)
        assert refused.value.message == "Voting has closed."
    assert await kept.ballots.own(number, "ann") == {PRE: FOR}
    assert await kept.ballots.turnout(number, PRE) == 1


async def test_no_vote_is_taken_before_the_second_ballot_opens_nor_for_a_debate_that_is_not_there(
    kept: Kept, number: int
) -> None:
    for debate, ballot in ((number, POST), (number + 1, PRE)):
        with pytest.raises(InputError, match=r"^Voting has closed\.$"):
            await vote(kept, debate, "ann", FOR, ballot)
    assert await rows(kept) == []


async def test_a_pause_stops_voting_and_says_so(kept: Kept, number: int) -> None:
    await go(kept, number, 2, Phase.LOBBY, paused=True)
    with pytest.raises(InputError, match=r"^Voting has closed\. The debate is paused"):
        await vote(kept, number, "ann", FOR)
    await go(kept, number, 3, Phase.LOBBY)
    await vote(kept, number, "ann", FOR)


async def test_both_ballots_of_a_voter_come_together_nameless(kept: Kept, number: int) -> None:
    await vote(kept, number, "ann", UNDECIDED)
    await vote(kept, number, "bob", FOR)
    await go(kept, number, 2, Phase.LIVE)
    await go(kept, number, 3, Phase.POST_VOTE)
    await vote(kept, number, "ann", AGAINST, POST)
    await kept.ballots.cast(number, POST, "cid", FOR, late=True)
    await go(kept, number, 4, Phase.JUDGING)
    casts = await kept.ballots.casts(number)
    assert Counter(casts) == Counter(
        [
            Cast(before=UNDECIDED, after=AGAINST),
            Cast(before=FOR, after=None),
            Cast(before=None, after=FOR, late=True),
        ]
    )
    assert await kept.ballots.own(number, "ann") == {PRE: UNDECIDED, POST: AGAINST}


@pytest.mark.parametrize("phase", [Phase.LOBBY, Phase.POST_VOTE])
@pytest.mark.parametrize("paused", [False, True])
async def test_nothing_is_told_while_a_ballot_is_open(
    kept: Kept, number: int, phase: Phase, paused: bool
) -> None:
    await vote(kept, number, "ann", FOR)
    await go(kept, number, 2, phase, paused=paused)
    with pytest.raises(ValueError, match="is open"):
        await kept.ballots.casts(number)


async def test_the_order_of_votes_does_not_tell_who_came_when(kept: Kept, number: int) -> None:
    members = [str(member) for member in range(12)]
    other = await begin(kept.debates, replace(PLACE, channel="elsewhere"))
    for debate, order in ((number, members), (other, members[::-1])):
        for member in order:
            await vote(kept, debate, member, CHOICES[int(member) % 3])
        await go(kept, debate, 2, Phase.LIVE)
    casts = await kept.ballots.casts(number)
    assert casts == await kept.ballots.casts(other)
    assert all(one.before <= two.before for one, two in pairwise(casts) if one.before and two.before)


async def test_a_voter_is_the_member_under_the_key_of_that_debate(kept: Kept, number: int) -> None:
    other = await begin(kept.debates, replace(PLACE, channel="elsewhere"))
    for debate in (number, other):
        await vote(kept, debate, "member-canary", FOR)
    async with kept.database.read() as connection:
        keys = dict((await connection.exec_driver_sql("SELECT id, voter_key FROM debate")).all())
    found = {row.debate: row.voter for row in await rows(kept)}
    assert found == {
        debate: hmac.new(key, b"member-canary", hashlib.sha256).hexdigest() for debate, key in keys.items()
    }
    assert found[number] != found[other]
    assert {len(key) for key in keys.values()} == {32}
    assert "canary" not in repr(await rows(kept))


@dataclass
class Polling:
    """What many clients did at once, and what each was told."""

    number: int
    waiting: SimpleQueue[tuple[str, Choice]]
    close_at: int
    """So many votes are still waiting when the ballot is closed."""
    taken: list[tuple[str, Choice | None, Choice]] = field(default_factory=list)
    """Member, former choice, new choice."""
    refused: int = 0
    closing: Lock = field(default_factory=Lock)
    closed: bool = False
    at_close: tuple[Cast, ...] = ()
    after_close: int = 0
    """Votes begun after the close that were taken all the same."""

    async def client(self, kept: Kept) -> None:
        with suppress(Empty):
            while True:
                if self.waiting.qsize() <= self.close_at and self.closing.acquire(blocking=False):
                    await go(kept, self.number, 2, Phase.LIVE)
                    self.at_close = await kept.ballots.casts(self.number)
                    self.closed = True
                member, choice = self.waiting.get_nowait()
                begun_after = self.closed
                try:
                    former = await vote(kept, self.number, member, choice)
                except InputError:
                    self.refused += 1
                else:
                    self.taken.append((member, former, choice))
                    self.after_close += begun_after

    def last_choices(self) -> dict[str, Choice]:
        """What each member's votes come to: every one leads on from a former choice, and one to the last."""
        balance: dict[str, Counter[Choice]] = defaultdict(Counter)
        for member, former, choice in self.taken:
            balance[member][choice] += 1
            if former:
                balance[member][former] -= 1
        last = {member: +count for member, count in balance.items()}
        assert all(count.total() == 1 for count in last.values())
        return {member: next(iter(count)) for member, count in last.items()}


async def check(kept: Kept, polling: Polling) -> None:
    """One vote a member, the last one; an exact tally; none after the close."""
    last = polling.last_choices()
    assert polling.after_close == 0
    casts = await kept.ballots.casts(polling.number)
    assert casts == polling.at_close
    assert Counter(cast.before for cast in casts) == Counter(last.values())
    assert await kept.ballots.turnout(polling.number, PRE) == len(casts) == len(last)
    for member in list(last)[:20]:
        assert await kept.ballots.own(polling.number, member) == {PRE: last[member]}
    changes = sum(former not in (None, choice) for _, former, choice in polling.taken)
    of_this = [row for row in await rows(kept) if row.debate == polling.number]
    assert sum(row.changes for row in of_this) == changes


def test_five_thousand_votes_of_five_hundred_members_come_to_an_exact_tally(tmp_path: Path) -> None:
    """Two processes' worth of clients vote and change their votes; the ballot closes under their hands."""
    draw = random.Random(5)  # noqa: S311  # the same votes every time
    waiting: SimpleQueue[tuple[str, Choice]] = SimpleQueue()
    for _ in range(5000):
        waiting.put((str(draw.randrange(500)), draw.choice(CHOICES)))
    opened = sqlite(tmp_path, Clock())

    async def start() -> Polling:
        async with opened() as kept:
            return Polling(number=await begin(kept.debates), waiting=waiting, close_at=500)

    async def clients(polling: Polling) -> None:
        async with opened() as kept:
            await asyncio.gather(*(polling.client(kept) for _ in range(8)))

    async def end(polling: Polling) -> None:
        async with opened() as kept:
            await check(kept, polling)

    polling = asyncio.run(start())
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(lambda: asyncio.run(clients(polling))) for _ in range(2)]:
            done.result()
    assert len(polling.taken) + polling.refused == 5000
    assert polling.refused > 400
    asyncio.run(end(polling))


VOTES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(CHOICES)), min_size=1, max_size=14)


@settings(max_examples=20)
@given(VOTES, st.integers(0, 14), st.integers(1, 4))
def test_any_votes_of_a_few_in_any_interleaving_come_to_an_exact_tally(
    tmp_path_factory: pytest.TempPathFactory, votes: list[tuple[str, Choice]], close_at: int, clients: int
) -> None:
    async def run() -> None:
        opened = sqlite(tmp_path_factory.getbasetemp() / "ballots", Clock())
        async with opened() as kept, opened() as other:
            waiting: SimpleQueue[tuple[str, Choice]] = SimpleQueue()
            for one in votes:
                waiting.put(one)
            number = await begin(kept.debates, attended=False)
            polling = Polling(number=number, waiting=waiting, close_at=min(close_at, len(votes)))
            await asyncio.gather(*(polling.client(one) for _ in range(clients) for one in (kept, other)))
            await check(kept, polling)

    asyncio.run(run())
