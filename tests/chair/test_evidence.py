"""Evidence cards: which sentences are read for a side, how, and that none is ever read twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.chair.evidence import NOT_JUDGED, ReadsCards, lacking
from bot.chat.prose import parse
from bot.debating.lengths import count
from bot.debating.motion import Case, Listed, Motion, Stance
from bot.debating.motions import read_motion
from bot.debating.speech import Cards, Citation, Person, Speech, Vacant
from bot.debating.state import DebateState
from bot.errors import InputError, NotFound
from bot.knowledge.article import Article, Draft, Particulars, Scope
from bot.knowledge.quotes import Status, check
from bot.retrieval.importer import FileImporter
from bot.retrieval.search import IndexSearch
from bot.shipped import shipped
from bot.storage import Storage, open_storage
from tests.chair.hall import after, at, opened
from tests.storage.conftest import Clock

SCOPE = Scope(community="terminal", channel="chat")

DIGGING = """
## Under the hills

Wombats dig burrows of thirty metres at night in the Kassel hills. A burrow keeps its warmth all winter.
Farmers nearby report that wombat burrows drain wet meadows after heavy rain. Deep soil comes up to light
where wombats have dug for years.

## What it brings

Seeds of rare grasses grow best on freshly dug wombat soil. Twelve villages count their wombats in spring.
Children learn patience while they wait for a wombat to appear.
"""
DAMAGE = """
Burrows of wombats break the axles of passing hay carts. A wombat eats the roots that hold a slope. Fences
fall where wombats have dug under posts for a season. Insurers refuse to cover land where wombats live.

The county spent nine thousand marks on wombat damage last year. Nobody has shown that meadows need wombats.
"""
BREAD = "Rye bread keeps for a week because its crumb is moist. Bakers bake pumpernickel for sixteen hours."


def listed(article: str, *begins: str | tuple[str, str]) -> tuple[Listed, ...]:
    pairs = [(one, "") if isinstance(one, str) else one for one in begins]
    return tuple(
        Listed(article=article, begins=begin, claim=f"Claim on {begin.lower()}", use=use)
        for begin, use in pairs
    )


PRO = Case(
    burden="Show that wombats help.",
    listed=listed(
        "Digging",
        ("Wombats dig", "opening"),
        ("A burrow keeps", "opening"),
        ("Farmers nearby", "rebuttal"),
        ("Deep soil", "answer"),
        ("Seeds of rare", "closing"),
        ("Twelve villages", "closing"),
    ),
)
CON = Case(
    burden="Show that wombats harm.",
    listed=listed(
        "Damage",
        ("Burrows of", "opening"),
        ("A wombat eats", "rebuttal"),
        ("Fences fall", "answer"),
        ("Insurers refuse", "closing"),
    ),
)
UNJUDGED = (
    "This house believes that wombats help the grass and the soil more than they harm roots and meadows."
)
WOMBATS = Motion(text="This house believes that wombats do the hills good.", pro=PRO, con=CON)


@dataclass
class Shelf:
    """A library with its search, and the cards that are read from it."""

    storage: Storage
    cards: ReadsCards

    async def add(self, title: str, text: str, *, source: str = "", **said: Any) -> Article:
        channel = said.pop("channel", None)
        draft = Draft(
            particulars=Particulars(title=title, **{"language": "en", **said}),
            text=text.strip(),
            source=source or f"file:/{title}.md",
            added_by="Ann",
            channel=channel,
        )
        scope = replace(SCOPE, channel=channel) if channel else SCOPE
        return (await self.storage.library.add(scope, draft)).article

    async def speech(self, state: DebateState) -> Speech:
        said = await self.cards.speech(SCOPE, state)
        assert said is not None
        await self.assert_real(said)
        return said

    async def assert_real(self, said: Speech) -> None:
        """Every source is a span of its revision, verified, and stands in the text behind a mark."""
        assert count(said.text) == said.words
        quoted = ["".join(s.text for s in part.spans) for part in parse(said.text) if part.kind == "quote"]
        assert len(quoted) == len(said.sources) > 0
        for n, source in enumerate(said.sources, start=1):
            revision = await self.storage.library.revision(SCOPE, source.revision)
            assert source.n == n
            assert revision.article == source.article
            assert revision.text[source.start : source.end] == source.quote
            assert check(source.quote, revision).status is Status.VERIFIED
            assert len(source.quote.split()) <= 40
            assert quoted[n - 1] == f"{' '.join(source.quote.split())} [{n}]"

    async def quotes(self, motion: Motion, stance: Stance) -> list[str]:
        found = await self.cards.cards(SCOPE, motion, stance)
        return [" ".join(card.quoted.text.split()) for card in found]


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with open_storage(tmp_path / "data", Clock()) as storage:
        search = IndexSearch(tmp_path / "index", storage.library)
        yield Shelf(storage, ReadsCards(storage.library, search))


@pytest.fixture
async def stocked(shelf: Shelf) -> Shelf:
    await shelf.add("Digging", DIGGING, author="Ada", date=date(2025, 3, 1), url="https://example.org/dig")
    await shelf.add("Damage", DAMAGE)
    await shelf.add("Bread", BREAD)
    return shelf


def debate(motion: Motion = WOMBATS, **seats: Any) -> DebateState:
    return opened(motion, **{"pro": Cards(), "con": Cards(), **seats})


def quotes(said: Speech) -> list[str]:
    return [" ".join(source.quote.split()) for source in said.sources]


def first_words(said: Speech) -> list[str]:
    return [" ".join(quote.split()[:2]) for quote in quotes(said)]


async def play(shelf: Shelf, state: DebateState, **turn: Any) -> list[Speech | None]:
    """What is read in every turn of a quick debate."""
    read: list[Speech | None] = []
    for slot in range(8):
        state = at(state, slot, **turn)
        said = await shelf.cards.speech(SCOPE, state)
        read.append(said)
        if said:
            await shelf.assert_real(said)
            state = after(state, said)
    return read


# How a card is read.


async def test_an_opening_reads_two_cards_each_a_claim_and_a_quotation(stocked: Shelf) -> None:
    said = await stocked.speech(at(debate(), 0))
    assert said.text == (
        "Claim on wombats dig\n"
        "> Wombats dig burrows of thirty metres at night in the Kassel hills. [1]\n\n"
        "Claim on a burrow keeps\n"
        "> A burrow keeps its warmth all winter. [2]"
    )
    assert said.by == Cards()
    assert said.notes == ()


async def test_a_card_names_its_article_author_date_and_address(stocked: Shelf) -> None:
    source = (await stocked.speech(at(debate(), 0))).sources[0]
    assert (source.title, source.author, source.date, source.url) == (
        "Digging",
        "Ada",
        "2025-03-01",
        "https://example.org/dig",
    )
    source = (await stocked.speech(at(debate(), 1))).sources[0]
    assert (source.title, source.author, source.date, source.url) == ("Damage", None, None, None)


async def test_a_sentence_over_two_lines_is_read_on_one(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(listed=listed("Digging", "Deep soil")))
    said = await stocked.speech(at(debate(motion), 2))
    assert said.sources[0].quote == "Deep soil comes up to light\nwhere wombats have dug for years."
    assert said.text.endswith("> Deep soil comes up to light where wombats have dug for years. [1]")


async def test_marks_in_an_article_stay_letters(shelf: Shelf) -> None:
    text = "Wombats *never* quote [7] or <b>bold</b> `code` in their burrows. Nothing else is here to read."
    await shelf.add("Marks", text)
    claim = Listed(article="Marks", begins="Wombats *never*", claim="Claims keep *stars* and [3]")
    state = debate(Motion(text=WOMBATS.text, pro=Case(listed=(claim,)), con=CON))
    said = await shelf.speech(at(state, 0))
    spoken = "".join(span.text for part in parse(said.text) for span in part.spans)
    assert spoken == f"{claim.claim}{said.sources[0].quote} [1]"
    assert [span.cites for part in parse(said.text) for span in part.spans if span.cites] == [1]


async def test_nobody_at_turn_is_a_mistake_of_the_caller(stocked: Shelf) -> None:
    with pytest.raises(ValueError, match="no seat"):
        await stocked.cards.speech(SCOPE, debate())


# Which card is read.


async def test_each_turn_reads_what_is_meant_for_it_and_only_its_own_side(stocked: Shelf) -> None:
    read = [first_words(said) if said else [] for said in await play(stocked, debate())]
    assert read == [
        ["Wombats dig", "A burrow"],
        ["Burrows of"],
        ["Farmers nearby"],
        ["A wombat"],
        ["Deep soil"],
        ["Fences fall"],
        ["Insurers refuse"],
        ["Seeds of", "Twelve villages"],
    ]


async def test_with_few_cards_none_is_used_up_before_the_turns_to_come(stocked: Shelf) -> None:
    few = replace(WOMBATS, pro=Case(listed=listed("Digging", "Wombats dig", "Deep soil", "Seeds of")))
    read = await play(stocked, debate(few))
    assert [len(said.sources) if said else 0 for said in read[0::2]][:3] == [1, 1, 1]
    assert read[7] is None


async def test_turns_of_people_are_no_reason_to_save_cards(stocked: Shelf) -> None:
    few = replace(WOMBATS, pro=Case(listed=listed("Digging", "Wombats dig", "Deep soil", "Seeds of")))
    state = debate(few)
    assert len((await stocked.speech(at(state, 0))).sources) == 1
    person = replace(state, seats={**state.seats, "for.1": Person("m1", "Ada")})
    assert len((await stocked.speech(at(person, 0))).sources) == 2


async def test_a_vacant_seat_is_read_for_like_any_other(stocked: Shelf) -> None:
    state = debate(pro=Vacant())
    assert first_words(await stocked.speech(at(state, 0))) == ["Wombats dig", "A burrow"]


async def test_what_is_meant_for_a_later_turn_is_left_for_it(stocked: Shelf) -> None:
    motion = replace(
        WOMBATS,
        pro=Case(
            listed=listed("Digging", ("Deep soil", "closing"), ("Farmers nearby", "opening"), "Wombats dig")
        ),
    )
    state = at(debate(motion), 2)
    assert first_words(await stocked.speech(state)) == ["Wombats dig"]
    state = after(state, await stocked.speech(state))
    assert first_words(await stocked.speech(at(state, 4))) == ["Farmers nearby"]


async def test_a_question_decides_which_card_answers_it(stocked: Shelf) -> None:
    state = debate()
    asked = {
        "What about meadows after heavy rain?": ["Farmers nearby"],
        "Do the villages mind?": ["Twelve villages"],
        "Does it stay warm in winter?": ["A burrow"],
        "Zzz?": ["Deep soil"],
    }
    for question, words in asked.items():
        assert first_words(await stocked.speech(at(state, 4, question=question))) == words


async def test_a_question_also_chooses_among_found_cards(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(words="wombats burrows meadows children patience"))
    state = at(debate(motion), 4, question="What do children learn?")
    assert first_words(await stocked.speech(state)) == ["Children learn"]


# Never twice.


async def test_no_card_is_read_twice_and_in_the_end_none_is_left(stocked: Shelf) -> None:
    state, read = debate(), list[str]()
    for _ in range(20):
        state = at(state, 2)
        said = await stocked.cards.speech(SCOPE, state)
        if said is None:
            break
        read += quotes(said)
        state = after(state, said)
    assert len(read) == len(set(read)) == 6
    assert await stocked.cards.speech(SCOPE, at(state, 0)) is None


@pytest.mark.parametrize("struck", [None, "off topic"])
async def test_what_somebody_quoted_is_not_read_again(stocked: Shelf, struck: str | None) -> None:
    quoted = "“Wombats dig burrows of thirty metres at night in the Kassel hills”, says an article."
    state = after(at(debate(con=Person("m1", "Ada")), 1), quoted, struck=struck)
    assert first_words(await stocked.speech(at(state, 0))) == ["A burrow", "Farmers nearby"]


async def test_what_overlaps_a_quotation_is_not_read(stocked: Shelf) -> None:
    [card, *_] = await stocked.cards.cards(SCOPE, WOMBATS, Stance.PRO)
    one = card.quoted
    part = Citation(
        n=1,
        article=one.article,
        revision=one.revision,
        start=one.start + 8,
        end=one.start + 40,
        quote=one.text[8:40],
        title="Digging",
    )
    said = Speech(text="They do a lot [1].", words=4, by=Cards(), sources=(part,))
    state = after(at(debate(), 1), said)
    assert first_words(await stocked.speech(at(state, 0))) == ["A burrow", "Farmers nearby"]


async def test_words_are_not_read_again_from_another_revision(stocked: Shelf) -> None:
    state = at(debate(), 0)
    state = after(state, await stocked.speech(state))
    await stocked.add("Digging", f"A new first paragraph about badgers.\n\n{DIGGING}")
    read = [said for said in await play(stocked, state) if said]
    assert not {"Wombats dig", "A burrow"} & {words for said in read for words in first_words(said)}
    assert (
        len({source.revision for said in read for source in said.sources if source.title == "Digging"}) == 1
    )


async def test_both_sides_of_a_motion_that_nobody_judged_never_read_the_same(stocked: Shelf) -> None:
    read = [
        quote for said in await play(stocked, debate(Motion(text=UNJUDGED))) if said for quote in quotes(said)
    ]
    assert len(read) == len(set(read)) >= 4


# Never too long.


@pytest.mark.parametrize("words", [20, 25, 30, 45, 75, 100, 150, 350])
async def test_a_turn_is_never_longer_than_it_may_be(stocked: Shelf, words: int) -> None:
    read = [said for said in await play(stocked, debate(), words=words) if said]
    assert read
    assert max(said.words for said in read) <= words


async def test_where_there_is_little_room_the_quotation_is_cut(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(listed=listed("Digging", "Farmers nearby")))
    said = await stocked.speech(at(debate(motion), 4, words=12))
    assert said.words == 12
    assert (
        quotes(said) == ["Farmers nearby report that wombat burrows drain"]
        or said.sources[0].quote in DIGGING
    )
    assert not said.sources[0].quote.endswith("rain.")


async def test_a_card_that_needs_no_cut_goes_first(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(listed=listed("Digging", ("Deep soil", "answer"), "A burrow keeps")))
    assert first_words(await stocked.speech(at(debate(motion), 4, words=14))) == ["A burrow"]


async def test_where_there_is_no_room_at_all_nothing_is_read(stocked: Shelf) -> None:
    assert await stocked.cards.speech(SCOPE, at(debate(), 0, words=6)) is None


async def test_a_long_sentence_is_cut_to_forty_words(shelf: Shelf) -> None:
    long = (
        f"Wombats dig {', '.join(f'burrow number {n} of the hill' for n in range(1, 15))}, as was reported."
    )
    await shelf.add("Long", long)
    state = debate(replace(WOMBATS, pro=Case(listed=listed("Long", "Wombats dig"))))
    assert 20 < len((await shelf.speech(at(state, 0))).sources[0].quote.split()) <= 40


# What a side has.


async def test_a_listed_article_is_named_by_file_source_or_title(shelf: Shelf) -> None:
    await shelf.add("The shipped one", DIGGING, source="shipped:digging.md")
    await shelf.add("The linked one", DAMAGE, source="https://example.org/damage")
    for name in ("digging", "shipped:digging.md", "The Shipped One", "digging.md"):
        case = Case(listed=listed(name, "Wombats dig"))
        assert len(await shelf.quotes(replace(WOMBATS, pro=case), Stance.PRO)) == 1
    for name in ("https://example.org/damage", "the linked one"):
        case = Case(listed=listed(name, "Fences fall"))
        assert len(await shelf.quotes(replace(WOMBATS, pro=case), Stance.PRO)) == 1
    assert (
        await shelf.quotes(replace(WOMBATS, pro=Case(listed=listed("ship", "Wombats dig"))), Stance.PRO) == []
    )


async def test_the_shipped_article_goes_before_others_of_its_name(shelf: Shelf) -> None:
    shipped_one = await shelf.add("Shipped", DIGGING, source="shipped:digging.md")
    await shelf.add("digging", f"{DIGGING}\n\nAnd more of the kind.", source="file:/home/digging.md")
    motion = replace(WOMBATS, pro=Case(listed=listed("digging", "Wombats dig")))
    [card] = await shelf.cards.cards(SCOPE, motion, Stance.PRO)
    assert card.article.id == shipped_one.id


async def test_a_listed_sentence_that_is_not_there_or_not_alone_is_left_out(shelf: Shelf) -> None:
    await shelf.add("Twice", "Wombats dig by night in the hills. Wombats dig by day in the valley too.")
    for begins in ("Wombats dig by", "Badgers dig by", "by night in"):
        assert (
            await shelf.quotes(
                Motion(text=WOMBATS.text, pro=Case(listed=listed("Twice", begins))), Stance.PRO
            )
            == []
        )
    case = Case(listed=listed("Twice", "Wombats dig by night", "Wombats dig by day"))
    assert len(await shelf.quotes(Motion(text=WOMBATS.text, pro=case), Stance.PRO)) == 2


async def test_an_article_of_another_channel_is_read_nowhere_else(shelf: Shelf) -> None:
    await shelf.add("Digging", DIGGING, channel="secret")
    assert await shelf.quotes(WOMBATS, Stance.PRO) == []
    there = await shelf.cards.cards(replace(SCOPE, channel="secret"), WOMBATS, Stance.PRO)
    assert len(there) == 6


async def test_with_words_more_is_found_behind_what_is_listed(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=replace(PRO, words="children learn patience wait wombat"))
    found = await stocked.quotes(motion, Stance.PRO)
    assert found[:6] == await stocked.quotes(WOMBATS, Stance.PRO)
    assert "Children learn patience while they wait for a wombat to appear." in found[6:]


async def test_what_has_nothing_to_do_with_the_words_is_not_found(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(words="children learn patience"))
    assert not any(
        "bread" in quote or "Insurers" in quote for quote in await stocked.quotes(motion, Stance.PRO)
    )


async def test_a_sentence_listed_for_one_side_is_never_found_for_the_other(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(words="insurers refuse cover land wombats fences roots slope"))
    found = await stocked.quotes(motion, Stance.PRO)
    assert not set(found) & set(await stocked.quotes(motion, Stance.CON))


async def test_a_sentence_with_more_of_the_other_sides_words_is_not_found(stocked: Shelf) -> None:
    motion = Motion(
        text=WOMBATS.text,
        pro=Case(words="wombats children patience"),
        con=Case(words="wombats insurers land cover"),
    )
    assert not any("Insurers" in quote for quote in await stocked.quotes(motion, Stance.PRO))
    assert any("Insurers" in quote for quote in await stocked.quotes(motion, Stance.CON))


async def test_a_found_card_is_headed_by_its_section_else_by_its_article(stocked: Shelf) -> None:
    motion = replace(WOMBATS, pro=Case(words="children patience insurers land"))
    cards = await stocked.cards.cards(SCOPE, replace(motion, con=Case()), Stance.PRO)
    claims = {card.quoted.text.split()[0]: card.claim for card in cards}
    assert claims["Children"] == "What it brings"
    assert claims["Insurers"] == "Damage"


async def test_where_articles_were_named_all_is_taken_from_them(stocked: Shelf) -> None:
    number = str((await stocked.storage.library.article(SCOPE, "Bread")).id)
    for names in (("Bread",), (number,)):
        motion = Motion(text=WOMBATS.text, pro=Case(articles=names), con=Case(articles=("Damage",)))
        assert sorted(await stocked.quotes(motion, Stance.PRO)) == [
            "Bakers bake pumpernickel for sixteen hours.",
            "Rye bread keeps for a week because its crumb is moist.",
        ]
    assert len(await stocked.quotes(motion, Stance.CON)) == 6


async def test_an_article_that_was_removed_meanwhile_is_passed_over(stocked: Shelf) -> None:
    motion = Motion(text=WOMBATS.text, pro=Case(articles=("Bread", "Digging")), con=CON)
    await stocked.storage.library.remove(SCOPE, (await stocked.storage.library.article(SCOPE, "Bread")).id)
    assert len(await stocked.quotes(motion, Stance.PRO)) == 7
    gone = (await stocked.storage.library.article(SCOPE, "Damage")).id
    await stocked.storage.library.remove(SCOPE, gone)
    assert await stocked.quotes(motion, Stance.CON) == []


async def test_a_question_or_a_heading_is_no_evidence(shelf: Shelf) -> None:
    await shelf.add(
        "Asked",
        "# Wombats in the hills\n\nDo wombats help the hills at all? Wombats help the green hills a lot.",
    )
    assert await shelf.quotes(Motion(text=WOMBATS.text), Stance.PRO) == [
        "Wombats help the green hills a lot."
    ]


# Who judged it.


@pytest.mark.parametrize(
    ("case", "notes"),
    [
        (PRO, ()),
        (Case(articles=("Digging",)), ()),
        (Case(words="wombats dig burrows hills"), (NOT_JUDGED,)),
        (Case(), (NOT_JUDGED,)),
    ],
    ids=["listed", "articles", "words", "nothing"],
)
async def test_what_nobody_judged_is_said_to_be_so(
    stocked: Shelf, case: Case, notes: tuple[str, ...]
) -> None:
    said = await stocked.speech(at(debate(replace(WOMBATS, pro=case)), 2))
    assert said.notes == notes


# Enough to begin with.


async def test_supply_counts_what_each_side_could_read(stocked: Shelf) -> None:
    assert await stocked.cards.supply(SCOPE, WOMBATS) == {Stance.PRO: 6, Stance.CON: 4}
    await stocked.cards.refuse_unless_supplied(SCOPE, WOMBATS)


async def test_what_both_sides_would_read_counts_for_half(stocked: Shelf) -> None:
    motion = Motion(text=WOMBATS.text)
    both = len(await stocked.quotes(motion, Stance.PRO))
    supply = await stocked.cards.supply(SCOPE, motion)
    assert sum(supply.values()) == both
    assert abs(supply[Stance.PRO] - supply[Stance.CON]) <= 1


async def test_a_motion_on_which_the_articles_say_nothing_has_no_supply(stocked: Shelf) -> None:
    motion = Motion(text="This house would rather sail to Iceland.")
    assert await stocked.cards.supply(SCOPE, motion) == {Stance.PRO: 0, Stance.CON: 0}
    with pytest.raises(InputError) as refused:
        await stocked.cards.refuse_unless_supplied(SCOPE, motion)
    assert refused.value.message == (
        "For the motion there are 0 of 3 passages. Against the motion there are 0 of 3 passages."
    )
    assert refused.value.hint == (
        "Add articles that speak for and against it with /articles add, or name some with for_articles:… and "
        "against_articles:…."
    )


async def test_a_side_with_too_little_is_refused_and_what_to_add_is_said(stocked: Shelf) -> None:
    motion = replace(WOMBATS, con=Case(listed=listed("Damage", "Fences fall", "Badgers fall")))
    with pytest.raises(InputError) as refused:
        await stocked.cards.refuse_unless_supplied(SCOPE, motion)
    assert refused.value.message == "Against the motion there is 1 of 3 passages."
    assert refused.value.hint == (
        "Add articles that speak against it with /articles add, or name some with against_articles:…."
    )


async def test_a_named_article_that_is_not_there_is_told_of(stocked: Shelf) -> None:
    motion = replace(WOMBATS, con=Case(articles=("Damages done",)))
    with pytest.raises(NotFound, match="Damages done"):
        await stocked.cards.refuse_unless_supplied(SCOPE, motion)


def test_three_passages_are_enough() -> None:
    assert lacking({Stance.PRO: 3, Stance.CON: 3}) is None
    assert lacking({Stance.PRO: 3, Stance.CON: 2}) is not None


async def test_a_person_who_prepares_is_told_what_nobody_has_read(stocked: Shelf) -> None:
    state = at(debate(), 0)
    state = after(state, await stocked.speech(state))
    told = await stocked.cards.unread(SCOPE, state, Stance.PRO)
    assert [claim for claim, _ in told] == [
        "Claim on farmers nearby",
        "Claim on deep soil",
        "Claim on seeds of rare",
        "Claim on twelve villages",
    ]
    assert [source.n for _, source in told] == [1, 2, 3, 4]


# The motions that ship.


async def test_every_shipped_motion_can_be_debated_from_cards_alone(shelf: Shelf) -> None:
    importer = FileImporter()
    async for file in importer.files(shipped("articles")):
        draft = await importer.read(file)
        await shelf.storage.library.add(
            SCOPE, replace(draft, source=f"shipped:{file.name}", added_by="Rostrum")
        )
    files = sorted(shipped("motions").glob("*.toml"))
    assert len(files) == 15
    for file in files:
        motion = read_motion(file.read_text(encoding="utf-8"), file.stem)
        for stance in (Stance.PRO, Stance.CON):
            cards = await shelf.cards.cards(SCOPE, motion, stance)
            case = motion.case(stance)
            assert [card.claim for card in cards[: len(case.listed)]] == [one.claim for one in case.listed]
        read = [said for said in await play(shelf, debate(motion)) if said]
        assert [len(said.sources) for said in read] == [2, 2, 1, 1, 1, 1, 2, 2]
        assert not any(said.notes for said in read)
        said_once = [quote for said in read for quote in quotes(said)]
        assert len(said_once) == len(set(said_once))
