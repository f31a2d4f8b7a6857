"""How motions look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.chair.cards import Card
from bot.chair.evidence import lacking
from bot.chat.prose import escape
from bot.chat.reply import Block, Fact, Facts, Heading, Prose, Reply, reply
from bot.debating.motion import Motion, Stance

SIDES = {Stance.PRO: "For", Stance.CON: "Against"}


def listed(motions: Sequence[Motion]) -> Reply:
    """A line a motion."""
    data = [{"number": one.number, "id": one.id, "motion": one.text} for one in motions]
    if not motions:
        own = "`/debate start` takes one in your own words."
        return reply(Prose(f"There are no motions ready. {own}"), data=data)
    rows = tuple(Fact(_called(one), one.text) for one in motions)
    return reply(
        Heading(f"{len(motions)} motion{'s' if len(motions) != 1 else ''}"),
        Facts(rows),
        Prose("`/debate motions` and a number shows one; `/debate start` and a number debates it."),
        data=data,
    )


def one(motion: Motion, cards: Mapping[Stance, Sequence[Card]], supply: Mapping[Stance, int]) -> Reply:
    """A motion with what it says, and what the articles here have for each side."""
    rows = [Fact(label, value) for label, value in _facts(motion, cards, supply) if value]
    data = {
        "number": motion.number,
        "id": motion.id,
        "motion": motion.text,
        "theme": motion.theme,
        "as_of": motion.as_of,
        "definitions": motion.definitions,
        **{name.casefold(): _side_data(motion, stance, cards[stance]) for stance, name in SIDES.items()},
    }
    return reply(
        Heading(f"Motion {motion.number}" if motion.number else motion.id or "Your own motion"),
        Prose(f"**{escape(motion.text)}**"),
        *([Facts(tuple(rows))] if rows else []),
        *_last(motion, supply),
        data=data,
    )


def _called(motion: Motion) -> str:
    return str(motion.number) if motion.number else motion.id


def _facts(
    motion: Motion, cards: Mapping[Stance, Sequence[Card]], supply: Mapping[Stance, int]
) -> list[tuple[str, str]]:
    return [
        ("Theme", motion.theme),
        ("Facts as of", motion.as_of),
        *((f"“{word}”", means) for word, means in motion.definitions.items()),
        *((f"{name}: to show", motion.case(stance).burden) for stance, name in SIDES.items()),
        *((f"{name}: asked", motion.case(stance).pressure) for stance, name in SIDES.items()),
        *((f"{name}: passages", _passages(cards[stance], supply[stance])) for stance, name in SIDES.items()),
    ]


def _passages(cards: Sequence[Card], count: int) -> str:
    """How many there are, and in which articles."""
    titles = Counter(card.article.particulars.title for card in cards)
    counted = ", ".join(f"{title} ({times})" for title, times in titles.most_common())
    return f"{count}, from {counted}" if counted else "none"


def _last(motion: Motion, supply: Mapping[Stance, int]) -> list[Block]:
    """What is to be known before it is debated."""
    if error := lacking(supply):
        return [Prose(f"**{escape(error.message)}** {escape(error.hint)}")]
    if not motion.is_judged:
        return [
            Prose(
                "Nobody has said which of these passages speaks for which side: `for_articles` and "
                "`against_articles` of `/debate start` do."
            )
        ]
    return [Prose(f"`/debate start {_called(motion)}` debates it.")]


def _side_data(motion: Motion, stance: Stance, cards: Sequence[Card]) -> dict[str, Any]:
    case = motion.case(stance)
    return {
        "burden": case.burden,
        "pressure": case.pressure,
        "passages": [
            {
                "claim": card.claim,
                "quote": card.quoted.text,
                "article": card.article.id,
                "title": card.article.particulars.title,
                "judged": card.judged,
            }
            for card in cards
        ],
    }
