"""The record of a debate as a page of Markdown: who argued what, what was said and happened, the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.debating.describing import seat_title, slot_title
from bot.debating.events import Closed, Opened, Recorded, SeatTaken, Spoken
from bot.debating.happenings import happening
from bot.debating.markdown import Page, literal, paragraphs, title
from bot.debating.outcome import figures
from bot.debating.pieces import is_within, pieces
from bot.debating.speech import Citation, Holder, Person, Speech, Vacant
from bot.debating.state import DebateState, Delivered
from bot.debating.wording import counted, credit, day_and_time, reference

Span = tuple[int, int, int]
"""Where a quotation stands: revision, start and end."""


def markdown(number: int, state: DebateState, recorded: Sequence[Recorded], *, chain: str) -> str:
    """The page; `chain` is the hash that the record's chain ends with."""
    page = Page()
    _about(page, number, state, recorded)
    _said(page, state, recorded)
    _result(page, state, recorded)
    page.say("## Check", f"\nThe chain of hashes over {counted(len(state.speeches), 'speech', 'speeches')}"
             f" ends with `{chain}`.")  # fmt: skip
    return page.text()


def _about(page: Page, number: int, state: DebateState, recorded: Sequence[Recorded]) -> None:
    motion = state.motion
    page.say(f"# {title(motion.text)}")
    page.say(f"Debate {number} · {title(state.format.name)} · opened {day_and_time(state.opened)}")
    if motion.definitions:
        page.say("## What the words mean")
        page.say(*(f"- **{title(word)}**: {title(what)}" for word, what in motion.definitions.items()))
    burdens = [(side.label, motion.case(side.stance).burden) for side in state.format.sides]
    if any(burden for _, burden in burdens):
        page.say("## What each side has to show")
        page.say(*(f"- **{title(label)}**: {title(burden)}" for label, burden in burdens if burden))
    page.say("## Who argued")
    page.say(*(f"- **{title(seat_title(state.format, seat))}**: {', then '.join(names)}"
               for seat, names in _holders(state, recorded).items()))  # fmt: skip


def _holders(state: DebateState, recorded: Sequence[Recorded]) -> dict[str, list[str]]:
    """Who held which seat, one after the other."""
    held: dict[str, list[Holder]] = {seat: [] for seat in state.seats}
    for one in recorded:
        match one.event:
            case Opened(seats=seats):
                held = {seat: [holder] for seat, holder in seats.items()}
            case SeatTaken(seat=seat, holder=holder):
                held[seat].append(holder)
    for seat, holder in state.seats.items():
        held[seat] = held[seat] or [holder]
    return {seat: _names(holders) for seat, holders in held.items()}


def _names(holders: Sequence[Holder]) -> list[str]:
    filled = [holder for holder in holders if not isinstance(holder, Vacant)]
    names = [title(credit(holder)) for holder in filled or holders]
    return [name for place, name in enumerate(names) if name not in names[max(0, place - 1) : place]]


def _said(page: Page, state: DebateState, recorded: Sequence[Recorded]) -> None:
    page.say("## What was said")
    numbered = {one.seq: (number, one) for number, one in enumerate(state.speeches, start=1)}
    quoted: dict[Span, str] = {}
    for one in recorded:
        if isinstance(one.event, Spoken) and one.seq in numbered:
            number, delivered = numbered[one.seq]
            _speech(page, number, delivered, state, quoted)
        elif told := happening(one, state):
            page.say(f"*{day_and_time(one.at)}* · {title(told)}")


def _speech(
    page: Page, number: int, delivered: Delivered, state: DebateState, quoted: dict[Span, str]
) -> None:
    speech = delivered.speech
    name = f"{slot_title(state, delivered.at)} · {seat_title(state.format, delivered.seat)}"
    page.say(f"### {number}. {title(name)}")
    by = f"{title(credit(speech.by))} · {day_and_time(delivered.posted)}"
    if delivered.struck is not None:
        page.say(by)
        page.say(f"*Struck from the record by {title(delivered.struck_by or 'a moderator')}:"
                 f" {title(delivered.struck or 'no reason given')}*")  # fmt: skip
        return
    page.say(f"{by} · {counted(speech.words, 'word')}")
    if delivered.question:
        _question(page, delivered, state)
    _words(page, f"{number}. {title(name)}", speech, quoted)
    for note in speech.notes:
        page.say(f"*{title(note)}*")


def _question(page: Page, delivered: Delivered, state: DebateState) -> None:
    """What was to be answered, unless it was a speech that has been struck since."""
    struck = (one.speech.text for one in state.speeches if one.struck is not None)
    withheld = any(is_within(text, delivered.question) for text in struck)
    asked = "(struck from the record)" if withheld else title(delivered.question)
    page.say(f"**Question{f' from {title(delivered.asked_by)}' if delivered.asked_by else ''}:** {asked}")


def _words(page: Page, where: str, speech: Speech, quoted: dict[Span, str]) -> None:
    """The text, its card quotations in their places, all other quotations below it."""
    shown: set[Span] = set()
    for piece in pieces(speech):
        if isinstance(piece, Citation):
            _quote(page, where, piece, quoted)
            shown.add(_span(piece))
            continue
        for paragraph in _own(piece, speech.by):
            page.say(paragraph)
    for source in speech.sources:
        if _span(source) not in shown:
            _quote(page, where, source, quoted)


def _own(text: str, by: Holder) -> Iterator[str]:
    """A person's words letter by letter; of others' the emphasis is kept."""
    return iter([literal(text)]) if isinstance(by, Person) else paragraphs(text)


def _quote(page: Page, where: str, source: Citation, quoted: dict[Span, str]) -> None:
    """A quotation the first time that it is used; later, where it stands."""
    span = _span(source)
    if span in quoted:
        page.say(f"— [{source.n}] {title(reference(source))} (quoted above, in {quoted[span]})")
        return
    quoted[span] = where
    page.quote(source.quote, f"— [{source.n}] {title(reference(source))}")


def _span(source: Citation) -> Span:
    return source.revision, source.start, source.end


def _result(page: Page, state: DebateState, recorded: Sequence[Recorded]) -> None:
    result: Mapping[str, Any] | None = state.result
    if result is None:
        return
    page.say("## Result")
    page.say(title(str(result.get("sentence", ""))))
    page.say(*(f"- {title(label)}: {title(value)}" for label, value in figures(result, state.format)))
    for one in recorded:
        if isinstance(one.event, Closed) and one.event.judge:
            page.say(f"Judge: {title(one.event.judge)}")
