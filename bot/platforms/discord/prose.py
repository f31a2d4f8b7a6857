"""Text for Discord: letters that stay letters, and the small grammar of replies as Discord's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bot.chat.prose import Part, Span

_GAP = "\u200b"
"""A space without width: it parts what Discord would read together."""
_DEEPEST = 8

_BREAKS = re.compile("[\u2028\u2029\x85]|\r\n?")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LIVE = re.compile(
    r"^(?P<before>[ \t]*\d*)(?P<line>[-+#.)])"  # what makes a heading, small print or a list of a line
    r"|(?P<open><)"
    r"|(?P<link>\]\()"
    r"|(?P<mark>[\\*_~|`>\[\]])"
    r"|(?P<ping>@(?=everyone|here))"
    r"|(?P<url>:(?=//))"
    r"|(?P<invite>discord(?:app)?(?=\.(?:gg|com|new|gift|media|net)\b))",
    re.MULTILINE | re.IGNORECASE,
)
_PING = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


def escape(text: str) -> str:
    """Text from elsewhere, so that Discord shows its letters: no markup, no mention, no link.

    What cannot be escaped with a backslash is parted by a space without width. What nobody sees is left out.
    """
    return _LIVE.sub(_dead, seen(text))


def seen(text: str) -> str:
    """Text without what hides in it: controls, changes of direction, spaces without width, tags."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", text))


def _dead(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "line":
            return f"{found['before']}\\{found['line']}"
        case "open":
            return f"\\<{_GAP}"
        case "link":
            return "\\]\\("
        case "mark":
            return f"\\{found[0]}"
        case _:
            return f"{found[0]}{_GAP}"


def serialised(parts: Iterable[Part]) -> str:
    """The parts of a text as Discord's Markdown; a `[n]` is plain letters, as buttons carry the links."""
    text, before = "", ""
    for part in parts:
        written = _part(part)
        if text and written:
            text += "\n" if part.kind == before == "item" else "\n\n"
        text += written
        before = part.kind if written else before
    return text


def _part(part: Part) -> str:
    match part.kind:
        case "code":
            return fenced("".join(span.text for span in part.spans))
        case "item":
            indent = "  " * min(part.depth, _DEEPEST)
            mark = {"": "  ", "•": "- "}.get(part.marker, f"{part.marker} ")
            return indent + mark + _styled(part.spans).replace("\n", f"\n{indent}  ")
        case "quote":
            return quoted(_styled(part.spans))
        case "paragraph":
            return _styled(part.spans)


def quoted(written: str) -> str:
    """Markdown as a quotation, each line behind its bar."""
    return "> " + written.replace("\n", "\n> ")


def fenced(text: str) -> str:
    """Letters as a code block that nothing in them closes."""
    return f"```\n{_verbatim(text)}\n```"


def _styled(spans: Sequence[Span]) -> str:
    written = ""
    for span in _merged(spans):
        one = _span(span)
        # Markers that touch would be read as one.
        written += _GAP + one if written[-1:] in ("*", "`") and one[:1] in ("*", "`") else one
    return written


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    """Neighbours of one style together, so that what they spell together is seen."""
    for (bold, italic, code), group in groupby(spans, lambda span: (span.bold, span.italic, span.code)):
        yield Span(text="".join(span.text for span in group), bold=bold, italic=italic, code=code)


def _span(span: Span) -> str:
    text = seen(span.text)
    inner = text.strip()
    if not inner:
        return text
    marks = "**" * span.bold + "*" * span.italic
    start = text.index(inner)
    body = _inline_code(inner) if span.code else escape(inner if marks else text)
    if not marks:
        return body
    return f"{text[:start]}{marks}{body}{marks}{text[start + len(inner) :]}"


def _inline_code(text: str) -> str:
    text = _verbatim(text.replace("\n", " "))
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _verbatim(text: str) -> str:
    parted = seen(text).replace("``", f"`{_GAP}`").replace("``", f"`{_GAP}`")
    return _PING.sub(f"@{_GAP}", parted)
