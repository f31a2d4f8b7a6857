"""The record: nothing in it can change unseen, and only an article's words look like a quotation."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.debating.ballots import Cast, Choice, result
from bot.debating.events import Actor, Asked, At, Closed, Failed, Paused, Resumed, SeatTaken, Skipped, Struck
from bot.debating.record import as_jsonl, as_markdown, beginning, head, lines, verify
from bot.debating.speech import Cards, Machine, Person, Speech
from bot.debating.state import DebateState
from tests.debating.scenes import (
    ADA,
    GROK,
    LLAMA,
    MODERATOR,
    MOTION,
    NTIA,
    card,
    debate,
    heard,
    opening,
    recorded,
    speech,
    spoken,
    with_struck,
)

COMMONMARK = MarkdownIt("commonmark")
QUOTING = "They say “Grok-1 was released with its weights and architecture under Apache 2.0.” [1]"
STATE = heard(
    speech(),
    speech("They cannot.", LLAMA),
    speech(QUOTING, sources=(GROK,), notes=("cut at 150 words",)),
    card(GROK, NTIA),
)


def rows(state: DebateState) -> list[dict[str, Any]]:
    return [json.loads(row) for row in as_jsonl(lines(12, state)).splitlines()]


def jsonl(changed: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in changed)


def page(state: DebateState, *more: Any) -> str:
    return as_markdown(12, state, [*spoken(state), *more])


def quotes(text: str) -> list[str]:
    return [line.removeprefix("> ") for line in text.splitlines() if line.startswith("> ")]


def test_a_line_has_who_said_what_where_it_comes_from_and_its_place_in_the_chain() -> None:
    third = rows(STATE)[2]
    assert (third["seq"], third["turn"], third["side"], third["seat"]) == (3, "rebuttal", "for", "for.1")
    assert (third["by"], third["model"], third["text"]) == ("Ada", "", QUOTING)
    assert third["sources"][0]["quote"] == GROK.quote
    assert (third["sources"][0]["start"], third["sources"][0]["revision"]) == (120, 9)
    assert third["posted"] == "2026-11-24T12:09:00+00:00"
    assert third["notes"] == ["cut at 150 words"]


def test_of_a_model_the_record_has_its_name_and_weights() -> None:
    second = rows(STATE)[1]
    assert (second["model"], second["weights"]) == ("llama3.1:8b", "open")


def test_the_chain_begins_with_the_debate_and_each_line_holds_the_one_before() -> None:
    chain = lines(12, STATE)
    assert chain[0].prev_hash == beginning(STATE)
    assert [line.prev_hash for line in chain[1:]] == [line.hash for line in chain[:-1]]
    assert head(12, STATE) == chain[-1].hash
    other = replace(STATE, motion=replace(MOTION, text="This house believes something else entirely."))
    assert lines(12, other)[0].prev_hash != chain[0].prev_hash


def test_a_record_as_it_was_made_is_intact() -> None:
    assert verify(as_jsonl(lines(12, STATE))) == []
    assert verify(as_jsonl(lines(12, STATE)), head=head(12, STATE)) == []
    assert verify(as_jsonl(lines(12, debate()))) == []
    assert verify(as_jsonl(lines(12, with_struck(STATE, 0, 3)))) == []


@pytest.mark.parametrize("key", ["seq", "debate", "turn", "side", "seat", "by", "model", "weights", "text",
                                 "asked_by", "words", "posted", "content", "prev_hash", "hash"])  # fmt: skip
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_changed_value_is_found(key: str, place: int) -> None:
    changed = rows(STATE)
    changed[place][key] = changed[place][key] + 1 if isinstance(changed[place][key], int) else "else"
    assert verify(jsonl(changed))


def test_a_changed_source_is_found() -> None:
    changed = rows(STATE)
    changed[2]["sources"][0]["quote"] = "Grok-1 was not released."
    assert verify(jsonl(changed)) == [
        "Line 3 does not say what was said: words, sources or speaker were changed."
    ]


def test_changed_words_are_found_even_with_all_their_own_hashes_made_anew() -> None:
    changed = rows(STATE)
    forged = rows(heard(speech("Something else."), *[one.speech for one in STATE.speeches[1:]]))
    changed[0] = forged[0]
    assert "Line 2 does not follow" in verify(jsonl(changed))[0]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_line_is_found(gone: int) -> None:
    kept = [row for place, row in enumerate(rows(STATE)) if place != gone]
    assert verify(jsonl(kept))
    renumbered = [{**row, "seq": place} for place, row in enumerate(kept, start=1)]
    assert verify(jsonl(renumbered))


def test_a_line_removed_at_the_end_is_found_by_whoever_knows_the_last_hash() -> None:
    assert verify(jsonl(rows(STATE)[:-1])) == []
    assert "missing at its end" in verify(jsonl(rows(STATE)[:-1]), head=head(12, STATE))[0]


def test_lines_in_another_order_are_found() -> None:
    first, second, *rest = rows(STATE)
    assert verify(jsonl([second, first, *rest]))


@pytest.mark.parametrize("row", ["{", "[]", "{}", "3", "null"])
def test_what_is_no_line_of_a_record_is_said_to_be_none(row: str) -> None:
    assert verify(row) == ["Line 1 is not a line of a record."]


def test_a_struck_speech_keeps_its_place_and_loses_its_words() -> None:
    struck = rows(with_struck(STATE, 2))
    assert (struck[2]["text"], struck[2]["sources"], struck[2]["notes"]) == ("", [], [])
    assert struck[2]["struck"] == "off topic"
    assert "Apache" not in json.dumps(struck[2])
    assert [row["hash"] for row in struck] == [row["hash"] for row in rows(STATE)]


def test_words_put_into_a_struck_line_are_found() -> None:
    changed = rows(with_struck(STATE, 1))
    changed[1]["text"] = "They never said this."
    assert verify(jsonl(changed)) == ["Line 2 is struck and still has words."]


def test_words_put_in_place_of_a_struck_speech_are_found() -> None:
    changed = rows(with_struck(STATE, 1))
    changed[1] = {**changed[1], "text": "They never said this.", "struck": None}
    assert "does not say what was said" in verify(jsonl(changed))[0]


@given(st.lists(st.sets(st.integers(0, 3)), max_size=4))
def test_strike_and_restore_as_often_as_you_like_the_hashes_stay(strikes: list[set[int]]) -> None:
    for struck in strikes:
        now = with_struck(STATE, *struck)
        assert [line.hash for line in lines(12, now)] == [line.hash for line in lines(12, STATE)]
        assert verify(as_jsonl(lines(12, now)), head=head(12, STATE)) == []
    assert lines(12, with_struck(STATE)) == lines(12, STATE)


def asking(text: str) -> DebateState:
    """Ada's speech is the question that the model answers."""
    state = heard(speech(text), speech("Because.", LLAMA))
    first, second = state.speeches
    return replace(state, speeches=(first, replace(second, question=text, asked_by="Ada")))


def test_a_question_that_was_a_struck_speech_is_withheld_and_the_chain_holds() -> None:
    state = with_struck(asking("Why would anybody do this?"), 0)
    assert "Why would" not in as_jsonl(lines(12, state))
    assert "Why would" not in page(state)
    assert verify(as_jsonl(lines(12, state)), head=head(12, asking("Why would anybody do this?"))) == []


def test_a_changed_question_is_found() -> None:
    changed = rows(asking("Why would anybody do this?"))
    changed[1]["question"] = "Why not?"
    assert verify(jsonl(changed)) == ["Line 2 does not have the question that was asked."]


AWKWARD = [
    "> a quote", ">x", "  > x", "- > x", "1. > x", "```\n> x\n```", "a\r> b", "a\x0b> b", "a\u2028> b",
    "a\x85> b", "# Result", "a\n===", "<b>x</b>", "[a](http://x)", "> Grok-1 [1]", "**\n> x**", "`\n> x`",
    "a\n# Result", "a\n> b", "- # Result", "a\n---", "<!-- x", "![a](x)", "[a]: x", "<http://x>",
]  # fmt: skip
anything = st.text(max_size=60) | st.sampled_from(AWKWARD)
holders = st.sampled_from([ADA, LLAMA, Cards()]) | st.builds(Person, st.just("m2"), anything) | st.builds(
    Machine, anything, anything, anything, anything
)  # fmt: skip


marks = st.text(alphabet="> -+*#`_~=|[]()<>!&\\1.)\n\t aQ:“”;", max_size=40)


def page_with(text: str, by: Any, note: str, name: str) -> str:
    """The page of a debate where these stand wherever people or models can put something."""
    state = heard(
        Speech(text=text, words=1, by=by, sources=(GROK,), notes=(note,)),
        Speech(text=text, words=1, by=LLAMA),
        seats={"for.1": by, "against.1": LLAMA},
        motion=replace(MOTION, text=text, definitions={name: note}, pro=replace(MOTION.pro, burden=text)),
    )
    first, second = state.speeches
    return page(
        replace(state, speeches=(first, replace(second, question=note, asked_by=name))),
        recorded(Asked(number=1, side="for", text=text, name=name)),
        recorded(Paused(kind="moderator", reason=text), by=Actor("m9", name)),
    )


def must_quote_articles_alone(told: str) -> None:
    joined = " ".join(GROK.quote.split())
    assert quotes(told) == [joined]
    assert told.split(f"> {joined}\n")[1].startswith("— [1] What was released with Grok-1")


def must_look_as_meant(told: str) -> None:
    """A reader of Markdown sees no other quotation, heading, link or tag than those of the page itself."""
    seen = COMMONMARK.parse(told)
    kinds = [token.type for token in seen]
    inside = {child.type for token in seen for child in token.children or ()}
    assert kinds.count("blockquote_open") == 1
    headings = [after.content for token, after in pairwise(seen) if token.type == "heading_open"]
    assert headings[1:] == [
        "What the words mean", "What each side has to show", "Who argued", "What was said",
        "1. Opening · For the motion", "2. Opening · Against the motion", "Check",
    ]  # fmt: skip
    assert not {"link_open", "image", "html_inline", "html_block"} & {*kinds, *inside}


@given(anything, holders, anything, anything)
def test_whatever_people_and_models_write_only_articles_words_look_quoted(
    text: str, by: Any, note: str, name: str
) -> None:
    must_quote_articles_alone(page_with(text, by, note, name))


@given(marks, holders, marks, marks)
def test_a_reader_of_markdown_sees_what_is_meant_to_be_seen(text: str, by: Any, note: str, name: str) -> None:
    must_look_as_meant(page_with(text, by, note, name))


@pytest.mark.parametrize("by", [ADA, LLAMA, Cards()], ids=lambda by: type(by).__name__)
@pytest.mark.parametrize("text", AWKWARD)
def test_markup_that_could_deceive_does_not(text: str, by: Any) -> None:
    told = page_with(text, by, text, text)
    must_quote_articles_alone(told)
    must_look_as_meant(told)


@given(st.lists(anything, max_size=4))
def test_whatever_was_said_its_record_is_intact(texts: list[str]) -> None:
    state = heard(*(speech(text) for text in texts))
    made = as_jsonl(lines(12, state))
    assert verify(made, start=beginning(state), head=head(12, state)) == []
    assert len(made.splitlines()) == len(texts)
    assert [row["text"] for row in rows(state)] == texts


def test_a_quotation_stands_on_a_line_of_its_own_with_its_source_on_the_next_and_once_only() -> None:
    told = page(STATE)
    assert quotes(told) == [" ".join(GROK.quote.split()), NTIA.quote]
    source = "— [1] What was released with Grok-1, Rostrum, 2024-03-17, https://example.org/grok-1"
    assert f"> {' '.join(GROK.quote.split())}\n{source}\n" in told
    assert "(quoted above, in 3. Rebuttal · For the motion)" in told


def test_a_quotation_first_used_in_a_struck_speech_is_printed_where_it_is_used_next() -> None:
    assert quotes(page(with_struck(STATE, 2))) == [" ".join(GROK.quote.split()), NTIA.quote]


def test_a_struck_speech_is_named_with_the_reason_and_by_whom() -> None:
    told = page(with_struck(STATE, 2), recorded(Struck(speech=4, reason="off topic"), by=MODERATOR))
    assert "### 3. Rebuttal · For the motion" in told
    assert "*Struck from the record by Mo: off topic*" in told
    assert "They say" not in told
    assert "Struck from the record, by Mo: speech 3, Rebuttal · For the motion: off topic." in told


def test_the_page_says_who_argued_what_and_that_a_model_was_given_its_side() -> None:
    told = page(STATE)
    assert told.startswith(f"# {MOTION.text}\n")
    assert "- **For the motion**: Ada\n" in told
    model = "llama3.1:8b on this machine (Ollama), open weights, argues the side it was given"
    assert f"- **Against the motion**: {model}" in told
    assert "- **open weights**: weights that anybody may download and run" in told
    assert "- **For the motion**: that open weights led to results that closed models did not" in told
    assert told.rstrip().endswith(f"`{head(12, STATE)}`.")


def test_what_happened_beside_the_speeches_stands_in_order_of_time() -> None:
    happened = [
        recorded(opening(), seq=1),
        recorded(Failed(at=At(5), attempt=2, kind="endpoint", why="it is busy"), seq=20),
        recorded(Paused(kind="model", reason="it is busy"), seq=21),
        recorded(
            SeatTaken(seat="against.1", holder=Cards(), reason="the model is away"), seq=22, by=MODERATOR
        ),
        recorded(Resumed(seconds=90), seq=23, by=MODERATOR),
        recorded(Skipped(at=At(5), reason="no further evidence on this side"), seq=24),
    ]
    told = page(STATE, *happened)
    sought = [
        "Pressure question · Against the motion: the model's endpoint failed (attempt 2): it is busy.",
        "Paused, as a model could not speak: it is busy.",
        "Seat taken, Against the motion: evidence cards: the model is away.",
        "It goes on, by Mo; all deadlines are 1 min 30 s later.",
        "Pressure question · Against the motion: passed over: no further evidence on this side.",
    ]
    assert [told.index(one) for one in sought] == sorted(told.index(one) for one in sought)
    assert "argues the side it was given, then evidence cards" in told


def test_the_result_has_what_the_result_tells_and_nothing_before_there_is_one() -> None:
    assert "## Result" not in page(STATE)
    votes = [Cast(before=Choice.FOR, after=Choice.FOR), Cast(before=Choice.FOR, after=None)]
    data = result(votes).as_data()
    told = page(replace(STATE, result=data), recorded(Closed(result=data, judge="no judge yet")))
    assert f"## Result\n\n{data['sentence']}\n\n- Voted: 2 before, 1 after, 1 both times" in told
    assert "Judge: no judge yet" in told
