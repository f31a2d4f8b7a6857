"""Debates with all that happened in them, the votes, and what members mean to say next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _debates()
    _ballots()
    _drafts()


def _debates() -> None:
    op.create_table(
        "debate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_by_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("phase", sa.String(10), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("ballot", sa.String(10)),
        sa.Column("motion", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON()),
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_debate"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_debate_community_channel", "debate", ["community", "channel"])
    op.create_index("ix_debate_closed_at", "debate", ["closed_at"])
    op.create_table(
        "debate_event",
        sa.Column("debate", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["debate"], ["debate.id"], name="fk_debate_event_debate_debate"),
        sa.PrimaryKeyConstraint("debate", "seq", name="pk_debate_event"),
    )


def _ballots() -> None:
    op.create_table(
        "ballot",
        sa.Column("debate", sa.Integer(), nullable=False),
        sa.Column("ballot", sa.String(10), nullable=False),
        sa.Column("voter", sa.String(64), nullable=False),
        sa.Column("choice", sa.String(10), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["debate"], ["debate.id"], name="fk_ballot_debate_debate"),
        sa.PrimaryKeyConstraint("debate", "ballot", "voter", name="pk_ballot"),
    )


def _drafts() -> None:
    op.create_table(
        "debate_draft",
        sa.Column("debate", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["debate"], ["debate.id"], name="fk_debate_draft_debate_debate"),
        sa.PrimaryKeyConstraint("debate", "member", name="pk_debate_draft"),
    )
