"""Reads a collection in the BEIR layout: passages, questions, which answers which, and the answer strings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.knowledge.article import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Passages, in corpus order, and the questions that somebody judged them for.

    `numbers` maps each `_id` of the corpus to the number of its passage; `relevant` each question's id to
    grades by `_id`; `answers` to the strings that answer it.
    A passage's `id` and `revision` are its number; passages of one `article` share `_id` up to its first `_`.
    """

    passages: tuple[Passage, ...]
    numbers: Mapping[str, int]
    questions: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]
    answers: Mapping[str, tuple[str, ...]]


def read(folder: Path, *, answers: bool = False) -> Benchmark:
    """The collection in a folder; with `answers`, only the questions whose answer strings are known.

    Raises InputError, naming file and line, for what is missing or broken.
    """
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {folder}.", "Name one with corpus.jsonl, queries.jsonl and qrels/test.tsv."
        )
    numbers, passages = _passages(folder / "corpus.jsonl")
    texts = {line["_id"]: line["text"] for line in _lines(folder / "queries.jsonl", "text")}
    judged = _judged(folder / "qrels" / "test.tsv", numbers)
    strings = _answers(folder / "answers.jsonl") if answers else {}
    asked = {
        query: text
        for query, text in texts.items()
        if judged.get(query) and (not answers or strings.get(query))
    }
    if not asked:
        raise InputError(f"{folder}: not one question of queries.jsonl is judged in qrels/test.tsv.")
    return Benchmark(passages=passages, numbers=numbers, questions=asked, relevant=judged, answers=strings)


def _passages(path: Path) -> tuple[dict[str, int], tuple[Passage, ...]]:
    lines = list(_lines(path, "text"))
    if not lines:
        raise InputError(f"{path} is empty.")
    numbers = {line["_id"]: number for number, line in enumerate(lines)}
    articles: dict[str, int] = {}
    return numbers, tuple(
        Passage(
            id=number,
            article=articles.setdefault(line["_id"].partition("_")[0], len(articles)),
            revision=number,
            channel=None,
            title=str(line.get("title") or ""),
            heading="",
            language=None,
            text=line["text"],
            start=0,
            end=len(line["text"]),
        )
        for number, line in enumerate(lines)
    )


def _judged(path: Path, numbers: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Grades above zero, by question and passage; a header line may stand first."""
    judged: dict[str, dict[str, int]] = {}
    for number, line in _numbered(path):
        fields = line.split("\t")
        if number == 1 and not fields[-1].strip().lstrip("-").isdigit():
            continue
        try:
            query, passage, grade = fields[0], fields[1], int(fields[2])
        except (IndexError, ValueError):
            raise InputError(
                f"{path}, line {number}: not question, passage and grade between tabs."
            ) from None
        if passage not in numbers:
            raise InputError(f"{path}, line {number}: corpus.jsonl has no passage {passage}.")
        if grade > 0:
            judged.setdefault(query, {})[passage] = grade
    if not judged:
        raise InputError(
            f"{path} judges nothing.", "It needs lines of question, passage and a grade above 0."
        )
    return judged


def _answers(path: Path) -> dict[str, tuple[str, ...]]:
    return {line["_id"]: tuple(map(str, line["answers"])) for line in _lines(path, "answers")}


def _lines(path: Path, needed: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, each with an `_id` and what is `needed`."""
    kind = list if needed == "answers" else str
    for number, line in _numbered(path):
        try:
            value = json.loads(line)
        except ValueError:
            raise InputError(f"{path}, line {number}: not JSON.") from None
        if not isinstance(value, dict) or not isinstance(value.get("_id"), str):
            raise InputError(f"{path}, line {number}: no text under `_id`.")
        if not isinstance(value.get(needed), kind):
            raise InputError(
                f"{path}, line {number}: no {'list' if kind is list else 'text'} under `{needed}`."
            )
        yield value


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, numbered from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
