"""How a row of section 1c is written: an error that stands in the place of any answer."""

from __future__ import annotations

from typing import Any

from tests.fakes.connection import Answer
from tests.fakes.play import Instead, Outcome, Play, openai_error


def always(answer: Answer) -> Instead:
    return lambda call: answer


def error_row(
    name: str, words: str, does: str, outcome: Outcome, answer: Answer | Instead, **more: Any
) -> Play:
    instead = always(answer) if isinstance(answer, Answer) else answer
    return Play(name=name, section="1c", row=words, does=does, outcome=outcome, instead=instead, **more)


def named(
    status: int, said: str, code: str | int | None = None, kind: str = "invalid_request_error"
) -> Answer:
    return openai_error(status, said, code=code, kind=kind)


def refused(name: str, words: str, answer: Answer | Instead) -> Play:
    return error_row(name, words, "answers so", Outcome.REFUSED, answer)


def retried(name: str, words: str, answer: Answer | Instead) -> Play:
    return error_row(name, words, "answers so", Outcome.RETRIED, answer)
