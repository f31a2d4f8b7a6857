"""How the library looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from bot.chat.bind import field
from bot.chat.command import describe
from bot.chat.prose import escape
from bot.chat.reply import (
    Block,
    Fact,
    Facts,
    Field,
    Form,
    Heading,
    Progress,
    Prose,
    Quote,
    Reply,
    reply,
)
from bot.errors import RostrumError
from bot.features.library.command import AddArticles
from bot.knowledge.article import Article, Particulars, Passage, Revision
from bot.ports import Added, Embedded, Outcome

SHOWN = 50
_ASKED_FOR = ("title", "author", "date", "url", "stance")


def as_data(article: Article) -> dict[str, Any]:
    """An article as `--json` prints it."""
    said = article.particulars
    return {
        "article": article.id,
        "title": said.title,
        "author": said.author,
        "date": said.date.isoformat() if said.date else None,
        "url": said.url,
        "language": said.language,
        "stance": said.stance.value if said.stance else None,
        "corrects": list(said.corrects),
        "revision": article.revision,
        "revisions": article.revisions,
        "words": article.words,
        "source": article.source,
        "added_by": article.added_by,
        "added_at": article.added_at.isoformat(timespec="seconds"),
    }


def listed(found: Sequence[Article], words: str, limit: int | None) -> Reply:
    """A line an article: the first 50 where nobody said how many, though the data hold them all."""
    total, articles = len(found), found[: limit or SHOWN]
    data = [as_data(article) for article in found[:limit]]
    if not articles:
        what = (
            f"No article has “{escape(words)}” in title, author or file name."
            if words
            else "No articles yet."
        )
        hint = "`/search` looks into the texts." if words else "`/articles add` takes a file or a folder."
        return reply(Prose(f"{what} {hint}"), data=data)
    heading = f"{total} article{'s' if total != 1 else ''}" + (f" with “{words}”" if words else "")
    left = (
        [Prose(f"{total - len(articles)} more: `/articles list limit:{total}`")]
        if total > len(articles)
        else []
    )
    rows = tuple(Fact(str(article.id), _line(article)) for article in articles)
    return reply(
        Heading(heading), Facts(rows), *left, Prose("`/articles show` and a number opens one."), data=data
    )


def _line(article: Article) -> str:
    said = article.particulars
    parts = [said.title, said.date.isoformat() if said.date else None, said.stance]
    return " · ".join(str(part) for part in parts if part)


def article(article: Article, passages: Sequence[Passage], corrected_by: Sequence[Article]) -> Reply:
    """What is known of an article, and its passages as they stand."""
    rows = [Fact(label, value) for label, value in _facts(article, corrected_by) if value]
    shown = [block for passage in passages for block in _passage(passage)]
    data = {**as_data(article), "passages": [_passage_data(passage) for passage in passages]}
    return reply(Heading(article.particulars.title), Facts(tuple(rows)), *shown, data=data)


def _facts(article: Article, corrected_by: Sequence[Article]) -> list[tuple[str, str]]:
    said = article.particulars
    return [
        ("Number", str(article.id)),
        ("Author", said.author or ""),
        ("Date", said.date.isoformat() if said.date else ""),
        ("Link", said.url or ""),
        ("Stance", said.stance or ""),
        ("Corrects", ", ".join(said.corrects)),
        ("Corrected by", ", ".join(other.particulars.title for other in corrected_by)),
        ("Length", f"{article.words:,} words"),
        ("Revision", str(article.revision)),
        ("Added", f"{article.added_at:%Y-%m-%d} by {article.added_by}, from {article.origin}"),
    ]


def _passage(passage: Passage) -> list[Prose | Quote]:
    heading = [Prose(f"**{escape(passage.heading)}**")] if passage.heading else []
    return [*heading, Quote(passage.text)]


def _passage_data(passage: Passage) -> dict[str, Any]:
    return {"heading": passage.heading, "text": passage.text, "start": passage.start, "end": passage.end}


def unsaid(said: Particulars) -> list[str]:
    """Which particulars nobody said."""
    return [name for name in _ASKED_FOR if name != "title" and getattr(said, name) is None]


def asks_for_rest(request: AddArticles, said: Particulars) -> Reply:
    """A form for what the file does not say, with the title that it would get."""
    command = describe(AddArticles)
    asked = ["title", *unsaid(said)]
    form_fields = tuple(
        field(parameter, default=said.title if parameter.name == "title" else "")
        for parameter in command.parameters
        if parameter.name in asked
    )
    known = {f.name: str(getattr(request, f.name)) for f in fields(request) if getattr(request, f.name)}
    return Reply((Form(command=command.name, fields=form_fields, known={**known, "as_is": "yes"}),))


_SAYS = {
    Outcome.NEW: "Added: **{title}** (number {id}, {words:,} words).",
    Outcome.REVISED: "Changed: **{title}** (number {id}) is now at revision {revision}.",
    Outcome.SAME: "Already here: **{title}** (number {id}, added by {by} on {at:%Y-%m-%d}).",
}


def added(done: Added) -> Reply:
    """What became of one file."""
    one = done.article
    text = _SAYS[done.outcome].format(
        title=escape(one.particulars.title),
        id=one.id,
        words=one.words,
        revision=one.revision,
        by=escape(one.added_by),
        at=one.added_at,
    )
    return reply(Prose(text), data={"outcome": done.outcome.value, **as_data(one)})


def progress(name: str, count: int, total: int | None) -> Reply:
    """How far a folder has come."""
    return reply(Progress(f"Reading {name}", count, total))


def reasons(refused: Sequence[tuple[str, RostrumError]]) -> str:
    """The files that could not be added, each with why."""
    return " ".join(f"{name}: {error.message}" for name, error in refused)


def added_folder(name: str, done: Sequence[Added], refused: Sequence[tuple[str, RostrumError]]) -> Reply:
    """What became of a folder's files."""
    counts = {outcome: sum(one.outcome is outcome for one in done) for outcome in Outcome}
    rows = [
        Fact("Added", str(counts[Outcome.NEW])),
        Fact("Changed", str(counts[Outcome.REVISED])),
        Fact("Already here", str(counts[Outcome.SAME])),
        Fact("Refused", str(len(refused))),
    ]
    blocks: list[Block] = [
        Heading(f"{name}: {len(done)} of {len(done) + len(refused)} files"),
        Facts(tuple(rows)),
    ]
    if refused:
        blocks.append(
            Facts(tuple(Fact(file, f"{error.message} {error.hint}".strip()) for file, error in refused))
        )
    data = {
        "articles": [{"outcome": one.outcome.value, **as_data(one.article)} for one in done],
        "refused": [{"file": file, "code": error.code, "message": error.message} for file, error in refused],
    }
    return reply(*blocks, data=data)


def embedding(progress: Embedded) -> Reply:
    """How far embedding has come."""
    return reply(Progress("Embedding the articles", progress.done, progress.total))


def embedded(progress: Embedded, new: int) -> Reply:
    """That everything is embedded now, and how many passages were not before."""
    if not progress.total:
        text = "There is nothing to embed yet. `/articles add` takes a file or a folder."
    elif new:
        text = f"Embedded: {new:,} passages. Search now goes by meaning as well as by words."
    else:
        text = f"Nothing to do: all {progress.total:,} passages are embedded."
    return reply(Prose(text), data={"embedded": new, "passages": progress.total})


def sure_to_remove(article: Article) -> Reply:
    """Asks once more before something is taken away."""
    question = f"Remove “{article.particulars.title}”? Answers will no longer quote it"
    sure = Field(name="sure", label=question, default="no", required=True, choices=("yes", "no"))
    return Reply((Form(command="articles remove", fields=(sure,), known={"article": str(article.id)}),))


def kept(article: Article) -> Reply:
    """Says that nothing was taken away."""
    return reply(
        Prose(f"Kept: **{escape(article.particulars.title)}**."), data={"outcome": "kept", **as_data(article)}
    )


def removed(article: Article) -> Reply:
    """Says what was taken away."""
    text = f"Removed: **{escape(article.particulars.title)}** (number {article.id})."
    return reply(Prose(text), data={"outcome": "removed", **as_data(article)})


def exact_text(revision: Revision) -> Reply:
    """A revision's text, to the letter."""
    data = {
        "revision": revision.id,
        "article": revision.article,
        "number": revision.number,
        "text": revision.text,
    }
    return Reply(
        (Heading(revision.particulars.title), Quote(revision.text)), data=data, verbatim=revision.text
    )
