"""The engines that the retrieval benchmark compares: this project's index, SQLite FTS5, bm25s."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import bm25s
from Stemmer import Stemmer

from bot.knowledge.article import Passage
from bot.knowledge.tokens import stop_words
from bot.retrieval.asking import wanted
from bot.retrieval.index import PassageIndex

LIMIT = 10


class Engine(Protocol):
    """One way to search passages, kept in a folder."""

    name: str

    def build(self, passages: Sequence[Passage]) -> None:
        """Index the passages from nothing."""

    def reopen(self) -> None:
        """Forget what is in memory and open the folder as a new process does."""

    def search(self, question: str) -> list[int]:
        """The ids of the ten best passages, from the text of a question."""

    def add(self, passages: Sequence[Passage]) -> None:
        """Take an article in, for the next search to see."""

    def delete(self, article: int) -> None:
        """Take an article out, for the next search not to see."""


class Rostrum:
    """This project's index."""

    name = "rostrum"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / self.name

    def build(self, passages: Sequence[Passage]) -> None:
        self._index = PassageIndex.create(self._folder)
        self._write((), passages)

    def reopen(self) -> None:
        self._index = PassageIndex.open(self._folder)

    def search(self, question: str) -> list[int]:
        return [passage for passage, _ in self._index.search(wanted(question, self._index), LIMIT)]

    def add(self, passages: Sequence[Passage]) -> None:
        self._write((), passages)

    def delete(self, article: int) -> None:
        self._write((article,), ())

    def _write(self, removed: Sequence[int], passages: Sequence[Passage]) -> None:
        self._index.write(removed, passages, after=self._index.upto, upto=self._index.upto + 1)


class Fts5:
    """SQLite's full-text search: Porter stems, any of the words, best by bm25()."""

    name = "fts5"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fts5.db"

    def build(self, passages: Sequence[Passage]) -> None:
        self._connect()
        self._database.execute(
            "create virtual table passages using fts5(title, text, tokenize = 'porter unicode61')"
        )
        self._database.execute("create table articles(passage integer primary key, article integer)")
        self._database.execute("create index by_article on articles(article)")
        self.add(passages)

    def reopen(self) -> None:
        self._database.close()
        self._connect()

    def search(self, question: str) -> list[int]:
        words = [word for word in re.findall(r"\w+", question.lower()) if word not in stop_words("en")]
        query = " OR ".join(f'"{word}"' for word in words)
        select = "select rowid from passages where passages match ? order by bm25(passages) limit ?"
        return [row[0] for row in self._database.execute(select, (query, LIMIT))]

    def add(self, passages: Sequence[Passage]) -> None:
        with self._database:
            self._database.executemany(
                "insert into passages(rowid, title, text) values (?, ?, ?)",
                [(passage.id, passage.title, passage.text) for passage in passages],
            )
            self._database.executemany(
                "insert into articles values (?, ?)", [(passage.id, passage.article) for passage in passages]
            )

    def delete(self, article: int) -> None:
        with self._database:
            self._database.execute(
                "delete from passages where rowid in (select passage from articles where article = ?)",
                (article,),
            )
            self._database.execute("delete from articles where article = ?", (article,))

    def _connect(self) -> None:
        self._database = sqlite3.connect(self._path)
        self._database.execute("pragma journal_mode = wal")


class Bm25s:
    """bm25s with Snowball stems. It cannot be added to: a change is an index made again."""

    name = "bm25s"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / self.name
        self._stemmer = Stemmer("english")

    def build(self, passages: Sequence[Passage]) -> None:
        self._passages = list(passages)
        self._index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        texts = [f"{passage.title} {passage.text}" for passage in passages]
        self._index.index(self._tokens(texts), show_progress=False)
        self._index.save(self._folder)

    def reopen(self) -> None:
        self._index = bm25s.BM25.load(self._folder)

    def search(self, question: str) -> list[int]:
        found, _ = self._index.retrieve(self._tokens(question), k=LIMIT, show_progress=False)
        return [self._passages[int(at)].id for at in found[0]]

    def add(self, passages: Sequence[Passage]) -> None:
        self.build([*self._passages, *passages])

    def delete(self, article: int) -> None:
        self.build([passage for passage in self._passages if passage.article != article])

    def _tokens(self, texts: str | list[str]) -> Any:
        stop = list(stop_words("en"))
        return bm25s.tokenize(texts, stopwords=stop, stemmer=self._stemmer, show_progress=False)


ENGINES: tuple[type[Rostrum] | type[Fts5] | type[Bm25s], ...] = (Rostrum, Fts5, Bm25s)
