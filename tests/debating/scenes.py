"""A debate made by hand, for what is shown and kept of one: the quick format, a person against a model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.debating.events import BOT, Actor, At, Event, Opened, Recorded, Spoken
from bot.debating.format import Format, Pace
from bot.debating.motion import Case, Motion
from bot.debating.plan import slots
from bot.debating.reading import read_format
from bot.debating.speech import Cards, Citation, Holder, Machine, Person, Speech
from bot.debating.state import DebateState, Delivered, Phase

FORMATS = Path(__file__).parents[2] / "formats"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

ADA = Person("m1", "Ada")
LLAMA = Machine("local", "llama3.1:8b", "on this machine (Ollama)", "open")
MODERATOR = Actor("m9", "Mo")
MOTION = Motion(
    text="This house believes that open weights have done more for AI research than closed models.",
    id="research",
    definitions={"open weights": "weights that anybody may download and run"},
    pro=Case(burden="that open weights led to results that closed models did not"),
    con=Case(burden="that the larger advances came from closed models"),
)
GROK = Citation(
    n=1,
    article=4,
    revision=9,
    start=120,
    end=187,
    quote="Grok-1 was released with its weights\nand architecture under Apache 2.0.",
    title="What was released with Grok-1",
    author="Rostrum",
    date="2024-03-17",
    url="https://example.org/grok-1",
)
NTIA = Citation(
    n=2,
    article=5,
    revision=11,
    start=40,
    end=88,
    quote="The evidence is not sufficient to restrict them.",
    title="NTIA on open weights",
)


def quick() -> Format:
    """The shipped format `quick`."""
    return read_format((FORMATS / "quick.toml").read_text(encoding="utf-8"))


def debate(**changes: Any) -> DebateState:
    """A live debate in which nobody has spoken yet; Ada for the motion, a model against it."""
    format = changes.pop("format", None) or quick()
    usual: dict[str, Any] = {
        "seq": 1,
        "phase": Phase.LIVE,
        "motion": MOTION,
        "format": format,
        "pace": Pace.CHAT,
        "slots": slots(format, Pace.CHAT),
        "live": True,
        "attended": True,
        "audience": None,
        "breather_s": 60,
        "seats": {"for.1": ADA, "against.1": LLAMA},
        "opened": NOON,
        "since": NOON,
    }
    return DebateState(**{**usual, **changes})


def speech(text: str = "Open weights can be studied.", by: Holder = ADA, **changes: Any) -> Speech:
    """A short speech."""
    return Speech(text=text, words=len(text.split()), by=by, **changes)


def card(*sources: Citation) -> Speech:
    """What is read from evidence cards."""
    lines = [f"A claim\n> {' '.join(one.quote.split())} [{one.n}]" for one in sources]
    return Speech(text="\n\n".join(lines), words=20, by=Cards(), sources=sources)


def delivered(place: int, said: Speech, *, seq: int | None = None, **changes: Any) -> Delivered:
    """A speech at the place of a slot, by the seat whose turn it is there."""
    seat = slots(quick(), Pace.CHAT)[place].seat or ""
    at = NOON + timedelta(minutes=3 * (place + 1))
    usual: dict[str, Any] = {"seq": seq or place + 2, "seat": seat, "opened": at, "posted": at}
    return Delivered(at=At(place), speech=said, **{**usual, **changes})


def heard(*said: Speech, **changes: Any) -> DebateState:
    """A debate with these speeches, one a slot."""
    speeches = tuple(delivered(place, one) for place, one in enumerate(said))
    return debate(seq=len(said) + 1, speeches=speeches, **changes)


def opening() -> Opened:
    """The first event: Ada for the motion, a model against it."""
    return Opened(
        motion=MOTION,
        format=quick().text,
        pace=Pace.CHAT,
        live=True,
        attended=True,
        audience=None,
        breather_s=60,
        seats={"for.1": ADA, "against.1": LLAMA},
    )


def recorded(event: Event, *, seq: int = 40, by: Actor = BOT) -> Recorded:
    """An event in its place."""
    return Recorded(seq=seq, at=NOON + timedelta(minutes=30), actor=by, event=event)


def spoken(state: DebateState) -> list[Recorded]:
    """The events of a debate's speeches."""
    return [
        Recorded(seq=one.seq, at=one.posted, actor=BOT,
                 event=Spoken(at=one.at, seat=one.seat, speech=one.speech))
        for one in state.speeches
    ]  # fmt: skip


def with_struck(state: DebateState, *places: int, reason: str = "off topic") -> DebateState:
    """The same debate, those speeches struck."""
    changed = tuple(
        replace(
            one, struck=reason if place in places else one.struck, struck_by="Mo" if place in places else ""
        )
        for place, one in enumerate(state.speeches)
    )
    return replace(state, speeches=changed)
