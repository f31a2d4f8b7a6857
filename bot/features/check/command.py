"""The command `/check`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command


@command(
    "check",
    paced=True,
    menu="Check against the articles",
    example="Grok 2 was released under an open-source licence",
)
class Check:
    """Check a claim against the articles: what supports it, what contradicts it."""

    claim: Annotated[
        str,
        Option(
            "The claim", least=1, most=1000, complaint="Give me a claim of 1 to 1,000 characters.", rest=True
        ),
    ]
