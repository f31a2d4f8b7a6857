"""What can be wrong with a model's speech, as far as it shows without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.chair.briefing import Briefing
from bot.debating.lengths import count, sentence_spans
from bot.debating.motion import Stance
from bot.knowledge.language import detect, name_of
from bot.knowledge.wording import wording
from bot.knowledge.written import CITATION, sentinel

MOST_REPEATED = 0.25
"""A speech may share so much of its runs of three words with what its side has said before."""
REPEATED_SENTENCE = 0.6
"""A sentence of which so much was said before is left out, where the speech repeats too much."""
LEAST_OWN = 0.25
"""So much of a speech must be its own words, not quotations."""

_APOLOGY = r"(?:i['’]?m (?:very |so )?sorry|i am sorry|sorry|i apologi[sz]e|unfortunately|as an ai\b[^.!?]*)"
_CANNOT = (
    r"(?:i (?:can(?:no|['’])t|can ?not|won['’]t|will not|must decline|have to decline|decline|refuse"
    r"|am (?:not able|unable)(?: to)?|['’]?m (?:not able|unable)(?: to)?)"
    r"|i['’]m (?:not able|unable)(?: to)?)"
)
_ASKED = (
    r"(?:to )?(?:help|assist|comply|fulfil?l?|participate|take part|engage|write|produce|generate|create"
    r"|provide|argue|speak|support|take (?:a|this|that|any|either) (?:side|position|stance)"
    r"|do (?:that|this|so)|continue)"
)
_REFUSED = re.compile(
    rf"^\W*(?:{_APOLOGY}[,.:;!]?\s*(?:but\s+)?)?{_CANNOT}\s+(?:\w+ly\s+)?{_ASKED}\b(?! but\b| \w+ing\b)",
    re.IGNORECASE,
)
_AS_AN_AI = re.compile(
    r"^\W*(?:i['’]?m |i am )?(?:sorry[^.!?]{0,20})?as an? (?:ai|artificial|large language|language)\b"
    r"|^\W*(?:es tut mir leid, (?:aber )?(?:ich|dabei)|je suis désolée?, (?:mais )?je"
    r"|lo siento, (?:pero )?no)",
    re.IGNORECASE,
)
_SHORT_REFUSAL = 80
"""Words; who refuses says little more, and who goes on to speak has not refused."""
_CONCEDES = re.compile(
    r"\bi (?:hereby |must |have to |will |do )?concede (?:the |this )(?:motion|debate|case|floor)\b"
    r"|\b(?:you have|the other side has|my opponents? ha(?:s|ve)) (?:fully |completely )?convinced"
    r" (?:me|us)\b"
    r"|\bi (?:now |must |have to |fully |completely |entirely )*agree with (?:my opponents?|the other side)"
    r"(?: (?:entirely|completely|fully|that the motion)|[.!])"
    r"|\b(?:my opponents?|the other side) (?:is|are) (?:entirely |completely )?right about the motion\b",
    re.IGNORECASE,
)
_FOR = re.compile(r"\b(?:i|we) (?:must |now )?(?:speak|vote|argue|stand) for the motion\b", re.IGNORECASE)
_AGAINST = re.compile(
    r"\b(?:i|we) (?:must |now )?(?:speak|vote|argue|stand) against the motion\b", re.IGNORECASE
)
_QUOTED = re.compile(r"“[^“”]*”")
_LETTER = re.compile(r"[^\W\d_]")


def is_blank(speech: str) -> bool:
    """Whether nothing was said."""
    return not _LETTER.search(CITATION.sub("", speech))


def refuses(speech: str) -> bool:
    """Whether it says, in place of a speech, that it will not give one."""
    if sentinel(speech) is not None and count(speech) < _SHORT_REFUSAL:
        return True
    said = _REFUSED.search(speech) or _AS_AN_AI.search(speech)
    return bool(said) and count(speech) <= _SHORT_REFUSAL


def concedes(speech: str, stance: Stance) -> bool:
    """Whether it says in so many words that it gives its side up."""
    own = _QUOTED.sub("", speech)
    other = {Stance.PRO: _AGAINST, Stance.CON: _FOR}.get(stance)
    return bool(_CONCEDES.search(own) or (other and other.search(own)))


def foreign(speech: str, briefing: Briefing) -> str:
    """The language it is in, where that is not the motion's; else nothing."""
    spoken = detect(CITATION.sub("", _QUOTED.sub("", speech)))
    wanted = briefing.language
    return name_of(spoken) if spoken and wanted and spoken != wanted else ""


def repeated(speech: str, earlier: Sequence[str]) -> float:
    """The share of its runs of three words that stand in earlier speeches, 0 to 1."""
    own = _trigrams(speech)
    return len(own & _all_trigrams(earlier)) / len(own) if own else 0.0


def without_repetition(speech: str, earlier: Sequence[str]) -> str:
    """The speech without the sentences that say again what was said before."""
    said = _all_trigrams(earlier)
    kept, last = "", 0
    for start, end in sentence_spans(speech):
        own = _trigrams(speech[start:end])
        if not own or len(own & said) < REPEATED_SENTENCE * len(own):
            kept += speech[last:end] if kept else speech[start:end]
        last = end
    return kept.strip()


def mostly_quoted(text: str) -> bool:
    """Whether hardly a word is the speaker's own."""
    total = count(text)
    return total > 0 and count(_QUOTED.sub(" ", text)) < LEAST_OWN * total


def _trigrams(text: str) -> set[tuple[str, ...]]:
    forms = [token.form for token in wording(CITATION.sub("", text))]
    return set(zip(forms, forms[1:], forms[2:], strict=False))


def _all_trigrams(texts: Sequence[str]) -> set[tuple[str, ...]]:
    return {trigram for text in texts for trigram in _trigrams(text)}
