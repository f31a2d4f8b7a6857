"""Has a model put a question otherwise, so that a search finds what it is about; never for long."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from bot.errors import LimitReached, ModelError
from bot.knowledge.language import name_of
from bot.knowledge.tokens import query_tokens
from bot.model import Payer
from bot.plain import one_line
from bot.ports import LanguageModel
from bot.prompts import prompt
from bot.writing.excerpts import request_of

log = logging.getLogger(__name__)

REWRITE_S = 3.0
TRANSLATE_S = 15.0
"""A translation is waited for longer: without it there is no answer at all."""
LONGEST = 200


class Rewording:
    """Rewrites and translates questions. `None` where no model does so in time, or none is there."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def standing_alone(self, question: str, earlier: Sequence[str], payer: Payer) -> str | None:
        """A follow-up with what it leaves out put in from the questions before it, newest first."""
        lines = "\n".join(f"- {one_line(one)}" for one in reversed(earlier))
        said = await self._asked("rewrite", payer, REWRITE_S, question=one_line(question), earlier=lines)
        if said is None:
            return None
        context = set(query_tokens(" ".join([question, *earlier]), "en"))
        return said if context & set(query_tokens(said, "en")) else None

    async def translated(self, text: str, languages: Collection[str], payer: Payer) -> str | None:
        """A question or claim in a language of the articles: English if they have it, else one of theirs."""
        into = "en" if "en" in languages else min(languages)
        return await self._asked(
            "translate", payer, TRANSLATE_S, question=one_line(text), language=name_of(into)
        )

    async def _asked(self, name: str, payer: Payer, within_s: float, **given: str) -> str | None:
        if not await self._model.is_there():
            return None
        try:
            done = await self._model.complete(request_of(prompt(name), **given), payer, within_s=within_s)
        except (ModelError, LimitReached) as error:
            log.info("question left as it is prompt=%s code=%s", name, error.code)
            return None
        said = one_line(done.text).strip("\"'“”„«»")
        return said if said and "\n" not in done.text.strip() and len(said) <= LONGEST else None
