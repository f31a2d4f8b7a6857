from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bot.chat.reply import (
    Actions,
    Block,
    Button,
    Divider,
    Fact,
    Facts,
    Field,
    Form,
    Heading,
    Mention,
    Picture,
    Progress,
    Prose,
    Quote,
    Source,
    Sources,
    reply,
)
from bot.platforms.terminal.render import render

EVERY_BLOCK: tuple[Block, ...] = (
    Heading("What Grok 2 is"),
    Prose("One **bold** word and a citation [1].\n\n- first\n- second, rather longer than all the others"),
    Quote("The weights were released on 23 August 2025, under a custom licence that forbids much.", 1),
    Quote("Before. The quoted words. After.", strong=(8, 25)),
    Sources(
        (
            Source(
                n=1,
                article=7,
                title="Grok 2: released",
                author="Ann",
                date="2026-11-23",
                note="Corrected by B",
            ),
        )
    ),
    Facts((Fact("Author", "Ann"), Fact("Added", "2026-11-23 by Ann, from a.md"))),
    Picture(path="swing.png", alt="For 3, against 4"),
    Mention(member="1", name="Ann"),
    Progress("Reading a.md", 3, 12),
    Divider(),
    Actions((Button("Helpful", "rate 1 yes"), Button("Not helpful", "rate 1 no"))),
    Form(command="ask", fields=(Field(name="question", label="Your question", required=True),)),
)


def lines(*blocks: Block, width: int | None) -> list[str]:
    return [line.plain for line in render(reply(*blocks), Console(width=200, no_color=True), width)]


@pytest.mark.parametrize("width", [40, 80])
def test_every_block_fits_the_width_and_leaves_no_trailing_space(width: int) -> None:
    for line in lines(*EVERY_BLOCK, width=width):
        assert cell_len(line) <= width
        assert line == line.rstrip()


def test_nothing_that_a_reply_says_is_lost_at_40_columns() -> None:
    wide = " ".join(lines(*EVERY_BLOCK, width=None)).split()
    narrow = " ".join(lines(*EVERY_BLOCK, width=40)).split()
    assert [word for word in narrow if word != "│"] == [word for word in wide if word != "│"]


def test_in_a_pipe_a_quotation_stands_on_one_line() -> None:
    quote = "word " * 60
    assert lines(Quote(quote.strip(), 2), width=None) == [f"│ “{quote.strip()}” [2]"]


def test_a_narrow_page_puts_a_fact_below_its_label() -> None:
    assert lines(Facts((Fact("/articles remove", "Take it out."),)), width=30) == [
        "  /articles remove",
        "    Take it out.",
    ]


def test_buttons_are_numbered_and_stand_below_one_another_where_they_must() -> None:
    buttons = Actions((Button("What did xAI promise?", "a"), Button("/help", "help")))
    assert lines(buttons, width=80) == ["  1 What did xAI promise?   2 /help"]
    assert lines(buttons, width=30) == ["  1 What did xAI promise?", "  2 /help"]


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    hostile = "\x1b[31mred\x1b[0m \x9b2J \x07"
    for block in (Heading(hostile), Quote(hostile), Facts((Fact(hostile, hostile),))):
        assert all(unicodedata.category(letter) != "Cc" for line in lines(block, width=80) for letter in line)


@given(st.text(max_size=300), st.integers(20, 100))
def test_any_text_can_be_shown_at_any_width(text: str, width: int) -> None:
    for block in (Prose(text), Quote(text, 1), Heading(text)):
        assert all(cell_len(line) <= width for line in lines(block, width=width))


def test_sources_from_one_article_share_a_line() -> None:
    entries = [Source(n=n, article=7, title="A", note="" if n == 1 else "Corrected by B") for n in (1, 3)]
    assert lines(Sources((entries[0], Source(n=2, article=8, title="C"), entries[1])), width=60) == [
        "[1][3] A",
        "       Corrected by B",
        "[2] C",
    ]
