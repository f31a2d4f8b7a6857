"""Sentences to be checked, faithful and faulty, with passages around them, to measure the grounding on.

Everything here is by rule and without chance, so that a figure means the same on every run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.knowledge.article import Passage
from bot.knowledge.passages import split
from bot.knowledge.sentences import sentences
from bot.shipped import shipped

REWORDED = Path(__file__).parents[1] / "data" / "reworded.jsonl"
OTHERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence said out of `source`, which stands in the passage numbered `right` of `passages`, from 1."""

    sentence: str
    source: str
    kind: str
    passages: tuple[Passage, ...]
    right: int

    @property
    def passage(self) -> Passage:
        """The passage that says it."""
        return self.passages[self.right - 1]

    def saying(self, sentence: str, kind: str) -> Example:
        """The same with another sentence."""
        return replace(self, sentence=sentence, kind=kind)


@cache
def library() -> dict[str, tuple[str, tuple[Passage, ...]]]:
    """The shipped articles by name: their text, and their passages."""
    made: dict[str, tuple[str, tuple[Passage, ...]]] = {}
    for number, file in enumerate(sorted(shipped("articles").glob("*.md")), start=1):
        _, front, text = file.read_text(encoding="utf-8").split("---\n", 2)
        title = re.search(r"^title: \"?(.*?)\"?$", front, re.MULTILINE)
        made[file.stem] = (text.strip(), _passages(number, title[1] if title else "", text.strip()))
    return made


def _passages(article: int, title: str, text: str) -> tuple[Passage, ...]:
    return tuple(
        Passage(
            id=1000 * article + at,
            article=article,
            revision=article,
            channel=None,
            title=title,
            heading=span.heading,
            language="en",
            text=text[span.start : span.end],
            start=span.start,
            end=span.end,
        )
        for at, span in enumerate(split(text, "en"))
    )


def example(article: str, source: str, sentence: str, kind: str, turn: int) -> Example:
    """A sentence among five passages: the one that has the source, and four of other articles."""
    text, own = library()[article]
    at = text.index(source)
    whole = [passage for passage in own if passage.start <= at and at + len(source) <= passage.end]
    right = (whole or [passage for passage in own if passage.start <= at < passage.end])[0]
    foreign = [passage for name, (_, all_) in library().items() if name != article for passage in all_]
    chosen = [foreign[(turn * 7 + step * 13) % len(foreign)] for step in range(OTHERS)]
    chosen.insert(turn % (OTHERS + 1), right)
    return Example(
        sentence=sentence,
        source=source,
        kind=kind,
        passages=tuple(chosen),
        right=turn % (OTHERS + 1) + 1,
    )


@cache
def verbatim() -> tuple[Example, ...]:
    """Every sentence of the articles that stands whole in a passage."""
    made = []
    for article, (text, own) in library().items():
        for start, end in sentences(text, "en"):
            sentence = text[start:end]
            if any(passage.start <= start and end <= passage.end for passage in own):
                made.append(example(article, sentence, sentence, "verbatim", len(made)))
    return tuple(made)


@cache
def reworded() -> tuple[Example, ...]:
    """The sentences that somebody reworded by hand, in the order of the file."""
    rows = [json.loads(line) for line in REWORDED.read_text(encoding="utf-8").splitlines()]
    return tuple(
        example(row["article"], row["source"], row["sentence"], row["kind"], turn)
        for turn, row in enumerate(rows)
        if row["source"] in library()[row["article"]][0]
    )


def _inside(words: str) -> str:
    """Words that began a sentence, as they stand inside one."""
    first = words.split()[0]
    is_common = any(f" {first.lower()} " in text for text, _ in library().values())
    return f"{words[0].lower()}{words[1:]}" if is_common else words


_ENGLISH_DATE = re.compile(r"\b(\d{1,2}) (January|March|July|August|September|October) (\d{4})\b")


def _report_first(found: re.Match[str]) -> str:
    return f"According to {found['who']}, {_inside(found['what'])}."


def _claim_first(found: re.Match[str]) -> str:
    what = found["what"]
    return f"{what[0].upper()}{what[1:]}, {_inside(found['who'])} {found['how']}."


_LIGHT: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_ENGLISH_DATE, r"\2 \1, \3"),
    (
        re.compile(r"^(?P<who>\w+(?: of [\w ]+?)?) (?P<how>argue|answer|reply) that (?P<what>.*)\.$"),
        _claim_first,
    ),
    (re.compile(r"^(?P<what>.*), (?:as (?P<who>[A-Z]\w+) reported)(?P<when> [^,]*)?\.$"), _report_first),
    (re.compile(r"^(?P<what>.*), according to (?P<who>[^,]+)\.$"), _report_first),
    (re.compile(r", they (argue|say),"), r", they \1 –"),
    (re.compile(r"\breleased\b"), "published"),
    (re.compile(r"\blicence\b"), "license"),
    (re.compile(r"\bargue\b"), "say"),
    (re.compile(r"\banswer\b"), "respond"),
    (re.compile(r"\bcannot\b"), "can not"),
)


@cache
def lightly_changed() -> tuple[Example, ...]:
    """Sentences of the articles with the date, the order or one word said otherwise, by rule."""
    made = []
    for at, one in enumerate(verbatim()):
        turns = (_LIGHT[(at + step) % len(_LIGHT)] for step in range(len(_LIGHT)))
        changes = (pattern.sub(put, one.sentence, count=1) for pattern, put in turns)
        changed = next((text for text in changes if text != one.sentence), None)
        if changed:
            made.append(one.saying(changed, "light"))
    return tuple(made)


_NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTHS_IN_ORDER = tuple(_MONTHS.split("|"))
_FIGURE = re.compile(
    rf"(?<![\w.,])\d+(?:[.,]\d+)*|\b(?:{'|'.join(_NUMBER_WORDS)})\b|\b(?:{_MONTHS})\b(?= \d)",
    re.IGNORECASE,
)
_NAME = re.compile(
    rf"(?<![.!?:]\s)(?<!\n)\b(?!(?:The|It|I|In|On|{_MONTHS})\b)"
    rf"(?:[A-Z]\w*|x[A-Z]\w+)(?:[- ](?:(?!{_MONTHS})(?:[A-Z]\w*|\d[\w.]*\w|\d)))*\b"
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|can|will|would|may|must|should|has|have|had|could)\b"
    r"(?! (?:not|never|no|neither|nothing|nobody|only|sooner|rather|hardly)\b)"
)
_NEGATIONS = (
    (re.compile(r"\bnot (?!only|just|merely)"), ""),
    (re.compile(r"\bnever "), ""),
    (re.compile(r"\bcannot\b"), "can"),
    (re.compile(r"\bwithout\b"), "with"),
    (re.compile(r"\bnobody\b"), "everybody"),
    (re.compile(r"(?<!and )(?<!or )\bno (?=[a-z])"), ""),
    (re.compile(r"\bunless\b"), "if"),
    (re.compile(r"\b([Nn])either (.*?) nor\b"), r"both \2 and"),
)
_PAIRS = """
    supporters opponents, advocates critics, critics advocates, defenders critics, opponents supporters,
    allow forbid, allows forbids, allowed forbidden, forbid allow, open closed, closed open, opened closed,
    more less, less more, before after, after before, first last, last first, best worst, better worse,
    every no, public secret, private public, cheap expensive, cheaper dearer, old new, older newer,
    oldest newest, large small, strongest weakest, rise fall, increase decrease, gains loses, pass fail,
    fail pass, easy hard, easier harder, welcome regret, regret welcome, deny concede, concede deny,
    independent dependent, outside inside, careful careless, harmful harmless,
    foreseeable unforeseeable, released withheld,
    always never, late early, later earlier, same different, most least, insufficient sufficient,
    enough insufficient, wrong right, remove add, removes adds, include exclude, includes excludes,
    signed vetoed, vetoed signed, above below
"""
_OPPOSITES = dict(pair.split() for pair in _PAIRS.split(","))
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(_OPPOSITES)})\b")
_STRANGERS = ("Mistral", "Google", "Anthropic", "Microsoft", "Reuters", "Stanford")
_INVENTED = (
    "nobody outside the company was ever told about it",
    "we will give away everything that we have made",
    "the numbers in this report were simply made up",
)


def faulty(one: Example) -> Iterator[Example]:
    """The same sentence with faults planted, of each kind one where the sentence has a place for it."""
    for kind, plant in _PLANTS.items():
        changed = plant(one)
        if changed is not None and changed != one.sentence:
            yield one.saying(changed, kind)


def _put(text: str, found: re.Match[str], instead: str) -> str:
    return text[: found.start()] + instead + text[found.end() :]


def _shape(figure: str) -> str:
    if figure.isdigit():
        return "year" if len(figure) == 4 else "day" if len(figure) < 3 else "number"
    return "month" if figure in _MONTHS_IN_ORDER else "word" if figure.isalpha() else "number"


def _altered_number(one: Example) -> str | None:
    found = _FIGURE.search(one.sentence)
    return _put(one.sentence, found, _next(found.group())) if found else None


def _next(figure: str) -> str:
    for words in (_MONTHS_IN_ORDER, _NUMBER_WORDS):
        if figure in words:
            return words[(words.index(figure) + 1) % len(words)]
        if figure.lower() in words:
            return words[(words.index(figure.lower()) + 1) % len(words)].capitalize()
    digits = re.search(r"\d+$", figure)
    assert digits
    return figure[: digits.start()] + str(int(digits.group()) + 1).zfill(len(digits.group()))


def _number_of_the_same_passage(one: Example) -> str | None:
    """The hard case: a number that the passage has as well, of something else."""
    known = [found.group() for found in _FIGURE.finditer(one.passage.text)]
    for found in _FIGURE.finditer(one.sentence):
        figure = found.group()
        others = sorted({other for other in known if other != figure and _shape(other) == _shape(figure)})
        if _shape(figure) == "day" and re.match(r" [A-Z]", one.sentence[found.end() :]):
            others = [other for other in others if int(other) <= 31]
        if others:
            return _put(one.sentence, found, others[len(one.sentence) % len(others)])
    return None


def _exchanged_numbers(one: Example) -> str | None:
    figures = list(_FIGURE.finditer(one.sentence))
    for at, first in enumerate(figures):
        for second in figures[at + 1 :]:
            between = one.sentence[first.end() : second.start()]
            same = _shape(first.group()) == _shape(second.group()) and first.group() != second.group()
            if same and not re.fullmatch(r"(?: billion)? (?:and|or) ", between):
                return _exchanged(one.sentence, first, second)
    return None


def _exchanged(text: str, first: re.Match[str], second: re.Match[str]) -> str:
    return (
        text[: first.start()]
        + second.group()
        + text[first.end() : second.start()]
        + first.group()
        + text[second.end() :]
    )


def _dropped_not(one: Example) -> str | None:
    for pattern, instead in _NEGATIONS:
        if found := pattern.search(one.sentence):
            return _put(one.sentence, found, found.expand(instead))
    return None


def _added_not(one: Example) -> str | None:
    found = _AUXILIARY.search(one.sentence)
    return _put(one.sentence, found, f"{found.group()} not") if found else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _names(text: str) -> list[re.Match[str]]:
    quoted = [found.span() for found in re.finditer(r'"[^"]*"', text)]
    return [
        found
        for found in _NAME.finditer(text)
        if found.group() != "AI"
        and (found.start() > 0 or re.match(r"\w+[A-Z\d]", found.group()))
        and not any(start < found.start() < end for start, end in quoted)
    ]


def _foreign_name(one: Example) -> str | None:
    names = _names(one.sentence)
    return _put(one.sentence, names[0], _STRANGERS[len(one.sentence) % len(_STRANGERS)]) if names else None


def _name_of_the_same_passage(one: Example) -> str | None:
    known = sorted({found.group() for found in _names(one.passage.text)})
    for found in _names(one.sentence):
        own = _words(found.group())
        others = [other for other in known if other not in one.sentence and not own & _words(other)]
        if others:
            return _put(one.sentence, found, others[len(one.sentence) % len(others)])
    return None


def _exchanged_names(one: Example) -> str | None:
    names = _names(one.sentence)
    for at, first in enumerate(names):
        for second in names[at + 1 :]:
            between = one.sentence[first.end() : second.start()]
            shared = _words(first.group()) & _words(second.group())
            if (
                len(between.split()) > 2
                and not shared
                and not re.search(r"^,? (?:and|or) |,.* and $", between)
            ):
                return _exchanged(one.sentence, first, second)
    return None


def _antonym(one: Example) -> str | None:
    found = _OPPOSITE.search(one.sentence)
    return _put(one.sentence, found, _OPPOSITES[found.group()]) if found else None


def _invented_quotation(one: Example) -> str | None:
    words = _INVENTED[len(one.sentence) % len(_INVENTED)]
    return f'{one.sentence.rstrip(".")}, because "{words}".'


def _altered_quotation(one: Example) -> str | None:
    """Eight words of the passage in quotation marks, one of them another."""
    words = re.findall(r"[a-z]+(?: [a-z]+){7}", one.source)
    if not words:
        return None
    quoted = words[0].split()
    quoted[4] = "purple"
    return f'{one.sentence.rstrip(".")}: "{" ".join(quoted)}".'


def _invented_clause(one: Example) -> str:
    clauses = (
        ", after a court in the capital had ordered it",
        " because hackers had threatened its shareholders",
        " under pressure from angry fishermen",
    )
    return f"{one.sentence.rstrip('.')}{clauses[len(one.sentence) % len(clauses)]}."


_PLANTS = {
    "altered number": _altered_number,
    "number of the same passage": _number_of_the_same_passage,
    "exchanged numbers": _exchanged_numbers,
    "dropped not": _dropped_not,
    "added not": _added_not,
    "foreign name": _foreign_name,
    "name of the same passage": _name_of_the_same_passage,
    "exchanged names": _exchanged_names,
    "antonym": _antonym,
    "invented clause": _invented_clause,
    "invented quotation": _invented_quotation,
    "altered quotation": _altered_quotation,
}
