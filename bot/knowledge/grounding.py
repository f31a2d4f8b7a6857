"""Checks a text that a language model wrote out of numbered passages, without a second model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.knowledge.article import Passage
from bot.knowledge.bare import bare
from bot.knowledge.evidence import MOST_CITES, Evidence, Support, Weighed
from bot.knowledge.quotes import MIN_TOKENS, Checked, Status, check
from bot.knowledge.wording import wording
from bot.knowledge.written import (
    SENTINEL,
    Quotation,
    Written,
    plain_draft,
    quotations,
    sentinel,
    taken_apart,
    unquoted,
)

__all__ = ["SENTINEL", "Grounded", "Sentence", "Support", "ground", "plain_draft"]

_WRONG = {
    Status.ALTERED: "the quotation is not word for word",
    Status.CLIPPED_NEGATION: "the quotation leaves out a “not”",
}
_NOT_FOUND = "quotation not found"
_INNER = re.compile('[“"]([^“”"]*)[”"]')
"""A quotation inside another is shown with single marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of an answer as it may be shown: plain text, without numbers, links, markup or mentions.

    In quotation marks are only words that stand so in a cited passage. `cites` are the numbers, from 1, of
    the passages it is shown with, at most three; it is `repointed` where they are not those that it gave.
    `span` is where the first of them says it, in code points of that passage's revision. `why` is a short
    reason for people, empty where nothing is wrong.
    """

    text: str
    support: Support
    cites: tuple[int, ...]
    span: tuple[int, int] | None
    repointed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded:
    """A checked answer. `refused` says that it is none: the model said so, or nothing is left of it."""

    sentences: tuple[Sentence, ...]
    refused: bool

    @property
    def verified(self) -> float:
        """The share of the sentences that are verified, 0 to 1."""
        return self._share(Support.VERIFIED)

    @property
    def unsupported(self) -> float:
        """The share of the sentences that are unsupported, 0 to 1."""
        return self._share(Support.UNSUPPORTED)

    def _share(self, support: Support) -> float:
        counted = sum(sentence.support is support for sentence in self.sentences)
        return counted / len(self.sentences) if self.sentences else 0.0


class _Numbered(NamedTuple):
    """A passage as a text to quote from; its id is its number among the passages."""

    id: int
    text: str


class _Held(NamedTuple):
    """A quotation of five words or more, and what the check of it came to."""

    quotation: Quotation
    checked: Checked


def ground(answer: str, passages: Sequence[Passage], *, language: str | None = None) -> Grounded:
    """What each sentence of an answer is worth by the passages that it cites, numbered from 1.

    `language` is that of the answer when it differs from the passages': then only figures, quotations and
    names in Latin letters are compared, and no sentence is more than weakly supported.
    """
    text = bare(answer)
    if sentinel(text) is not None:
        return Grounded(sentences=(), refused=True)
    evidence = Evidence(passages, language)
    written = taken_apart(text, len(passages), evidence.tongue_of(text))
    texts = [_Numbered(n, passage.text) for n, passage in enumerate(passages, start=1)]
    sentences = tuple(_checked(one, evidence, texts) for one in written)
    return Grounded(sentences=sentences, refused=not sentences)


def _checked(written: Written, evidence: Evidence, texts: Sequence[_Numbered]) -> Sentence:
    quoted = quotations(written.text)
    held = [
        _Held(one, _found(one.words, written.cites, texts))
        for one in quoted
        if len(wording(one.words)) >= MIN_TOKENS
    ]
    wrong = next((one.checked.status for one in held if not _is_real(one.checked)), None)
    if wrong is not None:
        cites = written.cites[:MOST_CITES]
        weighed = Weighed(Support.UNSUPPORTED, cites, why=_WRONG.get(wrong, _NOT_FOUND))
    else:
        sources = {one.checked.source for one in held if one.checked.source is not None}
        weighed = evidence.weigh(written.text, written.cites, sources)
    return Sentence(
        text=_shown(written.text, quoted, held, [texts[n - 1] for n in weighed.cites]),
        support=weighed.support,
        cites=weighed.cites,
        span=weighed.span,
        repointed=weighed.repointed,
        why=weighed.why,
    )


def _found(words: str, cites: Sequence[int], texts: Sequence[_Numbered]) -> Checked:
    """The check of a quotation in the cited passages, then in the others."""
    for n in cites:
        found = check(words, texts[n - 1])
        if _is_real(found):
            return found
    return check(words, texts[cites[0] - 1] if cites else None, elsewhere=texts)


def _is_real(checked: Checked) -> bool:
    return checked.status in (Status.VERIFIED, Status.VERIFIED_ELSEWHERE)


def _shown(text: str, quoted: Sequence[Quotation], held: Sequence[_Held], cited: Sequence[_Numbered]) -> str:
    """The sentence with the source's own words between quotation marks, and no marks around any others."""
    checks = {one.quotation: one.checked for one in held}
    shown, last = "", 0
    for one in quoted:
        exact = _exact(one, checks.get(one), cited)
        shown += unquoted(text[last : one.start]) + (f"“{exact}”" if exact else unquoted(one.words).strip())
        last = one.end
    return shown + unquoted(text[last:])


def _exact(one: Quotation, checked: Checked | None, cited: Sequence[_Numbered]) -> str:
    """The words as the source has them; empty where they may not be shown as a quotation."""
    if checked is None:
        exact = next(filter(None, (_short(one.words, text.text) for text in cited)), "")
    elif _is_real(checked):
        source = next((text.text for text in cited if text.id == checked.source), "")
        exact = " … ".join(source[start:end] for start, end in checked.segments) if source else ""
    else:
        exact = ""
    exact = _INNER.sub(r"‘\1’", " ".join(exact.split()))
    return exact if _is_harmless(exact) else ""


def _short(words: str, text: str) -> str:
    """The few words as they stand in a text, one after the other; empty where they do not."""
    sought = [token.form for token in wording(words)]
    stream = wording(text)
    if sought:
        for at in range(len(stream) - len(sought) + 1):
            if [token.form for token in stream[at : at + len(sought)]] == sought:
                return text[stream[at].start : stream[at + len(sought) - 1].end]
    return ""


def _is_harmless(words: str) -> bool:
    """Whether the words of a source carry nothing that must not be shown."""
    return not set('[]“”"') & set(words) and bare(words) == words
