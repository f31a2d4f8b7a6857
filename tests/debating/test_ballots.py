"""The tally: who moved whom, and that nothing is told that would give a vote away."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.debating.ballots import Cast, Choice, Result, Told, own_change, percent, points, result
from bot.debating.format import Decide

FOR, AGAINST, UNDECIDED = Choice
THOROUGH = bool(os.environ.get("ROSTRUM_TEST_ALL"))
PAIRS = [(before, after) for before in Choice for after in Choice]

choices = st.sampled_from(Choice)
casts = st.builds(
    Cast, before=st.none() | choices, after=st.none() | choices, late=st.sampled_from([False, False, True])
)
halls = st.lists(casts, max_size=40)
tables = st.lists(st.integers(0, 9), min_size=9, max_size=9).map(tuple)


def moved(*table: int) -> list[Cast]:
    """Voters by a 3 x 3 table: for-for, for-against, for-undecided, against-for, …"""
    return [
        Cast(before=before, after=after)
        for (before, after), count in zip(PAIRS, table, strict=True)
        for _ in range(count)
    ]


def late(count: int) -> list[Cast]:
    return [Cast(before=None, after=FOR, late=True)] * count


def test_nobody_voted() -> None:
    assert result([]).told is Told.NOTHING
    assert result([]).sentence == "Nobody voted."


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ((0, 0, 0, 0, 0, 0, 1, 0, 0), "No verdict: 5 paired ballots are needed, 1 was cast."),
        ((1, 0, 0, 0, 1, 0, 1, 0, 0), "No verdict: 5 paired ballots are needed, 3 were cast."),
        ((1, 1, 0, 0, 1, 0, 1, 0, 0), "No verdict: 5 paired ballots are needed, 4 were cast."),
    ],
)
def test_below_the_quorum_only_the_turnout_is_told(table: tuple[int, ...], said: str) -> None:
    told = result(moved(*table))
    assert (told.told, told.sentence, told.winner) == (Told.TURNOUT, said, "")


def test_single_ballots_do_not_make_a_quorum() -> None:
    told = result([Cast(before=None, after=FOR)] * 30)
    assert (told.told, told.voted_after, told.paired, told.after_all) == (Told.TURNOUT, 30, 0, None)
    assert told.sentence == "No verdict: 5 paired ballots are needed, none was cast."


def test_a_format_s_own_quorum_takes_the_place_of_five() -> None:
    assert result(moved(3, 0, 0, 0, 3, 0, 0, 0, 0), quorum=7).told is Told.TURNOUT
    assert result(moved(3, 0, 0, 0, 0, 0, 0, 0, 0), quorum=3).told is Told.TOTALS
    assert result(moved(9, 0, 0, 0, 9, 0, 0, 0, 0), quorum=20).told is Told.TURNOUT
    assert result(moved(1, 0, 0, 0, 0, 0, 0, 0, 0), quorum=1).told is Told.TOTALS
    assert "1 paired ballot is needed" in result([Cast(before=FOR, after=None)], quorum=1).sentence


def test_the_side_that_moved_more_wins() -> None:
    # Before: 4 for, 2 against, 2 undecided; after: 4 for, 3 against, 1 undecided.
    told = result(moved(4, 0, 0, 0, 2, 0, 0, 1, 1))
    assert told.before == {"for": 4, "against": 2, "undecided": 2}
    assert told.after == {"for": 4, "against": 3, "undecided": 1}
    assert told.swing == {"for": Fraction(0), "against": Fraction(1, 8)}
    assert (told.told, told.winner) == (Told.TOTALS, "against")
    assert told.sentence == (
        "Against moved more: +12.5 points to 0.0, among the 8 who voted both times. "
        "For began ahead, 4 to 2, and had fewer left to win."
    )


def test_eleven_points_are_eleven_points() -> None:
    # 31 of 100 before, 42 after.
    told = result(moved(31, 0, 0, 0, 40, 0, 11, 0, 18))
    assert told.swing == {"for": Fraction(11, 100), "against": Fraction(0)}
    assert "For moved more: +11.0 points to 0.0" in told.sentence


def test_swing_and_conversion_may_disagree_and_it_says_so() -> None:
    # For goes from 6 to 9 of 50 and wins 6 of 44; against from 44 to 41, and wins 3 of 6.
    told = result(moved(3, 3, 0, 6, 38, 0, 0, 0, 0))
    assert told.swing == {"for": Fraction(3, 50), "against": Fraction(-3, 50)}
    assert told.conversion == {"for": Fraction(6, 44), "against": Fraction(1, 2)}
    assert told.winner == "for"
    assert "For moved more: +6.0 points to -6.0" in told.sentence
    assert "By conversion it is the other way round: Against won 50%" in told.sentence
    assert "For 13.6%" in told.sentence
    assert "Against began ahead, 44 to 6, and had fewer left to win." in told.sentence


def test_conversion_that_agrees_is_told_as_well() -> None:
    told = result(moved(9, 0, 0, 0, 6, 0, 6, 3, 3))
    assert told.conversion == {"for": Fraction(1, 3), "against": Fraction(1, 7)}
    assert told.from_undecided == {"for": Fraction(1), "against": Fraction(1)}
    assert told.sentence == (
        "For moved more: +22.2 points to +11.1, among the 27 who voted both times. "
        "For also won the greater share of those who were not on its side: 33.3% to 14.3%. "
        "Of those For won, all were undecided before."
    )


def test_the_share_of_the_win_that_came_from_undecided() -> None:
    told = result(moved(6, 0, 0, 3, 6, 0, 9, 0, 0))
    assert told.from_undecided == {"for": Fraction(3, 4), "against": None}
    assert "Of those For won, 75% were undecided before." in told.sentence


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ((3, 0, 0, 0, 3, 0, 0, 0, 0), "A draw: neither side gained or lost, 0.0 points each"),
        ((3, 0, 0, 0, 3, 0, 1, 1, 0), "A draw: both moved alike, +12.5 points each"),
        ((3, 0, 1, 0, 3, 1, 0, 0, 0), "A draw: both moved alike, -12.5 points each"),
        ((4, 0, 0, 0, 3, 1, 0, 0, 0), "For held its ground: 0.0 points to -12.5"),
        ((3, 0, 1, 0, 2, 2, 0, 0, 0), "For lost less: -12.5 points to -25.0"),
    ],
)
def test_draws_and_losses_are_named_as_what_they_are(table: tuple[int, ...], said: str) -> None:
    told = result(moved(*table))
    assert told.sentence.startswith(said)
    assert told.winner == ("draw" if said.startswith("A draw") else "for")


def test_sides_are_called_what_people_call_them() -> None:
    told = result(moved(1, 0, 0, 0, 3, 0, 4, 0, 0), labels={"for": "Affirmative", "against": "Negative"})
    assert told.sentence.startswith("Affirmative moved more")
    assert "Negative began ahead, 3 to 1" in told.sentence


def test_late_voters_are_counted_apart() -> None:
    told = result(moved(2, 0, 0, 0, 2, 0, 1, 0, 0) + late(3))
    assert (told.voted_before, told.voted_after, told.paired, told.late) == (5, 5, 5, 3)
    assert told.after_all == {"for": 3, "against": 2, "undecided": 0}
    assert told.sentence.endswith("Not counted: 3 voters who joined after the announcement.")


def test_late_voters_alone_decide_nothing() -> None:
    told = result(late(1))
    assert (told.told, told.late) == (Told.NOTHING, 1)
    assert told.sentence == (
        "Nobody voted whose vote counts. Not counted: 1 voter who joined after the announcement."
    )


def test_the_final_vote_decides_where_the_format_says_so() -> None:
    told = result(moved(6, 0, 0, 0, 3, 0, 0, 2, 0), decide=Decide.FINAL)
    assert told.winner == "for"
    assert told.sentence.startswith("For has more votes after the debate: 6 to 5, nobody undecided.")
    assert "The swing: Against moved more: +18.2 points to 0.0" in told.sentence


def test_a_final_vote_may_end_in_a_draw() -> None:
    told = result(moved(3, 0, 0, 0, 3, 0, 0, 0, 1), decide=Decide.FINAL)
    assert told.winner == "draw"
    assert told.sentence.startswith("A draw: 3 votes each after the debate, 1 undecided.")


def test_a_judge_would_decide_and_the_swing_is_shown() -> None:
    told = result(moved(4, 0, 0, 0, 2, 0, 0, 1, 1), decide=Decide.JUDGE)
    assert (told.winner, told.swing) == ("", {"for": Fraction(0), "against": Fraction(1, 8)})
    assert told.sentence.startswith(
        "A judge would decide; there is none yet. The swing: Against moved more: +12.5"
    )


def test_without_enough_votes_a_judge_would_still_decide() -> None:
    assert result(moved(1, 0, 0, 0, 0, 0, 0, 0, 0), decide=Decide.JUDGE).sentence == (
        "A judge would decide; there is none yet. "
        "The swing is not told: 5 paired ballots are needed, 1 was cast."
    )


def test_where_nothing_decides_nobody_wins() -> None:
    told = result(moved(4, 0, 0, 0, 2, 0, 0, 1, 1), decide=Decide.NONE)
    assert told.winner == ""
    assert told.sentence.startswith("No side wins in this format. The swing: Against moved more")


def test_few_single_ballots_cannot_be_told_by_taking_one_total_from_another() -> None:
    paired = moved(3, 0, 0, 0, 2, 0, 0, 0, 1)
    assert result([*paired, *[Cast(before=None, after=FOR)] * 4]).after_all is None
    apart = result([*paired, *[Cast(before=None, after=FOR)] * 5])
    assert apart.after_all == {"for": 8, "against": 2, "undecided": 1}
    assert apart.before_all == apart.before


def test_where_the_final_vote_decides_every_vote_is_told_and_the_paired_are_not() -> None:
    told = result([*moved(3, 0, 0, 0, 3, 0, 0, 0, 0), Cast(before=None, after=AGAINST)], decide=Decide.FINAL)
    assert (told.winner, told.told) == ("against", Told.TOTALS)
    assert told.after_all == {"for": 3, "against": 4, "undecided": 0}
    assert (told.before, told.after, told.swing) == (None, None, None)
    assert told.sentence == "Against has more votes after the debate: 4 to 3, nobody undecided."


def test_from_twelve_on_the_flow_is_told() -> None:
    told = result(moved(3, 0, 0, 0, 3, 0, 3, 3, 0))
    assert told.told is Told.FLOW
    assert told.flow == (
        ("for", "for", 3),
        ("against", "against", 3),
        ("undecided", "for", 3),
        ("undecided", "against", 3),
    )


def test_small_cells_are_merged_with_what_would_give_them_away() -> None:
    told = result(moved(12, 1, 2, 2, 10, 1, 5, 4, 3))
    assert told.flow == (
        ("for", "for", 12),
        ("against", "against", 10),
        ("undecided", "undecided", 3),
        ("other", "other", 15),
    )
    assert told.conversion == {"for": Fraction(7, 25), "against": Fraction(5, 27)}
    assert told.from_undecided == {"for": None, "against": None}


def test_where_even_one_told_cell_would_give_a_small_one_away_all_are_merged() -> None:
    # Both who left "for" went to undecided: told the 4 that stayed with "against", one could tell.
    told = result(moved(2, 0, 2, 0, 4, 0, 0, 0, 4))
    assert told.flow == (("other", "other", 12),)
    assert told.conversion == {"for": None, "against": None}


def every_table(rows: tuple[int, ...], columns: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All 3 x 3 tables with these totals."""
    for a, b in product(range(columns[0] + 1), range(columns[1] + 1)):
        for d, e in product(range(columns[0] - a + 1), range(columns[1] - b + 1)):
            left = columns[0] - a - d, columns[1] - b - e
            table = (a, b, rows[0] - a - b, d, e, rows[1] - d - e, *left, rows[2] - sum(left))
            if min(table) >= 0:
                yield table


def all_told(one: Result) -> str:
    return json.dumps(one.as_data())


@settings(max_examples=2000 if THOROUGH else 60)
@given(st.lists(st.sampled_from([(b, a) for b in range(3) for a in range(3)]), min_size=12, max_size=15))
@example([(0, 0)] * 5 + [(1, 1)] * 3 + [(1, 2)] + [(2, 0)] * 2 + [(2, 1)])
@example([(0, 0)] * 9 + [(1, 1)] * 3 + [(2, 0)] * 2)
def test_whoever_knows_the_rule_cannot_unmerge_what_it_merged(voters: list[tuple[int, int]]) -> None:
    rows, columns = (tuple([pair[n] for pair in voters].count(c) for c in range(3)) for n in (0, 1))
    possible = list(every_table(rows, columns))
    by_output: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for table in possible:
        by_output[all_told(result(moved(*table)))].append(table)
    for cell in range(9):
        if len({table[cell] for table in possible}) == 1:
            continue  # the totals tell this one anyhow
        for alike in by_output.values():
            counts = {table[cell] for table in alike}
            assert len(counts) > 1 or counts.isdisjoint({1, 2}), (cell, alike[0])


@given(tables)
def test_the_flow_adds_up_and_names_no_small_cell(table: tuple[int, ...]) -> None:
    told = result(moved(*table))
    if told.told is not Told.FLOW:
        assert told.flow == ()
        return
    true = {(before.value, after.value): n for (before, after), n in zip(PAIRS, table, strict=True)}
    assert sum(n for _, _, n in told.flow) == told.paired
    for before, after, count in told.flow:
        if before != "other":
            assert count == true[before, after] >= 3


@given(tables)
def test_rates_tell_nothing_that_the_flow_does_not(table: tuple[int, ...]) -> None:
    told = result(moved(*table))
    if not (told.conversion and told.from_undecided and told.after and told.before):
        return
    flow = {(before, after): n for before, after, n in told.flow}
    merged = ("other", "other") in flow
    for side in ("for", "against"):
        if told.conversion[side] is not None:
            assert (side, side) in flow or not merged
            won = told.after[side] - flow.get((side, side), 0)
            assert told.conversion[side] == Fraction(won, told.paired - told.before[side])
        if told.from_undecided[side] is not None:
            assert (("undecided", side) in flow and (side, side) in flow) or not merged


@given(halls, st.integers(1, 15), st.sampled_from(Decide))
def test_no_field_tells_more_than_the_turnout_allows(hall: list[Cast], quorum: int, decide: Decide) -> None:
    told = result(hall, quorum=quorum, decide=decide)
    shown = {name for name, value in told.as_data().items() if value not in (None, [])}
    counts = {"told", "voted_before", "voted_after", "paired", "quorum", "late", "winner", "sentence"}
    totals = {"before_all", "after_all", "before", "after", "swing"}
    allowed = {
        Told.NOTHING: counts,
        Told.TURNOUT: counts,
        Told.TOTALS: counts | totals,
        Told.FLOW: counts | totals | {"conversion", "from_undecided", "flow"},
    }
    assert shown <= allowed[told.told]
    assert (told.paired >= quorum) == (told.told in (Told.TOTALS, Told.FLOW))
    assert told.told is not Told.FLOW or told.paired >= 12
    if told.told in (Told.NOTHING, Told.TURNOUT):
        assert told.winner == ""


@given(halls, st.integers(1, 15), st.sampled_from(Decide))
def test_totals_add_up_and_swings_sum_to_nothing(hall: list[Cast], quorum: int, decide: Decide) -> None:
    told = result(hall, quorum=quorum, decide=decide)
    for totals, voters in (
        (told.before_all, told.voted_before),
        (told.after_all, told.voted_after),
        (told.before, told.paired),
        (told.after, told.paired),
    ):
        assert totals is None or sum(totals.values()) == voters
    if told.swing and told.before and told.after:
        undecided = Fraction(told.after["undecided"] - told.before["undecided"], told.paired)
        assert sum(told.swing.values()) + undecided == 0


@given(halls, st.integers(1, 15), st.sampled_from(Decide))
def test_no_difference_of_two_totals_is_the_vote_of_a_few(
    hall: list[Cast], quorum: int, decide: Decide
) -> None:
    told = result(hall, quorum=quorum, decide=decide)
    for every, paired in ((told.before_all, told.before), (told.after_all, told.after)):
        if every and paired:
            single = sum(every.values()) - sum(paired.values())
            assert single == 0 or single >= quorum


@given(halls, st.sampled_from(Decide))
def test_below_the_quorum_the_choices_make_no_difference_to_what_is_told(
    hall: list[Cast], decide: Decide
) -> None:
    told = result(hall, quorum=50, decide=decide)
    others = [
        Cast(before=cast.before and UNDECIDED, after=cast.after and UNDECIDED, late=cast.late)
        for cast in hall
    ]
    assert all_told(told) == all_told(result(others, quorum=50, decide=decide))


@given(halls, st.integers(1, 15), st.sampled_from(Decide), st.randoms())
def test_the_order_of_the_votes_changes_nothing(
    hall: list[Cast], quorum: int, decide: Decide, dice: Random
) -> None:
    mixed = list(hall)
    dice.shuffle(mixed)
    assert result(mixed, quorum=quorum, decide=decide) == result(hall, quorum=quorum, decide=decide)


@given(halls, st.integers(1, 15), st.sampled_from(Decide))
def test_a_result_comes_back_from_its_data_as_it_was(hall: list[Cast], quorum: int, decide: Decide) -> None:
    told = result(hall, quorum=quorum, decide=decide)
    assert Result.from_data(json.loads(json.dumps(told.as_data()))) == told


@pytest.mark.parametrize(
    "change",
    [
        {"told": "everything"},
        {"swing": {"for": "a/b"}},
        {"swing": {"for": "1/0"}},
        {"flow": [["for"]]},
        {"more": 1},
    ],
)
def test_data_that_is_no_result_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Result.from_data({**result([]).as_data(), **change})


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Fraction(1, 8), "+12.5"),
        (Fraction(1, 24), "+4.2"),
        (Fraction(-1, 16), "-6.3"),
        (Fraction(1, 16), "+6.3"),
        (Fraction(0), "0.0"),
        (Fraction(-1, 5000), "0.0"),
        (Fraction(1), "+100.0"),
        (Fraction(-1), "-100.0"),
    ],
)
def test_points_are_said_to_a_tenth(share: Fraction, said: str) -> None:
    assert points(share) == said


@given(st.fractions(-1, 1))
def test_points_of_the_opposite_are_the_opposite(share: Fraction) -> None:
    assert points(-share) == points(share).translate(str.maketrans("+-", "-+"))
    assert points(share) != "-0.0"


def test_percentages_are_whole_where_they_are() -> None:
    assert [percent(Fraction(1, n)) for n in (1, 3, 4)] == ["100%", "33.3%", "25%"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (UNDECIDED, FOR, "You moved from undecided to for."),
        (FOR, AGAINST, "You moved from for to against."),
        (FOR, FOR, "You voted “for” both times."),
        (None, AGAINST, "You voted “against” after the debate, and not before."),
        (FOR, None, "You voted “for” before the debate, and not after."),
        (None, None, "You did not vote."),
    ],
)
def test_each_voter_alone_is_told_their_own_change(
    before: Choice | None, after: Choice | None, said: str
) -> None:
    assert own_change(before, after) == said
