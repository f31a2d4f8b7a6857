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


@command("eval gate", role=Role.OPERATOR, shell_only=True, example="data/xquad-en --away article")
class MeasureGate:
    """Measure how well a question is told from one whose answer has been taken away."""

    folder: Annotated[Path, _FOLDER]
    away: Annotated[Away, Option("What is taken away")] = Away.PASSAGE
