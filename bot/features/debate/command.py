"""The commands `/debate …`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from bot.chat.command import Option, command
from bot.chat.invocation import Role
from bot.debating.ballots import Choice
from bot.debating.format import Pace

WHICH = "Number of the debate, if not the one here"
SPEECH = 4000
"""Characters of a speech that is typed; platforms carry no more in one field."""

_NUMBER = Option(WHICH, least=1, most=10**9)
_SEAT = "Who argues {}: a model endpoint, evidence, me, or open for a person"


@command("debate start", role=Role.MODERATOR, private=False, example="3 format:oxford")
class StartDebate:
    """Start a debate: a motion, two sides, a vote before and after.

    Without a motion it is the first of /debate motions; without a format, quick. Sides without a name are
    argued by a model if there is one, else read from evidence cards.
    """

    motion: Annotated[
        str | None, Option("Motion: its number, or your own words", most=2000, suggest="motion", rest=True)
    ] = None
    format: Annotated[str | None, Option("Format", most=60, suggest="format")] = None
    for_: Annotated[str | None, Option(_SEAT.format("for the motion"), most=60, suggest="debater")] = None
    against: Annotated[str | None, Option(_SEAT.format("against it"), most=60, suggest="debater")] = None
    pace: Annotated[Pace, Option("Short speeches for a chat, or full ones by the book")] = Pace.CHAT
    slow: Annotated[bool, Option("Give every turn a long window instead of minutes")] = False
    for_articles: Annotated[
        str | None, Option("Articles that speak for it, by number or title", most=500)
    ] = None
    against_articles: Annotated[
        str | None, Option("Articles that speak against it, by number or title", most=500)
    ] = None
    out: Annotated[Path | None, Option("Folder to write the record into, at the end")] = None
    watch: Annotated[bool, Option("Show every speech as it comes")] = False


class DuelSide(StrEnum):
    """The side that a member argues."""

    FOR = "for"
    AGAINST = "against"


@command("debate duel", private=False, example="3 side:for")
class Duel:
    """Argue against a model, one to one, in the channel that your community keeps for it.

    Without a motion it is the first of /debate motions.
    """

    motion: Annotated[
        str | None, Option("Motion: its number, or your own words", most=2000, suggest="motion", rest=True)
    ] = None
    side: Annotated[DuelSide, Option("The side that you argue")] = DuelSide.AGAINST


@command("debate rematch", role=Role.MODERATOR, private=False)
class Rematch:
    """Debate the same motion again with the sides swapped."""

    debate: Annotated[int | None, _NUMBER] = None
    out: Annotated[Path | None, Option("Folder to write the record into, at the end")] = None
    watch: Annotated[bool, Option("Show every speech as it comes")] = False


@command("debate list")
class ListDebates:
    """List the debates there were, newest first."""

    limit: Annotated[int, Option("How many at most", least=1, most=50)] = 10


@command("debate status")
class DebateStatus:
    """Where a debate stands: who argues, whose turn it is, what comes next."""

    debate: Annotated[int | None, _NUMBER] = None


@command("debate join", example="for")
class JoinDebate:
    """Take a seat and argue for one side."""

    side: Annotated[str, Option("Side or seat, such as for or against", most=40, suggest="side")]
    debate: Annotated[int | None, _NUMBER] = None


@command("debate leave")
class LeaveDebate:
    """Give your seat back."""

    debate: Annotated[int | None, _NUMBER] = None


@command("debate brief")
class Brief:
    """What you need for your seat: motion, duty, time, length, and evidence for your side."""

    debate: Annotated[int | None, _NUMBER] = None


@command("debate draft", example="Open weights can be studied by anybody …")
class DraftSpeech:
    """Keep a draft of your next speech, with its words counted and its quotations checked.

    If your time runs out, the draft is taken as your speech. Without text it shows the draft that is kept.
    """

    text: Annotated[str | None, Option("The draft", most=SPEECH, rest=True)] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("debate speak")
class Speak:
    """Give your speech, when it is your turn.

    Words in quotation marks are looked up in the articles first; you are told which do not stand there.
    """

    text: Annotated[str, Option("Your speech", least=1, most=SPEECH, rest=True)]
    anyway: Annotated[bool, Option("Post it even if a quotation is not in the articles")] = False
    debate: Annotated[int | None, _NUMBER] = None


@command("debate submit")
class SubmitDraft:
    """Give the draft that is kept as your speech, when it is your turn."""

    anyway: Annotated[bool, Option("Post it even if a quotation is not in the articles")] = False
    debate: Annotated[int | None, _NUMBER] = None


@command("debate yield")
class YieldTurn:
    """Give up your turn, or the rest of your questions."""

    debate: Annotated[int | None, _NUMBER] = None


@command("debate prepare", example="2")
class Prepare:
    """Take minutes from your side's time to prepare, in formats that have some, before you speak."""

    minutes: Annotated[int, Option("Minutes", least=1, most=60)] = 1
    debate: Annotated[int | None, _NUMBER] = None


@command("debate more")
class MoreTime:
    """Ask for more time in your turn, once; the other side gets as much."""

    debate: Annotated[int | None, _NUMBER] = None


@command("debate question", example="for Who pays for the openness?")
class AskSide:
    """Put a question to one side; it is answered when the format comes to questions."""

    side: Annotated[str, Option("Side, such as for or against", most=40, suggest="side")]
    text: Annotated[str, Option("Your question", least=1, most=300, rest=True)]
    debate: Annotated[int | None, _NUMBER] = None


@command("debate vote", example="for")
class Vote:
    """Vote for or against the motion, or undecided; secret, and changeable until the ballot closes.

    Without a choice it shows your own votes, to you alone.
    """

    choice: Annotated[Choice | None, Option("Your vote")] = None
    debate: Annotated[int | None, _NUMBER] = None


@command("debate catchup")
class CatchUp:
    """What has been said so far, in a few lines."""

    debate: Annotated[int | None, _NUMBER] = None


@command("debate transcript")
class Transcript:
    """Everything that was said, with its sources."""

    debate: Annotated[int | None, _NUMBER] = None
    out: Annotated[Path | None, Option("Folder to write it into, as Markdown and JSON Lines")] = None
