"""The tables. Every row that a reader may see carries its community, and its channel where it has one."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """A point in time with its zone: UTC in the database and on reading, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same instant in UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same instant with its zone."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

community = Table(
    "community",
    metadata,
    Column("id", Text, primary_key=True),
    Column("last_change", Integer, nullable=False),
)

# The current revision is the one whose number is `revisions`. Numbers of articles and passages are never
# given twice, so that an index which is behind cannot point to somebody else's words.
article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("community", Text, nullable=False),
    Column("channel", Text),
    Column("source", Text, nullable=False),
    Column("revisions", Integer, nullable=False),
    Column("removed_at", Instant),
    Index(None, "community", "source"),
    sqlite_autoincrement=True,
)

# The text comes last: SQLite then reads the particulars without walking through it.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article", ForeignKey("article.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("words", Integer, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("date", Date),
    Column("url", Text),
    Column("language", Text),
    Column("stance", Text),
    Column("corrects", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("article", "number"),
    sqlite_autoincrement=True,
)

# Spans only: the words stand once, in the revision, and a passage cannot differ from them.
passage = Table(
    "passage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", ForeignKey("revision.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    UniqueConstraint("revision", "ordinal"),
    sqlite_autoincrement=True,
)

# Every point of the change sequence. Only the newest of an article names it; there `article` outlives its
# row, so that indexes learn of removals. The stamp is random: it tells this sequence from one that began the
# same and went on otherwise, as that of a backup does.
change = Table(
    "change",
    metadata,
    Column("community", Text, primary_key=True),
    Column("point", Integer, primary_key=True, autoincrement=False),
    Column("article", Integer),
    Column("stamp", BigInteger, nullable=False),
    UniqueConstraint("community", "article"),
)

# What a model made of a passage: float32, little endian, of unit length. `dimensions` is 0, and there are no
# data, where the model takes no such text; the passage is then found by its words alone.
vector = Table(
    "vector",
    metadata,
    Column("passage", ForeignKey("passage.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("dimensions", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index(None, "model", "dimensions"),
)

# What was put into a library without anybody asking; a source stays here when its article is removed.
supplied = Table(
    "supplied",
    metadata,
    Column("community", Text, primary_key=True),
    Column("source", Text, primary_key=True),
)

ask = Table(
    "ask",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("member", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("asked_at", Instant, nullable=False, index=True),
    Index(None, "community", "channel"),
    sqlite_autoincrement=True,
)

quotation = Table(
    "quotation",
    metadata,
    Column("ask", ForeignKey("ask.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("revision", ForeignKey("revision.id"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)

rating = Table(
    "rating",
    metadata,
    Column("ask", ForeignKey("ask.id", ondelete="CASCADE"), primary_key=True),
    Column("member", Text, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("rated_at", Instant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", Instant),
    Column("message_id", Text),
    Column("thread_title", Text, nullable=False, server_default=""),
    Column("below", Text),
    Column("replaces", Text),
    Index(None, "platform", "state"),
    sqlite_autoincrement=True,
)

# Kept after the call, with its tokens and cost: today's limits and what was used are sums over these rows.
# `reserved` counts until `settled`; `cost` is in millionths of a millionth of a US dollar, so that sums are
# exact. `member` is `None` once it is old enough that nobody needs to know.
model_call = Table(
    "model_call",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("community", Text, nullable=False),
    Column("member", Text),
    Column("endpoint", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reserved", Integer, nullable=False),
    Column("prompt", Integer),
    Column("answer", Integer),
    Column("cost", BigInteger),
    Column("settled", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

# Who asked in the last minute; older rows go with the next question.
recent_ask = Table(
    "recent_ask",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

# How a debate stands, as the fold over its events says: what lists, the limits and the ballot box ask for.
# `ballot` is the one that is open; nobody can vote while it is `None`. `voter_key` makes voters of members.
debate = Table(
    "debate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("opened_by", Text, nullable=False),
    Column("opened_by_name", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant, index=True),
    Column("attended", Boolean, nullable=False),
    Column("phase", String(10), nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("ballot", String(10)),
    Column("motion", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("voter_key", LargeBinary, nullable=False),
    Index(None, "community", "channel"),
    sqlite_autoincrement=True,
)

# The log: never changed, only added to.
debate_event = Table(
    "debate_event",
    metadata,
    Column("debate", ForeignKey("debate.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
)

# `voter` is a member's id under the key of that debate, so that the same member is another voter elsewhere.
ballot = Table(
    "ballot",
    metadata,
    Column("debate", ForeignKey("debate.id"), primary_key=True),
    Column("ballot", String(10), primary_key=True),
    Column("voter", String(64), primary_key=True),
    Column("choice", String(10), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("cast_at", Instant, nullable=False),
    Column("changes", Integer, nullable=False),
)

debate_draft = Table(
    "debate_draft",
    metadata,
    Column("debate", ForeignKey("debate.id"), primary_key=True),
    Column("member", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

# What platforms have delivered in the last day, so that a thing delivered twice is done once.
seen = Table(
    "seen",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("delivery", Text, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
)

choice = Table(
    "choice",
    metadata,
    Column("community", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

choice_change = Table(
    "choice_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("community", Text, nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("member_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "community", "at"),
    sqlite_autoincrement=True,
)

# Communities that have taken the bot out; what is kept of them goes after a while.
departure = Table(
    "departure",
    metadata,
    Column("community", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)
