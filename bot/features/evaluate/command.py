"""The commands `eval …`, for whoever works on search, quoting or the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.invocation import Role
from bot.features.evaluate.measure import Away

_FOLDER = Option("Folder with corpus.jsonl, queries.jsonl and qrels/test.tsv")


@command("eval retrieval", role=Role.OPERATOR, shell_only=True, example="data/cranfield")
class MeasureRetrieval:
    """Measure how well passages are found in a collection in the BEIR layout."""

    folder: Annotated[Path, _FOLDER]


@command("eval quotes", role=Role.OPERATOR, shell_only=True, example="data/xquad-en")
class MeasureQuotes:
    """Measure how often a quoted sentence holds the answer, by the strings in answers.jsonl."""

    folder: Annotated[Path, _FOLDER]


@command("eval answers", role=Role.OPERATOR, shell_only=True, example="data/xquad-en --limit 50")
class MeasureAnswers:
    """Measure how your model answers: what it answers and refuses, cites, and says that its sources say.

    Every question is put to the model, which takes time and tokens; they count towards the limit of all.
    """

    folder: Annotated[Path, _FOLDER]
    limit: Annotated[int, Option("How many questions at most", least=1, most=100_000)] = 50
    away: Annotated[Away | None, Option("What is taken away, so that a refusal is right")] = None


@command("eval gate", role=Role.OPERATOR, shell_only=True, example="data/xquad-en --away article")
class MeasureGate:
    """Measure how well a question is told from one whose answer has been taken away."""

    folder: Annotated[Path, _FOLDER]
    away: Annotated[Away, Option("What is taken away")] = Away.PASSAGE
