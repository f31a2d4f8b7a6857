"""The command `/report`."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command


@command("report", paced=True, menu="Report to moderators", example='"I know where you live" reason:threat')
class FileReport:
    """Report a message to the moderators of this community; only they see who did."""

    text: Annotated[str, Option("What was said", least=1, most=4000)]
    reason: Annotated[str | None, Option("Why moderators should see it", most=500)] = None
    link: Annotated[str | None, Option("Link to the message", most=300)] = None
