"""Ten cards of each motion, as they are read first, with a reader's judgement whether they argue their side.

The judgements are in `tests/data/cards.jsonl`: "yes", "weak" where one has to think, "no".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import load_shipped
from bot.chair.evidence import ReadsCards
from bot.debating.motion import Stance
from bot.knowledge.article import Scope
from bot.knowledge.quotes import Status, check
from bot.retrieval.importer import FileImporter
from bot.retrieval.search import IndexSearch
from bot.shelves.motions import MotionShelf
from bot.storage import open_storage
from tests.storage.conftest import Clock

JUDGED: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "cards.jsonl").read_text(encoding="utf-8").splitlines()
]
HERE = Scope(community="terminal")
STANCES = {"for": Stance.PRO, "against": Stance.CON}


@pytest.fixture
async def cards(tmp_path: Path) -> AsyncIterator[ReadsCards]:
    async with open_storage(tmp_path / "data", Clock()) as storage:
        await load_shipped(storage.library, FileImporter())
        yield ReadsCards(storage.library, IndexSearch(tmp_path / "index", storage.library))


def test_five_cards_of_each_side_of_fifteen_motions_were_read() -> None:
    counted = Counter((card["motion"], card["side"]) for card in JUDGED)
    assert set(counted) == {(number, side) for number in range(1, 16) for side in STANCES}
    assert set(counted.values()) == {5}


def test_nine_of_ten_argue_the_side_that_they_stand_on() -> None:
    assert sum(card["argues"] == "yes" for card in JUDGED) >= 0.9 * len(JUDGED)
    assert all(card["why"] for card in JUDGED if card["argues"] != "yes")


async def test_what_was_judged_is_what_a_debate_reads_first(cards: ReadsCards, tmp_path: Path) -> None:
    for motion in await MotionShelf(tmp_path / "motions").all():
        for side, stance in STANCES.items():
            first = (await cards.cards(HERE, motion, stance))[:5]
            read = [(card.claim, " ".join(card.quoted.text.split())) for card in first]
            mine = [one for one in JUDGED if one["motion"] == motion.number and one["side"] == side]
            assert read == [(one["claim"], one["quote"]) for one in mine]
            assert all(check(card.quoted.text, card.revision).status is Status.VERIFIED for card in first)
