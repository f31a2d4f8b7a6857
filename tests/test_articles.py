"""The articles that ship with the bot keep what CONTRIBUTING.md promises of them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.sentences import sentences

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "articles").glob("*.md"))
DATA = Path(__file__).parent / "data"

# Every dated fact that the library must hold, as a word and a date that stand in one paragraph.
FACTS = [
    ("Grok-1", "17 March 2024"),
    ("It's high time we open sourced Grok 2. Will make it happen next week.", "6 August 2025"),
    ("Grok 2", "23 August 2025"),
    ("gpt-oss", "5 August 2025"),
    ("GPT-5", "7 August 2025"),
    ("Open Source AI Definition", "28 October 2024"),
    ("National Telecommunications|NTIA", "30 July 2024"),
    ("AI Act", "2 August 2025"),
    ("DeepSeek", "20 January 2025"),
    ("Llama", "700 million"),
    ("Model Openness Framework", "2024"),
    ("Zuckerberg", "23 July 2024"),
    ("Action Plan", "23 July 2025"),
    ("SB 1047", "29 September 2024"),
    ("SB 53", "29 September 2025"),
    ("Apertus", "2 September 2025"),
    ("OLMo 3", "November 2025"),
    ("Kapoor", "2024"),
]


def parted(file: Path) -> tuple[dict[str, Any], str]:
    _, front, text = file.read_text().split("---\n", 2)
    return yaml.safe_load(front), text.strip()


def paragraphs() -> list[str]:
    return [part for file in FILES for part in parted(file)[1].split("\n\n")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_article_has_its_particulars_and_its_length(file: Path) -> None:
    said, text = parted(file)
    assert said["title"]
    assert said["author"]
    assert said["date"]
    assert said["stance"] in ("openness", "control", "both")
    assert 250 <= len(text.split()) <= 600


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_sentence_is_short_enough_to_be_quoted_whole(file: Path) -> None:
    _, text = parted(file)
    for start, end in sentences(text, "en"):
        assert len(text[start:end].split()) <= 40


def test_there_are_ten_to_seventeen_and_their_stances_balance() -> None:
    stances = Counter(parted(file)[0]["stance"] for file in FILES)
    assert 10 <= len(FILES) <= 17
    assert abs(stances["openness"] - stances["control"]) <= 1


def test_one_article_says_which_other_it_corrects() -> None:
    stems = {file.stem for file in FILES}
    corrected = [name for file in FILES for name in parted(file)[0].get("corrects", [])]
    assert corrected
    assert set(corrected) <= stems


@pytest.mark.parametrize(("what", "when"), FACTS)
def test_a_dated_fact_stands_in_the_library(what: str, when: str) -> None:
    assert any(re.search(what, part) and when in part for part in paragraphs())
