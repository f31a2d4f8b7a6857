"""The quote rule for speeches: in quotation marks stay only words of an article, or of an earlier speech."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.debating import misquoting
from bot.debating.attributing import Earlier, is_named, is_put_to_others, said
from bot.debating.lengths import NOT_FOUND, count, cut, sentence_spans
from bot.debating.misquoting import UNFOUND, Misquoted
from bot.debating.numbering import Numbering, Source
from bot.debating.speech import Citation
from bot.knowledge.article import Passage
from bot.knowledge.bare import bare
from bot.knowledge.quotes import MIN_TOKENS, Checked, Status, check
from bot.knowledge.wording import Token, negates, wording
from bot.knowledge.written import CITATION, PLACEHOLDER, Quotation, cited, quotations, unquoted

__all__ = ["CheckedText", "Earlier", "Misquoted", "Source", "check_speech", "quoted_in", "safe", "shortened"]

_REAL = (Status.VERIFIED, Status.VERIFIED_ELSEWHERE)
_INNER = re.compile('[“"]([^“”"]*)[”"]')
_DOUBLE = re.compile('[“”„‟«»"＂]')
_BRACKETS = str.maketrans("[]", "()")
_AT_LINE_START = re.compile(r"^[ \t]*(?:[>#]+[ \t]*)+", re.MULTILINE)
_BEFORE_STOP = re.compile(r"[ \t]+(?=[.,;:!?](?:\s|$))")
_POINTS_NOWHERE = re.compile(
    r"[ \t]*\b(?:according to|as (?:stated|noted|reported|said|shown|seen) (?:in|by)|see)[ \t]*(?=[,.;)])",
    re.IGNORECASE,
)
_TWO_STOPS = re.compile(r"([.!?]”(?: \[\d{1,3}\])*)\.(?=\s|$)")
_STOP = re.compile(r"[.!?。！？।…]+[)’]*\s*$")
_MARKED = re.compile(r" ?\[(\d{1,3})\]")
_DECADE = re.compile(r"\d0s\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """A speech as it may be posted: `text` in the small grammar, `[n]` for the n-th of `sources`.

    `faults` are the quotations that have lost their marks; a sentence with words that nobody said so carries
    `NOT_FOUND`. `words` counts without all these marks.
    """

    text: str
    words: int
    sources: tuple[Citation, ...] = ()
    faults: tuple[Misquoted, ...] = ()


def check_speech(
    text: str,
    texts: Sequence[Source],
    spoken: Sequence[Earlier],
    *,
    most: int,
    shown: Sequence[Passage] = (),
    known: Sequence[str] = (),
) -> CheckedText:
    """A speech with every quotation of five words or more compared with the articles and earlier speeches.

    At most `most` quotations stay. Numbers in brackets mean the passages `shown` to whoever wrote it, from 1;
    any others go. Words that everybody has before them, such as the motion, are `known`: they are no
    quotation, and get single marks like a few words of somebody's own.
    """
    desk = _Desk(texts, spoken, most, shown, known)
    body = safe(text)
    written, last, before = "", 0, ""
    for start, end in sentence_spans(body):
        written += _own(body[last:start]) + desk.sentence(body[start:end], before)
        last, before = end, body[start:end]
    written = _POINTS_NOWHERE.sub("", written + _own(body[last:]))
    written = _TWO_STOPS.sub(r"\1", _BEFORE_STOP.sub("", written)).strip()
    return CheckedText(
        text=written, words=count(written), sources=tuple(desk.numbering.sources), faults=tuple(desk.faults)
    )


def shortened(checked: CheckedText, most: int) -> CheckedText:
    """The speech cut behind its last whole sentence within `most` words, with the sources that are left."""
    text = cut(checked.text, most)
    kept = {int(n) for n in _MARKED.findall(text)}
    sources = tuple(one for one in checked.sources if one.n in kept)
    return CheckedText(text=text, words=count(text), sources=sources, faults=checked.faults)


def quoted_in(text: str) -> list[str]:
    """The words in quotation marks that are long enough to be compared, in order, each once."""
    found = (one.words for one in quotations(safe(text)) if _is_long(one))
    return list(dict.fromkeys(found))


def safe(text: str) -> str:
    """The words of a speech without anything a chat could act on; its paragraphs and lists are kept."""
    words = _AT_LINE_START.sub("", PLACEHOLDER.sub("", bare(text)))
    lines = "\n".join(" ".join(line.split()) for line in words.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _is_long(one: Quotation) -> bool:
    return len(wording(one.words)) >= MIN_TOKENS and not _DECADE.match(one.words)


def _own(text: str) -> str:
    return unquoted(text).translate(_BRACKETS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the comparison of one quotation came to: a real place in a source, a speech, or a fault."""

    status: Status
    source: Source | None = None
    speech: Earlier | None = None
    checked: Checked | None = None
    fault: Misquoted | None = None
    is_known: bool = False


class _Desk:
    """Goes through a speech sentence by sentence, and numbers what it quotes."""

    def __init__(
        self,
        texts: Sequence[Source],
        spoken: Sequence[Earlier],
        most: int,
        shown: Sequence[Passage],
        known: Sequence[str],
    ) -> None:
        self.numbering = Numbering(texts, shown)
        self.faults: list[Misquoted] = []
        self._texts = {one.id: one for one in texts}
        self._spoken = {one.id: said(one) for one in spoken}
        self._most = most
        self._known = [_forms(one) for one in (*known, *(text.title for text in texts))]
        self._kept: list[tuple[object, int, int]] = []

    def sentence(self, text: str, before: str) -> str:
        """The sentence as it is posted."""
        cites = [n for found in CITATION.finditer(text) for n in cited(found[1]) if self.numbering.source(n)]
        quoted = [(one, self._looked_up(one, cites, text, before)) for one in quotations(text)]
        revisions = {found.source.id for _, found in quoted if found and found.source}
        numbered: set[int] = set()
        written, last = "", 0
        for one, found in quoted:
            written += self._between(text[last : one.start], revisions, numbered)
            written += self._quoted(one, found, numbered)
            last = one.end
        written += self._between(text[last:], revisions, numbered)
        unfound = any(found and found.fault and found.fault.wrong in UNFOUND for _, found in quoted)
        return _with_mark(written) if unfound else written

    def _looked_up(self, one: Quotation, cites: Sequence[int], text: str, before: str) -> _Found | None:
        """`None` for a few words of the speaker's own."""
        if not _is_long(one):
            return None
        words = CITATION.sub("", one.words)
        found = self._in_articles(words, cites)
        elsewhere = self._in_speeches(words)
        if is_put_to_others(text[: one.start]) and not self._said_by_others(words):
            return _Found(status=found.status, fault=misquoting.invented(words, found.status))
        if found.fault is None:
            return found
        if elsewhere is None:
            is_known = _is_within(_forms(words), self._known)
            return _Found(status=found.status, is_known=True) if is_known else found
        around = f"{before} {text[: one.start]} {text[one.end :]}"
        if is_named(around, elsewhere):
            return _Found(status=Status.FROM_DEBATE, speech=elsewhere, checked=self._debated(words))
        return _Found(
            status=Status.FROM_DEBATE, fault=misquoting.unattributed(words, elsewhere.who), speech=elsewhere
        )

    def _in_articles(self, words: str, cites: Sequence[int]) -> _Found:
        first = self.numbering.source(cites[0]) if cites else None
        checked = check(words, first, elsewhere=self._texts.values())
        source = None if checked.source is None else self._texts[checked.source]
        if checked.status in _REAL and source:
            if _ends_before_not(source.text, checked):
                checked = replace(checked, status=Status.CLIPPED_NEGATION)
            else:
                return _Found(status=checked.status, source=source, checked=checked)
        return _Found(status=checked.status, fault=_fault(words, checked, source))

    def _in_speeches(self, words: str) -> Earlier | None:
        checked = self._debated(words)
        return self._spoken[checked.source] if checked.source is not None else None

    def _debated(self, words: str) -> Checked:
        checked = check(words, speeches=self._spoken.values())
        return checked if checked.status is Status.FROM_DEBATE else Checked(status=Status.NOT_FOUND)

    def _said_by_others(self, words: str) -> bool:
        others = [one for one in self._spoken.values() if not one.is_own]
        return check(words, speeches=others).status is Status.FROM_DEBATE

    def _quoted(self, one: Quotation, found: _Found | None, numbered: set[int]) -> str:
        plain = _own(CITATION.sub("", one.words)).strip()
        if found is None or found.is_known:
            return f"‘{plain}’" if plain else ""
        found = self._allowed(found, plain)
        if found.fault is not None:
            self.faults.append(found.fault)
            return plain + self._number(found, numbered)
        text = found.source.text if found.source else found.speech.text if found.speech else ""
        exact = _as_it_stands(text, found.checked.segments if found.checked else ())
        return (f"“{exact}”" if exact else plain) + self._number(found, numbered)

    def _allowed(self, found: _Found, words: str) -> _Found:
        """The same, or a fault where it is quoted already, or one quotation too many."""
        if found.fault is not None or found.checked is None:
            return found
        place = (found.source or found.speech), found.checked.start, found.checked.end
        fault = None
        if any(_overlap(place, other) for other in self._kept):
            fault = misquoting.repeated(words, found.status)
        elif len(self._kept) >= self._most:
            fault = misquoting.too_many(words, found.status, self._most)
        else:
            self._kept.append(place)
        return _Found(
            status=found.status, source=found.source, speech=found.speech, checked=found.checked, fault=fault
        )

    def _number(self, found: _Found, numbered: set[int]) -> str:
        if found.source is None or found.checked is None:
            return ""
        where = found.checked
        return _marked(self.numbering.of(found.source, where.start, where.end, where.segments), numbered)

    def _between(self, text: str, revisions: Collection[int], numbered: set[int]) -> str:
        """Words outside of quotation marks, with the numbers of the passages they rest on."""
        written, last = "", 0
        for found in CITATION.finditer(text):
            written += _own(text[last : found.start()]).rstrip(" ")
            for n in cited(found[1]):
                source = self.numbering.source(n)
                if source and source.id not in revisions:
                    written += _marked(self.numbering.of_passage(n, text), numbered)
            last = found.end()
        return written + _own(text[last:])


def _marked(n: int | None, numbered: set[int]) -> str:
    """The number as it stands in a sentence, once."""
    if n is None or n in numbered:
        return ""
    numbered.add(n)
    return f" [{n}]"


def _fault(words: str, checked: Checked, source: Source | None) -> Misquoted:
    if checked.status is Status.ALTERED and source:
        return misquoting.altered(words, source.title, checked.differences)
    if checked.status is Status.CLIPPED_NEGATION and source:
        return misquoting.clipped(words, source.title, source.text[slice(*checked.sentence)])
    return misquoting.too_short(words) if checked.status is Status.TOO_SHORT else misquoting.not_found(words)


def _ends_before_not(text: str, checked: Checked) -> bool:
    """Whether the very next word, which is left out, turns the quoted ones round: "it costs | nothing"."""
    rest = text[checked.end : checked.sentence[1]]
    following = wording(rest)[:1]
    if not following or rest[: following[0].start].strip() or negates(text, _words_of(text, checked)):
        return False
    return negates(rest, following)


def _words_of(text: str, checked: Checked) -> list[Token]:
    """The quoted words as they stand in a text."""
    return [token for token in wording(text) if checked.start <= token.start < checked.end]


def _with_mark(sentence: str) -> str:
    stop = _STOP.search(sentence)
    at = stop.start() if stop else len(sentence.rstrip())
    return f"{sentence[:at].rstrip()} {NOT_FOUND}{sentence[at:]}"


def _forms(text: str) -> list[str]:
    return [token.form for token in wording(text)]


def _is_within(words: list[str], known: Sequence[list[str]]) -> bool:
    size = len(words)
    return any(text[at : at + size] == words for text in known for at in range(len(text) - size + 1))


def _overlap(one: tuple[object, int, int], other: tuple[object, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _as_it_stands(text: str, segments: Sequence[tuple[int, int]]) -> str:
    """The source's own words as they may be shown; empty where something in them must not be."""
    words = " … ".join(" ".join(text[start:end].split()) for start, end in segments)
    shown = _DOUBLE.sub("", _INNER.sub(r"‘\1’", words)).translate(_BRACKETS)
    shown = " ".join(bare(shown).split())
    return shown if _forms(shown) == _forms(words) else ""
