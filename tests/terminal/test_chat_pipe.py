from __future__ import annotations

import signal
import subprocess
import sys

from tests.terminal.conftest import Rostrum

QUESTION = "What did xAI promise about Grok 2, and what was released?"


def test_lines_from_a_pipe_are_answered_and_its_end_is_the_end(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin=f"/ask {QUESTION}\n")
    assert ran.code == 0
    assert "Traceback" not in ran.err
    assert "[1]" in ran.out
    assert "[2]" in ran.out


def test_the_first_screen_says_what_is_there_and_a_digit_runs_a_suggestion(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin="3\n")
    assert "17 articles, no model: I answer in quotations" in ran.out
    assert "2 A debate: should open source mean open data?" in ran.out
    assert "What you can type" in ran.out


def test_text_without_a_slash_is_a_question_and_a_bare_name_its_command(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin=f"{QUESTION}\nhelp\n/quit\nnever read\n")
    assert "[1]" in ran.out
    assert "What you can type" in ran.out
    assert "never read" not in ran.out


def test_a_source_is_opened_in_its_place_and_a_button_is_pressed_by_its_number(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin=f"{QUESTION}\n/source 1\n1\n")
    assert "Revision" in ran.out
    assert "Noted, thank you." in ran.out


def test_a_follow_up_is_understood(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin="Under which licence was Grok 2 released?\nAnd when was it announced?\n")
    assert "August 2025" in ran.out.split("And when was it announced?")[1]


def test_mistakes_are_answered_and_the_chat_goes_on(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin="/aks why\n99\n/articles\n/source 9\n\u200b\n/help ask\n")
    assert ran.code == 0
    assert "Did you mean /ask?" in ran.out
    assert "Numbers from 1 to 3 do something here." in ran.out
    assert "/articles what?" in ran.out
    assert "Usage" in ran.out


def test_bytes_that_are_no_text_do_no_harm(rostrum: Rostrum) -> None:
    ran = rostrum("run", stdin=b"\xff\xfe\x00/ask\n/help\n")
    assert ran.code == 0
    assert "What you can type" in ran.out


def test_what_nobody_asked_for_is_said_once_in_the_chat(rostrum: Rostrum) -> None:
    assert rostrum("say", "The library grows tonight.").code == 0
    assert rostrum("run", stdin="").out.count("The library grows tonight.") == 1
    assert "The library grows tonight." not in rostrum("run", stdin="").out


def test_a_pipe_breaks_no_line_and_a_given_width_is_kept(rostrum: Rostrum) -> None:
    quoted = [
        line for line in rostrum("run", stdin=f"{QUESTION}\n").out.splitlines() if line.startswith("│ “")
    ]
    assert quoted
    assert all(line.endswith("]") for line in quoted)
    narrow = rostrum("run", stdin=f"{QUESTION}\n", env={"COLUMNS": "40"}).out.splitlines()
    assert all(len(line) <= 40 for line in narrow if not line.startswith("›"))


def test_ctrl_c_leaves_at_once_without_a_traceback(rostrum: Rostrum) -> None:
    chat = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=rostrum.folder,
        env=rostrum.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert chat.stdout
    while b"Ctrl-D leaves." not in chat.stdout.readline():
        pass
    chat.send_signal(signal.SIGINT)
    _, err = chat.communicate(timeout=20)
    assert chat.returncode == 130
    assert err == b""
