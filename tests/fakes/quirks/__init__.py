"""Every quirk of the reference in one table, by name: a module for each part of it."""

from __future__ import annotations

from tests.fakes.play import Play, table
from tests.fakes.quirks import (
    anthropic,
    deepseek,
    deltas,
    embeddings,
    failures,
    framing,
    gemini,
    groq,
    limits,
    loading,
    mistral,
    models,
    openai,
    overflow,
    reasons,
    servers,
    shapes,
    statuses,
    thoughts,
    usage,
    xai,
)

_REQUESTS = (openai, xai, anthropic, gemini, mistral, deepseek, groq, servers)
_STREAMS = (deltas, thoughts, reasons, framing, failures, usage)
_ERRORS = (shapes, statuses, limits, overflow, loading)
_TOLD = (models, embeddings)

QUIRKS: dict[str, Play] = table(
    *(play for part in (*_REQUESTS, *_STREAMS, *_ERRORS, *_TOLD) for play in part.PLAYS)
)
"""Each row of sections 1a to 1f, as a play."""
