"""Numbers what a speech rests on: `[n]` for the n-th span of an article, in order of first use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.debating.speech import Citation
from bot.knowledge.article import Passage, Revision
from bot.knowledge.sentences import sentences
from bot.knowledge.tokens import query_tokens
from bot.knowledge.written import CITATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An article's revision as one may quote from it; `id` is the revision's."""

    id: int
    article: int
    text: str
    title: str
    author: str | None = None
    date: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, revision: Revision) -> Source:
        """The revision with what is known of its article."""
        known = revision.particulars
        return cls(
            id=revision.id,
            article=revision.article,
            text=revision.text,
            title=known.title,
            author=known.author,
            date=known.date.isoformat() if known.date else None,
            url=known.url,
        )


class Numbering:
    """The sources of one speech. `shown` are the passages that its writer's own numbers mean, from 1."""

    def __init__(self, texts: Collection[Source], shown: Sequence[Passage]) -> None:
        self.sources: list[Citation] = []
        self._texts = {one.id: one for one in texts}
        self._shown = shown

    def source(self, n: int) -> Source | None:
        """The article that the writer's number means; `None` where it means nothing."""
        passage = self._shown[n - 1] if 1 <= n <= len(self._shown) else None
        return self._texts.get(passage.revision) if passage else None

    def of_passage(self, n: int, text: str) -> int | None:
        """The number of what says most of a text, in the passage that the writer's number means."""
        source = self.source(n)
        span = _likest(self._shown[n - 1], text) if source else None
        return self.of(source, *span) if source and span else None

    def of(self, source: Source, start: int, end: int, segments: Sequence[tuple[int, int]] = ()) -> int:
        """The number of a span of an article; only its `segments` are quoted, where there are several."""
        for one in self.sources:
            if (one.revision, one.start, one.end) == (source.id, start, end):
                return one.n
        parts = segments if len(segments) > 1 else ((start, end),)
        self.sources.append(
            Citation(
                n=len(self.sources) + 1,
                article=source.article,
                revision=source.id,
                start=start,
                end=end,
                quote=" … ".join(source.text[a:b] for a, b in parts),
                title=source.title,
                author=source.author,
                date=source.date,
                url=source.url,
            )
        )
        return len(self.sources)


def _likest(passage: Passage, text: str) -> tuple[int, int] | None:
    """Where a passage says most of a text, as a span of its revision; `None` where it says nothing."""
    sought = set(query_tokens(CITATION.sub("", text), passage.language))
    scored = [
        (len(sought & set(query_tokens(passage.text[start:end], passage.language))), -start, start, end)
        for start, end in sentences(passage.text, passage.language)
        if not passage.text[start:end].startswith("#")
    ]
    best = max(scored, default=(0, 0, 0, 0))
    return (passage.start + best[2], passage.start + best[3]) if best[0] else None
