"""How the commands of a debate answer, to the person who typed them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from bot.chair import posts
from bot.chair.quotes import CheckedSpeech
from bot.chair.sitting import Sitting
from bot.chat.prose import escape
from bot.chat.reply import (
    Actions,
    Block,
    Button,
    Fact,
    Facts,
    Heading,
    Progress,
    Prose,
    Reply,
    reply,
)
from bot.chat.typed import as_line
from bot.debating import record
from bot.debating.ballots import Choice
from bot.debating.describing import holder_title, seat_title, slot_title
from bot.debating.events import Actor
from bot.debating.motion import Case
from bot.debating.speech import Citation, Holder, Person
from bot.debating.state import Ballot, DebateState, Delivered, Phase
from bot.ports import Outline

_PHASES = {
    Phase.LOBBY: "open for votes and seats",
    Phase.LIVE: "under way",
    Phase.POST_VOTE: "the second vote is open",
    Phase.JUDGING: "the votes are being counted",
    Phase.CLOSED: "over",
    Phase.CANCELLED: "called off",
    Phase.ABANDONED: "given up",
}


def done(text: str) -> Reply:
    """One plain line."""
    return reply(Prose(text), data={"done": text})


def opened(sitting: Sitting) -> Reply:
    """A debate was opened; its announcement is posted beside this."""
    return reply(
        Prose(f"Debate {sitting.number} is open."),
        data={"debate": sitting.number, "motion": sitting.state.motion.text},
    )


def under_way(sitting: Sitting) -> Reply:
    """How far a debate has come that is run to its end."""
    state = sitting.state
    done = sum(1 for slot in state.slots if slot.index < state.next.slot)
    return reply(Progress(f"Debate {sitting.number}: {_now(state)}", done, len(state.slots)))


def _now(state: DebateState) -> str:
    if state.turn and state.turn.seat:
        return f"{slot_title(state, state.turn.at)}, {seat_title(state.format, state.turn.seat)}"
    return _PHASES[state.phase]


def finished(sitting: Sitting, card: Reply, out: Path | None) -> Reply:
    """The result of a debate that was run to its end."""
    told = tuple(block for block in card.blocks if not isinstance(block, Actions))
    where = (Prose(f"The record is in {escape(str(out))}."),) if out else ()
    more = Prose(f"`/debate transcript {sitting.number}` shows what was said.")
    lines = [asdict(line) for line in record.lines(sitting.number, sitting.state)]
    data = {**(card.data or {}), "speeches": lines, "out": str(out) if out else None}
    return reply(*told, *(where or (more,)), data=data)


def joined(sitting: Sitting, actor: Actor) -> Reply:
    """A seat was taken."""
    state = sitting.state
    seat = next(s for s, held in state.seats.items() if isinstance(held, Person) and held.id == actor.id)
    text = (
        f"You speak **{escape(seat_title(state.format, seat))}**. `/debate brief` tells what you need, "
        "`/debate draft …` keeps what you mean to say."
    )
    return reply(Prose(text), data={"debate": sitting.number, "seat": seat})


def left() -> Reply:
    """A seat was given back."""
    return done("Your seat is free again.")


def brief(sitting: Sitting, seat: str, found: Sequence[tuple[str, Citation]]) -> Reply:
    """What a seat holder needs."""
    state = sitting.state
    case = state.motion.case(state.format.side(seat).stance)
    first = state.turn.at.slot if state.turn else state.next.slot
    turns = [slot for slot in state.slots[first:] if slot.seat == seat]
    rows = [Fact("Your seat", seat_title(state.format, seat))]
    if case.burden:
        rows.append(Fact("To show", case.burden))
    rows += [Fact(slot.title, f"{slot.words} words, {_minutes(slot.seconds)}") for slot in turns[:6]]
    rows += [Fact(f"“{word}”", meaning) for word, meaning in state.motion.definitions.items()]
    return reply(
        Heading(state.motion.text),
        Facts(tuple(rows)),
        *_evidence(found, case),
        data={"seat": seat, "evidence": [citation.quote for _, citation in found]},
        private=True,
    )


def _evidence(found: Sequence[tuple[str, Citation]], case: Case) -> list[Block]:
    if not found:
        words = f" Try `/search {escape(case.words.split()[0])}`." if case.words else ""
        return [Prose(f"I know no more evidence for your side.{words}")]
    lines = [f"- **{escape(claim)}** “{escape(one.quote)}” ({escape(one.title)})" for claim, one in found]
    return [Prose("Evidence for your side:\n" + "\n".join(lines))]


def draft(sitting: Sitting, checked: CheckedSpeech, words: int) -> Reply:
    """A draft with its words counted and its quotations checked."""
    over = checked.words - words
    count = f"**{checked.words} of {words} words**" + (f", {over} too many" if over > 0 else "")
    quoted = len(checked.speech.sources)
    good = f"{quoted} quotation{'s' if quoted != 1 else ''} found in the articles"
    return reply(
        Prose(f"Draft kept: {count}; {good}."),
        *_faults(checked),
        Actions((Button("Give it as my speech", as_line("debate submit", {"debate": str(sitting.number)})),)),
        data={"words": checked.words, "of": words, "faults": [one.why for one in checked.faults]},
        private=True,
    )


def _faults(checked: CheckedSpeech) -> list[Block]:
    if not checked.faults:
        return []
    lines = [f"- {escape(one.told)}" for one in checked.faults]
    return [Prose("\n".join(lines))]


def doubtful(sitting: Sitting, checked: CheckedSpeech) -> Reply:
    """Quotations that are not in the articles; nothing was posted yet."""
    as_it_is = as_line("debate submit", {"anyway": "yes", "debate": str(sitting.number)})
    return reply(
        Prose("**Not posted yet**, but kept as your draft:"),
        *_faults(checked),
        Prose("Mend it and speak again, or post it as it is; what is not found is marked then."),
        Actions((Button("Post it as it is", as_it_is),)),
        data={"posted": False, "faults": [one.why for one in checked.faults]},
        private=True,
    )


def spoken(checked: CheckedSpeech) -> Reply:
    """A speech was taken."""
    return reply(
        Prose(f"Posted; {checked.words} words counted."), data={"posted": True, "words": checked.words}
    )


def more_time(sitting: Sitting) -> Reply:
    """There is more time in the open turn."""
    turn = sitting.state.turn
    until = f"until {turn.deadline:%H:%M} UTC" if turn and turn.deadline else "as long as it takes"
    return done(f"There is time {until}.")


def voted(choice: Choice, before: Choice | None, ballot: Ballot, *, alone: bool) -> Reply:
    """A vote was kept; told to the voter `alone` there, whose vote closes the ballot, or among others."""
    until = "until the debate starts" if ballot is Ballot.PRE else "until the vote closes"
    if before is None:
        text = f"Your vote: **{choice.value}**." + ("" if alone else f" You can change it {until}.")
    elif before is choice:
        text = f"Your vote is **{choice.value}**, as before."
    else:
        text = f"Changed your vote to **{choice.value}**."
    return reply(Prose(text), data={"vote": choice.value, "ballot": ballot.value}, private=True)


def own_votes(sitting: Sitting, own: Mapping[Ballot, Choice]) -> Reply:
    """A member's own votes, to them alone, and buttons to vote while a ballot is open."""
    return replace(posts.own_vote(sitting.number, sitting.state, own), private=True)


def asked(sitting: Sitting) -> Reply:
    """A question waits."""
    return done("Your question is in the queue.")


def listed(debates: Sequence[Outline]) -> Reply:
    """Debates, newest first."""
    if not debates:
        return reply(Prose("There has been no debate here yet. `/debate start` opens one."), data=[])
    rows = tuple(Fact(str(one.id), f"{one.motion}\n{_outlined(one)}") for one in debates)
    data = [{"debate": one.id, "motion": one.motion, "phase": one.phase.value} for one in debates]
    return reply(Heading("Debates"), Facts(rows), data=data)


def _outlined(one: Outline) -> str:
    stands = "paused" if one.paused else _PHASES[one.phase]
    sentence = str((one.result or {}).get("sentence", ""))
    return " · ".join(filter(None, [f"{one.opened_at:%Y-%m-%d %H:%M} UTC", one.format, stands, sentence]))


def status(sitting: Sitting, turnout: int | None, now: datetime) -> Reply:
    """Where a debate stands."""
    state = sitting.state
    stands = f"paused: {state.pause.reason or 'by a moderator'}" if state.pause else _PHASES[state.phase]
    rows = [Fact("Debate", f"{sitting.number}, {state.format.name}"), Fact("Stands", stands)]
    if state.turn and state.turn.seat:
        left = f", {_left(state.turn.deadline, now)}" if state.turn.deadline else ""
        rows.append(Fact("Now", f"{_now(state)}{left}"))
    rows += [Fact(seat_title(state.format, seat), holder_title(held)) for seat, held in state.seats.items()]
    if turnout is not None:
        rows.append(Fact("Votes", f"{turnout} so far; how they went shows at the end"))
    waiting = sum(not one.taken for one in state.questions)
    if waiting:
        rows.append(Fact("Questions", f"{waiting} waiting"))
    rows += _ahead(state)
    data = {"debate": sitting.number, "phase": state.phase.value, "speeches": len(state.speeches)}
    return reply(Heading(state.motion.text), Facts(tuple(rows)), data={**data, "turnout": turnout})


def control(sitting: Sitting, turnout: int | None, now: datetime) -> Reply:
    """The moderator's card: where a debate stands, and what they can do about it."""
    told = status(sitting, turnout, now)
    buttons = posts.of_moderator(sitting.number, sitting.state)
    more = [Actions(buttons)] if buttons else [Prose("There is nothing to moderate just now.")]
    return replace(told, blocks=(*told.blocks, *more), private=True)


def _ahead(state: DebateState) -> list[Fact]:
    if state.phase.is_over:
        return []
    coming = [
        f"{slot.title}{f', {seat_title(state.format, slot.seat)}' if slot.seat else ''}"
        for slot in state.slots[state.next.slot :][:3]
    ]
    return [Fact("Next", "; ".join(coming))] if coming else []


def _left(deadline: datetime, now: datetime) -> str:
    seconds = max(0, int((deadline - now).total_seconds()))
    if seconds >= 7200:
        return f"{seconds // 3600} h left"
    return f"{seconds // 60} min {seconds % 60} s left" if seconds >= 60 else f"{seconds} s left"


def _minutes(seconds: int) -> str:
    if seconds >= 7200:
        return f"{seconds // 3600} h"
    return f"{seconds / 60:.3g} min"


LINES = 5


def catch_up(sitting: Sitting) -> Reply:
    """The last few speeches, a line each."""
    state = sitting.state
    said = [one for one in state.speeches if one.struck is None][-LINES:]
    if not said:
        return reply(Prose(f"Nothing has been said yet; the debate is {_PHASES[state.phase]}."), data=[])
    lines = [
        f"- **{escape(slot_title(state, one.at))}, {escape(seat_title(state.format, one.seat))}:** "
        f"{escape(_first_words(one.speech.text))}"
        for one in said
    ]
    left = len(state.speeches) - len(said)
    before = [Prose(f"{left} more before these; `/debate transcript` has all.")] if left > 0 else []
    return reply(Heading(state.motion.text), Prose("\n".join(lines)), *before, data=lines)


_MARKS = re.compile(r"^> |\s*\[\d+\]|[*_`\\]", re.MULTILINE)
_FIRST_WORDS = 30


def _first_words(text: str) -> str:
    words = _MARKS.sub("", text).split()
    return " ".join(words[:_FIRST_WORDS]) + (" …" if len(words) > _FIRST_WORDS else "")


def _shown(one: Delivered, state: DebateState) -> Sequence[Block]:
    """A speech as it was posted; of a struck one its place and the reason."""
    if one.struck is None:
        return posts.speech(one, state)
    where = f"{slot_title(state, one.at)} · {seat_title(state.format, one.seat)}"
    why = f": {escape(one.struck)}" if one.struck else ""
    return (Heading(where), Prose(f"Struck from the record by {escape(one.struck_by)}{why}."))


def transcript(sitting: Sitting) -> Reply:
    """All speeches, as they were posted; in a shell the Markdown file."""
    state = sitting.state
    blocks = [block for one in state.speeches for block in _shown(one, state)]
    whole = record.as_markdown(sitting.number, state, sitting.recorded)
    data = [asdict(line) for line in record.lines(sitting.number, state)]
    nothing: list[Block] = [Prose("Nothing has been said yet.")]
    shown = reply(Heading(state.motion.text), *(blocks or nothing), data=data)
    return Reply(shown.blocks, data=data, verbatim=whole)


def written(out: Path) -> Reply:
    """The record was written."""
    return reply(Prose(f"The record is in {escape(str(out))}."), data={"out": str(out)})


def paused() -> Reply:
    """The clocks stand."""
    return done("Paused. `/moderate resume` lets it go on.")


def struck(sitting: Sitting, which: int) -> Reply:
    """A speech is out of the record."""
    back = as_line("moderate restore", {"speech": str(which), "debate": str(sitting.number)})
    undo = Button("Put it back", back)
    return reply(
        Prose(f"Speech {which} is struck; its place stays."), Actions((undo,)), data={"struck": which}
    )


def replaced(sitting: Sitting, seat: str, holder: Holder) -> Reply:
    """Somebody else holds a seat."""
    return done(f"{escape(seat)}: now {escape(holder_title(holder))}.")


def ended(sitting: Sitting) -> Reply:
    """What ending came to."""
    return done(f"Debate {sitting.number}: {_PHASES[sitting.state.phase]}.")
