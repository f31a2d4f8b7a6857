"""The commands `/ask`, `/search`, `/source` and `/rate`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command
from bot.knowledge.article import TITLE_LENGTH

_QUESTION = "Ask in 1 to 1,000 characters."


@command("ask", private=False, paced=True, example="What did xAI promise about Grok 2?")
class Ask:
    """Ask a question; the answer comes from the articles, with its sources."""

    question: Annotated[str, Option("Your question", least=1, most=1000, complaint=_QUESTION, rest=True)]
    article: Annotated[str | None, Option("Only from this article", most=TITLE_LENGTH, suggest="article")] = (
        None
    )


@command("search", paced=True, example="licence limit:3")
class Search:
    """Find the passages that speak of certain words."""

    words: Annotated[
        str,
        Option(
            "Words to look for", least=1, most=1000, complaint="Search for 1 to 1,000 characters.", rest=True
        ),
    ]
    limit: Annotated[int, Option("How many passages at most", least=1, most=50)] = 5


@command("source", example="1")
class ShowSource:
    """Show a quotation of an answer in its place, with what stands around it."""

    number: Annotated[int, Option("Number of the source", least=1, most=99)]
    ask: Annotated[int | None, Option("Which answer; the last one if left out", least=1)] = None


@command("rate", hidden=True)
class Rate:
    """Say whether an answer helped."""

    ask: Annotated[int, Option("Which answer", least=1)]
    helpful: Annotated[bool, Option("Did it help?")]
