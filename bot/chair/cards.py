"""Finds what each side can read out: the sentences that the motion lists for it, and what search finds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.chat.prose import escape
from bot.debating.lengths import count
from bot.debating.motion import Case, Listed, Motion, Stance
from bot.debating.motions import CLAIM
from bot.errors import NotFound
from bot.knowledge.article import Article, Passage, Revision, Scope, file_name
from bot.knowledge.findings import Findings, Hit
from bot.knowledge.ranking import PASSAGES, Chosen, choose
from bot.knowledge.sentences import marker, sentences
from bot.knowledge.tokens import query_tokens, tokens
from bot.ports import Library, Search
from bot.writing.quoting import Quotation, quotation

FOUND = 16
"""So many sentences are taken from one search at most."""
COVERED = 0.2
"""A sentence must have this share of what is searched for, or it has nothing to do with it …"""
SHARED = 2
"""… unless so many of the words stand in it: of a long motion no sentence has much."""

_OTHER = {Stance.PRO: Stance.CON, Stance.CON: Stance.PRO}
_PREAMBLE = re.compile(r"this house (?:(?:believes|holds|predicts|thinks)(?: that)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A sentence that can be read out: `quoted` stands in `revision`; `claim` says in a line what it shows.

    `use` is the kind of speech that it is best for, or empty. `judged`: somebody said that it speaks for that
    side, by listing it or naming its article; else words alone have found it.
    """

    claim: str
    quoted: Quotation
    revision: Revision
    article: Article
    judged: bool
    use: str = ""

    @property
    def language(self) -> str | None:
        """The language of its words, where it is known."""
        return self.article.particulars.language

    @property
    def spoken(self) -> str:
        """What is read out, in the small grammar of speeches: the claim, and the quotation on one line."""
        return f"{escape(self.claim)}\n> {escape(' '.join(self.quoted.text.split()))}"

    @property
    def words(self) -> int:
        """How many words it takes to read out."""
        return count(self.spoken)

    def overlaps(self, other: Card) -> bool:
        """Whether the two share words of a revision."""
        one, two = self.quoted, other.quoted
        return one.revision == two.revision and one.start < two.end and two.start < one.end


class FindsCards:
    """Finds the cards of a side: first the sentences that the motion lists, then found ones, best first.

    A listed sentence is there if its article is visible and has exactly one sentence that begins as listed.
    More is found with the side's own words: in the articles that somebody named for that side, else in the
    whole library. Of a side that nobody judged, what the motion itself finds is all there is.
    """

    def __init__(self, library: Library, search: Search) -> None:
        self._library = library
        self._search = search

    async def cards(self, scope: Scope, motion: Motion, stance: Stance) -> tuple[Card, ...]:
        """What the side of that stance has; no two share words, and none is listed for the other side."""
        articles = await self._library.articles(scope)
        other = motion.case(_OTHER.get(stance, Stance.NONE))
        own = await self._listed(scope, motion.case(stance).listed, articles)
        theirs = await self._listed(scope, other.listed, articles)
        kept: list[Card] = []
        for card in (*own, *await self._found(scope, motion, stance)):
            if not any(card.overlaps(one) for one in (*kept, *theirs)):
                kept.append(card)
        return tuple(kept)

    async def _listed(
        self, scope: Scope, listed: Sequence[Listed], articles: Sequence[Article]
    ) -> list[Card]:
        meant = [(one, article) for one in listed if (article := _meant(one.article, articles))]
        revisions = await self._revisions(scope, (article.revision for _, article in meant))

        def read() -> Iterator[Card]:
            for one, article in meant:
                revision = revisions.get(article.revision)
                if revision and (quoted := _beginning(one.begins, revision, article.particulars.language)):
                    yield Card(
                        claim=one.claim,
                        quoted=quoted,
                        revision=revision,
                        article=article,
                        use=one.use,
                        judged=True,
                    )

        return await asyncio.to_thread(lambda: list(read()))

    async def _found(self, scope: Scope, motion: Motion, stance: Stance) -> list[Card]:
        case = motion.case(stance)
        query = case.words or _PREAMBLE.sub("", motion.text)
        searched: list[Findings] = []
        if case.articles:
            searched = [one for name in case.articles if (one := await self._within(scope, name, query))]
        elif case.words or not case.listed:
            searched = [await self._search.find(scope, query, limit=PASSAGES)]
        theirs = motion.case(_OTHER.get(stance, Stance.NONE)).words
        cards: list[Card] = []
        for findings in searched:
            chosen = await asyncio.to_thread(_chosen, findings, case, theirs)
            cards += await self._quoted(scope, chosen, findings.weights.keys(), judged=bool(case.articles))
        return cards

    async def _within(self, scope: Scope, name: str, query: str) -> Findings | None:
        """An article's passages, those that search finds in front; `None` where it is not there any more."""
        with suppress(NotFound):
            article = await self._library.article(scope, name)
            findings = await self._search.find(scope, query, limit=PASSAGES, article=article.id)
            found = {hit.passage.id for hit in findings.hits}
            rest = [one for one in await self._library.passages(scope, article.id) if one.id not in found]
            return replace(findings, hits=(*findings.hits, *(Hit(passage=one, score=0.0) for one in rest)))
        return None

    async def _quoted(
        self, scope: Scope, chosen: Sequence[Chosen], asked: Collection[str], *, judged: bool
    ) -> list[Card]:
        """Chosen sentences as cards, claimed by their headings; without those that the quote rule refuses."""
        articles = await self._library.current(scope, [one.passage.article for one in chosen])
        revisions = await self._revisions(scope, (one.passage.revision for one in chosen))

        def read() -> Iterator[Card]:
            for one in chosen:
                article, revision = articles.get(one.passage.article), revisions.get(one.passage.revision)
                if article is None or revision is None:
                    continue
                quoted = quotation(revision, one.start, one.end, asked, one.passage.language)
                if quoted:
                    yield Card(
                        claim=_heading(one.passage),
                        quoted=quoted,
                        revision=revision,
                        article=article,
                        judged=judged,
                    )

        return await asyncio.to_thread(lambda: list(read()))

    async def _revisions(self, scope: Scope, ids: Iterable[int]) -> Mapping[int, Revision]:
        """The revisions that are still there."""
        found: dict[int, Revision] = {}
        for id in set(ids):
            with suppress(NotFound):
                found[id] = await self._library.revision(scope, id)
        return found


def _meant(name: str, articles: Iterable[Article]) -> Article | None:
    """The article that a motion's file names: one that ships, else by source, file name or title."""
    wanted = name.casefold()
    ranked = [(rank, one) for one in articles if (rank := _rank(one, wanted)) is not None]
    return min(ranked, key=lambda found: found[0])[1] if ranked else None


def _rank(article: Article, wanted: str) -> int | None:
    file = (file_name(article.source) or "").casefold()
    source = article.source.casefold()
    tests = (
        source == f"shipped:{wanted}.md",
        source == wanted,
        wanted in (file, file.rpartition(".")[0]),
        article.particulars.title.casefold() == wanted,
    )
    return next((rank for rank, fits in enumerate(tests) if fits), None)


def _beginning(begins: str, revision: Revision, language: str | None) -> Quotation | None:
    """The sentence of a revision that begins so, where exactly one does."""
    wanted = " ".join(begins.split())
    spans = [
        (start + marker(revision.text[start:end]), end) for start, end in sentences(revision.text, language)
    ]
    fit = [
        (start, end) for start, end in spans if " ".join(revision.text[start:end].split()).startswith(wanted)
    ]
    return quotation(revision, *fit[0], (), language) if len(fit) == 1 else None


def _chosen(findings: Findings, case: Case, theirs: str) -> list[Chosen]:
    """The sentences worth reading out. In an article that somebody named for this side all of them are."""
    best = choose(findings, limit=FOUND)
    return [
        one
        for one in best
        if _states(one.text)
        and (case.articles or (_bears(one, findings.query) and not _says_more(one, theirs, case.words)))
    ]


def _bears(one: Chosen, query: str) -> bool:
    """Whether a sentence has to do with what is searched for."""
    language = one.passage.language
    shared = set(tokens(one.text, language)) & set(query_tokens(query, language))
    return one.coverage >= COVERED or len(shared) >= SHARED


def _states(text: str) -> bool:
    return not text.rstrip(" \"'”’»)*_").endswith(("?", ":", "？", "："))


def _says_more(one: Chosen, theirs: str, ours: str) -> bool:
    """Whether a sentence has more of the other side's own words than of this side's."""
    language = one.passage.language
    own, other = set(query_tokens(ours, language)), set(query_tokens(theirs, language))
    said = set(tokens(one.text, language))
    return bool(ours and theirs) and len(said & (other - own)) > len(said & (own - other))


def _heading(passage: Passage) -> str:
    line = passage.heading.rpartition(" > ")[2] or passage.title
    return line if len(line) <= CLAIM else f"{line[: CLAIM - 1]}…"
