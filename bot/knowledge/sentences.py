"""Finds the sentences of a text as spans, in any script, without changing a character.

Own rules rather than a library: of the 1,190 answers of XQuAD they break 1 in English (syntok 3) in an eighth
of the time, and they hold for scripts that a splitter for European languages leaves whole (Hindi, Chinese).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = r"""["'”’»›」』）】》〉)\]*_]*+(?:\[\d+\])*+"""
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_STOP = re.compile(
    rf"(?P<sure>[。！？｡।॥؟۔։።။។]+){_CLOSERS}"
    rf"|(?<![.!?…])(?P<stop>[.!?…]++)(?P<closed>{_CLOSERS})(?=\s|(?<=[!?])[{_CJK}])"
    r"|(?P<thai>(?<=[\u0e00-\u0e7f])[ \t]+(?=[\u0e00-\u0e7f]))"
)
# A blank line, a rule or a fence; or a line that begins or ends a heading, a list item, a table row.
_LINE_START = r"[ \t]*(?:#{1,6}[ \t]|[-*+•–][ \t]|\d{1,3}[.)][ \t]|\||```|~~~)"
_BLOCK = re.compile(rf"\n[ \t]*(?=\n)|\n(?={_LINE_START})|(?m:^[ \t]*#{{1,6}}[ \t].*$)\n")
_MARKER = re.compile(r"(?:[ \t]*(?:[#>]+|[-*+•–]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]+)+")
_OPENERS = "\"'“”„‘’«‹([{*_¿¡「『（《"
# Names such as xAI and iPhone begin sentences as they are.
_CAPITAL_INSIDE = re.compile(r"[a-z]{1,2}[A-Z]")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)?")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Never the end of a sentence: what they shorten comes after them.
_TITLES = _set(
    "dr mr mrs ms prof st sr mt ft gen col lt capt sgt rev hon gov sen rep pres dept vs v cf e.g i.e "
    "viz approx ed eds trans est al op cit resp messrs mme mlle mm bros "
    "hr fr frau dipl ing bzw z.b d.h u.a usw evtl ggf vgl sog bspw jh hl "
    "sra srta dña dn ud uds ee av avda prov sig dott prof.ssa sen.ra exmo "
    "т.е т.к т.н т.д т.п т см им ул д кв св проф акад тыс млн млрд руб напр ред гр др "
    "डॉ श्री प्रो मि पं स्व कु रेव د أ م"
)
# Not the end before a number.
_NUMBERED = _set(
    "no nos vol vols fig figs p pp sec ch art eq c ca nr abs bd tel str núm pág cap tav стр рис гл ст"
)
# The end of a sentence only where a word comes after them that begins one.
_EITHER = _set(
    "inc ltd co corp jr etc dist univ assn ave blvd rd ph.d m.d b.a m.a b.sc m.sc d.c a.m p.m b.c a.d "
    "jan feb mar apr jun jul aug sep sept oct nov dec mio mrd"
)
_BEGINNERS = _set(
    "the a an it he she they we you i this that these those there his her its their our in on at by for from "
    "as after before during when while with within without although however if but and or so also another "
    "some many most all each both one two other since under until to today then thus who what where why how "
    "der die das ein eine er sie es wir im am in bei nach vor mit und aber auch dies diese dieser "
    "le la les un une il elle ils elles ce cette dans en au pour mais et el los las una en pero y su este "
    "esta il lo gli i uno nel nella ma e o os um uma no na mas он она оно они мы в на и а но это этот эта "
    "с по для как de het een hij zij ze we op bij"
)
_ORDINALS = _set("de cs sk da nb nn no fi hu pl sl hr sr bs et lv tr is")
# Latin initials as Hindi spells them ("विलियम ई. साइमन").
_SPELT = _set("ए बी सी डी ई एफ जी एच जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई जेड")
_YEARS = _set("г гг в вв")
_THAI_PHRASE = 40
# A straight mark opens behind white space or a bracket; behind anything else it closes, or means inches.
_SPEECH = (
    (re.compile("“"), re.compile("”")),
    (re.compile(r"(?<![^\s(\[—–])\""), re.compile(r"(?<=[^\s(\[—–])\"")),
)
_LONGEST_SPEECH = 120


def sentences(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """The spans (start, end) of the sentences, in code points, in order.

    They do not overlap, carry no white space at their ends, and together hold every other character. None
    crosses a blank line or the edge of a Markdown heading, list item or table row; a line break alone ends
    nothing. Thai, which has no stops, is cut at spaces into phrases of 40 characters or more.
    """
    folded = text == text.lower()
    spans: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        begin = start
        for stop in _ends(text, start, end, folded, language):
            spans.append(_trimmed(text, begin, stop))
            begin = stop
        spans.append(_trimmed(text, begin, end))
    return [span for span in spans if span[0] < span[1]]


def marker(text: str) -> int:
    """How many characters at the start of a line are Markdown (heading, list, block quote), not words."""
    found = _MARKER.match(text)
    return found.end() if found else 0


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for cut in _BLOCK.finditer(text):
        if cut.start() > begin and cut.group().strip():  # a heading ends what stands above it, too
            yield begin, cut.start()
            begin = cut.start()
        yield begin, cut.end()
        begin = cut.end()
    yield begin, len(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _ends(text: str, start: int, end: int, folded: bool, language: str | None) -> Iterator[int]:
    begin = start + marker(text[start:end])
    for found in _STOP.finditer(text, begin, end):
        if found["thai"]:
            if found.start() - begin < _THAI_PHRASE:
                continue
        elif found["stop"] and not _ends_here(text, begin, found, folded, language):
            continue
        if _speech_goes_on(text, begin, found.end(), end):
            continue
        yield found.end()
        begin = found.end()


def _speech_goes_on(text: str, begin: int, stop: int, end: int) -> bool:
    """Whether a quotation that opened in this sentence closes soon after the stop: its end is theirs."""
    ahead = min(end, stop + _LONGEST_SPEECH)
    return any(
        len(opening.findall(text, begin, stop)) > len(closing.findall(text, begin, stop))
        and closing.search(text, stop, ahead)
        for opening, closing in _SPEECH
    )


def _ends_here(text: str, begin: int, found: re.Match[str], folded: bool, language: str | None) -> bool:
    rest = text[found.end() : found.end() + 60].lstrip().lstrip(_OPENERS)
    following = None if rest[1:2] == "." else _WORD.match(rest)  # one more initial begins nothing
    if rest[:1] == "." or not _WORD.search(text, begin, found.start()):
        return False
    goes_on = rest[:1].islower() and not _CAPITAL_INSIDE.match(rest)
    if goes_on and not folded and not (found["stop"] == "?" and not found["closed"]):
        return False
    if found["stop"] != ".":
        return True
    before = text[max(begin, found.start() - 60) : found.start()].rsplit(maxsplit=1)
    if text[found.start() - 1].isspace():
        return True
    earlier = before[0] if len(before) > 1 else ""
    word = before[-1].lstrip(_OPENERS)
    return _word_ends(word, earlier, following.group() if following else "", language)


def _word_ends(word: str, earlier: str, following: str, language: str | None) -> bool:
    """Whether a stop after `word` ends the sentence, given the words before it and after the stop."""
    folded = word.lower()
    if folded in _TITLES or folded in _SPELT or (folded in _NUMBERED and following.isdigit()):
        return False
    if folded in _YEARS:
        return earlier.endswith(tuple("0123456789XVI"))
    if word.isdigit():
        return not (len(word) < 3 and (language in _ORDINALS or not earlier))
    initial = len(word) == 1 and word.isalpha() and word.isupper() and word < "\u3040"
    dotted = "." in word and not word[-1].isdigit() and all(len(part) < 3 for part in word.split("."))
    if initial or dotted or folded in _EITHER:
        return following.lower() in _BEGINNERS
    return True
