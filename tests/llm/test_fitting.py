"""What goes when a prompt is too large for a window, in which order, and what never does."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.fitting import LEAST_EXCERPT, Fitted, fitted, messages_of
from bot.llm.tokens import of_messages
from bot.model import Prompt, Turn

SENTENCE = "The bridge at Orsted was opened in a cold spring by the mayor of the town. "
EXCERPTS = tuple(f"[{n}] Source {n}\n| {SENTENCE * 8}".strip() for n in (1, 2, 3))
EARLIER = (
    Turn("user", "When was the bridge opened, and who was there to see it?"),
    Turn("assistant", "It was opened in spring, and the mayor was there."),
    Turn("user", "And when was it closed to cars, if it ever was?"),
    Turn("assistant", "It was closed to cars many years later."),
)
PROMPT = Prompt(
    system="Answer from the sources alone.",
    opening="<sources>",
    excerpts=EXCERPTS,
    closing="</sources>\nQuestion: Why was it closed?",
    earlier=EARLIER,
)


def tokens(prompt: Prompt) -> int:
    return of_messages([message["content"] for message in messages_of(prompt)])


def told(fit: Fitted) -> str:
    return "\n".join(message["content"] for message in fit.messages)


def in_all_rooms(prompt: Prompt) -> Iterable[Fitted]:
    """What becomes of it from the largest room that it needs down to the smallest."""
    for room in range(tokens(prompt), 0, -1):
        if fit := fitted(prompt, room, 1.0):
            yield fit


def test_a_prompt_that_fits_is_left_alone() -> None:
    fit = fitted(PROMPT, tokens(PROMPT), 1.0)
    assert fit == Fitted(messages=messages_of(PROMPT), tokens=tokens(PROMPT), cut=False)
    less = fitted(PROMPT, tokens(PROMPT) - 1, 1.0)
    assert less is not None
    assert less.cut


def test_the_messages_are_in_the_order_in_which_a_model_reads_them() -> None:
    messages = messages_of(PROMPT)
    assert [message["role"] for message in messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert messages[0]["content"] == PROMPT.system
    assert [message["content"] for message in messages[1:-1]] == [turn.text for turn in EARLIER]
    assert messages[-1]["content"] == "\n".join([PROMPT.opening, "\n\n".join(EXCERPTS), PROMPT.closing])


def test_parts_that_are_empty_leave_no_trace() -> None:
    assert messages_of(Prompt(system="", closing="Why?")) == [{"role": "user", "content": "Why?"}]


def test_first_the_oldest_turns_go_then_the_last_excerpts_then_the_first_is_shortened() -> None:
    stages = []
    for fit in in_all_rooms(PROMPT):
        text = told(fit)
        turns = sum(turn.text in text for turn in EARLIER)
        excerpts = sum(f"[{n}]" in text for n in (1, 2, 3))
        stage = (turns, excerpts, len(text))
        if not stages or stages[-1] != stage:
            stages.append(stage)
    assert [stage[:2] for stage in stages[:6]] == [(4, 3), (2, 3), (0, 3), (0, 2), (0, 1), (0, 1)]
    assert [stage[:2] for stage in stages[5:]] == [(0, 1)] * (len(stages) - 6) + [(0, 0)]
    lengths = [length for _, _, length in stages]
    assert lengths == sorted(lengths, reverse=True)


def test_the_oldest_turn_goes_first() -> None:
    fit = fitted(PROMPT, tokens(PROMPT) - 1, 1.0)
    assert fit is not None
    assert EARLIER[0].text not in told(fit)
    assert EARLIER[3].text in told(fit)


def test_the_last_excerpt_goes_first() -> None:
    bare = Prompt(system="S", closing="Q", excerpts=EXCERPTS)
    fit = fitted(bare, tokens(bare) - 1, 1.0)
    assert fit is not None
    assert "[1]" in told(fit)
    assert "[2]" in told(fit)
    assert "[3]" not in told(fit)


def test_question_and_system_never_go() -> None:
    for fit in in_all_rooms(PROMPT):
        assert fit.messages[0] == {"role": "system", "content": PROMPT.system}
        assert fit.messages[-1]["content"].startswith(PROMPT.opening)
        assert fit.messages[-1]["content"].endswith(PROMPT.closing)


def test_where_not_even_the_question_fits_there_is_nothing_to_ask() -> None:
    least = tokens(Prompt(system=PROMPT.system, opening=PROMPT.opening, closing=PROMPT.closing))
    assert fitted(PROMPT, least, 1.0) is not None
    assert fitted(PROMPT, least - 1, 1.0) is None
    assert fitted(PROMPT, 0, 1.0) is None
    assert fitted(PROMPT, -500, 1.0) is None


def test_an_excerpt_is_shortened_at_the_end_of_a_sentence() -> None:
    seen = set()
    for fit in in_all_rooms(Prompt(system="S", closing="Q", excerpts=(EXCERPTS[0],))):
        excerpt = fit.messages[-1]["content"].removesuffix("Q").strip()
        seen.add(excerpt)
        assert EXCERPTS[0].startswith(excerpt)
        assert excerpt == "" or excerpt.endswith("town.")
    assert len(seen) > 3


def test_an_excerpt_without_sentences_is_shortened_all_the_same() -> None:
    lengths = {
        len(fit.messages[-1]["content"])
        for fit in in_all_rooms(Prompt(system="", closing="Q", excerpts=("x" * 1000,)))
    }
    assert lengths == {1002, 502, 252, 202, 1}
    assert LEAST_EXCERPT == 200


def test_a_sentence_that_ends_early_does_not_cost_the_rest() -> None:
    excerpt = "It was. " + "y" * 392
    fits = in_all_rooms(Prompt(system="", closing="Q", excerpts=(excerpt,)))
    assert {len(fit.messages[-1]["content"]) for fit in fits} == {402, 202, 1}


def test_a_ratio_counts_how_many_tokens_there_really_are() -> None:
    room = tokens(PROMPT)
    fit = fitted(PROMPT, room * 2, 2.0)
    assert fit is not None
    assert (fit.tokens, fit.cut) == (room * 2, False)
    smaller = fitted(PROMPT, room, 1.5)
    assert smaller is not None
    assert smaller.cut
    assert smaller.tokens <= room


def test_turns_without_words_and_turns_that_follow_their_own_kind_are_no_trouble() -> None:
    prompt = Prompt(
        system="S",
        closing="Q",
        earlier=(
            Turn("assistant", "Hello, ask me."),
            Turn("user", "a"),
            Turn("user", " \n"),
            Turn("user", "b"),
            Turn("assistant", ""),
            Turn("assistant", "c"),
            Turn("assistant", "d"),
            Turn("user", "e"),
        ),
    )
    assert messages_of(prompt) == [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "a\n\nb"},
        {"role": "assistant", "content": "c\n\nd"},
        {"role": "user", "content": "e\n\nQ"},
    ]


TURNS = st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=60))
TEXTS = st.text(min_size=1, max_size=900) | st.integers(1, 60).map(lambda n: SENTENCE * n)
PROMPTS = st.builds(
    Prompt,
    system=st.text(max_size=60),
    opening=st.text(max_size=20),
    closing=st.text(min_size=1, max_size=60),
    excerpts=st.lists(TEXTS, max_size=4).map(tuple),
    earlier=st.lists(TURNS, max_size=6).map(tuple),
)


@given(PROMPTS, st.integers(-10, 3000), st.floats(0.5, 3.0))
def test_what_is_made_fits_or_there_is_nothing(prompt: Prompt, room: int, ratio: float) -> None:
    fit = fitted(prompt, room, ratio)
    if fit is None:
        bare = Prompt(system=prompt.system, opening=prompt.opening, closing=prompt.closing)
        assert tokens(bare) * ratio > room
        return
    real = of_messages([message["content"] for message in fit.messages]) * ratio
    assert real <= fit.tokens <= room
    assert fit.cut == (fit.messages != messages_of(prompt))


@given(PROMPTS)
def test_roles_alternate_and_the_person_speaks_first_and_last(prompt: Prompt) -> None:
    roles = [message["role"] for message in messages_of(prompt)]
    assert ("system" in roles) == bool(prompt.system)
    spoken = roles[1:] if prompt.system else roles
    assert spoken[0] == spoken[-1] == "user"
    assert set(spoken) <= {"user", "assistant"}
    assert all(one != next_one for one, next_one in pairwise(spoken))


@given(PROMPTS, st.integers(0, 3000))
def test_a_larger_room_never_holds_less(prompt: Prompt, room: int) -> None:
    smaller, larger = fitted(prompt, room, 1.0), fitted(prompt, room + 50, 1.0)
    if smaller is not None:
        assert larger is not None
        assert larger.tokens >= smaller.tokens


@pytest.mark.parametrize("excerpt", ["x" * 201, "a. " * 67, "。" * 201, "Es war. " + "y" * 250])
def test_shortening_comes_to_an_end(excerpt: str) -> None:
    assert list(in_all_rooms(Prompt(system="", closing="Q", excerpts=(excerpt,))))
