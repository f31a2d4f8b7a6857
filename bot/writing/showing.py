"""How what rests on articles is shown, whichever command shows it."""

from __future__ import annotations

from typing import Any

from bot.chat.prose import escape
from bot.chat.reply import Block, Prose, Source
from bot.errors import LimitReached, RostrumError
from bot.knowledge.article import Article
from bot.writing.quoting import Quotation


def source(n: int, quoted: Quotation, article: Article | None, *, note: str = "", opens: str = "") -> Source:
    """Where a quotation comes from; `opens` is the action that shows it in its place."""
    said = article.particulars if article else None
    return Source(
        n=n,
        article=quoted.article,
        title=said.title if said else "an article that was removed",
        quote=quoted.text,
        author=said.author if said else None,
        date=said.date.isoformat() if said and said.date else None,
        url=said.url if said else None,
        note=note,
        open=opens,
    )


def source_data(n: int, quoted: Quotation, article: Article | None) -> dict[str, Any]:
    """A source as `--json` prints it."""
    said = article.particulars if article else None
    return {
        "n": n,
        "article": quoted.article,
        "title": said.title if said else None,
        "url": said.url if said else None,
        "date": said.date.isoformat() if said and said.date else None,
        "quote": quoted.text,
        "status": quoted.status.value,
        "revision": quoted.revision,
        "start": quoted.start,
        "end": quoted.end,
    }


def unwritten(because: RostrumError | None) -> list[Block]:
    """Why no model wrote this, where one should have."""
    if because is None:
        return []
    if isinstance(because, LimitReached):
        return [Prose(f"**{escape(because.message)}** {escape(because.hint)} Until then I only quote.")]
    return [Prose(f"**No model could answer: {escape(str(because))}** ({because.code}) So I only quote.")]
