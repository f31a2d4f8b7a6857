"""Takes a model's answer apart, however well it kept to the form: its plan, and the speech."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from bot.plain import plain

LONGEST_PLAN = 2000
"""Characters of a plan that are kept."""

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_PLAN = re.compile(r"<plan>(.*?)(?:</plan>|(?=<speech>)|\Z)", re.DOTALL | re.IGNORECASE)
_SPEECH = re.compile(r"<speech>(.*?)(?:</speech>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?(?:plan|speech)>", re.IGNORECASE)
_FENCE = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_LABEL = re.compile(
    r"^\W*(?:here is|here’s|here's) (?:my|the) (?:speech|rebuttal|opening|closing|answer|question)[^\n:]*:\s*"
    r"|^\W*(?:speech|opening|rebuttal|closing|answer|question)(?: (?:speech|statement))?\W*:\s*",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"[.!?。！？।][\"'”’)\]]*(?:\s*\[[\d, ]+\])*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote: its plan, which nobody sees, and its speech, not checked yet."""

    plan: str
    speech: str


def draft_of(answer: str, *, broke_off: bool = False) -> Draft:
    """The parts of an answer. Where the tags lack, all that is no plan and no thought is the speech.

    One that `broke_off`, as its length was used up, loses its unfinished sentence.
    """
    text = _FENCE.sub("", _THOUGHT.sub("", plain(answer)))
    plan, speech = _from_json(text) or _from_tags(text)
    speech = _LABEL.sub("", _TAG.sub("", speech).strip()).strip()
    return Draft(plan.strip()[:LONGEST_PLAN], _finished(speech) if broke_off else speech)


def _from_tags(text: str) -> tuple[str, str]:
    plan = _PLAN.search(text)
    rest = _PLAN.sub("", text)
    found = _SPEECH.findall(rest)
    if not found and plan is None and "</plan>" in text.lower():  # only the end of the plan is marked
        before, _, rest = re.split(r"(</plan>)", text, maxsplit=1, flags=re.IGNORECASE)
        return before, rest
    if not found and "</speech>" in rest.lower():
        rest = re.split(r"</speech>", rest, maxsplit=1, flags=re.IGNORECASE)[0]
    return (plan[1] if plan else ""), (max(found, key=len) if found else rest)


def _from_json(text: str) -> tuple[str, str] | None:
    """Some models answer everything in JSON."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        return None
    try:
        value = json.loads(stripped)
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("speech"), str):
        return None
    return str(value.get("plan", "")), value["speech"]


def _finished(speech: str) -> str:
    ends = [found.end() for found in _UNFINISHED.finditer(speech)]
    return speech[: ends[-1]] if ends else speech
