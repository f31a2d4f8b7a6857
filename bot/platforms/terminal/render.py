"""From a reply to lines of text on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from rich.console import Console
from rich.text import Text

from bot.chat.prose import Part, parse
from bot.chat.reply import (
    Actions,
    Block,
    Divider,
    Fact,
    Facts,
    Form,
    Heading,
    Mention,
    Picture,
    Progress,
    Prose,
    Quote,
    Reply,
    Source,
    Sources,
)
from bot.platforms.terminal.layout import Page, shown

BAR = 12
"""Characters of a progress bar."""


def render(reply: Reply, console: Console, width: int | None) -> list[Text]:
    """The lines of a reply. `width` is `None` where lines are not to be broken."""
    page = Page(console, width)
    before: Block | None = None
    for block in reply.blocks:
        if isinstance(block, Facts) and not isinstance(before, Heading):
            page.gap()
        _block(block, page)
        before = block
    return page.lines


def _block(block: Block, page: Page) -> None:  # noqa: C901  # one case a block is the point
    match block:
        case Heading(text):
            page.gap()
            page.write(Text(shown(text), style="bold"))
        case Prose(text):
            page.gap()
            _prose(parse(text), page)
        case Quote():
            page.gap()
            _quote(block, page)
        case Sources():
            page.gap()
            _sources(block.by_article(), page)
        case Facts(rows):
            _facts(rows, page)
        case Picture(path=path, alt=alt):
            page.gap()
            page.write(Text(shown(path), style="bold"), indent="  ", first="▣ ")
            page.write(Text(shown(alt), style="dim"), indent="  ")
        case Mention(name=name):
            page.write(Text(f"@{shown(name)}", style="bold cyan"))
        case Progress():
            page.write(Text(progress_line(block)))
        case Divider():
            page.gap()
            page.write(Text("─" * min(page.width or 40, 40), style="dim"))
        case Actions(buttons):
            page.gap()
            _actions([button.label for button in buttons], page)
        case Form():
            page.write(Text("Enter takes what stands in brackets; Ctrl-C leaves all as it is.", style="dim"))
        case _:
            assert_never(block)


def progress_line(progress: Progress) -> str:
    """`━━━─────────  3 of 12  Reading a.md`, or the text alone while nobody knows how much there is."""
    if not progress.total:
        return f"{shown(progress.text)} …"
    done = round(BAR * progress.done / progress.total)
    return f"{'━' * done}{'─' * (BAR - done)}  {progress.done} of {progress.total}  {shown(progress.text)}"


def _prose(parts: Iterable[Part], page: Page) -> None:
    for number, part in enumerate(parts):
        if number and part.kind != "item":
            page.gap()
        indent = "  " * (part.depth + 1) + " " * len(part.marker) if part.kind == "item" else ""
        match part.kind:
            case "item":
                first = f"{'  ' * part.depth}  {part.marker} " if part.marker else None
                page.write(_styled(part), indent=f"{indent} ", first=first)
            case "quote":
                page.write(_styled(part), indent="│ ")
            case "code":
                page.write(_styled(part), indent="    ")
            case "paragraph":
                page.write(_styled(part))


def _styled(part: Part) -> Text:
    text = Text()
    for span in part.spans:
        styles = (
            ["bold"] * span.bold + ["italic"] * span.italic + ["cyan"] * (span.code or span.cites is not None)
        )
        text.append(shown(span.text) if span.text != "\n" else "\n", style=" ".join(styles))
    return text


def _quote(quote: Quote, page: Page) -> None:
    text = Text(shown(quote.text))
    if quote.strong:
        before = len(shown(quote.text[: quote.strong[0]]))
        text.stylize("bold", before, before + len(shown(quote.text[slice(*quote.strong)])))
    if quote.n is not None:
        text = Text.assemble("“", text, "”", (f" [{quote.n}]", "cyan"))
    page.write(text, indent="│ ")


def _sources(articles: Sequence[Sequence[Source]], page: Page) -> None:
    """A line an article, behind the numbers of all that comes from it."""
    for same in articles:
        numbers = "".join(f"[{source.n}]" for source in same)
        said = next((source for source in same if source.note), same[0])
        page.write(_source(said), indent=" " * (len(numbers) + 1), first=f"{numbers} ")


def _source(source: Source) -> Text:
    more = "".join(f" · {shown(said)}" for said in (source.author, source.date, source.url) if said)
    note = f"\n{shown(source.note)}" if source.note else ""
    return Text.assemble((shown(source.title), "bold"), more, (note, "italic"))


def _facts(rows: Sequence[Fact], page: Page) -> None:
    if rows:
        page.columns([(shown(row.label), _fact(row)) for row in rows])


_MARKS = {"good": ("✓ ", "green"), "doubtful": ("! ", "yellow"), "bad": ("✗ ", "bold red")}


def _fact(row: Fact) -> Text:
    mark = _MARKS.get(row.state)
    return Text.assemble(*([mark] if mark else []), shown(row.value))


def _actions(labels: Sequence[str], page: Page) -> None:
    """The digits that press the buttons, on one line where they fit."""
    together = Text("   ").join(_numbered(number, label) for number, label in enumerate(labels, start=1))
    if page.width is None or len(together) <= page.width - 2:
        page.write(together, indent="  ")
        return
    for number, label in enumerate(labels, start=1):
        page.write(_numbered(number, label), indent="     ", first="  ")


def _numbered(number: int, label: str) -> Text:
    return Text.assemble((f"{number} ", "bold cyan"), shown(label))
