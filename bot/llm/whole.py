"""From a stream to a whole answer, and from that to the JSON that was asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.llm.errors import ProtocolError
from bot.model import (
    Completion,
    Event,
    Finish,
    Model,
    Notice,
    Reason,
    Reasoning,
    Request,
    Started,
    Text,
    Usage,
)


async def gathered(events: AsyncIterator[Event]) -> Completion:
    """A stream put together."""
    said: list[str] = []
    thought: list[str] = []
    notices: list[Notice] = []
    model: Model | None = None
    usage = Usage(prompt=0, answer=0, estimated=True)
    finish = Finish(Reason.UNKNOWN)
    async for event in events:
        match event:
            case Started(started):
                model = started
                thought += said
                said = []
            case Text(text):
                said.append(text)
            case Reasoning(text):
                thought.append(text)
            case Notice():
                notices.append(event)
            case Usage():
                usage = event
            case Finish():
                finish = event
    assert model is not None
    return Completion(
        text="".join(said),
        model=model,
        usage=usage,
        finish=finish,
        reasoning="".join(thought),
        notices=tuple(notices),
    )


async def with_one_repair(
    request: Request, complete: Callable[[Request], Awaitable[Completion]]
) -> tuple[Any, Model]:
    """The JSON value of an answer, or of a second one where the first was none, and the model that gave it.

    Raises ProtocolError where neither was.
    """
    done = await complete(request)
    try:
        return json_in(done.text, request.schema or {}), done.model
    except ValueError as error:
        problem = str(error)
    prompt = request.prompt
    more = f"Your last reply was not the JSON asked for: {problem}. Reply with the JSON alone."
    again = replace(prompt, closing=f"{prompt.closing}\n\n{more}")
    done = await complete(replace(request, prompt=again))
    try:
        return json_in(done.text, request.schema or {}), done.model
    except ValueError as error:
        raise ProtocolError(
            f"{done.model.name} does not answer in the form asked for: {error}.",
            "Choose another model for this.",
        ) from error


def json_in(text: str, schema: Mapping[str, Any]) -> Any:
    """The JSON value in a text, also in a fence or between words. Raises ValueError saying what is wrong."""
    from jsonschema import Draft202012Validator  # loads slowly, and most answers are no JSON

    decoder = json.JSONDecoder()
    starts = [at for at, letter in enumerate(text) if letter in "{["]
    problem = "there is no JSON in it"
    for at in starts[:50]:
        try:
            value, _ = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        wrong = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
        if wrong is None:
            return value
        problem = wrong.message[:200]
    raise ValueError(problem)
