"""What is said in a debate's thread: for every event the right words, and no votes before the close."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.chair import posts
from bot.chat.catalog import Catalog
from bot.chat.codec import decode, encode
from bot.chat.prose import Span, parse
from bot.chat.reply import (
    Actions,
    Button,
    Fact,
    Facts,
    Heading,
    Mention,
    Picture,
    Prose,
    Quote,
    Reply,
    Sources,
)
from bot.chat.typed import from_line
from bot.debating.applying import fold
from bot.debating.ballots import Cast, Choice, result
from bot.debating.events import (
    Abandoned,
    Asked,
    At,
    Called,
    Cancelled,
    Closed,
    Event,
    Extended,
    Failed,
    Paused,
    Prepared,
    Recorded,
    Restored,
    Resumed,
    SeatLeft,
    SeatTaken,
    Skipped,
    SpeechesOver,
    Spoken,
    Started,
    Struck,
    VoteClosed,
    Waited,
)
from bot.debating.format import Kind
from bot.debating.record import as_markdown
from bot.debating.speech import Cards, Person, Vacant
from bot.debating.state import Ballot, DebateState, Open, Pause, Phase
from bot.features.debate import command, powers
from bot.plain import plain
from bot.platforms.terminal.render import render
from tests.debating.scenes import (
    ADA,
    GROK,
    LLAMA,
    MODERATOR,
    MOTION,
    NOON,
    NTIA,
    card,
    debate,
    delivered,
    heard,
    opening,
    recorded,
    speech,
)

MODEL = "llama3.1:8b on this machine (Ollama), open weights, argues the side it was given"
SOON = NOON + timedelta(minutes=5)
CATALOG = Catalog(
    thing for module in (command, powers) for thing in vars(module).values() if hasattr(thing, "__declared__")
)


def open_turn(state: DebateState, place: int = 0) -> DebateState:
    turn = Open(at=At(place), seat=state.slots[place].seat, since=NOON, deadline=SOON, seconds=180, words=150)
    return replace(state, turn=turn)


def called(place: int = 0, **changes: Any) -> Called:
    usual: dict[str, Any] = {"at": At(place), "seat": "for.1", "deadline": SOON, "seconds": 180, "words": 150}
    return Called(**{**usual, **changes})


def told(event: Event, state: DebateState | None = None, by: Any = MODERATOR, seq: int = 40) -> list[Reply]:
    state = state or debate()
    return list(posts.after(12, [recorded(event, by=by, seq=seq)], open_turn(debate()), state))


def only(event: Event, state: DebateState | None = None) -> Reply:
    [said] = told(event, state)
    return said


def text(said: Reply) -> str:
    """What people read of it, letter by letter."""
    lines: list[str] = []
    for block in said.blocks:
        match block:
            case Heading(words):
                lines.append(words)
            case Prose(words):
                lines += ["".join(span.text for span in part.spans) for part in parse(words)]
            case Quote(words, n):
                lines.append(f"“{words}” [{n}]")
            case Mention(name=name):
                lines.append(f"@{name}")
            case Facts(rows):
                lines += [f"{row.label}: {row.value}" for row in rows]
    return "\n".join(lines)


def pressed(said: Reply) -> list[Button]:
    return [button for block in said.blocks if isinstance(block, Actions) for button in block.buttons]


def labels(said: Reply) -> list[str]:
    return [button.label for button in pressed(said)]


def actions(said: Reply) -> list[str]:
    return [button.action for button in pressed(said)]


def spoken(said: Any, place: int = 0) -> Reply:
    one = delivered(place, said, seq=40)
    state = replace(debate(), speeches=(one,))
    return only(Spoken(at=one.at, seat=one.seat, speech=said), state)


FIVE = [Cast(before=Choice.UNDECIDED, after=Choice.FOR)] * 5 + [
    Cast(before=Choice.AGAINST, after=Choice.AGAINST)
]


def closed(casts: list[Cast], **changes: Any) -> DebateState:
    return heard(speech(), phase=Phase.CLOSED, result=result(casts).as_data(), **changes)


LOBBY = debate(phase=Phase.LOBBY, closes=SOON, seats={"for.1": Vacant(), "against.1": LLAMA})
EVERY: list[tuple[Event, DebateState]] = [
    (opening(), LOBBY),
    (SeatTaken(seat="for.1", holder=ADA), LOBBY),
    (SeatTaken(seat="for.1", holder=Vacant(), reason="Ada is away"), LOBBY),
    (SeatLeft(seat="for.1"), LOBBY),
    (Started(early=True), debate()),
    (called(), debate()),
    (Waited(at=At(0), rung=0, deadline=SOON), debate()),
    (Failed(at=At(1), attempt=1, kind="blank", why=""), debate()),
    (Spoken(at=At(0), seat="for.1", speech=speech()), debate(speeches=(delivered(0, speech(), seq=40),))),
    (Skipped(at=At(0), reason="no show"), debate()),
    (Extended(at=At(0), seconds=60, deadline=SOON, held=True), debate()),
    (Prepared(at=At(0), seconds=60, deadline=SOON), debate()),
    (Asked(number=1, side="against", text="Who pays?", name="Bea"), debate()),
    (Paused(kind="model", reason="it is busy"), debate()),
    (Resumed(seconds=60), debate()),
    (Struck(speech=2, reason="insults"), heard(speech())),
    (Restored(speech=2, reason="a mistake"), heard(speech())),
    (SpeechesOver(closes=SOON), debate(phase=Phase.POST_VOTE)),
    (VoteClosed(), debate(phase=Phase.JUDGING)),
    (Closed(result=result(FIVE).as_data()), closed(FIVE)),
    (Cancelled(reason="nobody came"), debate(phase=Phase.CANCELLED)),
    (Abandoned(reason="paused for a week"), debate(phase=Phase.ABANDONED)),
]  # fmt: skip


def test_every_kind_of_event_is_among_those_tried_here() -> None:
    assert {type(event) for event, _ in EVERY} == set(get_args(Event))


HEADS = [
    LOBBY,
    debate(seats={"for.1": Vacant(), "against.1": LLAMA}),
    debate(phase=Phase.POST_VOTE, closes=SOON),
    heard(speech(), phase=Phase.JUDGING),
    debate(phase=Phase.CANCELLED, ended_because="nobody came"),
    heard(speech(), phase=Phase.ABANDONED, ended_because="paused for a week"),
]


def everything() -> list[Reply]:
    said = [one for event, state in EVERY for one in told(event, state)]
    spare = debate(format=replace(debate().format, judged=True))
    asked = heard(speech("Why?"))
    return [
        *said,
        *(posts.head(12, state) for state in HEADS),
        posts.announcement(12, LOBBY, calls=11, tokens=24_000),
        posts.announcement(12, debate(attended=False, phase=Phase.LOBBY)),
        posts.warning(12, open_turn(spare), 90),
        posts.own_vote(12, LOBBY, {Ballot.PRE: Choice.FOR}),
        posts.result_card(12, closed(FIVE), [Picture(path="/x/swing.png", alt="Five moved.")]),
        only(called(question="Who pays?", asked_by="Bea"), asked),
        only(called(1, seat="against.1"), debate()),
        only(called(), LOBBY),
        spoken(card(GROK, NTIA), 1),
        spoken(speech("Yes. [1]", LLAMA, sources=(GROK,), notes=("cut",)), 1),
    ]


@pytest.mark.parametrize("said", everything(), ids=lambda said: str(said.data.get("event", "votes")))
def test_every_button_reads_back_as_a_command_with_the_number_of_the_debate(said: Reply) -> None:
    for button in pressed(said):
        assert len(button.action) <= 100
        typed = from_line(CATALOG, button.action)
        assert typed.values["debate"] == "12"
        assert {parameter.name for parameter in typed.command.parameters} >= typed.values.keys()


@pytest.mark.parametrize("said", everything(), ids=lambda said: str(said.data.get("event", "votes")))
def test_every_post_can_wait_in_the_outbox_and_says_the_same_to_programs(said: Reply) -> None:
    assert decode(encode(said)).blocks == said.blocks
    assert json.loads(json.dumps(said.data))["debate"] == 12


@pytest.mark.parametrize("said", everything(), ids=lambda said: str(said.data.get("event", "votes")))
@pytest.mark.parametrize("width", [40, 28])
def test_every_post_can_be_read_on_a_phone(said: Reply, width: int) -> None:
    lines = render(said, Console(width=width), width)
    assert all(len(line.plain) <= width for line in lines if "http" not in line.plain)
    assert all(
        len(row.label) <= 24 for block in said.blocks if isinstance(block, Facts) for row in block.rows
    )


@pytest.mark.parametrize(("event", "state"), EVERY, ids=lambda one: type(one).__name__)
def test_nothing_tells_of_ballots_before_the_close(event: Event, state: DebateState) -> None:
    with_votes = replace(state, result=result(FIVE).as_data())
    assert [text(said) for said in told(event, with_votes)] == [text(said) for said in told(event, state)]
    assert all("swing" not in json.dumps(said.data).casefold() for said in told(event, with_votes))


def test_the_announcement_says_what_who_how_long_and_what_it_costs() -> None:
    said = posts.announcement(12, LOBBY, calls=11, tokens=24_000)
    assert text(said).splitlines() == [
        MOTION.text,
        "Debate 12 · Quick: 8 turns, at most 150 words each, about 18 min",
        "For the motion: open seat",
        f"Against the motion: {MODEL}",
        "For the motion has to show: that open weights led to results that closed models did not",
        "Against the motion has to show: that the larger advances came from closed models",
        "About 11 calls and 24,000 tokens.",
        "Vote first: what do you think now? It is secret, and you can change it, until 12:05 UTC.",
    ]
    assert labels(said) == [
        "I am for", "I am against", "Undecided", "My vote", "Start now", "Take the seat: For the motion",
        "Moderate",
    ]  # fmt: skip
    assert actions(said)[0] == "debate vote choice:for debate:12"
    assert actions(said)[4:] == [
        "moderate call debate:12", "debate join side:for debate:12", "moderate card debate:12",
    ]  # fmt: skip


def test_the_message_in_the_channel_says_who_argues_and_where_once_it_is_under_way() -> None:
    said = posts.head(12, HEADS[1])
    assert text(said).splitlines() == [
        MOTION.text,
        "Debate 12 · Quick: under way in the thread; the first vote is closed.",
        "For the motion: open seat",
        f"Against the motion: {MODEL}",
    ]
    assert actions(said) == [
        "debate join side:for debate:12", "debate catchup debate:12", "moderate card debate:12",
    ]  # fmt: skip


def test_the_message_in_the_channel_asks_for_the_second_vote() -> None:
    said = posts.head(12, HEADS[2])
    assert text(said).splitlines()[-1] == (
        "What do you think now? Vote again, even if nothing has changed, until 12:05 UTC."
    )
    assert labels(said) == [
        "I am for", "I am against", "Undecided", "My vote", "Close the vote", "Catch up", "Moderate",
    ]  # fmt: skip


def test_a_format_without_a_second_vote_asks_for_none_in_the_channel() -> None:
    voting = replace(debate().format.voting, post_s=0)
    said = posts.head(12, debate(phase=Phase.POST_VOTE, format=replace(debate().format, voting=voting)))
    assert labels(said) == ["Catch up", "Moderate"]


@pytest.mark.parametrize(
    ("state", "stands", "offers"),
    [
        (HEADS[3], "the votes are being counted.", ["Catch up"]),
        (HEADS[4], "called off: nobody came.", []),
        (HEADS[5], "ended without a verdict: paused for a week.", ["Catch up"]),
    ],
)
def test_the_message_in_the_channel_says_how_it_ended(
    state: DebateState, stands: str, offers: list[str]
) -> None:
    said = posts.head(12, state)
    assert text(said).splitlines()[1] == f"Debate 12 · Quick: {stands}"
    assert labels(said) == offers


def test_the_message_in_the_channel_changes_with_phase_seats_and_end_of_the_vote_alone() -> None:
    state = heard(speech())
    others = [{"phase": Phase.JUDGING}, {"seats": {**state.seats, "for.1": Vacant()}}, {"closes": SOON}]
    assert all(posts.is_due(state, replace(state, **other)) for other in others)  # type: ignore[arg-type]
    assert not posts.is_due(state, replace(state, seq=99, speeches=(), questions=(), unread=True))


PAUSED = Pause(kind="moderator", reason="", since=NOON)
STUCK = open_turn(debate(pause=replace(PAUSED, kind="model")), 1)


@pytest.mark.parametrize(
    ("state", "offers"),
    [
        (LOBBY, ["Start now", "Pause", "Call it off"]),
        (debate(), ["Next turn", "Pause", "End the speeches"]),
        (open_turn(debate()), ["Skip this turn", "One more minute", "Pause", "End the speeches"]),
        (replace(LOBBY, pause=PAUSED), ["Go on", "Call it off"]),
        (debate(pause=PAUSED), ["Go on", "End the speeches"]),
        (STUCK, ["Try again", "Read from cards", "Skip", "End the speeches"]),
        (debate(phase=Phase.POST_VOTE, closes=SOON), ["Close the vote", "Pause"]),
        (debate(phase=Phase.POST_VOTE, pause=PAUSED), ["Go on", "Close the vote"]),
        (debate(phase=Phase.JUDGING), []),
        (debate(phase=Phase.CANCELLED), []),
    ],
)
def test_a_moderator_is_offered_what_fits_how_it_stands(state: DebateState, offers: list[str]) -> None:
    assert [button.label for button in posts.of_moderator(12, state)] == offers


def test_a_window_for_the_audience_can_be_closed_or_made_longer() -> None:
    state = open_turn(debate())
    assert state.turn is not None
    window = replace(state, turn=replace(state.turn, seat=None))
    offered = [button.action for button in posts.of_moderator(12, window)]
    assert offered[:2] == ["moderate call debate:12", "moderate extend minutes:1 debate:12"]


def test_a_model_that_is_about_to_speak_is_given_no_more_time() -> None:
    state = open_turn(debate(), 1)
    assert state.turn is not None
    writing = replace(state, turn=replace(state.turn, deadline=None))
    assert [button.label for button in posts.of_moderator(12, writing)][0:2] == ["Skip this turn", "Pause"]


def test_an_announcement_to_nobody_asks_for_no_vote() -> None:
    said = posts.announcement(12, debate(attended=False, phase=Phase.LOBBY))
    assert "Vote" not in text(said)
    assert pressed(said) == []


def test_a_person_is_called_by_name_and_told_what_to_do_how_long_and_until_when() -> None:
    said = only(called(owed_s=60), debate())
    assert Mention(member="m1", name="Ada") in said.blocks
    assert text(said).splitlines()[1] == (
        "Your turn: Opening · For the motion. At most 150 words, 3 min, until 12:05 UTC; 1 min of it "
        "make up for the other side's. Type /debate speak and your words."
    )
    assert actions(said) == ["debate speak debate:12"]


def test_nobody_else_is_mentioned() -> None:
    mentioned = [block for said in everything() for block in said.blocks if isinstance(block, Mention)]
    assert {mention.member for mention in mentioned} == {"m1"}


def test_an_open_seat_can_be_taken() -> None:
    said = only(called(), LOBBY)
    assert "the seat is open" in text(said)
    assert actions(said) == ["debate join side:for debate:12"]


def test_whoever_takes_the_seat_of_an_open_turn_is_called() -> None:
    said = only(SeatTaken(seat="for.1", holder=ADA), open_turn(debate()))
    assert text(said).splitlines()[:2] == ["Seat taken, For the motion: Ada.", "@Ada"]
    assert actions(said) == ["debate speak debate:12"]


def test_a_person_who_is_waited_for_is_told_so() -> None:
    said = only(Waited(at=At(0), rung=0, deadline=SOON), open_turn(debate()))
    assert said.blocks[0] == Mention(member="m1", name="Ada")
    assert actions(said) == ["debate speak debate:12"]


def test_a_window_that_closes_is_said_to() -> None:
    assert text(only(Skipped(at=At(0), reason="time is over"), window(Kind.QUESTIONS))) == (
        "Questions closed, by Mo: time is over."
    )


def test_the_posts_and_the_record_of_a_debate_come_from_its_events_alone() -> None:
    at, by = NOON + timedelta(minutes=1), recorded(opening()).actor
    first = Recorded(seq=1, at=NOON, actor=by, event=opening())
    state = fold([first])
    events: list[Event] = [
        Started(),
        called(),
        Spoken(at=At(0), seat="for.1", speech=speech("Yes. [1]", sources=(GROK,))),
        Struck(speech=4, reason="insults"),
        Restored(speech=4, reason="a mistake"),
    ]
    happened = [Recorded(seq=n, at=at, actor=MODERATOR, event=one) for n, one in enumerate(events, start=2)]
    said = posts.after(12, happened, state, fold([first, *happened]))
    assert [one.data["event"] for one in said] == ["started", "called", "spoken", "struck", "restored"]
    told = as_markdown(12, fold([first, *happened]), [first, *happened])
    assert (
        "Yes. [1]\n\n> Grok-1 was released with its weights and architecture under Apache 2.0.\n— [1]" in told
    )
    assert "Yes." not in as_markdown(12, fold([first, *happened[:-1]]), [first, *happened[:-1]])


def test_a_model_is_said_to_be_writing() -> None:
    assert text(only(called(1, seat="against.1"))) == "llama3.1:8b is writing: Opening · Against the motion."


def test_of_cards_only_the_question_is_said() -> None:
    state = debate(seats={"for.1": Cards(), "against.1": LLAMA})
    assert told(called(), state) == []
    assert text(only(called(question="Who pays?", asked_by="Bea"), state)) == "Question from Bea: Who pays?"


def test_a_question_that_stands_right_above_is_not_said_again() -> None:
    assert "Why?" not in text(only(called(question="Why?"), heard(speech("Why?"))))


def window(kind: Kind) -> DebateState:
    slot = replace(debate().slots[0], kind=kind, seat=None, title="Questions")
    return replace(debate(), slots=(slot,))


def test_the_audience_is_asked_for_questions_while_somebody_waits_for_them() -> None:
    said = only(called(seat=None), window(Kind.QUESTIONS))
    assert actions(said) == ["debate question debate:12"]
    assert told(called(seat=None, deadline=None), window(Kind.QUESTIONS)) == []


def test_time_to_prepare_is_announced() -> None:
    assert text(only(called(seat=None), window(Kind.PREP))).startswith("Time to prepare: 3 min")


def test_a_speech_has_its_place_its_speaker_its_words_and_its_sources() -> None:
    said = spoken(speech("Yes, **this**. [1]", LLAMA, sources=(GROK,), notes=("cut at 150 words",)), 1)
    assert said.blocks[0] == Heading("Opening · Against the motion")
    assert text(said).splitlines()[1:] == [
        MODEL,
        "Yes, this. [1]",
        "cut at 150 words",
    ]
    [sources] = [block for block in said.blocks if isinstance(block, Sources)]
    assert (sources.entries[0].quote, sources.entries[0].url) == (GROK.quote, GROK.url)
    assert (said.data["speech"], said.data["seat"], said.data["words"]) == (1, "against.1", 3)


def test_cards_show_claim_and_quotation() -> None:
    said = spoken(card(GROK, NTIA), 1)
    kinds = [type(block).__name__ for block in said.blocks]
    assert kinds == ["Heading", "Prose", "Prose", "Quote", "Prose", "Quote", "Sources"]
    assert Quote(GROK.quote, 1) in said.blocks


def spans(said: Reply, first: int = 0) -> list[Span]:
    prose = [block for block in said.blocks[first:] if isinstance(block, Prose)]
    return [span for block in prose for part in parse(block.text) for span in part.spans]


@given(st.text(max_size=80).map(plain))
def test_a_persons_words_are_shown_letter_by_letter_under_their_name(words: str) -> None:
    said = spoken(speech(words, Person("m1", "*Ada*\n# Result")))
    assert text(said).splitlines()[1] == "*Ada* # Result"
    shown = spans(said, 2)
    assert not any(span.bold or span.italic or span.code or span.cites for span in shown)
    assert "".join("".join(span.text for span in shown).split()) == "".join(words.split())
    assert not any(isinstance(block, Quote) for block in said.blocks)


def test_a_persons_numbers_point_only_to_their_own_sources() -> None:
    said = spoken(speech("It was released [1], not so [2].", sources=(GROK,)))
    assert [span.cites for span in spans(said) if span.cites] == [1]


@pytest.mark.parametrize("by", [ADA, LLAMA])
def test_a_line_is_a_quotation_only_with_the_very_words_of_its_source(by: Any) -> None:
    real, invented = " ".join(GROK.quote.split()), "Grok-1 was never released."
    said = spoken(speech(f"> {real} [1]\n\n> {invented} [1]", by, sources=(GROK,)))
    assert [block.text for block in said.blocks if isinstance(block, Quote)] == [GROK.quote]
    kinds = {part.kind for block in said.blocks if isinstance(block, Prose) for part in parse(block.text)}
    assert kinds == {"paragraph"}


def test_where_a_model_fails_a_moderator_can_try_again_read_cards_or_skip() -> None:
    before = open_turn(debate(), 1)
    [said] = posts.after(12, [recorded(Paused(kind="model", reason="it is busy"))], before, before)
    assert text(said) == "Paused, as a model could not speak: it is busy."
    assert dict(zip(labels(said), actions(said), strict=True)) == {
        "Try again": "moderate resume debate:12",
        "Read from cards": "moderate replace seat:against.1 by:evidence debate:12",
        "Skip": "moderate skip debate:12",
    }


def test_a_moderators_pause_names_them_and_can_be_ended() -> None:
    said = only(Paused(kind="moderator", reason="a fire drill"))
    assert text(said) == "Paused, by Mo; all clocks stand still: a fire drill."
    assert actions(said) == ["moderate resume debate:12"]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (SeatTaken(seat="for.1", holder=ADA), "Seat taken, For the motion: Ada."),
        (SeatLeft(seat="for.1"), "Seat given back: For the motion."),
        (Started(), "The debate begins, by Mo. 8 turns follow, one after the other."),
        (
            Waited(at=At(0), rung=0, deadline=SOON),
            "Opening · For the motion: nobody has spoken yet; there is time until 12:05 UTC.",
        ),
        (
            Failed(at=At(1), attempt=2, kind="side", why=""),
            "Opening · Against the motion: the model argued for the wrong side (attempt 2).",
        ),
        (
            Skipped(at=At(0), reason="no show", forfeit=True),
            "Opening · For the motion: given up by its side: no show.",
        ),
        (
            Skipped(at=At(0), reason="", through=2),
            "Opening · For the motion to Rebuttal · For the motion: passed over, by Mo.",
        ),
        (
            Extended(at=At(0), seconds=60, deadline=SOON),
            "Opening · For the motion: 1 min more, by Mo, until 12:05 UTC; the other side gets as much.",
        ),
        (
            Prepared(at=At(0), seconds=90, deadline=SOON),
            "Opening · For the motion: 1 min 30 s of the side's own time to prepare, until 12:05 UTC.",
        ),
        (
            Asked(number=2, side="for", text="*Who*\npays?", name="Bea"),
            "Question 2, Bea to For the motion: *Who* pays?",
        ),
        (Resumed(seconds=3600), "It goes on, by Mo; all deadlines are 1 h later."),
        (Cancelled(reason=""), "The debate is called off, by Mo."),
        (
            Abandoned(reason="nobody could speak"),
            "The debate ends here, without a verdict; the votes are kept: nobody could speak.",
        ),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, str) else "",
)
def test_what_happens_is_said_in_a_line(event: Event, said: str) -> None:
    assert text(only(event)) == said


def test_a_strike_and_its_end_name_the_speech_the_moderator_and_the_reason() -> None:
    state = heard(speech("Fools!"))
    struck = only(Struck(speech=2, reason="insults"), state)
    assert text(struck) == "Struck from the record, by Mo: speech 1, Opening · For the motion: insults."
    assert "Fools" not in json.dumps(struck.data)
    assert "Back in the record, by Mo: speech 1" in text(only(Restored(speech=2, reason="a mistake"), state))


def test_when_all_have_spoken_the_second_vote_is_asked_for() -> None:
    said = only(SpeechesOver(closes=SOON))
    assert text(said).startswith("All have spoken. What do you think now?")
    assert labels(said) == ["I am for", "I am against", "Undecided", "My vote", "Close the vote"]
    assert pressed(only(SpeechesOver(closes=None))) == []


@pytest.mark.parametrize("event", [opening(), VoteClosed(), Closed(result={})])
def test_the_announcement_and_the_result_are_posts_of_their_own(event: Event) -> None:
    assert told(event) == []


def test_events_kept_together_are_posted_in_their_order() -> None:
    state = replace(debate(), speeches=(delivered(0, speech(), seq=40),))
    both = [
        recorded(Spoken(at=At(0), seat="for.1", speech=speech())),
        recorded(called(1, seat="against.1"), seq=41),
    ]
    assert [said.data["event"] for said in posts.after(12, both, debate(), state)] == ["spoken", "called"]


def test_a_warning_goes_to_its_speaker_alone() -> None:
    said = posts.warning(12, open_turn(debate()), 90)
    assert said.private
    assert Mention(member="m1", name="Ada") in said.blocks
    assert "1 min 30 s left: Opening · For the motion." in text(said)


def test_without_an_open_turn_there_is_nobody_to_warn() -> None:
    with pytest.raises(ValueError, match="nobody has the floor"):
        posts.warning(12, debate(), 90)


def facts(said: Reply) -> dict[str, str]:
    return {row.label: row.value for block in said.blocks if isinstance(block, Facts) for row in block.rows}


def test_the_result_has_its_sentence_its_figures_what_kind_of_win_and_its_pictures() -> None:
    picture = Picture(path="/x/swing.png", alt="Five moved.")
    state = closed(FIVE)
    said = posts.result_card(12, state, [picture])
    assert state.result is not None
    assert said.blocks[1] == Prose(f"**{state.result['sentence']}**")
    assert picture in said.blocks
    assert facts(said)["For"] == "0 → 5"
    assert facts(said)["Swing"] == "for +83.3, against 0.0 points"
    assert "All votes" not in facts(said)
    assert facts(said)["Decided by"].startswith("swing")
    assert labels(said) == ["Transcript", "Rematch", "My vote"]


def test_below_the_quorum_only_the_turnout_is_told() -> None:
    said = posts.result_card(12, closed(FIVE[:3]), [])
    assert facts(said) == {
        "Voted": "3 before, 3 after, 3 both times",
        "For a verdict": "5 voters needed",
    }


def test_with_many_voters_it_is_told_who_moved_and_how_many_were_won() -> None:
    said = facts(posts.result_card(12, closed(FIVE * 3), []))
    assert said["Moved"] == "against → against: 3; undecided → for: 15"
    assert said["Won for"] == "83.3% of those not on that side before; 100% of these were undecided"


def test_where_nobody_voted_there_are_no_figures() -> None:
    assert facts(posts.result_card(12, closed([]), [])) == {}


def test_where_a_judge_is_foreseen_it_says_that_there_is_none_yet() -> None:
    judged = closed(FIVE, format=replace(debate().format, judged=True))
    assert "No judge yet" in text(posts.result_card(12, judged, []))
    assert "No judge yet" not in text(posts.result_card(12, closed(FIVE), []))


def test_there_is_no_result_card_before_there_is_a_result() -> None:
    with pytest.raises(ValueError, match="has no result"):
        posts.result_card(12, debate(), [])


def test_a_members_own_votes_are_shown_to_them_alone() -> None:
    said = posts.own_vote(12, LOBBY, {Ballot.PRE: Choice.FOR})
    assert said.private
    assert Facts((Fact("Before", "for"), Fact("After", "no vote"))) in said.blocks
    assert labels(said) == ["I am for", "I am against", "Undecided"]
    over = posts.own_vote(12, closed(FIVE), {Ballot.PRE: Choice.FOR})
    assert pressed(over) == []
    assert "You voted “for” before the debate, and not after." in text(over)
