"""The chat as a person has it: a real terminal, keys, completion, forms, interruptions."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pexpect
import pytest

from tests.terminal.conftest import Rostrum

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]")


class Keyboard:
    """A terminal with somebody at it."""

    def __init__(self, rostrum: Rostrum) -> None:
        environment = {**rostrum.environment(), "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "bot", "run"],
            cwd=str(rostrum.folder),
            env=environment,  # type: ignore[arg-type]  # a plain dictionary is what it takes
            encoding="utf-8",
            dimensions=(40, 100),
            timeout=20,
        )
        self.seen = ""

    def sees(self, text: str) -> None:
        """Wait until a text has appeared since the last one that was waited for."""
        while text not in self.seen:
            self.seen += _ESCAPES.sub("", self.process.read_nonblocking(4096, timeout=20))
        self.seen = self.seen.split(text, 1)[1]

    def types(self, text: str) -> None:
        self.process.send(text)


@pytest.fixture
def keyboard(rostrum: Rostrum) -> Iterator[Keyboard]:
    opened = Keyboard(rostrum)
    opened.sees("Ctrl-D leaves.")
    yield opened
    opened.process.close(force=True)


def test_a_digit_runs_a_suggestion_and_ctrl_d_leaves(keyboard: Keyboard) -> None:
    keyboard.types("1\r")
    keyboard.sees("“xAI promised in early August 2025")
    keyboard.sees("1 Helpful")
    keyboard.types("\x04")
    keyboard.process.expect(pexpect.EOF)
    keyboard.process.wait()
    assert keyboard.process.exitstatus == 0


def test_tab_completes_commands_and_titles(keyboard: Keyboard) -> None:
    keyboard.types("/articles sh")
    keyboard.sees("Show one article with its passages.")
    keyboard.types("\t")
    keyboard.types("what was rel")
    keyboard.sees("Grok 2: what was promised and what was released")


def test_a_form_asks_for_what_a_file_does_not_say(keyboard: Keyboard, rostrum: Rostrum) -> None:
    rostrum.file("w.md", "# Wombats\n\nWombats dig at night in the Kassel hills.\n")
    keyboard.types("/articles add w.md\r")
    keyboard.sees("Title [Wombats]:")
    keyboard.types("\r")
    keyboard.sees("Author [unknown]:")
    keyboard.types("Ann\r")
    for label in ("Date it was written", "Address on the web", "Which side it argues"):
        keyboard.sees(label)
        keyboard.types("\r")
    keyboard.sees("Added: Wombats")
    keyboard.types("/articles remove wombats\r")
    keyboard.sees("Remove “Wombats”?")
    keyboard.types("\r")
    keyboard.sees("Kept: Wombats.")


def test_ctrl_c_in_a_form_leaves_all_as_it_was(keyboard: Keyboard, rostrum: Rostrum) -> None:
    rostrum.file("w.md", "Wombats dig at night in the Kassel hills.\n")
    keyboard.types("/articles add w.md\r")
    keyboard.sees("Title")
    keyboard.types("\x03")
    keyboard.sees("nothing was done")
    keyboard.types("/articles list wombat\r")
    keyboard.sees("No article has")


def test_a_missing_value_is_asked_for(keyboard: Keyboard) -> None:
    keyboard.types("/search\r")
    keyboard.sees("Words to look for:")
    keyboard.types("licence\r")
    keyboard.sees("1. ")


def test_ctrl_c_at_the_prompt_only_clears_the_line(keyboard: Keyboard) -> None:
    keyboard.types("half a quest\x03")
    keyboard.types("/help\r")
    keyboard.sees("What you can type")
    assert "Traceback" not in keyboard.seen


def test_what_nobody_asked_for_appears_while_the_prompt_waits(keyboard: Keyboard, rostrum: Rostrum) -> None:
    assert rostrum("say", "The library grows tonight.").code == 0
    keyboard.sees("The library grows tonight.")


def _interrupted_folder(keyboard: Keyboard) -> None:
    keyboard.types("/articles add many author:Ann\r")
    keyboard.sees("Reading ")
    keyboard.types("\x03")
    keyboard.sees("Stopped.")
    assert "Traceback" not in keyboard.seen
    keyboard.types("/help\r")
    keyboard.sees("What you can type")


@pytest.fixture
def many(rostrum: Rostrum) -> None:
    """A folder of many small files, so that there is time to change one's mind."""
    for number in range(600):
        rostrum.file(f"many/{number:03}.md", f"# Wombat {number}\n\nWombat {number} digs in hill {number}.\n")


@pytest.mark.usefixtures("many")
def test_ctrl_c_stops_what_is_under_way_and_the_chat_goes_on(keyboard: Keyboard) -> None:
    _interrupted_folder(keyboard)


@pytest.mark.usefixtures("many")
def test_ctrl_c_stops_a_command_also_after_a_form_was_filled_in(keyboard: Keyboard) -> None:
    keyboard.types("/search\r")
    keyboard.sees("Words to look for:")
    keyboard.types("licence\r")
    keyboard.sees("1. ")
    _interrupted_folder(keyboard)
    _interrupted_folder(keyboard)


def test_a_form_with_a_wrong_value_is_asked_again_with_what_was_typed(
    keyboard: Keyboard, rostrum: Rostrum
) -> None:
    rostrum.file("w.md", "# Wombats\n\nWombats dig at night in the Kassel hills.\n")
    keyboard.types("/articles add w.md\r")
    keyboard.sees("Title [Wombats]:")
    keyboard.types("Night diggers\r")
    keyboard.sees("Author [unknown]:")
    keyboard.types("Ann\r")
    keyboard.sees("Date it was written")
    keyboard.types("32.13.2025\r")
    for label in ("Address on the web", "Which side it argues"):
        keyboard.sees(label)
        keyboard.types("\r")
    keyboard.sees("I do not understand the date")
    keyboard.sees("Title [Night diggers]:")
    keyboard.types("\r")
    keyboard.sees("Author [Ann]:")
    keyboard.types("\r")
    keyboard.sees("Date it was written [32.13.2025]:")
    keyboard.types("2025-12-13\r")
    for label in ("Address on the web", "Which side it argues"):
        keyboard.sees(label)
        keyboard.types("\r")
    keyboard.sees("Added: Night diggers")
