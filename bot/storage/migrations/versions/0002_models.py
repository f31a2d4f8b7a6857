"""What language models need: their calls counted, who asked in the last minute, vectors of passages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _ledger()
    _vectors()


def _ledger() -> None:
    op.create_table(
        "model_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("member", sa.Text()),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.Integer()),
        sa.Column("answer", sa.Integer()),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_call"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_model_call_day", "model_call", ["day"])
    op.create_table(
        "recent_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recent_ask"),
    )
    op.create_index("ix_recent_ask_at", "recent_ask", ["at"])


def _vectors() -> None:
    op.create_table(
        "vector",
        sa.Column("passage", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage"], ["passage.id"], name="fk_vector_passage_passage", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("passage", "model", name="pk_vector"),
    )
    op.create_index("ix_vector_model_dimensions", "vector", ["model", "dimensions"])
