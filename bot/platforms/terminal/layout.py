"""Lines for a terminal of any width: wrapped, indented, without trailing spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

# What a terminal would obey rather than show.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def shown(text: str) -> str:
    """Text without anything that a terminal would obey."""
    return _CONTROL.sub("", text).replace("\t", "    ")


class Page:
    """Collects lines. `width` is `None` in a pipe, where no line is ever broken."""

    def __init__(self, console: Console, width: int | None) -> None:
        self._console = console
        self.width = width
        self.lines: list[Text] = []

    def write(self, text: Text, *, indent: str = "", first: str | None = None) -> None:
        """A paragraph, each of its lines behind `indent`, the first behind `first`."""
        lead = indent if first is None else first
        for line in self._wrapped(text, max(len(indent), len(lead))):
            line.rstrip()
            self.lines.append(Text.assemble((lead, "dim"), line) if line else Text())
            lead = indent

    def gap(self) -> None:
        """An empty line, where there is none yet."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def columns(self, rows: Sequence[tuple[str, Text]]) -> None:
        """Rows of label and value; the value goes below the label where the page is narrow."""
        widest = max(len(label) for label, _ in rows)
        beside = self.width is None or widest + 4 <= self.width * 0.45
        for label, value in rows:
            if beside:
                self._beside(label, value, widest)
            else:
                self.write(Text(label, style="bold"), indent="  ")
                self.write(value, indent="    ")

    def _beside(self, label: str, value: Text, widest: int) -> None:
        indent = " " * (widest + 4)
        start = len(self.lines)
        self.write(value, indent=indent)
        label = f"  {label.ljust(widest + 2)}"
        self.lines[start] = Text.assemble((label, "bold"), self.lines[start][len(indent) :])

    def _wrapped(self, text: Text, taken: int) -> Iterator[Text]:
        for line in text.split("\n", allow_blank=True):
            if self.width is None:
                yield line
            else:
                yield from line.wrap(self._console, max(10, self.width - taken))
