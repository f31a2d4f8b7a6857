"""Negations and the words under them; words of the same and of the contrary sense."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.knowledge.senses
from bot.knowledge.polarity import cues
from bot.knowledge.senses import sense_of, turned_round
from bot.knowledge.terms import terms, usage


def denied(text: str) -> list[tuple[str, list[str]]]:
    read = terms(text, usage([text], "en"))
    return [(read[cue.at].form, [read[at].form for at in cue.core]) for cue in cues(read, "en")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The data were not released.", [("not", ["released"])]),
        (
            "It cannot be studied without data or code.",
            [("cannot", ["studied"]), ("without", ["data", "code"])],
        ),
        ("Neither the data nor the code came.", [("neither", ["data"]), ("nor", ["code", "came"])]),
        ("It came not only late but broken.", []),
        ("No doubt it came.", []),
        ("He refuses to release the data.", [("refuses", ["release", "data"])]),
        ("They deny that makers are guilty.", [("deny", ["makers", "guilty"])]),
        ("The rule bars training other models.", [("bars", ["training", "other", "models"])]),
        ("It is free unless risks appear.", [("unless", ["risks", "appear"])]),
        ("They would rather see rules than bans.", [("than", ["bans"])]),
        ("Losses can be mended, whereas a release cannot.", [("cannot", ["release"])]),
        ("Everybody came.", []),
    ],
)
def test_a_negation_governs_the_words_behind_it_in_its_clause(
    text: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert denied(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("open", "closed"),
        ("allowed", "forbidden"),
        ("supporters", "critics"),
        ("more", "less"),
        ("before", "after"),
    ],
)
def test_contraries_share_a_key_and_differ_in_sign(one: str, other: str) -> None:
    first, second = sense_of(one, "en"), sense_of(other, "en")
    assert first.key == second.key
    assert first.sign == -second.sign


def test_prefixes_and_endings_turn_a_word_round() -> None:
    for word, base in (("unsafe", "safe"), ("unreliable", "reliable"), ("harmless", "harm")):
        turned = turned_round(word, "en")
        assert turned is not None
        assert turned.key == sense_of(base, "en").key
        assert turned.sign == -sense_of(base, "en").sign
    assert turned_round("improve", "en") is None
    assert turned_round("unsicher", "de") is None


def test_no_word_is_listed_with_two_senses() -> None:
    lines = (Path(bot.knowledge.senses.__file__).with_name("senses.txt")).read_text("utf-8").splitlines()
    words = [word for line in lines if line.startswith("en ") for word in line[3:].replace("|", " ").split()]
    assert sorted(words) == sorted(set(words))
