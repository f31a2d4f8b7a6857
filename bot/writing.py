"""Has a model write out of passages: fences them, tells how far it is, checks what came of it."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import ModelError
from bot.knowledge.article import Article, Passage
from bot.knowledge.grounding import Grounded, Support, ground, plain_draft
from bot.knowledge.language import name_of
from bot.model import Finish, Model, Notice, Payer, Reason, Request, Started, Text
from bot.plain import one_line, plain
from bot.ports import LanguageModel
from bot.prompts import PromptFile, prompt

PASSAGES = 5
"""A model is given so many passages at most."""
LONGEST_PASSAGE = 1200
WITHIN_S = 900.0
"""Seconds that an answer may take in all, with waiting in line and thinking; most are stopped sooner."""

# What a model may take for the end of the data, for somebody speaking, or for one of our numbers.
_FENCE = re.compile(r"<(?=/?\s*sources)", re.IGNORECASE)
_SPEAKER = re.compile(
    r"<(?=\|)|(?<=\|)>|\[(?=/?(?:INST|SYS)\b)|<<(?=/?SYS)|<(?=/?(?:s|system|user|assistant|think)>)"
)
_NUMBER = re.compile(r"\[(\s*\d[\d\s,–-]*)\]")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing to read yet, and why."""

    text: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """What has come so far; nobody has checked it. It replaces the draft before it."""

    text: str
    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished text, checked. `cut` is why it ends too early, where it does."""

    grounded: Grounded
    model: Model
    passages: tuple[Passage, ...]
    cut: str = ""

    @property
    def is_borne_out(self) -> bool:
        """Whether at least half of its sentences are supported by the passages; there must be one."""
        sentences = self.grounded.sentences
        unsupported = sum(one.support is Support.UNSUPPORTED for one in sentences)
        return bool(sentences) and not self.grounded.refused and unsupported * 2 <= len(sentences)


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


async def write(
    model: LanguageModel,
    question: str,
    passages: Sequence[Passage],
    articles: Mapping[int, Article],
    payer: Payer,
    *,
    language: str | None,
    earlier: Sequence[str] = (),
    within_s: float = WITHIN_S,
) -> AsyncGenerator[Waiting | Drafted | Written, None]:
    """An answer to a question as it comes; Written, checked against the passages, is last.

    `language` is the question's, where it shows; `earlier` are questions that it leans on, newest first. What
    broke off in the middle is checked as far as it goes.
    Raises ModelError where nothing came, LimitReached before anything is asked.
    """
    shown = tuple(passages[:PASSAGES])
    asked_in = name_of(language) if language else "the language of the question"
    request = request_of(
        prompt("answer"),
        excerpts(shown, articles),
        fence=fence(),
        earlier=_earlier(earlier),
        question=one_line(question),
        language=asked_in,
    )
    said: list[str] = []
    writer: Model | None = None
    cut = ""
    try:
        async with model.stream(request, payer, within_s=within_s) as events:
            async for event in events:
                match event:
                    case Started(started):
                        writer = started
                        said.clear()
                    case Notice(text=text):
                        yield Waiting(text)
                    case Text(text):
                        said.append(text)
                        assert writer is not None
                        yield Drafted(plain_draft("".join(said)), writer)
                    case Finish(Reason.LENGTH):
                        cut = "It ends where its length was used up."
    except ModelError as error:
        if not error.partial or writer is None:
            raise
        said, cut = [error.partial], f"It broke off: {error.message}"
    assert writer is not None
    foreign = language if language and language not in {one.language for one in shown} else None
    text = "".join(said)
    grounded = await asyncio.to_thread(ground, _whole(text) if cut else text, shown, language=foreign)
    yield Written(grounded=grounded, model=writer, passages=shown, cut=cut)


def _earlier(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    lines = "\n".join(f"- {one_line(question)}" for question in reversed(questions))
    return f"Earlier questions, which tell what words like it and they mean:\n{lines}\n\n"


def _whole(text: str) -> str:
    """Without the sentence that was not finished, if any other is."""
    ends = [end.end() for end in re.finditer(r"[.!?。！？।](?:\s*\[\d+\])*(?=\s|$)", text)]
    return text[: ends[-1]] if ends else text
