"""The index over passages: tantivy's BM25 on tokens of ours, in a folder or in memory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import filterfalse
from pathlib import Path
from typing import Any

from tantivy import DocAddress, Document, Index, IndexWriter, Occur, Query, SchemaBuilder

from bot.knowledge.article import Passage
from bot.knowledge.language import detect
from bot.knowledge.stems import stems_of
from bot.knowledge.tokens import is_gram, words
from bot.retrieval.asking import Wanted

FORMAT = "passages-3"
"""Changes with the fields and with what `tokens` makes of a text; an index of another format is made anew."""
_SHARED = 0

# Neighbours of a question that stand within two words of each other in a passage add a fifth of what they
# weigh: sequential dependence after Metzler and Croft (SIGIR 2005), with a single window.
_PAIR_BOOST = 0.2
_PAIR_SLOP = 2

_SMALL_HEAP, _LARGE_HEAP = 15_000_000, 120_000_000
_LARGE_BATCH = 1000
_BUSY_S, _BUSY_STEP_S = 60.0, 0.02


class Damaged(Exception):
    """The index cannot be used and must be made anew; the message says what it is: damaged, missing."""


class PassageIndex:
    """Finds passages by their tokens. Holds ids only; whose they are is told by the library.

    Safe to share among threads. Every method may raise Damaged.
    """

    def __init__(self, index: Index, folder: Path | None = None) -> None:
        self._index = index
        self._schema = index.schema
        self._folder = folder
        index.config_reader("manual")
        self.reload()

    @classmethod
    def create(cls, folder: Path) -> PassageIndex:
        """An empty index in place of whatever the folder holds."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with _damage():
            made = cls(Index(_schema(), path=str(folder)), folder)
        made.write((), (), after=0, upto=0, stamp=0)
        return made

    @classmethod
    def open(cls, folder: Path) -> PassageIndex:
        """The index in a folder. Raises Damaged also for one of another format."""
        with _damage():
            return cls(Index.open(str(folder)), folder)

    @classmethod
    def in_memory(cls, passages: Sequence[Passage]) -> PassageIndex:
        """An index of these passages and no others, gone with the process."""
        made = cls(Index(_schema()))
        made.write((), passages, after=0, upto=0, stamp=0)
        return made

    @property
    def upto(self) -> int:
        """The point of the change sequence up to which changes are in; stored in one commit with them."""
        return self._upto

    @property
    def stamp(self) -> int:
        """What tells that point from one with the same number in another library."""
        return self._stamp

    @property
    def languages(self) -> Mapping[str, int]:
        """The languages of the passages, with their number of passages."""
        return self._languages

    def __len__(self) -> int:
        """The number of passages."""
        return max(0, self._searcher.num_docs - (self._folder is not None))

    def write(
        self, removed: Iterable[int], passages: Sequence[Passage], *, after: int, upto: int, stamp: int
    ) -> None:
        """Take passages in and those of the removed articles out, all at once; then searches see it.

        Does nothing when the index no longer stands at `after`, because somebody else was faster.
        """
        with _damage(), self._writer(len(passages)) as writer:
            self.reload()
            if self._upto != after:
                return
            for article in removed:
                writer.delete_documents_by_term("article", article)
            for passage in passages:
                writer.add_document(_document(passage))
            if self._folder is not None:
                writer.delete_documents_by_term("state", FORMAT)
                writer.add_document(Document(state=FORMAT, upto=upto, stamp=stamp))
            writer.commit()
        self.reload()

    def is_there(self) -> bool:
        """Whether its folder still is; an index goes on finding for a while without."""
        with _damage():
            return self._folder is None or (self._folder / "meta.json").exists()

    def reload(self) -> None:
        """See what other processes have written since."""
        with _damage():
            self._index.reload()
            self._searcher = self._index.searcher()
            self._spellings: dict[str, list[tuple[str, int]]] = {}
            self._languages = dict(self._searcher.terms_with_prefix("language", ""))
            self._upto, self._stamp = self._stored_state()

    def doc_freq(self, token: str) -> int:
        """The number of passages that have a token; removed ones count until their segment is merged."""
        with _damage():
            return self._searcher.doc_freq("words", token)

    def spellings(self, prefix: str) -> list[tuple[str, int]]:
        """The words that begin with a prefix, in lower case, not stemmed, with their number of passages."""
        known = self._spellings.get(prefix)
        if known is None:
            with _damage():
                known = self._searcher.terms_with_prefix("spellings", prefix)
            self._spellings[prefix] = known
        return known

    def search(
        self,
        wanted: Wanted,
        limit: int,
        *,
        channel: str | None = None,
        article: int | None = None,
        away: Collection[int] = frozenset(),
    ) -> list[tuple[int, float]]:
        """The ids of the best passages with their scores, best first; of one article where it is given.

        Passages bound to another channel, and those `away`, do not come; they do not change scores either.
        """
        if not wanted.terms:
            return []
        query = self._query(wanted, article)
        open_to = {_SHARED, _channel_number(channel)}
        depth = limit + len(away)
        with _damage():
            while True:
                found = self._searcher.search(query, depth, count=False).hits
                kept = [hit for hit in self._hits(found, open_to) if hit[0] not in away]
                if len(kept) >= limit or len(found) < depth:
                    return kept[:limit]
                depth *= 4

    def _hits(self, found: list[tuple[Any, DocAddress]], open_to: set[int]) -> Iterator[tuple[int, float]]:
        addresses = [address for _, address in found]
        ids = self._searcher.fast_field_values("id", addresses)
        channels = self._searcher.fast_field_values("channel", addresses)
        for (score, _), passage, channel in zip(found, ids, channels, strict=True):
            if channel in open_to and passage is not None:
                yield int(passage), float(score)

    def _query(self, wanted: Wanted, article: int | None) -> Query:
        parts = [self._term(token, count) for token, count in wanted.terms.items()]
        parts += [self._pair(pair) for pair in wanted.pairs]
        query = Query.boolean_query([(Occur.Should, part) for part in parts])
        if article is None:
            return query
        within = Query.const_score_query(Query.term_query(self._schema, "article", article), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, within)])

    def _term(self, token: str, count: float) -> Query:
        query = Query.term_query(self._schema, "words", token, "freq")
        return query if count == 1 else Query.boost_query(query, count)

    def _pair(self, pair: tuple[str, str]) -> Query:
        query = Query.phrase_query(self._schema, "words", list(pair), _PAIR_SLOP)
        return Query.boost_query(query, _PAIR_BOOST)

    def _stored_state(self) -> tuple[int, int]:
        query = Query.term_query(self._schema, "state", FORMAT, "basic")
        found = self._searcher.search(query, 1, count=False).hits
        if found:
            (upto,), (stamp,) = (
                self._searcher.fast_field_values(name, [found[0][1]]) for name in ("upto", "stamp")
            )
            return int(upto or 0), int(stamp or 0)
        if self._folder is not None and self._searcher.num_docs:
            raise Damaged("of another version")
        return 0, 0

    @contextmanager
    def _writer(self, passages: int) -> Iterator[IndexWriter]:
        """A writer for one commit; waits its turn, as an index allows one writer on a machine."""
        heap = _LARGE_HEAP if passages >= _LARGE_BATCH else _SMALL_HEAP
        deadline = time.monotonic() + _BUSY_S
        while True:
            try:
                writer = self._index.writer(heap, 1)
                break
            except ValueError as error:
                if "LockBusy" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_BUSY_STEP_S)
        try:
            yield writer
        finally:
            writer.wait_merging_threads()


def _schema() -> Any:
    fields = SchemaBuilder()
    fields.add_integer_field("id", fast=True)
    fields.add_integer_field("article", indexed=True)
    fields.add_integer_field("channel", fast=True)
    fields.add_integer_field("upto", fast=True)
    fields.add_integer_field("stamp", fast=True)
    fields.add_text_field("state", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("language", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    fields.add_text_field("spellings", tokenizer_name="whitespace", index_option="basic")
    return fields.build()


def _document(passage: Passage) -> Document:
    """Title twice, heading and text as one field: scored apart, fields rank worse than as one text."""
    language = passage.language or detect(passage.text)
    title = words(passage.title, language)
    found = [*title, *title, *words(passage.heading, language), *words(passage.text, language)]
    stems = stems_of(language)
    return Document(
        id=passage.id,
        article=passage.article,
        channel=_channel_number(passage.channel),
        language=language or [],
        words=" ".join(map(stems.__getitem__, found)),
        spellings=" ".join(filterfalse(is_gram, set(found))),
    )


def _channel_number(channel: str | None) -> int:
    if channel is None:
        return _SHARED
    return int.from_bytes(blake2b(channel.encode(), digest_size=7).digest()) + 1


@contextmanager
def _damage() -> Iterator[None]:
    """tantivy's complaints about its files as Damaged; it panics on some, which is no Exception."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, (ValueError, OSError)) or type(error).__name__ == "PanicException":
            raise Damaged("damaged") from error
        raise
