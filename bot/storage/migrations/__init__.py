"""The schema, step by step: one numbered file in `versions` for each, all run in one transaction."""

HEAD = "0004"
"""The newest step. Kept here so that a start finds out without importing Alembic."""
