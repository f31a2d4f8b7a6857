"""Every door the inside needs to the outside, on one page. What stands behind each is chosen in `app`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.chat.choices import Choices
from bot.chat.invocation import Invocation, Place
from bot.chat.reply import Picture, Reply
from bot.debating.ballots import Cast, Choice, Result
from bot.debating.events import Actor, Recorded
from bot.debating.events import Event as DebateEvent
from bot.debating.format import Format
from bot.debating.motion import Motion
from bot.debating.state import Ballot, DebateState, Phase
from bot.knowledge.article import Article, Draft, Passage, Revision, Scope
from bot.knowledge.findings import Findings
from bot.model import Completion, Event, Model, Payer, Request, Usage


def scope_of(call: Invocation) -> Scope:
    """What is visible where the answer to an invocation will be posted."""
    return Scope(community=call.place.community, channel=call.place.channel)


def payer_of(call: Invocation) -> Payer:
    """Whom a model's work for an invocation is counted for."""
    return Payer(member=call.member.id, community=call.place.community)


class Clock(Protocol):
    """What time it is; handed in, so that tests can say."""

    def now(self) -> datetime:
        """The present instant, in UTC."""


class Outcome(StrEnum):
    """What became of a draft."""

    NEW = "new"
    SAME = "same"
    REVISED = "revised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The article that a draft became, or already was."""

    article: Article
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What happened to a community's articles after a point: derive an index from it.

    `removed` names articles whose passages no longer count (also those about to come again in `passages`).
    `upto` is the point to ask from next time; nothing is missing before it. Its `stamp` tells it from the
    point of that number in another library, or in one restored from a backup that then went on otherwise.
    """

    removed: tuple[int, ...]
    passages: tuple[Passage, ...]
    upto: int
    stamp: int
    more: bool


class Library(Protocol):
    """The articles of a community. Every read goes through a scope; what it does not show does not exist."""

    async def add(self, scope: Scope, draft: Draft, *, notices: Sequence[Outgoing] = ()) -> Added:
        """Store a draft as a new article or a new revision, or find that it is here already.

        It is the same article as one from the same source, of which it keeps what the draft leaves unsaid, or
        one with the same words. `notices` go into the outbox in the same transaction, unless nothing changed.
        Raises NotAllowed when the draft is for another channel than the scope's.
        """

    async def articles(
        self, scope: Scope, words: str = "", *, limit: int | None = None
    ) -> tuple[Article, ...]:
        """The visible articles, newest first, or those whose title, author or source has all the `words`."""

    async def count(self, scope: Scope) -> int:
        """The number of visible articles."""

    async def languages(self, scope: Scope) -> frozenset[str]:
        """The languages of the visible articles, as far as they are known."""

    async def article(self, scope: Scope, name: str) -> Article:
        """One article by its number or enough of its title. Raises NotFound, naming the nearest."""

    async def remove(self, scope: Scope, article: int) -> Article:
        """Take an article out of the library; revisions stay while something quotes them. Raises NotFound."""

    async def revision(self, scope: Scope, revision: int) -> Revision:
        """The words of one revision, also of a removed article that is still quoted. Raises NotFound."""

    async def passages(self, scope: Scope, article: int) -> tuple[Passage, ...]:
        """The passages of an article's current revision, in order."""

    async def passages_by_id(self, scope: Scope, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that still count and are visible, by id."""

    async def current(self, scope: Scope, articles: Sequence[int]) -> dict[int, Article]:
        """Those of the articles that are still there and visible, by number."""

    async def corrections(self, scope: Scope, articles: Sequence[int]) -> dict[int, tuple[Article, ...]]:
        """For each of the articles that others say they correct: those others, newest first."""

    async def changes(self, community: str, after: int) -> Changes:
        """A batch of what changed after a point of the change sequence (0: from the beginning)."""

    async def latest_change(self, community: str) -> int:
        """The newest point of the change sequence; 0 when nothing ever happened."""

    async def stamp(self, community: str, point: int) -> int:
        """The stamp of a point of the change sequence (see `Changes`); 0 for one that was never reached."""

    async def supplied(self, community: str) -> frozenset[str]:
        """The sources noted as supplied, also those of articles removed since."""

    async def note_supplied(self, community: str, sources: Iterable[str]) -> None:
        """Note that articles from these sources were put here once and need not come again."""


class Search(Protocol):
    """Finds passages. Derived from the library and rebuilt from it, never the truth."""

    async def find(
        self, scope: Scope, query: str, *, limit: int = 10, article: int | None = None
    ) -> Findings:
        """The best passages visible in `scope`, best first, with every change so far taken in."""


class WordSearch(Search, Protocol):
    """Search by words alone, also where an embeddings endpoint is set: it asks nobody and costs nothing."""


class Collection(Protocol):
    """An index over passages that are not the library's, for measuring."""

    def find(self, query: str, *, limit: int) -> Findings:
        """The best passages, best first."""

    def without(self, articles: Sequence[int]) -> Collection:
        """The same collection with the passages of some articles away."""


class Collections(Protocol):
    """Makes collections to measure on."""

    def build(self, passages: Sequence[Passage]) -> Collection:
        """Index passages in memory. Blocks; call it off the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A quotation that an answer showed: `revision.text[start:end]`."""

    article: int
    revision: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was asked, and what it was answered with."""

    id: int
    place: Place
    member: str
    question: str
    answered: bool
    quoted: tuple[Quoted, ...]
    asked_at: datetime


class Asks(Protocol):
    """The questions asked in each place, kept until they are purged."""

    async def record(
        self, place: Place, member: str, question: str, quoted: Sequence[Quoted], *, answered: bool
    ) -> int:
        """Keep a question with what it was answered with, and return its number.

        Raises NotFound when one of the quoted articles has been removed meanwhile; nothing is kept then.
        """

    async def recent(self, place: Place, limit: int) -> tuple[Asked, ...]:
        """The newest questions asked there, newest first: in the thread, or in the channel outside any."""

    async def asked(self, place: Place, ask: int) -> Asked:
        """One question of that channel or of a thread in it, by its number. Raises NotFound."""

    async def rate(self, place: Place, ask: int, member: str, *, helpful: bool) -> None:
        """Keep whether an answer helped a member; the latest word counts. Raises NotFound."""

    async def purge(self, before: datetime) -> int:
        """Forget the questions asked before an instant, and the old revisions that nothing quotes any more.

        Returns how many questions went. Call it at start, before anything is answered.
        """


class Delivery(StrEnum):
    """Where an outgoing message stands."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNREADABLE = "unreadable"
    """Another version of me wrote it; it is kept, and holds up nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that nobody asked for. The same `key` is said once, ever.

    With a `thread_title`, a thread of that title is opened below it where the platform has threads. `below`
    is the key of the message whose thread it is said in, `replaces` that of one that it takes the place of.
    """

    key: str
    place: Place
    reply: Reply
    thread_title: str = ""
    below: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something to be said of a debate: in its thread, or, as `head`, in its one message in the channel."""

    reply: Reply
    head: bool = False


def head_of(debate: int) -> str:
    """The key of a debate's one message in the channel: the first post of its first event."""
    return f"debate:{debate}:1:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An outgoing message that this process may now send, and nobody else."""

    id: int
    outgoing: Outgoing
    attempt: int
    unsure: bool
    """Someone claimed it before and may have sent it: look for it before sending."""


class Outbox(Protocol):
    """The rows of what is to be said without being asked."""

    async def put(self, outgoing: Outgoing) -> None:
        """Have it said. The same key again is nothing new."""

    async def claim(self, platform: str, *, stale_after_s: float) -> Claimed | None:
        """The oldest message ready for a platform, or one whose sender fell silent that long ago.

        What is said in one place goes out in order: while a message is not sent, none after it is claimed.
        Those tried less often come first, so that a place that refuses does not hold up the others. One that
        cannot be read is put aside for good.
        """

    async def sent(self, claimed: Claimed, message_id: str) -> None:
        """It is out there, under that id."""

    async def give_back(self, claimed: Claimed) -> None:
        """It certainly was not sent; somebody may try again."""

    async def message(self, key: str) -> str | None:
        """The id of the message that was sent for a key."""


class Departures(Protocol):
    """Which communities have taken the bot out, and since when."""

    async def note(self, known_by: str, present: frozenset[str]) -> tuple[str, ...]:
        """Of the communities whose names begin like that: these are there. Returns those newly gone."""

    async def due(self, before: datetime) -> tuple[str, ...]:
        """The communities that were gone before an instant."""

    async def forget(self, community: str) -> None:
        """Delete everything that is kept of a community."""


class Seen(Protocol):
    """What platforms have delivered already, over restarts; forgotten after a day."""

    async def first(self, platform: str, delivery: str) -> bool:
        """Whether a delivery comes for the first time; from now on it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade:
    """A choice of a community's `before` and `after` are `None` where nothing was chosen."""

    key: str
    before: str | None
    after: str | None
    by: Actor
    at: datetime


class Communities(Protocol):
    """What communities have chosen. What is read again and again is remembered; reading is quick."""

    async def choices(self, community: str) -> Choices:
        """A community's choices. Raises Passing where they cannot be read: then nobody has a role."""

    async def change(self, community: str, by: Actor, changes: Mapping[str, str | None]) -> Choices:
        """Change choices by key, `None` taking one back; differences are logged."""

    async def history(self, community: str, limit: int) -> tuple[ChoiceMade, ...]:
        """The newest changes, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Something that a member thinks a moderator should see."""

    text: str
    link: str
    reason: str
    by: Actor
    at: datetime


class Reports(Protocol):
    """What members have reported."""

    async def file(self, place: Place, report: Report, *, notices: Sequence[Outgoing]) -> bool:
        """Keep a report with the notices of it; `False`, and nothing kept, where they reported it before."""


class Poster(Protocol):
    """Says things on one platform, without being asked."""

    platform: str

    async def send(self, outgoing: Outgoing) -> str:
        """Post it and return the message's id. Raises Passing when it certainly was not posted."""

    async def find(self, outgoing: Outgoing) -> str | None:
        """The id of the message if it was posted before, looked up by its key."""


class Importer(Protocol):
    """Reads what people bring: a file or a folder on this machine."""

    async def is_folder(self, path: Path) -> bool:
        """Whether there is a folder at a path. Raises InputError when nobody can tell."""

    def files(self, path: Path) -> AsyncIterator[Path]:
        """The files to read at a path, in order. Raises InputError when there is nothing to read."""

    async def read(self, path: Path) -> Draft:
        """A file as a draft, with what its front matter says. Raises InputError that names what is wrong.

        Who added it, and the channel it is kept to, are left for the caller to fill in.
        """


class LanguageModel(Protocol):
    """Writes text. Endpoints are tried in the operator's order; every call is counted for somebody.

    Every method that asks raises ModelError when no endpoint can, LimitReached before the first call.
    """

    async def is_there(self) -> bool:
        """Whether an endpoint is set or was found; whether it works shows when it is asked."""

    async def models(self, *, every: bool = False) -> tuple[Model, ...]:
        """The models that are asked, in the order of trying; one that could not tell its name has none.

        With `every`, those follow that are asked only by name. None where no endpoint is set or found.
        """

    def stream(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """The events of an answer as they come; only from `endpoint`, where it is named.

        Once text was given no other endpoint takes over: ModelError then carries it as `partial`.
        """

    async def complete(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> Completion:
        """The whole answer at once."""

    async def complete_json(
        self, request: Request, payer: Payer, *, within_s: float, endpoint: str | None = None
    ) -> tuple[Any, Model]:
        """The answer as the JSON value that `request.schema` asks for, and who gave it.

        Asked once more where it is no such value.
        """


class Outside(Protocol):
    """Who outside this machine gets to see what people ask."""

    async def sees(self) -> tuple[str, ...] | None:
        """The hosts that questions and passages are sent to; none where all stays on this machine.

        `None` where no model is asked anything, nor any for embeddings.
        """


class Embedder(Protocol):
    """Makes vectors of texts."""

    async def name(self) -> str:
        """What tells its vectors from another model's: endpoint and model. Raises ModelError."""

    async def embed(self, texts: Sequence[str], payer: Payer, *, within_s: float) -> list[list[float]]:
        """A vector for each text, all of one length. Raises ModelError, LimitReached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """How far a model has come with the passages: `done` of `total`."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Passages of one community that have no vector by a model."""

    community: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A community's vectors by one model, as they stood at the point `upto` of the change sequence.

    Row n of `data` (float32, little endian, unit length) is of `passages[n]`, which is of `articles[n]` and
    kept to `channels[n]`. A passage that the model refuses has no row.
    """

    passages: Sequence[int]
    articles: Sequence[int]
    channels: Sequence[str | None]
    dimensions: int
    data: bytes
    upto: int


class Vectors(Protocol):
    """What models have made of the passages that count. A passage that goes takes its vectors along."""

    async def lacking(self, model: str, *, limit: int) -> Lacking | None:
        """The next passages without a vector by a model, those of the newest article first; `None`: none."""

    async def put(self, model: str, vectors: Mapping[int, bytes]) -> None:
        """Keep a model's vectors, by passage; an empty one says that the model refuses the passage's text.

        A model has vectors of one length: those of another, put before, are forgotten. A passage that is gone
        is passed over.
        """

    async def rows(self, model: str, community: str) -> Rows | None:
        """All vectors of a community by a model; `None` while one of its passages lacks any."""

    async def progress(self, model: str) -> Embedded:
        """How far a model has come, in all communities."""

    async def expect(self, model: str, dimensions: int) -> None:
        """Forget a model's vectors of another length, so that their passages lack one again."""

    async def keep_only(self, model: str) -> None:
        """Forget the vectors by all other models."""


class Embedding(Protocol):
    """Makes the vectors that passages lack."""

    def finish(self) -> AsyncIterator[Embedded]:
        """Embed all that lacks a vector, telling how far it has come, first and after each batch.

        Raises OperatorError where no embeddings endpoint is set; ModelError, LimitReached, Passing or
        StoreError where it cannot go on. What was done until then is kept.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """How much may be used: tokens in a day (UTC), questions in a minute. `None` or 0 is no limit."""

    member_tokens: int | None = 50_000
    community_tokens: int | None = 500_000
    all_tokens: int | None = 2_000_000
    member_asks: int | None = 5
    channel_asks: int | None = 20


class Whose(StrEnum):
    """Whom a day's limit is for: one member of a community, all of them, or everybody I serve."""

    MEMBER = "member"
    COMMUNITY = "community"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One of the day's limits: tokens `used`, those reserved for calls under way included, of `most`.

    `most` is `None` where there is no limit.
    """

    whose: Whose
    used: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one model was used for on one day: finished calls, their tokens, and their cost in US dollars.

    `unpriced` of the `calls` have no known price and are not in `cost`, which is `None` where all are so.
    `unfinished` calls are under way, or were cut off by a kill; they are in no other figure.
    """

    day: date
    endpoint: str
    model: str
    calls: int
    prompt: int
    answer: int
    cost: Decimal | None
    unpriced: int = 0
    unfinished: int = 0


class Ledger(Protocol):
    """Counts tokens and questions against the limits, for all processes together."""

    async def reserve(self, payer: Payer, tokens: int, *, endpoint: str, model: str, purpose: str) -> int:
        """Count tokens before a call and return the call's number. Raises LimitReached, counting nothing.

        They count until the call is settled or given back. Of a process that dies before that they stay
        counted for the rest of the day, since nobody knows what the endpoint has billed.
        """

    async def settle(self, call: int, usage: Usage, cost: Decimal | None) -> None:
        """What the call came to; counts instead of what was reserved. A second time changes nothing."""

    async def give_back(self, call: int) -> None:
        """The call cost nothing: it failed before the endpoint took it up. Changes nothing once settled."""

    async def take_turn(self, place: Place, member: str) -> None:
        """Count a question, or a claim to check. Raises Wait when the minute has seen too many.

        A thread counts to its channel. One that has to wait is not counted.
        """

    async def limits(self, payer: Payer) -> tuple[Limit, ...]:
        """The day's limits for a member, their community, and in all, in this order."""

    async def spent(self, community: str | None, since: date) -> tuple[Spent, ...]:
        """What was used since a day, by day, endpoint and model; of everybody where no community is named."""

    async def purge(self, before: datetime) -> int:
        """Forget who made the calls before an instant, and of calls older than 90 days everything.

        Today's calls keep their members, whatever the instant: the limits stand on them. Returns how many
        calls went. Call it at start.
        """

    def resets_at(self) -> datetime:
        """When the day's limits start anew."""


class State(StrEnum):
    """How a part of the bot is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at: which `part` of the bot, `what` of it, what was found, and what to do."""

    part: str
    what: str
    state: State
    found: str
    to_do: str = ""


class Checkup(Protocol):
    """Looks closely at parts of the bot."""

    def points(self) -> AsyncIterator[Point]:
        """What is found, as soon as it is. Nothing is raised: what cannot be looked at is a bad point."""


class Formats(Protocol):
    """The formats there are: those that ship, and the operator's own in the data folder."""

    async def all(self) -> tuple[Format, ...]:
        """Every format that adds up, those that ship first. A file that does not is left out and logged."""

    async def named(self, name: str) -> Format:
        """One format by its id or name. Raises NotFound, naming the nearest; InputError for a broken file."""

    async def read(self, file: Path) -> Format:
        """The format that a file makes. Raises NotFound for no file, InputError with all mistakes."""


class Motions(Protocol):
    """The motions there are: those that ship, and the operator's own in the data folder."""

    async def all(self) -> tuple[Motion, ...]:
        """Every motion, in order of their numbers; the operator's own come last."""

    async def matching(self, text: str) -> Motion:
        """The motion of that number, id or wording, else one in the member's own words (`own_motion`).

        Raises NotFound for a number that no motion has, InputError for words that make no motion.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Debate:
    """A debate as it is kept. `place` is where it is held, `thread` included; `events` are all, in order."""

    id: int
    place: Place
    opened_by: Actor
    events: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A debate in a list."""

    id: int
    place: Place
    motion: str
    format: str
    phase: Phase
    paused: bool
    opened_at: datetime
    closed_at: datetime | None
    result: Mapping[str, Any] | None


class Debates(Protocol):
    """The debates and all that happened in them. What is appended stays."""

    async def open(
        self,
        place: Place,
        actor: Actor,
        opened: DebateEvent,
        state: DebateState,
        says: Callable[[int], Sequence[Post]],
    ) -> int:
        """Keep a new debate with its first event, and return its number; `says` makes of that what is posted.

        `state` is how it stands after the event. Raises InputError where an attended debate is under way in
        that channel, or two are in the community.
        """

    async def append(
        self,
        debate: int,
        actor: Actor,
        at: datetime,
        events: Sequence[DebateEvent],
        state: DebateState,
        posts: Sequence[Post],
    ) -> None:
        """Keep what happened, `state` being how it stands after it, and put the `posts` into the outbox.

        All of it or nothing. Raises MovedOn where the last event kept is not `state.seq - len(events)`.
        """

    async def debate(self, community: str, number: int) -> Debate:
        """One debate of a community. Raises NotFound: "No debate with that number here."."""

    async def under_way(self, place: Place) -> int | None:
        """The attended debate that is under way in the channel of a place."""

    async def recent(self, community: str, limit: int) -> tuple[Outline, ...]:
        """The newest debates of a community, newest first."""

    async def latest(self, place: Place) -> int | None:
        """The newest debate of the channel of a place, over or not."""

    async def live(self, platform: str) -> tuple[tuple[str, int], ...]:
        """Community and number of every attended debate on a platform that is not over."""

    async def keep_draft(self, debate: int, member: str, text: str) -> None:
        """Keep what a member means to say next, in place of the draft before; an empty text forgets it."""

    async def draft(self, debate: int, member: str) -> str:
        """What a member means to say next, or nothing."""


class Ballots(Protocol):
    """The votes of members, one for each of a debate's two ballots. Nobody can tell whose they are."""

    async def cast(
        self, debate: int, ballot: Ballot, member: str, choice: Choice, *, late: bool
    ) -> Choice | None:
        """Keep a member's vote, and return the one it takes the place of.

        `late` marks a member who joined after the announcement. Raises InputError "Voting has closed." unless
        that ballot is open at this moment: closing and voting are never at the same time.
        """

    async def own(self, debate: int, member: str) -> Mapping[Ballot, Choice]:
        """A member's own votes."""

    async def turnout(self, debate: int, ballot: Ballot) -> int:
        """How many members have voted."""

    async def casts(self, debate: int) -> tuple[Cast, ...]:
        """Everybody's votes, nameless, in no order that tells. Raises ValueError while a ballot is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A short piece of work: what `kind`, with which plain `values`. Safe to run late, and to run twice."""

    kind: str
    values: Mapping[str, str | int]


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Jobs(Protocol):
    """What happens later. The same name runs once; one that failed or was cancelled may be enqueued again."""

    async def enqueue(self, name: str, job: Job, *, after: datetime | None = None) -> None:
        """Have a job run, not before an instant. A name that waits, runs or is done is nothing new."""

    async def cancel(self, name: str) -> None:
        """Do not run a waiting job; stop a running one. Nothing for any other."""

    async def status(self, name: str) -> JobState | None:
        """Where a job stands; `None` for a name that was never enqueued."""

    async def run(self) -> None:
        """Run what is due, as it falls due, until cancelled; then what is running is stopped."""


class Pictures(Protocol):
    """Draws what people look at, light and dark, as PNG files 1080 pixels wide, with the same in words."""

    async def swing(self, result: Result, motion: str, folder: Path) -> Picture:
        """How the votes moved, as far as it may be told: `swing.png` and `swing-dark.png` there."""

    async def timeline(self, state: DebateState, folder: Path) -> Picture:
        """Who spoke when, how long, and what it rests on: `timeline.png` and `timeline-dark.png` there."""
