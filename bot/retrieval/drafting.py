"""Makes the bytes of a file a draft: decoded, without marks, with what its front matter says."""

from __future__ import annotations

import re

from bot.errors import InputError
from bot.knowledge.article import TITLE_LENGTH, Draft, Particulars
from bot.knowledge.language import detect
from bot.plain import plain
from bot.retrieval import frontmatter, markdown
from bot.retrieval.decoding import decode
from bot.retrieval.frontmatter import FrontMatter

_MANY_BLANK_LINES = re.compile(r"\n{4,}")


def drafted(data: bytes, source: str, *, is_markdown: bool, otherwise: str) -> Draft:
    """The draft that a file's bytes are, called `otherwise` where they give no title.

    Raises InputError that names what is wrong. Who added it is left for the caller to fill in.
    """
    said, text = _text(plain(decode(data)), is_markdown=is_markdown)
    particulars = Particulars(
        title=said.title or markdown.title(text, TITLE_LENGTH) or otherwise,
        author=said.author,
        date=said.date,
        url=said.url,
        # Too short to tell: plain letters are taken for English, so that inflections are found.
        language=detect(text) or ("en" if text.isascii() else None),
        stance=said.stance,
        corrects=said.corrects,
    )
    return Draft(particulars=particulars, text=text, source=source, added_by="")


def _text(text: str, *, is_markdown: bool) -> tuple[FrontMatter, str]:
    said = FrontMatter()
    if is_markdown:
        said, text = frontmatter.parse(text)
        # Plain once more: hidden characters can be written as entities.
        text = plain(markdown.lightened(text))
    text = _MANY_BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")
    if not text:
        raise InputError("That file is empty.")
    return said, text
