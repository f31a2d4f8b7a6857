"""Says to people what the votes came to: who won, how, and what else there is to know about it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from bot.debating.format import Decide
from bot.debating.votes import Choice, Result, Told

_OTHER = {"for": "against", "against": "for"}
_BEFORE_THE_SWING = {
    Decide.JUDGE: "A judge would decide; there is none yet.",
    Decide.NONE: "No side wins in this format.",
}


def points(share: Fraction) -> str:
    """A share of all voters in percentage points, to a tenth: "+12.5", "-4.2", "0.0"."""
    tenths = _tenths(abs(share))
    sign = "" if not tenths else "+" if share > 0 else "-"
    return f"{sign}{tenths // 10}.{tenths % 10}"


def percent(share: Fraction) -> str:
    """A share that is not negative, as "25%" or "33.3%"."""
    whole, tenth = divmod(_tenths(share), 10)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"


def _tenths(share: Fraction) -> int:
    """Tenths of a percent, halves rounded up."""
    return floor(share * 1000 + Fraction(1, 2))


def own_change(before: Choice | None, after: Choice | None) -> str:
    """To one voter alone: what became of their own vote."""
    match before, after:
        case None, None:
            return "You did not vote."
        case None, _:
            return f"You voted “{after}” after the debate, and not before."
        case _, None:
            return f"You voted “{before}” before the debate, and not after."
        case _ if before is after:
            return f"You voted “{before}” both times."
    return f"You moved from {before} to {after}."


def sentence(result: Result, decide: Decide, labels: Mapping[str, str]) -> str:
    """What to say of a result, and no more than it tells; `labels` is what people call the two sides."""
    if result.told is Told.NOTHING:
        said = ["Nobody voted." if not result.late else "Nobody voted whose vote counts."]
    elif result.told is Told.TURNOUT:
        said = [_BEFORE_THE_SWING.get(decide, ""), _too_few(result, decide)]
    elif decide is Decide.FINAL:
        said = [_final(result, labels), *_swing("The swing: ", result, labels)]
    elif decide is Decide.SWING:
        said = _swing("A draw: " if result.winner == "draw" else "", result, labels)
    else:
        said = [_BEFORE_THE_SWING[decide], *_swing("The swing: ", result, labels)]
    return " ".join(part for part in (*said, _late(result.late)) if part)


def _too_few(result: Result, decide: Decide) -> str:
    needed = (
        "1 paired ballot is needed" if result.quorum == 1 else f"{result.quorum} paired ballots are needed"
    )
    cast = {0: "none was", 1: "1 was"}.get(result.paired, f"{result.paired} were")
    lead = "The swing is not told" if decide in _BEFORE_THE_SWING else "No verdict"
    return f"{lead}: {needed}, {cast} cast."


def _final(result: Result, labels: Mapping[str, str]) -> str:
    after = result.after_all or {}
    undecided = f"{after['undecided']} undecided" if after["undecided"] else "nobody undecided"
    if result.winner == "draw":
        return f"A draw: {after['for']} votes each after the debate, {undecided}."
    winner = result.winner
    count = f"{after[winner]} to {after[_OTHER[winner]]}"
    return f"{labels[winner]} has more votes after the debate: {count}, {undecided}."


def _swing(lead: str, result: Result, labels: Mapping[str, str]) -> list[str]:
    """Who moved more, and what puts that into proportion."""
    if result.swing is None or result.before is None:
        return []
    ahead = leader(result.swing)
    moved = _moved(result.swing, ahead, labels)
    return [
        f"{lead}{moved}, among the {result.paired} who voted both times.",
        _ceiling(result.before, ahead, labels),
        _conversion(result.conversion or {}, ahead, labels),
        _undecided(result.from_undecided or {}, ahead, labels),
    ]


def leader(shares: Mapping[str, Fraction]) -> str:
    """The side with the greater share, or "draw"."""
    if shares["for"] == shares["against"]:
        return "draw"
    return max(_OTHER, key=shares.__getitem__)


def _moved(swing: Mapping[str, Fraction], ahead: str, labels: Mapping[str, str]) -> str:
    if ahead == "draw":
        verb = "both moved alike" if swing["for"] else "neither side gained or lost"
        return f"{verb}, {points(swing['for'])} points each"
    first, second = swing[ahead], swing[_OTHER[ahead]]
    verb = "moved more" if first > 0 else "lost less" if first < 0 else "held its ground"
    return f"{labels[ahead]} {verb}: {points(first)} points to {points(second)}"


def _ceiling(before: Mapping[str, int], ahead: str, labels: Mapping[str, str]) -> str:
    """That the side that moved less began ahead: it had fewer people left to win."""
    behind = _OTHER.get(ahead, "")
    if not behind or before[behind] <= before[ahead]:
        return ""
    return f"{labels[behind]} began ahead, {before[behind]} to {before[ahead]}, and had fewer left to win."


def _conversion(rates: Mapping[str, Fraction | None], ahead: str, labels: Mapping[str, str]) -> str:
    told = {side: rate for side, rate in rates.items() if rate is not None}
    if len(told) < 2:
        return ""
    better = leader(told)
    if better == "draw":
        each = f"each won {percent(told['for'])} of those who were not on its side before"
        return "" if ahead == "draw" else f"By conversion they are level: {each}."
    mine, theirs = percent(told[better]), percent(told[_OTHER[better]])
    if better == ahead:
        return (
            f"{labels[better]} also won the greater share of those who were not on its side: "
            f"{mine} to {theirs}."
        )
    won = f"{mine} of those who were not on its side before"
    turn = f"{labels[better]} is ahead" if ahead == "draw" else "it is the other way round"
    return f"By conversion {turn}: {labels[better]} won {won}, {labels[_OTHER[better]]} {theirs}."


def _undecided(shares: Mapping[str, Fraction | None], ahead: str, labels: Mapping[str, str]) -> str:
    share = shares.get(ahead)
    if share is None:
        return ""
    many = {"0%": "none", "100%": "all"}.get(percent(share), percent(share))
    return f"Of those {labels[ahead]} won, {many} were undecided before."


def _late(late: int) -> str:
    if not late:
        return ""
    return f"Not counted: {late} {'voter' if late == 1 else 'voters'} who joined after the announcement."
