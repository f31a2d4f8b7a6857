"""Markdown made light: words without marks, in the same blocks, so that quotations show what was written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, zip_longest
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ENOUGH = 30_000
_LARGE = 120_000
"""Characters after which a chunk ends, where a block ends; after which it ends in any case."""

_MOST_LINKS = 2000
_FENCES = ("```", "~~~")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[^\n]+$", re.MULTILINE)
_HEADING = re.compile(r"# +(.*\S)")
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|</?[a-z][^<>]*>", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines `start` to before `end` become `lines`."""

    start: int
    end: int
    lines: Sequence[str]


def lightened(text: str) -> str:
    """The text with links as their words, pictures as their descriptions, and without emphasis and HTML.

    Headings begin with `#`; lists, quotes, code and everything else stay as they stand.
    """
    chunks = list(_chunks(text.split("\n")))
    links = _links(text) if len(chunks) > 1 else {}
    return "\n".join(_light(chunk, links) for chunk in chunks)


def _chunks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines that can be parsed by themselves: the parser needs 600 times as much memory as a text has."""
    chunk: list[str] = []
    size = 0
    fenced = commented = False
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        chunk.append(line)
        size += len(line) + 1
        fenced ^= line.lstrip().startswith(_FENCES)
        commented = line.rfind("<!--") > line.rfind("-->") or (commented and "-->" not in line)
        between = not (line.strip() or fenced or commented or following[:1].isspace())
        if size > _LARGE or (size > _ENOUGH and between):
            yield chunk
            chunk, size = [], 0
    yield chunk


def _links(text: str) -> dict[str, dict[str, Any]]:
    """The links that are defined somewhere in a text, by the names that stand for them."""
    environment: dict[str, Any] = {}
    definitions = islice(_DEFINITION.finditer(text), _MOST_LINKS)
    _parser().parse("\n".join(match[0] for match in definitions), environment)
    return {name: link | {"map": None} for name, link in environment.get("references", {}).items()}


def _light(lines: list[str], links: dict[str, dict[str, Any]]) -> str:
    text = "\n".join(lines)
    if len(text) > 2 * _LARGE:  # a single line that no person wrote
        return text
    environment: dict[str, Any] = {"references": dict(links)}
    edits = list(_edits(_parser().parse(text, environment), lines))
    definitions = [*environment["references"].values(), *environment.get("duplicate_refs", ())]
    edits += [_Edit(link["map"][0], link["map"][1], ()) for link in definitions if link["map"]]
    return "\n".join(_edited(lines, sorted(edits, key=lambda edit: edit.start)))


def _edited(lines: Sequence[str], edits: Sequence[_Edit]) -> Iterator[str]:
    done = 0
    for edit in edits:
        yield from lines[done : edit.start]
        yield from edit.lines
        done = edit.end
    yield from lines[done:]


def title(text: str, length: int) -> str | None:
    """The first heading of the first level that is no code, if it is not longer than that."""
    fenced = False
    for line in text.split("\n"):
        if line.lstrip().startswith(_FENCES):
            fenced = not fenced
        elif not fenced and (match := _HEADING.fullmatch(line)):
            return match[1] if len(match[1]) <= length else None
    return None


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough")


def _edits(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[_Edit]:
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.map is None:
            continue
        start, end = token.map
        if token.type == "html_block":
            yield _Edit(start, end, html.unescape(_TAG.sub("", "\n".join(lines[start:end]))).split("\n"))
        elif token.type == "inline" and before and before.type == "heading_open" and before.map:
            yield _Edit(before.map[0], before.map[1], [_heading(lines[start], before, token)])
        elif token.type == "inline":
            yield _Edit(start, end, _paragraph(lines[start:end], token))


def _heading(line: str, opening: Token, token: Token) -> str:
    underlined = not opening.markup.startswith("#")
    prefix = _prefix(line, token.content.split("\n")[0]) if underlined else line.partition("#")[0]
    return f"{prefix}{'#' * int(opening.tag[1:])} {' '.join(_words(token.children).split())}".rstrip()


def _paragraph(lines: Sequence[str], token: Token) -> list[str]:
    prefixes = [_prefix(line, words) for line, words in zip(lines, token.content.split("\n"), strict=False)]
    words = [line for line in _words(token.children).split("\n") if line.strip()] or [""]
    return [f"{prefix}{line}" for prefix, line in zip_longest(prefixes[: len(words)], words, fillvalue="")]


def _prefix(line: str, words: str) -> str:
    """What stands before the words of a line: the mark of a list or a quote, or its indentation."""
    line, words = line.rstrip(), words.rstrip()
    return line.removesuffix(words) if line.endswith(words) else ""


def _words(tokens: Sequence[Token] | None) -> str:
    """What a reader sees of a line's parts."""
    return "".join(_word(token) for token in tokens or ())


def _word(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "image":
            return _words(token.children)
        case "html_inline":
            return ""
    return token.content
