"""From a reply to Discord's messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, assert_never

import discord
from discord import ui

from bot.chat.fit import Cost, fit
from bot.chat.prose import parse
from bot.chat.reply import (
    Actions,
    Block,
    Button,
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
from bot.platforms.discord.prose import escape, quoted, seen, serialised

CHARACTERS, COMPONENTS = 4000, 40
_IN_ROW, _LABEL, _URL, _ALT, _PICTURES = 5, 80, 512, 1024, 10
_NAME, _NOTE = 200, 400  # a line of these fits a message even where every letter has to be escaped
_NOTHING = "There is nothing to show."
SHARE = "!share"
"""What the button brings that shows a private reply to all."""

Keep = Callable[[Form], str]
"""Keeps a form until somebody opens it, and gives the custom id that opens it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of its own."""

    content: str


@dataclass(frozen=True, slots=True)
class Line:
    """A thin line."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A picture that is sent along under this name."""

    path: str
    name: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button: it brings a custom id, or opens a link."""

    label: str
    action: str = ""
    url: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Buttons side by side."""

    buttons: tuple[Press, ...]


Piece = Text | Line | Gallery | Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One message. Equal pages look the same, so that no edit is needed from one to the other."""

    pieces: tuple[Piece, ...]
    mentions: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """All its texts."""
        return "\n".join(piece.content for piece in self.pieces if isinstance(piece, Text))

    def view(self, mark: int | None = None) -> ui.LayoutView:
        """Its components, for one sending; `mark` is the id of the first, by which it is found again."""
        view = ui.LayoutView(timeout=None)
        view.stop()
        for number, piece in enumerate(self.pieces):
            view.add_item(_component(piece, None if number else mark))
        return view

    def files(self) -> list[discord.File]:
        """Its pictures, opened for one sending."""
        return [
            discord.File(piece.path, filename=piece.name, description=piece.alt)
            for piece in self.pieces
            if isinstance(piece, Gallery)
        ]


def rendered(reply: Reply, *, keep: Keep | None = None, share: bool = False) -> list[Page]:
    """The messages that show a reply: at least one, each within what Discord takes.

    `keep` makes a button of a form; without it, a line says which command to use. `share` adds a button
    that shows a private reply to all.
    """
    room = Cost(CHARACTERS - len(_NOTHING), COMPONENTS - 2)  # for a Share button in its row
    pages = [_page(part, keep) for part in fit(reply, partial(_cost, keep=keep), room)]
    if share:
        last = pages[-1]
        row = Row((Press(label="Share", action=SHARE),))
        pages[-1] = Page(pieces=(*last.pieces, row), mentions=last.mentions)
    return pages


def _page(reply: Reply, keep: Keep | None) -> Page:
    pieces: list[Piece] = []
    pressed: set[str] = set()
    for number, block in enumerate(reply.blocks):
        for piece in _pieces(block, keep, number):
            if isinstance(piece, Row):
                pieces += _rows(_new(piece.buttons, pressed))
            elif not isinstance(piece, Text) or piece.content.strip():
                pieces.append(piece)
    named = (block.member for block in reply.blocks if isinstance(block, Mention) and _is_id(block.member))
    return Page(pieces=tuple(pieces) or (Text(_NOTHING),), mentions=tuple(dict.fromkeys(map(int, named))))


def _new(buttons: Sequence[Press], pressed: set[str]) -> list[Press]:
    """The buttons that are not there yet: Discord takes no custom id twice in a message."""
    new = []
    for button in buttons:
        if not button.action or button.action not in pressed:
            pressed.add(button.action)
            new.append(button)
    return new


def _rows(buttons: Sequence[Press]) -> Iterator[Row]:
    for start in range(0, len(buttons), _IN_ROW):
        yield Row(tuple(buttons[start : start + _IN_ROW]))


def _cost(block: Block, keep: Keep | None) -> Cost:
    """What a block takes of a message; forms are not kept for that."""
    text = parts = 0
    for piece in _pieces(block, (lambda form: "!form") if keep else None, 0):
        match piece:
            case Text(content):
                text, parts = text + len(content), parts + 1
            case Row(buttons):
                parts += len(buttons) + -(-len(buttons) // _IN_ROW)
            case Gallery():
                parts += COMPONENTS // _PICTURES  # so that no more come together than Discord takes
            case Line():
                parts += 1
    return Cost(text, parts)


def _pieces(block: Block, keep: Keep | None, number: int) -> list[Piece]:  # noqa: C901  # one case a block
    match block:
        case Heading(text):
            return [Text(f"### {escape(' '.join(text.split()))}")] if text.strip() else []
        case Prose(text):
            return [Text(_prose(text))]
        case Quote():
            return [Text(_quote(block))]
        case Sources():
            return _sources(block)
        case Facts(rows):
            return [Text("\n".join(map(_fact, rows)))] if rows else []
        case Picture():
            return [_picture(block, number)]
        case Mention(member=member, name=name):
            return [Text(f"<@{member}>" if _is_id(member) else f"**{escape(_clipped(name, _NAME))}**")]
        case Progress():
            return [Text(_progress(block))]
        case Divider():
            return [Line()]
        case Actions(buttons):
            return [Row(tuple(map(_press, buttons)))] if buttons else []
        case Form():
            return [_form(block, keep)]
        case _:
            assert_never(block)


@lru_cache(maxsize=64)  # measured first, then shown
def _prose(text: str) -> str:
    return serialised(parse(text))


def _is_id(member: str) -> bool:
    return member.isascii() and member.isdecimal() and 0 < len(member) <= 20


def _quote(quote: Quote) -> str:
    text, strong = quote.text, quote.strong
    if strong and text[slice(*strong)].strip():
        start, end = strong
        inner = text[start:end]
        lead = len(inner) - len(inner.lstrip())
        tail = len(inner.rstrip())
        written = (
            escape(text[: start + lead]) + f"**{escape(inner[lead:tail])}**" + escape(text[start + tail :])
        )
    else:
        written = escape(text)
    return quoted(written + (f" \\[{quote.n}\\]" if quote.n is not None else ""))


def _sources(sources: Sources) -> list[Piece]:
    """A line an article, behind the numbers of all that comes from it; then the buttons."""
    lines = [_source(same) for same in sources.by_article()]
    buttons = [button for same in sources.by_article() for button in _links(same)]
    return [Text("\n".join(lines)), *([Row(tuple(buttons))] if buttons else [])] if lines else []


def _source(same: Sequence[Source]) -> str:
    numbers = "".join(f"\\[{source.n}\\]" for source in same)
    said = next((source for source in same if source.note), same[0])
    title = _clipped(said.title, _NAME) or "Untitled"
    more = (_clipped(said.author or "", _NAME), _clipped(said.date or "", _NAME), _clipped(said.note, _NOTE))
    return f"{numbers} **{escape(title)}**" + "".join(f" · {escape(one)}" for one in more if one)


def _links(same: Sequence[Source]) -> Iterator[Press]:
    """One link an article, and a button a place in it."""
    numbers = "".join(f"[{source.n}]" for source in same)
    linked = next((source for source in same if _is_link(source.url)), None)
    if linked and linked.url:
        yield Press(label=_clipped(f"{numbers} {linked.title}", _LABEL), url=linked.url)
    for source in same:
        if source.open and len(source.open) <= 100:
            yield Press(label=f"Context [{source.n}]", action=source.open)


def _is_link(url: str | None) -> bool:
    return bool(
        url
        and len(url) <= _URL
        and url.startswith("https://")
        and len(url) > len("https://")
        and url == seen(url)
        and not any(c.isspace() for c in url)
    )


_MARKS = {"good": "✓ ", "doubtful": "! ", "bad": "✗ "}


def _fact(row: Fact) -> str:
    label = escape(_clipped(row.label, _NAME))
    return f"**{label}**: {_MARKS.get(row.state, '')}{escape(row.value)}" if label else escape(row.value)


def _picture(picture: Picture, number: int) -> Piece:
    path = Path(picture.path)
    if not path.is_file():
        return Text(escape(_clipped(picture.alt, _ALT)))
    suffix = path.suffix if path.suffix.isascii() and path.suffix[1:].isalnum() else ".png"
    return Gallery(picture.path, f"picture-{number + 1}{suffix}", _clipped(picture.alt, _ALT))


def _progress(progress: Progress) -> str:
    text = escape(_clipped(progress.text, _NOTE))
    return f"{text} ({progress.done} of {progress.total})" if progress.total else f"{text} …"


def _press(button: Button) -> Press:
    return Press(
        label=_clipped(button.label, _LABEL) or button.action[:_LABEL],
        action=button.action,
        first=button.action.startswith("debate vote choice:"),
    )


def _form(form: Form, keep: Keep | None) -> Piece:
    if keep is None:
        return Text(f"Use `/{seen(form.command).replace('`', '')}` to fill in what is missing.")
    return Row((Press(label="Fill in the form", action=keep(form)),))


def _clipped(text: str, most: int) -> str:
    """A text on one line, and no longer than that."""
    text = " ".join(seen(text[: most * 4]).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _component(piece: Piece, mark: int | None) -> ui.Item[Any]:
    match piece:
        case Text(content):
            return ui.TextDisplay(content, id=mark)
        case Line():
            return ui.Separator(id=mark)
        case Gallery():
            media = discord.MediaGalleryItem(f"attachment://{piece.name}", description=piece.alt or None)
            return ui.MediaGallery(media, id=mark)
        case Row(buttons):
            return ui.ActionRow(*map(_button, buttons), id=mark)
        case _:
            assert_never(piece)


def _button(press: Press) -> ui.Button[Any]:
    if press.url:
        return ui.Button(label=press.label, url=press.url)
    style = discord.ButtonStyle.primary if press.first else discord.ButtonStyle.secondary
    return ui.Button(style=style, label=press.label, custom_id=press.action)
