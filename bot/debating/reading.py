"""From the text of a format's file to a format, or all that is wrong with it, each in a plain sentence."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.debating.adding_up import disagreements
from bot.debating.ballots import Choice
from bot.debating.format import Clock, Decide, EvidenceRules, Format, Kind, Rung, Side, Turn, Voting
from bot.debating.motion import Stance
from bot.debating.tables import Table, duration, nearest, shown
from bot.debating.turns import read_turn
from bot.errors import InputError

SCHEMA = 1
"""The version of format files that is understood."""
LONGEST = 100_000
"""Characters of a format file."""
MOST_TURNS = 60

PRE_S, POST_S = 5 * 60, 10 * 60
"""How long the two ballots are open where nobody says."""

_DAY = 24 * 3600
_HOUR = 3600
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TOP = (
    "schema", "id", "name", "about", "sources", "allow_unequal",
    "side", "clock", "absence", "vote", "judge", "evidence", "turn",
)  # fmt: skip
_RUNGS = ("wait", "teammate", "substitute_list", "llm_stand_in", "skip", "forfeit")
_LAST_RUNGS = ("skip", "forfeit")
_LADDER = ("wait:2m", "teammate", "substitute_list", "llm_stand_in", "skip")


class FormatError(InputError):
    """A format's file does not add up; `problems` has every mistake as a sentence."""

    def __init__(self, problems: Sequence[str], hint: str = "Correct the file, then check it again.") -> None:
        super().__init__("\n".join(problems), hint)
        self.problems = tuple(problems)


@lru_cache(maxsize=256)
def read_format(text: str) -> Format:
    """The format that a file's text makes; the same object for the same text. Raises FormatError."""
    problems: list[str] = []
    notes: list[str] = []
    top = Table(_parsed(text), "", problems)
    format = _whole(top, text, notes, problems)
    if not problems:
        problems += disagreements(format)
    if problems:
        raise FormatError(list(dict.fromkeys(problems)))
    return replace(format, notes=tuple(dict.fromkeys(notes)))


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise FormatError([f"The file is longer than {LONGEST:,} characters."])
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, ArithmeticError) as error:
        raise FormatError([f"This is no TOML: {str(error)[:1].lower()}{str(error)[1:]}."]) from error
    except RecursionError:
        raise FormatError(["This is no TOML: its brackets are nested too deep."]) from None


def _whole(top: Table, text: str, notes: list[str], problems: list[str]) -> Format:
    top.knows(_TOP)
    _schema(top)
    sides = _sides(top)
    turns = _turns(top, sides, notes)
    name = top.text("name", most=60)
    judged = _judged(top, turns, notes)
    return Format(
        id=_id(top),
        name=name,
        about=top.text("about", name, most=200),
        sources=top.texts("sources", ()),
        sides=sides,
        clock=_clock(top.table("clock"), notes),
        absence=_ladder(top.table("absence"), notes),
        voting=_voting(top.table("vote"), turns, judged=judged),
        evidence=_evidence(top.table("evidence")),
        judged=judged,
        allow_unequal=top.flag("allow_unequal", False),
        text=text,
        hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        turns=turns,
    )


def _schema(top: Table) -> None:
    schema = top.whole("schema", SCHEMA, least=1, most=1000)
    if schema != SCHEMA:
        top.wrong(f"schema {schema} is not known; this version reads schema {SCHEMA}.")


def _id(top: Table) -> str:
    value = top.text("id", most=40)
    if value and not _ID.fullmatch(value):
        top.wrong(f"id {shown(value)} may have small letters, digits and - alone.")
    return value


def _sides(top: Table) -> tuple[Side, ...]:
    found = []
    for table in top.tables("side"):
        table.knows(("id", "label", "stance", "seats"))
        name = table.name("id")
        found.append(
            Side(
                id=name,
                label=table.text("label", name[:1].upper() + name[1:], most=40),
                stance=Stance(table.one_of("stance", [*Stance])),
                seats=table.whole("seats", 1, least=1, most=20),
            )
        )
    for name in _twice([side.id for side in found]):
        top.wrong(f"two sides have the id {name}.")
    if len(found) != 2:
        how_many = {0: "There is no side", 1: "There is one side only"}.get(
            len(found), f"There are {len(found)} sides"
        )
        later = "" if len(found) < 2 else " More than two are not known yet; they come later."
        top.wrong(f"{how_many}; a debate has two, each headed [[side]].{later}")
    elif {side.stance for side in found} != {Stance.PRO, Stance.CON}:
        top.wrong('One side must have the stance "pro", the other "con".')
    return tuple(found)


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name and names.count(name) > 1]


def _turns(top: Table, sides: Sequence[Side], notes: list[str]) -> tuple[Turn, ...]:
    tables = top.tables("turn")
    if not tables:
        top.wrong("There is no turn; each is headed [[turn]].")
    if len(tables) > MOST_TURNS:
        top.wrong(f"There are {len(tables)} turns; {MOST_TURNS} are the most.")
        return ()
    turns = [read_turn(table, sides, notes) for table in tables]
    for name in _twice([turn.id for turn in turns]):
        top.wrong(f"two turns have the id {name}.")
    return tuple(turns)


def _clock(table: Table, notes: list[str]) -> Clock:
    table.knows(("words_per_minute", "async_window", "warn_at", "grace", "extensions", "prep_pool", "prep"))
    if table.has("prep"):
        table.duration("prep", 0, most=_DAY)
        notes.append(
            "There is no time to prepare before the first turn yet; a turn of the kind prep gives some."
        )
    usual = Clock()
    return Clock(
        words_per_minute=table.whole("words_per_minute", usual.words_per_minute, least=50, most=400),
        async_window_s=table.duration("async_window", usual.async_window_s, most=14 * _DAY),
        warn_at=table.shares("warn_at", usual.warn_at),
        grace_s=table.duration("grace", usual.grace_s, most=600),
        extensions=table.whole("extensions", usual.extensions, least=0, most=10),
        prep_pool_s=table.duration("prep_pool", usual.prep_pool_s, most=_HOUR),
    )


def _ladder(table: Table, notes: list[str]) -> tuple[Rung, ...]:
    table.knows(("ladder", "substitute_score"))
    if table.has("substitute_score"):
        notes.append("Nobody keeps scores yet, so a substitute gets none.")
    rungs = [_rung(table, said) for said in table.texts("ladder", _LADDER)]
    for what in _twice([rung.what for rung in rungs if rung and rung.what != "wait"]):
        table.wrong(f"{what} stands twice in the ladder.")
    if None not in rungs and [rung.what for rung in rungs if rung and rung.what in _LAST_RUNGS] != [
        rung.what for rung in rungs[-1:] if rung
    ]:
        table.wrong("the ladder must end with skip or forfeit, and have neither before.")
    return tuple(rung for rung in rungs if rung)


def _rung(table: Table, said: str) -> Rung | None:
    what, _, time = said.partition(":")
    if what == "open_chair":
        table.wrong("open_chair is not known yet; it comes later, with turns of the kind circle.")
    elif what not in _RUNGS:
        near = nearest(what, _RUNGS)
        known = "" if near.endswith("?") else f" I know {', '.join(_RUNGS)}."
        table.wrong(f"unknown rung {shown(said)}{near}{known}")
    elif what == "wait" and (seconds := duration(time)) and seconds <= _DAY:
        return Rung(what=what, seconds=seconds)
    elif what == "wait":
        table.wrong(f"{shown(said)} must say how long, as in wait:2m.")
    elif time:
        table.wrong(f"{shown(said)} takes no time.")
    else:
        return Rung(what=what)
    return None


def _voting(table: Table, turns: Sequence[Turn], *, judged: bool) -> Voting:
    table.knows(("options", "pre", "post", "window", "decide", "quorum", "ballots"))
    if table.has("ballots"):
        table.wrong("ballots on statements are not known yet; they come later.")
    pre, post = _ballots(table, turns)
    usual = (
        Decide.SWING if pre and post else Decide.FINAL if post else Decide.JUDGE if judged else Decide.NONE
    )
    decide = Decide(table.one_of("decide", [*Decide], usual))
    if decide is Decide.SWING and not (pre and post):
        table.wrong("the swing takes a vote before and a vote after.")
    if decide is Decide.FINAL and not post:
        table.wrong("the final vote takes a vote after.")
    if decide is Decide.JUDGE and not judged:
        table.wrong("a judge is to decide, but there is none; set enabled = true under [judge].")
    return Voting(
        options=_options(table),
        pre_s=pre,
        post_s=post,
        decide=decide,
        quorum=table.whole("quorum", Voting().quorum, least=1, most=10_000),
    )


def _options(table: Table) -> tuple[str, ...]:
    options = table.texts("options", Voting().options)
    if sorted(options) != sorted(Choice):
        table.wrong(f"options must be {', '.join(Choice)}; no others are known yet.")
    return options


def _ballots(table: Table, turns: Sequence[Turn]) -> tuple[int, int]:
    """How many seconds the ballots before and after are open; 0 for one that there is not."""
    open_s = {turn.ballot: int(turn.minutes * 60) for turn in turns if turn.kind is Kind.VOTE}
    held = [turn for turn in turns if turn.kind not in (Kind.VOTE, Kind.JUDGE)]
    window = table.duration("window", POST_S, most=14 * _DAY)
    if table.has("pre"):
        _placed(table, "pre", "before", held[:1])
        open_s.setdefault("pre", PRE_S)
    if table.has("post"):
        _placed(table, "post", "after", held[-1:])
        open_s.setdefault("post", window)
    return open_s.get("pre", 0), open_s.get("post", 0)


def _placed(table: Table, key: str, word: str, turn: Sequence[Turn]) -> None:
    """Note a ballot that is said to be anywhere but before the first turn, or after the last."""
    said, place = table.text(key, most=60), f"{word}:{turn[0].id}" if turn else ""
    if place and said and said != place:
        table.wrong(f'{key} {shown(said)} must be "{place}": people vote {word} all turns.')


def _judged(top: Table, turns: Sequence[Turn], notes: list[str]) -> bool:
    table = top.table("judge")
    table.knows(("enabled", "rubric", "ranks"))
    has_turn = any(turn.kind is Kind.JUDGE for turn in turns)
    enabled = table.flag("enabled", has_turn)
    if has_turn and not enabled:
        table.wrong("enabled = false, but there is a turn of the kind judge.")
    if table.flag("ranks", False):
        notes.append("The judge does not rank teams yet.")
    rubric = table.numbers("rubric")
    if rubric and sum(rubric.values()) != 100:
        table.wrong(f"the rubric comes to {sum(rubric.values())}; it must be 100.")
    return enabled


def _evidence(table: Table) -> EvidenceRules:
    table.knows(("cite", "quotes_max", "passages"))
    usual = EvidenceRules()
    return EvidenceRules(
        cite=table.one_of("cite", ("required", "encouraged", "off"), usual.cite),
        quotes_most=table.whole("quotes_max", usual.quotes_most, least=1, most=20),
        passages=table.whole("passages", usual.passages, least=1, most=50),
    )
