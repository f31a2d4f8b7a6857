"""The fake debater reads debate prompts, argues its side, and tells truly which side a text argues."""

from __future__ import annotations

import pytest

from tests.fakes.debating import Part, argued, part_of, sided
from tests.fakes.reading import Source

GROK = Source(
    n=1,
    title="Grok",
    text="The licence of Grok 2 does not allow training other models with it.\nShort one.",
)


@pytest.mark.parametrize("side", ["for", "against"])
@pytest.mark.parametrize("role", ["opening", "rebuttal", "answer", "closing"])
def test_a_speech_argues_its_side_with_sentences_of_the_sources(side: str, role: str) -> None:
    speech = argued(Part(role=role, motion="This house likes Grok.", side=side, sources=(GROK,)))
    assert sided(speech) == side
    assert "“The licence of Grok 2 does not allow training other models with it.” [1]" in speech
    assert len(speech.split()) <= 150


def test_quoted_words_and_small_talk_argue_for_no_side() -> None:
    assert sided("They say “vote for the motion”, and so on.") == "neither"
    assert sided("Bananas are yellow.") == "neither"


def test_other_prompts_are_no_part_of_a_debate() -> None:
    asked = "Question: When did it open?\nAnswer in English with [n] after each sentence."
    assert part_of([{"role": "user", "content": asked}]) is None
    assert part_of([]) is None
