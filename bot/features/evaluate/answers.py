"""Measures the answers of the operator's own model on a BEIR folder, question by question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from bot.chat.invocation import Invocation
from bot.chat.reply import Reply
from bot.errors import InputError, LimitReached, ModelError
from bot.features.evaluate import reply as replies
from bot.features.evaluate.beir import Benchmark, read
from bot.features.evaluate.command import MeasureAnswers
from bot.features.evaluate.measure import Away, Figures
from bot.knowledge.gate import is_enough
from bot.knowledge.grounding import Sentence, Support
from bot.knowledge.language import detect
from bot.knowledge.ranking import choose
from bot.model import Payer
from bot.ports import Collection, Collections, LanguageModel
from bot.writing import Written, write


@dataclass(slots=True)
class Tally:
    """What came of the questions so far."""

    questions: int = 0
    stopped: int = 0
    refused: int = 0
    replaced: int = 0
    answered: int = 0
    right: int = 0
    sentences: int = 0
    cited: int = 0
    verified: int = 0
    repointed: int = 0
    unsupported: int = 0
    words: int = 0
    failed: int = 0

    def count(self, written: Written | None, answers: tuple[str, ...]) -> None:
        """Add one question; `None` where the gate let none ask the model."""
        self.questions += 1
        if written is None:
            self.stopped += 1
        elif written.grounded.refused:
            self.refused += 1
        elif not written.is_borne_out:
            self.replaced += 1
        else:
            self.answered += 1
            text = " ".join(one.text for one in written.grounded.sentences)
            self.right += any(answer.casefold() in text.casefold() for answer in answers)
            self.words += len(text.split())
        for sentence in written.grounded.sentences if written else ():
            self._sentence(sentence)

    def _sentence(self, sentence: Sentence) -> None:
        self.sentences += 1
        self.cited += bool(sentence.cites)
        self.verified += sentence.support is Support.VERIFIED
        self.unsupported += sentence.support is Support.UNSUPPORTED
        self.repointed += sentence.repointed

    def figures(self, *, known: bool) -> Figures:
        """Shares of the questions, then of all sentences that were written."""
        shares = {
            "answered": self.answered / (self.questions or 1),
            "refused by the gate": self.stopped / (self.questions or 1),
            "refused by the model": self.refused / (self.questions or 1),
            "replaced": self.replaced / (self.questions or 1),
        }
        right = {"right, of answered": self.right / (self.answered or 1)} if known else {}
        of_sentences = {
            "cited": self.cited / (self.sentences or 1),
            "verified": self.verified / (self.sentences or 1),
            "source corrected": self.repointed / (self.sentences or 1),
            "unsupported": self.unsupported / (self.sentences or 1),
        }
        return {
            "questions": self.questions,
            **shares,
            **right,
            "sentences": self.sentences,
            **of_sentences,
            "words an answer": self.words / (self.answered or 1),
            "failed": self.failed,
        }


class MeasuresAnswers:
    """Tells how a model answers the questions of a collection."""

    def __init__(self, collections: Collections, model: LanguageModel) -> None:
        self._collections = collections
        self._model = model

    async def __call__(self, request: MeasureAnswers, call: Invocation) -> AsyncIterator[Reply]:
        if not await self._model.is_there():
            raise InputError(
                "There is no model to measure.", "Start a local one, or set LLM_BASE_URL in .env."
            )
        name = request.folder.name or "collection"
        yield replies.progress(name, 0, None)
        benchmark = await asyncio.to_thread(_read, request.folder)
        if request.away is Away.PASSAGE:
            apart = tuple(replace(passage, article=passage.id) for passage in benchmark.passages)
            benchmark = replace(benchmark, passages=apart)
        collection = await asyncio.to_thread(self._collections.build, benchmark.passages)
        tally = Tally()
        asked = list(islice(benchmark.questions, request.limit))
        # Nobody's question: it counts towards the limit of all, and leaves people theirs.
        payer = Payer(member=None, community=call.place.community)
        stopped_by = None
        for done, query in enumerate(asked, 1):
            left = _left(collection, benchmark, query) if request.away else collection
            try:
                written = await self._written(left, benchmark.questions[query], payer)
                tally.count(written, benchmark.answers.get(query, ()))
            except ModelError:
                tally.failed += 1
            except LimitReached as error:
                stopped_by = error
                break
            yield replies.progress(name, done, len(asked))
        yield replies.answers(name, tally.figures(known=bool(benchmark.answers)), stopped_by)

    async def _written(self, collection: Collection, question: str, payer: Payer) -> Written | None:
        findings = await asyncio.to_thread(collection.find, question, limit=10)
        if not is_enough(findings, await asyncio.to_thread(choose, findings, limit=1)):
            return None
        passages = [hit.passage for hit in findings.hits]
        language = detect(question)
        async with aclosing(write(self._model, question, passages, {}, payer, language=language)) as steps:
            async for step in steps:
                if isinstance(step, Written):
                    return step
        return None


def _left(collection: Collection, benchmark: Benchmark, query: str) -> Collection:
    """The collection without what answers a question."""
    passages = benchmark.passages
    gone = {passages[benchmark.numbers[name]].article for name in benchmark.relevant[query]}
    return collection.without(sorted(gone))


def _read(folder: Path) -> Benchmark:
    return read(folder, answers=(folder / "answers.jsonl").exists())
