"""Passages as a model is shown them, and the request that a prompt file makes with them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence

from bot.knowledge.article import Article, Passage
from bot.model import Request
from bot.plain import one_line, plain
from bot.prompts import PromptFile

PASSAGES = 5
"""A model is given so many passages at most."""
LONGEST_PASSAGE = 1200
"""Characters of a passage that a model is shown."""

# What a model may take for the end of the data, for somebody speaking, or for one of our numbers.
_FENCE = re.compile(r"<(?=/?\s*sources)", re.IGNORECASE)
_SPEAKER = re.compile(
    r"<(?=\|)|(?<=\|)>|\[(?=/?(?:INST|SYS)\b)|<<(?=/?SYS)|<(?=/?(?:s|system|user|assistant|think)>)"
)
_NUMBER = re.compile(r"\[(\s*\d[\d\s,–-]*)\]")


def excerpts(passages: Sequence[Passage], articles: Mapping[int, Article]) -> tuple[str, ...]:
    """The passages as a model is shown them: numbered, each line behind a bar, nothing in them that acts."""
    return tuple(
        f"[{n}] {_title(one, articles.get(one.article))}\n{_barred(one.text)}"
        for n, one in enumerate(passages, start=1)
    )


def _title(passage: Passage, article: Article | None) -> str:
    said = article.particulars if article else None
    more = [said.author, said.date.isoformat() if said.date else None] if said else []
    under = f" · {passage.heading}" if passage.heading else ""
    by = f" - {', '.join(filter(None, more))}" if any(more) else ""
    return _harmless(one_line(f"{passage.title}{under}{by}"))


def _barred(text: str) -> str:
    cut = text if len(text) <= LONGEST_PASSAGE else text[:LONGEST_PASSAGE].rsplit(" ", 1)[0]
    return "\n".join(f"| {line.strip()}" for line in _harmless(plain(cut)).splitlines() if line.strip())


def _harmless(text: str) -> str:
    text = _SPEAKER.sub("‹", _FENCE.sub("‹", text))
    return _NUMBER.sub(r"(\1)", text)


def fence() -> str:
    """Letters that nobody who wrote an article could foresee."""
    return secrets.token_hex(3)


def request_of(file: PromptFile, excerpts: tuple[str, ...] = (), /, **given: str) -> Request:
    """A request for what a prompt file asks, its inputs put in."""
    return Request(
        prompt=file.filled(excerpts, **given),
        purpose=file.name,
        most_tokens=file.tokens,
        temperature=file.temperature,
    )
