"""What a model thinks comes apart from what it says, wherever its words were cut."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.thoughts import Thoughts

NAMES = ["think", "thinking", "thought", "reasoning"]
TAG = re.compile(r"</?(?:think|thinking|thought|reasoning)>")


def told(pieces: Iterable[str]) -> tuple[str, str]:
    """What was thought and what was said, put together as a client does."""
    thoughts = Thoughts()
    thought, said = "", ""

    def take(parts: list[tuple[bool, str]]) -> None:
        nonlocal thought, said
        if thoughts.restarted:
            thoughts.restarted = False
            thought, said = thought + said, ""
        for is_thought, text in parts:
            assert text
            if is_thought:
                assert not said, "a thought behind the answer"
                thought += text
            else:
                said += text

    for piece in pieces:
        take(thoughts.part(piece))
    take(thoughts.rest())
    return thought, said


def cut(text: str, places: Iterable[int]) -> list[str]:
    at = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(at)]


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        pytest.param("just an answer", "", "just an answer", id="no thought"),
        pytest.param("<think>hm</think>yes", "hm", "yes", id="a thought first"),
        pytest.param("\n <think>\nhm\n</think>\n\n yes \n", "\nhm\n", "yes \n", id="white space around it"),
        pytest.param("<think></think>yes", "", "yes", id="an empty thought"),
        pytest.param("<think>a</think>\n<think>b</think>yes", "ab", "yes", id="two thoughts"),
        pytest.param("hm, maybe</think>yes", "hm, maybe", "yes", id="only its end"),
        pytest.param(" hm\n</think>\n\nyes", "hm\n", "yes", id="only its end, white space around it"),
        pytest.param("</think>yes", "", "yes", id="nothing before its end"),
        pytest.param("hm</think></think>yes", "hm", "yes", id="its end twice"),
        pytest.param("hm</think><think>more</think>yes", "hmmore", "yes", id="only its end, then a thought"),
        pytest.param("<think>for ever", "for ever", "", id="a thought without an end"),
        pytest.param("<think>cut off</thi", "cut off</thi", "", id="an end that is cut off"),
        pytest.param("yes <thi", "", "yes <thi", id="a beginning that is cut off"),
        pytest.param("<thi", "", "<thi", id="nothing but that"),
        pytest.param("<", "", "<", id="a single bracket"),
        pytest.param("a <b> is bold, 1 < 2", "", "a <b> is bold, 1 < 2", id="other brackets"),
        pytest.param("<this> is no tag", "", "<this> is no tag", id="another tag first"),
        pytest.param(
            "write <think>x</think> there", "", "write <think>x</think> there", id="an answer about tags"
        ),
        pytest.param(
            "<think>hm</think>end with </think>.", "hm", "end with </think>.", id="an end behind a thought"
        ),
        pytest.param(
            "<think>hm</think>yes <think>no</think>", "hm", "yes <think>no</think>", id="later tags"
        ),
        pytest.param("<think>a </thought> b</think>yes", "a </thought> b", "yes", id="another end in it"),
        pytest.param("<think>a <think> b</think>yes", "a <think> b", "yes", id="its beginning in it"),
        pytest.param("<<think>>", "", "<<think>>", id="brackets in brackets"),
        pytest.param("", "", "", id="nothing"),
        pytest.param(" \n ", "", "", id="white space"),
        *[pytest.param(f"<{name}>hm</{name}>yes", "hm", "yes", id=name) for name in NAMES],
        *[pytest.param(f"hm</{name}>yes", "hm", "yes", id=f"only the end of {name}") for name in NAMES],
    ],
)  # fmt: skip
def test_thought_and_answer_are_the_same_for_every_cut(text: str, thought: str, said: str) -> None:
    assert told([text]) == (thought, said)
    assert told(text) == (thought, said)
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            assert told([text[:first], text[first:second], text[second:]]) == (thought, said)


def test_it_restarts_only_when_something_was_taken_for_the_answer() -> None:
    thoughts = Thoughts()
    assert thoughts.part("hm</think>yes") == [(True, "hm"), (False, "yes")]
    assert not thoughts.restarted
    thoughts = Thoughts()
    assert thoughts.part("hm") == [(False, "hm")]
    assert thoughts.part(" well</think>yes") == [(True, " well"), (False, "yes")]
    assert thoughts.restarted


def test_text_is_not_kept_back_longer_than_it_may_be_a_tag() -> None:
    thoughts = Thoughts()
    assert thoughts.part("1 <") == [(False, "1 ")]
    assert thoughts.part(" 2") == [(False, "< 2")]
    assert thoughts.part(" </thin") == [(False, " ")]
    assert thoughts.part("g") == [(False, "</thing")]
    assert thoughts.rest() == []


TEXTS = st.lists(
    st.sampled_from(
        [f"<{slash}{name}>" for name in NAMES for slash in ("", "/")]
        + ["<", ">", "/", "</", "<thi", "nk>", "think", " ", "\n", "yes", "hm. ", "é", "<b>"]
    ),
    max_size=10,
).map("".join)


@given(TEXTS, st.lists(st.integers(min_value=0), max_size=8))
def test_thought_and_answer_do_not_depend_on_the_cuts(text: str, places: list[int]) -> None:
    assert told(cut(text, places)) == told([text])


def only_tags_lack(text: str, left: str) -> bool:
    """Whether `left` is `text` without some of its tags."""
    ends = {0}
    reached = [ends if at == 0 else set() for at in range(len(text) + 1)]
    for at in range(len(text)):
        if tag := TAG.match(text, at):
            reached[tag.end()] |= reached[at]
        reached[at + 1] |= {end + 1 for end in reached[at] if left[end : end + 1] == text[at]}
    return len(left) in reached[-1]


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(TEXTS)
def test_nothing_is_lost_but_tags_and_white_space(text: str) -> None:
    thought, said = told([text])
    assert only_tags_lack(squeezed(text), squeezed(thought + said))
    assert said == said.lstrip()
    assert text.endswith(said)
    assert not text.strip() or text.strip() == TAG.sub("", text) or thought or said or TAG.search(text)
