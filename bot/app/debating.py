"""Everything that runs debates, put together, and what is done about them in the background."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.chair.chair import KIND, Chair
from bot.chair.evidence import ReadsCards
from bot.chair.files import Files
from bot.chair.quotes import ChecksQuotes
from bot.chair.speaker import Speaker
from bot.chair.speaking import SpeaksByModel
from bot.chair.words import Words
from bot.debating.events import BOT
from bot.debating.moderating import end
from bot.drawing import MatplotlibPictures
from bot.engine.inprocess import Handler, InProcessJobs
from bot.errors import RostrumError
from bot.ports import (
    Ballots,
    Clock,
    Debates,
    Departures,
    Formats,
    Jobs,
    LanguageModel,
    Motions,
    Search,
    WordSearch,
)
from bot.settings import Settings
from bot.shelves.formats import FormatShelf
from bot.shelves.motions import MotionShelf
from bot.storage import Storage

log = logging.getLogger(__name__)

SWEEP_S = 30
"""How often it is looked for what debates need, should a job have been lost."""
_TAKEN_OUT = "The bot was taken out of the server."


class Debating:
    """Everything that runs debates, put together."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        search: Search,
        lexical: WordSearch,
        model: LanguageModel,
        clock: Clock,
    ) -> None:
        cards = ReadsCards(storage.library, search)
        quotes = ChecksQuotes(storage.library, lexical)
        models = SpeaksByModel(storage.library, search, model, quotes)
        words = Words(storage.communities)
        speaker = Speaker(models, cards, quotes, model, words)
        files = Files(MatplotlibPictures(), settings.data / "debates")
        handlers: dict[str, Handler] = {}
        self.jobs = InProcessJobs(handlers, clock)
        self.chair = Chair(
            storage.debates, storage.ballots, self.jobs, storage.outbox, clock, speaker, files, words
        )
        handlers[KIND] = self.chair.perform
        self.parts: dict[type, Any] = {
            Debates: storage.debates,
            Ballots: storage.ballots,
            Formats: FormatShelf(settings.data / "formats"),
            Motions: MotionShelf(settings.data / "motions"),
            Jobs: self.jobs,
            Chair: self.chair,
            Files: files,
            Speaker: speaker,
            SpeaksByModel: models,
            ReadsCards: cards,
        }


async def end_debates(
    departures: Departures, debates: Debates, chair: Chair, platform: str, present: frozenset[str]
) -> None:
    """End what is under way in communities of a platform that are not there any more: nobody reads it."""
    gone = await departures.note(f"{platform}:", present)
    for community, number in await debates.live(platform):
        if community in gone:
            try:
                sitting = await chair.look(community, number)
                await chair.act(sitting, BOT, lambda state, now: end(state, _TAKEN_OUT, now))
            except RostrumError as error:
                log.warning("debate %d cannot be ended: %s", number, error)


async def keep_sweeping(chair: Chair, platform: str) -> None:
    """Hand over what debates under way need, at once and again and again, until cancelled."""
    while True:
        try:
            await chair.sweep(platform)
        except RostrumError as error:
            log.warning("sweep of debates: %s", error)
        await asyncio.sleep(SWEEP_S)
