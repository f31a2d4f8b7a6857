"""Authors that misbehave as models do: each takes an author and gives one with a fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from tests.fakes.author import NOT_IN_SOURCES, Author, Json, grounded
from tests.fakes.dictionary import into
from tests.fakes.reading import task_of

Wrapper = Callable[[Author], Author]

_CITED = re.compile(r" ?\[(\d+)\]")
_NUMBER = re.compile(r"(?<![\[\w-])\d+(?![\w-]*\])")
_NOT = re.compile(r" (?:not|never)\b|(?<=\w)n['’]t\b", re.IGNORECASE)
_ORDERS = re.compile(
    r"(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|earlier|above)"
    r"[^.!\n|]*[.!]?\s*([^\n|]*)",
    re.IGNORECASE,
)


def _changing(change: Callable[[str], str]) -> Wrapper:
    """A wrapper that changes any answer but the refusal."""

    def wrap(author: Author) -> Author:
        def write(messages: list[Json], body: Json) -> str:
            text = author(messages, body)
            return text if text == NOT_IN_SOURCES else change(text)

        return write

    return wrap


def _cited_beyond(text: str) -> str:
    return _CITED.sub(" [9]", text, count=1)


def _with_a_number_changed(text: str) -> str:
    return _NUMBER.sub(lambda found: str(int(found[0]) + 1), text, count=1)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text)[0]


def _without_not(text: str) -> str:
    return _NOT.sub("", text, count=1)


def _with_a_link(text: str) -> str:
    return f"{text} See [the full story](https://elsewhere.invalid/story) or https://elsewhere.invalid/more."


def _fenced(text: str) -> str:
    return f"Here is the result:\n```json\n{text}\n```\nI hope that helps."


def _rambling(text: str) -> str:
    filler = (
        "It should be said that this matter has many sides and that reasonable people see it in many ways."
    )
    return " ".join([text, *[filler] * (1000 // len(filler.split()) + 1)])


def citing_the_wrong_source(author: Author) -> Author:
    """Each number is that of another source, where there is another."""

    def write(messages: list[Json], body: Json) -> str:
        numbers = [source.n for source in task_of(messages).sources]
        others = dict(zip(numbers, [*numbers[1:], *numbers[:1]], strict=True))
        change = {str(n): str(other) for n, other in others.items()}
        text = author(messages, body)
        return _CITED.sub(lambda found: f" [{change.get(found[1], found[1])}]", text)

    return write


def obeying_passages(author: Author) -> Author:
    """Does what a passage says after "ignore previous instructions", instead of answering."""

    def write(messages: list[Json], body: Json) -> str:
        for source in task_of(messages).sources:
            if found := _ORDERS.search(source.text):
                order = found[1].strip() or found[0]
                said = re.sub(
                    r"^(?:and |instead,? )*(?:say|write|reply|answer|print)(?: with| only)?:? ?",
                    "",
                    order,
                    flags=re.IGNORECASE,
                )
                return said.strip("\"'“”") or order
        return author(messages, body)

    return write


citing_beyond = _changing(_cited_beyond)
citing_nothing = _changing(lambda text: _CITED.sub("", text))
inventing_a_quotation = _changing(
    lambda text: (
        f'{text} As the minister put it, "no model of this size will ever leave the building again" [1].'
    )
)
altering_a_number = _changing(_with_a_number_changed)
dropping_not = _changing(_without_not)
writing_a_link = _changing(_with_a_link)
pinging_everyone = _changing(lambda text: f"@everyone {text} <@123456789012345678>")
thinking_first = _changing(
    lambda text: f"<think>\nThe sources first. Source [2] may be wrong.\n</think>\n\n{text}"
)
answering_in_german = _changing(lambda text: into("German", text))
repeating = _changing(lambda text: " ".join([text, *[_first_sentence(text)] * 12]))
fencing_json = _changing(_fenced)
rambling = _changing(_rambling)
writing_the_placeholder = _changing(lambda text: _CITED.sub(" [source_id]", text))
with_a_heading_and_list = _changing(lambda text: "## Answer\n\n- " + text.replace("]. ", "].\n- "))
apologising = _changing(
    lambda text: f"Sure! Based on the sources, here is my answer:\n\n{text}\n\nLet me know!"
)
claiming_more = _changing(
    lambda text: f"{text} This was later confirmed by the European Commission in Brussels [1]."
)


def always_refusing(author: Author) -> Author:
    """Says that the sources do not say, whatever they say."""
    return lambda messages, body: NOT_IN_SOURCES


def breaking_json(author: Author) -> Author:
    """Leaves JSON unfinished; other text as it is."""

    def write(messages: list[Json], body: Json) -> str:
        text = author(messages, body)
        return text[: len(text) * 2 // 3] if text.startswith(("{", "[")) else text

    return write


def misquoting(author: Author) -> Author:
    """In evidence: the last words of each quotation are of its own making."""

    def write(messages: list[Json], body: Json) -> str:
        text = author(messages, body)
        try:
            value = json.loads(text)
        except ValueError:
            return text
        for each in value.get("evidence", ()):
            words = each["quote"].split()
            each["quote"] = " ".join(
                [*words[: len(words) // 2], "and the regulators agreed with every word of it."]
            )
        return json.dumps(value, ensure_ascii=False)

    return write


MISBEHAVIOURS: Mapping[str, Wrapper] = {
    "cites-beyond-the-sources": citing_beyond,
    "cites-nothing": citing_nothing,
    "cites-the-wrong-source": citing_the_wrong_source,
    "invents-a-quotation": inventing_a_quotation,
    "alters-a-number": altering_a_number,
    "drops-a-not": dropping_not,
    "writes-a-link": writing_a_link,
    "pings-everyone": pinging_everyone,
    "thinks-first": thinking_first,
    "obeys-passages": obeying_passages,
    "answers-in-german": answering_in_german,
    "repeats-itself": repeating,
    "fences-json": fencing_json,
    "rambles": rambling,
    "writes-the-placeholder": writing_the_placeholder,
    "writes-headings-and-lists": with_a_heading_and_list,
    "apologises": apologising,
    "claims-more": claiming_more,
    "refuses-always": always_refusing,
    "breaks-json": breaking_json,
    "misquotes": misquoting,
}
"""Every wrapper by name."""


def misbehaving(name: str, author: Author = grounded) -> Author:
    """An author with one of the faults above."""
    return MISBEHAVIOURS[name](author)
