"""The contract of `ports.Ledger`: limits that hold across processes, restarts and kills; sums that add up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import LimitReached, Wait
from bot.model import Payer, Usage
from bot.ports import Allowances, Limit, Whose
from bot.storage import open_storage
from bot.storage.ledger import MOST_COST, StoredLedger
from tests.storage.conftest import PLACE, Clock, Kept, Open, sqlite

ANN = Payer(member="ann", community="here")
BOB = replace(ANN, member="bob")
ELSEWHERE = replace(ANN, community="there")
THREAD = replace(PLACE, thread="t1")
TODAY = date(2026, 5, 1)


class Still(Clock):
    """A clock that moves on request only."""

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Still()


def limited(kept: Kept, clock: Clock, **most: int | None) -> StoredLedger:
    """A ledger with these limits and no others."""
    free = dict.fromkeys(Allowances.__slots__)
    return StoredLedger(kept.database, clock, Allowances(**{**free, **most}))


async def reserve(ledger: StoredLedger, tokens: int, payer: Payer = ANN, *, model: str = "m") -> int:
    return await ledger.reserve(payer, tokens, endpoint="e", model=model, purpose="answer")


async def used(ledger: StoredLedger, payer: Payer = ANN) -> list[int]:
    return [limit.used for limit in await ledger.limits(payer)]


def usage(prompt: int, answer: int = 0) -> Usage:
    return Usage(prompt=prompt, answer=answer)


async def granted(ledger: StoredLedger, tokens: int, payer: Payer = ANN) -> bool:
    try:
        await reserve(ledger, tokens, payer)
    except LimitReached:
        return False
    return True


async def asks(ledger: StoredLedger, member: str = "ann", *, place: object = PLACE) -> int:
    """0 for a question that may be asked, else the seconds to wait."""
    try:
        await ledger.take_turn(place, member)  # type: ignore[arg-type]
    except Wait as error:
        return error.seconds
    return 0


# Tokens in a day.


async def test_what_is_reserved_counts_for_the_member_the_community_and_in_all(kept: Kept) -> None:
    await reserve(kept.ledger, 100)
    await reserve(kept.ledger, 20, BOB)
    await reserve(kept.ledger, 3, ELSEWHERE)
    assert await kept.ledger.limits(ANN) == (
        Limit(whose=Whose.MEMBER, used=100, most=50_000),
        Limit(whose=Whose.COMMUNITY, used=120, most=500_000),
        Limit(whose=Whose.ALL, used=123, most=2_000_000),
    )
    assert await used(kept.ledger, ELSEWHERE) == [3, 3, 123]


async def test_what_the_bot_does_by_itself_counts_in_all_and_takes_nothing_from_anybody(kept: Kept) -> None:
    itself = Payer(member=None, community="here")
    await reserve(kept.ledger, 600_000, itself)
    await reserve(kept.ledger, 100)
    assert await used(kept.ledger) == [100, 100, 600_100]
    assert await kept.ledger.limits(itself) == (Limit(whose=Whose.ALL, used=600_100, most=2_000_000),)
    assert not await granted(kept.ledger, 1_400_000, itself)


async def test_what_a_call_came_to_counts_instead_of_what_was_reserved_for_it(kept: Kept) -> None:
    call = await reserve(kept.ledger, 1000)
    await kept.ledger.settle(call, usage(300, 40), None)
    assert await used(kept.ledger) == [340] * 3


async def test_settling_twice_or_giving_back_what_is_settled_changes_nothing(kept: Kept) -> None:
    call = await reserve(kept.ledger, 1000)
    await kept.ledger.settle(call, usage(300), Decimal(1))
    await kept.ledger.settle(call, usage(7), Decimal(2))
    await kept.ledger.give_back(call)
    assert await used(kept.ledger) == [300] * 3
    [spent] = await kept.ledger.spent(None, TODAY)
    assert (spent.calls, spent.prompt, spent.cost) == (1, 300, Decimal(1))


async def test_what_is_given_back_counts_no_more_and_cannot_be_settled(kept: Kept) -> None:
    call = await reserve(kept.ledger, 1000)
    await kept.ledger.give_back(call)
    await kept.ledger.settle(call, usage(300), Decimal(1))
    await kept.ledger.settle(call + 1, usage(300), Decimal(1))
    assert await used(kept.ledger) == [0] * 3
    assert await kept.ledger.spent(None, TODAY) == ()
    assert await reserve(kept.ledger, 1) > call


async def test_the_last_tokens_can_be_reserved_and_not_one_more(kept: Kept, clock: Clock) -> None:
    ledger = limited(kept, clock, member_tokens=1000)
    assert await granted(ledger, 999)
    assert not await granted(ledger, 2)
    assert await granted(ledger, 1)
    assert not await granted(ledger, 1)
    assert await granted(ledger, 0)
    assert await granted(ledger, 1000, BOB)


async def test_a_call_larger_than_a_whole_limit_is_refused_and_counts_nothing(
    kept: Kept, clock: Clock
) -> None:
    ledger = limited(kept, clock, member_tokens=1000)
    assert not await granted(ledger, 1001)
    assert await used(ledger) == [0] * 3
    assert await ledger.spent(None, TODAY) == ()


@pytest.mark.parametrize(
    ("most", "says"),
    [
        ({"member_tokens": 50_000}, "It is the limit of 50,000 tokens a day for a member."),
        ({"community_tokens": 50_000}, "It is the limit of 50,000 tokens a day for a community."),
        ({"all_tokens": 50_000}, "It is the limit of 50,000 tokens a day for everybody together."),
    ],
)
async def test_who_is_refused_is_told_which_limit_it_is_and_when_the_next_day_begins(
    kept: Kept, clock: Clock, most: dict[str, int], says: str
) -> None:
    clock.time = datetime(2026, 5, 1, 21, 0, 1, tzinfo=UTC)
    ledger = limited(kept, clock, **most)
    await reserve(ledger, 50_000)
    with pytest.raises(LimitReached) as refused:
        await reserve(ledger, 1)
    assert refused.value.message == "Today's limit is used up; it resets at 00:00 UTC (in 3 h)."
    assert refused.value.hint == f"{says.removesuffix('.')}: 0 are left, and this may take 1."
    assert refused.value.resets_at == ledger.resets_at() == datetime(2026, 5, 2, tzinfo=UTC)


async def test_one_community_cannot_use_up_what_another_one_has(kept: Kept, clock: Clock) -> None:
    ledger = limited(kept, clock, community_tokens=100, all_tokens=150)
    assert await granted(ledger, 100, BOB)
    assert not await granted(ledger, 1)
    assert await granted(ledger, 50, ELSEWHERE)
    assert not await granted(ledger, 1, ELSEWHERE)


@pytest.mark.parametrize("nothing", [None, 0])
async def test_no_limit_refuses_nothing_and_still_counts(
    kept: Kept, clock: Clock, nothing: int | None
) -> None:
    none = dict.fromkeys(Allowances.__slots__, nothing)
    ledger = StoredLedger(kept.database, clock, Allowances(**none))
    for _ in range(3):
        assert await granted(ledger, 2_000_000_000)
    assert [(one.used, one.most) for one in await ledger.limits(ANN)] == [(6_000_000_000, None)] * 3
    assert [await asks(ledger) for _ in range(40)] == [0] * 40


async def test_tokens_below_nothing_are_refused_as_a_mistake(kept: Kept) -> None:
    with pytest.raises(ValueError, match="-1 tokens"):
        await reserve(kept.ledger, -1)


@pytest.mark.parametrize(("said", "counts"), [(usage(-500, -1), 0), (usage(10**30, 5), 2**31 + 4)])
async def test_an_endpoint_that_says_nonsense_opens_no_limit_and_breaks_no_sum(
    kept: Kept, said: Usage, counts: int
) -> None:
    await reserve(kept.ledger, 40)
    call = await reserve(kept.ledger, 10)
    await kept.ledger.settle(call, said, None)
    assert await used(kept.ledger) == [40 + counts] * 3


# The day.


async def test_at_midnight_the_limits_start_anew(kept: Kept, clock: Clock) -> None:
    ledger = limited(kept, clock, member_tokens=100)
    clock.time = datetime(2026, 5, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    assert await granted(ledger, 100)
    assert not await granted(ledger, 1)
    clock.time = datetime(2026, 5, 2, tzinfo=UTC)
    assert await used(ledger) == [0] * 3
    assert await granted(ledger, 100)
    assert ledger.resets_at() == datetime(2026, 5, 3, tzinfo=UTC)


async def test_a_call_counts_on_the_day_that_it_began(kept: Kept, clock: Clock) -> None:
    clock.time = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
    call = await reserve(kept.ledger, 100)
    clock.pass_by(minutes=2)
    await kept.ledger.settle(call, usage(60), None)
    assert await used(kept.ledger) == [0] * 3
    assert [(one.day, one.prompt) for one in await kept.ledger.spent(None, TODAY)] == [(TODAY, 60)]


async def test_a_clock_of_another_zone_is_read_in_utc(kept: Kept, clock: Clock) -> None:
    from zoneinfo import ZoneInfo

    clock.time = datetime(2026, 5, 2, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    await reserve(kept.ledger, 1)
    assert [one.day for one in await kept.ledger.spent(None, TODAY)] == [TODAY]
    assert kept.ledger.resets_at() == datetime(2026, 5, 2, tzinfo=UTC)


# Several processes.


async def test_what_one_process_reserves_the_other_cannot(kept: Kept, open_again: Open, clock: Clock) -> None:
    one = limited(kept, clock, community_tokens=100)
    async with open_again() as opened:
        other = limited(opened, clock, community_tokens=100)
        call = await reserve(one, 70)
        assert not await granted(other, 31, BOB)
        await other.settle(call, usage(60), None)
        assert not await granted(one, 41)
        assert await granted(other, 40, BOB)


@pytest.mark.parametrize(("size", "fit"), [(1, 7), (2, 3), (7, 1), (8, 0)])
async def test_of_many_that_reserve_the_last_tokens_at_once_as_many_succeed_as_fit(
    kept: Kept, open_again: Open, clock: Clock, size: int, fit: int
) -> None:
    async with open_again() as other:
        ledgers = [limited(one, clock, all_tokens=7) for one in (kept, other)]
        payers = [Payer(member=f"m{n}", community=f"c{n % 3}") for n in range(12)]
        tries = [granted(ledgers[n % 2], size, payer) for n, payer in enumerate(payers)]
        assert sum(await asyncio.gather(*tries)) == fit
    assert (await used(ledgers[0]))[2] == fit * size


async def test_after_a_restart_the_limit_is_as_used_up_as_before(tmp_path: Path, clock: Clock) -> None:
    allowed = Allowances(member_tokens=100)
    async with open_storage(tmp_path, clock, allowed) as storage:
        call = await storage.ledger.reserve(ANN, 60, endpoint="e", model="m", purpose="answer")
        await storage.ledger.settle(call, usage(50), None)
        await storage.ledger.reserve(ANN, 40, endpoint="e", model="m", purpose="answer")
    async with open_storage(tmp_path, clock, allowed) as storage:
        with pytest.raises(LimitReached):
            await storage.ledger.reserve(ANN, 11, endpoint="e", model="m", purpose="answer")
        await storage.ledger.reserve(ANN, 10, endpoint="e", model="m", purpose="answer")


RESERVING = """
    import asyncio, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from bot.errors import LimitReached
    from bot.model import Payer
    from bot.ports import Allowances
    from bot.storage import open_storage

    class Clock:
        def now(self):
            return datetime(2026, 5, 1, 12, tzinfo=UTC)

    async def main(folder, name):
        allowed = Allowances(member_tokens=None, community_tokens=None, all_tokens=1000)
        async with open_storage(folder, Clock(), allowed) as storage:
            payer = Payer(member=name, community=name)
            try:
                while True:
                    await storage.ledger.reserve(payer, 13, endpoint="e", model="m", purpose="answer")
                    print("reserved", flush=True)
            except LimitReached:
                print("refused", flush=True)

    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def start(folder: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(RESERVING), str(folder), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_that_reserve_all_they_can_get_what_fits_together_and_one_may_be_killed(
    tmp_path: Path, clock: Clock
) -> None:
    processes = [start(tmp_path, f"p{number}") for number in range(3)]
    assert processes[0].stdout is not None
    before_kill = [processes[0].stdout.readline() for _ in range(2)]
    processes[0].kill()
    killed = before_kill + processes[0].communicate(timeout=60)[0].splitlines()
    said = [process.communicate(timeout=60) for process in processes[1:]]
    assert [errors for _, errors in said] == ["", ""]
    assert [lines.count("refused") for lines, _ in said] == [1, 1]
    told = sum(line.startswith("reserved") for line in killed) + sum(x.count("reserved") for x, _ in said)

    async def in_all() -> int:
        async with sqlite(tmp_path, clock)() as kept:
            return (await used(kept.ledger))[2]

    # A kill may come between the reservation and the word of it; then it counts all the same.
    assert asyncio.run(in_all()) == 1000 // 13 * 13
    assert 1000 // 13 - 1 <= told <= 1000 // 13


# Any sequence.

MOST = {"member_tokens": 50, "community_tokens": 80, "all_tokens": 100}
PAYERS = [ANN, BOB, ELSEWHERE, replace(BOB, community="there")]


@dataclass
class Expected:
    """The calls as they should count, kept in memory: day, payer, tokens, whether settled."""

    calls: dict[int, tuple[date, Payer, int, bool]] = field(default_factory=dict)

    def used(self, day: date, payer: Payer) -> list[int]:
        today = [(one, tokens) for when, one, tokens, _ in self.calls.values() if when == day]
        return [
            sum(tokens for one, tokens in today if one == payer),
            sum(tokens for one, tokens in today if one.community == payer.community),
            sum(tokens for _, tokens in today),
        ]

    def fits(self, day: date, payer: Payer, tokens: int) -> bool:
        return all(u + tokens <= most for u, most in zip(self.used(day, payer), MOST.values(), strict=True))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from(PAYERS), st.integers(0, 60)),
        st.tuples(st.just("settle"), st.integers(0, 9), st.integers(0, 60)),
        st.tuples(st.just("give back"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("day"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sequences")


@settings(max_examples=60)
@given(STEPS)
def test_whatever_is_reserved_settled_and_given_back_no_limit_is_ever_passed_by_a_reservation(
    folder: Path, steps: list[tuple[str, object, int]]
) -> None:
    asyncio.run(walk(folder, steps))


async def walk(folder: Path, steps: list[tuple[str, object, int]]) -> None:
    clock, expected = Still(), Expected()
    async with sqlite(folder, clock)() as kept:
        async with kept.database.write() as connection:
            await connection.exec_driver_sql("DELETE FROM model_call")
        ledger = limited(kept, clock, **MOST)
        numbers: list[int] = []
        for what, which, tokens in steps:
            day = clock.time.date()
            if what == "reserve":
                assert isinstance(which, Payer)
                fits = expected.fits(day, which, tokens)
                try:
                    number = await reserve(ledger, tokens, which)
                except LimitReached:
                    assert not fits
                else:
                    assert fits
                    numbers.append(number)
                    expected.calls[number] = (day, which, tokens, False)
            elif what == "day":
                clock.pass_by(days=1)
            elif numbers:
                assert isinstance(which, int)
                number = numbers[which % len(numbers)]
                await finish(ledger, expected, what, number, tokens)
            for payer in PAYERS:
                assert await used(ledger, payer) == expected.used(clock.time.date(), payer)
        total = sum(one.prompt for one in await ledger.spent(None, TODAY))
        assert total == sum(tokens for _, _, tokens, settled in expected.calls.values() if settled)


async def finish(ledger: StoredLedger, expected: Expected, what: str, number: int, tokens: int) -> None:
    still_open = number in expected.calls and not expected.calls[number][3]
    if what == "settle":
        await ledger.settle(number, usage(tokens), None)
        if still_open:
            day, payer, _, _ = expected.calls[number]
            expected.calls[number] = (day, payer, tokens, True)
    else:
        await ledger.give_back(number)
        if still_open:
            del expected.calls[number]


# What was used.


async def test_costs_are_exact_however_small_and_many(kept: Kept) -> None:
    for cost in ["0.1", "0.2", "0.000000050", "0.000000000001"] * 25:
        await kept.ledger.settle(await reserve(kept.ledger, 1), usage(1), Decimal(cost))
    [spent] = await kept.ledger.spent(None, TODAY)
    assert spent.cost == Decimal("7.500001250025")
    assert (spent.calls, spent.unpriced, spent.unfinished) == (100, 0, 0)


async def test_a_cost_finer_than_is_kept_is_rounded_up(kept: Kept) -> None:
    await kept.ledger.settle(await reserve(kept.ledger, 1), usage(1), Decimal("1E-30"))
    assert (await kept.ledger.spent(None, TODAY))[0].cost == Decimal("1E-12")


@pytest.mark.parametrize("cost", [None, *map(Decimal, ("NaN", "Infinity", "-1", "1E30")), MOST_COST + 1])
async def test_a_cost_that_cannot_be_so_is_unknown(kept: Kept, cost: Decimal | None) -> None:
    await kept.ledger.settle(await reserve(kept.ledger, 1), usage(3, 4), cost)
    [spent] = await kept.ledger.spent(None, TODAY)
    assert (spent.cost, spent.unpriced, spent.calls, spent.prompt, spent.answer) == (None, 1, 1, 3, 4)


async def test_what_is_free_is_not_what_is_unknown(kept: Kept) -> None:
    for cost in (Decimal(0), None):
        await kept.ledger.settle(await reserve(kept.ledger, 1), usage(1), cost)
    [spent] = await kept.ledger.spent(None, TODAY)
    assert (spent.cost, spent.unpriced, spent.calls) == (Decimal(0), 1, 2)


async def test_what_was_used_is_told_by_day_and_model_and_an_unfinished_call_apart(
    kept: Kept, clock: Clock
) -> None:
    for model in ("b", "a", "a"):
        await kept.ledger.settle(await reserve(kept.ledger, 9, model=model), usage(2, 3), Decimal(1))
    await reserve(kept.ledger, 50, model="a")
    clock.pass_by(days=1)
    await kept.ledger.settle(await reserve(kept.ledger, 9, ELSEWHERE), usage(1), None)
    tomorrow = TODAY + timedelta(days=1)
    told = [
        (one.day, one.model, one.calls, one.prompt, one.answer, one.cost, one.unfinished)
        for one in await kept.ledger.spent(None, TODAY)
    ]
    assert told == [
        (TODAY, "a", 2, 4, 6, Decimal(2), 1),
        (TODAY, "b", 1, 2, 3, Decimal(1), 0),
        (tomorrow, "m", 1, 1, 0, None, 0),
    ]
    assert [one.day for one in await kept.ledger.spent(None, tomorrow)] == [tomorrow]
    assert [one.model for one in await kept.ledger.spent("here", TODAY)] == ["a", "b"]
    assert await kept.ledger.spent("nowhere", TODAY) == ()


# Questions in a minute.


async def test_the_sixth_question_in_a_minute_waits_until_the_first_is_a_minute_old(
    kept: Kept, clock: Clock
) -> None:
    for _ in range(5):
        assert await asks(kept.ledger) == 0
        clock.pass_by(seconds=8)
    assert await asks(kept.ledger) == 20
    clock.pass_by(seconds=19.5)
    assert await asks(kept.ledger) == 1
    clock.pass_by(seconds=0.5)
    assert await asks(kept.ledger) == 0
    assert await asks(kept.ledger) == 8


async def test_who_has_to_wait_is_told_so_in_words(kept: Kept) -> None:
    for _ in range(5):
        await kept.ledger.take_turn(PLACE, "ann")
    with pytest.raises(Wait, match=r"Wait 60 s\."):
        await kept.ledger.take_turn(PLACE, "ann")


async def test_a_question_that_had_to_wait_is_not_counted(kept: Kept, clock: Clock) -> None:
    for _ in range(30):
        await asks(kept.ledger)
    clock.pass_by(seconds=60)
    assert [await asks(kept.ledger) for _ in range(6)] == [0] * 5 + [60]


async def test_a_member_has_as_many_questions_in_all_channels_and_threads_together(kept: Kept) -> None:
    places = [PLACE, THREAD, replace(PLACE, channel="other"), replace(PLACE, channel="third"), PLACE]
    assert [await asks(kept.ledger, place=place) for place in places] == [0] * 5
    assert await asks(kept.ledger, place=replace(PLACE, channel="fourth")) == 60
    assert await asks(kept.ledger, place=replace(PLACE, community="elsewhere")) == 0
    assert await asks(kept.ledger, "bob") == 0


async def test_a_channel_has_twenty_questions_its_threads_included(kept: Kept, clock: Clock) -> None:
    for number in range(20):
        place = replace(PLACE, thread=f"t{number}" if number % 2 else None)
        assert await asks(kept.ledger, f"m{number}", place=place) == 0
        clock.pass_by(seconds=1)
    for place in (PLACE, THREAD):
        assert await asks(kept.ledger, "new", place=place) == 40
    assert await asks(kept.ledger, "new", place=replace(PLACE, channel="other")) == 0
    assert await asks(kept.ledger, "new", place=replace(PLACE, community="elsewhere")) == 0


async def test_the_longer_of_two_waits_is_told(kept: Kept, clock: Clock) -> None:
    ledger = limited(kept, clock, member_asks=1, channel_asks=2)
    assert await asks(ledger) == 0
    clock.pass_by(seconds=10)
    assert await asks(ledger, "bob") == 0
    assert (await asks(ledger), await asks(ledger, "bob")) == (50, 60)


async def test_of_many_questions_at_once_as_many_are_taken_as_the_minute_has(
    kept: Kept, open_again: Open
) -> None:
    async with open_again() as other:
        waits = await asyncio.gather(*(asks(one.ledger) for one in [kept, other] * 6))
    assert sorted(waits) == [0] * 5 + [60] * 7


async def test_a_restart_forgives_no_question(kept: Kept, open_again: Open, clock: Clock) -> None:
    for _ in range(5):
        await asks(kept.ledger)
    clock.pass_by(seconds=30)
    async with open_again() as restarted:
        assert await asks(restarted.ledger) == 30


async def test_a_clock_that_is_set_back_blocks_nobody_for_long(kept: Kept, clock: Clock) -> None:
    for _ in range(5):
        await asks(kept.ledger)
    clock.pass_by(hours=-3)
    assert await asks(kept.ledger) == 0


async def test_questions_older_than_a_minute_leave_no_trace(kept: Kept, clock: Clock) -> None:
    for _ in range(3):
        await asks(kept.ledger)
    clock.pass_by(minutes=1)
    await asks(kept.ledger, "bob")
    assert [row async for row in rows(kept, "SELECT member FROM recent_ask")] == [("bob",)]
    clock.pass_by(minutes=1)
    await kept.ledger.purge(clock.now())
    assert [row async for row in rows(kept, "SELECT member FROM recent_ask")] == []


async def rows(kept: Kept, query: str) -> AsyncIterator[tuple[object, ...]]:
    async with kept.database.read() as connection:
        for row in (await connection.exec_driver_sql(query)).all():
            yield tuple(row)


# Forgetting.


async def test_after_its_time_nobody_knows_who_made_a_call_and_later_nothing_of_it(
    kept: Kept, clock: Clock
) -> None:
    await kept.ledger.settle(await reserve(kept.ledger, 5), usage(5), Decimal(1))
    members = "SELECT member FROM model_call ORDER BY id"
    clock.pass_by(days=30)
    await reserve(kept.ledger, 6, BOB)
    assert await kept.ledger.purge(clock.now() - timedelta(days=30)) == 0
    assert [row async for row in rows(kept, members)] == [("ann",), ("bob",)]
    clock.pass_by(days=1)
    assert await kept.ledger.purge(clock.now() - timedelta(days=30)) == 0
    assert [row async for row in rows(kept, members)] == [(None,), ("bob",)]
    assert (await kept.ledger.spent("here", TODAY))[0].cost == Decimal(1)
    clock.pass_by(days=60)
    assert await kept.ledger.purge(clock.now() - timedelta(days=3650)) == 1
    assert [row async for row in rows(kept, members)] == [("bob",)]


async def test_forgetting_frees_nobody_of_todays_limit(kept: Kept, clock: Clock) -> None:
    ledger = limited(kept, clock, member_tokens=100)
    await reserve(ledger, 100)
    await ledger.purge(clock.now() + timedelta(days=1))
    assert not await granted(ledger, 1)
