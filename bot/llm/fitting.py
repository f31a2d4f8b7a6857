"""From a prompt to messages that fit a window: what counts least goes first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from bot.llm.tokens import of_messages
from bot.model import Prompt, Turn

SPARE = 64
"""Tokens that stay free, for what templates add."""
LEAST_EXCERPT = 200
"""Characters; an excerpt that has no more is not shortened, but left out."""

_END_OF_SENTENCE = re.compile(r"[.!?。！？।](?=\s)")

Message = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Messages that fit; `tokens` is about what they have. `cut` when something had to go."""

    messages: list[Message]
    tokens: int
    cut: bool


def fitted(prompt: Prompt, room: int, ratio: float) -> Fitted | None:
    """The prompt in at most `room` tokens; `None` when even the bare question has more.

    `ratio` is how many real tokens come to an estimated one. The oldest turns go first, then the last
    excerpts, then the excerpts are halved.
    """
    for number, smaller in enumerate(_smaller(prompt)):
        messages = messages_of(smaller)
        tokens = ceil(of_messages([message["content"] for message in messages]) * ratio)
        if tokens <= room:
            return Fitted(messages=messages, tokens=tokens, cut=number > 0)
    return None


def _smaller(prompt: Prompt) -> Iterator[Prompt]:
    yield prompt
    while prompt.earlier:
        prompt = replace(prompt, earlier=prompt.earlier[1:])
        yield prompt
    while len(prompt.excerpts) > 1:
        prompt = replace(prompt, excerpts=prompt.excerpts[:-1])
        yield prompt
    while prompt.excerpts and len(prompt.excerpts[0]) > LEAST_EXCERPT:
        prompt = replace(prompt, excerpts=(_shortened(prompt.excerpts[0]),))
        yield prompt
    if prompt.excerpts:
        yield replace(prompt, excerpts=())


def _shortened(excerpt: str) -> str:
    """About the first half, up to the end of a sentence where there is one."""
    half = excerpt[: max(LEAST_EXCERPT, len(excerpt) // 2)]
    ends = [end.end() for end in _END_OF_SENTENCE.finditer(half)]
    return half[: ends[-1]] if ends and ends[-1] > len(half) // 3 else half


def messages_of(prompt: Prompt) -> list[Message]:
    """One system message, then user and assistant in turn, as the strictest templates ask."""
    asked = "\n".join(filter(None, [prompt.opening, "\n\n".join(prompt.excerpts), prompt.closing]))
    turns = [*(turn for turn in prompt.earlier if turn.text.strip()), Turn("user", asked)]
    while turns[0].role != "user":
        turns.pop(0)
    messages: list[Message] = [{"role": "system", "content": prompt.system}] if prompt.system else []
    for turn in turns:
        if messages and messages[-1]["role"] == turn.role:
            messages[-1]["content"] += f"\n\n{turn.text}"
        else:
            messages.append({"role": turn.role, "content": turn.text})
    return messages
