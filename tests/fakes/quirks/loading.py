"""Servers that are busy, or still loading their model (section 1c)."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.connection import Act, Answer
from tests.fakes.play import Call, Outcome, Play
from tests.fakes.quirks.errors import error_row, retried
from tests.fakes.writing import json_answer, text_answer


def _loading(call: Call) -> Answer | None:
    path = call.received.path
    asks = path == "/health" or call.route in ("chat", "embeddings")
    if not asks and (path != "/" or call.server.loading_calls <= 0):
        return None
    if path == "/":
        return text_answer(
            "<html><body>The model is loading. Please wait.</body></html>", status=503, kind="text/html"
        )
    if not call.server.still_loading():
        return None
    error = {"code": 503, "message": "Loading model", "type": "unavailable_error"}
    return json_answer({"error": error}, status=503)


def _held(answer: Answer, call: Call) -> Answer:
    """Nothing, not even a head, until the test says that the model is loaded."""
    if call.server.loaded:
        return answer
    return replace(answer, delay=Act.HOLD)


_BUSY = "server busy, please try again.  maximum pending requests exceeded"

PLAYS = (
    error_row(
        "loading",
        "llama.cpp 503 Loading model; / returns 503 HTML; /v1/models DOES answer; use /health",
        "so for the next loading_calls questions to /health and models, then all is fine",
        Outcome.WAITED,
        _loading,
        route="any",
    ),
    Play(
        name="loading-without-headers",
        section="1c",
        row="Ollama keeps the request open with no headers while loading",
        does="says nothing until go_on(), where loaded is False",
        outcome=Outcome.WAITED,
        answer=_held,
    ),
    retried(
        "server-busy",
        'Ollama 503 "server busy ... maximum pending requests exceeded"',
        json_answer({"error": _BUSY}, status=503),
    ),
    Play(
        name="port-closed-until-ready",
        section="1c",
        row="vLLM port closed until ready",
        does="refuses connections until open_port()",
        outcome=Outcome.RETRIED,
        route="none",
    ),
)
