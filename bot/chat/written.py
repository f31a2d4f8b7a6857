"""From the parts of a text back to the small grammar, for `chat.prose.parse` to read again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from bot.chat.prose import Part, Span, escape, parse

_TICKS = re.compile("`+")
# Which of them can be read back depends on the letters around.
_WRITINGS = (("**", "*"), ("**", "_"))
_MOST_MARKED = 40


def written(parts: Iterable[Part]) -> str:
    """Text that reads as these parts. Items keep their markers; what goes on below one is a paragraph."""
    lines: list[str] = []
    indents: list[int] = []
    number = 0
    for part in parts:
        text = fenced(part) if part.kind == "code" else _inline(part.spans).strip()
        if part.kind == "item" and part.marker:
            del indents[part.depth :]
            marker = _marker(part.marker, number)
            number = int(part.marker[:-1]) if part.marker != "•" else 0
            lines.append(
                _behind(f"{' ' * sum(indents)}{marker} ", " " * (sum(indents) + len(marker) + 1), text)
            )
            indents.append(len(marker) + 1)
        elif part.kind == "item" and indents:
            indent = " " * sum(indents)
            lines.append(f"\n{_behind(indent, indent, text)}")
        else:
            indents.clear()
            lines.append(f"\n{_behind('> ', '> ', text) if part.kind == 'quote' else text}\n")
    return "\n".join(lines).strip("\n")


def _marker(marker: str, before: int) -> str:
    """A list that starts anew is told from one that goes on by its other bracket."""
    if marker == "•":
        return "-"
    return marker if int(marker[:-1]) == before + 1 else f"{marker[:-1]})"


def _behind(first: str, rest: str, text: str) -> str:
    return first + text.replace("\n", f"\n{rest}")


def fenced(part: Part) -> str:
    """A part of code, in a fence that nothing in it closes."""
    text = "".join(span.text for span in part.spans)
    fence = "`" * max(3, _longest(text) + 1)
    return f"{fence}\n{text}\n{fence}"


def _longest(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Neighbours of one style as one span; citations and lines keep to themselves."""
    one: list[Span] = []
    for (alone, bold, italic, code), group in groupby(spans, _style):
        if alone:
            one += group
        else:
            one.append(Span(text="".join(span.text for span in group), bold=bold, italic=italic, code=code))
    return one


def _style(span: Span) -> tuple[bool, bool, bool, bool]:
    return _alone(span), span.bold, span.italic, span.code


def _alone(span: Span) -> bool:
    return span.cites is not None or (span.text == "\n" and not span.code)


@lru_cache(maxsize=1024)  # parts are tried for their size first, and then taken
def _inline(spans: tuple[Span, ...]) -> str:
    """Spans in the way of writing that reads as they are; the bare letters, where there is none.

    Also where so much is marked that nobody means it: to find the way takes too long then.
    """
    runs = merged(spans)
    marked = sum(span.bold or span.italic for span in runs)
    for bold, italic in _WRITINGS if 0 < marked <= _MOST_MARKED else ():
        text = _marked(runs, bold, italic)
        if _plain(_read(text)) == _plain(runs):
            return text
    return _marked([replace(span, bold=False, italic=False) for span in runs], "", "")


def _read(text: str) -> list[Span]:
    parts = parse(text)
    return list(parts[0].spans) if len(parts) == 1 and parts[0].kind == "paragraph" else []


def _plain(spans: Iterable[Span]) -> list[tuple[str, bool, bool, bool]]:
    """Letters by their styles, without the blanks, whose style nobody sees."""
    runs: list[tuple[str, bool, bool, bool]] = []
    for span in spans:
        if letters := "".join(span.text.split()):
            style = (span.bold, span.italic, span.code)
            if runs and runs[-1][1:] == style:
                letters = runs.pop()[0] + letters
            runs.append((letters, *style))
    return runs


def _marked(spans: Sequence[Span], bold: str, italic: str) -> str:
    """The spans between markers, which open and close where a style begins and ends."""
    styles = [(span.bold, span.italic) for span in spans]
    text = ""
    for (is_bold, is_italic), group in groupby(zip(styles, spans, strict=True), lambda pair: pair[0]):
        inner = "".join(_letters(span) for _, span in group)
        body = inner.strip()
        start = inner.index(body) if body else 0
        mark = bold * is_bold + italic * is_italic
        text += f"{inner[:start]}{mark}{body}{mark[::-1]}{inner[start + len(body) :]}" if body else inner
    return text


def _letters(span: Span) -> str:
    if span.code:
        return _coded(span.text)
    return span.text if span.cites is not None or span.text == "\n" else escape(span.text)


def _coded(text: str) -> str:
    ticks = "`" * (_longest(text) + 1)
    padded = text.startswith(("`", " ")) or text.endswith(("`", " "))
    return f"{ticks} {text} {ticks}" if padded and text.strip() else f"{ticks}{text}{ticks}"
