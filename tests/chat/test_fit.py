from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.fit import Cost, fit
from bot.chat.prose import Part, parse
from bot.chat.reply import (
    Actions,
    Block,
    Button,
    Divider,
    Fact,
    Facts,
    Heading,
    Prose,
    Quote,
    Reply,
    Source,
    Sources,
    reply,
)
from bot.chat.written import written

Letter = tuple[str, bool, bool, bool]
MARKED = st.text(st.sampled_from("ab *_`[1]\n->#.(\\~"), max_size=150)
WORDS = st.lists(
    st.sampled_from(
        [
            "word",
            "**bold words**",
            "_leaning_",
            "`code here`",
            "[1]",
            "[12]",
            "end.",
            "\n\n",
            "\n- ",
            "\n> x\n\n",
        ]
    ),
    max_size=80,
).map(" ".join)


def cost(block: Block) -> Cost:
    match block:
        case Prose(text):
            return Cost(sum(len(span.text) for part in parse(text) for span in part.spans), 1)
        case Quote(text) | Heading(text):
            return Cost(len(text), 1)
        case Facts(rows):
            return Cost(sum(len(row.label) + len(row.value) for row in rows), 1)
        case Sources(entries):
            return Cost(sum(len(entry.title) for entry in entries), 1 + len(entries))
        case Actions(buttons):
            return Cost(0, len(buttons) + -(-len(buttons) // 5))
        case _:
            return Cost(0, 1)


def letters(parts: Sequence[Part]) -> list[Letter]:
    spans = (span for part in parts for span in part.spans)
    return [(c, s.bold, s.italic, s.code) for s in spans for c in s.text if not c.isspace()]


def citations(parts: Sequence[Part]) -> list[int]:
    return [span.cites for part in parts for span in part.spans if span.cites is not None]


def pages(block: Block, most: Cost) -> list[Block]:
    fitted = fit(reply(block), cost, most)
    for page in fitted:
        total = sum((cost(one) for one in page.blocks), Cost())
        assert total.within(most), page
    return [one for page in fitted for one in page.blocks]


def parsed(blocks: Sequence[Block]) -> list[Part]:
    return [part for block in blocks if isinstance(block, Prose) for part in parse(block.text)]


@given(WORDS, st.integers(20, 120))
def test_prose_keeps_its_letters_their_styles_and_its_citations(text: str, size: int) -> None:
    got = parsed(pages(Prose(text), Cost(size, 5)))
    assert letters(got) == letters(parse(text))
    assert citations(got) == citations(parse(text))


@given(MARKED, st.integers(20, 60))
def test_no_letter_and_no_citation_of_a_hostile_text_is_lost(text: str, size: int) -> None:
    got = parsed(pages(Prose(text), Cost(size, 5)))
    assert [c for c, *_ in letters(got)] == [c for c, *_ in letters(parse(text))]
    assert citations(got) == citations(parse(text))


@given(MARKED)
def test_what_is_written_back_reads_the_same(text: str) -> None:
    parts = parse(text)
    again = parse(written(parts))
    assert [c for c, *_ in letters(again)] == [c for c, *_ in letters(parts)]
    assert citations(again) == citations(parts)


@pytest.mark.parametrize(
    "text",
    [
        "1. one\n2. two\n   - deep\n3. three",
        "- a\n- b\n\nafter",
        "7. seven\n\n> quoted\n> more\n\n8. eight",
        "1. a\n\n<!-- -->\n\n1. b",
        "```\na ``` b\n- c\n```\n\nafter",
        "**bold** and _leaning `code`_ [3]",
    ],
)
def test_lists_quotes_and_code_are_written_back_as_they_were(text: str) -> None:
    def told(parts: list[Part]) -> list[tuple[object, ...]]:
        return [(part.kind, part.marker, part.depth, letters([part])) for part in parts]

    assert told(parse(written(parse(text)))) == told(parse(text))


@given(st.text(st.sampled_from("ab .\n*"), min_size=1, max_size=200), st.data())
def test_a_quotation_keeps_its_letters_its_number_and_what_is_strong(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    blocks = [one for one in pages(Quote(text, 4, (start, end)), Cost(40, 5)) if isinstance(one, Quote)]
    assert "".join(one.text for one in blocks) == text
    assert {one.n for one in blocks} == {4}
    assert "".join(one.text[slice(*one.strong)] for one in blocks if one.strong) == text[start:end]


@given(st.lists(st.text(st.sampled_from("ab "), max_size=90), max_size=9))
def test_facts_are_cut_between_rows_and_long_values_go_on_under_their_label(values: list[str]) -> None:
    blocks = pages(Facts(tuple(Fact(f"L{n}", value, "bad") for n, value in enumerate(values))), Cost(40, 5))
    rows = [row for block in blocks if isinstance(block, Facts) for row in block.rows]
    for number, value in enumerate(values):
        assert "".join(row.value for row in rows if row.label == f"L{number}") == value
    assert [row.label for row in rows] == sorted(row.label for row in rows)
    assert all(row.state == "bad" for row in rows)


def test_sources_of_one_article_stay_together() -> None:
    entries = tuple(Source(n=n, article=n // 3, title="t") for n in range(12))
    blocks = pages(Sources(entries), Cost(100, 6))
    got = [[entry.article for entry in block.entries] for block in blocks if isinstance(block, Sources)]
    assert got == [[number] * 3 for number in range(4)]


def test_buttons_are_cut_between_rows_and_stay_last() -> None:
    buttons = tuple(Button(str(n), f"do {n}") for n in range(23))
    got = fit(reply(Prose("text " * 30), Actions(buttons)), cost, Cost(100, 14))
    rows = [one for page in got for one in page.blocks if isinstance(one, Actions)]
    assert [button for row in rows for button in row.buttons] == list(buttons)
    assert all(len(row.buttons) % 5 == 0 for row in rows[:-1])
    assert isinstance(got[-1].blocks[-1], Actions)


def test_a_heading_is_not_left_at_the_end_of_a_page() -> None:
    got = fit(reply(Prose("a" * 80), Heading("Next"), Prose("b" * 60)), cost, Cost(100, 5))
    assert [type(block) for block in got[1].blocks] == [Heading, Prose]


def test_a_heading_stays_before_what_is_cut() -> None:
    got = fit(reply(Prose("a" * 80), Heading("Next"), Prose("so it goes. " * 20)), cost, Cost(100, 5))
    assert all(not isinstance(page.blocks[-1], Heading) for page in got)


def test_text_is_cut_after_a_sentence_where_one_ends() -> None:
    text = "One thing is so [1]. Another thing is not [2]. A third thing is unknown to all of us."
    got = pages(Prose(text), Cost(50, 5))
    assert next(block.text for block in got if isinstance(block, Prose)).endswith("[2].")


def test_code_is_cut_at_its_lines_and_stays_code() -> None:
    text = "```\n" + "\n".join(f"line {n}" for n in range(40)) + "\n```"
    got = [block for block in pages(Prose(text), Cost(60, 5)) if isinstance(block, Prose)]
    parts = parsed(got)
    assert {part.kind for part in parts} == {"code"}
    lines = [line for part in parts for line in part.spans[0].text.split("\n")]
    assert lines == [f"line {n}" for n in range(40)]


def test_a_run_without_a_gap_is_cut_but_never_in_a_citation() -> None:
    text = "x" * 90 + "[12]" * 20
    got = parsed(pages(Prose(text), Cost(30, 5)))
    assert "".join(span.text for part in got for span in part.spans) == text
    assert citations(got) == [12] * 20


def test_what_a_reply_carries_besides_is_on_every_part() -> None:
    got = fit(Reply((Prose("a b " * 100),), data={"x": 1}, private=True), cost, Cost(100, 5))
    assert len(got) > 1
    assert all(page.data == {"x": 1} and page.private for page in got)


def test_a_short_reply_stays_as_it_is() -> None:
    whole = reply(Heading("Hi"), Divider(), Prose("**x** [1]"))
    assert fit(whole, cost, Cost(100, 5)) == [whole]
    assert fit(reply(), cost, Cost(100, 5)) == [reply()]


@pytest.mark.parametrize(
    "hostile", ["_" * 20_000, "[a](" * 5_000, "*a " * 7_000, "\n" * 100_000, "`a" * 10_000]
)
def test_measuring_stays_in_proportion_to_the_text(hostile: str) -> None:
    measured = 0

    def counting(block: Block) -> Cost:
        nonlocal measured
        measured += len(block.text) if isinstance(block, Prose) else 0
        return cost(block)

    fit(reply(Prose(hostile)), counting, Cost(4000, 40))
    assert measured <= 10 * len(hostile)


def test_order_is_kept() -> None:
    blocks = [Prose(f"p{n} " + "w " * 30) for n in range(20)]
    got = fit(reply(*blocks), cost, Cost(100, 5))
    text = " ".join(block.text for page in got for block in page.blocks if isinstance(block, Prose))
    assert re.findall(r"p(\d+)", text) == [str(n) for n in range(20)]
