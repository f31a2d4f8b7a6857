"""The commands `/moderate …`: what only a moderator may do to a debate."""

from __future__ import annotations

from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.invocation import Role
from bot.features.debate.command import WHICH

_NUMBER = Option(WHICH, least=1, most=10**9)
_WHY = Option("Why; it goes into the record", most=200, rest=True)
_SPEECH = Option("Which speech, by its number in the transcript", least=1, most=500)


@command("moderate card", role=Role.MODERATOR, private=True)
class ModeratorCard:
    """The moderator's buttons: what can be done about the debate as it stands."""

    debate: Annotated[int | None, _NUMBER] = None


@command("moderate call", role=Role.MODERATOR)
class Call:
    """Move on: start, call the next turn, close what is open to questions, or close the vote."""

    debate: Annotated[int | None, _NUMBER] = None


@command("moderate pause", role=Role.MODERATOR)
class PauseDebate:
    """Stop all clocks."""

    reason: Annotated[str | None, _WHY] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("moderate resume", role=Role.MODERATOR)
class ResumeDebate:
    """Let the clocks go on."""

    debate: Annotated[int | None, _NUMBER] = None


@command("moderate extend", role=Role.MODERATOR, example="2")
class ExtendTurn:
    """Give the open turn more minutes; the other side gets as much later."""

    minutes: Annotated[int, Option("Minutes", least=1, most=120)] = 1
    debate: Annotated[int | None, _NUMBER] = None


@command("moderate skip", role=Role.MODERATOR)
class SkipTurn:
    """Pass over the open turn."""

    reason: Annotated[str | None, _WHY] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("moderate strike", role=Role.MODERATOR, example="3 Insults a member")
class StrikeSpeech:
    """Take a speech out of the record; its place and the reason stay. Works after the end, too."""

    speech: Annotated[int, _SPEECH]
    reason: Annotated[str | None, _WHY] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("moderate restore", role=Role.MODERATOR, example="3")
class RestoreSpeech:
    """Put a struck speech back."""

    speech: Annotated[int, _SPEECH]
    reason: Annotated[str | None, _WHY] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("moderate replace", role=Role.MODERATOR, example="against.1 by:evidence")
class ReplaceSeat:
    """Give a seat to somebody else: a model endpoint, evidence cards, me, or open for a person."""

    seat: Annotated[str, Option("Seat, such as for.1, or its side", most=40, suggest="seat")]
    by: Annotated[str, Option("Who: a model endpoint, evidence, me, or open", most=60, suggest="debater")]
    reason: Annotated[str | None, _WHY] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("moderate end", role=Role.MODERATOR)
class EndDebate:
    """End it: before the start it is called off; after it the second vote opens; in that vote it closes."""

    reason: Annotated[str | None, _WHY] = None
    debate: Annotated[int | None, _NUMBER] = None
