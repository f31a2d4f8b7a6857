"""Ten cards of each motion, as a debate reads them, with a reader's judgement whether they argue their side.

The judgements are in `tests/data/cards.jsonl`. The reader knew only the motion and the side, and asked of
each quotation, read alone: "yes", it argues for that side; "weak", one has to think; "no".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.articles import load_shipped
from bot.chair.cards import Card
from bot.chair.evidence import ReadsCards
from bot.debating.calling import GENERAL
from bot.debating.format import Pace, Prompts
from bot.debating.motion import Motion, Stance
from bot.debating.plan import slots
from bot.debating.reading import read_format
from bot.debating.speech import Cards, Holder
from bot.knowledge.article import Scope
from bot.knowledge.quotes import Status, check
from bot.retrieval.importer import FileImporter
from bot.retrieval.search import IndexSearch
from bot.shelves.motions import MotionShelf
from bot.shipped import shipped
from bot.storage import Storage, open_storage
from tests.chair.hall import after, at, opened
from tests.storage.conftest import Clock

JUDGED: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "cards.jsonl").read_text(encoding="utf-8").splitlines()
]
HERE = Scope(community="terminal")
STANCES = {"for": Stance.PRO, "against": Stance.CON}
OXFORD = read_format((shipped("formats") / "oxford.toml").read_text(encoding="utf-8"))


class ReadsOnce(ReadsCards):
    """Looks up the cards of a side once: nothing is added to the library while they are read."""

    def __init__(self, storage: Storage, index: Path) -> None:
        super().__init__(storage.library, IndexSearch(index, storage.library))
        self._known: dict[tuple[str, Stance], tuple[Card, ...]] = {}

    async def cards(self, scope: Scope, motion: Motion, stance: Stance) -> tuple[Card, ...]:
        at = (motion.text, stance)
        if at not in self._known:
            self._known[at] = await super().cards(scope, motion, stance)
        return self._known[at]


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "data", Clock()) as storage:
        await load_shipped(storage.library, FileImporter())
        yield storage


@pytest.fixture
def cards(storage: Storage, tmp_path: Path) -> ReadsCards:
    return ReadsOnce(storage, tmp_path / "index")


@pytest.fixture
async def motions(tmp_path: Path) -> tuple[Motion, ...]:
    return await MotionShelf(tmp_path / "motions").all()


def judged(motion: Motion, side: str) -> list[dict[str, Any]]:
    return [one for one in JUDGED if one["motion"] == motion.number and one["side"] == side]


def one_line(text: str) -> str:
    return " ".join(text.split())


async def read_out(cards: ReadsCards, motion: Motion) -> dict[str, list[tuple[str, str]]]:
    """Claims and quotations as an Oxford debate without people reads them, until each side has five."""
    state = replace(opened(motion), format=OXFORD, slots=slots(OXFORD, Pace.CHAT))
    seats: dict[str, Holder] = {
        f"{side.id}.{n}": Cards() for side in OXFORD.sides for n in range(1, side.seats + 1)
    }
    state = replace(state, seats=seats)
    asked = [motion.pro.pressure, motion.con.pressure, *GENERAL]
    rounds = sorted({slot.round for slot in state.slots if slot.prompts is Prompts.MODERATOR})
    claims = {
        one_line(card.quoted.text): card.claim
        for stance in STANCES.values()
        for card in await cards.cards(HERE, motion, stance)
    }
    read: dict[str, list[tuple[str, str]]] = {side: [] for side in STANCES}
    for number, slot in enumerate(state.slots):
        if slot.seat is None or len(read[OXFORD.side(slot.seat).id]) >= 5:
            continue
        of_round = asked[rounds.index(slot.round)] if slot.prompts is Prompts.MODERATOR else ""
        state = at(state, number, question=of_round)
        if said := await cards.speech(HERE, state):
            quotes = [one_line(source.quote) for source in said.sources]
            read[OXFORD.side(slot.seat).id] += [(claims.get(quote, ""), quote) for quote in quotes]
            state = after(state, said)
    return read


def test_five_cards_of_each_side_of_fifteen_motions_were_judged() -> None:
    counted = Counter((card["motion"], card["side"]) for card in JUDGED)
    assert set(counted) == {(number, side) for number in range(1, 16) for side in STANCES}
    assert set(counted.values()) == {5}
    assert len({(card["motion"], card["quote"]) for card in JUDGED}) == len(JUDGED) == 150


def test_every_judgement_is_one_of_three_and_a_doubt_says_why() -> None:
    assert {card["argues"] for card in JUDGED} <= {"yes", "weak", "no"}
    assert all(card["why"] for card in JUDGED if card["argues"] != "yes")


def test_nine_of_ten_argue_the_side_that_they_stand_on() -> None:
    counted = Counter(card["argues"] for card in JUDGED)
    assert counted["yes"] >= 0.9 * len(JUDGED), dict(counted)


async def test_what_was_judged_is_what_a_debate_reads_first(
    cards: ReadsCards, motions: tuple[Motion, ...]
) -> None:
    for motion in motions:
        for side, read in (await read_out(cards, motion)).items():
            assert read[:5] == [(one["claim"], one["quote"]) for one in judged(motion, side)]


async def test_every_quotation_stands_in_its_article(
    cards: ReadsCards, motions: tuple[Motion, ...], storage: Storage
) -> None:
    for motion in motions:
        for side, stance in STANCES.items():
            has = {one_line(card.quoted.text): card for card in await cards.cards(HERE, motion, stance)}
            for one in judged(motion, side):
                card = has[one["quote"]]
                assert card.claim == one["claim"]
                assert card.article.source == f"shipped:{one['article']}.md"
                revision = await storage.library.revision(HERE, card.quoted.revision)
                assert check(one["quote"], revision).status is Status.VERIFIED
