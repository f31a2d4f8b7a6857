"""An author for the fake model: it reads the prompt and writes out of its passages, truly and only that.

`grounded(messages, body)` is the default author of `FakeModelServer`. It knows the prompts of this
project and answers anything else with a plain sentence, or with JSON by the schema that was asked for.
Authors that misbehave are in `tests.fakes.misbehaving`.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tests.fakes import counting, debating, dictionary, weighing
from tests.fakes.reading import Sentence, Task, task_of

Json = dict[str, Any]
Author = Callable[[list[Json], Json], str]
"""`(messages, body) -> str`: what a model says to a request."""

NOT_IN_SOURCES = "NOT_IN_SOURCES"

_ENOUGH, _ALSO, _LEAST = 0.38, 0.7, 0.3
_MOST_SENTENCES = 4
_ABOUT, _MOSTLY = 0.6, 0.75
_CUES = (
    (re.compile(r"\b(?:when|what year|which year|what date)\b", re.IGNORECASE), re.compile(r"\b\d{4}\b")),
    (re.compile(r"\bhow (?:many|much|large|long|old)\b", re.IGNORECASE), re.compile(r"\d")),
    (re.compile(r"\bwho\b", re.IGNORECASE), re.compile(r"(?<=\S )[A-Z]\w+|^[A-Z]\w+ [A-Z]")),
    (re.compile(r"\bwhy\b", re.IGNORECASE), re.compile(r"\b(?:because|since|so that|in order)\b")),
)
_OPENING = re.compile(
    r"^(?:However|Moreover|Furthermore|In addition|Also|Still|Meanwhile|Nevertheless|In short|Indeed)"
    r", (?=[A-Za-z])|^(?:But|And|Yet) (?=[A-Z])"
)
_DATED = re.compile(r"^((?:In|On) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4}), ([^,;:\"“”()]+)\.$")
_ASIDE = re.compile(r" \([^()]{1,80}\)")
_QUOTES = re.compile('["“”„«»]')
_PRONOUN = re.compile(r"\b(it|they|them|that|this|these|those|he|she|its|their|his|her)\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w-]*(?:[ -](?:[A-Z][\w-]*|\d[\w.]*))*")
_BEGINS = frozenset(
    re.findall(
        r"\S+",
        """
        when what which who why how where is are was were do does did can could should would will has have the
        a an and but in on if for tell
        """,
    )
)
_POSSESSIVE = ("its", "their", "his", "her")


def grounded(messages: list[Json], body: Json) -> str:
    """What an honest model of modest gifts writes."""
    if (part := debating.part_of(messages)) is not None:
        return debating.answered(part)
    task = task_of(messages)
    match task.kind:
        case "answer":
            return answered(task)
        case "check":
            return checked(task)
        case "rewrite":
            return rewritten(task)
        case "translate":
            return dictionary.into(task.language, task.asked)
    return _talk(task, body)


def answered(task: Task) -> str:
    """One to four sentences of the sources, each with its number, or the words for "they do not say"."""
    chosen = chosen_for(task)
    if not chosen:
        return NOT_IN_SOURCES
    return " ".join(_cited(_reworded(each.text), each.n) for each in chosen)


def chosen_for(task: Task) -> list[Sentence]:
    """The sentences that answer a question best, best first; none where nothing matches well enough."""
    pool = [sentence for source in task.sources for sentence in source.sentences]
    scored = _scored(rewritten(task), pool)
    if not scored or scored[0][0] < _ENOUGH:
        return []
    least = max(_LEAST, _ALSO * scored[0][0])
    chosen: list[Sentence] = []
    for score, sentence in scored:
        alike = any(
            weighing.share(weighing.stems_of(sentence.text), weighing.stems_of(c.text)) > 0.7 for c in chosen
        )
        if score >= least and not alike and len(chosen) < _MOST_SENTENCES:
            chosen.append(sentence)
    return chosen


def _scored(question: str, pool: Sequence[Sentence]) -> list[tuple[float, Sentence]]:
    """All sentences with how much of the question's weight they have, best first; a title counts for less."""
    known = [weighing.stems_of(sentence.text) for sentence in pool]
    often = Counter(stem for stems in known for stem in stems)
    wanted = _wanted(question, [sentence.text for sentence in pool])
    weight = {stem: math.log(1 + len(pool) / (1 + often[stem])) for stem in wanted}
    total = sum(weight.values()) or 1.0
    scored = []
    for sentence, stems in zip(pool, known, strict=True):
        titled = weighing.stems_of(sentence.title) - stems
        matched = sum(weight[stem] * (1.0 if stem in stems else 0.4 * (stem in titled)) for stem in wanted)
        scored.append((matched / total + _cue(question, sentence.text), sentence))
    return sorted(scored, key=lambda each: -each[0])


def _wanted(question: str, texts: Sequence[str]) -> set[str]:
    """The stems that a question asks for: in English, and spelt as the sources spell them."""
    words = {word for text in texts for word in weighing.words_of(text)}
    english = dictionary.into("English", question)
    spelt = {word: close[0] for word in weighing.words_of(english) if (close := _close(word, words))}
    for word, right in spelt.items():
        english = re.sub(rf"\b{re.escape(word)}\b", right, english, flags=re.IGNORECASE)
    return weighing.content_of(english)


def _close(word: str, words: Collection[str]) -> list[str]:
    """The nearest of the words to one that is none of them."""
    if len(word) < 5 or word in words:
        return []
    return difflib.get_close_matches(word, words, 1, 0.8)


def _cue(question: str, sentence: str) -> float:
    """A little more for a sentence that has what the question asks for: a date, a number, a name."""
    return 0.1 if any(asks.search(question) and has.search(sentence) for asks, has in _CUES) else 0.0


def _reworded(sentence: str) -> str:
    """The same said a little otherwise, where that cannot change what it says."""
    text = _capital(_OPENING.sub("", sentence))
    if _QUOTES.search(text):
        return text
    text = _ASIDE.sub("", text)
    dated = _DATED.match(text)
    if dated and " and " not in dated[2]:
        return f"{_capital(dated[2])} {dated[1][:1].lower()}{dated[1][1:]}."
    return text


def _capital(text: str) -> str:
    """With a capital at the start, unless the first word is a name like xAI."""
    first = text.split(" ")[0]
    return text[:1].upper() + text[1:] if first.islower() else text


def _cited(sentence: str, n: int) -> str:
    """The number stands before the full stop; after anything else that ends a sentence."""
    if sentence.endswith("."):
        return f"{sentence[:-1]} [{n}]."
    return f"{sentence} [{n}]" if sentence[-1:] in '!?"”’' else f"{sentence} [{n}]."


def checked(task: Task) -> str:
    """Evidence for or against a claim, as the prompt wants it."""
    evidence = [
        {"n": sentence.n, "quote": sentence.text, "says": says}
        for source in task.sources
        for sentence in source.sentences
        if (says := says_of(task.asked, sentence)) is not None
    ]
    return json.dumps({"evidence": evidence}, ensure_ascii=False)


def says_of(claim: str, sentence: Sentence) -> str | None:
    """Whether a sentence "supports" or "contradicts" a claim; `None` where it does neither."""
    if not _is_about(claim, sentence):
        return None
    agree = counting.numbers_agree(claim, sentence.text)
    foretold = weighing.coming(sentence.text) and not weighing.coming(claim)
    if agree is None or (foretold and counting.numbers_of(claim)):
        return None
    if not agree and (
        _spoken_of(claim, sentence) < _MOSTLY or not _names(claim, f"{sentence.title}. {sentence.text}")
    ):
        return None
    flips = weighing.denied(claim, sentence.text) + weighing.opposed(claim, sentence.text)
    return "supports" if agree and flips % 2 == 0 else "contradicts"


def _is_about(claim: str, sentence: Sentence) -> bool:
    """Whether a sentence speaks of what a claim does: most of its words, and all of its names."""
    if _spoken_of(claim, sentence) < _ABOUT or counting.confuses(claim, sentence.text):
        return False
    return _names(claim, f"{sentence.title}. {sentence.around}")


def _spoken_of(claim: str, sentence: Sentence) -> float:
    """The share of a claim's words that a sentence speaks of, with and without names; two words at least."""
    wanted = weighing.about(claim) - counting.MONTHS
    if len(wanted & weighing.meant_by(sentence.text)) < min(2, len(wanted)):
        return 0.0
    unnamed = wanted - weighing.names_of(claim) or wanted
    return min(weighing.covered(wanted, sentence.text), weighing.covered(unnamed, sentence.text))


def _names(claim: str, text: str) -> bool:
    """Whether a text has all the names of a claim, with the numbers that belong to them."""
    numbered = counting.numbered_names(claim) <= counting.numbered_names(text)
    return numbered and not weighing.names_of(claim) - counting.MONTHS - weighing.meant_by(text)


def rewritten(task: Task) -> str:
    """The last question with what the earlier ones were about in the place of its pronoun, or behind it."""
    topic = next((topic for each in reversed(task.earlier) if (topic := _topic(each))), "")
    question = task.asked
    if not topic or topic.lower() in question.lower():
        return question
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return f"{question.rstrip(' ?.!')} ({topic})?"
    named = f"{topic}'s" if pronoun[0].lower() in _POSSESSIVE else topic
    return question[: pronoun.start()] + named + question[pronoun.end() :]


def _topic(question: str) -> str:
    """The names of a question, or else its rare words."""
    names = [name for name in _NAME.findall(question) if name.split()[0].lower() not in _BEGINS]
    names += [
        rest for name in _NAME.findall(question) if (rest := _without_begin(name)) and rest not in names
    ]
    if names:
        return " ".join(dict.fromkeys(names))
    about = weighing.content_of(question)
    words = re.findall(r"[\w-]+", question)
    return " ".join(word for word in words if weighing.content_of(word) & about and len(word) > 3)


def _without_begin(name: str) -> str:
    first, _, rest = name.partition(" ")
    return rest if first.lower() in _BEGINS and rest[:1].isupper() else ""


def _talk(task: Task, body: Mapping[str, Any]) -> str:
    wanted = body.get("response_format")
    match wanted if isinstance(wanted, dict) else {}:
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            return json.dumps(example_of(schema), ensure_ascii=False)
        case {"type": "json_object"}:
            return json.dumps({"text": task.asked[:200]}, ensure_ascii=False)
    return f"This is what I was asked: {task.asked[:400]}"


def example_of(schema: Mapping[str, Any]) -> Any:
    """The plainest value that a JSON schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            known = schema.get("properties", {})
            return {name: example_of(known.get(name, {})) for name in schema.get("required", known)}
        case "array":
            return [example_of(schema.get("items", {}))] * int(schema.get("minItems", 0))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
    return "text"
