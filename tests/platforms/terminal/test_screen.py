"""The terminal's screen: a newer reply in place of the one before, the last one to stay."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

from bot.chat.reply import Actions, Button, Progress, Prose, reply
from bot.platforms.terminal.screen import TerminalScreen

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ERASE = "\x1b[2K"
"""What a terminal is told to take a line away."""


def screen(*, terminal: bool) -> tuple[TerminalScreen, StringIO]:
    written = StringIO()
    console = Console(file=written, force_terminal=terminal, width=80, markup=False, highlight=False)
    return TerminalScreen(console), written


def stays(written: str) -> str:
    """What is on a terminal after all that was written to it: rows erased are gone."""
    rows: list[str] = [""]
    row = 0
    for piece in re.split(r"(\x1b\[[0-9;?]*[A-Za-z]|\n|\r)", written):
        match = re.fullmatch(r"\x1b\[(\d*)([A-Z])", piece)
        if piece == "\n":
            row += 1
            rows += [""] * (row + 1 - len(rows))
        elif match and match[2] == "A":
            row -= int(match[1] or 1)
        elif piece == _ERASE:
            rows[row] = ""
        elif not piece.startswith("\x1b") and piece != "\r":
            rows[row] += piece
    return "\n".join(line.rstrip() for line in rows).strip()


@pytest.mark.parametrize("terminal", [True, False])
async def test_of_several_drafts_of_one_turn_only_the_last_stays(*, terminal: bool) -> None:
    shown, written = screen(terminal=terminal)
    for text in ("first draft", "second draft\n\nof two paragraphs", "the last word"):
        await shown.show(reply(Prose(text)))
    await shown.finish()
    assert stays(written.getvalue()) == "the last word"


async def test_a_terminal_shows_the_drafts_meanwhile_and_a_pipe_none() -> None:
    for terminal in (True, False):
        shown, written = screen(terminal=terminal)
        for text in ("first draft", "second draft", "the last word"):
            await shown.show(reply(Prose(text)))
        assert ("second draft" in written.getvalue()) is terminal
        await shown.finish()


@pytest.mark.parametrize("terminal", [True, False])
async def test_progress_is_gone_when_the_reply_is_there(*, terminal: bool) -> None:
    shown, written = screen(terminal=terminal)
    for done in range(3):
        await shown.show(reply(Progress("Reading notes", done, 3)))
    assert ("Reading notes" in written.getvalue()) is terminal
    await shown.show(reply(Prose("All read.")))
    await shown.finish()
    assert stays(written.getvalue()) == "All read."


async def test_one_reply_is_printed_once_and_a_second_finish_prints_nothing() -> None:
    shown, written = screen(terminal=True)
    await shown.show(reply(Prose("only this")))
    await shown.finish()
    await shown.finish()
    assert _ESCAPES.sub("", written.getvalue()).count("only this") == 1


async def test_two_turns_stay_one_below_the_other() -> None:
    shown, written = screen(terminal=True)
    for turn in ("one", "two"):
        await shown.show(reply(Prose(f"draft {turn}")))
        await shown.show(reply(Prose(f"turn {turn}")))
        await shown.finish()
    assert stays(written.getvalue()).split() == ["turn", "one", "turn", "two"]


async def test_what_is_dropped_is_never_printed() -> None:
    shown, written = screen(terminal=True)
    await shown.show(reply(Progress("Reading notes", 1, 3)))
    await shown.show(reply(Prose("half an answer")))
    shown.drop()
    await shown.finish()
    assert stays(written.getvalue()) == ""


HELPFUL = Button("Helpful", "rate 1 yes")


async def test_numbers_press_the_buttons_shown_last() -> None:
    shown, _ = screen(terminal=False)
    await shown.show(reply(Actions((HELPFUL,)), Actions((Button("Other", "other"),))))
    assert shown.buttons == ()
    await shown.finish()
    assert [button.action for button in shown.buttons] == ["rate 1 yes", "other"]
    await shown.show(reply(Prose("no buttons")))
    await shown.finish()
    assert [button.action for button in shown.buttons] == ["rate 1 yes", "other"]
    await shown.show(reply(Actions((Button("New", "new"),))))
    await shown.finish()
    assert [button.action for button in shown.buttons] == ["new"]


async def test_a_notice_does_not_take_over_the_numbers() -> None:
    shown, written = screen(terminal=True)
    await shown.show(reply(Actions((HELPFUL,))))
    await shown.finish()
    shown.say(reply(Prose("A notice."), Actions((Button("Vote", "vote"),))))
    assert shown.buttons == (HELPFUL,)
    assert "A notice." in written.getvalue()


async def test_a_notice_in_the_middle_of_a_turn_leaves_the_turn_as_it_is() -> None:
    shown, written = screen(terminal=True)
    await shown.show(reply(Progress("Reading notes", 1, 3)))
    shown.say(reply(Prose("A notice.")))
    await shown.show(reply(Prose("All read.")))
    await shown.finish()
    assert stays(written.getvalue()).split("\n\n") == ["A notice.", "All read."]
