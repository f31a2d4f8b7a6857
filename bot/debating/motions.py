"""Reads motion files: a motion, what each side has to show, and the sentences that speak for it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.debating.motion import MOST, PASSAGES_A_SIDE, Case, Listed, Motion, own_motion
from bot.debating.tables import Table, shown
from bot.errors import InputError
from bot.plain import one_line

CLAIM = 100
"""Characters of a claim line."""
USES = ("opening", "rebuttal", "answer", "closing")
"""The kinds of speech that a sentence may be best for."""

_MOTION = ("number", "theme", "as_of", "text", "definitions", "for", "against")
_SIDE = ("burden", "words", "pressure", "card")
_CARD = ("article", "begins", "claim", "use")
_LONG, _NUMBERS = 500, 9999


class MotionError(InputError):
    """A motion file does not add up; `problems` are sentences that say all that is wrong with it."""

    code = "E-MOTION"

    def __init__(self, id: str, problems: Sequence[str]) -> None:
        super().__init__(f"The motion {shown(id)} does not add up: {' '.join(problems)}", "Correct its file.")
        self.problems = tuple(problems)


def read_motion(text: str, id: str) -> Motion:
    """The motion that the text of a file says; `id` is the file's name without its ending.

    Raises MotionError that lists everything wrong with it.
    """
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise MotionError(id, [f"it is not TOML ({one_line(str(error))})."]) from error
    problems: list[str] = []
    motion = _motion(said, id, problems)
    if problems:
        raise MotionError(id, problems)
    return motion


def _motion(said: dict[str, Any], id: str, problems: list[str]) -> Motion:
    file = Table(said, "", problems)
    file.knows(_MOTION)
    motion = Motion(
        text=_text(file),
        id=id,
        number=file.whole("number", least=1, most=_NUMBERS) if file.has("number") else 0,
        theme=file.text("theme", ""),
        as_of=_as_of(said, file),
        definitions=_definitions(said, file),
        pro=_case(file, "for"),
        con=_case(file, "against"),
    )
    _refuse_repeats(file, (*motion.pro.listed, *motion.con.listed))
    return motion


def _text(file: Table) -> str:
    text = file.text("text", most=MOST)
    if not text:
        return ""
    try:
        return own_motion(text).text
    except InputError as error:
        file.wrong(error.message)
        return text


def _as_of(said: dict[str, Any], file: Table) -> str:
    day = said.get("as_of")
    if type(day) is date:
        return day.isoformat()
    if file.has("as_of"):
        file.wrong("as_of must be a date, such as 2025-11-25, without quotation marks.")
    return ""


def _definitions(said: dict[str, Any], file: Table) -> dict[str, str]:
    words = said.get("definitions")
    table = file.table("definitions")
    return {one_line(word): table.text(word, most=_LONG) for word in words} if isinstance(words, dict) else {}


def _case(file: Table, side: str) -> Case:
    if not file.has(side):
        file.wrong(f"[{side}] is missing.")
        return Case()
    said = file.table(side)
    said.knows(_SIDE)
    cards = said.tables("card")
    if len(cards) < PASSAGES_A_SIDE:
        said.wrong(
            f"{len(cards)} of the {PASSAGES_A_SIDE} cards that a side takes, each headed [[{side}.card]]."
        )
    return Case(
        burden=said.text("burden", most=_LONG),
        words=said.text("words", "", most=_LONG),
        pressure=said.text("pressure", "", most=_LONG),
        listed=tuple(_card(card, side) for card in cards),
    )


def _card(card: Table, side: str) -> Listed:
    card.where = f"{side}, {card.where}"
    card.knows(_CARD)
    return Listed(
        article=card.text("article", most=_LONG),
        begins=card.text("begins", most=_LONG),
        claim=card.text("claim", most=CLAIM),
        use=card.one_of("use", USES, "") if card.has("use") else "",
    )


def _refuse_repeats(file: Table, listed: Sequence[Listed]) -> None:
    seen = Counter((one.article.casefold(), one.begins.casefold()) for one in listed if one.begins)
    for one in listed:
        if (times := seen.pop((one.article.casefold(), one.begins.casefold()), 0)) > 1:
            file.wrong(f"the sentence that begins with {shown(one.begins)} is listed {times} times.")
