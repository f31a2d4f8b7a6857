"""The small grammar of outgoing text: paragraph, bold, italic, code, list, quote, `[n]`; no more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_CITATION = re.compile(r"(\[\d{1,3}\])")
_MARKUP = re.compile(r"([\\`*_>#\[\]~|<&])|^([^\S\n]*)([-+]|\d+[.)])(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Letters in one style; `cites` is the source number when the span is a `[n]`."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    cites: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One paragraph, list item, line of code or quoted paragraph; `marker` stands before an item."""

    kind: Literal["paragraph", "item", "code", "quote"]
    spans: tuple[Span, ...]
    marker: str = ""
    depth: int = 0


def escape(text: str) -> str:
    """Text from elsewhere (a title, a member's words), so that `parse` gives it back as plain letters."""
    return _MARKUP.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}{m[3][:-1]}\\{m[3][-1]}", text)


@cache
def _grammar() -> MarkdownIt:
    rules = ["emphasis", "backticks", "list", "blockquote", "fence", "escape", "newline"]
    return MarkdownIt("zero").enable(rules).disable("text_join")


def parse(text: str) -> list[Part]:
    """The parts of a text, in order. Any text can be read; links, images and tags are plain letters."""
    return list(_parsed(text))


@lru_cache(maxsize=16)  # a reply is measured, taken apart and shown
def _parsed(text: str) -> tuple[Part, ...]:
    return tuple(_parts(_grammar().parse(text)))


def _parts(tokens: Sequence[Token]) -> Iterator[Part]:
    lists: list[int | None] = []
    marker, quoted = "", 0
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                marker = "•" if number is None else f"{number}."
                lists[-1] = None if number is None else number + 1
            case "blockquote_open":
                quoted += 1
            case "blockquote_close":
                quoted -= 1
            case "fence":
                yield Part(kind="code", spans=(Span(text=token.content.rstrip("\n"), code=True),))
            case "inline":
                kind: Literal["item", "quote", "paragraph"]
                kind = "item" if lists else "quote" if quoted else "paragraph"
                spans = tuple(_spans(token.children or []))
                yield Part(kind=kind, spans=spans, marker=marker, depth=max(0, len(lists) - 1))
                marker = ""


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    bold = italic = False
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.type == "strong_open"
            case "em_open" | "em_close":
                italic = token.type == "em_open"
            case "code_inline":
                yield Span(text=token.content, bold=bold, italic=italic, code=True)
            case "softbreak" | "hardbreak":
                yield Span(text="\n", bold=bold, italic=italic)
            case "text_special":
                yield Span(text=token.content, bold=bold, italic=italic)
            case _:
                yield from _cited(token.content, bold, italic)


def _cited(text: str, bold: bool, italic: bool) -> Iterator[Span]:
    for number, piece in enumerate(_CITATION.split(text)):
        if number % 2:
            yield Span(text=piece, bold=bold, italic=italic, cites=int(piece[1:-1]))
        elif piece:
            yield Span(text=piece, bold=bold, italic=italic)
