"""Reads a prompt as a model would: which task it is, the numbered sources, the question or claim."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.knowledge.sentences import sentences
from tests.fakes.writing import text_of

_SOURCES = re.compile(r"<sources ([^>\n]+)>\n(.*?)</sources \1>", re.DOTALL)
_TITLE = re.compile(r"\[(\d+)\][ \t]*(.*)")
_LINE = re.compile(r"\|[ \t]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a source, on one line; the source's number, its title, and all that it says around it."""

    n: int
    title: str
    text: str
    around: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A numbered source: its title, and its text without the bars."""

    n: int
    title: str
    text: str

    @property
    def sentences(self) -> list[Sentence]:
        """Its sentences; headings are none."""
        spans = sentences(self.text, "en")
        found = (" ".join(self.text[start:end].split()) for start, end in spans)
        return [
            Sentence(n=self.n, title=self.title, text=each, around=self.text)
            for each in found
            if not each.startswith("#")
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked for. `kind` is "answer", "check", "rewrite", "translate", or "talk" for anything else."""

    kind: str
    asked: str
    language: str = "English"
    sources: tuple[Source, ...] = ()
    earlier: tuple[str, ...] = ()


def task_of(messages: Sequence[Mapping[str, Any]]) -> Task:
    """The task that the last message of the user sets."""
    told = [text_of(each.get("content")) for each in messages if each.get("role") == "user"]
    text = told[-1] if told else ""
    fenced = _SOURCES.search(text)
    sources = _sources(fenced[2]) if fenced else ()
    rest = text[fenced.end() :] if fenced else text
    if asked := _after("Question:", rest):
        return Task(
            kind="answer", asked=asked, language=_language(rest), sources=sources, earlier=_earlier(rest)
        )
    if asked := _after("Claim:", rest):
        return Task(kind="check", asked=asked, sources=sources)
    if asked := _after("Last question:", rest):
        return Task(kind="rewrite", asked=asked, earlier=_earlier(rest))
    if found := re.search(r"^Translate into ([^:\n]+):[ \t]*(.+)$", rest, re.MULTILINE):
        return Task(kind="translate", asked=found[2].strip(), language=found[1].strip())
    return Task(kind="talk", asked=text.strip(), sources=sources)


def _after(label: str, text: str) -> str:
    found = re.search(rf"^{re.escape(label)}[ \t]*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _language(text: str) -> str:
    found = re.search(r"^Answer in (.+?) with \[n\]", text, re.MULTILINE)
    return found[1] if found else "English"


def _earlier(text: str) -> tuple[str, ...]:
    found = re.search(
        r"^Earlier questions[^:\n]*:[ \t]*\n(.*?)^(?:Last q|Q)uestion:", text, re.MULTILINE | re.DOTALL
    )
    lines = found[1].splitlines() if found else []
    return tuple(line.strip(" -\t") for line in lines if line.strip(" -\t"))


def _sources(text: str) -> tuple[Source, ...]:
    """Titles stand at the start of a line, everything of the source behind a bar."""
    found: list[tuple[int, str, list[str]]] = []
    for line in text.splitlines():
        title = _TITLE.match(line)
        if title:
            found.append((int(title[1]), title[2].strip(), []))
        elif found and line.startswith("|"):
            found[-1][2].append(_LINE.sub("", line, count=1))
    return tuple(Source(n=n, title=title, text="\n".join(lines)) for n, title, lines in found)
