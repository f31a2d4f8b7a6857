"""Hostile texts, and a reader of Discord's Markdown that tells what in a text is live; it shares no code."""

from __future__ import annotations

import re
from itertools import product

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_ANYWHERE = re.compile(r"@(?:everyone|here)|discord\.(?:gg|com)/", re.IGNORECASE)
_LINK = re.compile(r"[a-z]+://\S", re.IGNORECASE)
_BLOCK = re.compile(r"[ \t]*(?:-#|#{1,3}[ \t]|[-*+][ \t]|\d+[.)][ \t]|>)")

SHORT = [
    "@everyone", "@here", "@EVERYONE", "<@1>", "<@!1>", "<@&1>", "<#1>", "</ask:1>", "<t:1>", "<t:1:R>",
    "<id:browse>", "<:a:1>", "<a:b:1>", "[a](https://x.example)", "[a](<https://x.example>)",
    "<https://x.example>",
    "https://x.example/?q=1", "HTTP://x.example", "discord.gg/abc", "https://discord.com/invite/abc",
    "[a][r]\n[r]: https://x.example", "![a](https://x.example/a.png)", "```js\nx\n```", "```", "`x`",
    "``x` y``",
    "```ansi\n\x1b[31mred\x1b[0m\n```", "||spoiler||", "# Heading", "### Heading", "-# small", "> quote",
    ">>> quote", "- item", "* item", "+ item", "1. item", "  23) item", "~~gone~~", "__under__", "***both***",
    "_a_", "*a*", "\\", "\\\\", "\\*a*", "[1]", "[[1]](x)", "<mailto:a@b.c>", "<tel:+1>", "<script>",
    "&lt;@1&gt;",
    "\u202eevil\u202c", "\u2066x\u2069", "@\u200beveryone", "@\u2060here", "<\u200b@1>",
    "\U000e0041\U000e007f",
    "z\u0300\u0301\u0302\u0303" * 5, "a\u2028# b", "a\r# b", "\ud800", "*", "_", "`", "|", "~", "**",
    "__", "||", "@",
    "everyone", "<", ">", "http:", "//x", "discord", ".gg/x", "](", "steam://run", "\n", "\n\n", "\t- a",
]  # fmt: skip
LONG = [
    "[a](" * 4000,
    "_" * 50_000,
    "\n" * 10_000,
    "`" * 20_000,
    "z\u0300" * 10_000,
    "@everyone " * 2000,
    "**a" * 5000,
]
PAIRS = [
    first + gap + second for first, second in product(SHORT[::3], SHORT[1::4]) for gap in ("", " ", "\n")
][::2]


def live(text: str) -> list[str]:
    """What Discord would not show as letters, but for what stands in code; empty where all is letters."""
    found = [*_INVISIBLE.findall(text), *_ANYWHERE.findall(text)]
    bare, at = "", 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in tuple("\\*_~|`<>[]()#-+.@"):
            bare += "\ue000"
            at += 2
            continue
        if text[at] == "`":
            run = len(text[at:]) - len(text[at:].lstrip("`"))
            closing = re.compile(rf"(?<!`)`{{{run}}}(?!`)").search(text, at + run)
            if not closing:
                found.append("`")
            at = closing.end() if closing else at + run
            bare += "\ue001"
            continue
        bare += text[at]
        at += 1
    found += re.findall(r"[*_~|\[\]<>]", bare)
    found += _LINK.findall(bare)
    found += [line for line in bare.split("\n") if _BLOCK.match(line)]
    return found
