"""Threads and edits of what is said, deliveries seen, what communities choose and report, who left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and columns."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("thread_title", sa.Text(), nullable=False, server_default=""))
        outbox.add_column(sa.Column("below", sa.Text()))
        outbox.add_column(sa.Column("replaces", sa.Text()))
    _seen()
    _choices()
    _reports()
    _departures()


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "delivery", name="pk_seen"),
    )
    op.create_index("ix_seen_at", "seen", ["at"])


def _choices() -> None:
    op.create_table(
        "choice",
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community", "key", name="pk_choice"),
    )
    op.create_table(
        "choice_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_choice_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_choice_change_community", "choice_change", ["community"])


def _reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("member_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_report_community_at", "report", ["community", "at"])


def _departures() -> None:
    op.create_table(
        "departure",
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", name="pk_departure"),
    )
