"""Articles with their revisions and passages, asks with what they quote, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _library()
    _asks()
    _outbox()


def _library() -> None:
    op.create_table(
        "community",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("last_change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_community"),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revisions", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_community_source", "article", ["community", "source"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text()),
        sa.Column("date", sa.Date()),
        sa.Column("url", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("stance", sa.Text()),
        sa.Column("corrects", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name="fk_revision_article_article"),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("article", "number", name="uq_revision_article_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revision_content_hash", "revision", ["content_hash"])
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision"], ["revision.id"], name="fk_passage_revision_revision", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_passage"),
        sa.UniqueConstraint("revision", "ordinal", name="uq_passage_revision_ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "change",
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("point", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article", sa.Integer()),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community", "point", name="pk_change"),
        sa.UniqueConstraint("community", "article", name="uq_change_community_article"),
    )
    op.create_table(
        "supplied",
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community", "source", name="pk_supplied"),
    )


def _asks() -> None:
    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ask"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ask_asked_at", "ask", ["asked_at"])
    op.create_index("ix_ask_community_channel", "ask", ["community", "channel"])
    op.create_table(
        "quotation",
        sa.Column("ask", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ask"], ["ask.id"], name="fk_quotation_ask_ask", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["revision"], ["revision.id"], name="fk_quotation_revision_revision"),
        sa.PrimaryKeyConstraint("ask", "ordinal", name="pk_quotation"),
    )
    op.create_index("ix_quotation_revision", "quotation", ["revision"])
    op.create_table(
        "rating",
        sa.Column("ask", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ask"], ["ask.id"], name="fk_rating_ask_ask", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ask", "member", name="pk_rating"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("message_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_platform_state", "outbox", ["platform", "state"])
