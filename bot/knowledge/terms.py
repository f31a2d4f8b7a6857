"""Reads a text as terms: its words with what they stand for, its figures and its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bot.knowledge.figures import Figure, Kind, figures
from bot.knowledge.senses import Sense, sense_of, turned_round, word_set
from bot.knowledge.tokens import is_gram, stop_words, token_of, tokens
from bot.knowledge.wording import Token, negates, wording

_COMMA, _BREAK = 2.0, 3.0
_BREAKS = re.compile(r"[;:()–—?!；：。！？]|\s-\s|\.\s")
_COMMAS = re.compile(r"[,，、]")
_INSIDE = re.compile(r"[a-z][A-Z]|[A-Z]{2}|\d[A-Za-z]|[A-Za-z]\d")
_OPENING = re.compile(r"(?:^|[.!?:]\s|[\"“„«‹(]|(?<!\w)['‘])\s*$")
_RUN = re.compile(r"[^\W_]+")
_JOINTS = frozenset(("", " ", "-", "–", "\u00a0"))
# What begins a clause, but not behind a preposition: into that ecosystem.
_OPENERS = word_set(
    "but while whereas because since although though unless if when whenever where so which who whom whose "
    "that until hence therefore"
)
_BEFORE_NOUNS = word_set("into of on for with to from in by at about against under over")
# At the beginning of a sentence, where a capital tells nothing: endings of common words, and words.
_COMMON = re.compile(r"(?:ly|ing|ed|ness|ment|ion|ity|ance|ence|ism|ship|ency)$|[^aeiou]s$|[^u]es$")
_SINGULAR = word_set("is was has does")
_OPENING_WORDS = word_set(
    "anyone anything both despite each every few given having here later much most never next none nobody "
    "nothing now once one only other others overall perhaps putting rather seen seldom several since "
    "sometimes still thanks this though together under until unlike what whatever whichever whoever within "
    "without yet two three four five six seven eight nine ten almost already although among another any "
    "before beyond during even first further if like little many more neither nor second third "
    "throughout unless upon while worse best half twice"
)
_CAPITAL_NOUNS = frozenset(("de", "lb"))
_TELLING = frozenset(("many",))
# Words that only join, beyond those that are dropped from questions.
_JOINING = word_set(
    "under since among between through across toward towards within per via during although though even also "
    "still just very quite rather thus hence therefore however any anyone anybody anything one ones else "
    "already both up out back away like once get gets got"
)
REPORTING = "=argue"
"""The key of say, argue, claim and their like: it matters who says it, not by which of these words."""


class Term(NamedTuple):
    """A word or a figure at `start` to `end` of its text.

    It is compared by `keys`; `sign` is -1 where it says the contrary of them. `place` counts words, and more
    over commas and stops; `clause` numbers the clauses. A name may have a `label` (the 2 of Grok 2), which
    `is_label` as a term of its own. `content` is false for words that only join others, for negations and for
    labels.
    """

    form: str
    stem: str
    keys: tuple[str, ...]
    start: int
    end: int
    place: float
    clause: int
    sign: int = 1
    figure: Figure | None = None
    is_name: bool = False
    label: str = ""
    is_label: bool = False
    content: bool = True
    negates: bool = False


class _Spot(NamedTuple):
    """Where a term stands."""

    start: int
    end: int
    place: float
    clause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How words are written in some texts: with a capital inside a sentence, or without; and their keys."""

    capital: frozenset[str]
    small: frozenset[str]
    keys: frozenset[str]
    language: str | None


def usage(texts: Iterable[str], language: str | None) -> Usage:
    """What texts show about names, and about the words that they have."""
    capital: set[str] = set()
    small: set[str] = set()
    for text in texts:
        for found in _RUN.finditer(text):
            word = found.group()
            if not word[0].isupper():
                small.add(word.casefold())
            elif not _OPENING.search(text, max(0, found.start() - 4), found.start()):
                capital.add(word.casefold())
    keys = frozenset(sense_of(word, language).key for word in small | capital if word.isascii())
    return Usage(capital=frozenset(capital), small=frozenset(small), keys=keys, language=language)


def bare_form(form: str) -> str:
    """A word without its possessive ending."""
    return form[:-2] if form.endswith("'s") else form.rstrip("'")


def terms(text: str, seen: Usage, *, offset: int = 0, place: float = 0.0, clause: int = 0) -> list[Term]:
    """The terms of one sentence, in order, counted on from `offset`, `place` and `clause`."""
    counted = iter(figures(text, seen.language))
    figure = next(counted, None)
    made: list[Term] = []
    stream = wording(text)
    last = 0
    for at, token in enumerate(stream):
        if token.start < last:
            continue  # inside a figure
        while figure and figure.end <= token.start:
            figure = next(counted, None)
        begun = figure if figure and figure.start <= token.start else None
        gap, last = text[last : token.start], begun.end if begun else token.end
        farther, breaks = _apart(gap, token.form, made[-1].form if made else "", seen.language)
        place, clause = place + 1 + farther, clause + breaks
        spot = _Spot(offset + token.start, offset + max(last, token.end), place, clause)
        if begun:
            made.append(_counted(token, begun, spot, seen))
            _join_label(made, text, gap)
        else:
            made.append(_word(text, token, stream[at + 1 : at + 2], spot, seen))
    return made


def _join_label(made: list[Term], text: str, gap: str) -> None:
    """A number right behind a name belongs to it: the 2 of Grok 2."""
    *_, number = made
    name = made[-2] if len(made) > 1 else None
    if name and name.is_name and number.figure and gap in _JOINTS and _is_label(number.figure, text):
        made[-2:] = [name._replace(label=number.form), number._replace(is_label=True, content=False)]


def _is_label(figure: Figure, text: str) -> bool:
    if figure.kind is Kind.DATE:
        return figure.month is None
    return figure.kind is Kind.NUMBER and text[figure.start].isdecimal()


def units(made: Sequence[Term]) -> list[tuple[int, ...]]:
    """The runs of terms, by number, that make one name: Mark Zuckerberg, Grok 2 Community License."""
    runs: list[list[int]] = []
    for at, term in enumerate(made):
        if not (term.is_name or term.is_label):
            continue
        if runs and runs[-1][-1] == at - 1 and term.place - made[at - 1].place == 1:
            runs[-1].append(at)
        elif term.is_name:
            runs.append([at])
    return [tuple(run) for run in runs]


def _apart(gap: str, form: str, before: str, language: str | None) -> tuple[float, bool]:
    """How much farther apart two words are for what stands between them, and whether a clause begins."""
    if _BREAKS.search(gap):
        return _BREAK, True
    if _COMMAS.search(gap):
        return _COMMA, True
    opens = language in ("en", None) and form in _OPENERS and before not in _BEFORE_NOUNS
    return (1.0 if opens else 0.0), opens


def _counted(token: Token, figure: Figure, spot: _Spot, seen: Usage) -> Term:
    form = bare_form(token.form)
    # First and last are each other's contrary, so that a rank is a word as well.
    sense = _sense(form, seen) if figure.kind is Kind.RANK and figure.value == 1 else None
    return Term(form, form, (sense.key,) if sense else (), *spot, figure=figure)


def _word(text: str, token: Token, following: Sequence[Token], spot: _Spot, seen: Usage) -> Term:
    form = bare_form(token.form)
    denies = negates(text, [token])
    shouts = len(form) > 1 and text[token.start : token.end].isupper()
    joins = (form in _joining(seen.language) and form not in _TELLING and not shouts) or not form
    keys, sign = _keys(form, token, following, seen)
    return Term(
        form,
        token_of(form, seen.language) if form.isascii() and form else form,
        keys,
        *spot,
        sign=sign,
        is_name=not joins and _is_name(text, form, token, following, seen),
        content=not (denies or joins),
        negates=denies,
    )


@lru_cache(maxsize=32)
def _joining(language: str | None) -> frozenset[str]:
    return stop_words(language) | _JOINING if language in ("en", None) else stop_words(language)


def _keys(form: str, token: Token, following: Sequence[Token], seen: Usage) -> tuple[tuple[str, ...], int]:
    if form.isascii():
        sense = _sense(form, seen)
        return (sense.key,), sense.sign
    if len(form) == 1 and is_gram(form):
        joins = bool(following) and following[0].start == token.end and is_gram(following[0].form)
        return (form + following[0].form if joins else form,), 1
    grams = tokens(form, seen.language)
    return (tuple(grams) if len(grams) > 1 else (_sense(form, seen).key,)), 1


def _sense(form: str, seen: Usage) -> Sense:
    """A listed sense; else the contrary of a word that is in use here; else the stem."""
    sense = sense_of(form, seen.language)
    if not sense.key.startswith("="):
        turned = turned_round(form, seen.language)
        if turned and turned.key in seen.keys:
            return turned
    return sense


def _is_name(text: str, form: str, token: Token, following: Sequence[Token], seen: Usage) -> bool:
    word = text[token.start : token.end]
    if _INSIDE.search(word):
        return True
    if not word[:1].isupper() or seen.language in _CAPITAL_NOUNS:
        return False
    if not _OPENING.search(text, max(0, token.start - 4), token.start):
        return True
    if form in seen.capital or form in seen.small:
        return form not in seen.small
    next_word = text[following[0].start : following[0].end] if following else ""
    return (
        word.endswith(("'s", "’s"))
        or (next_word[:1].isupper() and text[token.end : token.end + 2] in (" " + next_word[:1], ", "))
        or (seen.language in ("en", None) and len(form) > 1 and not _is_common(form, next_word))
    )


def _is_common(form: str, next_word: str) -> bool:
    """Whether an English word that opens a sentence, and is used nowhere else, is likely no name."""
    if form in _OPENING_WORDS or sense_of(form, "en").key.startswith("="):
        return True
    is_plural = form.endswith("s") and next_word not in _SINGULAR
    return bool(_COMMON.search(form)) and (is_plural or not form.endswith("s"))
