"""The commands `/articles …`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.invocation import Role
from bot.knowledge import links
from bot.knowledge.article import AUTHOR_LENGTH, TITLE_LENGTH, Stance


@command("articles list", example="licence")
class ListArticles:
    """List the articles, or those with certain words in title, author or file name."""

    words: Annotated[str | None, Option("Words to look for", most=200, rest=True)] = None
    limit: Annotated[int | None, Option("How many at most", least=1, most=10_000)] = None


@command("articles show", example="2")
class ShowArticle:
    """Show one article with its passages."""

    article: Annotated[str, Option("Number or title", most=TITLE_LENGTH, suggest="article", rest=True)]


@command("articles add", role=Role.CONTRIBUTOR, example="notes.md")
class AddArticles:
    """Add a Markdown or text file, or all those in a folder.

    A file that was added before and has changed becomes a new revision; old quotations still open it.
    """

    file: Annotated[Path, Option("File or folder")]
    title: Annotated[str | None, Option("Title", most=TITLE_LENGTH)] = None
    author: Annotated[str | None, Option("Author", most=AUTHOR_LENGTH)] = None
    date: Annotated[date | None, Option("Date it was written")] = None
    url: Annotated[str | None, Option("Address on the web", most=links.LENGTH)] = None
    stance: Annotated[Stance | None, Option("Which side it argues")] = None
    corrects: Annotated[str | None, Option("Title of an article that it corrects", most=TITLE_LENGTH)] = None
    as_is: Annotated[bool, Option("Ask for nothing, take the file as it is")] = False


@command("articles remove", role=Role.CONTRIBUTOR, example="2")
class RemoveArticle:
    """Take an article out. What quoted it keeps the words it quoted."""

    article: Annotated[str, Option("Number or title", most=TITLE_LENGTH, suggest="article", rest=True)]
    sure: Annotated[bool | None, Option("Do not ask again")] = None


@command("articles embed", role=Role.OPERATOR, shell_only=True)
class EmbedArticles:
    """Embed the articles now, so that search finds passages by their meaning, too.

    It takes an embeddings endpoint. Once one is set this also goes on in the background as long as I run.
    """


@command("articles text", role=Role.OPERATOR, shell_only=True, example="1")
class RevisionText:
    """Print the text of a revision, exactly as quotations count in it."""

    revision: Annotated[int, Option("Number of the revision", least=1)]
