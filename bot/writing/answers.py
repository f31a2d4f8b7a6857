"""Has a model write an answer out of passages: tells how far it is, and checks what came of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.errors import ModelError
from bot.knowledge.article import Article, Passage
from bot.knowledge.grounding import Grounded, Sentence, Support, ground, plain_draft
from bot.knowledge.language import detect, name_of
from bot.model import Event, Finish, Model, Notice, Payer, Reason, Started, Text
from bot.plain import one_line
from bot.ports import LanguageModel
from bot.prompts import prompt
from bot.writing.excerpts import PASSAGES, excerpts, fence, request_of

IDLE_WORDS = 2
"""A sentence of no more words than these says nothing, unless there is a number in it."""
_CITED = re.compile(r"\[\d+\]")
WITHIN_S = 900.0
"""Seconds that an answer may take in all, with waiting in line and thinking; most are stopped sooner."""


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
    """A finished text, checked. `cut` is why it ends too early, where it does.

    `instead_of` names the endpoints that were to write it and failed. `foreign` is its language where the
    passages are in others, so that its words could not be compared.
    """

    grounded: Grounded
    model: Model
    passages: tuple[Passage, ...]
    cut: str = ""
    foreign: str | None = None
    instead_of: tuple[str, ...] = ()

    @property
    def is_borne_out(self) -> bool:
        """Whether at least half of its sentences are supported by the passages; there must be one."""
        sentences = self.grounded.sentences
        unsupported = sum(one.support is Support.UNSUPPORTED for one in sentences)
        return bool(sentences) and not self.grounded.refused and unsupported * 2 <= len(sentences)


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
    coming = _Coming()
    try:
        async with model.stream(request, payer, within_s=within_s) as events:
            async for event in events:
                if (step := coming.take(event)) is not None:
                    yield step
    except ModelError as error:
        if not error.partial or coming.writer is None:
            raise
        coming.break_off(error)
    assert coming.writer is not None
    text = _whole(coming.text) if coming.cut else coming.text
    foreign = _foreign(text, language, shown)
    grounded = _without_idle(await asyncio.to_thread(ground, text, shown, language=foreign))
    yield Written(
        grounded=grounded,
        model=coming.writer,
        passages=shown,
        cut=coming.cut,
        foreign=foreign,
        instead_of=coming.instead_of,
    )


class _Coming:
    """A text as it comes, who writes it, and why it ends too early, where it does."""

    def __init__(self) -> None:
        self.writer: Model | None = None
        self.text = ""
        self.cut = ""
        self.instead_of: tuple[str, ...] = ()

    def take(self, event: Event) -> Waiting | Drafted | None:
        """Take in what came, and return what there is to show of it."""
        match event:
            case Started(writer, instead_of):
                self.writer, self.text, self.instead_of = writer, "", instead_of
            case Notice(text=text):
                return Waiting(text)
            case Text(text) if self.writer:
                self.text += text
                return Drafted(plain_draft(self.text), self.writer)
            case Finish(Reason.LENGTH):
                self.cut = "It ends where its length was used up."
        return None

    def break_off(self, error: ModelError) -> None:
        """Keep what had come, and say why there is no more."""
        self.text, self.cut = error.partial, f"It broke off here: {error.message} Ask again for the rest."


def _without_idle(grounded: Grounded) -> Grounded:
    """Without what says nothing: "Sure!", "Here is my answer:", and what was said before."""
    kept: dict[str, Sentence] = {}
    for sentence in grounded.sentences:
        words = sentence.text.split()
        if (len(words) > IDLE_WORDS or any(map(str.isdigit, sentence.text))) and words[-1][-1] not in ":：":
            kept.setdefault(sentence.text.casefold(), sentence)
    return replace(grounded, sentences=tuple(kept.values()), refused=grounded.refused or not kept)


def _foreign(text: str, asked_in: str | None, passages: Sequence[Passage]) -> str | None:
    """The language of a text where the passages are in others, so that words cannot be compared."""
    written_in = detect(_CITED.sub("", text)) or asked_in
    return written_in if written_in and written_in not in {one.language for one in passages} else None


def _earlier(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    lines = "\n".join(f"- {one_line(question)}" for question in reversed(questions))
    return f"Earlier questions, which tell what words like it and they mean:\n{lines}\n\n"


def _whole(text: str) -> str:
    """Without the sentence that was not finished, if any other is."""
    ends = [end.end() for end in re.finditer(r"[.!?。！？।](?:\s*\[\d+\])*(?=\s|$)", text)]
    return text[: ends[-1]] if ends else text
