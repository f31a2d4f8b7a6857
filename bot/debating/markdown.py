"""Pages of Markdown on which only a quotation from an article looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.chat.prose import Part, Span, parse
from bot.plain import one_line

# What Markdown would take for markup, inside a line and at its start.
_INSIDE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|[`*]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=[(\[:])|~~"
)
_AT_START = re.compile(r"^(\s*\d*)(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|(?:=+|-+)\s*$|[.)](?:\s|$)|\||~)")


class Page:
    """Collects paragraphs. Whatever is said, only `quote` makes a line that begins with `> `."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []

    def say(self, *lines: str) -> None:
        """A paragraph of Markdown; a `>` that begins one of its lines becomes `›`."""
        text = "\n".join(lines)
        self._paragraphs.append("\n".join(map(_unquoted, text.splitlines())))

    def quote(self, words: str, source: str) -> None:
        """A quotation: exactly these words on one line, and on the next where they come from."""
        line = " ".join(part.strip() for part in words.splitlines() if part.strip())
        self._paragraphs.append(f"> {line}\n{_unquoted(one_line(source))}")

    def text(self) -> str:
        """The whole page."""
        return "\n\n".join(self._paragraphs) + "\n"


def _unquoted(line: str) -> str:
    bare = line.lstrip()
    return f"{line[: len(line) - len(bare)]}›{bare[1:]}" if bare.startswith(">") else line


def literal(text: str) -> str:
    """Somebody's words as Markdown that shows them letter by letter, their lines kept."""
    return "\n".join(_harmless(_escaped(line.lstrip())) for line in text.splitlines())


def title(text: str) -> str:
    """Somebody's words on one line, as Markdown that shows them letter by letter."""
    return literal(one_line(text))


def paragraphs(text: str) -> Iterator[str]:
    """A text in the small grammar as paragraphs of Markdown, with bold, italic, code and lists kept."""
    items: list[str] = []
    for part in parse("\n".join(text.splitlines())):
        if part.kind == "item":
            items.append(_item(part))
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield _paragraph(part)
    if items:
        yield "\n".join(items)


def _item(part: Part) -> str:
    marker = {"•": "- ", "": "  "}.get(part.marker, f"{part.marker} ")
    inside = _spans(part.spans).replace("\n", f"\n{'  ' * part.depth}  ")
    return f"{'  ' * part.depth}{marker}{inside}"


def _paragraph(part: Part) -> str:
    if part.kind == "code":
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", part.spans[0].text)), default=0))
        return f"{fence}\n{part.spans[0].text}\n{fence}"
    return f"› {_spans(part.spans)}" if part.kind == "quote" else _spans(part.spans)


def _spans(spans: tuple[Span, ...]) -> str:
    return "\n".join(map(_harmless, "".join(map(_span, spans)).split("\n")))


def _span(span: Span) -> str:
    if span.code:
        ticks = "`" * (1 + max(map(len, re.findall("`+", span.text)), default=0))
        room = " " if span.text.startswith("`") or span.text.endswith("`") else ""
        return f"{ticks}{room}{span.text}{room}{ticks}"
    mark = "**" * span.bold + "*" * span.italic
    return f"{mark}{_escaped(span.text)}{mark[::-1]}"


def _escaped(text: str) -> str:
    return _INSIDE.sub(r"\\\g<0>", text)


def _harmless(line: str) -> str:
    """A line that begins no heading, list, rule, table or quotation."""
    return _unquoted(_AT_START.sub(r"\1\\", line))
