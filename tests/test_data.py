"""The sentences, claims and dialogues that checking is measured on say what the articles say."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
STEMS = {file.stem for file in (ROOT / "articles").glob("*.md")}
VERDICTS = ("supported", "contradicted", "mixed", "not covered")
KINDS = {"strong", "synonyms", "order", "passive", "active", "split", "merged", "shortened"}
NEGATION = re.compile(r"\b(?:not|no|without|never|nor|neither|cannot)\b", re.IGNORECASE)
NUMBER = re.compile(r"\d+(?:\.\d+)*")
SENTENCE_END = re.compile(r"[.?!]\"?\s")


def lines(name: str) -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "data" / name).read_text()
    return [json.loads(line) for line in text.splitlines()]


REWORDED = lines("reworded.jsonl")
CLAIMS = lines("claims.jsonl")
DIALOGUES = lines("dialogues.jsonl")
EVIDENCE = [(claim, piece) for claim in CLAIMS for piece in claim["evidence"]]


def stands_whole(words: str, stem: str) -> bool:
    """Whether the words are whole sentences of one paragraph of that article, to the letter."""
    text = (ROOT / "articles" / f"{stem}.md").read_text().split("---\n", 2)[2]
    for paragraph in text.strip().split("\n\n"):
        before, found, after = paragraph.partition(words)
        if found and not paragraph.startswith("#"):
            opens = not before or SENTENCE_END.search(before[-3:])
            return bool(opens) and (not after or after.startswith(" ")) and words[-1] in '.?!"'
    return False


def stems_of(about: str | list[str] | None) -> set[str]:
    return set() if about is None else {about} if isinstance(about, str) else set(about)


@pytest.mark.parametrize("line", REWORDED, ids=lambda line: line["sentence"][:50])
def test_a_reworded_sentence_has_a_whole_source_and_brings_no_number_of_its_own(line: dict[str, Any]) -> None:
    assert stands_whole(line["source"], line["article"])
    assert len(SENTENCE_END.findall(line["source"])) <= 1
    assert line["kind"] in KINDS
    assert line["sentence"] != line["source"]
    assert 8 <= len(line["sentence"].split()) <= 30
    assert set(NUMBER.findall(line["sentence"])) <= set(NUMBER.findall(line["source"]))


def test_reworded_sentences_come_from_every_article_and_none_twice() -> None:
    spread = Counter(line["article"] for line in REWORDED)
    assert len(REWORDED) >= 130
    assert set(spread) == STEMS
    assert min(spread.values()) >= 8
    assert len({line["sentence"] for line in REWORDED}) == len(REWORDED)


def test_there_are_enough_negations_and_numbers_to_take_away_or_to_change() -> None:
    def held(pattern: re.Pattern[str]) -> int:
        pairs = [(line["source"], line["sentence"]) for line in REWORDED]
        return sum(bool(pattern.search(source) and pattern.search(said)) for source, said in pairs)

    assert held(NEGATION) >= 45
    assert held(NUMBER) >= 60
    assert sum(line["kind"] == "strong" for line in REWORDED) * 3 >= len(REWORDED)


def test_there_are_fifteen_claims_for_each_verdict() -> None:
    assert Counter(claim["verdict"] for claim in CLAIMS) == dict.fromkeys(VERDICTS, 15)
    assert len({claim["claim"] for claim in CLAIMS}) == 60


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["claim"][:50])
def test_the_evidence_for_a_claim_points_the_way_of_its_verdict(claim: dict[str, Any]) -> None:
    ways = {
        "supported": {"supports"},
        "contradicted": {"contradicts"},
        "mixed": {"supports", "contradicts"},
        "not covered": set(),
    }
    assert {piece["says"] for piece in claim["evidence"]} == ways[claim["verdict"]]
    assert 5 <= len(claim["claim"].split()) <= 20


@pytest.mark.parametrize(("claim", "piece"), EVIDENCE, ids=lambda value: str(value.get("quote", ""))[:50])
def test_the_evidence_is_one_whole_sentence(claim: dict[str, Any], piece: dict[str, Any]) -> None:
    assert stands_whole(piece["quote"], piece["article"]), claim["claim"]
    assert not SENTENCE_END.search(piece["quote"])


def test_thirty_dialogues_know_where_each_turn_is_answered() -> None:
    assert len(DIALOGUES) == 30
    for dialogue in DIALOGUES:
        assert 2 <= len(dialogue["turns"]) <= 4
        assert len(dialogue["about"]) == len(dialogue["turns"])
        assert all(turn.strip() == turn and turn for turn in dialogue["turns"])
        assert all(about is None or stems_of(about) for about in dialogue["about"])


def test_dialogues_touch_every_article_and_also_what_none_of_them_says() -> None:
    turns = [about for dialogue in DIALOGUES for about in dialogue["about"]]
    assert set().union(*map(stems_of, turns)) == STEMS
    assert None in turns
