"""What Anthropic's compatible endpoint ignores, clamps and refuses (section 1a)."""

from __future__ import annotations

from tests.fakes.connection import Answer
from tests.fakes.play import Call, Outcome, Play, openai_error
from tests.fakes.quirks.asking import BY_SCHEMA, format_of


def _anthropic_clamps(call: Call) -> None:
    temperature = call.body.get("temperature")
    if isinstance(temperature, int | float) and temperature > 1:
        call.received.notes.append("clamped temperature to 1")


def _anthropic_ignores(call: Call) -> None:
    names = (
        "response_format",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "reasoning_effort",
    )
    call.received.notes.extend(f"ignored {name}" for name in names if call.sends(name))


def _plain_text(text: str, call: Call) -> str:
    """A model that was not told of any format writes a sentence around its JSON."""
    return f"Here is what you asked for:\n\n{text}" if format_of(call).startswith("json") else text


def _blank_stop(call: Call) -> Answer | None:
    stop = call.body.get("stop")
    stops = stop if isinstance(stop, list) else [stop]
    if not any(isinstance(each, str) and not each.strip() for each in stops):
        return None
    return openai_error(400, "stop_sequences: each stop sequence must contain non-whitespace", param="stop")


def _workspace(call: Call) -> Answer | None:
    if "anthropic-workspace-id" in call.received.headers:
        return None
    return openai_error(401, "This key needs the header anthropic-workspace-id.", kind="authentication_error")


PLAYS = (
    Play(
        name="anthropic-clamps-temperature",
        section="1a",
        row="Anthropic: temperature clamped to 0-1",
        does="takes a temperature over 1 for 1 and says nothing",
        outcome=Outcome.SAME,
        asks={"temperature": 1.5},
        instead=_anthropic_clamps,
    ),
    Play(
        name="anthropic-ignores-fields",
        section="1a",
        row="Anthropic: silently ignores response_format, seed, penalties, logprobs, reasoning_effort",
        does="notes them and answers as if they were not there: JSON comes with words around it",
        outcome=Outcome.SAME,
        asks={"response_format": BY_SCHEMA, "seed": 7},
        instead=_anthropic_ignores,
        text=_plain_text,
    ),
    Play(
        name="anthropic-hoists-system-messages",
        section="1a",
        row="Anthropic: system/developer messages hoisted and joined by \\n",
        does="takes system messages anywhere, as one at the start",
        outcome=Outcome.SAME,
        loosens_roles=True,
    ),
    Play(
        name="blank-stop-refused",
        section="1a",
        row="Anthropic: whitespace-only stop invalid",
        does="400 for a stop of white space",
        outcome=Outcome.ADAPTED,
        asks={"stop": ["\n\n"]},
        instead=_blank_stop,
    ),
    Play(
        name="anthropic-wants-a-workspace",
        section="1a",
        row="Anthropic: + anthropic-workspace-id",
        does="401 without that header",
        outcome=Outcome.SAME,
        route="any",
        instead=_workspace,
    ),
)
