"""Words of a revision as they may be shown: in quotation marks, and only if they stand there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.knowledge.article import Revision
from bot.knowledge.quotes import Status, check
from bot.knowledge.shorten import shorten
from bot.ports import Quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words of a revision, as they stand there, with what the check said of them."""

    article: int
    revision: int
    start: int
    end: int
    text: str
    status: Status

    @property
    def span(self) -> Quoted:
        """Where the words stand."""
        return Quoted(article=self.article, revision=self.revision, start=self.start, end=self.end)


def quotation(
    revision: Revision, start: int, end: int, asked: Collection[str], language: str | None
) -> Quotation | None:
    """The words of a revision from `start` to `end`, cut if they are too long to quote.

    `None` unless the quote rule finds them there, as it would for anybody else's quotation.
    """
    start, end = shorten(revision.text, start, end, keep=asked, language=language)
    words = revision.text[start:end]
    status = check(words, revision).status
    if status is not Status.VERIFIED:
        return None
    return Quotation(
        article=revision.article, revision=revision.id, start=start, end=end, text=words, status=status
    )
