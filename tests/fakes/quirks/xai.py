"""What xAI refuses in a request (section 1a)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Instead, Outcome, Play
from tests.fakes.writing import json_answer


def _xai_error(said: str) -> Answer:
    return json_answer({"code": "Client specified an invalid argument", "error": said}, status=400)


def _xai(name: str, spelt: str = "") -> Instead:
    said = f"Argument not supported on this model: {spelt or name}"
    return lambda call: _xai_error(said) if call.sends(name) else None


def _xai_zero(call: Call) -> Answer | None:
    for name, spelt in (("presence_penalty", "presencePenalty"), ("frequency_penalty", "frequencyPenalty")):
        if call.sends(name):  # also when it is 0
            return _xai_error(f"Model {call.body.get('model')} does not support parameter {spelt}.")
    return None


def _xai_effort(call: Call) -> Answer | None:
    if call.body.get("reasoning_effort") != "none":
        return None
    return _xai_error("Invalid value for 'reasoning_effort': expected one of low, medium, high, got none.")


def _xai_rows() -> tuple[Play, ...]:
    def row(name: str, words: str, asks: Mapping[str, Any], check: Instead) -> Play:
        return Play(
            name=name,
            section="1a",
            row=f"xAI: {words}",
            does="answers 400 with {code, error: text}",
            outcome=Outcome.ADAPTED,
            asks=asks,
            instead=check,
        )

    return (
        row(
            "xai-refuses-stop",
            "`stop` -> 400 Argument not supported on this model: stop",
            {"stop": ["\n\n\n"]},
            _xai("stop"),
        ),
        row(
            "xai-refuses-presence-penalty",
            "`presence_penalty` -> 400",
            {"presence_penalty": 0.5},
            _xai("presence_penalty", "presencePenalty"),
        ),
        row(
            "xai-refuses-frequency-penalty",
            "`frequency_penalty` -> 400",
            {"frequency_penalty": 0.5},
            _xai("frequency_penalty", "frequencyPenalty"),
        ),
        row(
            "xai-refuses-penalties-of-zero",
            "Model X does not support parameter presencePenalty, even at 0",
            {"presence_penalty": 0, "frequency_penalty": 0},
            _xai_zero,
        ),
        row(
            "xai-refuses-effort",
            "4.20-* reject the parameter reasoning_effort",
            {"reasoning_effort": "low"},
            _xai("reasoning_effort", "reasoningEffort"),
        ),
        row(
            "xai-refuses-effort-none",
            "4.5 low/medium/high (none -> 400)",
            {"reasoning_effort": "none"},
            _xai_effort,
        ),
    )


PLAYS = _xai_rows()
